"""Features as rows: places in degrees for searching, times as moments."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import shapely

from repeatpass.catalog.search.temporal import DAY
from repeatpass.core.times import now, parse_time
from repeatpass.features.crs import system, transformed
from repeatpass.features.records import CRS84, BadFeature, FeatureSet

Checked = tuple[str, shapely.Geometry | None, dict[str, Any]]
EXTENT = ("west", "south", "east", "north")
EDGE = 1e-6  # degrees: what transforming may add to the edge of the world
WORLD = (180 + EDGE, 90 + EDGE, 180 + EDGE, 90 + EDGE)


def rows_of(known: FeatureSet, given: Sequence[Checked], crs: str, revision: int) -> list[dict[str, Any]]:
    """Return the rows of checked features whose coordinates are in *crs*, x before y.

    Raise BadFeature for coordinates that leave the world, which often are in another system than was said.
    """
    natives = np.array(transformed([shape for _, shape, _ in given], crs, known.crs), dtype=object)
    degrees = _in_degrees(known, given, natives)
    same = shapely.equals_identical(natives, degrees) if known.crs == CRS84 else natives == None  # noqa: E711
    places, kept = shapely.to_wkb(degrees), shapely.to_wkb(natives)
    boxes, moment, rows = shapely.bounds(degrees).tolist(), now(), []
    times = times_of(known)
    for at, (id, _, properties) in enumerate(given):
        start, end = times(properties)
        box = [None] * 4 if natives[at] is None else boxes[at]
        rows.append({
            "collection": known.collection, "id": id, "properties": properties, "geometry": places[at],
            "native": None if same[at] or natives[at] is None else kept[at],
            **dict(zip(EXTENT, box, strict=True)), "start": start, "end": end, "revision": revision, "updated": moment,
        })  # fmt: skip
    return rows


def _in_degrees(known: FeatureSet, given: Sequence[Checked], natives: Any) -> Any:
    """Return geometries for searching: in degrees, flat, and valid, which relations between geometries need."""
    places = np.array(transformed(list(natives), known.crs, CRS84), dtype=object)
    boxes = shapely.bounds(places)
    outside = (places != None) & ~(np.abs(boxes) <= WORLD).all(axis=1)  # noqa: E711
    if outside.any():
        first = given[int(np.argmax(outside))][0]
        raise BadFeature(
            f"The feature “{first}” leaves the world: its coordinates cannot be in {system(known.crs).name}. Say in "
            "which system they are (Content-Crs, or the crs of the file).",
            field="geometry",
        )
    flat = shapely.force_2d(places)
    wrong = (places != None) & ~shapely.is_valid(flat)  # noqa: E711
    flat[wrong] = shapely.make_valid(flat[wrong])
    return flat


def times_of(known: FeatureSet) -> Callable[[Mapping[str, Any]], tuple[datetime | None, datetime | None]]:
    """Return what tells from properties from when to when a feature of *known* is.

    A date is the whole day, an open end is None, no time at all both.
    """
    if not known.time:
        return lambda _: (None, None)
    first, last = known.time[0], known.time[-1]
    field = known.field(last)
    rest = DAY if field is not None and field.kind == "date" else timedelta()

    def times(properties: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
        start, end = properties.get(first), properties.get(last)
        begin = parse_time(start) if start else None
        until = begin if first == last else parse_time(end) if end else None
        return begin, None if until is None else until + rest

    return times
