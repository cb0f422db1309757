"""Areas: tiles of a regular grid, features of a GeoJSON document, items of a collection."""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from shapely import box, prepare, transform
from shapely.errors import GEOSException
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from repeatpass.batches.records import Area
from repeatpass.catalog.room import Catalog
from repeatpass.core.errors import Invalid, NotFound

MOST = 1_000_000  # tiles, of which many may not touch what is wanted
PARTS = 100_000  # of one batch
EDGE = 8  # points on each side of a tile when it is drawn in another CRS
GEOMETRIES = {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}
DIGITS = 7  # of degrees: a centimetre


def areas(spec: Mapping[str, Any], form: str, in_grid: bool, catalog: Catalog) -> list[Area]:
    """Return the areas of a specification's ``areas``; *form* is bbox, geometry or name.

    *in_grid*: give tiles in the CRS of their grid. Geometries for the map are in longitude and latitude.
    Raise Invalid or NotFound naming the field that is wrong.
    """
    if "tiles" in spec:
        return list(_tiles(spec["tiles"], form, in_grid))
    named = str(spec.get("name_property", ""))
    found = _features(spec["features"]) if "features" in spec else _items(str(spec["collection"]), catalog)
    return [_area(number, name, geometry, form) for number, (name, geometry) in enumerate(_named(found, named))]


def _area(number: int, name: str, geometry: BaseGeometry, form: str) -> Area:
    drawn = _rounded(mapping(geometry))
    value = {"bbox": _box(geometry.bounds), "geometry": drawn, "name": name}[form]
    return Area(number=number, name=name, value=value, geometry=drawn)


def _box(bounds: Sequence[float]) -> list[float]:
    return [round(float(each), DIGITS) for each in bounds]


# tiles -----------------------------------------------------------------------------------------------------


def _tiles(tiles: Mapping[str, Any], form: str, in_grid: bool) -> Iterator[Area]:
    crs = _crs(str(tiles.get("crs", "EPSG:4326")))
    west, south, east, north = tiles["bbox"]
    if west >= east or south >= north:
        raise Invalid(f"areas.tiles.bbox: {tiles['bbox']} is empty. Right would be: [west, south, east, north].")
    size = tiles["size"]
    width, height = size if isinstance(size, list) else (size, size)
    columns, rows = math.ceil((east - west) / width - 1e-9), math.ceil((north - south) / height - 1e-9)
    if columns * rows > (MOST if tiles.get("touching") else PARTS):
        raise Invalid(f"areas.tiles.size: {size} cuts the bbox into {columns * rows:,} tiles. Right would be: larger.")
    to_degrees, touches = _to_degrees(crs), _touching(tiles.get("touching"))
    numbers = itertools.count()
    for row, column in itertools.product(range(rows), range(columns)):
        x, y = west + column * width, north - (row + 1) * height
        tile = (x, max(y, south), min(x + width, east), y + height)
        drawn = to_degrees(tile)
        if touches(drawn):
            yield _tile(next(numbers), f"r{row}c{column}", tile, drawn, form, in_grid)


def _tile(number: int, name: str, tile: tuple[float, ...], drawn: BaseGeometry, form: str, in_grid: bool) -> Area:
    geometry = box(*tile) if in_grid else drawn
    made = _area(number, name, geometry, form)
    return Area(number=number, name=name, value=made.value, geometry=_rounded(mapping(drawn)))


def _crs(text: str) -> CRS:
    try:
        return CRS.from_user_input(text)
    except CRSError:
        raise Invalid(f"areas.tiles.crs: “{text}” is no CRS. Right would be: EPSG:4326 or EPSG:3035.") from None


def _to_degrees(crs: CRS) -> Callable[[tuple[float, ...]], BaseGeometry]:
    if crs == CRS.from_epsg(4326) or crs.to_authority() == ("OGC", "CRS84"):
        return lambda tile: box(*tile)
    transformer = Transformer.from_crs(crs, "OGC:CRS84", always_xy=True)

    def drawn(tile: tuple[float, ...]) -> BaseGeometry:
        edge = max(tile[2] - tile[0], tile[3] - tile[1]) / EDGE
        found = transform(box(*tile).segmentize(edge), lambda points: _moved(transformer, points))
        if not found.is_valid or not math.isfinite(found.area):
            raise Invalid(f"areas.tiles.bbox: the tile {_box(tile)} lies outside of where {crs.name} can be used.")
        return found

    return drawn


def _moved(transformer: Transformer, points: Any) -> Any:
    import numpy as np

    return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))


def _touching(body: Mapping[str, Any] | None) -> Callable[[BaseGeometry], bool]:
    if body is None:
        return lambda _tile: True
    wanted = _shape(body.get("geometry", body), "areas.tiles.touching")
    prepare(wanted)
    return lambda tile: bool(wanted.intersects(tile))


# features --------------------------------------------------------------------------------------------------


def _features(body: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], BaseGeometry]]:
    match body.get("type"):
        case "FeatureCollection":
            features = body.get("features", [])
        case "Feature":
            features = [body]
        case kind if kind in GEOMETRIES:
            features = [{"properties": {}, "geometry": body}]
        case kind:
            raise Invalid(f"areas.features.type: “{kind}” is not GeoJSON. Right would be: FeatureCollection.")
    for number, feature in enumerate(features):
        if not isinstance(feature, Mapping):
            raise Invalid(f"areas.features.features.{number}: {feature!r} is no GeoJSON feature.")
        yield feature, _shape(feature.get("geometry"), f"areas.features.features.{number}.geometry")


def _items(id: str, catalog: Catalog) -> Iterator[tuple[Mapping[str, Any], BaseGeometry]]:
    try:
        catalog.collection(id)
    except NotFound:
        known = ", ".join(sorted(each.id for each in catalog.overviews.heads())[:12]) or "none"
        raise NotFound(f"areas.collection: there is no collection “{id}”. Known are: {known}.", collection=id) from None
    for item in catalog.items(id):
        body = {"id": item.id, "properties": item.body.get("properties", {})}
        if item.body.get("geometry"):
            yield body, _shape(item.body["geometry"], f"areas.collection: the geometry of item {item.id}")


def _shape(geometry: Any, where: str) -> BaseGeometry:
    try:
        found = shape(geometry)
    except (GEOSException, AttributeError, KeyError, TypeError, ValueError):
        raise Invalid(f"{where}: {str(geometry)[:60]} is no GeoJSON geometry. Right would be: a Polygon.") from None
    west, south, east, north = found.bounds if not found.is_empty else (math.nan,) * 4
    if found.is_empty or not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Invalid(f"{where}: it must hold longitudes from -180 to 180 and latitudes from -90 to 90.")
    return found


def _named(found: Iterable[tuple[Mapping[str, Any], BaseGeometry]], named: str) -> Iterator[tuple[str, BaseGeometry]]:
    for number, (feature, geometry) in enumerate(found):
        properties = feature.get("properties") or {}
        if named and named not in properties:
            known = ", ".join(sorted(properties)) or "none"
            raise Invalid(f"areas.name_property: feature {number} has no “{named}”. Its properties: {known}.")
        name = properties[named] if named else feature.get("id", properties.get("name", f"area {number + 1}"))
        yield str(name), geometry


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _rounded(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return round(value, DIGITS) if isinstance(value, float) else value
