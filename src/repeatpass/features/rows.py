"""Features as rows: places in degrees for searching, times as moments."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import shapely

from repeatpass.core.times import now, parse_time
from repeatpass.features.crs import system, transformed
from repeatpass.features.records import CRS84, BadFeature, FeatureSet

Checked = tuple[str, shapely.Geometry | None, dict[str, Any]]
DAY = timedelta(days=1) - timedelta(seconds=1)
EDGE = 1e-6  # degrees: what transforming may add to the edge of the world


def rows_of(known: FeatureSet, given: Sequence[Checked], crs: str, revision: int) -> list[dict[str, Any]]:
    """Return the rows of checked features whose coordinates are in *crs*, x before y.

    Raise BadFeature for coordinates that leave the world, which often are in another system than was said.
    """
    shapes = [shape for _, shape, _ in given]
    natives = transformed(shapes, crs, known.crs)
    degrees = _in_degrees(known, given, natives)
    moment = now()
    rows = []
    for (id, _, properties), native, place in zip(given, natives, degrees, strict=True):
        start, end = times_of(known, properties)
        same = native is None or (known.crs == CRS84 and shapely.equals_identical(native, place))
        rows.append({
            "collection": known.collection, "id": id, "properties": properties,
            "geometry": None if place is None else shapely.to_wkb(place),
            "native": None if same else shapely.to_wkb(native),
            **extent_of(place), "start": start, "end": end, "revision": revision, "updated": moment,
        })  # fmt: skip
    return rows


def _in_degrees(known: FeatureSet, given: Sequence[Checked], natives: Sequence[Any]) -> list[Any]:
    """Return geometries for searching: in degrees, flat, and valid, which relations between geometries need."""
    moved = transformed(natives, known.crs, CRS84)
    made = []
    for (id, _, _), place in zip(given, moved, strict=True):
        if place is not None:
            points = shapely.get_coordinates(place)
            inside = np.isfinite(points).all() and (np.abs(points) <= (180 + EDGE, 90 + EDGE)).all()
            if not inside:
                raise BadFeature(
                    f"The feature “{id}” leaves the world: its coordinates cannot be in {system(known.crs).name}. Say in "
                    "which system they are (Content-Crs, or the crs of the file).", field="geometry",
                )  # fmt: skip
            place = shapely.force_2d(place)
            place = place if shapely.is_valid(place) else shapely.make_valid(place)
        made.append(place)
    return made


def extent_of(place: shapely.Geometry | None) -> dict[str, float | None]:
    """Return the extent in degrees as columns."""
    box = [None] * 4 if place is None else [float(number) for number in shapely.bounds(place)]
    return dict(zip(("west", "south", "east", "north"), box, strict=True))


def times_of(known: FeatureSet, properties: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    """Return from when to when a feature is; a date is the whole day, an open end is None, no time at all both."""
    if not known.time:
        return None, None
    first, last = known.time[0], known.time[-1]
    start, end = properties.get(first), properties.get(last)
    field = known.field(last)
    whole_day = DAY if field is not None and field.kind == "date" else timedelta()
    return (parse_time(start) if start else None), (parse_time(end) + whole_day if end else None)
