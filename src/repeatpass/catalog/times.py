"""When an item is of (STAC 1.1 common metadata, Date and Time)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from repeatpass.core.times import parse_time

# For an item of no time in particular STAC asks for an interval all the same: all that clocks of nanoseconds can hold.
ANY_TIME = ("1678-01-01T00:00:00Z", "2262-01-01T00:00:00Z")


def with_times(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return *properties* with the interval that STAC requires of an item whose ``datetime`` is null."""
    known = {"datetime": None, **properties}
    if known["datetime"] is None and not ("start_datetime" in known and "end_datetime" in known):
        return known | {"start_datetime": ANY_TIME[0], "end_datetime": ANY_TIME[1]}
    return known


def item_times(body: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    """Return the first and last moment that an item speaks of; None where it does not say."""
    properties = body.get("properties", {})
    if moment := properties.get("datetime"):
        return parse_time(moment), parse_time(moment)
    start, end = properties.get("start_datetime"), properties.get("end_datetime")
    if (start, end) == ANY_TIME:
        return None, None
    return (parse_time(start) if start else None), (parse_time(end) if end else None)
