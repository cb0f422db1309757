"""Coordinate systems by the names that clients send, and the order of their axes.

WMS 1.3.0 (06-042, 6.7.2) and the OGC API take coordinates in the order that the authority defines, so latitude first
in EPSG:4326. WMS 1.1.1 (01-068r3, 6.5.4) and the drawing behind take x before y in every system.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from repeatpass.data.records import Box, Layer

COMMON = ("EPSG:3857", "EPSG:4326", "CRS:84", "EPSG:3413", "EPSG:3031", "EPSG:3035")
NAMES = re.compile(
    r"\[?(?:urn:ogc:def:crs:|https?://www\.opengis\.net/def/crs/)?"
    r"(?P<authority>EPSG|OGC|CRS)[:/](?:[0-9.]*[:/])?(?P<code>CRS84|84|\d{4,6})\]?",
    re.IGNORECASE,
)
FAR = 1e9  # no coordinate on Earth is larger, in degrees, metres or feet
OLDER = {"EPSG:900913": "EPSG:3857", "EPSG:102100": "EPSG:3857", "EPSG:3785": "EPSG:3857"}
MERCATOR_LATITUDE = 85.0511287798066  # where the square of web Mercator ends
# The part of the world that a map in such a system is drawn for, in degrees; every other is for the whole of it.
AREAS: Mapping[str, Box] = {
    "EPSG:3857": (-180.0, -MERCATOR_LATITUDE, 180.0, MERCATOR_LATITUDE),
    "EPSG:3413": (-180.0, 45.0, 180.0, 90.0),
    "EPSG:3031": (-180.0, -90.0, 180.0, -45.0),
    "EPSG:3035": (-35.0, 24.6, 45.0, 84.7),
}
WORLD: Box = (-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class System:
    """A coordinate system as clients name it."""

    code: str  # EPSG:<number>, or CRS:84
    swapped: bool  # its authority puts latitude or northing first

    @property
    def drawn(self) -> str:
        """The name that the drawing takes; its coordinates are x before y."""
        return "EPSG:4326" if self.code == "CRS:84" else self.code

    @property
    def uri(self) -> str:
        """The name in the OGC API."""
        return uri_of(self.code)

    def in_x_y(self, numbers: Box) -> Box:
        """Return a box given in the authority's order with x before y."""
        first, second, third, fourth = numbers
        return (second, first, fourth, third) if self.swapped else numbers

    def in_its_order(self, box: Box) -> Box:
        """Return a box with x before y in the authority's order."""
        return self.in_x_y(box)


def uri_of(code: str) -> str:
    """Return the address that names a system in the OGC API."""
    if code == "CRS:84":
        return "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    authority, _, number = code.partition(":")
    return f"http://www.opengis.net/def/crs/{authority}/0/{number}"


def urn_of(code: str) -> str:
    """Return the name of a system in OWS Common and WMTS."""
    return "urn:ogc:def:crs:OGC:1.3:CRS84" if code == "CRS:84" else f"urn:ogc:def:crs:EPSG::{code.partition(':')[2]}"


@lru_cache(maxsize=512)
def system(name: str) -> System | None:
    """Return the system of a name: EPSG:3857, CRS:84, a URN, an address of opengis.net; None for any other."""
    found = NAMES.fullmatch(name.strip())
    if found is None:
        return None
    if found["code"].upper() in {"84", "CRS84"}:
        return System(code="CRS:84", swapped=False) if found["authority"].upper() != "EPSG" else None
    code = f"EPSG:{int(found['code'])}"
    code = OLDER.get(code, code)
    return _known(code) if found["authority"].upper() == "EPSG" else None


def _known(code: str) -> System | None:
    import pyproj
    from pyproj.exceptions import CRSError

    try:
        axes = pyproj.CRS.from_user_input(code).axis_info
    except CRSError:
        return None
    first = axes[0].name.lower() if axes else ""
    return System(code=code, swapped="latitude" in first or "northing" in first)


def systems_of(layer: Layer) -> tuple[str, ...]:
    """Return the codes of the systems in which *layer* is offered: the common ones, and its own."""
    own = layer.crs if layer.crs.startswith("EPSG:") else ""
    return COMMON if not own or own in COMMON else (*COMMON, own)


def world_box(layer: Layer) -> Box:
    """Return the box of a layer in degrees, from west to east: the whole way round where it crosses the antimeridian."""
    west, south, east, north = layer.bbox
    if west >= east or east > 180 or west < -180:
        west, east = -180.0, 180.0
    return (west, max(south, -90.0), east, min(north, 90.0))


@lru_cache(maxsize=4096)
def _projected(box: Box, code: str) -> Box | None:
    import pyproj
    from pyproj.exceptions import ProjError

    try:
        change = pyproj.Transformer.from_crs("OGC:CRS84", code, always_xy=True)
        found: Box = change.transform_bounds(*box, densify_pts=21)
    except ProjError:
        return None
    return found if all(math.isfinite(each) for each in found) and found[0] < found[2] else None


def box_in(layer: Layer, code: str) -> Box | None:
    """Return the box of *layer* in a system, x before y; None where that system cannot show it."""
    if code == layer.crs and code not in {"EPSG:4326", "EPSG:3857"}:
        return layer.bounds
    box, area = world_box(layer), AREAS.get(code, WORLD)
    shared = (max(box[0], area[0]), max(box[1], area[1]), min(box[2], area[2]), min(box[3], area[3]))
    if code in {"CRS:84", "EPSG:4326"}:
        return box
    return _projected(shared, code) if shared[0] < shared[2] and shared[1] < shared[3] else None


def in_degrees(known: System, x: float, y: float) -> tuple[float, float] | None:
    """Return longitude (-180 to 180) and latitude of a place, None if the system has no such place."""
    import pyproj

    change = pyproj.Transformer.from_crs(known.drawn, "OGC:CRS84", always_xy=True)
    lon, lat = change.transform(x, y)
    if not (math.isfinite(lon) and math.isfinite(lat)) or abs(lat) > 90:
        return None
    return (lon + 180) % 360 - 180, lat


def changed(box: Box, given: System, wanted: System) -> Box | None:
    """Return the box in *wanted* around a box in *given*, both x before y; None if there is no such place."""
    import pyproj
    from pyproj.exceptions import ProjError

    try:
        change = pyproj.Transformer.from_crs(given.drawn, wanted.drawn, always_xy=True)
        found: Box = change.transform_bounds(*box, densify_pts=21)
    except ProjError:
        return None
    good = all(math.isfinite(each) for each in found) and found[0] < found[2] and found[1] < found[3]
    return found if good else None
