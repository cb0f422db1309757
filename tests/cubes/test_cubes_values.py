"""Every number of a cube, computed a second time in another way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import rasterio
import xarray as xr
from tests.cubes.conftest import Sources, axis, field, overlaps

Make = Callable[..., xr.Dataset]
JANUARY = pd.date_range("2001-01-01", periods=31).values


def expected(array: xr.DataArray, resolution: float, width: int, height: int, left: float, top: float) -> Any:
    """The mean over the true area of each cell, by plain sums."""
    lat, lon = array["lat"].values, array["lon"].values
    dy, dx = lat[1] - lat[0], lon[1] - lon[0]
    down = overlaps(np.append(lat - dy / 2, lat[-1] + dy / 2), top, -resolution, height, area=True)
    across = overlaps(np.append(lon - dx / 2, lon[-1] + dx / 2), left, resolution, width)
    there = np.isfinite(array.values)
    weight = down @ there @ across.T
    with np.errstate(invalid="ignore"):
        return np.where(weight > 1e-9, down @ np.where(there, array.values, 0) @ across.T / weight, np.nan)


@pytest.mark.parametrize("step", [2.5, 4 / 3])
def test_coarser_cells_are_means_over_the_true_area_even_where_cells_are_cut(
    sources: Sources, make: Make, step: float
) -> None:
    array = field(axis(-80, 80, step), axis(-180, 180, step), gaps=0.2)
    sources.dataset("a", array.to_dataset())
    found = make(variables={"v": {"collection": "a"}}, area=[-180, -80, 180, 80])["v"]
    assert found.dims == ("lat", "lon")  # it has no time, so the cube says it once
    np.testing.assert_allclose(found.values, expected(array, 10, 36, 16, -180, 80), atol=2e-6)


def test_a_file_that_counts_its_rows_from_the_south_and_its_columns_from_greenwich_gives_the_same(
    sources: Sources, make: Make
) -> None:
    array = field(axis(90, -90, -2.5), axis(-180, 180, 2.5))
    turned = array.assign_coords(lon=array.lon % 360).sortby("lon").sortby("lat")
    sources.dataset("a", array.to_dataset())
    sources.dataset("b", turned.to_dataset())
    found = make(variables={"a": {"collection": "a"}, "b": {"collection": "b"}})
    np.testing.assert_allclose(found["a"].values, found["b"].values, atol=1e-6)


def test_an_area_across_the_antimeridian_has_the_numbers_of_the_whole_earth(sources: Sources, make: Make) -> None:
    sources.dataset("a", field(axis(-90, 90, 2.5), axis(-180, 180, 2.5)).to_dataset())
    variables = {"v": {"collection": "a"}, "b": {"collection": "a", "resampling": "bilinear"}}
    whole = make(variables=variables).load()
    part = make(variables=variables, area=[160, -20, -150, 20])
    assert part["lon"].values.tolist() == [165, 175, 185, 195, 205]
    for name in variables:
        there = whole[name].sel(lat=part.lat, lon=(part.lon + 180) % 360 - 180)
        np.testing.assert_allclose(part[name].values, there.values, atol=1e-6)


def test_a_regional_file_in_degrees_east_finds_its_place_on_both_sides_of_the_antimeridian(
    sources: Sources, make: Make
) -> None:
    array = field(axis(-20, 20, 5), axis(150, 260, 5))
    sources.dataset("a", array.to_dataset())
    found = make(variables={"v": {"collection": "a"}}, area=[-180, -20, 180, 20])["v"]
    there = found.assign_coords(lon=found.lon % 360).sortby("lon")
    np.testing.assert_allclose(there.sel(lon=slice(150, 260)).values, expected(array, 10, 11, 4, 150, 20), atol=1e-6)
    assert there.sel(lon=slice(0, 149)).isnull().all() and there.sel(lon=slice(261, 360)).isnull().all()


@pytest.mark.parametrize(("crs", "area"), [("EPSG:3413", [-180, 60, 180, 90]), ("EPSG:3031", [-180, -90, 180, -60])])
def test_a_polar_grid_holds_the_pole_and_the_nearest_numbers(
    sources: Sources, make: Make, crs: str, area: list[float]
) -> None:
    from pyproj import Transformer

    array = field(axis(-90, 90, 2.5), axis(0, 360, 2.5))
    sources.dataset("a", array.to_dataset())
    found = make(variables={"v": {"collection": "a", "resampling": "nearest"}}, area=area, crs=crs, resolution=200_000)[
        "v"
    ]
    x, y = np.meshgrid(found.x, found.y)
    lon, lat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(x, y)
    nearest = array.sel(lat=xr.DataArray(lat), lon=xr.DataArray(lon % 360), method="nearest").values
    beside = np.abs(found.values - nearest) > 1e-5
    assert np.isfinite(found.values).all()
    assert beside.mean() < 0.02  # points that lie between two cells may fall to either


def test_a_polar_mean_is_that_of_what_its_cell_covers_also_at_the_pole_and_across_the_antimeridian(
    sources: Sources, make: Make
) -> None:
    lat = axis(-90, 90, 1)
    sources.dataset("a", field(lat, axis(-180, 180, 1)).pipe(lambda one: one * 0 + one.lat).rename("v").to_dataset())
    body = {"area": [-180, 70, 180, 90], "crs": "EPSG:3413", "resolution": 250_000}
    found = make(variables={"v": {"collection": "a"}}, **body)["v"]
    from pyproj import Transformer

    shifts = (np.arange(50) + 0.5) / 50 * 250_000 - 125_000
    x, y = (found.x.values[:, None] + shifts).ravel(), (found.y.values[:, None] + shifts).ravel()
    _, lat = Transformer.from_crs("EPSG:3413", "EPSG:4326", always_xy=True).transform(*np.meshgrid(x, y))
    mean = lat.reshape(found.sizes["y"], 50, found.sizes["x"], 50).mean(axis=(1, 3))
    assert np.abs(found.values - mean).max() < 0.1  # degrees, in cells of two degrees and a half


@pytest.mark.parametrize("how", ["mean", "min", "max", "sum", "first", "last", "count"])
def test_steps_are_what_xarray_makes_of_the_same_days(sources: Sources, make: Make, how: str) -> None:
    days = pd.date_range("2001-01-28", "2001-03-05").values
    array = field(axis(-90, 90, 10), axis(-180, 180, 10), days, gaps=0.4)
    sources.dataset("a", array.to_dataset(), {"time": 7})
    variables = {"v": {"collection": "a", "aggregation": how, "resampling": "nearest"}}
    found = make(variables=variables, time={"start": "2001-01", "end": "2001-03", "step": "P1M"})["v"]
    groups = array.resample(time="MS")
    same = groups.sum(min_count=1) if how == "sum" else getattr(groups, how)()
    np.testing.assert_allclose(found.values, same.sel(lat=found.lat).values, atol=1e-6)


def test_steps_of_days_begin_where_the_cube_begins(sources: Sources, make: Make) -> None:
    array = field(axis(-90, 90, 10), axis(-180, 180, 10), JANUARY)
    sources.dataset("a", array.to_dataset(), {"time": 4})
    time = {"start": "2001-01-03", "end": "2001-01-16", "step": "P5D"}
    found = make(variables={"v": {"collection": "a"}}, time=time)
    assert [str(day)[:10] for day in found["time"].values] == ["2001-01-03", "2001-01-08", "2001-01-13"]
    assert str(found["time_bnds"].values[-1][1])[:10] == "2001-01-18"
    second = array.sel(time=slice("2001-01-08", "2001-01-12")).mean("time").sel(lat=found.lat)
    np.testing.assert_allclose(found["v"][1].values, second.values, atol=1e-6)


def test_the_months_of_a_climatology_come_again_every_year(sources: Sources, make: Make) -> None:
    array = field(axis(-90, 90, 10), axis(-180, 180, 10), np.arange(12)).rename(time="month")
    sources.dataset("a", array.assign_coords(month=np.arange(1, 13)).to_dataset(), {"month": 1})
    time = {"start": "2001-11", "end": "2003-02", "step": "P1M"}
    found = make(variables={"v": {"collection": "a"}}, time=time)["v"].sel(lat=array.lat)
    for place, moment in enumerate(found.time.values):
        month = int(str(moment)[5:7])
        np.testing.assert_allclose(found[place].values, array[month - 1].values, atol=1e-6)


def scene(path: Path, values: Any, left: float, top: float) -> Path:
    """Write bands (band, y, x) at 30 m in UTM as a GeoTIFF; -1 is no data."""
    shape = {"count": values.shape[0], "height": values.shape[1], "width": values.shape[2], "dtype": "float32"}
    place = {"crs": "EPSG:32633", "transform": rasterio.Affine(30, 0, left, 0, -30, top), "nodata": -1}
    with rasterio.open(path, "w", driver="GTiff", **shape, **place) as sink:
        sink.write(values.astype("float32"))
        for number, name in enumerate(("red", "nir"), start=1):
            sink.set_band_description(number, name)
    return path


def test_scenes_of_several_days_become_an_index_on_one_grid(sources: Sources, make: Make, tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    first, second = random.uniform(0.1, 1, (2, 20, 20)), random.uniform(0.1, 1, (2, 20, 20))
    first[:, 4:8, 4:8] = -1
    west, east = (
        scene(tmp_path / "west.tif", first, 600_000, 5_000_040),
        scene(tmp_path / "east.tif", second, 600_300, 5_000_040),
    )
    sources.file("s", west, datetime="2001-01-05T10:00:00Z")
    sources.file("s", east, datetime="2001-01-20T10:00:00Z")
    body = {"crs": "EPSG:32633", "resolution": 60, "bounds": [600_000, 4_999_440, 600_900, 5_000_040], "area": None}
    variables = {"ndvi": {"collection": "s", "expression": "(nir - red) / (nir + red)", "units": "1"}}
    found = make(variables=variables, **body)["ndvi"]

    def index(values: Any) -> Any:
        red, nir = np.where(values == -1, np.nan, values)
        return (nir - red) / (nir + red)

    whole = np.full((2, 20, 30), np.nan)
    whole[0, :, :20], whole[1, :, 10:] = index(first), index(second)
    with pytest.warns(RuntimeWarning, match="empty slice"):
        each = np.nanmean(whole.reshape(2, 10, 2, 15, 2), axis=(2, 4))  # first onto the grid,
        right = np.nanmean(each, axis=0)  # then over time
    np.testing.assert_allclose(found[0].values, right, atol=1e-6)
    assert np.isnan(found[0].values[2:4, 2:4]).all()


def test_packed_numbers_lie_within_half_a_step_and_gaps_stay_gaps(sources: Sources, make: Make) -> None:
    array = field(axis(-90, 90, 10), axis(-180, 180, 10), JANUARY[:1], gaps=0.3)
    sources.dataset("a", array.to_dataset())
    packing = {"dtype": "int16", "scale": 0.001, "offset": 2.0, "nodata": -32768}
    found = make(variables={"v": {"collection": "a", "packing": packing}})["v"]
    there = array[0].sel(lat=found.lat).values
    assert (np.isnan(found[0].values) == np.isnan(there)).all()
    assert np.nanmax(np.abs(found[0].values - there)) <= 0.000501
    assert found.encoding["dtype"] == np.dtype("int16") and found.encoding["_FillValue"] == -32768


def test_one_place_of_a_further_dimension_is_selected(sources: Sources, make: Make) -> None:
    one = field(axis(-90, 90, 10), axis(-180, 180, 10))
    sources.dataset("a", xr.concat([one, one + 10], dim=pd.Index([0, 100], name="depth")).to_dataset(name="v"))
    found = make(variables={"v": {"collection": "a", "select": {"depth": 90}}})["v"]
    np.testing.assert_allclose(found.values, one.sel(lat=found.lat).values + 10, atol=1e-5)
