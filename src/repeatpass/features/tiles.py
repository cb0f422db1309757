"""Features as vector tiles (Mapbox Vector Tile 2.1), in the tile matrix sets of OGC 17-083r4."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import shapely

from repeatpass.catalog.search.records import Box
from repeatpass.core.errors import NotFound
from repeatpass.features.crs import areas_of, moved, transformed
from repeatpass.features.records import CRS84, Feature, FeatureSet, Wanted
from repeatpass.features.room import Features

SETS: Mapping[str, str] = {"WebMercatorQuad": "EPSG:3857", "WorldCRS84Quad": CRS84}
UNITS = 4096  # of a tile's side
EDGE = 64  # units that a tile reaches beyond its side, so that lines have no seams
SMALL = 4  # units: what is smaller cannot be told apart, and one of it is drawn in each place
PLACES, CROWD = (4, 8, 16, 32, 64, 128), 2500  # units: a place is the first of these that leaves no more features
DEEPEST = 24
MOST = 10_000  # features of one tile that are each drawn, however large they are


class VectorTiles:
    """Draws vector tiles and remembers the last thousand; a change to a set makes its tiles anew."""

    def __init__(self, features: Features) -> None:
        self.features = features
        self._drawn = lru_cache(maxsize=1024)(self._draw)

    def tile(self, known: FeatureSet, set_id: str, z: int, x: int, y: int, wanted: Wanted) -> bytes:
        """Return a tile, empty where nothing is; raise NotFound for one outside of the set, Invalid for a wrong filter."""
        bounds_of(set_id, z, x, y)
        asked = replace(wanted, filter=None)
        return self._drawn(known, set_id, z, x, y, asked, json.dumps(wanted.filter))

    def _draw(self, known: FeatureSet, set_id: str, z: int, x: int, y: int, asked: Wanted, filter: str) -> bytes:
        import mapbox_vector_tile

        bounds, crs = bounds_of(set_id, z, x, y), SETS[set_id]
        around = _grown(bounds, EDGE / UNITS)
        area = _degrees(around, set_id)
        wanted = replace(asked, area=areas_of(area), filter=json.loads(filter))
        numbers, extents = self.features.searching.extents(known, wanted)
        drawn_ones = numbers[_not_crowded(_moved(extents, area, crs), bounds)]
        found = self.features.searching.these(known, wanted, drawn_ones.tolist())
        shapes, kept = _fitted([each.geometry for each in found], area, bounds, crs)
        if not kept:
            return b""
        drawn = [
            {"geometry": shape, "properties": _properties(found[at]), **_number(found[at])}
            for shape, at in zip(shapes, kept, strict=True)
        ]
        made: bytes = mapbox_vector_tile.encode(
            {"name": known.collection, "features": drawn},
            default_options={"quantize_bounds": bounds, "extents": UNITS, "on_invalid_geometry": _areas},
        )
        return made


def _areas(shape: shapely.Geometry) -> shapely.Geometry | None:
    """Return the areas of a polygon that rounding to units made invalid, without the lines it left; None for none."""
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(shape)))
    areas = [each for each in parts if each.geom_type == "Polygon"]
    return shapely.MultiPolygon(areas) if areas else None


@lru_cache(maxsize=8)
def _set(set_id: str) -> Any:
    import morecantile

    return morecantile.tms.get(set_id)


def bounds_of(set_id: str, z: int, x: int, y: int) -> Box:
    """Return the bounds of a tile in its system, x before y; raise NotFound for one that there is not."""
    if set_id not in SETS:
        raise NotFound(f"There is no tile matrix set “{set_id[:60]}” for features; there are {', '.join(SETS)}.")
    if not 0 <= z <= DEEPEST:
        raise NotFound(f"There is no tile matrix {z}; there are 0 to {DEEPEST}.")
    matrix = _set(set_id).matrix(z)
    if not (0 <= x < matrix.matrixWidth and 0 <= y < matrix.matrixHeight):
        raise NotFound(f"Tile matrix {z} has {matrix.matrixWidth} × {matrix.matrixHeight} tiles; none at {x}, {y}.")
    import morecantile

    found = _set(set_id).xy_bounds(morecantile.Tile(x, y, z))
    return (float(found.left), float(found.bottom), float(found.right), float(found.top))


def _grown(box: Box, share: float) -> Box:
    wide, high = (box[2] - box[0]) * share, (box[3] - box[1]) * share
    return (box[0] - wide, box[1] - high, box[2] + wide, box[3] + high)


def _degrees(box: Box, set_id: str) -> Box:
    """Return a box of a set's system in degrees, within the world: beyond its edge a system would begin anew."""
    world = _set(set_id).xy_bbox
    west, south, east, north = shapely.intersection(shapely.box(*box), shapely.box(*world)).bounds
    (left, lower), (right, upper) = moved(np.array([[west, south], [east, north]]), SETS[set_id], CRS84).tolist()
    return (left, lower, right, upper)


def _fitted(shapes: Sequence[Any], area: Box, bounds: Box, crs: str) -> tuple[list[Any], list[int]]:
    """Return geometries cut to the tile in its system, simplified to its units; and which of *shapes* they are."""
    if not shapes:
        return [], []
    flat = shapely.force_2d(np.array(shapes, dtype=object))
    flat = np.where(shapely.is_valid(flat), flat, shapely.make_valid(flat))
    turned = np.array(transformed(list(shapely.clip_by_rect(flat, *area)), CRS84, crs), dtype=object)
    simple = shapely.simplify(turned, (bounds[2] - bounds[0]) / UNITS / 2, preserve_topology=True)
    there = [(part, at) for at, shape in enumerate(simple) for part in _plain(shape)]
    return [part for part, _ in there], [at for _, at in there]


def _plain(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """Return a geometry as what tiles can hold: a collection of several kinds becomes one of each, nothing for empty."""
    if shapely.is_empty(shape):
        return []
    if shape.geom_type != "GeometryCollection":
        return [shape]
    parts = [part for each in shape.geoms for whole in _plain(each) for part in shapely.get_parts(whole)]
    kinds = ((shapely.multipoints, 0), (shapely.multilinestrings, 1), (shapely.multipolygons, 2))
    some = [(make, [part for part in parts if shapely.get_dimensions(part) == size]) for make, size in kinds]
    return [make(of_kind) for make, of_kind in some if of_kind]


def _moved(extents: Any, area: Box, crs: str) -> Any:
    """Return extents in degrees (n × 4) as what of them lies in *area*, in the system of the tile."""
    cut = np.clip(extents, [area[0], area[1]] * 2, [area[2], area[3]] * 2)
    return moved(cut.reshape(-1, 2), CRS84, crs).reshape(-1, 4)


def _not_crowded(boxes: Any, bounds: Box) -> Any:
    """Return which features are drawn: of those too small to tell apart, the first in each place.

    Small is what is less than four units wide and high; where more than `MOST` are larger, what is as small as a place.
    """
    unit = (bounds[2] - bounds[0]) / UNITS
    sides = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=0) / unit
    first = np.ones(len(boxes), dtype=bool)
    for size in PLACES:
        small = sides < (SMALL if np.count_nonzero(sides >= SMALL) <= MOST else max(SMALL, size))
        columns, rows = np.floor((boxes[small, :2] - bounds[:2]) / (size * unit)).astype(np.int64).T
        first[:] = True
        first[small] = False
        places = (columns << 32) | (rows & 0xFFFFFFFF)  # one number is told apart sooner than two
        first[np.flatnonzero(small)[np.unique(places, return_index=True)[1]]] = True
        if np.count_nonzero(first & small) <= CROWD and np.count_nonzero(first) <= MOST + CROWD:
            break
    return np.flatnonzero(first)


def _properties(feature: Feature) -> dict[str, Any]:
    kept = {name: value for name, value in feature.properties.items() if value is not None}
    plain = {
        name: value if isinstance(value, str | int | float | bool) else json.dumps(value)
        for name, value in kept.items()
    }
    return {"id": feature.id, **plain}


def _number(feature: Feature) -> dict[str, int]:
    """Tiles know features by whole numbers only."""
    return {"id": int(feature.id)} if feature.id.isdigit() and len(feature.id) <= 15 else {}
