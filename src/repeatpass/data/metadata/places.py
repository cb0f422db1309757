"""From the coordinates of a file to degrees, and to codes that others know."""

import math
from typing import Any

from repeatpass.data.metadata.records import Bounds

WORLD = 360.0
SLACK = 0.01  # degrees: coordinates in 32 bits are not exact, and grids of cell centres go a little too far
EDGE_POINTS = 21  # of each edge of a box that are carried over; PROJ minds the poles and the antimeridian


def crs_text(crs: Any) -> str:
    """Return ``EPSG:…`` or ``OGC:CRS84`` where *crs* (anything pyproj reads) has a code, else its WKT 2; "" for None."""
    import pyproj

    if not crs:
        return ""
    known = pyproj.CRS.from_user_input(crs)
    code = known.to_authority(min_confidence=70)
    return ":".join(code) if code else str(known.to_wkt())


def degrees(bounds: Bounds, crs: str) -> Bounds | None:
    """Return *bounds* in degrees; None where they cannot be, as with a CRS that does not fit them.

    West is greater than east where the antimeridian lies between (RFC 7946, 5.2). A cell's breadth beyond a pole or
    beyond the whole round, as grids of cell centres have it, is cut off.
    """
    import pyproj

    try:
        known = pyproj.CRS.from_user_input(crs)
        if known.is_geographic:
            west, south, east, north = bounds
        else:
            to_degrees = pyproj.Transformer.from_crs(known, "EPSG:4326", always_xy=True)
            west, south, east, north = to_degrees.transform_bounds(*bounds, densify_pts=EDGE_POINTS)
    except pyproj.exceptions.ProjError:
        return None
    return _tidy(west, south, east, north)


def _tidy(west: float, south: float, east: float, north: float) -> Bounds | None:
    if not all(math.isfinite(each) for each in (west, south, east, north)) or south > 91 or north < -91:
        return None
    south, north = max(-90.0, south), min(90.0, north)
    if west <= east and east - west >= WORLD - SLACK:
        return (-180.0, south, 180.0, north)
    if west >= -180 - SLACK and east <= 180 + SLACK:
        return (max(-180.0, west), south, min(180.0, east), north)
    return (_wrapped(west), south, _wrapped(east), north)


def _wrapped(longitude: float) -> float:
    return (longitude + 180) % WORLD - 180 if abs(longitude) != 180 else longitude
