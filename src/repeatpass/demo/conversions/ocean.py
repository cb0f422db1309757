"""Ocean: monthly sea-surface temperature of OSTIA, and the monthly record of the Niño 1+2 region."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from repeatpass.demo import formats
from repeatpass.demo.records import Converted, Span
from repeatpass.demo.sources import package_file


def ostia(folder: Path) -> Converted:
    """Convert OSTIA monthly means to Zarr: `surface_temperature` (time 54, latitude 18, longitude 432) in K.

    The longitudes run from -180 to 180 instead of 0 to 360; cells are moved, none is resampled. The time
    is the first day of the month, from the bounds of the source, which stay beside it.
    """
    path = package_file("iris-sample-data", "iris_sample_data", "sample_data", "ostia_monthly.nc")
    with xr.open_dataset(path, engine="h5netcdf", decode_timedelta=False) as raw:
        data = raw[["surface_temperature", "time_bnds", "latitude_longitude"]].load()
    data = data.drop_vars(["forecast_period", "forecast_reference_time"], errors="ignore")
    bounds = data["time_bnds"].values
    data = data.assign_coords(time=("time", bounds[:, 0]))
    data["time"].attrs = {
        "standard_name": "time",
        "bounds": "time_bnds",
        "long_name": "first day of the month",
    }
    data = to_west_and_east(data)
    data["surface_temperature"].attrs["grid_mapping"] = "latitude_longitude"
    data["surface_temperature"].attrs["long_name"] = "Sea-surface temperature, monthly mean"
    asset = formats.zarr_zip(
        data,
        folder / "ostia-sst-monthly.zarr.zip",
        title="Monthly mean sea-surface temperature",
        chunks={"longitude": 108},
    )
    end = pd.Timestamp(bounds[-1, 1]) - pd.Timedelta(seconds=1)
    return Converted(
        item="ostia-sst-monthly-2006-2010",
        assets=(asset,),
        span=Span(bbox=cell_edges(data), start=stamp(bounds[0, 0]), end=stamp(end)),
        properties={"gsd": 61800},
    )


def nino12(folder: Path) -> Converted:
    """Convert the Niño 1+2 record to Parquet: `time` (first day of the month), `sst` in degrees Celsius."""
    path = package_file("statsmodels", "statsmodels", "datasets", "elnino", "elnino.csv")
    wide = pd.read_csv(path).set_index("YEAR")
    table = pd.DataFrame(
        {
            "time": [pd.Timestamp(int(year), month, 1) for year in wide.index for month in range(1, 13)],
            "sst": wide.to_numpy(dtype="float64").ravel(),
        }
    )
    asset = formats.parquet(table, folder / "nino12-sst-monthly.parquet", title="Monthly sea-surface temperature")
    end = table["time"].iloc[-1] + pd.offsets.MonthBegin(1) - pd.Timedelta(seconds=1)
    return Converted(
        item="nino12-sst-monthly-1950-2010",
        assets=(asset,),
        span=Span(bbox=(-90.0, -10.0, -80.0, 0.0), start=stamp(table["time"].iloc[0]), end=stamp(end)),
        properties={},
    )


def to_west_and_east(data: xr.Dataset) -> xr.Dataset:
    """Move longitudes of 180 and more to the west, and sort."""
    longitude = data["longitude"]
    moved = xr.where(longitude >= 180, longitude - 360, longitude).assign_attrs(longitude.attrs)
    return data.assign_coords(longitude=moved).sortby("longitude")


def cell_edges(data: xr.Dataset) -> tuple[float, float, float, float]:
    """Return the box of a regular grid in degrees, from the edges of its outer cells, within the globe."""
    lon, lat = np.sort(data["longitude"].values), np.sort(data["latitude"].values)
    dx, dy = float(lon[1] - lon[0]) / 2, float(lat[1] - lat[0]) / 2
    box = (lon[0] - dx, lat[0] - dy, lon[-1] + dx, lat[-1] + dy)
    west, south, east, north = (round(float(edge), 4) for edge in box)
    if east - west >= 360 - dx:
        west, east = -180.0, 180.0
    return max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0)


def stamp(time: object) -> str:
    """Return a time of the data as STAC writes it."""
    return pd.Timestamp(time).strftime("%Y-%m-%dT%H:%M:%SZ")  # type: ignore[arg-type]
