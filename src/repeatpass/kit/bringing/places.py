"""Whether the extent of a file can be true: within the area where its CRS can be used, and as its notes say."""

import math
from typing import Any

from repeatpass.kit.bringing.records import Bounds, Refused

MARGIN = 8.0  # degrees beyond the area of use of a CRS: data of two neighbouring zones of UTM are often kept in one
LEAST = 0.25  # share of an extent that must lie there
EDGE = 21  # points along each side when an extent is brought into degrees


def crs_text(crs: Any) -> str:
    """Return the authority's code of a pyproj CRS where it has one, else its WKT."""
    found = crs.to_authority(min_confidence=70)
    return ":".join(found) if found else str(crs.to_wkt())


def require_crs(found: Any, name: str) -> Any:
    """Return *found* as a CRS of pyproj; Refused where there is none, or none that can be placed on the Earth."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        crs = CRS.from_user_input(found) if found else None
    except CRSError:
        crs = None
    if crs is None or crs.is_engineering:
        raise Refused(
            "no-crs",
            f"“{name}” does not say which coordinate reference system its coordinates have.",
            "Write it into the file (gdal_edit.py -a_srs EPSG:…, or “Assign projection” in QGIS) and bring it again.",
        )
    return crs


def placed(bounds: Bounds, crs: Any, name: str) -> Bounds:
    """Return *bounds* in degrees; Refused where they cannot be true in their CRS."""
    from pyproj import Transformer

    west, south, east, north = bounds
    if not all(map(math.isfinite, bounds)) or west > east or south > north:
        raise _lying(name, bounds, crs, "that is no extent")
    if crs.is_geographic and not crs.is_derived:
        if south < -90.5 or north > 90.5 or west < -360.5 or east > 540.5 or east - west > 361:
            raise _lying(name, bounds, crs, "those are no longitudes and latitudes")
        return _wrapped((west, max(-90.0, south), east, min(90.0, north)))
    transformer = Transformer.from_crs(crs, "OGC:CRS84", always_xy=True)
    found = transformer.transform_bounds(*bounds, densify_pts=EDGE)
    if not all(map(math.isfinite, found)) or not _usable(bounds, crs, transformer):
        raise _lying(name, bounds, crs, "that lies outside of where this CRS can be used")
    return (found[0], found[1], found[2], found[3])


def _usable(bounds: Bounds, crs: Any, transformer: Any) -> bool:
    """Whether enough of an extent lies where its CRS is meant to be used.

    All of it rarely does: a rectangle around Europe in EPSG:3035, and the sea-ice grids of the NSIDC in EPSG:3413, reach
    far beyond the area of use with their corners.
    """
    import numpy as np

    area = _by_code(crs).area_of_use
    if area is None:
        return True
    x, y = np.meshgrid(np.linspace(bounds[0], bounds[2], EDGE), np.linspace(bounds[1], bounds[3], EDGE))
    lon, lat = (np.where(np.isfinite(each), each, np.nan) for each in transformer.transform(x, y))
    wide = ((area.east - area.west) % 360 or 360.0) + 2 * MARGIN  # an area may cross 180°
    inside = ((lon - area.west + MARGIN) % 360 <= wide) if wide < 360 else np.isfinite(lon)
    inside &= (lat >= area.south - MARGIN) & (lat <= area.north + MARGIN)
    return bool(inside.mean() >= LEAST)


def _by_code(crs: Any) -> Any:
    """Return the CRS as its authority describes it: what stands in a file rarely says where it may be used."""
    from pyproj import CRS

    code = crs.to_authority(min_confidence=70)
    return CRS.from_authority(*code) if code else crs


def _lying(name: str, bounds: Bounds, crs: Any, why: str) -> Refused:
    shown = ", ".join(f"{each:.6g}" for each in bounds)
    metres = crs.is_geographic and all(map(math.isfinite, bounds)) and max(map(abs, bounds)) > 1000
    hint = " They look like metres: is the CRS a projected one?" if metres else ""
    return Refused(
        "lying-extent",
        f"“{name}” states {crs_text(crs)[:60]} ({crs.name}) and the extent {shown}: {why}.{hint}",
        "Correct the CRS or the coordinates in the file and bring it again.",
    )


def _wrapped(box: Bounds) -> Bounds:
    """Bring longitudes of 0 to 360 into -180 to 180."""
    west, south, east, north = box
    if east - west >= 359.5:
        return (-180.0, south, 180.0, north)
    if west >= 180 or west < -180 or east > 180:
        west, east = (west + 180) % 360 - 180, (east + 180) % 360 - 180
        east = 180.0 if east == -180.0 else east
    return (west, south, east, north)


def require_stated(stated: Bounds | None, real: Bounds, slack: float, name: str) -> None:
    """Raise Refused where the notes of a file *state* another extent than its coordinates have; *slack* in degrees."""
    if stated is None or any(not math.isfinite(each) for each in stated):
        return
    if any(abs(a - b) > slack for a, b in zip(_wrapped(stated), real, strict=True)):
        said, found = (", ".join(f"{each:.6g}" for each in box) for box in (stated, real))
        raise Refused(
            "lying-extent",
            f"“{name}” says of itself that it covers {said}, but its coordinates cover {found} (degrees).",
            "Correct the notes of the file (or its coordinates) and bring it again.",
        )
