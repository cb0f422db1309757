"""What tiles show, cell by cell, against places that pyproj computes for each pixel and cells that are looked up there."""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import morecantile
import numpy as np
import pyproj
import pytest
import rasterio
import xarray as xr
from PIL import Image
from tests.layers import COG, NETCDF, File, Rooms
from tests.rasters import grid, write_cog

from repeatpass.core.errors import Invalid
from repeatpass.data.rendering import Rendering
from repeatpass.data.styles import style_of
from repeatpass.data.times import chosen_times

WEB = morecantile.tms.get("WebMercatorQuad")
MASK = np.where(np.arange(400)[:, None] < 50, 0, 255) * np.ones((1, 400))


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    """A scene in UTM with a value for nothing, scale and offset; a masked one over the antimeridian; a packed cube."""
    home, noise = tmp_path_factory.mktemp("pixels"), np.random.default_rng(1)
    cells = noise.integers(1, 4000, (1, 700, 700)).astype("uint16")
    cells[:, :, :100] = 0
    where = (500000.0, 4990000.0, 507000.0, 4997000.0)
    utm = write_cog(home / "utm.tif", cells, where, crs="EPSG:32633", nodata=0, scale=0.0001, offset=-0.1)
    colours = noise.integers(0, 255, (3, 400, 400)).astype("uint8")
    masked = write_cog(home / "masked.tif", colours, (170.0, -20.0, 190.0, 0.0), mask=MASK.astype("uint8"))
    lat, lon = np.arange(89.75, -90, -0.5), np.arange(0.25, 360, 0.5)
    sea = grid(lat, lon, 3, sst=lambda y, x, t: np.where(x > 300, np.nan, y + t + 0 * x))
    packed = {"dtype": "int16", "scale_factor": 0.01, "add_offset": 20.0, "_FillValue": -32768}
    sea.to_netcdf(home / "sea.nc", engine="h5netcdf", encoding={"sst": packed})
    made = Rooms(home)
    made.register("utm", File(path=utm, media_type=COG, bbox=(15.0, 45.0, 15.1, 45.1)))
    made.register("masked", File(path=masked, media_type=COG, bbox=(170.0, -20.0, -170.0, 0.0)))
    made.register("sea", File(path=home / "sea.nc", media_type=NETCDF, bbox=(-180.0, -90.0, 180.0, 90.0)))
    yield made
    made.close()


def drawn(rooms: Rooms, id: str, tile: tuple[int, int, int], time: str = "", **words: str) -> "np.ndarray[Any, Any]":
    (layer,) = rooms.layers.of(id)
    style = style_of(layer, words)
    found = Rendering(rooms.files).tile(layer, style, time, "WebMercatorQuad", *tile, "png").content
    return np.asarray(Image.open(io.BytesIO(found)).convert("RGBA"))


def middles(tile: tuple[int, int, int], crs: int) -> tuple[Any, Any]:
    """Where the middles of a tile's pixels lie in another system."""
    z, x, y = tile
    box = WEB.xy_bounds(morecantile.Tile(x=x, y=y, z=z))
    step = (box.right - box.left) / 256
    places = np.meshgrid(box.left + step * (np.arange(256) + 0.5), box.top - step * (np.arange(256) + 0.5))
    return pyproj.Transformer.from_crs(3857, crs, always_xy=True).transform(*places)


def looked_up(file: Any, x: Any, y: Any) -> tuple[Any, Any, Any]:
    """The rows and columns of places in a raster, and which of them lie clear of the edge of a cell.

    GDAL computes places to an eighth of a pixel, so that beside an edge either cell may be meant.
    """
    columns, rows = ~file.transform * (x, y)
    step = abs(columns[0, 1] - columns[0, 0]) / 4
    clear = (np.abs(columns - np.round(columns)) > step) & (np.abs(rows - np.round(rows)) > step)
    return np.floor(rows).astype(int), np.floor(columns).astype(int), clear


def test_a_scene_in_another_system_has_each_cell_where_it_lies_scaled_and_nothing_clear(rooms: Rooms) -> None:
    zoom = 15
    near = WEB.tile(15.0127, 45.09, zoom)  # where the columns without a value end
    tile = (zoom, near.x, near.y)
    with rasterio.open(rooms.files.path(rooms.layers.of("utm")[0].sources[0].checksum)) as file:
        raw = file.read(1)
        rows, columns, clear = looked_up(file, *middles(tile, 32633))
    cells = raw[rows, columns]
    known = cells != 0
    assert 0 < known.mean() < 1
    found = drawn(rooms, "utm", tile, rescale="-0.1,0.3", colormap="viridis")
    assert ((found[..., 3] == 255) == known)[clear].all()
    from rio_tiler.colormap import cmap

    shades = np.array([cmap.get("viridis")[step][:3] for step in range(256)])
    value = cells * 0.0001 - 0.1
    exact = (value + 0.1) / 0.4 * 255
    sure = clear & known & (np.abs(exact - np.round(exact)) > 0.01)  # float32 may round the others either way
    assert (found[..., :3] == shades[np.floor(exact).astype(int)])[sure].all()


@pytest.mark.parametrize("tile", [(6, 63, 33), (6, 0, 34), (6, 0, 32)])
def test_over_the_antimeridian_both_sides_show_their_cells_and_the_mask_hides(
    rooms: Rooms, tile: tuple[int, int, int]
) -> None:
    with rasterio.open(rooms.files.path(rooms.layers.of("masked")[0].sources[0].checksum)) as file:
        raw, mask = file.read(), file.dataset_mask()
        lon, lat = middles(tile, 4326)
        rows, columns, clear = looked_up(file, lon % 360, lat)
    inside = (rows >= 0) & (rows < 400) & (columns >= 0) & (columns < 400)
    rows, columns = rows.clip(0, 399), columns.clip(0, 399)
    known = inside & (mask[rows, columns] > 0)
    found = drawn(rooms, "masked", tile, bands="1,2,3", rescale="0,255")
    assert ((found[..., 3] == 255) == known)[clear].all()
    assert (found[..., :3] == raw[:, rows, columns].transpose(1, 2, 0))[clear & known].all()


@pytest.mark.parametrize("tile", [(5, 31, 12), (5, 15, 12), (7, 70, 50)])
def test_a_packed_cube_from_0_to_360_shows_the_cell_of_the_time(rooms: Rooms, tile: tuple[int, int, int]) -> None:
    with xr.open_dataset(rooms.files.path(rooms.layers.of("sea")[0].sources[0].checksum)) as cube:
        lon, lat = middles(tile, 4326)
        want = cube["sst"].isel(time=2).sel(
            lat=xr.DataArray(lat), lon=xr.DataArray(lon % 360), method="nearest"
        ).values  # fmt: skip
        time = str(cube["time"].values[2])[:10]
    low = np.floor(lat.min())
    found = drawn(rooms, "sea", tile, time, rescale=f"{low},{low + 127.5}", colormap="viridis")
    known = np.isfinite(want)
    assert ((found[..., 3] == 255) == known).mean() > 0.99
    if known.any():
        steps = np.unique(want[known]).size
        assert len(np.unique(found[known][:, :3], axis=0)) == steps  # each row of cells has a shade of its own
        from rio_tiler.colormap import cmap

        shades = np.array([cmap.get("viridis")[step][:3] for step in range(256)])
        exact = np.floor((np.where(known, want, low) - low) * 2 + 1e-6).astype(int)
        assert (found[..., :3] == shades[exact])[known].all(axis=-1).mean() > 0.99


@pytest.mark.parametrize("text", ["nope", "2020-13-01", "2020-01-01/nope"])
def test_a_time_that_is_none_is_refused_also_where_there_are_no_times(rooms: Rooms, text: str) -> None:
    layer = replace(rooms.layers.of("utm")[0], times=())
    assert chosen_times(layer, "2020-01-01/..") == ()
    with pytest.raises(Invalid, match="is not a time"):
        chosen_times(layer, text)
