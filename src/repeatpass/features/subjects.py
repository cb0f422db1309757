"""What filters speak of where they speak of features: the columns and the JSON document of the table of features."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from repeatpass.catalog.search.spatial import RELATIONS, is_box, related
from repeatpass.catalog.search.subject import Kind, Subject
from repeatpass.features.records import FeatureSet, FieldKind
from repeatpass.features.store import feature_extents, features
from repeatpass.storage.schema import Moment

KINDS: Mapping[FieldKind, Kind] = {
    "text": "text", "integer": "number", "number": "number", "boolean": "boolean", "date": "time", "moment": "time",
    "any": "any",
}  # fmt: skip
EXTENT = (features.c.west, features.c.south, features.c.east, features.c.north)


def subject_of(known: FeatureSet, dialect: str) -> Subject:
    """Return what can be asked of the features of a set."""
    times = {each.name: _moment(each.name, dialect) for each in known.fields if KINDS[each.kind] == "time"}
    if known.time:
        alias = {} if known.field("datetime") else {"datetime": features.c.start}
        times |= {known.time[0]: features.c.start, **alias}
    lasting = ("datetime", *(known.time if len(known.time) == 1 else ()))
    dated = len(known.time) == 1 and (field := known.field(known.time[0])) is not None and field.kind == "date"
    return Subject(
        noun=f"features of {known.collection}",
        columns={"id": features.c.id},
        document=features.c.properties,
        geometry=features.c.geometry,
        extent=EXTENT,
        moments=times,
        start=features.c.start,
        end=features.c.end,
        lasting=lasting,
        days=lasting if dated else (),
        known={each.name: KINDS[each.kind] for each in known.fields},
        number=features.c.number,
        tree=feature_extents,
    )


def _moment(name: str, dialect: str) -> Any:
    """Return a time of the document as a moment, in the form in which the database keeps moments."""
    if dialect == "sqlite":
        text = sa.func.json_extract(features.c.properties, f'$."{name}"', type_=sa.Text)
        return sa.type_coerce(sa.func.strftime("%Y-%m-%d %H:%M:%f", text) + "000", Moment)
    text = sa.func.jsonb_extract_path_text(sa.cast(features.c.properties, JSONB), name, type_=sa.Text)
    return sa.type_coerce(sa.func.timezone("UTC", sa.cast(text, sa.TIMESTAMP(timezone=True))), Moment)


class Related:
    """Relations between geometries where PostgreSQL has no PostGIS: worked out here, for those whose extents meet."""

    def __init__(self, connection: sa.Connection, known: FeatureSet) -> None:
        self.connection, self.known = connection, known

    def __call__(
        self, operator: str, other: shapely.Geometry, dialect: str, subject: Subject
    ) -> sa.ColumnElement[bool]:
        """Return the condition that a feature is one of those whose geometry stands in the relation to *other*."""
        if operator == "s_disjoint":
            meeting = self._numbers("s_intersects", other, dialect, subject)
            return sa.and_(features.c.geometry.is_not(None), sa.not_(_among(meeting)))
        if operator == "s_intersects" and is_box(other):
            inside = subject.inside(other.bounds)
            return sa.or_(inside, _among(self._numbers(operator, other, dialect, subject, sa.not_(inside))))
        return _among(self._numbers(operator, other, dialect, subject))

    def _numbers(
        self, operator: str, other: shapely.Geometry, dialect: str, subject: Subject, *where: Any
    ) -> list[int]:
        near = sa.and_(subject.overlapping(other.bounds, dialect), *where)
        query = sa.select(features.c.number, features.c.geometry).where(
            features.c.collection == self.known.collection, features.c.geometry.is_not(None), near
        )
        rows = self.connection.execute(query).all()
        shapes = shapely.from_wkb(np.array([row[1] for row in rows], dtype=object))
        # The fixed geometry is prepared, so it must stand first; within is contains seen from the other side.
        name = {"s_contains": "within", "s_within": "contains"}.get(operator, RELATIONS[operator])
        shapely.prepare(other)
        found = getattr(shapely, name)(other, shapes) if rows else ()
        return [row[0] for row, met in zip(rows, found, strict=True) if met]


def _among(numbers: list[int]) -> sa.ColumnElement[bool]:
    found: sa.ColumnElement[bool] = features.c.number == sa.any_(sa.literal(numbers, ARRAY(sa.Integer)))
    return found


__all__ = ["Related", "related", "subject_of"]
