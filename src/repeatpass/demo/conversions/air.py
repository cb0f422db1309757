"""Air: weekly carbon dioxide at Mauna Loa, and the climatology of turbidity."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from repeatpass.demo import formats
from repeatpass.demo.conversions.ocean import stamp
from repeatpass.demo.records import Converted, Span
from repeatpass.demo.sources import package_file

MAUNA_LOA = (-155.576, 19.536)  # degrees; NOAA Global Monitoring Laboratory, site MLO
FINE = 6  # cells of the source along one side of a cell here


def co2(folder: Path) -> Converted:
    """Convert weekly CO2 to Parquet: `time` (the date of the source), `co2` in ppm by volume, empty where missing."""
    path = package_file("statsmodels", "statsmodels", "datasets", "co2", "co2.csv")
    raw = pd.read_csv(path)
    table = pd.DataFrame({"time": pd.to_datetime(raw["date"].astype(str), format="%Y%m%d"), "co2": raw["co2"]})
    asset = formats.parquet(table, folder / "co2-mauna-loa-weekly.parquet", title="Weekly carbon dioxide")
    longitude, latitude = MAUNA_LOA
    return Converted(
        item="co2-mauna-loa-weekly-1958-2001",
        assets=(asset,),
        span=Span(
            bbox=(longitude, latitude, longitude, latitude),
            start=stamp(table["time"].iloc[0]),
            end=stamp(table["time"].iloc[-1]),
        ),
        properties={},
    )


def turbidity(folder: Path) -> Converted:
    """Convert Linke turbidity to Zarr: `linke_turbidity` (month 12, latitude 360, longitude 720).

    Each cell of half a degree is the mean of 6 x 6 cells of the source (5 arc minutes, steps of 1/20),
    kept to 1/1000. The source states no years, so the months carry no dates.
    """
    import h5py

    path = package_file("pvlib", "pvlib", "data", "LinkeTurbidities.h5")
    with h5py.File(path) as file:
        steps = file["LinkeTurbidity"]
        rows, columns, months = (steps.shape[0] // FINE, steps.shape[1] // FINE, steps.shape[2])
        coarse = np.empty((months, rows, columns))
        for top in range(0, rows, 30):  # a band of latitudes at a time keeps the memory small
            band = steps[top * FINE : (top + 30) * FINE].astype("float32")
            coarse[:, top : top + 30] = _block_means(band).transpose(2, 0, 1) / 20
    cell = 180 / rows
    data = xr.Dataset(
        {"linke_turbidity": (("month", "latitude", "longitude"), coarse.round(3))},
        {
            "month": ("month", np.arange(1, 13, dtype="int8"), {"long_name": "month of the year"}),
            "latitude": ("latitude", 90 - cell * (np.arange(rows) + 0.5), _degrees("latitude", "north")),
            "longitude": (
                "longitude",
                -180 + cell * (np.arange(columns) + 0.5),
                _degrees("longitude", "east"),
            ),
        },
    )
    data["linke_turbidity"].attrs = {"units": "1", "long_name": "Linke turbidity, mean of the month"}
    asset = formats.zarr_zip(
        data,
        folder / "linke-turbidity.zarr.zip",
        title="Linke turbidity by month of the year",
        chunks={"month": 1},
        packed={"linke_turbidity": {"dtype": "uint16", "scale_factor": 0.001, "_FillValue": 65535}},
    )
    return Converted(assets=(asset,), span=Span(bbox=(-180, -90, 180, 90), start=None, end=None), properties={})


def _block_means(
    band: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]",
) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    """Return the means of FINE x FINE cells of an array (row, column, month)."""
    rows, columns, months = band.shape
    blocks = band.reshape(rows // FINE, FINE, columns // FINE, FINE, months)
    means: np.ndarray[tuple[int, ...], np.dtype[np.float32]] = blocks.mean(axis=(1, 3))
    return means


def _degrees(name: str, towards: str) -> dict[str, str]:
    return {"standard_name": name, "units": f"degrees_{towards}"}
