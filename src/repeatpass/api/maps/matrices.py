"""Tile matrix sets: which a layer is offered in, and which of their tiles hold something of it."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from repeatpass.api.maps.systems import System, box_in, system
from repeatpass.core.errors import NotFound
from repeatpass.data.records import Box, Layer
from repeatpass.data.tilesets import tile_matrix_set, tileset_for

if TYPE_CHECKING:
    from morecantile import TileMatrixSet

WEB = "WebMercatorQuad"
SETS = {
    WEB: "EPSG:3857",
    "WorldCRS84Quad": "CRS:84",
    "WGS1984Quad": "EPSG:4326",
    "EPSG3413Quad": "EPSG:3413",
    "EPSG3031Quad": "EPSG:3031",
}
DEEPEST = 24  # zoom beyond which nothing is drawn


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """The tiles of one zoom that hold something of a layer, both ends included."""

    zoom: int
    first_row: int
    last_row: int
    first_column: int
    last_column: int

    def holds(self, row: int, column: int) -> bool:
        """Whether a tile is among them."""
        return self.first_row <= row <= self.last_row and self.first_column <= column <= self.last_column


def sets_of(layer: Layer) -> tuple[str, ...]:
    """Return the ids of the sets that *layer* is offered in: those that show its part of the world, and its own."""
    common = tuple(id for id, code in SETS.items() if box_in(layer, code) is not None)
    try:
        own = tileset_for(layer.crs)
    except NotFound:
        return common
    return common if own in common else (*common, own)


def sets_of_all(layers: Iterable[Layer]) -> tuple[str, ...]:
    """Return the ids of all sets that *layers* are offered in, the common ones first."""
    found = {id for layer in layers for id in sets_of(layer)}
    return (*(id for id in SETS if id in found), *sorted(found - set(SETS)))


def system_of(tms: "TileMatrixSet") -> System:
    """Return the coordinate system of a set."""
    code = SETS.get(str(tms.id)) or f"EPSG:{tms.crs.to_epsg()}"
    found = system(code)
    assert found is not None, code
    return found


def zooms(tms: "TileMatrixSet") -> range:
    """Return the zooms that are drawn."""
    return range(tms.minzoom, min(DEEPEST, tms.maxzoom) + 1)


def limits(layer: Layer, tms_id: str) -> Iterator[Limits]:
    """Yield, for each zoom, the tiles that hold something of *layer*."""
    tms = tile_matrix_set(tms_id)
    box = box_in(layer, system_of(tms).code)
    for zoom in zooms(tms) if box else ():
        assert box is not None
        yield _limits(tms, zoom, box)


def limits_at(layer: Layer, tms_id: str, zoom: int) -> Limits | None:
    """Return the tiles of one zoom that hold something of *layer*, None where it does not lie in the set at all."""
    tms = tile_matrix_set(tms_id)
    box = box_in(layer, system_of(tms).code)
    return _limits(tms, zoom, box) if box else None


def _limits(tms: "TileMatrixSet", zoom: int, box: Box) -> Limits:
    from morecantile import Tile

    matrix, whole = tms.matrix(zoom), tms.xy_bounds(Tile(0, 0, zoom))
    left, top = whole.left, whole.top
    wide, high = whole.right - whole.left, whole.top - whole.bottom
    columns, rows = matrix.matrixWidth - 1, matrix.matrixHeight - 1
    slack = 1e-9  # of a tile: an edge that rounding put just beyond the next one
    return Limits(
        zoom=zoom,
        first_row=_within((top - box[3]) / high + slack, rows),
        last_row=_within((top - box[1]) / high - slack, rows),
        first_column=_within((box[0] - left) / wide + slack, columns),
        last_column=_within((box[2] - left) / wide - slack, columns),
    )


def _within(number: float, most: int) -> int:
    return max(0, min(math.floor(number), most))
