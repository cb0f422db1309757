"""Cubes whose time is whole years, 1998, 1999 …: numbers in the file, the first of January everywhere else."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from tests.layers import File, Rooms

from repeatpass.data.areas import Point
from repeatpass.data.facts import dated
from repeatpass.data.metadata import read_metadata
from repeatpass.data.originals import Originals
from repeatpass.data.records import Layer, Style
from repeatpass.data.rendering import Rendering
from repeatpass.data.series.copying import make_copy
from repeatpass.data.series.fields import cube_field
from repeatpass.data.times import chosen_time, chosen_times
from repeatpass.demo.formats import zarr_zip
from repeatpass.kit.bringing.checking import check_files
from repeatpass.kit.opening import NETCDF, ZARR_ZIP
from repeatpass.web.browsing.parts import Part, opening_of

YEARS = tuple(f"{year}-01-01T00:00:00Z" for year in (1860, 1861, 1862))


def made(name: str = "year", years: object = (1860, 1861, 1862), dtype: str = "int16") -> xr.Dataset:
    """A value that is its year at every place."""
    lat, lon = np.arange(-80.0, 90, 20), np.arange(-170.0, 180, 20)
    counted = np.asarray(years, dtype)
    values = np.broadcast_to(counted[:, None, None], (len(counted), len(lat), len(lon))).astype("float32")
    found = xr.Dataset({"t": ((name, "lat", "lon"), values)}, {name: counted, "lat": lat, "lon": lon})
    found["lat"].attrs["units"], found["lon"].attrs["units"] = "degrees_north", "degrees_east"
    return found


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    home = tmp_path_factory.mktemp("years")
    found = Rooms(home)
    made().to_netcdf(home / "years.nc", engine="h5netcdf")
    zarr_zip(made("Year", dtype="float64"), home / "years.zarr.zip", title="years", chunks={})
    found.register("netcdf", File(path=home / "years.nc"))
    found.register("zarr", File(path=home / "years.zarr.zip", media_type=ZARR_ZIP))
    yield found
    found.close()


@pytest.fixture(params=["netcdf", "zarr"])
def layer(request: pytest.FixtureRequest, rooms: Rooms) -> Layer:
    return rooms.layers.layer(request.param)


def test_a_year_of_a_layer_is_a_time_that_can_be_chosen(layer: Layer) -> None:
    assert layer.times == YEARS and not layer.dimensions
    assert chosen_time(layer, "1861") == YEARS[1]
    assert chosen_times(layer, "1861/..") == YEARS[1:]


def test_the_map_of_a_year_and_its_value_are_those_of_the_year(rooms: Rooms, layer: Layer) -> None:
    drawing = Rendering(rooms.files)
    assert [drawing.point(layer, Style(), time, 12, 23).values[0].value for time in YEARS] == [1860, 1861, 1862]


def test_a_series_has_a_value_for_each_year(rooms: Rooms, layer: Layer) -> None:
    found = rooms.series.point(layer, Style(), "1861/1862", Point(lon=10, lat=10))
    assert tuple(found.times) == YEARS[1:]
    assert list(found.variables[0].values["value"]) == [1861, 1862]


def test_the_copy_for_long_series_keeps_the_years(tmp_path: Path) -> None:
    made().to_netcdf(tmp_path / "years.nc", engine="h5netcdf")
    make_copy(tmp_path / "years.nc", NETCDF, "t", tmp_path / "copy")
    with xr.open_zarr(tmp_path / "copy", consolidated=False, chunks=None) as copy:
        assert cube_field(dated(copy), "t").times == YEARS


def test_the_notebook_of_a_view_asks_for_the_number_that_the_file_has(rooms: Rooms, layer: Layer) -> None:
    source = layer.sources[0]
    part = Part(
        number=1, layer=layer, style=Style(), time=YEARS[1], sources=(source,), originals=Originals(rooms.files),
        shape=None, drawn=False, point=None, opacity=100,
    )  # fmt: skip
    line = next(line for line in opening_of(part) if ".sel" in line)
    words = {"time": "1861-01-01T00:00:00", "cube": made("year" if layer.id == "netcdf:t" else "Year")}
    exec(line, words)
    assert float(words["t"].mean()) == 1861  # type: ignore[attr-defined]


def test_what_a_file_says_of_itself_names_the_years_as_its_extent_in_time(tmp_path: Path) -> None:
    made().to_netcdf(tmp_path / "years.nc", engine="h5netcdf")
    facts = read_metadata(tmp_path / "years.nc")
    assert (facts.times, facts.start, facts.end) == (YEARS, YEARS[0], YEARS[2])
    said = facts.dimensions["year"]
    assert (said["type"], said["extent"]) == ("temporal", [YEARS[0], YEARS[2]])
    assert "1 January" in said["description"]


def test_brought_years_are_the_extent_in_time_of_the_new_collection(tmp_path: Path) -> None:
    made().to_netcdf(tmp_path / "years.nc", engine="h5netcdf")
    (tmp_path / "outputs").mkdir()
    report = check_files({"years.nc": tmp_path / "years.nc"}, tmp_path / "outputs", lambda *_: None, None)
    (piece,) = report["pieces"]
    assert (piece["start"], piece["end"]) == (YEARS[0], YEARS[2])
    assert "1 January" in piece["fields"]["cube:dimensions"]["year"]["description"]


@pytest.mark.parametrize("years", [(1, 2, 3), (1860, 1861, 99999), (1860.5, 1861, 1862)])
def test_numbers_that_are_no_years_of_the_calendar_stay_a_dimension(tmp_path: Path, years: object) -> None:
    found = dated(made(years=years, dtype="float64"))
    assert found["year"].dtype.kind == "f"


def test_beside_real_times_a_year_stays_a_dimension() -> None:
    both = made().expand_dims(time=np.array(["2001-01-01"], "datetime64[ns]"))
    assert dated(both)["year"].dtype.kind == "i"
