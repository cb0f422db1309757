"""Areas: drawn, typed as four numbers, or uploaded; in an address they are a box or well-known text."""

import json
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Any

from repeatpass.core.errors import Invalid

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

LONGEST = 30_000  # characters


@dataclass(frozen=True, kw_only=True)
class Shape:
    """An area in degrees east and north."""

    text: str  # west,south,east,north, or the well-known text of a polygon

    @cached_property
    def geometry(self) -> "BaseGeometry":
        """The area as a polygon; a box whose west is east of its east becomes two."""
        import shapely

        if self.text[0].isalpha():
            return shapely.from_wkt(self.text)
        west, south, east, north = map(float, self.text.split(","))
        if west <= east:
            return shapely.box(west, south, east, north)
        return shapely.MultiPolygon([shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)])

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north; west is east of east where a box crosses the antimeridian."""
        if not self.text[0].isalpha():
            west, south, east, north = map(float, self.text.split(","))
            return west, south, east, north
        west, south, east, north = self.geometry.bounds
        return west, south, east, north

    def geojson(self) -> Any:
        """The geometry as GeoJSON."""
        import shapely

        return json.loads(shapely.to_geojson(self.geometry))


def read_shape(text: str) -> Shape:
    """Read an area from an address; raise Invalid for what is none."""
    text = text.strip()
    if len(text) > LONGEST:
        raise Invalid(f"area is {len(text):,} characters long; {LONGEST:,} are allowed. Upload it: it is simplified.")
    if not text[:1].isalpha():
        return _box(text)
    shape = Shape(text=text)
    try:
        geometry = shape.geometry
    except Exception as error:  # shapely raises its own, by what GEOS says
        raise Invalid(f"area is no well-known text: {str(error)[:160]}") from None
    require_area(geometry)
    return shape


def _box(text: str) -> Shape:
    try:
        sides = [float(part) for part in text.split(",")]
    except ValueError:
        sides = []
    if len(sides) != 4 or not all(map(isfinite, sides)):
        raise Invalid(f"area is “{text[:60]}”; it must be west,south,east,north in degrees, or POLYGON((…)).")
    west, south, east, north = sides
    if not (-90 <= south < north <= 90) or west == east or max(abs(west), abs(east)) > 360:
        raise Invalid(f"area is “{text[:60]}”; south must be below north, west not east, all in degrees.")
    return Shape(text=",".join(f"{side:.8g}" for side in sides))


def require_area(geometry: "BaseGeometry") -> None:
    """Raise Invalid for what is not an area in degrees."""
    if geometry.geom_type not in ("Polygon", "MultiPolygon") or geometry.is_empty:
        raise Invalid(f"area is a {geometry.geom_type}; it must be a polygon or several.")
    west, south, east, north = geometry.bounds
    if not (west >= -360 and east <= 360 and south >= -90 and north <= 90):
        raise Invalid("area is not in degrees: longitudes are within ±360, latitudes within ±90.")
    if not geometry.is_valid:
        from shapely.validation import explain_validity

        raise Invalid(f"area crosses itself: {explain_validity(geometry)}.")
