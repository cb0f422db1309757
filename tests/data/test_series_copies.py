"""Copies in chunks of long series: made where the layout is slow, the same to the last bit, and nobody's footing."""

import os
import shutil
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from tests.layers import File, Rooms

from repeatpass.core.digests import digest_file
from repeatpass.core.errors import Exhausted, Invalid
from repeatpass.data.areas import Point, box_of
from repeatpass.data.records import Style
from repeatpass.data.series import copies, copying
from repeatpass.data.series.copies import Wish, slow
from repeatpass.data.series.copying import Plan, make_copy
from repeatpass.data.series.fields import cube_field
from repeatpass.demo.formats import zarr_zip
from repeatpass.kit.opening import NETCDF, ZARR_ZIP

TIMES, ROWS, COLUMNS = 40, 90, 180


def made(folder: Path) -> xr.Dataset:
    """A packed variable and one with a further dimension, a map a chunk."""
    random = np.random.default_rng(5)
    lat, lon = np.arange(-89.0, 90, 2), np.arange(1.0, 360, 2)
    values = random.normal(280, 8, (TIMES, ROWS, COLUMNS)).round(2)
    values[:, 10:20, 30:60] = np.nan
    moments = pd.date_range("2001-01-01", periods=TIMES, freq="MS").values
    deep = random.normal(0, 1, (TIMES, 2, ROWS, COLUMNS)).astype("float32")
    found = xr.Dataset(
        {"sst": (("time", "lat", "lon"), values), "deep": (("time", "depth", "lat", "lon"), deep)},
        {"time": moments, "lat": lat, "lon": lon, "depth": [0.0, 10.0]},
    )
    found["lat"].attrs["units"], found["lon"].attrs["units"] = "degrees_north", "degrees_east"
    packed = {"dtype": "int16", "scale_factor": 0.01, "add_offset": 280.0, "_FillValue": -32768}
    packed |= {"chunksizes": (1, ROWS, COLUMNS), "zlib": True}
    chunked = {"chunksizes": (1, 1, ROWS, COLUMNS), "zlib": True}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found.to_netcdf(folder / "maps.nc", engine="h5netcdf", encoding={"sst": packed, "deep": chunked})
        zarr_zip(found[["sst"]], folder / "maps.zarr.zip", title="maps", chunks={"time": 1})
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files."""
    found = tmp_path_factory.mktemp("cubes")
    made(found)
    return found


@pytest.fixture
def rooms(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rooms]:
    """Rooms in which even small cubes count as slow."""
    monkeypatch.setattr(copies, "SLOW", TIMES * ROWS * COLUMNS - 1)
    opened = Rooms(tmp_path)
    opened.register("maps", File(path=folder / "maps.nc"))
    yield opened
    opened.close()


def test_the_first_series_of_a_slow_layout_has_a_copy_made_which_the_next_one_reads(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer, area = rooms.layers.layer("maps:sst"), box_of("-60,-80,120,60")
    before = digest_file(rooms.files.path(layer.sources[0].checksum))
    first = rooms.series.area(layer, Style(), "", area)
    assert not first.copied
    assert rooms.series.copies.wait(120)
    second = rooms.series.area(layer, Style(), "", area)
    assert second.copied
    for name, values in first.variables[0].values.items():
        assert np.allclose(values, second.variables[0].values[name], rtol=1e-12, equal_nan=True), name
    point = rooms.series.point(layer, Style(), "2002", Point(lon=-41, lat=-61))
    assert point.copied
    assert digest_file(rooms.files.path(layer.sources[0].checksum)) == before
    assert len(list(rooms.files.all())) == 1  # the copy is no file of the catalog
    shutil.rmtree(rooms.home / "cache")  # as gc does with what was not used for an hour
    asked: list[str] = []
    monkeypatch.setattr(rooms.series.copies, "_make", lambda wish: asked.append(wish.variable))
    assert not rooms.series.point(layer, Style(), "2002", Point(lon=-41, lat=-61)).copied
    assert rooms.series.copies.wait(60)
    assert asked == ["sst"]


@pytest.mark.parametrize(("name", "variable"), [("maps.nc", "sst"), ("maps.nc", "deep"), ("maps.zarr.zip", "sst")])
def test_a_copy_is_the_same_to_the_last_bit(folder: Path, tmp_path: Path, name: str, variable: str) -> None:
    path = folder / name
    make_copy(path, ZARR_ZIP if name.endswith("zip") else NETCDF, variable, tmp_path / "copy")
    with xr.open_zarr(tmp_path / "copy", consolidated=False, chunks=None) as copy, made_again(path) as original:
        one, other = original[variable], copy[variable].transpose(*original[variable].dims)
        assert other.dtype == one.dtype
        assert other.values.tobytes() == one.values.tobytes()
        for dim in one.dims:
            assert np.array_equal(one[dim].values, other[dim].values)
        assert copy[variable].encoding["preferred_chunks"]["time"] == TIMES
    assert not list(tmp_path.glob(".*.part"))


def made_again(path: Path) -> xr.Dataset:
    """Open a file as kept."""
    if path.suffix == ".zip":
        from zarr.storage import ZipStore

        return xr.open_zarr(ZipStore(path, mode="r"), consolidated=False, chunks=None)
    return xr.open_dataset(path, engine="h5netcdf")


def test_a_further_dimension_is_chosen_from_the_copy_as_from_the_original(rooms: Rooms) -> None:
    layer, style = rooms.layers.layer("maps:deep"), Style(dimensions={"depth": "10.0"})
    first = rooms.series.point(layer, style, "", Point(lon=5, lat=5))
    assert rooms.series.copies.wait(120)
    second = rooms.series.point(layer, style, "", Point(lon=5, lat=5))
    assert second.copied
    assert np.array_equal(first.variables[0].values["value"], second.variables[0].values["value"])
    with pytest.raises(Invalid, match=r"depth: there is no “7”; there is 0.0, 10.0"):
        rooms.series.point(layer, Style(dimensions={"depth": "7"}), "", Point(lon=5, lat=5))


def test_layouts_that_are_quick_are_left_alone(rooms: Rooms, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "SLOW", TIMES * ROWS * COLUMNS)
    found = rooms.series.point(rooms.layers.layer("maps:sst"), Style(), "", Point(lon=5, lat=5))
    assert not found.copied
    assert not (rooms.home / "cache" / "series").exists()
    with made_again(folder / "maps.nc") as dataset:
        field = cube_field(dataset, "sst")
        assert field.chunks == (1, ROWS, COLUMNS)
        assert not slow(field)


def test_the_layout_for_series_that_the_cube_generator_made_is_read_where_it_is_there(
    rooms: Rooms, folder: Path
) -> None:
    with made_again(folder / "maps.zarr.zip") as maps:
        zarr_zip(maps[["sst"]], rooms.home / "long.zarr.zip", title="long", chunks={"lat": 10, "lon": 10})
    rooms.register(
        "both",
        File(path=folder / "maps.zarr.zip", media_type=ZARR_ZIP, layout="map"),
        File(path=rooms.home / "long.zarr.zip", key="series", media_type=ZARR_ZIP, layout="series"),
    )
    found = rooms.series.point(rooms.layers.layer("both:sst"), Style(), "", Point(lon=5, lat=5))
    assert found.copied
    assert not (rooms.home / "cache" / "series").exists()


def test_copies_that_were_not_used_for_longest_go_first(rooms: Rooms) -> None:
    rooms.series.copies.most = 1  # of which only the newest stays
    path = rooms.files.path(rooms.layers.layer("maps:sst").sources[0].checksum)
    old, new = (Wish(checksum=f"sha256:{n}", path=path, media_type=NETCDF, variable="sst") for n in ("one", "two"))
    (rooms.home / "cache" / "series" / copies.FORM / old.name).mkdir(parents=True)
    (rooms.home / "cache" / "series" / copies.FORM / old.name / copies.MARK).touch()
    assert rooms.series.copies.found(old) is not None
    rooms.series.copies.ask(new)
    assert rooms.series.copies.wait(120)
    assert rooms.series.copies.found(old) is None
    assert rooms.series.copies.found(new) is not None


def test_copies_of_a_new_collection_are_made_before_anybody_asks(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    wished: list[str] = []
    monkeypatch.setattr(rooms.series.copies, "ask", lambda wish: wished.append(wish.variable))
    rooms.series.prepare(rooms.layers, "maps")
    assert wished == []  # a small file: its layout is not looked at
    monkeypatch.setattr("repeatpass.data.series.bounds.LARGE", 1)
    rooms.series.prepare(rooms.layers, "maps")
    assert sorted(set(wished)) == ["deep", "sst"]
    rooms.series.prepare(rooms.layers, "gone")


def test_copies_go_with_their_originals(rooms: Rooms) -> None:
    copied = rooms.series.copies
    gone, kept = (copied.folder / f"{letter * 64}-0123456789ab" for letter in "ab")
    for each in (gone, kept):
        each.mkdir(parents=True)
    copied.has = lambda checksum: checksum == "sha256:" + "b" * 64
    copied._forget_old(kept)
    assert (gone.exists(), kept.exists()) == (False, True)


def test_no_copies_are_made_where_none_are_wanted(rooms: Rooms) -> None:
    rooms.series.copies.most = 0
    rooms.series.point(rooms.layers.layer("maps:sst"), Style(), "", Point(lon=5, lat=5))
    assert not (rooms.home / "cache" / "series").exists()


def test_a_copy_that_cannot_be_made_is_given_up_and_the_original_read_on(rooms: Rooms) -> None:
    broken = rooms.home / "broken.nc"
    broken.write_bytes(b"not a cube")
    wish = Wish(checksum="sha256:broken", path=broken, media_type=NETCDF, variable="sst")
    rooms.series.copies.ask(wish)
    assert rooms.series.copies.wait(120)
    assert rooms.series.copies.found(wish) is None
    assert not [each for each in (rooms.home / "cache" / "series").rglob("*") if each.name.endswith(".part")]


def test_closing_ends_the_making_of_copies(rooms: Rooms) -> None:
    path = rooms.files.path(rooms.layers.layer("maps:sst").sources[0].checksum)
    for number in range(20):
        rooms.series.copies.ask(Wish(checksum=f"sha256:{number}", path=path, media_type=NETCDF, variable="sst"))
    time.sleep(0.2)
    start = time.monotonic()
    rooms.series.close()
    assert time.monotonic() - start < 30
    process = rooms.series.copies._process
    assert process is None or process.poll() is not None


def test_half_made_copies_of_a_server_that_was_killed_are_cleared(rooms: Rooms) -> None:
    folder = rooms.home / "cache" / "series" / copies.FORM
    (folder / ".old.1.part").mkdir(parents=True)
    os.utime(folder / ".old.1.part", (0, 0))
    (folder / ".young.1.part").mkdir()
    wish = Wish(checksum="sha256:there", path=rooms.home, media_type=NETCDF, variable="sst")
    (folder / wish.name).mkdir()
    rooms.series.copies.ask(wish)
    assert rooms.series.copies.wait(120)
    assert not (folder / ".old.1.part").exists()
    assert (folder / ".young.1.part").exists()


def test_a_disk_without_room_is_said_before_anything_is_written(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1000})())
    with pytest.raises(Exhausted, match="are free"):
        make_copy(folder / "maps.nc", NETCDF, "sst", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize(
    ("shape", "size", "chunks"), [((1000, 720, 1440), 4, (1000, 20, 20)), ((20_000, 180, 360), 2, (4096, 9, 9))]
)
def test_chunks_of_copies_are_long_in_time_and_files_of_bounded_size(
    shape: tuple[int, int, int], size: int, chunks: tuple[int, int, int]
) -> None:
    plan = Plan.of(shape, size)
    assert plan.chunks == chunks
    assert np.prod(plan.shards) * size <= copying.SHARD_BYTES
    assert all(shard % chunk == 0 for shard, chunk in zip(plan.shards, plan.chunks, strict=True))
