"""A hundred small places of every kind of field, geometry and time, with some of each missing."""

from datetime import date, timedelta
from typing import Any

from repeatpass.features import Field

FIELDS = (
    Field(name="name", kind="text", required=True),
    Field(name="depth", kind="number", unit="m", minimum=-1000, maximum=20000),
    Field(name="count", kind="integer"),
    Field(name="good", kind="boolean"),
    Field(name="day", kind="date"),
    Field(name="seen", kind="moment"),
    Field(name="tags", kind="any"),
)
FIRST = date(2020, 1, 1)


def body(number: int) -> dict[str, Any]:
    """Return a feature: every third is a line, every fifth a square; every seventh has no depth, every tenth no place."""
    west, south = -175 + number * 3.5, -60 + (number * 17) % 100
    square = [[west, south], [west + 4, south], [west + 4, south + 4], [west, south + 4], [west, south]]
    geometry: dict[str, Any] | None = {"type": "Point", "coordinates": [west, south]}
    if number % 3 == 0:
        geometry = {"type": "LineString", "coordinates": [[west, south], [west + 4, south + 4]]}
    if number % 5 == 0:
        geometry = {"type": "Polygon", "coordinates": [square]}
    if number % 10 == 9:
        geometry = None
    properties: dict[str, Any] = {
        "name": f"Place {number:03}" if number % 2 else f"ort {number:03}",
        "count": number,
        "good": number % 2 == 0,
        "day": (FIRST + timedelta(days=number)).isoformat() if number % 4 else None,
        "seen": f"2021-06-{1 + number % 28:02}T12:00:00{'.5' if number % 6 == 0 else ''}Z",
        "tags": ["x", "y", "z"][: number % 4],
    }
    if number % 7:
        properties["depth"] = number * 10.5
    return {"type": "Feature", "id": f"p{number:03}", "geometry": geometry, "properties": properties}


BODIES = {f"p{number:03}": body(number) for number in range(100)}
