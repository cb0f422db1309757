"""Small rasters and cubes with known values, for tests of what is drawn from them."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import rasterio
import xarray as xr
from rasterio.shutil import copy
from rasterio.transform import from_bounds

Bounds = tuple[float, float, float, float]


def write_cog(
    path: Path,
    cells: "np.ndarray[Any, Any]",
    bounds: Bounds,
    *,
    crs: str = "EPSG:4326",
    nodata: float | None = None,
    bands: Sequence[str] = (),
    scale: float = 1.0,
    offset: float = 0.0,
    mask: "np.ndarray[Any, Any] | None" = None,
) -> Path:
    """Write *cells* (band, row, column) as a cloud-optimised GeoTIFF; *mask*: 0 where its internal mask hides."""
    count, rows, columns = cells.shape
    plain = path.with_suffix(".plain.tif")
    shape = {"width": columns, "height": rows, "count": count, "dtype": cells.dtype}
    with (
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
        rasterio.open(plain, "w", driver="GTiff", crs=crs, transform=from_bounds(*bounds, columns, rows),
                      nodata=nodata, **shape) as file,
    ):  # fmt: skip
        file.write(cells)
        file.scales, file.offsets = [scale] * count, [offset] * count
        for number, name in enumerate(bands, start=1):
            file.set_band_description(number, name)
        if mask is not None:
            file.write_mask(mask)
    copy(plain, path, driver="COG", compress="deflate", blocksize=256)
    plain.unlink()
    return path


def latitudes(rows: int, columns: int, bounds: Bounds) -> "np.ndarray[Any, Any]":
    """A band whose value is the y coordinate of the middle of its cell."""
    top, step = bounds[3], (bounds[3] - bounds[1]) / rows
    return np.repeat((top - step * (np.arange(rows) + 0.5))[:, None], columns, axis=1)[None].astype("float32")


def grid(lat: Any, lon: Any, times: int = 0, **variables: Any) -> xr.Dataset:
    """A dataset on latitudes and longitudes; a variable is a function of lat, lon and the number of the time."""
    coords: dict[str, Any] = {
        "lat": ("lat", lat, {"units": "degrees_north"}),
        "lon": ("lon", lon, {"units": "degrees_east"}),
    }
    y, x = np.meshgrid(lat, lon, indexing="ij")
    if times:
        coords["time"] = pd.date_range("2001-01-01", periods=times, freq="MS")
    made = {
        name: (("time", "lat", "lon"), np.stack([how(y, x, number) for number in range(times)]).astype("float32"))
        if times
        else (("lat", "lon"), np.asarray(how(y, x, 0), dtype="float32"))
        for name, how in variables.items()
    }
    return xr.Dataset(made, coords)


def write_netcdf(path: Path, dataset: xr.Dataset, **encoding: Any) -> Path:
    """Write a dataset as NetCDF."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset.to_netcdf(path, engine="h5netcdf", encoding=encoding)
    return path
