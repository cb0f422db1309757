"""What is searched for, and what is found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from repeatpass.catalog.records import Item

Box = tuple[float, float, float, float]  # west, south, east, north in degrees, EPSG:4326


@dataclass(frozen=True, kw_only=True, slots=True)
class Sort:
    """One key of an order: ``datetime``, ``id``, ``collection``, or the name of a property."""

    name: str
    descending: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """Which items are wanted; what is left empty does not narrow the search.

    *bbox*: west, south, east, north in degrees (EPSG:4326); west > east crosses the antimeridian.
    *intersects*: a GeoJSON geometry. *start*, *end*: closed interval of time, either may be open.
    *filter*: CQL2-JSON (OGC 21-065r2).
    """

    collections: Sequence[str] = ()
    ids: Sequence[str] = ()
    bbox: Box | None = None
    intersects: Mapping[str, Any] | None = None
    start: datetime | None = None
    end: datetime | None = None
    filter: Mapping[str, Any] | None = None
    sort: Sequence[Sort] = ()
    limit: int = 10
    token: str = ""  # of the page before


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One page of items; *next* and *previous* are tokens of the pages beside it, empty where there is none."""

    items: Sequence[Item] = field(default=())
    next: str = ""
    previous: str = ""
    matched: int | None = None  # None: more than are worth counting
