"""Geometries of items: checked, in two dimensions, as WKB, with their extents."""

from collections.abc import Mapping, Sequence
from typing import Any

import shapely
import shapely.geometry
from shapely.errors import ShapelyError

from repeatpass.catalog.search.records import Box
from repeatpass.core.errors import Invalid

TYPES = {
    "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection",
}  # fmt: skip


def geometry_of(value: Any, name: str = "geometry", *, flat: bool = True) -> shapely.Geometry:
    """Return a GeoJSON geometry as shapely's, *flat* without heights; raise Invalid, saying what is wrong with *name*."""
    if not isinstance(value, Mapping) or value.get("type") not in TYPES:
        raise Invalid(f"“{name}” must be a GeoJSON geometry with a type among {', '.join(sorted(TYPES))}.", field=name)
    try:
        read = shapely.geometry.shape(value)
        made = shapely.force_2d(read) if flat else read
    except (ShapelyError, ArithmeticError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise Invalid(f"The coordinates of “{name}” cannot be read: {error}.", field=name) from None
    if made.is_empty:
        raise Invalid(f"“{name}” is empty; give it coordinates.", field=name)
    return made


def extent_of(body: Mapping[str, Any]) -> Box | None:
    """Return the box of an item: its bbox in two dimensions, else that of its geometry; None without either.

    An item that crosses the antimeridian (west > east, RFC 7946 5.2) gets a box all around; its geometry decides.
    """
    stated = body.get("bbox")
    if stated:
        box = box_of(stated, "bbox")
    elif body.get("geometry"):
        west, south, east, north = geometry_of(body["geometry"]).bounds
        box = (west, south, east, north)
    else:
        return None
    return (-180.0, box[1], 180.0, box[3]) if box[0] > box[2] else box


def box_of(numbers: Sequence[Any], name: str = "bbox") -> Box:
    """Return four or six numbers as a box of two dimensions; raise Invalid naming what is wrong."""
    try:
        given = [float(number) for number in numbers]
    except (TypeError, ValueError, OverflowError):
        raise Invalid(f"“{name}” must be numbers: west, south, east, north.", field=name) from None
    if len(given) not in (4, 6):
        raise Invalid(f"“{name}” has {len(given)} numbers; give west, south, east, north.", field=name)
    west, south, east, north = given if len(given) == 4 else (given[0], given[1], given[3], given[4])
    if south > north:
        raise Invalid(f"“{name}” has its south ({south:g}) above its north ({north:g}).", field=name)
    if not (south >= -90 and north <= 90 and -180 <= west <= 180 and -180 <= east <= 180):
        raise Invalid(f"“{name}” leaves the world: longitudes are −180 to 180, latitudes −90 to 90.", field=name)
    return (west, south, east, north)


def boxes_of(box: Box) -> list[Box]:
    """Return *box*, or its two halves where it crosses the antimeridian."""
    west, south, east, north = box
    return [box] if west <= east else [(west, south, 180.0, north), (-180.0, south, east, north)]
