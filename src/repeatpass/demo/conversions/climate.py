"""Climate: the Southern Oscillation Index, and one projection of a climate model, labelled as such."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from repeatpass.demo import formats
from repeatpass.demo.conversions.ocean import cell_edges, stamp, to_west_and_east
from repeatpass.demo.records import Converted, Span
from repeatpass.demo.sources import package_file

DARWIN = (130.84, -12.46)  # degrees; the city. The file names the station but states no coordinates


def soi(folder: Path) -> Converted:
    """Convert the Southern Oscillation Index to Parquet: `time` (first day of the month), `soi` without a unit."""
    path = package_file("iris-sample-data", "iris_sample_data", "sample_data", "SOI_Darwin.nc")
    with xr.open_dataset(path, engine="h5netcdf") as raw:
        index = raw["SOI_Darwin"].load()
    table = pd.DataFrame({"time": index["time"].values, "soi": index.values})
    asset = formats.parquet(table, folder / "soi-darwin-monthly.parquet", title="Southern Oscillation Index")
    known = table.dropna()["time"]  # the twelve months of 2013 are empty in the source and stay so
    end = known.iloc[-1] + pd.offsets.MonthBegin(1) - pd.Timedelta(seconds=1)
    longitude, latitude = DARWIN
    return Converted(
        item="soi-darwin-monthly-1866-2012",
        assets=(asset,),
        span=Span(
            bbox=(longitude, latitude, longitude, latitude),
            start=stamp(table["time"].iloc[0]),
            end=stamp(end),
        ),
        properties={},
    )


def a1b(folder: Path) -> Converted:
    """Convert the A1B projection to Zarr: `air_temperature` (year 240, latitude 37, longitude 49) in K.

    The model counts 360 days a year; each value is the mean of December to November and is filed under
    the year of that November.
    """
    path = package_file("iris-sample-data", "iris_sample_data", "sample_data", "A1B_north_america.nc")
    with xr.open_dataset(path, engine="h5netcdf", decode_timedelta=False) as raw:
        data = raw[["air_temperature", "latitude_longitude"]].load()
        ends = [bound.year for bound in raw["time_bnds"].values[:, 1]]
    years = np.array(ends, dtype="int16")
    data = data.drop_vars(["forecast_period", "forecast_reference_time", "height"], errors="ignore")
    data = data.assign_coords(time=("time", years)).rename(time="year")
    data["year"].attrs = {"long_name": "year of the model, December to November"}
    data["air_temperature"].attrs |= {
        "grid_mapping": "latitude_longitude",
        "long_name": "Air temperature, annual mean",
    }
    data = to_west_and_east(data)
    asset = formats.zarr_zip(
        data,
        folder / "a1b-north-america.zarr.zip",
        title="Annual mean air temperature (model)",
        chunks={"year": 60},
    )
    start, end = f"{years[0] - 1}-12-01T00:00:00Z", f"{years[-1]}-11-30T23:59:59Z"
    return Converted(
        item="a1b-north-america-1860-2099",
        assets=(asset,),
        span=Span(bbox=cell_edges(data), start=start, end=end),
        properties={},
    )
