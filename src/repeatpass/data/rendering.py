"""Pictures and numbers of layers: tiles, maps, values at a point."""

import hashlib
import math
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from repeatpass.core.errors import Exhausted, Invalid, NotFound
from repeatpass.data.areas import Area
from repeatpass.data.colours import FORMATS, encoded, nothing
from repeatpass.data.cutouts import cut_out
from repeatpass.data.elsewhere.room import Elsewhere
from repeatpass.data.grids import Grid
from repeatpass.data.images import Images
from repeatpass.data.legends import legend_png
from repeatpass.data.measuring import measured, ranges
from repeatpass.data.originals import Originals
from repeatpass.data.places import inside, own_grid
from repeatpass.data.reading import Reading
from repeatpass.data.records import Box, Cutout, Layer, Picture, Statistics, Style, Value, Values
from repeatpass.data.tilesets import tile_matrix_set
from repeatpass.data.times import chosen_times
from repeatpass.kit.memory import Remembered
from repeatpass.storage.files import FileArea

PICTURES = 128 << 20  # bytes of finished pictures that are held
LARGEST = 4096  # pixels along a side of a map
DEEPEST = 24
SAMPLE = 250_000  # cells from which the range of a formula is told
MOST_RANGES = 10_000
AT_ONCE = 3  # cut-outs that are made at the same time, for each may need a gigabyte
PATIENCE = 20.0  # seconds that another waits
FORM = "1"  # part of every ETag; changes when the same request gives another picture


class OutsideTheGrid(NotFound):
    """The tile is not one of its tile matrix set."""

    kind = "no-such-tile"


class Rendering:
    """Draws layers."""

    def __init__(self, files: FileArea, elsewhere: Elsewhere | None = None) -> None:
        self.reading = Reading(Originals(files, elsewhere))
        self.images = Images(self.reading)
        self._pictures: Remembered[Picture] = Remembered(PICTURES, lambda each: len(each.content) + 400)
        self._large = threading.BoundedSemaphore(AT_ONCE)
        self._known_ranges: Remembered[tuple[tuple[float, float], ...]] = Remembered(MOST_RANGES, lambda _: 1)

    def tile(self, layer: Layer, style: Style, time: str, tms_id: str, z: int, x: int, y: int, form: str) -> Picture:
        """Draw one tile of a tile matrix set of morecantile.

        Raise OutsideTheGrid for a tile that the set has not, BadStyle, NoSuchTime, Invalid for another *form* than
        png, webp, jpg. Where the layer has nothing the picture is *empty*.
        """
        found = self.held_tile(layer, style, time, tms_id, z, x, y, form)
        if found is None:
            times = chosen_times(layer, time)
            etag = _etag(layer, style, times, tms_id, z, x, y, form)
            found = self._drawn(layer, style, times, tile_grid(tms_id, z, x, y, style.resampling), form, etag)
            self._pictures.put(etag, found)
        return found

    def held_tile(
        self, layer: Layer, style: Style, time: str, tms_id: str, z: int, x: int, y: int, form: str
    ) -> Picture | None:
        """Return a tile if it was drawn before and is still in memory: at once, without reading anything."""
        return self._pictures.get(_etag(layer, style, chosen_times(layer, time), tms_id, z, x, y, form))

    def map(
        self, layer: Layer, style: Style, time: str, crs: Any, bounds: Box, width: int, height: int, form: str
    ) -> Picture:
        """Draw *bounds*, in units of *crs* (whatever rasterio takes), x before y, as a picture of a size in pixels."""
        times = chosen_times(layer, time)
        grid = map_grid(crs, bounds, width, height, style.resampling)
        etag = _etag(layer, style, times, str(crs), *bounds, width, height, form)
        found = self._pictures.get(etag)
        if found is None:
            found = self._drawn(layer, style, times, grid, form, etag)
            self._pictures.put(etag, found)
        return found

    def point(self, layer: Layer, style: Style, time: str, lon: float, lat: float) -> Values:
        """Return the values of the cell at a place in degrees."""
        times = chosen_times(layer, time)
        size = 1e-5  # about a metre; GDAL finds nothing in much less on the edge of a cell
        grid = map_grid("EPSG:4326", (lon - size, lat - size, lon + size, lat + size), 1, 1, "nearest")
        cells = self.images.cells(layer, style, times, grid)
        values = [
            Value(name=name, value=None if hidden else float(value), unit="" if style.expression else layer.unit)
            for name, value, hidden in zip(
                cells.names, cells.array.data[:, 0, 0], _mask(cells.array)[:, 0, 0], strict=True
            )
        ]
        return Values(layer=layer.id, lon=lon, lat=lat, time=times[-1] if times else "", values=tuple(values))

    def legend(self, layer: Layer, style: Style) -> Picture:
        """Draw the legend of *layer* as PNG."""
        style = self.completed(layer, style)
        etag = _etag(layer, style, (), "legend")
        return Picture(content=legend_png(layer, style), media_type=FORMATS["png"], etag=etag)

    def statistics(self, layer: Layer, style: Style, time: str = "", area: Area | None = None) -> Statistics:
        """Return statistics of the cells in *area*, of the whole layer without one; each cell counts once."""
        return measured(self.images, layer, style, time, area)

    def cutout(
        self, layer: Layer, style: Style, time: str = "", area: Area | None = None, crs: str = "", form: str = "tif"
    ) -> Cutout:
        """Return a part of *layer* at its own resolution as a file: ``tif``, ``nc``, ``csv`` or a picture ``png``.

        *crs*: another system than the layer's own. Raise Exhausted where it would be too large.
        """
        if not self._large.acquire(timeout=PATIENCE):
            raise Exhausted("Too many cut-outs are being made at once; ask again in a minute.")
        try:
            return self._cut(layer, style, time, area, crs, form)
        finally:
            self._large.release()

    def _cut(self, layer: Layer, style: Style, time: str, area: Area | None, crs: str, form: str) -> Cutout:
        if form != "png":
            return cut_out(self.images, layer, style, time, area, crs, form)
        grid = own_grid(layer, area, LARGEST**2 // 4, crs=crs or None)
        times = chosen_times(layer, time)
        cells = self.images.cells(layer, style, times, grid)
        cells.array.mask = _mask(cells.array) | ~inside(grid, area)
        content = encoded(cells.array, self.completed(layer, style), form)
        return Cutout(content=content, media_type=FORMATS[form], filename=f"{layer.id.replace(':', '-')}.png")

    def completed(self, layer: Layer, style: Style) -> Style:
        """Return *style* with colours and ranges where it leaves them open.

        The layer's own, or for other bands, variables and formulas percentiles of the newest time: the same for every
        time, so that times can be compared.
        """
        own = layer.style
        bands = () if style.expression else style.bands or own.bands
        same = not style.expression and bands == own.bands and style.variable in ("", layer.name)
        same = same and not style.dimensions
        chosen = replace(style, bands=bands, colormap=style.colormap or own.colormap or "viridis")
        if chosen.rescale:
            return chosen
        return replace(chosen, rescale=own.rescale if same and own.rescale else self._ranges(layer, chosen))

    def _ranges(self, layer: Layer, style: Style) -> tuple[tuple[float, float], ...]:
        key = (layer.id, layer.stamp, repr(replace(style, colormap="")))
        found = self._known_ranges.get(key)
        if found is None:
            found = ranges(measured(self.images, layer, style, "", most=SAMPLE))
            self._known_ranges.put(key, found)
        return found

    def _drawn(self, layer: Layer, style: Style, times: Sequence[str], grid: Grid, form: str, etag: str) -> Picture:
        if form not in FORMATS:
            raise Invalid(f"“{form}” is no format of pictures here; there is: {', '.join(FORMATS)}.", format=form)
        cells = self.images.cells(layer, style, times, grid)
        if _mask(cells.array).all():
            content = nothing(grid.width, grid.height, form)
            return Picture(content=content, media_type=FORMATS[form], etag=etag, empty=True)
        content = encoded(cells.array, self.completed(layer, style), form)
        return Picture(content=content, media_type=FORMATS[form], etag=etag)


def _mask(array: Any) -> Any:
    import numpy as np

    return np.ma.getmaskarray(array)


@lru_cache(10_000)
def tile_grid(tms_id: str, z: int, x: int, y: int, resampling: str = "nearest") -> Grid:
    """Return the cells of a tile; raise OutsideTheGrid where the set has no such tile."""
    from morecantile import Tile

    tms = tile_matrix_set(tms_id)
    if not 0 <= z <= min(DEEPEST, tms.maxzoom):
        raise OutsideTheGrid(f"{tms_id} has the zooms 0 to {min(DEEPEST, tms.maxzoom)}; not {z}.", z=z)
    matrix = tms.matrix(z)
    if not (0 <= x < matrix.matrixWidth and 0 <= y < matrix.matrixHeight):
        raise OutsideTheGrid(
            f"At zoom {z} {tms_id} has the columns 0 to {matrix.matrixWidth - 1} and the rows 0 to "
            f"{matrix.matrixHeight - 1}; there is no {x}, {y}.",
            x=x, y=y, z=z,
        )  # fmt: skip
    left, bottom, right, top = tms.xy_bounds(Tile(x=x, y=y, z=z))
    return Grid(
        crs=tms.rasterio_crs,
        bounds=(left, bottom, right, top),
        width=matrix.tileWidth,
        height=matrix.tileHeight,
        resampling=resampling,
    )


def map_grid(crs: Any, bounds: Box, width: int, height: int, resampling: str = "nearest") -> Grid:
    """Return the cells of a map; raise Invalid for a size, bounds or a system that cannot be."""
    from rasterio.crs import CRS
    from rasterio.errors import CRSError

    if not (1 <= width <= LARGEST and 1 <= height <= LARGEST):
        raise Invalid(f"A map has 1 to {LARGEST} pixels along each side; not {width} by {height}.")
    if not all(map(math.isfinite, bounds)) or bounds[0] >= bounds[2] or bounds[1] >= bounds[3]:
        raise Invalid(f"The bounds {bounds} must be left, bottom, right, top with left < right and bottom < top.")
    try:
        system = CRS.from_user_input(crs)
    except CRSError:
        raise Invalid(f"“{crs}” is no coordinate reference system; write it as EPSG:3857.", crs=str(crs)) from None
    return Grid(crs=system, bounds=bounds, width=width, height=height, resampling=resampling)


def _etag(layer: Layer, style: Style, times: Sequence[str], *more: Any) -> str:
    words = repr((FORM, layer.id, layer.stamp, style, times, more))
    return hashlib.sha256(words.encode()).hexdigest()[:32]
