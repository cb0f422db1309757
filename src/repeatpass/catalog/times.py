"""When an item is of (STAC 1.1 common metadata, Date and Time)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from repeatpass.core.times import parse_time


def item_times(body: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    """Return the first and last moment that an item speaks of; None where it does not say."""
    properties = body.get("properties", {})
    if moment := properties.get("datetime"):
        return parse_time(moment), parse_time(moment)
    start, end = properties.get("start_datetime"), properties.get("end_datetime")
    return (parse_time(start) if start else None), (parse_time(end) if end else None)
