"""Pictures and numbers of layers, cell by cell: whatever the format, the projection, the side of the antimeridian."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
import xarray as xr
from morecantile import tms
from PIL import Image
from rio_tiler.io import Reader
from tests.layers import COG, File, Rooms
from tests.rasters import grid, latitudes, write_cog, write_netcdf

from repeatpass.core.errors import Exhausted, Invalid, NotFound
from repeatpass.data.areas import area_of
from repeatpass.data.images import Images
from repeatpass.data.originals import Originals
from repeatpass.data.reading import Reading
from repeatpass.data.records import BadStyle, Layer, Picture, Style
from repeatpass.data.rendering import Rendering, map_grid
from repeatpass.data.styles import style_of
from repeatpass.demo.formats import zarr_zip
from repeatpass.kit.opening import ZARR_ZIP

PLAIN = Style()
WORLD = (-180.0, -90.0, 180.0, 90.0)
BOX = (0.0, 40.0, 10.0, 50.0)


def where(y: Any, x: Any, time: int) -> Any:
    """A value that tells the place: 1000 times the latitude and the longitude from −180, and the time."""
    return np.round(y) * 1000 + (x + 180) % 360 - 180 + time / 100


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    home = tmp_path_factory.mktemp("rendering")
    made = Rooms(home)
    fine = np.arange(-89.5, 90, 1)
    east, west = grid(fine, np.arange(0.5, 360, 1), 3, v=where), grid(fine[::-1], np.arange(-179.5, 180, 1), 3, v=where)
    made.register("east", File(path=write_netcdf(home / "east.nc", east)))
    zarr_zip(west, home / "west.zip", title="west", chunks={"time": 1})
    made.register("west", File(path=home / "west.zip", media_type=ZARR_ZIP))
    fiji = grid(np.arange(-19.5, -10, 1), np.arange(170.5, 190, 1), v=where)
    made.register("fiji", File(path=write_netcdf(home / "fiji.nc", fiji), bbox=(170, -20, -170, -10)))
    packed = {"v": {"dtype": "int16", "scale_factor": 0.5, "add_offset": 100.0, "_FillValue": -999}}
    gaps = grid(fine, np.arange(-179.5, 180, 1), v=lambda y, x, t: np.where(x > 0, np.nan, y))
    made.register("packed", File(path=write_netcdf(home / "packed.nc", gaps, **packed)))
    made.register("polar", File(path=polar_cube(home / "polar.nc")))
    values = latitudes(512, 512, BOX)
    values[:, :100] = -1
    made.register("nodata", File(path=write_cog(home / "n.tif", values, BOX, nodata=-1), media_type=COG, bbox=BOX))
    hidden = np.full((512, 512), 255, "uint8")
    hidden[:, 256:] = 0
    byte = np.stack([np.full((512, 512), n, "uint8") for n in (10, 20, 30)])
    made.register("masked", File(path=write_cog(home / "m.tif", byte, BOX, mask=hidden), media_type=COG, bbox=BOX))
    scaled = write_cog(home / "s.tif", np.full((1, 64, 64), 50, "int16"), BOX, scale=0.1, offset=-2, nodata=0)
    made.register("scaled", File(path=scaled, media_type=COG, bbox=BOX))
    turned = write_cog(home / "t.tif", longitudes(360), (0.0, -90.0, 360.0, 90.0))
    made.register("turned", File(path=turned, media_type=COG))
    utm = write_cog(
        home / "u.tif", np.full((1, 200, 200), 7, "uint8"), (300000, 5000000, 320000, 5020000), crs="EPSG:32633"
    )
    made.register("utm", File(path=utm, media_type=COG, bbox=(12.4, 45.1, 12.7, 45.3)))
    yield made
    made.close()


def longitudes(columns: int) -> "np.ndarray[Any, Any]":
    """A band of 0 to 360 degrees, whose value is the longitude from −180."""
    x = np.arange(columns) * 360 / columns + 180 / columns
    return np.repeat(((x + 180) % 360 - 180)[None, :], columns // 2, axis=0)[None].astype("float32")


def polar_cube(path: Path) -> Path:
    """Ice around the North Pole on NSIDC's grid; its value is the distance from the pole in kilometres."""
    axis = np.arange(-3_950_000, 4_000_000, 100_000.0)
    y, x = np.meshgrid(axis[::-1], axis, indexing="ij")
    made = xr.Dataset(
        {"ice": (("y", "x"), (np.hypot(x, y) / 1000).astype("float32"), {"grid_mapping": "crs", "units": "km"})},
        {"y": axis[::-1], "x": axis, "crs": ((), 0, pyproj.CRS.from_epsg(3413).to_cf())},
    )
    return write_netcdf(path, made)


@pytest.fixture(scope="module")
def drawing(rooms: Rooms) -> Rendering:
    return Rendering(rooms.files)


def cells(rooms: Rooms, layer: str, bounds: Any, size: tuple[int, int], crs: str = "EPSG:4326", **words: str) -> Any:
    """The cells of a layer on a grid, without colours."""
    found = rooms.layers.layer(layer)
    made = Images(Reading(Originals(rooms.files))).cells(
        found, style_of(found, words), found.times[:1], map_grid(crs, bounds, *size)
    )
    return made.array


def pixels(picture: Picture) -> "np.ndarray[Any, Any]":
    return np.asarray(Image.open(io.BytesIO(picture.content)).convert("RGBA"))


@pytest.mark.parametrize("layer", ["east", "west"])
def test_a_world_is_drawn_the_same_wherever_its_longitudes_begin_and_its_rows(rooms: Rooms, layer: str) -> None:
    whole = cells(rooms, layer, WORLD, (360, 180))
    lat, lon = np.meshgrid(np.arange(89.5, -90, -1), np.arange(-179.5, 180, 1), indexing="ij")
    assert not np.ma.is_masked(whole)
    np.testing.assert_allclose(whole[0], where(lat, lon, 0), atol=0.02)


def test_a_map_across_the_antimeridian_has_both_sides(rooms: Rooms) -> None:
    for bounds in ((170.0, -20.0, 190.0, -10.0), (-190.0, -20.0, -170.0, -10.0)):
        for layer in ("east", "west", "fiji"):
            found = cells(rooms, layer, bounds, (20, 10))
            assert not np.ma.is_masked(found), (layer, bounds)
            assert [round(float(value) % 1000) for value in found[0, 0, [0, 9, 10, 19]]] == [
                each % 1000 for each in (170, 180, -180, -170)
            ] or abs(float(found[0, 0, 0]) % 1000 - 170.5) < 1


@pytest.mark.parametrize("side", [(-20037508.34, -18924313.0, -175.0), (18924313.0, 20037508.34, 175.0)])
def test_a_grid_across_the_antimeridian_is_on_both_ends_of_the_web_map(rooms: Rooms, side: tuple[float, ...]) -> None:
    left, right, middle = side
    found = cells(rooms, "fiji", (left, -2_200_000, right, -1_200_000), (10, 10), "EPSG:3857")
    assert not np.ma.is_masked(found)
    value = float(np.median(found.data))
    longitude = value - round(value / 1000) * 1000
    assert abs(longitude - middle) < 1.5


def test_a_raster_from_0_to_360_degrees_lies_where_it_belongs(rooms: Rooms) -> None:
    for bounds in ((-120.0, -10.0, -100.0, 10.0), (100.0, -10.0, 120.0, 10.0), (170.0, -10.0, 190.0, 10.0)):
        found = cells(rooms, "turned", bounds, (20, 20))
        assert not np.ma.is_masked(found), bounds
        middles = (np.arange(20) + bounds[0] + 0.5 + 180) % 360 - 180
        np.testing.assert_allclose(found[0, 0], middles, atol=0.6)
    web = cells(rooms, "turned", (-13_000_000, -100_000, -12_000_000, 100_000), (8, 8), "EPSG:3857")
    assert not np.ma.is_masked(web) and -118 < float(web.mean()) < -107


@pytest.mark.parametrize(("crs", "sign"), [("EPSG:3413", 1), ("EPSG:3031", -1)])
def test_the_poles_have_neither_hole_nor_seam(rooms: Rooms, crs: str, sign: int) -> None:
    half = 3_000_000.0
    found = cells(rooms, "east", (-half, -half, half, half), (61, 61), crs)
    assert not np.ma.is_masked(found)
    to_degrees = pyproj.Transformer.from_crs(crs, 4326, always_xy=True)
    middles = np.linspace(-half, half, 61 * 2 + 1)[1::2]
    x, y = np.meshgrid(middles, middles[::-1])
    _, lat = to_degrees.transform(x, y)
    assert np.abs(np.round(found[0] / 1000) - lat).max() <= 1.01
    assert float(found[0, 30, 30]) * sign > 89_000


def test_a_polar_grid_is_drawn_on_its_own_map_on_the_other_pole_s_not_and_on_the_web_map(rooms: Rooms) -> None:
    own = cells(rooms, "polar", (-4e6, -4e6, 4e6, 4e6), (80, 80), "EPSG:3413")
    assert not np.ma.is_masked(own) and abs(float(own[0, 40, 79]) - 3950) < 60
    assert cells(rooms, "polar", (-1e6, -1e6, 1e6, 1e6), (10, 10), "EPSG:3031").mask.all()
    web = cells(rooms, "polar", (-20e6, 10e6, 20e6, 20e6), (64, 16), "EPSG:3857")
    distance = pyproj.Geod(ellps="WGS84").inv(0, 80, 0, 90)[2] / 1000
    found = cells(rooms, "polar", (-180, 79.5, 180, 80.5), (36, 1))
    assert web.count() > 900 and np.abs(found - distance).max() < 90


def test_utm_is_drawn_in_its_own_zone_cell_by_cell(rooms: Rooms, drawing: Rendering) -> None:
    layer = rooms.layers.layer("utm")
    assert layer.crs == "EPSG:32633" and layer.cell == (100, 100)
    found = cells(rooms, "utm", (299900, 4999900, 320100, 5020100), (202, 202), "EPSG:32633")
    assert found.mask[0, 0].all() and not found.mask[0, 1:-1, 1:-1].any() and (found.data[0, 1:-1, 1:-1] == 7).all()
    west, south, east, north = layer.bbox
    place = tms.get("WebMercatorQuad").tile((west + east) / 2, (south + north) / 2, 10)
    assert not drawing.tile(layer, PLAIN, "", "WebMercatorQuad", 10, place.x, place.y, "png").empty


def test_the_nodata_value_is_drawn_as_nothing(rooms: Rooms, drawing: Rendering) -> None:
    layer = rooms.layers.layer("nodata")
    picture = drawing.map(layer, PLAIN, "", "EPSG:4326", BOX, 512, 512, "png")
    alpha = pixels(picture)[..., 3]
    assert (alpha[:100] == 0).all() and (alpha[101:] == 255).all()
    also = replace(PLAIN, nodata=float(latitudes(512, 512, BOX)[0, 300, 0]))
    more = drawing.map(layer, also, "", "EPSG:4326", BOX, 512, 512, "png")
    assert (pixels(more)[300, :, 3] == 0).all() and (pixels(more)[301, :, 3] == 255).all()


def test_an_internal_mask_is_respected(rooms: Rooms, drawing: Rendering) -> None:
    layer = rooms.layers.layer("masked")
    style = style_of(layer, {"rescale": "0,255"})
    picture = drawing.map(layer, style, "", "EPSG:4326", BOX, 512, 512, "png")
    found = pixels(picture)
    assert (found[:, :256, 3] == 255).all() and (found[:, 256:, 3] == 0).all()
    assert found[0, 0].tolist() == [10, 20, 30, 255]


def test_scale_and_offset_are_applied_to_rasters_and_cubes(rooms: Rooms, drawing: Rendering) -> None:
    raster = drawing.point(rooms.layers.layer("scaled"), PLAIN, "", 5, 45)
    assert raster.values[0].value == pytest.approx(3.0)
    cube = rooms.layers.layer("packed")
    assert (cube.scale, cube.offset, cube.nodata, cube.dtype) == (0.5, 100, -999, "int16")
    assert drawing.point(cube, PLAIN, "", -10, 40.5).values[0].value == pytest.approx(40.5)
    assert drawing.point(cube, PLAIN, "", 10, 40.5).values[0].value is None


def test_a_mask_formula_hides_cells(rooms: Rooms) -> None:
    found = cells(rooms, "nodata", BOX, (64, 64), mask="(b1 > 42) & (b1 < 44)")
    known = found[0].compressed()
    assert known.size and known.min() > 42 and known.max() < 44


def test_formulas_are_computed_from_bands_and_variables(rooms: Rooms) -> None:
    assert (cells(rooms, "masked", BOX, (8, 8), expression="b3 - 2 * b1")[0, 0, :3] == 10).all()
    assert float(cells(rooms, "east", (0, 0, 10, 10), (10, 10), expression="v / 1000 - 1")[0, 0, 0]) == pytest.approx(
        9, abs=1.1
    )


def test_a_tile_has_the_pixels_that_rio_tiler_gives(rooms: Rooms, drawing: Rendering, tmp_path: Path) -> None:
    random = np.random.default_rng(3).integers(1, 256, (3, 1024, 1024), dtype="uint8")
    path = write_cog(tmp_path / "r.tif", random, (10.0, 40.0, 14.0, 44.0), nodata=0)
    rooms.register("random", File(path=path, media_type=COG, bbox=(10, 40, 14, 44)))
    layer = rooms.layers.layer("random")
    style = style_of(layer, {"bands": "1,2,3", "rescale": "0,255"})
    for z, x, y in ((6, 34, 23), (8, 137, 94), (9, 274, 189), (10, 548, 380)):
        ours = pixels(drawing.tile(layer, style, "", "WebMercatorQuad", z, x, y, "png"))
        with Reader(str(path)) as reader:
            made = reader.tile(x, y, z, indexes=(1, 2, 3)).post_process(in_range=((0, 255),)).render(img_format="PNG")
        theirs = np.asarray(Image.open(io.BytesIO(made)).convert("RGBA"))
        shown = theirs[..., 3] == 255
        assert (ours[..., 3] == theirs[..., 3]).all() and (ours[shown] == theirs[shown]).all(), (z, x, y)


@pytest.mark.parametrize(
    ("crs", "bounds"),
    [("EPSG:4326", (10.0, 40.0, 14.0, 44.0)), ("EPSG:32633", (300000.0, 4500000.0, 600000.0, 4800000.0))],
)
def test_a_raster_without_a_mask_has_the_pixels_that_rio_tiler_gives_inside_and_on_its_edge(
    rooms: Rooms, drawing: Rendering, tmp_path: Path, crs: str, bounds: tuple[float, float, float, float]
) -> None:
    random = np.random.default_rng(4).integers(0, 256, (3, 512, 512), dtype="uint8")
    path = write_cog(tmp_path / "r.tif", random, bounds, crs=crs)
    rooms.register(f"plain-{crs[5:]}", File(path=path, media_type=COG))
    layer = rooms.layers.layer(f"plain-{crs[5:]}")
    style = style_of(layer, {"bands": "1,2,3", "rescale": "10,200"})
    west, south, east, north = layer.bbox
    web, kinds = tms.get("WebMercatorQuad"), set()
    for lon, lat, zoom in ((west, south, 7), (east, north, 9), ((west + east) / 2, (south + north) / 2, 10)):
        place = web.tile(lon, lat, zoom)
        ours = pixels(drawing.tile(layer, style, "", "WebMercatorQuad", zoom, place.x, place.y, "png"))
        with Reader(str(path)) as reader:
            made = reader.tile(place.x, place.y, zoom)
        theirs = np.asarray(
            Image.open(io.BytesIO(made.post_process(in_range=((10, 200),)).render(img_format="PNG"))).convert("RGBA")
        )
        shown = theirs[..., 3] == 255
        kinds.add(bool(shown.all()))
        assert (ours[..., 3] == theirs[..., 3]).all() and (ours[shown] == theirs[shown]).all(), (zoom, place)
    assert kinds == {True, False}  # one inside, others on the edge


def test_many_at_once_get_what_one_gets(rooms: Rooms) -> None:
    from concurrent.futures import ThreadPoolExecutor

    places = [("west", 2, x, y) for x in range(4) for y in range(4)] + [("nodata", 6, 32, y) for y in range(20, 26)] * 2
    one, many = Rendering(rooms.files), Rendering(rooms.files)

    def drawn(rendering: Rendering, name: str, z: int, x: int, y: int) -> bytes:
        return rendering.tile(rooms.layers.layer(name), PLAIN, "", "WebMercatorQuad", z, x, y, "png").content

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda place: drawn(many, *place), places))
    assert found == [drawn(one, *place) for place in places]


def test_a_tile_of_a_cube_has_the_pixels_that_rio_tiler_gives(rooms: Rooms, drawing: Rendering) -> None:
    import rioxarray  # noqa: F401  it gives arrays their .rio
    from rio_tiler.colormap import cmap
    from rio_tiler.io import XarrayReader

    layer = rooms.layers.layer("west")
    style = style_of(layer, {"rescale": "-90000,90000", "colormap": "viridis"})
    array = grid(np.arange(89.5, -90, -1), np.arange(-179.5, 180, 1), v=where)["v"]
    array = array.rename(lat="y", lon="x").rio.write_crs("EPSG:4326")
    for z, x, y in ((2, 1, 1), (3, 4, 3), (5, 17, 11)):
        ours = pixels(drawing.tile(layer, style, "2001-01", "WebMercatorQuad", z, x, y, "png"))
        with XarrayReader(array) as reader:
            made = reader.tile(x, y, z)
        made.rescale(((-90000, 90000),))
        theirs = Image.open(io.BytesIO(made.render(img_format="PNG", colormap=cmap.get("viridis")))).convert("RGBA")
        assert (ours == np.asarray(theirs)).mean() > 0.999, (z, x, y)


def test_one_band_takes_the_colours_of_its_map(rooms: Rooms, drawing: Rendering) -> None:
    from rio_tiler.colormap import cmap

    layer = rooms.layers.layer("west")
    style = style_of(layer, {"rescale": "-90000,90000", "colormap": "magma"})
    found = pixels(drawing.map(layer, style, "2001-01", "EPSG:4326", WORLD, 360, 180, "png"))
    table = cmap.get("magma")
    value = float(where(np.array(89.5), np.array(-179.5), 0))
    shade = int((value + 90000) / 180000 * 255)
    assert tuple(found[0, 0][:3]) in {tuple(table[shade + step][:3]) for step in (-1, 0, 1) if shade + step < 256}
    assert (found[..., 3] == 255).all()


def test_scenes_of_one_time_are_laid_side_by_side_and_the_newest_on_top(
    rooms: Rooms, drawing: Rendering, tmp_path: Path
) -> None:
    files = []
    for item, value, west, time in (
        ("a", 10, 0.0, "2020-01-01"),
        ("b", 20, 2.0, "2020-01-01"),
        ("c", 30, 1.0, "2020-02-01"),
    ):
        data = np.full((1, 64, 64), value, "uint8")
        box = (west, 0.0, west + 2, 2.0)
        path = write_cog(tmp_path / f"{item}.tif", data, box, nodata=0)
        files.append(File(path=path, item=item, time=f"{time}T00:00:00Z", media_type=COG, bbox=box))
    rooms.register("mosaic", *files)
    layer = rooms.layers.layer("mosaic")

    def row(time: str) -> list[int | None]:
        found = [drawing.point(layer, PLAIN, time, lon, 1).values[0].value for lon in (0.5, 1.5, 2.5, 3.5)]
        return [None if value is None else int(value) for value in found]

    assert row("2020-01") == [10, 10, 20, 20]
    assert row("") == row("2020-02") == [None, 30, 30, None]
    assert row("2020-01/2020-02") == [10, 30, 30, 20]
    assert row("../2020-01-15") == [10, 10, 20, 20]


def test_nothing_is_one_small_transparent_picture(rooms: Rooms, drawing: Rendering) -> None:
    layer = rooms.layers.layer("utm")
    far = drawing.tile(layer, PLAIN, "", "WebMercatorQuad", 10, 0, 0, "png")
    other = drawing.tile(layer, PLAIN, "", "WebMercatorQuad", 11, 5, 5, "png")
    assert far.empty and far.content is other.content and len(far.content) < 200
    assert (pixels(far)[..., 3] == 0).all() and pixels(far).shape == (256, 256, 4)
    unread = Rendering(rooms.files)
    assert unread.tile(rooms.layers.layer("fiji"), PLAIN, "", "WebMercatorQuad", 4, 8, 5, "png").empty
    assert not unread.reading._slices._held and not unread.reading._own.__dict__  # known without opening a file
    for form in ("webp", "jpg"):
        assert drawing.tile(layer, PLAIN, "", "WebMercatorQuad", 10, 0, 0, form).empty


def test_the_same_request_gives_the_same_picture_and_another_style_another_tag(
    rooms: Rooms, drawing: Rendering
) -> None:
    layer = rooms.layers.layer("west")
    first = drawing.tile(layer, PLAIN, "", "WebMercatorQuad", 1, 0, 0, "png")
    assert drawing.tile(layer, PLAIN, "", "WebMercatorQuad", 1, 0, 0, "png") is first
    assert Rendering(rooms.files).tile(layer, PLAIN, "", "WebMercatorQuad", 1, 0, 0, "png").etag == first.etag
    others = [
        drawing.tile(layer, style, time, "WebMercatorQuad", 1, 0, 0, form).etag
        for style, time, form in (
            (replace(PLAIN, colormap="magma"), "", "png"),
            (PLAIN, "2001-01", "png"),
            (PLAIN, "", "webp"),
        )
    ]
    assert len({first.etag, *others}) == 4


@pytest.mark.parametrize("place", [(0, 1, 0), (1, 0, 2), (25, 0, 0), (-1, 0, 0)])
def test_a_tile_that_the_set_has_not_is_not_found(
    rooms: Rooms, drawing: Rendering, place: tuple[int, int, int]
) -> None:
    with pytest.raises(NotFound, match="zoom"):
        drawing.tile(rooms.layers.layer("west"), PLAIN, "", "WebMercatorQuad", *place, "png")


def test_sets_formats_sizes_and_systems_that_are_not_there_are_refused(rooms: Rooms, drawing: Rendering) -> None:
    layer = rooms.layers.layer("west")
    with pytest.raises(NotFound, match="NoQuad"):
        drawing.tile(layer, PLAIN, "", "NoQuad", 0, 0, 0, "png")
    with pytest.raises(Invalid, match="gif"):
        drawing.tile(layer, PLAIN, "", "WebMercatorQuad", 0, 0, 0, "gif")
    for crs, bounds, size in (
        ("EPSG:99999", WORLD, (10, 10)), ("nonsense", WORLD, (10, 10)), ("EPSG:4326", WORLD, (0, 10)),
        ("EPSG:4326", WORLD, (10, 99999)), ("EPSG:4326", (10, 0, 0, 10), (10, 10)),
        ("EPSG:4326", (0, 0, float("nan"), 10), (10, 10)),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            drawing.map(layer, PLAIN, "", crs, bounds, *size, "png")


def test_bounds_that_a_projection_cannot_show_are_empty_not_an_error(rooms: Rooms, drawing: Rendering) -> None:
    layer = rooms.layers.layer("utm")
    for crs, bounds in (("EPSG:3857", (1e12, 1e12, 1.1e12, 1.1e12)), ("EPSG:3031", (-9e9, -9e9, -8e9, -8e9))):
        assert drawing.map(layer, PLAIN, "", crs, bounds, 16, 16, "png").empty


def test_of_a_large_grid_only_what_is_shown_is_read(
    rooms: Rooms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from repeatpass.data import lattices, reading

    monkeypatch.setattr(lattices, "WHOLE", 10_000)
    monkeypatch.setattr(reading, "WHOLE", 10_000)
    monkeypatch.setattr(lattices, "BLOCK", 32)
    layer = rooms.layers.layer("east")
    own = Reading(Originals(rooms.files))
    images = Images(own)
    near = map_grid("EPSG:4326", (-20.0, 30.0, -10.0, 40.0), 100, 100)
    found = images.cells(layer, PLAIN, layer.times[:1], near).array
    (held,) = own._slices._held.values()
    assert held.values.size < 10_000 and not np.ma.is_masked(found)
    assert abs(float(found[0, 0, 0]) - float(where(np.array(39.5), np.array(-19.5), 0))) < 1
    whole = images.cells(layer, PLAIN, layer.times[:1], map_grid("EPSG:4326", WORLD, 36, 18)).array
    coarse = list(own._slices._held.values())[-1]
    assert coarse.values.size < 362 * 180 / 50 and not np.ma.is_masked(whole)
    lat = np.arange(85, -90, -10)[:, None]
    assert np.abs(np.round(whole[0] / 1000) - lat).max() <= 8


def test_uneven_rows_are_put_where_they_belong(rooms: Rooms, tmp_path: Path) -> None:
    lat = np.array([-80.0, -50.0, -30.0, -10.0, 0.0, 10.0, 30.0, 50.0, 80.0])
    uneven = grid(lat, np.arange(-175.0, 180, 10), v=lambda y, x, t: y)
    rooms.register("uneven", File(path=write_netcdf(tmp_path / "uneven.nc", uneven)))
    found = cells(rooms, "uneven", (0, -80, 10, 80), (1, 16))
    nearest = lat[np.abs(np.arange(75.0, -80, -10)[:, None] - lat).argmin(axis=1)]
    assert np.abs(found[0, :, 0] - nearest).max() <= 30 and float(found[0, 0, 0]) == 80


def test_further_dimensions_are_chosen_by_their_values(rooms: Rooms, drawing: Rendering, tmp_path: Path) -> None:
    lat, lon = np.arange(-45.0, 50, 10), np.arange(-175.0, 180, 10)
    deep = xr.concat(
        [grid(lat, lon, t=lambda y, x, n, d=d: y * 0 + d) for d in (5, 50)], pd.Index([5, 50], name="depth")
    )
    deep["lat"].attrs["units"] = "degrees_north"
    rooms.register("deep", File(path=write_netcdf(tmp_path / "deep.nc", deep)))
    layer = rooms.layers.layer("deep")
    assert dict(layer.dimensions) == {"depth": ("5", "50")}
    assert drawing.point(layer, PLAIN, "", 0, 0).values[0].value == 5
    assert drawing.point(layer, style_of(layer, {"depth": "50"}), "", 0, 0).values[0].value == 50
    with pytest.raises(BadStyle, match="depth is “7”"):
        style_of(layer, {"depth": "7"})


def test_times_of_another_calendar_are_dates(rooms: Rooms, tmp_path: Path) -> None:
    model = grid(np.arange(-45.0, 50, 10), np.arange(-175.0, 180, 10), 2, t=lambda y, x, n: y * 0 + n)
    model["time"] = xr.date_range("2000-02-01", periods=2, freq="MS", calendar="noleap", use_cftime=True)
    model["lat"].attrs["units"] = "degrees_north"
    rooms.register("model", File(path=write_netcdf(tmp_path / "model.nc", model)))
    assert rooms.layers.layer("model").times == ("2000-02-01T00:00:00Z", "2000-03-01T00:00:00Z")


def test_statistics_count_the_valid_cells_of_an_area(rooms: Rooms, drawing: Rendering) -> None:
    layer = rooms.layers.layer("nodata")
    whole = drawing.statistics(layer, PLAIN).bands[0]
    values = latitudes(512, 512, BOX)[0, 100:]
    assert (whole.valid, whole.cells) == (512 * 412, 512 * 512)
    assert whole.mean == pytest.approx(values.mean(), abs=1e-3) and whole.median == pytest.approx(
        np.median(values), abs=1e-3
    )
    assert whole.percentiles["98"] == pytest.approx(np.percentile(values, 98), abs=1e-3)
    assert sum(whole.counts) == whole.valid and len(whole.edges) == len(whole.counts) + 1
    triangle = area_of('{"type":"Polygon","coordinates":[[[0,40],[10,40],[0,48],[0,40]]]}')
    part = drawing.statistics(layer, PLAIN, "", triangle).bands[0]
    assert part.cells == pytest.approx(512 * 512 * 0.4, rel=0.01) and part.high < 48
    none = drawing.statistics(layer, PLAIN, "", area_of("0,49.5,10,50")).bands[0]
    assert none.valid == 0 and np.isnan(none.mean) and none.counts == ()


def test_an_area_across_the_antimeridian_is_measured_on_both_sides(rooms: Rooms, drawing: Rendering) -> None:
    for name, time in (("fiji", ""), ("east", "2001-01")):
        layer = rooms.layers.layer(name)
        style = style_of(layer, {"expression": "v - 1000 * floor(v / 1000 + 0.5)"})
        found = drawing.statistics(layer, style, time, area_of("175,-15,-175,-12"))
        assert found.bands[0].cells == 30 and found.bands[0].low < -170 and found.bands[0].high > 170


@pytest.mark.parametrize(
    "area",
    ["1,2,3", "a,b,c,d", "0,50,10,40", "0,-100,10,0", "5,1,5,2", "{", '{"type":"Point","coordinates":[1,2]}',
     '{"type":"Polygon","coordinates":[[[0,0],[1,1],[0,1],[1,0],[0,0]]]}', '{"type":"Polygon","coordinates":"here"}',
     '{"type":"FeatureCollection","features":[]}', "nan,0,1,1"],
)  # fmt: skip
def test_an_area_that_is_none_is_refused(area: str) -> None:
    with pytest.raises(Invalid, match="area"):
        area_of(area)


def test_an_area_of_several_polygons_is_all_of_them_and_a_box_is_one_however_it_is_written(
    rooms: Rooms, drawing: Rendering
) -> None:
    layer = rooms.layers.layer("east")

    def counted(text: str) -> int:
        return drawing.statistics(layer, PLAIN, "2001-01", area_of(text)).bands[0].cells

    ring = "[[[{0},0],[{1},0],[{1},5],[{0},5],[{0},0]]]"
    one, other = (f'{{"type":"Polygon","coordinates":{ring.format(*each)}}}' for each in ((0, 10), (20, 30)))
    assert counted(one) == counted("0,0,10,5") == 50
    assert counted(f'{{"type":"GeometryCollection","geometries":[{one},{other}]}}') == 100


def test_an_area_outside_of_the_layer_is_said(rooms: Rooms, drawing: Rendering) -> None:
    with pytest.raises(Invalid, match="outside utm:data"):
        drawing.statistics(rooms.layers.layer("utm"), PLAIN, "", area_of("100,10,110,20"))


def test_a_geotiff_cut_out_has_the_cells_of_the_original(rooms: Rooms, drawing: Rendering, tmp_path: Path) -> None:
    layer = rooms.layers.layer("nodata")
    found = drawing.cutout(layer, PLAIN, "", area_of("2,42,4,43"), form="tif")
    path = tmp_path / found.filename
    path.write_bytes(found.content)
    with rasterio.open(path) as cut, rasterio.open(rooms.files.path(layer.sources[0].checksum)) as own:
        window = own.window(*cut.bounds)
        assert (cut.read() == own.read(window=window)).all() and cut.res == own.res
        assert cut.tags()["source"] == "collection nodata, layer nodata:data" and cut.crs.to_epsg() == 4326
        assert cut.bounds.left <= 2 and cut.bounds.right >= 4 and cut.width == pytest.approx(102.4, abs=2)


def test_a_netcdf_cut_out_has_all_times_asked_for_and_follows_cf(
    rooms: Rooms, drawing: Rendering, tmp_path: Path
) -> None:
    found = drawing.cutout(rooms.layers.layer("west"), PLAIN, "2001-01/2001-03", area_of("-20,30,-10,40"), form="nc")
    path = tmp_path / found.filename
    path.write_bytes(found.content)
    with xr.open_dataset(path, engine="h5netcdf") as made:
        assert dict(made.sizes) == {"time": 3, "lat": 10, "lon": 10}
        lat, lon = np.meshgrid(made["lat"], made["lon"], indexing="ij")
        for number in range(3):
            np.testing.assert_allclose(made["v"][number], where(lat, lon, number), atol=0.02)
        assert made["v"].attrs["grid_mapping"] == "spatial_ref" and made.attrs["Conventions"] == "CF-1.11"
        assert made["spatial_ref"].attrs["grid_mapping_name"] == "latitude_longitude"


def test_a_csv_cut_out_has_a_row_for_each_cell_with_a_value(rooms: Rooms, drawing: Rendering) -> None:
    found = drawing.cutout(rooms.layers.layer("packed"), PLAIN, "", area_of("-5,10,5,12"), form="csv")
    table = pd.read_csv(io.BytesIO(found.content))
    assert list(table.columns) == ["time", "lon", "lat", "v"] and len(table) == 10  # nothing east of Greenwich
    assert (table["v"] == table["lat"]).all()


def test_a_cut_out_in_another_system_and_of_a_formula(rooms: Rooms, drawing: Rendering, tmp_path: Path) -> None:
    layer = rooms.layers.layer("utm")
    style = style_of(layer, {"expression": "b1 * 2"})
    found = drawing.cutout(layer, style, "", None, "EPSG:4326", "tif")
    path = tmp_path / "cut.tif"
    path.write_bytes(found.content)
    with rasterio.open(path) as cut:
        assert cut.crs.to_epsg() == 4326 and set(np.unique(cut.read(1, masked=True).compressed())) == {14.0}
        assert cut.descriptions == ("value",) and cut.tags()["expression"] == "b1 * 2"
    picture = drawing.cutout(layer, PLAIN, "", None, "", "png")
    assert Image.open(io.BytesIO(picture.content)).size == (200, 200)


def test_a_cut_out_that_is_too_large_or_of_no_known_form_is_refused(
    rooms: Rooms, drawing: Rendering, monkeypatch: pytest.MonkeyPatch
) -> None:
    from repeatpass.data import cutouts

    layer = rooms.layers.layer("west")
    with pytest.raises(Invalid, match="format is “shp”"):
        drawing.cutout(layer, PLAIN, "", None, "", "shp")
    with pytest.raises(Invalid, match="one time"):
        drawing.cutout(layer, PLAIN, "../..", None, "", "tif")
    monkeypatch.setattr(cutouts, "MOST", 1000)
    monkeypatch.setattr(cutouts, "ROWS", 500)
    for form, most in (("nc", "1,000"), ("tif", "1,000"), ("csv", "500")):
        with pytest.raises(Exhausted, match=f"64,800 cells, at most {most}"):
            drawing.cutout(layer, PLAIN, "", None, "", form)


def test_only_some_cut_outs_are_made_at_once(rooms: Rooms, drawing: Rendering, monkeypatch: pytest.MonkeyPatch) -> None:
    from repeatpass.data import rendering

    monkeypatch.setattr(rendering, "PATIENCE", 0.01)
    for _ in range(rendering.AT_ONCE):
        drawing._large.acquire()
    with pytest.raises(Exhausted, match="at once"):
        drawing.cutout(rooms.layers.layer("utm"), PLAIN)
    for _ in range(rendering.AT_ONCE):
        drawing._large.release()
    assert drawing.cutout(rooms.layers.layer("utm"), PLAIN).content


def test_the_range_of_a_formula_is_told_from_the_data_and_is_the_same_for_every_time(
    rooms: Rooms, drawing: Rendering
) -> None:
    layer = rooms.layers.layer("packed")
    found = drawing.completed(layer, style_of(layer, {"expression": "v * 2"}))
    (low, high) = found.rescale[0]
    assert low == pytest.approx(-176, abs=3) and high == pytest.approx(176, abs=3)
    assert drawing.completed(layer, PLAIN).rescale == layer.style.rescale


def test_a_legend_shows_the_ramp(rooms: Rooms, drawing: Rendering) -> None:
    layer: Layer = rooms.layers.layer("polar")
    found = pixels(drawing.legend(layer, replace(PLAIN, colormap="magma", rescale=((0.0, 4000.0),))))
    assert found.shape[:2] == (56, 240)
    assert tuple(found[26, 12][:3]) < (20, 20, 40) and found[26, 226].sum() > 800
    assert drawing.legend(rooms.layers.layer("masked"), PLAIN).content.startswith(b"\x89PNG")
