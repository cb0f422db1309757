"""Areas: drawn, typed as four numbers, or uploaded; in an address they are a box or well-known text."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from repeatpass.core.errors import Invalid
from repeatpass.data.areas import checked, sides_of

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
        raise Invalid(
            f"area: it is {len(text):,} characters long; {LONGEST:,} are allowed. Upload it: it is simplified.",
            field="area",
        )
    if not text[:1].isalpha():
        return _box(text)
    shape = Shape(text=text)
    try:
        geometry = shape.geometry
    except Exception as error:  # shapely raises its own, by what GEOS says
        raise Invalid(f"area: this is no well-known text: {str(error)[:160]}", field="area") from None
    checked(geometry)
    return shape


def _box(text: str) -> Shape:
    return Shape(text=",".join(f"{side:.8g}" for side in sides_of(text)))
