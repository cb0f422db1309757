"""The files of a cube: two layouts, plain zips, the same bytes every time, and notes that follow CF."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from tests.cubes.conftest import Sources, axis, field, generated

from repeatpass.kit.opening import ZARR_ZIP, open_file
from repeatpass.kit.reading import sha256_of

Make = Callable[..., xr.Dataset]
YEAR = {"start": "2001", "end": "2001", "step": "P1M"}
MONTHS = pd.date_range("2001-01-01", periods=12, freq="MS").values
PACKING = {"dtype": "int16", "scale": 0.001, "nodata": -32768}


@pytest.fixture
def year(sources: Sources) -> dict[str, Any]:
    """A specification of two variables over a year, and what it is made from."""
    sources.dataset("a", field(axis(-90, 90, 5), axis(-180, 180, 5), MONTHS, gaps=0.1).to_dataset())
    still = field(axis(-90, 90, 5), axis(-180, 180, 5), seed=2)
    sources.dataset("b", still.to_dataset())
    notes = {"units": "K", "standard_name": "sea_surface_temperature", "long_name": "Sea-surface temperature"}
    variables = {
        "sst": {"collection": "a", "packing": PACKING, **notes},
        "mean_depth": {"collection": "b", "units": "m", "long_name": "Depth"},
    }
    chunks = {"map": {"y": 6, "x": 12}, "series": {"time": 5, "y": 4, "x": 7}}
    return {"variables": variables, "time": YEAR, "chunks": chunks, "title": "A cube", "keywords": ["test"]}


def test_both_layouts_hold_the_same_numbers_in_the_chunks_that_were_asked_for(make: Make, year: dict[str, Any]) -> None:
    maps, series = make("map", **year), make("series", **year)
    assert maps["sst"].encoding["chunks"] == (1, 6, 12) and series["sst"].encoding["chunks"] == (5, 4, 7)
    xr.testing.assert_identical(maps.load(), series.load())
    assert float(maps["sst"].notnull().mean()) > 0.99


def test_a_cube_is_a_zip_whose_chunks_are_ranges_of_bytes_and_the_same_specification_gives_the_same_bytes(
    year: dict[str, Any], tmp_path: Path
) -> None:
    one, two = generated(tmp_path / "one", **year), generated(tmp_path / "two", **year)
    for layout, path in one.files.items():
        assert sha256_of(path) == sha256_of(two.files[layout])
        with zipfile.ZipFile(path) as archive:
            assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
            assert [entry.filename for entry in archive.infolist()] == sorted(archive.namelist())
    assert one.facts == two.facts
    assert not list((tmp_path / "work").iterdir())  # nothing is left of the work


@pytest.mark.parametrize("changes", [{}, {"crs": "EPSG:3413", "area": [-180, 60, 180, 90], "resolution": 500_000}])
@pytest.mark.parametrize("standard", ["cf:1.8", "cf:1.10"])
def test_the_notes_pass_the_checker_of_cf(
    year: dict[str, Any], make: Make, tmp_path: Path, changes: dict[str, Any], standard: str
) -> None:
    found = _findings(_as_netcdf(make(**year | changes), tmp_path / "cube.nc"), standard)
    assert not found["high_priorities"], found["high_priorities"]
    medium = [each for each in found["medium_priorities"] if "does not contain" not in each]  # it states 1.10 alone
    assert not medium, medium


def test_the_notes_say_what_where_and_when_as_acdd_asks(year: dict[str, Any], make: Make) -> None:
    notes = make(**year).attrs
    assert (
        notes["title"] == notes["summary"] == "A cube"
        and notes["keywords"] == "test"
        and "CF-1.10" in notes["Conventions"]
    )
    assert (notes["geospatial_lat_min"], notes["geospatial_lon_max"]) == (-90, 180)
    assert (notes["time_coverage_start"], notes["time_coverage_end"]) == (
        "2001-01-01T00:00:00Z",
        "2002-01-01T00:00:00Z",
    )


def _as_netcdf(cube: xr.Dataset, path: Path) -> Path:
    """The same numbers and notes as NetCDF, which the checker reads; its own notes are left as they are in the Zarr."""
    encoding = {
        str(name): {key: each.encoding[key] for key in ("dtype", "_FillValue", "scale_factor", "add_offset", "units", "calendar")
                    if key in each.encoding}
        for name, each in cube.variables.items()
    }  # fmt: skip
    for name in encoding:
        encoding[name].setdefault("_FillValue", None)
    encoding["time_bnds"] = encoding["time"]
    loaded = cube.load().drop_encoding()
    for name in ("sst", "mean_depth"):
        loaded[name].attrs["grid_mapping"] = "spatial_ref"
    loaded.to_netcdf(path, engine="netcdf4", encoding=encoding)
    return path


def _findings(path: Path, standard: str) -> dict[str, Any]:
    runner = pytest.importorskip("compliance_checker.runner", reason="compliance-checker is not installed")
    import json
    import warnings

    report = path.with_suffix(f".{standard.replace(':', '-')}.json")
    checker = runner.ComplianceChecker
    runner.CheckSuite.load_all_available_checkers()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        checker.run_checker(
            str(path), [standard], 0, "normal", output_filename=str(report), output_format="json"
        )  # fmt: skip
    found: dict[str, Any] = json.loads(report.read_text())[standard]
    return {
        level: [
            f"{each['name']}: {'; '.join(each['msgs'])}" for each in found[level] if each["value"][0] < each["value"][1]
        ]
        for level in ("high_priorities", "medium_priorities", "low_priorities")
    }


def test_times_are_whole_numbers_with_bounds_and_no_axis_has_a_number_for_gaps(
    make: Make, year: dict[str, Any]
) -> None:
    found = make(**year)
    assert found["time"].encoding["dtype"] == np.dtype("int32")
    assert found["time"].encoding["units"] == "days since 1970-01-01 00:00:00"
    for name in ("time", "time_bnds", "lat", "lon", "lat_bnds", "lon_bnds"):
        assert "_FillValue" not in found[name].encoding, name
    assert found["sst"].attrs["cell_methods"] == "time: mean" and "cell_methods" not in found["mean_depth"].attrs
    assert found["sst"].attrs["grid_mapping"] == "spatial_ref" and "spatial_ref" in found["sst"].coords
    assert found.attrs["history"].endswith("from a version 1, b version 1")


def test_hours_are_counted_in_seconds(sources: Sources, make: Make) -> None:
    hours = pd.date_range("2001-01-01", periods=24, freq="h").values
    sources.dataset("a", field(axis(-90, 90, 10), axis(-180, 180, 10), hours).to_dataset())
    time = {"start": "2001-01-01", "end": "2001-01-01", "step": "T6H".join(["P", ""])}
    found = make(variables={"v": {"collection": "a"}}, time=time)
    assert found["time"].encoding["units"] == "seconds since 1970-01-01 00:00:00"
    assert [str(each)[11:13] for each in found["time"].values] == ["00", "06", "12", "18"]


def test_gdal_and_rioxarray_know_where_it_lies(make: Make, year: dict[str, Any]) -> None:
    import rioxarray  # noqa: F401

    found = make(**year | {"crs": "EPSG:3035", "area": [0, 40, 20, 60], "resolution": 100_000})["sst"]
    assert found.rio.crs.to_epsg() == 3035
    assert found.rio.transform()[0] == 100_000 and found.rio.transform()[4] == -100_000
    assert all(edge % 100_000 == 0 for edge in found.rio.bounds())


def test_one_layout_alone_is_made_where_one_is_asked_for(year: dict[str, Any], tmp_path: Path) -> None:
    made = generated(tmp_path / "made", **year | {"layouts": ["series"]})
    assert list(made.files) == ["series"] and not (tmp_path / "made" / "map.zarr.zip").exists()
    assert open_file(made.files["series"], ZARR_ZIP, {})["sst"].shape == (12, 18, 36)
