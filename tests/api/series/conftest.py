"""A real server with the sea surface temperatures of the demonstration, a cube with depths, and scenes of two bands."""

import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pandas as pd
import pytest
import rasterio
import xarray as xr
from rasterio.transform import from_origin
from tests.api.asking import asking
from tests.layers import COG, File, register
from tests.served import Served

from repeatpass.assembly import open_house
from repeatpass.catalog.store import collections
from repeatpass.settings import Settings


def deep(path: Path) -> Path:
    """Write a small cube with two depths and two variables."""
    lat, lon = np.arange(49.5, 39, -1), np.arange(-9.5, 10, 1)
    values = np.arange(3 * 2 * len(lat) * len(lon), dtype="float32").reshape(3, 2, len(lat), len(lon))
    moments = pd.date_range("2021-01-01", periods=3, freq="D").values
    dims = ("time", "depth", "lat", "lon")
    made = xr.Dataset(
        {
            "salt": (dims, values, {"units": "g kg-1"}),
            "heat": (("time", "lat", "lon"), values[:, 0] * 2, {"units": "J"}),
        },
        {"time": moments, "depth": [0.0, 10.0], "lat": lat, "lon": lon},
    )
    made["lat"].attrs["units"], made["lon"].attrs["units"] = "degrees_north", "degrees_east"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made.to_netcdf(path, engine="h5netcdf")
    return path


def scene(path: Path, add: int) -> Path:
    """Write a raster of two bands in UTM."""
    cells = np.stack([np.full((20, 30), 10 + add), np.arange(600).reshape(20, 30) + add]).astype("int16")
    profile = {"driver": "GTiff", "dtype": "int16", "count": 2, "height": 20, "width": 30, "nodata": -1}
    place = from_origin(500_000, 5_400_000, 100, 100)
    with rasterio.open(path, "w", **profile, crs="EPSG:32633", transform=place) as file:
        file.write(cells)
    return path


@pytest.fixture(scope="session")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    import iris_sample_data

    folder = tmp_path_factory.mktemp("sea")
    house = open_house(Settings(home=folder / "home", environment=sys.prefix, demo=False))
    ostia = Path(iris_sample_data.path) / "ostia_monthly.nc"
    bbox = (15.0, 48.7, 15.05, 48.76)
    register(house.catalog, house.files, "ostia", [File(path=ostia)])
    register(house.catalog, house.files, "deep", [File(path=deep(folder / "deep.nc"), bbox=(-10, 39, 10, 50))])
    scenes = [
        File(
            path=scene(folder / f"{n}.tif", n), item=f"s{n}", time=f"2021-05-0{n}T10:00:00Z", media_type=COG, bbox=bbox
        )
        for n in (1, 2)
    ]
    register(house.catalog, house.files, "scenes", scenes)
    register(house.catalog, house.files, "secret", [File(path=folder / "deep.nc", bbox=(-10, 39, 10, 50))])
    with house.database.write() as connection:
        connection.execute(collections.update().where(collections.c.id == "secret").values(visibility="private"))
    house.close()
    made = Served(folder / "home").start()
    yield made
    made.close()


@pytest.fixture(scope="session")
def ask(sea: Served) -> Iterator[httpx.Client]:
    """A client with the owner's token."""
    with asking(sea) as client:
        yield client
