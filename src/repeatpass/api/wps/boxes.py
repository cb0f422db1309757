"""Bounding boxes: from corners in any usual reference system to longitudes and latitudes, and back.

The order of the axes follows the name, as GeoServer has it: CRS84 and the short ``EPSG:4326`` are longitude, latitude;
``urn:ogc:def:crs:EPSG::4326`` and its http form are latitude, longitude, as the authority says.
"""

import math
import re
from collections.abc import Sequence
from typing import Any

from repeatpass.api.wps.asked import GivenInput
from repeatpass.api.wps.kinds import CRS84, EPSG4326, Box

LONGITUDE_FIRST = re.compile(
    r"urn:ogc:def:crs:OGC:[\d.]*:CRS84|https?://.*/def/crs/OGC/[\d.]+/CRS84|OGC:CRS84|EPSG:4326", re.IGNORECASE
)
LATITUDE_FIRST = re.compile(r"urn:ogc:def:crs:EPSG:[\d.]*:4326|https?://.*/def/crs/EPSG/[\d.]+/4326", re.IGNORECASE)


def box_value(given: GivenInput, kind: Box) -> Any:
    """Return the box that was given as west, south, east, north in degrees; raise ValueError with a sentence.

    A box may also be sent as text, ``west,south,east,north`` and the name of its reference system after that.
    """
    numbers, crs = (given.box, given.crs) if given.box else _written(given.text)
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
        raise ValueError("a box has two corners of two numbers each")
    west, south, east, north = _by_longitude(numbers, crs)
    if not (-90 <= south <= north <= 90 and -360 <= west <= 360 and -360 <= east <= 360):
        raise ValueError(f"the box is not on the Earth; in {crs or CRS84} the lower corner comes first, {_order(crs)}")
    box = [west, south, east, north]
    return {"bbox": box, "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"} if kind.as_object else box


def _written(text: str) -> tuple[tuple[float, ...], str]:
    parts = [each.strip() for each in text.strip().strip("[]").split(",")]
    try:
        return tuple(float(each) for each in parts[:4]), parts[4] if len(parts) > 4 else ""
    except ValueError:
        raise ValueError(f"“{text[:80]}” is not a box; write west,south,east,north") from None


def _by_longitude(numbers: Sequence[float], crs: str) -> tuple[float, float, float, float]:
    first, second, third, fourth = numbers
    if not crs or LONGITUDE_FIRST.fullmatch(crs):
        return first, second, third, fourth
    if LATITUDE_FIRST.fullmatch(crs):
        return second, first, fourth, third
    raise ValueError(f"the reference system {crs} is not known here; send the box in {CRS84} or {EPSG4326}")


def _order(crs: str) -> str:
    return "latitude before longitude" if LATITUDE_FIRST.fullmatch(crs) else "longitude before latitude"


def corners(value: Any) -> tuple[str, str] | None:
    """Return the corners of a box that is a JSON value, as text; None if it is not a box."""
    numbers = value.get("bbox") if isinstance(value, dict) else value
    if not isinstance(numbers, list) or len(numbers) not in {4, 6}:
        return None
    half = len(numbers) // 2
    texts = [repr(each) if isinstance(each, float) else str(each) for each in numbers]
    return " ".join(texts[:half]), " ".join(texts[half:])
