"""Series of real and of made layers, beside references that numpy and GEOS compute cell by cell."""

import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
import xarray as xr
from pyproj import Transformer
from rasterio.transform import from_origin
from tests.layers import COG, File, Rooms

from repeatpass.core.errors import Exhausted, Invalid, Unavailable
from repeatpass.data.areas import Area, Point, box_of
from repeatpass.data.records import Style
from repeatpass.data.series import bounds
from repeatpass.data.series.records import Cell, Covered, chosen_statistics
from repeatpass.data.times import NoSuchTime
from repeatpass.demo.formats import zarr_zip
from repeatpass.kit.opening import ZARR_ZIP

PLAIN = Style()
COUNTRY = shapely.Polygon([(-4.3, 48.1), (3.2, 51.7), (8.9, 48.3), (6.6, 43.2), (2.1, 41.9), (-1.8, 43.3)])


def made_cube(*, step: float = 2.0, times: int = 9, first: float = 0.0) -> xr.Dataset:
    """A warm world with a gap, longitudes from *first*, south first."""
    lat, lon = np.arange(-90 + step / 2, 90, step), np.arange(first + step / 2, first + 360, step)
    random = np.random.default_rng(7).normal(0, 5, (times, len(lat), len(lon)))
    values = (288 + 30 * np.cos(np.radians(lat))[None, :, None] + random).astype("float32")
    values[:, np.abs(lat - 47) < 3] = np.where(
        random[:, np.abs(lat - 47) < 3] > 3, np.nan, values[:, np.abs(lat - 47) < 3]
    )
    values[4, :, :] = np.nan
    moments = pd.date_range("2001-01-01", periods=times, freq="MS").values
    found = xr.Dataset({"sst": (("time", "lat", "lon"), values)}, {"time": moments, "lat": lat, "lon": lon})
    found["sst"].attrs.update(units="K", long_name="sea surface temperature")
    found["lat"].attrs["units"], found["lon"].attrs["units"] = "degrees_north", "degrees_east"
    return found


@pytest.fixture(scope="module")
def world() -> xr.Dataset:
    return made_cube()


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory, world: xr.Dataset) -> Iterator[Rooms]:
    home = tmp_path_factory.mktemp("series")
    made = Rooms(home)
    packed = {"sst": {"dtype": "int16", "scale_factor": 0.01, "add_offset": 290.0, "_FillValue": -32768}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        world.to_netcdf(home / "world.nc", engine="h5netcdf")
        world.to_netcdf(home / "packed.nc", engine="h5netcdf", encoding=packed)
        zarr_zip(world, home / "world.zarr.zip", title="world", chunks={"time": 1})
        both = world.assign(more=world["sst"] * 2)
        both.isel(time=slice(0, 4)).to_netcdf(home / "early.nc", engine="h5netcdf")
        both.isel(time=slice(4, 9)).to_netcdf(home / "late.nc", engine="h5netcdf")
    made.register("world", File(path=home / "world.nc"))
    made.register("packed", File(path=home / "packed.nc"))
    made.register("zipped", File(path=home / "world.zarr.zip", media_type=ZARR_ZIP))
    made.register("halves", File(path=home / "early.nc", item="early"), File(path=home / "late.nc", item="late"))
    yield made
    made.close()


def reference(world: xr.Dataset, name: str, geometry: shapely.Geometry) -> dict[str, list[float]]:
    """Cell by cell: GEOS cuts each cell in an equal-area projection, then plain sums; no code of the engine."""
    equal = Transformer.from_crs("EPSG:4326", "EPSG:6933", always_xy=True)

    def moved(shape: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(shapely.segmentize(shape, 0.05), lambda c: np.stack(equal.transform(*c.T), 1))

    half, area = float(world["lat"][1] - world["lat"][0]) / 2, moved(geometry)
    cut = [
        (row, column, shapely.intersection(moved(shapely.box(at - half, lat - half, at + half, lat + half)), area).area)
        for row, lat in enumerate(world["lat"].values)
        for column, lon in enumerate(world["lon"].values)
        for at in (lon, lon - 360)
        if -12 < at < 12 and 38 < lat < 56
    ]
    inside = [each for each in cut if each[2] > 0]
    found: dict[str, list[float]] = {name: [] for name in ("mean", "min", "max", "std", "count", "valid")}
    for values in world[name].values.astype("float64"):
        known = [(values[row, column], weight) for row, column, weight in inside if not np.isnan(values[row, column])]
        total, whole = sum(weight for _, weight in known), sum(weight for _, _, weight in inside)
        mean = sum(value * weight for value, weight in known) / total if known else np.nan
        found["mean"].append(mean)
        found["std"].append((sum(w * (v - mean) ** 2 for v, w in known) / total) ** 0.5 if known else np.nan)
        found["min"].append(min((value for value, _ in known), default=np.nan))
        found["max"].append(max((value for value, _ in known), default=np.nan))
        found["count"].append(len(known))
        found["valid"].append(total / whole)
    return found


@pytest.mark.parametrize("id", ["world", "zipped"])
def test_statistics_over_a_country_are_those_that_are_counted_cell_by_cell(
    rooms: Rooms, world: xr.Dataset, id: str
) -> None:
    found = rooms.series.area(rooms.layers.layer(id), PLAIN, "", Area(geometry=COUNTRY))
    (variable,), true = found.variables, reference(world, "sst", COUNTRY)
    assert variable.unit == "K"
    for name in ("mean", "std", "min", "max", "count", "valid"):
        assert np.allclose(variable.values[name], true[name], rtol=2e-6, equal_nan=True), name
    assert isinstance(found.at, Covered)
    assert found.at.cells >= max(true["count"])
    assert np.isnan(variable.values["mean"][4])
    assert variable.values["valid"][4] == 0
    assert found.times[0] == "2001-01-01T00:00:00Z"


def test_blocks_of_any_size_give_the_same_statistics(
    rooms: Rooms, world: xr.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer, area = rooms.layers.layer("zipped"), box_of("-60,-80,120,85")
    whole = rooms.series.area(layer, PLAIN, "", area).variables[0].values
    monkeypatch.setattr("repeatpass.data.series.reading.BLOCK_VALUES", 300)
    monkeypatch.setattr("repeatpass.data.series.reading.BLOCK_UNPACKED", 300)
    pieces = rooms.series.area(layer, PLAIN, "", area).variables[0].values
    for name, values in whole.items():
        assert np.allclose(values, pieces[name], rtol=1e-12, equal_nan=True), name


def test_a_global_mean_weighs_the_poles_less(rooms: Rooms, world: xr.Dataset) -> None:
    found = rooms.series.area(rooms.layers.layer("world"), PLAIN, "2001-01", box_of("-180,-90,180,90"), ("mean",))
    edges = np.sin(np.radians(np.linspace(-90, 90, 91)))
    rows = world["sst"].values[0].astype("float64")
    known = ~np.isnan(rows)
    weights = np.diff(edges)[:, None] * known
    sphere = np.nansum(rows * weights) / weights.sum()
    assert found.variables[0].values["mean"][0] == pytest.approx(sphere, rel=1e-4)  # the ellipsoid is nearly one
    assert abs(np.nanmean(rows) - sphere) > 3  # what a mean without weights would have said


def test_packed_numbers_are_unpacked(rooms: Rooms, world: xr.Dataset) -> None:
    found = rooms.series.point(rooms.layers.layer("packed"), PLAIN, "", Point(lon=-120.5, lat=10.2))
    true = world["sst"].sel(lon=239, lat=11).values
    assert np.allclose(found.variables[0].values["value"], true, atol=0.006, equal_nan=True)
    assert found.at == Cell(lon=pytest.approx(-121), lat=pytest.approx(11))


def test_a_point_is_the_cell_that_holds_it(rooms: Rooms, world: xr.Dataset) -> None:
    for id in ("world", "zipped", "halves:sst"):
        found = rooms.series.point(rooms.layers.layer(id), PLAIN, "2001-02/2001-04", Point(lon=3.9, lat=-33.1))
        assert found.times == ("2001-02-01T00:00:00Z", "2001-03-01T00:00:00Z", "2001-04-01T00:00:00Z")
        true = world["sst"].sel(lon=3, lat=-33).values[1:4]
        assert np.array_equal(found.variables[0].values["value"], true.astype("float64"))


def test_a_layer_of_several_files_is_one_series(rooms: Rooms) -> None:
    whole = rooms.series.area(rooms.layers.layer("world"), PLAIN, "", Area(geometry=COUNTRY))
    parts = rooms.series.area(rooms.layers.layer("halves:sst"), PLAIN, "", Area(geometry=COUNTRY))
    assert parts.times == whole.times
    assert np.allclose(parts.variables[0].values["mean"], whole.variables[0].values["mean"], equal_nan=True)


def test_a_formula_has_a_series(rooms: Rooms) -> None:
    layer, area = rooms.layers.layer("halves:sst"), box_of("10,-20,30,20")
    found = rooms.series.area(layer, Style(expression="more - sst"), "", area, ("mean",))
    plain = rooms.series.area(layer, PLAIN, "", area, ("mean",))
    assert found.variables[0].name == "more - sst"
    assert np.allclose(found.variables[0].values["mean"], plain.variables[0].values["mean"], rtol=1e-6, equal_nan=True)
    masked = rooms.series.area(layer, Style(mask="sst > 315"), "", area, ("min", "valid")).variables[0].values
    assert np.nanmin(masked["min"]) > 315
    assert 0 < masked["valid"][0] < 1


def test_the_cells_of_an_area_are_given_as_they_are(rooms: Rooms, world: xr.Dataset) -> None:
    (cube,) = rooms.series.cells(
        rooms.layers.layer("world"), PLAIN, "2001-02/2001-03", Area(geometry=shapely.box(10, 20, 15, 25))
    )
    assert list(cube.x) == [11, 13, 15]
    assert list(cube.y) == [21, 23, 25]
    assert np.array_equal(cube.values, world["sst"].sel(lon=[11, 13, 15], lat=[21, 23, 25]).values[1:3])
    with pytest.raises(Invalid, match="more than 10 values"):
        rooms.series.cells(rooms.layers.layer("world"), PLAIN, "", box_of("10,20,15,25"), most=10)


def test_what_cannot_be_is_refused_in_words(rooms: Rooms) -> None:
    layer = rooms.layers.layer("world")
    with pytest.raises(NoSuchTime, match="goes from 2001-01-01"):
        rooms.series.point(layer, PLAIN, "1990/1995", Point(lon=0, lat=0))
    with pytest.raises(Invalid, match="there is no “median”; there is mean, min"):
        chosen_statistics("mean,median")
    assert chosen_statistics(" mean, std") == ("mean", "std")


def test_one_that_takes_too_long_is_ended(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms.series, "seconds", 0.0)
    with pytest.raises(Exhausted, match="longer than the 0 seconds"):
        rooms.series.area(rooms.layers.layer("world"), PLAIN, "", box_of("-180,-90,180,90"))
    monkeypatch.setattr(bounds, "MOST_VALUES", 100)
    monkeypatch.setattr(rooms.series, "seconds", 30.0)
    with pytest.raises(Invalid, match="at most 100 are"):
        rooms.series.area(rooms.layers.layer("world"), PLAIN, "", box_of("-180,-90,180,90"))


def raster(
    path: Path, values: np.ndarray, left: float, top: float, crs: str = "EPSG:32633", size: float = 100.0
) -> Path:
    """Write a raster of int16 with a scale, −1 for nothing."""
    profile = {
        "driver": "GTiff",
        "dtype": "int16",
        "count": len(values),
        "height": values.shape[1],
        "width": values.shape[2],
    }
    with rasterio.open(path, "w", **profile, crs=crs, transform=from_origin(left, top, size, size), nodata=-1) as file:
        file.write(values.astype("int16"))
        file.scales, file.offsets = [0.01] * len(values), [1.0] * len(values)
    return path


def test_maps_without_a_time_have_that_of_their_item(rooms: Rooms, world: xr.Dataset) -> None:
    files = []
    for month in (0, 1):
        path = rooms.home / f"month-{month}.nc"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            world.isel(time=month, drop=True).to_netcdf(path, engine="h5netcdf")
        files.append(File(path=path, item=f"m{month}", time=f"2001-0{month + 1}-15T00:00:00Z"))
    rooms.register("months", *files)
    found = rooms.series.point(rooms.layers.layer("months"), PLAIN, "", Point(lon=3.9, lat=-33.1))
    assert found.times == ("2001-01-15T00:00:00Z", "2001-02-15T00:00:00Z")
    true = world["sst"].sel(lon=3, lat=-33).values[:2]
    assert np.array_equal(found.variables[0].values["value"], true.astype("float64"))


def test_who_comes_when_too_many_wait_is_told_so_at_once(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms.series, "_queue", threading.BoundedSemaphore(1))
    layer, place = rooms.layers.layer("world"), Point(lon=3.9, lat=-33.1)
    with rooms.series._turn(), pytest.raises(Unavailable, match="try again in a moment"):
        rooms.series.point(layer, PLAIN, "", place)
    assert len(rooms.series.point(layer, PLAIN, "", place).times) == 9


@pytest.fixture(scope="module")
def scenes(rooms: Rooms) -> np.ndarray:
    """Three dates of two bands in UTM, the second date in two overlapping files."""
    cells = np.random.default_rng(3).integers(0, 5000, (3, 2, 60, 80))
    cells[0, :, :10] = -1
    place, left, top = rooms.home, 500_000.0, 5_400_000.0
    bbox = (14.9, 48.6, 15.2, 48.8)
    files = [
        (raster(place / "a.tif", cells[0], left, top), "a", "2021-05-01T10:00:00Z"),
        (raster(place / "b1.tif", cells[1][:, :, :50], left, top), "b1", "2021-05-11T10:00:00Z"),
        (raster(place / "b2.tif", cells[1][:, :, 40:], left + 4000, top), "b2", "2021-05-11T10:00:00Z"),
        (raster(place / "c.tif", cells[2], left, top), "c", "2021-05-21T10:00:00Z"),
    ]
    rooms.register(
        "scenes", *(File(path=path, item=item, time=time, media_type=COG, bbox=bbox) for path, item, time in files)
    )
    return cells


def test_rasters_in_time_have_a_series_of_each_band(rooms: Rooms, scenes: np.ndarray) -> None:
    back = Transformer.from_crs("EPSG:32633", "EPSG:4326", always_xy=True)
    lon, lat = back.transform(500_000 + 4550, 5_400_000 - 2050)  # row 20, column 45: where both files of a date lie
    layer = rooms.layers.layer("scenes")
    found = rooms.series.point(layer, Style(bands=("b2",)), "", Point(lon=lon, lat=lat))
    assert found.times == ("2021-05-01T10:00:00Z", "2021-05-11T10:00:00Z", "2021-05-21T10:00:00Z")
    assert np.allclose(found.variables[0].values["value"], scenes[:, 1, 20, 45] * 0.01 + 1)


def test_rasters_of_one_time_are_laid_over_one_another_and_no_cell_counts_twice(
    rooms: Rooms, scenes: np.ndarray
) -> None:
    back = Transformer.from_crs("EPSG:32633", "EPSG:4326", always_xy=True)
    ring = shapely.Polygon([(500_000, 5_400_000), (508_000, 5_400_000), (508_000, 5_394_000), (500_000, 5_394_000)])
    area = Area(geometry=shapely.transform(shapely.segmentize(ring, 50), lambda c: np.stack(back.transform(*c.T), 1)))
    layer = rooms.layers.layer("scenes")
    found = rooms.series.area(layer, Style(bands=("b1",)), "", area).variables[0].values
    whole = np.where(scenes[:, 0] < 0, np.nan, scenes[:, 0] * 0.01 + 1)
    assert np.allclose(found["mean"], np.nanmean(whole, axis=(1, 2)), rtol=1e-4)
    assert np.allclose(found["std"], np.nanstd(whole, axis=(1, 2)), rtol=1e-4)
    assert found["valid"][0] == pytest.approx(50 / 60, abs=1e-3)
    assert found["count"][1] <= 60 * 80 + 280  # the cells at the edge may be touched by a hair


def test_an_index_of_rasters_has_a_series(rooms: Rooms, scenes: np.ndarray) -> None:
    back = Transformer.from_crs("EPSG:32633", "EPSG:4326", always_xy=True)
    lon, lat = back.transform(502_050, 5_397_950)
    style = Style(expression="(b2 - b1) / (b2 + b1)")
    found = rooms.series.point(rooms.layers.layer("scenes"), style, "", Point(lon=lon, lat=lat))
    one, two = scenes[:, 0, 20, 20] * 0.01 + 1, scenes[:, 1, 20, 20] * 0.01 + 1
    assert np.allclose(found.variables[0].values["value"], (two - one) / (two + one), rtol=1e-5)


def test_bands_in_files_of_their_own_are_read_on_the_grid_of_the_sharpest(rooms: Rooms) -> None:
    fine, coarse = np.arange(1, 37).reshape(1, 6, 6), np.arange(1, 10).reshape(1, 3, 3) * 100
    left, top, bbox = 500_000.0, 5_400_000.0, (14.99, 48.7, 15.02, 48.8)
    given = []
    for scene, shift in (("one", 0), ("two", 600)):  # side by side, on one date; nothing says "no data"
        for key, cells, size in (("B04", fine, 100.0), ("B8A", coarse, 200.0)):
            path = rooms.home / f"{scene}-{key}.tif"
            profile = {
                "driver": "GTiff",
                "dtype": "uint16",
                "count": 1,
                "height": cells.shape[1],
                "width": cells.shape[2],
            }
            transform = from_origin(left + shift, top, size, size)
            with rasterio.open(path, "w", **profile, crs="EPSG:32633", transform=transform) as file:
                file.write(cells.astype("uint16"))
            given.append(File(path=path, item=scene, key=key, media_type=COG, bbox=bbox, time="2021-05-01T10:00:00Z"))
    rooms.register("apart", *given)
    back = Transformer.from_crs("EPSG:32633", "EPSG:4326", always_xy=True)
    layer, style = rooms.layers.layer("apart"), Style(expression="B8A - B04")
    for shift in (0, 600):
        lon, lat = back.transform(left + shift + 350, top - 250)  # row 2, column 3 of the fine one; 1, 1 of the coarse
        found = rooms.series.point(layer, style, "", Point(lon=lon, lat=lat)).variables[0].values["value"]
        assert list(found) == [500 - 16]
    area = box_of("14.9,48.7,15.1,48.8")
    whole = rooms.series.area(layer, Style(bands=("B04",)), "", area).variables[0].values
    assert whole["mean"][0] == pytest.approx(fine.mean(), rel=1e-4)
    assert (whole["min"][0], whole["count"][0]) == (1, 72)


def test_nino_34_of_the_real_analysis_is_what_was_published(tmp_path: Path) -> None:
    """The El Niño of winter 2009/10 peaked in December, some 1.7 kelvin above the same months' mean."""
    import iris_sample_data

    path = Path(iris_sample_data.path) / "ostia_monthly.nc"
    rooms = Rooms(tmp_path)
    rooms.register("ostia", File(path=path))
    found = rooms.series.area(rooms.layers.layer("ostia"), PLAIN, "", box_of("-170,-5,-120,5"), ("mean", "valid"))
    rooms.close()
    series = pd.Series(found.variables[0].values["mean"], pd.to_datetime(found.times))
    anomaly = series - series.groupby(series.index.month).transform("mean")
    assert anomaly.idxmax().strftime("%Y-%m") in {"2009-11", "2009-12", "2010-01"}
    assert 1.2 < anomaly.max() < 2.2
    assert found.variables[0].values["valid"].min() > 0.9
