"""Cubes and rasters are compared by types, coordinates and units, then by numbers."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import xarray as xr

from repeatpass.kit.records import Tolerance
from repeatpass.verification.comparison import Aspect, OutputComparison, Verdict, layers
from repeatpass.verification.comparison.compare import compare_output

NETCDF = "application/x-netcdf"


def compare_pair(
    cube: Callable[..., Path], folder: Path, tolerance: Tolerance | None = None, **changes: Any
) -> OutputComparison:
    a, b = cube(folder / "a.nc"), cube(folder / "b.nc", **changes)
    return compare_output(a, b, "raster", NETCDF, tolerance or Tolerance(), name="sst.nc")


def test_equal_numbers_with_another_history_are_identical_but_not_in_bytes(
    tmp_path: Path, cube: Callable[..., Path]
) -> None:
    found = compare_pair(cube, tmp_path, history="made twice")
    assert (found.verdict, found.bytes_identical) == (Verdict.IDENTICAL, False)
    assert [difference.aspect for difference in found.differences] == [Aspect.REMARKS]


def test_the_largest_difference_is_placed_by_its_coordinates(tmp_path: Path, cube: Callable[..., Path]) -> None:
    found = compare_pair(cube, tmp_path, put={(1, 2, 3): 999.0, (0, 0, 0): 280.5})
    (one,) = found.differences
    assert one.at == (("time", "2007-12-01"), ("lat", "2"), ("lon", "3"))
    assert found.sentence == "sst.nc: 2 of 60 values differ, by at most 708 K (Dec 2007, lat 2, lon 3)"


def test_a_missing_pixel_is_a_difference(tmp_path: Path, cube: Callable[..., Path]) -> None:
    found = compare_pair(cube, tmp_path, Tolerance(absolute=1000), put={(1, 2, 3): np.nan})
    assert found.verdict is Verdict.DIFFERENT
    assert found.differences[0].missing == 1


def test_a_small_difference_is_within_the_tolerance(tmp_path: Path, cube: Callable[..., Path]) -> None:
    found = compare_pair(cube, tmp_path, Tolerance(absolute=0.5), put={(0, 0, 0): 280.25})
    assert found.verdict is Verdict.WITHIN


@pytest.mark.parametrize(
    ("change", "aspect", "words"),
    [
        ({"dtype": "float64"}, Aspect.TYPES, "the type of variable sst changed from float32 to float64"),
        ({"units": "degC"}, Aspect.UNITS, "the unit of variable sst changed from K to degC"),
        ({"shift": 0.25}, Aspect.COORDINATES, "coordinate lat: 4 of 4 values differ, by at most 0.25 deg"),
        (
            {"start": "2007-12-01"},
            Aspect.COORDINATES,
            "coordinate time: 3 of 3 values differ: '2007-11-01' became '2007-12-01'",
        ),
        ({"columns": 4}, Aspect.COORDINATES, "5 lon to 3 time × 4 lat × 4 lon"),
        ({"projection": "mercator"}, Aspect.COORDINATES, "grid_mapping_name of coordinate crs"),
        ({"name": "sea"}, Aspect.STRUCTURE, "variable sst is missing in the repeat"),
    ],
)
def test_what_the_numbers_mean_is_compared_before_the_numbers(
    tmp_path: Path, cube: Callable[..., Path], change: dict[str, Any], aspect: Aspect, words: str
) -> None:
    found = compare_pair(cube, tmp_path, Tolerance(absolute=1000), **change)
    assert found.verdict is Verdict.DIFFERENT
    assert any(one.aspect is aspect and words in one.message for one in found.differences), found


def test_a_difference_in_the_last_block_of_a_large_cube_is_found_and_placed(
    tmp_path: Path, cube: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layers, "BLOCK", 20)  # one time step at once
    found = compare_pair(cube, tmp_path, put={(0, 0, 0): 281.0, (2, 3, 4): 350.0})
    assert found.differences[0].at[0] == ("time", "2008-01-01")
    assert (found.differences[0].differing, found.differences[0].compared) == (2, 60)


def test_a_difference_inside_a_group_is_not_overlooked(tmp_path: Path, cube: Callable[..., Path]) -> None:
    for name, value in (("a.nc", 1.0), ("b.nc", 2.0)):
        cube(tmp_path / name)
        inner = xr.Dataset({"bias": ((), value)})
        inner.to_netcdf(tmp_path / name, mode="a", group="quality", engine="h5netcdf")
    found = compare_output(tmp_path / "a.nc", tmp_path / "b.nc", "raster", NETCDF)
    assert found.differences[0].subject == "quality/bias"
    assert found.verdict is Verdict.DIFFERENT


def zipped(path: Path, bump: float) -> Path:
    data = xr.Dataset({"sst": (("y", "x"), np.arange(12.0).reshape(3, 4))})
    data["sst"][2, 1] += bump
    folder = path.with_suffix("")
    data.to_zarr(folder, consolidated=False)
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
    return path


def test_a_zipped_zarr_is_compared_by_its_numbers(tmp_path: Path) -> None:
    a, b = zipped(tmp_path / "a.zarr.zip", 0.0), zipped(tmp_path / "b.zarr.zip", 0.5)
    found = compare_output(a, b, "raster", "application/vnd.zarr; version=3", name="sst.zarr.zip")
    assert found.differences[0].at == (("y", "2"), ("x", "1"))
    assert found.differences[0].maximum_absolute == 0.5


def test_a_cube_that_is_cut_short_is_compared_by_its_bytes_and_said_so(
    tmp_path: Path, cube: Callable[..., Path]
) -> None:
    a = cube(tmp_path / "a.nc")
    b = tmp_path / "b.nc"
    b.write_bytes(a.read_bytes()[:1000])
    found = compare_output(a, b, "raster", NETCDF)
    assert found.verdict is Verdict.DIFFERENT
    assert any("could not be opened as a cube" in one.message for one in found.differences)


def scene(path: Path, **changes: Any) -> Path:
    values = np.arange(48, dtype="uint16").reshape(6, 8)
    values[3, 4] += changes.get("bump", 0)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=8,
        height=6,
        count=1,
        dtype="uint16",
        crs=changes.get("crs", "EPSG:32633"),
        nodata=changes.get("nodata", 0),
        transform=rasterio.Affine(10, 0, changes.get("west", 500000), 0, -10, 5000000),
    ) as target:
        target.write(values, 1)
        target.update_tags(MADE=changes.get("made", "once"))
    return path


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"bump": 7}, "1 of 48 values differs, by at most 7 (row 3, column 4)"),
        ({"crs": "EPSG:32634"}, "the coordinate system of band 1 changed from EPSG:32633 to EPSG:32634"),
        ({"west": 500010}, "the placing on the map of band 1"),
        ({"nodata": 65535}, "the value for missing of band 1 changed from 0.0 to 65535.0"),
    ],
)
def test_a_geotiff_is_compared_by_its_place_and_its_pixels(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    found = compare_output(scene(tmp_path / "a.tif"), scene(tmp_path / "b.tif", **change), "raster", "image/tiff")
    assert found.verdict is Verdict.DIFFERENT
    assert words in found.sentence


def test_a_geotiff_with_other_tags_is_identical(tmp_path: Path) -> None:
    found = compare_output(scene(tmp_path / "a.tif"), scene(tmp_path / "b.tif", made="twice"), "raster", "image/tiff")
    assert (found.verdict, found.bytes_identical) == (Verdict.IDENTICAL, False)


def test_a_difference_below_zero_of_unsigned_numbers_is_not_wrapped_around(tmp_path: Path) -> None:
    a, b = scene(tmp_path / "a.tif", bump=1), scene(tmp_path / "b.tif", bump=3)
    found = compare_output(a, b, "raster", "image/tiff", Tolerance(absolute=2))
    assert found.verdict is Verdict.WITHIN
    assert found.differences[0].maximum_absolute == 2
