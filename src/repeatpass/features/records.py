"""Features, the fields that they have, and what is asked of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import shapely

from repeatpass.catalog.search.records import Box, Sort
from repeatpass.core.errors import Conflict, Invalid, NotFound

FieldKind = Literal["text", "integer", "number", "boolean", "date", "moment", "any"]
CRS84 = "OGC:CRS84"


class NoFeatures(NotFound):
    """The collection holds no features."""

    kind = "no-features"


class BadFeature(Invalid):
    """A feature is not as the collection's schema says; nothing was kept."""

    kind = "feature"


class FromFile(Conflict):
    """The features stand in a file of the collection; they change with its next version only."""

    kind = "features-of-a-file"


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One property that the features of a collection have.

    A ``date`` is kept as 2026-05-03, a ``moment`` as 2026-05-03T12:00:00Z; ``any`` is whatever JSON can say.
    """

    name: str
    kind: FieldKind = "any"
    title: str = ""
    unit: str = ""
    description: str = ""
    required: bool = False
    choices: tuple[Any, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FeatureSet:
    """The features of one collection: what is known of all of them.

    *crs* is the system that they are kept in, as an authority and a code (``OGC:CRS84``, ``EPSG:32633``). *time* names
    the fields that say when: none, one instant, or a beginning and an end. *revision* grows with every change.
    *source* is what they were read from, checksums of files; empty where they are entered one by one.
    """

    collection: str
    fields: tuple[Field, ...] = ()
    crs: str = CRS84
    geometry: str = ""  # Point, LineString, Polygon, MultiPolygon …; empty: any; none: tables without places
    time: tuple[str, ...] = ()
    revision: int = 0
    number: int = 0  # of features
    source: str = ""
    updated: datetime
    extent: Box | None = None  # degrees, CRS84
    start: datetime | None = None
    end: datetime | None = None

    def field(self, name: str) -> Field | None:
        """Return the field *name*, None if there is none."""
        return next((each for each in self.fields if each.name == name), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Feature:
    """One thing with a place and properties. *geometry* is in the system that was asked for, x before y."""

    id: str
    properties: Mapping[str, Any]
    geometry: shapely.Geometry | None
    revision: int  # that of the set when it was last changed
    updated: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which features are wanted; what is left empty does not narrow the search.

    *area*: polygons in degrees (CRS84), of which one must be met. *start*, *end*: closed interval, either may be open.
    *filter*: CQL2-JSON (OGC 21-065r2), its geometries in CRS84. *fields*: the properties that are returned, None: all.
    """

    area: tuple[shapely.Geometry, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    filter: Mapping[str, Any] | None = None
    sort: tuple[Sort, ...] = ()
    limit: int = 10
    offset: int = 0
    fields: tuple[str, ...] | None = None
    geometry: bool = True  # False: without
    counted: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One page of features; *matched* are all that the search describes, None where they were not counted."""

    features: Sequence[Feature] = field(default=())
    matched: int | None = None
    more: bool = False
