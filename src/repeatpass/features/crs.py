"""Reference systems: their names on the web, transforming between them, and the order of their axes.

Inside the house coordinates are always x before y (longitude before latitude). The standard wants them in the order that
the authority defines (OGC API – Features – Part 2, 18-058r1, requirement 15): EPSG:4326 is latitude before longitude.
"""

import re
from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError

from repeatpass.catalog.search.records import Box
from repeatpass.core.errors import Invalid
from repeatpass.features.records import CRS84

URI = re.compile(r"https?://www\.opengis\.net/def/crs/([A-Za-z]+)/([\w.]+)/(\w+)", re.ASCII)
URN = re.compile(r"urn:ogc:def:crs:([A-Za-z]+):([\w.]*):(\w+)", re.ASCII)
SHORT = re.compile(r"\[?([A-Za-z]+):(\w+)\]?", re.ASCII)  # EPSG:4326, and the safe CURIE of it
COMMON = (CRS84, "EPSG:4326", "EPSG:3857")
POLAR = (("EPSG:3413", 60.0, 90.0), ("EPSG:3031", -90.0, -60.0))  # offered for what lies within these latitudes
STEPS = 24  # points along a side of a box that is turned into degrees


def uri(code: str) -> str:
    """Return the address of a system: ``http://www.opengis.net/def/crs/EPSG/0/3857``."""
    if code == CRS84:
        return "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    authority, _, number = code.partition(":")
    return f"http://www.opengis.net/def/crs/{authority}/0/{number}"


def code_of(text: str, name: str = "crs") -> str:
    """Return ``EPSG:3857`` for the address, URN or short name of a system; raise Invalid for one that is not known."""
    for form in (URI, URN):
        if found := form.fullmatch(text):
            return _known(found[1].upper(), found[3], text, name)
    if found := SHORT.fullmatch(text):
        return _known(found[1].upper(), found[2], text, name)
    raise Invalid(f"“{name}” is “{text[:100]}”; write an address such as {uri('EPSG:3857')}.", field=name)


def _known(authority: str, number: str, text: str, name: str) -> str:
    if authority == "OGC" and number.upper() in ("CRS84", "84"):
        return CRS84
    try:
        system(f"{authority}:{number}")
    except CRSError:
        raise Invalid(f"“{name}” is “{text[:100]}”, which is no reference system known here.", field=name) from None
    return f"{authority}:{number}"


@lru_cache(maxsize=256)
def system(code: str) -> pyproj.CRS:
    """Return the definition of a system."""
    return pyproj.CRS.from_user_input(code)


@lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(system(source), system(target), always_xy=True)


@lru_cache(maxsize=256)
def northing_first(code: str) -> bool:
    """Whether the authority puts latitude, or northing, first."""
    axes = [axis.direction for axis in system(code).axis_info[:2]]
    return axes == ["north", "east"]


def offered(kept: str, extent: Box | None) -> tuple[str, ...]:
    """Return the systems that features kept in *kept* are given in: always CRS84 first."""
    polar = [code for code, south, north in POLAR if extent and extent[1] >= south and extent[3] <= north]
    return tuple(dict.fromkeys((*COMMON, kept, *polar)))


def moved(points: NDArray[np.float64], source: str, target: str) -> NDArray[np.float64]:
    """Return coordinates (n × 2 or more) in another system, x before y; what follows these two stays as it is."""
    if source == target:
        return points
    x, y = _transformer(source, target).transform(points[:, 0], points[:, 1])
    return np.column_stack([x, y, *(points[:, 2:].T)])


def transformed(shapes: Sequence[shapely.Geometry | None], source: str, target: str) -> list[shapely.Geometry | None]:
    """Return geometries in another system, x before y; heights stay as they are."""
    if source == target:
        return list(shapes)
    move = partial(moved, source=source, target=target)
    array = np.array(list(shapes), dtype=object)
    flat, high = shapely.has_z(array) == 0, shapely.has_z(array)
    array[flat] = shapely.transform(array[flat], move)
    if high.any():
        array[high] = shapely.transform(array[high], move, include_z=True)
    return list(array)


def turned(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a geometry with its first two axes exchanged."""
    order = [1, 0, 2] if shapely.has_z(shape) else [1, 0]
    return shapely.transform(shape, lambda points: points[:, order], include_z=bool(shapely.has_z(shape)))


def areas_of(numbers: Sequence[Any], code: str = CRS84, name: str = "bbox") -> tuple[shapely.Geometry, ...]:
    """Return a bounding box, in the axis order of *code*, as polygons in degrees; raise Invalid for none.

    In degrees a box whose west is east of its east crosses the antimeridian, and becomes two.
    """
    west, south, east, north = _box(numbers, code, name)
    if system(code).is_geographic:
        if not (south >= -90 and north <= 90 and min(west, east) >= -180 and max(west, east) <= 180):
            raise Invalid(f"“{name}” leaves the world: longitudes are −180 to 180, latitudes −90 to 90.", field=name)
        boxes = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
        return tuple(transformed([shapely.box(left, south, right, north)], code, CRS84)[0] for left, right in boxes)
    if west > east:
        raise Invalid(f"“{name}” has its first corner ({west:g}) beyond its second ({east:g}).", field=name)
    [made] = transformed([_outline(west, south, east, north)], code, CRS84)
    if made is None or not np.isfinite(shapely.get_coordinates(made)).all():
        raise Invalid(f"“{name}” leaves the area that {code} is made for.", field=name)
    return (shapely.make_valid(made),)


def _outline(west: float, south: float, east: float, north: float) -> shapely.Geometry:
    """Return a box with points along its sides, which are curves in another system."""
    along, up = np.linspace(west, east, STEPS), np.linspace(south, north, STEPS)
    x = np.concatenate([along, np.full(STEPS, east), along[::-1], np.full(STEPS, west)])
    y = np.concatenate([np.full(STEPS, south), up, np.full(STEPS, north), up[::-1]])
    return shapely.Polygon(np.column_stack([x, y]))


def _box(numbers: Sequence[Any], code: str, name: str) -> Box:
    try:
        given = [float(number) for number in numbers]
    except (TypeError, ValueError):
        raise Invalid(f"“{name}” must be numbers: west, south, east, north.", field=name) from None
    if len(given) not in (4, 6) or not all(np.isfinite(given)):
        raise Invalid(f"“{name}” has {len(given)} numbers; give four: west, south, east, north.", field=name)
    first, second, third, fourth = given if len(given) == 4 else (given[0], given[1], given[3], given[4])
    if northing_first(code):
        first, second, third, fourth = second, first, fourth, third
    if second > fourth:
        raise Invalid(f"“{name}” has its south ({second:g}) above its north ({fourth:g}).", field=name)
    return (first, second, third, fourth)
