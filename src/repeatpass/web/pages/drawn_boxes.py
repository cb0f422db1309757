"""Boxes that were drawn, or typed, into the form for a new batch: number fields, and the features they stand for."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from repeatpass.core.errors import Invalid
from repeatpass.web.views import Field
from repeatpass.web.views.batches import BoxRow

SIDES = ("west", "south", "east", "north")
MOST = 200  # boxes of one form


def box_rows(form: Mapping[str, str]) -> tuple[BoxRow, ...]:
    """Return the rows that were filled in, and an empty one more."""
    filled = [_given(form, number) for number in _filled(form)]
    return tuple(
        BoxRow(
            number=number,
            sides=tuple(
                Field(name=f"box{number}.{side}", label=side.capitalize(), value=value)
                for side, value in zip(SIDES, row, strict=True)
            ),
        )
        for number, row in enumerate([*filled, [""] * 4], start=1)
    )


def box_features(form: Mapping[str, str]) -> dict[str, Any]:
    """Return the boxes as GeoJSON features called “Box 1” and so on; raise Invalid naming the field that is wrong."""
    features = [
        {
            "type": "Feature",
            "id": f"Box {number}",
            "properties": {"name": f"Box {number}"},
            "geometry": _polygon(form, row),
        }
        for number, row in enumerate(_filled(form), start=1)
    ]
    if not features:
        raise Invalid(
            "box1: no box is given. Draw one on the map, or type its four sides in degrees.", field="box1.west"
        )
    return {"type": "FeatureCollection", "features": features}


def _filled(form: Mapping[str, str]) -> Iterator[int]:
    return (number for number in range(1, MOST + 1) if any(_given(form, number)))


def _given(form: Mapping[str, str], number: int) -> list[str]:
    return [form.get(f"box{number}.{side}", "").strip() for side in SIDES]


def _polygon(form: Mapping[str, str], number: int) -> dict[str, Any]:
    west, south, east, north = (_degrees(form, f"box{number}.{side}") for side in SIDES)
    if west >= east or south >= north:
        raise Invalid(
            f"box{number}: west {west:g} must be less than east {east:g}, and south {south:g} less than north {north:g}. "
            "Right would be: two boxes, where the 180th meridian lies between.",
            field=f"box{number}.west",
        )
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _degrees(form: Mapping[str, str], field: str) -> float:
    text, most = form.get(field, "").strip(), 180 if field.endswith(("west", "east")) else 90
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not -most <= found <= most:
        raise Invalid(f"{field}: “{text[:40]}” is no number from -{most} to {most}, in degrees. Right would be: 7.5.",
                      field=field)  # fmt: skip
    return found
