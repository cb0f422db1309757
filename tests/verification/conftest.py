"""Makers of real files and real runs, each made anew for the tests that need them."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from crate_making import environment, run_for_real

from repeatpass.notebooks.environments import ensure
from repeatpass.notebooks.kit_copy import kit_folder
from repeatpass.verification.crate import CrateContent, write_crate

HEADER = "place,time,value,lower,upper,reference,flag\n"
MONTHS = pd.date_range("2006-04-01", periods=54, freq="MS")


def make_series(path: Path, changes: dict[str, str] | None = None, drop: tuple[str, ...] = ()) -> Path:
    """Write a values table of 54 months; *changes* replaces the value of some dates."""
    given = changes or {}
    rows = []
    for number, month in enumerate(MONTHS):
        date = month.date().isoformat()
        value = given.get(date, f"{np.sin(number / 6):.2f}")
        if date not in drop:
            rows.append(f"nino34,{date},{value},,,,\n")
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return path


def make_cube(path: Path, **changes: Any) -> Path:
    """Write a small NetCDF cube (time 3, lat 4, lon 5); keywords change one thing each."""
    values = np.linspace(280.0, 300.0, 60).reshape(3, 4, 5).astype(changes.get("dtype", "float32"))
    for index, value in changes.get("put", {}).items():
        values[index] = value
    data = xr.Dataset(
        {changes.get("name", "sst"): (("time", "lat", "lon"), values, {"units": changes.get("units", "K")})},
        coords={
            "time": pd.date_range(changes.get("start", "2007-11-01"), periods=3, freq="MS"),
            "lat": ("lat", np.arange(4.0) + changes.get("shift", 0.0), {"units": "degrees_north"}),
            "lon": ("lon", np.arange(5.0), {"units": "degrees_east"}),
            "crs": ((), 0, {"grid_mapping_name": changes.get("projection", "latitude_longitude")}),
        },
        attrs={"history": changes.get("history", "made once")},
    )
    data = data.isel(lon=slice(changes.get("columns", 5)))
    data.to_netcdf(path, engine="h5netcdf")
    return path


@pytest.fixture
def series() -> Callable[..., Path]:
    """Return the maker of values tables."""
    return make_series


@pytest.fixture
def cube() -> Callable[..., Path]:
    """Return the maker of cubes."""
    return make_cube


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with an environment of ipykernel and pandas, made once for all processes of the tests."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "home-of-crates"
    ensure(environment(), folder)
    return folder


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory, home: Path) -> CrateContent:
    """Return a run that was really executed in the environment of these tests."""
    folder = tmp_path_factory.mktemp("original")
    return run_for_real(folder / "r1", ensure(environment(), home), kit_folder(home / "kits"))


@pytest.fixture
def crate(original: CrateContent, tmp_path: Path) -> Path:
    """Return a crate of the original run, for one test alone."""
    return write_crate(tmp_path / "crate.zip", original)
