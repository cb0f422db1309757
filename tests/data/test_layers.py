"""Layers of collections: what of real and of made files can be drawn, when, and by which names."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from tests.layers import COG, File, Rooms
from tests.rasters import grid, latitudes, write_cog, write_netcdf

from repeatpass.core.errors import Invalid, NotFound
from repeatpass.data.covering import Covering, spans, touching
from repeatpass.data.defaults import union
from repeatpass.data.expressions import computed
from repeatpass.data.indices import all_indices, indices_of
from repeatpass.data.records import BadStyle, Layer
from repeatpass.data.styles import check_expression, style_of, words_of
from repeatpass.data.times import NoSuchTime, chosen_time, chosen_times

BOX = (0.0, 40.0, 10.0, 50.0)
S2 = {"bands": [{"name": name, "eo:common_name": common} for name, common in
                (("B02", "blue"), ("B03", "green"), ("B04", "red"), ("B08", "nir"))]}  # fmt: skip


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    home = tmp_path_factory.mktemp("layers")
    made = Rooms(home)
    lat, lon = np.arange(-89.5, 90, 1), np.arange(0.5, 360, 1)
    world = grid(lat, lon, 6, sst=lambda y, x, t: y + t, ice=lambda y, x, t: np.abs(y) > 70)
    world["sst"].attrs.update(units="K", long_name="sea_surface_temperature")
    made.register("world", File(path=write_netcdf(home / "world.nc", world)))
    four = np.stack([np.full((64, 64), value, "uint16") for value in (400, 600, 800, 3000)])
    scene = write_cog(home / "scene.tif", four, BOX, bands=("B02", "B03", "B04", "B08"))
    made.register("scene", File(path=scene, media_type=COG, bbox=BOX, stated=S2))
    yield made
    made.close()


def cog(path: Path, value: float, box: tuple[float, float, float, float], dtype: str = "uint8") -> Path:
    return write_cog(path, np.full((1, 32, 32), value, dtype), box)


def test_each_variable_of_a_cube_is_a_layer_with_its_unit_times_and_place(rooms: Rooms) -> None:
    sst, ice = rooms.layers.of("world")
    assert (sst.id, ice.id) == ("world:sst", "world:ice")
    assert (sst.kind, sst.unit, sst.crs, sst.shape) == ("cube", "K", "EPSG:4326", (180, 360))
    assert sst.title == "world: sea surface temperature"
    assert sst.bbox == (-180, -90, 180, 90)
    assert sst.times[0] == "2001-01-01T00:00:00Z" and sst.latest == "2001-06-01T00:00:00Z"
    assert sst.variables == ("sst", "ice")
    low, high = sst.style.rescale[0]
    assert -90 < low < -80 and 80 < high < 95


def test_a_raster_is_a_layer_with_named_bands_in_natural_colours(rooms: Rooms) -> None:
    scene = rooms.layers.layer("scene")
    assert scene.id == "scene:data" and rooms.layers.layer("scene:data") == scene
    assert [band.common_name for band in scene.bands] == ["blue", "green", "red", "nir"]
    assert scene.style.bands == ("B04", "B03", "B02")
    assert scene.times == ("2020-01-01T00:00:00Z",)


def test_a_layer_that_is_not_there_is_named_with_those_that_are(rooms: Rooms) -> None:
    with pytest.raises(NotFound, match="world:sst, world:ice"):
        rooms.layers.layer("world:sea")
    with pytest.raises(NotFound, match="nowhere"):
        rooms.layers.layer("nowhere:sea")


def test_files_that_lie_on_no_map_make_no_layer(rooms: Rooms, tmp_path: Path) -> None:
    broken = tmp_path / "broken.nc"
    broken.write_bytes(b"CDF\x01 and then nothing")
    line = tmp_path / "line.nc"
    xr.Dataset({"value": ("time", [1.0, 2.0])}).to_netcdf(line, engine="h5netcdf")
    empty = tmp_path / "empty.tif"
    empty.write_bytes(b"")
    rooms.register("none", File(path=broken), File(path=line, key="line"), File(path=empty, key="e", media_type=COG))
    assert rooms.layers.of("none") == ()
    with pytest.raises(NotFound, match="none"):
        rooms.layers.layer("none")


def test_facts_are_read_once_and_kept_for_the_next_start(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    from repeatpass.data import surveys
    from repeatpass.data.layers import Layers

    rooms.layers.of("world")
    monkeypatch.setattr(surveys, "read_facts", lambda *_: pytest.fail("read again"))
    again = Layers(rooms.catalog, rooms.files, rooms.home / "cache" / "layers")
    assert again.of("world") == rooms.layers.of("world")


def test_the_layers_of_a_collection_follow_its_changes(rooms: Rooms, tmp_path: Path) -> None:
    rooms.register("growing", File(path=cog(tmp_path / "a.tif", 1, BOX), item="a", media_type=COG, bbox=BOX))
    first = rooms.layers.layer("growing")
    later = (10.0, 40.0, 20.0, 50.0)
    body = dict(rooms.catalog.collection("growing").body) | {"version": "2"}
    from repeatpass.access import SYSTEM

    files = rooms.catalog.assets("growing")
    other = rooms.files.put(cog(tmp_path / "b.tif", 2, later))
    from dataclasses import replace

    both = [replace(files[0], version="2"), replace(files[0], version="2", item="b", checksum=other.checksum)]
    items = [rooms.catalog.items("growing")[0].body]
    items.append({**items[0], "id": "b", "bbox": list(later), "properties": {"datetime": "2021-01-01T00:00:00Z"}})
    rooms.catalog.register(SYSTEM, body, items, both)
    second = rooms.layers.layer("growing")
    assert second.id == first.id and second.stamp != first.stamp
    assert second.bbox == (0, 40, 20, 50) and len(second.times) == 2


def test_bands_in_files_of_their_own_are_one_layer_together(rooms: Rooms, tmp_path: Path) -> None:
    names = {"B02": "blue", "B03": "green", "B04": "red", "B08": "nir"}
    files = [
        File(path=cog(tmp_path / f"{name}.tif", number * 1000, BOX, "uint16"), item="scene", key=name, media_type=COG,
             bbox=BOX, stated={"bands": [{"name": name, "eo:common_name": common}]})
        for number, (name, common) in enumerate(names.items(), start=1)
    ]  # fmt: skip
    rooms.register("apart", *files)
    together, *single = rooms.layers.of("apart")
    assert together.id == "apart:bands" and [each.id for each in single] == [f"apart:{name}" for name in sorted(names)]
    assert [band.name for band in together.bands] == sorted(names)
    assert together.style.bands == ("B04", "B03", "B02")
    assert "(B08 - B04) / (B08 + B04)" in {index.expression for index in indices_of(together)}


def test_of_very_many_scenes_only_the_first_is_opened(rooms: Rooms, tmp_path: Path) -> None:
    files = []
    for number in range(80):
        west = -170.0 + 4 * number
        box = (west, 0.0, west + 4, 4.0)
        path = cog(tmp_path / f"{number}.tif", number, box)
        properties = {
            "proj:code": "EPSG:4326",
            "proj:shape": [32, 32],
            "proj:transform": [0.125, 0, west, 0, -0.125, 4],
        }
        files.append(File(path=path, item=f"s{number:03}", media_type=COG, bbox=box, stated=properties))
    rooms.register("many", *files)
    layer = rooms.layers.layer("many")
    opened = [each for each in layer.sources if rooms.layers.known._kept(each.checksum) is not None]
    assert len(layer.sources) == 80 and len(opened) == 1
    assert layer.bounds == (-170, 0, 150, 4) and layer.crs == "EPSG:4326"
    near = Covering().find(layer, layer.times, (-169, 1, -165, 2))
    assert [source.item for source, _ in near] == ["s000", "s001"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["2001-06-01T00:00:00Z"]),
        ("current", ["2001-06-01T00:00:00Z"]),
        ("2001-02-01T00:00:00Z", ["2001-02-01T00:00:00Z"]),
        ("2001-02-01", ["2001-02-01T00:00:00Z"]),
        ("2001-02", ["2001-02-01T00:00:00Z"]),
        ("2001", ["2001-06-01T00:00:00Z"]),
        ("2001-02-01T01:00:00+01:00", ["2001-02-01T00:00:00Z"]),
        ("2001-02/2001-03", ["2001-02-01T00:00:00Z", "2001-03-01T00:00:00Z"]),
        ("../2001-01-31", ["2001-01-01T00:00:00Z"]),
        ("2001-05-15/..", ["2001-06-01T00:00:00Z"]),
    ],
)
def test_times_are_chosen_by_moments_parts_of_them_and_intervals(rooms: Rooms, text: str, found: list[str]) -> None:
    assert list(chosen_times(rooms.layers.layer("world"), text)) == found


def test_a_time_that_does_not_exist_is_answered_with_the_closest(rooms: Rooms) -> None:
    layer = rooms.layers.layer("world")
    with pytest.raises(NoSuchTime, match="closest time is 2001-03-01T00:00:00Z"):
        chosen_time(layer, "2001-03-09")
    assert chosen_time(layer, "2001-03-09", nearest=True) == "2001-03-01T00:00:00Z"
    with pytest.raises(NoSuchTime, match="from 2001-01-01"):
        chosen_times(layer, "1999/2000")
    for wrong in ("yesterday", "2001-13", "2001-02-30", "a/b", "2001-01-01T25:00:00Z"):
        with pytest.raises(Invalid):
            chosen_times(layer, wrong)


@pytest.fixture(scope="module")
def seasons(rooms: Rooms, tmp_path_factory: pytest.TempPathFactory) -> Layer:
    """Three composites: of a whole year, of its spring, and of the first minute of the year after."""
    folder = tmp_path_factory.mktemp("seasons")
    lasting = {
        "year": ("2019-01-01T00:00:00Z", "2019-12-31T23:59:59Z"),
        "spring": ("2019-03-01T00:00:00Z", "2019-05-31T23:59:59Z"),
        "minute": ("2020-01-01T00:00:00Z", "2020-01-01T00:01:00Z"),
    }
    files = [
        File(path=cog(folder / f"{name}.tif", value, BOX), item=name, media_type=COG, bbox=BOX, time=start,
             properties={"datetime": None, "start_datetime": start, "end_datetime": end})
        for value, (name, (start, end)) in enumerate(lasting.items(), 1)
    ]  # fmt: skip
    rooms.register("seasons", *files)
    return rooms.layers.layer("seasons")


YEAR, SPRING, MINUTE = "2019-01-01T00:00:00Z", "2019-03-01T00:00:00Z", "2020-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2019-02-15", [YEAR]),
        ("2019-04-15T12:00:00Z", [SPRING]),  # of two that cover it the one that began last
        ("2019-05", [SPRING]),
        ("2019-05-31", [SPRING]),
        ("2019-06-01", [YEAR]),
        ("2019-12-31T23:59:59Z", [YEAR]),
        ("2019", [SPRING]),
        ("2020-01-01T00:00:30Z", [MINUTE]),
        ("2019-02/2019-02", [YEAR]),
        ("2019-04-30/2019-07-01", [YEAR, SPRING]),
        ("2019-12-31T23:59:59Z/2020", [YEAR, MINUTE]),
        ("../2019-01-01", [YEAR]),
    ],
)
def test_what_covers_an_interval_is_found_at_every_moment_in_it(seasons: Layer, text: str, found: list[str]) -> None:
    assert list(chosen_times(seasons, text)) == found
    sources = {source.times[0]: source.item for source in seasons.sources}
    drawn = Covering().find(seasons, chosen_times(seasons, text), BOX)
    assert [source.item for source, _ in drawn] == [sources[time] for time in reversed(found)]


def test_outside_of_every_interval_there_is_nothing_and_the_closest_is_the_one_that_ends_nearest(
    seasons: Layer,
) -> None:
    assert seasons.ends == {
        YEAR: "2019-12-31T23:59:59Z",
        SPRING: "2019-05-31T23:59:59Z",
        MINUTE: "2020-01-01T00:01:00Z",
    }
    for text in ("2018-12-31", "2020-01-01T00:01:01Z", "2020-02", "2018-01/2018-12", "2020-01-01T00:01:01Z/.."):
        with pytest.raises(NoSuchTime):
            chosen_times(seasons, text)
    assert chosen_time(seasons, "2018-12-31", nearest=True) == YEAR
    assert chosen_time(seasons, "2020-03-01", nearest=True) == MINUTE
    assert chosen_time(seasons, "2019-12-31T23:59:59.5Z", nearest=True) in (YEAR, MINUTE)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ({"bands": "B99"}, "B99"),
        ({"bands": "B02,B03"}, "one band, or three"),
        ({"variable": "sst"}, "variable is “sst”"),
        ({"bands": "B02", "expression": "B02"}, "one of bands, expression"),
        ({"expression": "B04 +"}, "cannot be read"),
        ({"expression": "B04 + chlorophyll"}, "chlorophyll"),
        ({"expression": "1 + 1"}, "uses no band"),
        ({"expression": "__import__('os')"}, "calls"),
        ({"expression": "B04.shape"}, "Attribute"),
        ({"expression": "B04 if B04 else B08"}, "IfExp"),
        ({"expression": "[B04 for _ in B04]"}, "ListComp"),
        ({"expression": "B04 + 'text'"}, "not a number"),
        ({"expression": "B04 + 9**9**9"}, "power beyond"),
        ({"expression": "B04 * 2**-1000000000"}, "power beyond"),
        ({"expression": "B04 + " * 200 + "1"}, "characters"),
        ({"expression": "(" * 300 + "B04" + ")" * 100}, "cannot be read"),
        ({"rescale": "1"}, "rescale"),
        ({"rescale": "1,1"}, "rescale"),
        ({"rescale": "0,nan"}, "rescale"),
        ({"rescale": "0,inf"}, "rescale"),
        ({"rescale": "a,b"}, "not a number"),
        ({"colormap": "rainbow-unicorn"}, "colour map"),
        ({"resampling": "best"}, "nearest, bilinear"),
        ({"nodata": "none"}, "nodata is “none”"),
        ({"mask": "B04 <"}, "cannot be read"),
        ({"index": "NOPE"}, "no index"),
        ({"index": "NDSI"}, "needs G, S1"),
    ],
)
def test_a_style_that_cannot_be_followed_says_what_is_wrong(rooms: Rooms, words: dict[str, str], part: str) -> None:
    with pytest.raises(BadStyle, match=part.replace("(", r"\(")):
        style_of(rooms.layers.layer("scene"), words)


def test_the_words_of_a_style_lead_back_to_it(rooms: Rooms) -> None:
    scene = rooms.layers.layer("scene")
    for words in (
        {"bands": "nir,red,3", "rescale": "0,3000,0,2800,0,2500"},
        {"expression": "(B08 - B04) / (B08 + B04)", "colormap": "rdylgn", "rescale": "-1,1", "mask": "B04 > 3"},
        {"index": "ndvi", "nodata": "0", "resampling": "bilinear"},
    ):
        style = style_of(scene, words)
        assert style_of(scene, words_of(style)) == style
    assert style_of(scene, {"bands": "nir,red,2"}).bands == ("B08", "B04", "B03")


def test_a_formula_is_checked_before_anything_is_read(rooms: Rooms) -> None:
    assert check_expression(rooms.layers.layer("scene"), "sqrt(B08) > 2 * B04") == ("B04", "B08")
    assert check_expression(rooms.layers.layer("world"), "sst - 273.15") == ("sst",)


def test_a_formula_without_a_value_gives_none(rooms: Rooms) -> None:
    found = computed("a / b", {"a": np.array([1, 0, 4]), "b": np.array([0, 0, 2], "uint8")})
    assert np.isnan(found[:2]).all() and found[2] == 2
    assert computed("a - b", {"a": np.array([1], "uint8"), "b": np.array([2], "uint8")})[0] == -1


def test_named_indices_fit_the_bands_by_their_common_names(rooms: Rooms) -> None:
    found = {index.name: index.expression for index in indices_of(rooms.layers.layer("scene"))}
    assert found["NDVI"] == "(B08 - B04) / (B08 + B04)"
    assert found["EVI"] == "2.5 * (B08 - B04) / (B08 + 6.0 * B04 - 7.5 * B02 + 1.0)"
    assert "NDSI" not in found and len(found) > 50  # no short-wave infrared here
    assert indices_of(rooms.layers.layer("world")) == ()
    assert "NDVI" in all_indices() and "kNDVI" not in all_indices()


def test_band_numbers_mean_what_the_platform_says(rooms: Rooms, tmp_path: Path) -> None:
    six = np.stack([np.full((16, 16), number, "uint8") for number in range(1, 7)])
    path = write_cog(tmp_path / "landsat.tif", six, BOX, bands=("B1", "B2", "B3", "B4", "B5", "B7"))
    rooms.register("tm", File(path=path, media_type=COG, properties={"platform": "landsat-7"}))
    found = {index.name: index.expression for index in indices_of(rooms.layers.layer("tm"))}
    assert found["NDVI"] == "(B4 - B3) / (B4 + B3)"  # of Sentinel-2 it would be B8 and B4


def test_bands_named_as_only_sentinel_2_names_them_need_no_platform(rooms: Rooms, tmp_path: Path) -> None:
    four = np.stack([np.full((16, 16), number, "uint16") for number in range(1, 5)])
    path = write_cog(tmp_path / "own.tif", four, BOX, bands=("B02", "B03", "B04", "B08"))
    rooms.register("own", File(path=path, media_type=COG))
    found = {index.name: index.expression for index in indices_of(rooms.layers.layer("own"))}
    assert found["NDVI"] == "(B08 - B04) / (B08 + B04)"


def test_boxes_meet_across_the_antimeridian() -> None:
    assert spans(170, -170) == [(170, 180), (-180, -170)]
    assert spans(350, 370) == [(-10, 10)]
    assert spans(-180, 180) == [(-180, 180)]
    assert touching((170, 0, -170, 10), (-175, 0, -172, 5)) and touching((185, 0, 190, 1), (-180, 0, -172, 1))
    assert not touching((170, 0, -170, 10), (0, 0, 10, 10))
    assert union([(170, 0, -170, 10), (160, -5, 175, 5)]) == (160, -5, -170, 10)
    assert union([(170, 0, -170, 10), (-10, 0, 10, 10)])[0::2] == (-180, 180)


def test_all_lists_every_layer_once(rooms: Rooms) -> None:
    every: list[Layer] = rooms.layers.all()
    assert {"world:sst", "world:ice", "scene:data"} <= {each.id for each in every}
    assert len({each.id for each in every}) == len(every)
    assert latitudes(2, 2, (0, 0, 2, 2))[0, 0, 0] == 1.5
