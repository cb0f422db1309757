"""Places that are asked for: a point, a box, or an area drawn in longitude and latitude."""

import json
import math
from dataclasses import dataclass
from typing import Any, NoReturn

from repeatpass.core.errors import Invalid

MOST_CORNERS = 100_000
MOST_CHARACTERS = 8_000_000
KINDS = {"Polygon", "MultiPolygon", "Feature", "FeatureCollection", "GeometryCollection"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """A point in degrees."""

    lon: float
    lat: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """A polygon or several, a shapely geometry in degrees; edges are straight in longitude and latitude (RFC 7946)."""

    geometry: Any

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north; east may be more than 180 where it crosses the antimeridian."""
        west, south, east, north = map(float, self.geometry.bounds)
        return (west, south, east, north)

    @property
    def is_box(self) -> bool:
        """Whether it is a box along meridians and parallels, however it was written."""
        return bool(self.geometry.equals(self.geometry.envelope))

    def turned(self, turn: float) -> Any:
        """Return its shape as GeoJSON, *turn* degrees further east."""
        from shapely.affinity import translate
        from shapely.geometry import mapping

        return mapping(translate(self.geometry, xoff=turn) if turn else self.geometry)


def point_of(text: str, field: str = "point") -> Point:
    """Read “lon,lat”; raise Invalid naming *field*."""
    numbers = _numbers(text, field, "lon,lat in degrees, such as 16.4,48.2")
    if len(numbers) != 2:
        _wrong(field, text, "two numbers, lon,lat in degrees, such as 16.4,48.2")
    return _point(numbers[0], numbers[1], field)


def _point(lon: float, lat: float, field: str) -> Point:
    _check(lon, lat, field)
    return Point(lon=lon, lat=lat)


def sides_of(text: str, field: str = "area") -> tuple[float, float, float, float]:
    """Read “west,south,east,north” (or with heights, which are passed over); west > east crosses the antimeridian."""
    numbers = _numbers(text, field, "west,south,east,north in degrees")
    if len(numbers) not in (4, 6):
        _wrong(field, text, "four numbers, west,south,east,north in degrees")
    west, south, east, north = numbers if len(numbers) == 4 else (*numbers[:2], *numbers[3:5])
    _check(west, south, field)
    _check(east, north, field)
    if south >= north or west == east:
        _wrong(field, text, "a box: west,south,east,north in degrees, south less than north, west not east")
    return west, south, east, north


def box_of(text: str, field: str = "area") -> Area:
    """Read a box as `sides_of` does."""
    return checked(box(*sides_of(text, field)).geometry, field)


def box(west: float, south: float, east: float, north: float) -> Area:
    """Return a box in degrees that is known to be right; west > east crosses the antimeridian."""
    import shapely

    return Area(geometry=shapely.box(west, south, east if east > west else east + 360, north))


def area_of(text: str, field: str = "area") -> Area:
    """Read a box, or GeoJSON of a polygon (geometry, feature or collection); raise Invalid naming *field*."""
    if not text.lstrip().startswith("{"):
        return box_of(text, field)
    if len(text) > MOST_CHARACTERS:
        raise Invalid(
            f"{field}: the GeoJSON has {len(text)} characters; at most {MOST_CHARACTERS} are read.", field=field
        )
    try:
        return area_from(json.loads(text), field)
    except (json.JSONDecodeError, RecursionError) as error:
        raise Invalid(
            f"{field}: this is not JSON ({error}); GeoJSON or west,south,east,north is.", field=field
        ) from None


def area_from(body: Any, field: str = "area") -> Area:
    """Read parsed GeoJSON; all polygons of a collection are one area."""
    import shapely
    from shapely.geometry import shape

    found = [shape(each) for each in _polygons(body, field)]
    return checked(shapely.union_all(found) if len(found) > 1 else found[0], field)


def _polygons(body: Any, field: str) -> list[dict[str, Any]]:
    kind = body.get("type") if isinstance(body, dict) else None
    if kind not in KINDS:
        _wrong(field, kind, "GeoJSON with a Polygon or MultiPolygon (RFC 7946)")
    if kind == "Feature":
        return _polygons(body.get("geometry"), field)
    if kind in ("FeatureCollection", "GeometryCollection"):
        members = body.get("features" if kind == "FeatureCollection" else "geometries")
        if not isinstance(members, list) or not members:
            _wrong(field, kind, "a collection with at least one polygon")
        return [each for member in members for each in _polygons(member, field)]
    _check_rings(body.get("coordinates"), 2 if kind == "Polygon" else 3, field)
    return [body]


def _check_rings(coordinates: Any, depth: int, field: str) -> None:
    """Refuse what shapely would answer with an error of its own."""
    if not isinstance(coordinates, list | tuple) or not coordinates:
        _wrong(field, coordinates, "coordinates: rings of at least four positions")
    if depth > 1:
        for each in coordinates:
            _check_rings(each, depth - 1, field)
        return
    if len(coordinates) < 4:
        _wrong(field, coordinates, "rings of at least four positions, the last one the first again")
    for position in coordinates:
        numeric = isinstance(position, list | tuple) and len(position) >= 2
        if not numeric or not all(isinstance(each, int | float) and not isinstance(each, bool) for each in position):
            _wrong(field, position, "positions of two numbers, longitude and latitude")


def checked(geometry: Any, field: str = "area") -> Area:
    """Return *geometry* as an area, its third coordinates dropped; raise Invalid where it is none or is not sound."""
    import shapely

    flat = shapely.force_2d(geometry)
    if flat.geom_type not in ("Polygon", "MultiPolygon") or flat.is_empty:
        _wrong(field, flat.geom_type, "a Polygon or MultiPolygon")
    if (corners := shapely.get_num_coordinates(flat)) > MOST_CORNERS:
        raise Invalid(f"{field}: it has {corners} corners; simplify it to at most {MOST_CORNERS}.", field=field)
    west, south, east, north = flat.bounds
    _check(west, south, field)
    _check(east, north, field)
    if east - west > 360:
        _wrong(field, f"{west:g} to {east:g}", "no wider than the Earth, 360 degrees")
    if not flat.is_valid:
        raise Invalid(f"{field}: the polygon is not sound: {shapely.is_valid_reason(flat)}.", field=field)
    if flat.area == 0:
        _wrong(field, "a polygon without an area", "a polygon that has one")
    return Area(geometry=flat)


def _numbers(text: str, field: str, wanted: str) -> list[float]:
    try:
        found = [float(each) for each in text.split(",")]
    except ValueError:
        _wrong(field, text, wanted)
    if not all(map(math.isfinite, found)):
        _wrong(field, text, wanted)
    return found


def _check(lon: float, lat: float, field: str) -> None:
    if not (math.isfinite(lon) and -360 <= lon <= 540):
        _wrong(field, lon, "longitudes from −180 to 180 degrees (or to 360)")
    if not (math.isfinite(lat) and -90 <= lat <= 90):
        _wrong(field, lat, "latitudes from −90 to 90 degrees")


def _wrong(field: str, value: Any, wanted: str) -> NoReturn:
    raise Invalid(f"{field}: “{str(value)[:100]}” is not right; it must be {wanted}.", field=field)
