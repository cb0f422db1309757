"""GDAL, as the newest that is here (the one inside pyogrio), opens a raster; run as a program of its own.

Two builds of GDAL in one process do not always agree, so this one is called through its C interface in another.
"""

import ctypes
import json
import sys
from pathlib import Path

import pyogrio

RASTER, READ, BYTE = 2, 0, 1


def opened(place: str, options: list[str]) -> tuple[ctypes.CDLL, int]:
    """Return the library and a handle of the raster at *place*."""
    assert pyogrio.list_drivers()  # says to GDAL where its data is
    [path] = (Path(pyogrio.__file__).parents[1] / "pyogrio.libs").glob("libgdal*")
    gdal = ctypes.CDLL(str(path))
    gdal.GDALAllRegister()
    gdal.GDALOpenEx.restype = gdal.GDALGetRasterBand.restype = ctypes.c_void_p
    gdal.CPLGetLastErrorMsg.restype = gdal.GDALGetProjectionRef.restype = ctypes.c_char_p
    words = (ctypes.c_char_p * (len(options) + 1))(*[each.encode() for each in options], None)
    handle = gdal.GDALOpenEx(place.encode(), RASTER, None, words, None)
    if not handle:
        sys.exit(gdal.CPLGetLastErrorMsg().decode())
    return gdal, handle


def main(place: str, width: int, height: int, *options: str) -> None:
    """Print the raster's place and the numbers of its first band, read at a size."""
    gdal, handle = opened(place, list(options))
    source = ctypes.c_void_p(handle)
    across, down = gdal.GDALGetRasterXSize(source), gdal.GDALGetRasterYSize(source)
    numbers = (ctypes.c_double * 6)()
    gdal.GDALGetGeoTransform(source, numbers)
    band = ctypes.c_void_p(gdal.GDALGetRasterBand(source, 1))
    cells = (ctypes.c_ubyte * (width * height))()
    if gdal.GDALRasterIO(band, READ, 0, 0, across, down, cells, width, height, BYTE, 0, 0):
        sys.exit(gdal.CPLGetLastErrorMsg().decode())
    system = gdal.GDALGetProjectionRef(source).decode()
    told = {"transform": list(numbers), "size": [across, down], "system": system, "cells": list(cells)}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
