"""Relations between geometries (DE-9IM, OGC 06-103r4) inside SQL: shapely on SQLite, PostGIS on PostgreSQL."""

import sqlite3
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import shapely
import sqlalchemy as sa
from sqlalchemy import event

from repeatpass.catalog.search.folding import unaccented
from repeatpass.catalog.search.subject import ITEMS, Subject
from repeatpass.storage.database import Database

RELATIONS: Mapping[str, str] = {  # operator of CQL2: predicate of shapely, and with ST_ of PostGIS
    "s_intersects": "intersects", "s_contains": "contains", "s_within": "within", "s_disjoint": "disjoint",
    "s_equals": "equals", "s_touches": "touches", "s_crosses": "crosses", "s_overlaps": "overlaps",
}  # fmt: skip
FUNCTION = "repeatpass_relation"
EPSG = 4326


def teach(database: Database) -> None:
    """Teach SQLite the relations; connections that are open already are closed, for they know nothing of it."""
    if database.is_sqlite:
        event.listen(database.engine, "connect", _teach)
        database.engine.dispose()


def _teach(connection: sqlite3.Connection, _record: Any) -> None:
    connection.create_function(FUNCTION, 3, _relation, deterministic=True)
    connection.create_function("repeatpass_lower", 1, _lower, deterministic=True)
    connection.create_function("repeatpass_unaccented", 1, _unaccented, deterministic=True)


def _lower(text: Any) -> Any:
    return text.lower() if isinstance(text, str) else text


def _unaccented(text: Any) -> Any:
    return unaccented(text) if isinstance(text, str) else text


def _relation(name: str, item: bytes | None, other: bytes) -> bool | None:
    if item is None:
        return None
    fixed = _read(other)
    # The fixed geometry is prepared, so it must stand first; within is contains seen from the other side.
    if name in ("contains", "within"):
        name = "within" if name == "contains" else "contains"
    return bool(getattr(shapely, name)(fixed, shapely.from_wkb(item)))


@lru_cache(maxsize=64)
def _read(wkb: bytes) -> shapely.Geometry:
    made = shapely.from_wkb(wkb)
    shapely.prepare(made)
    return made


def related(operator: str, other: shapely.Geometry, dialect: str, subject: Subject = ITEMS) -> sa.ColumnElement[bool]:
    """Return the condition that a thing's geometry stands in a relation (``s_within``) to *other*, in degrees."""
    found = relation(operator, other, dialect, subject)
    if operator == "s_intersects" and subject.number is not None and is_box(other):
        found = sa.or_(subject.inside(other.bounds), found)
    return found if operator == "s_disjoint" else sa.and_(subject.overlapping(other.bounds, dialect), found)


def is_box(shape: shapely.Geometry) -> bool:
    """Whether a geometry is a box along the axes, so that what lies inside of it needs no closer look."""
    if shape.geom_type != "Polygon" or shapely.get_num_coordinates(shape) != 5:
        return False
    west, south, east, north = shape.bounds
    return bool(shape.area == (east - west) * (north - south) > 0)


def relation(operator: str, other: shapely.Geometry, dialect: str, subject: Subject = ITEMS) -> sa.ColumnElement[bool]:
    """As `related`, without asking an index of extents first."""
    return relation_to(operator, sa.literal(shapely.to_wkb(other)), dialect, subject)


def relation_to(operator: str, wkb: Any, dialect: str, subject: Subject = ITEMS) -> sa.ColumnElement[bool]:
    """As `relation`, to a geometry as WKB that SQL knows by a value or a name."""
    name = RELATIONS[operator]
    if dialect == "sqlite":
        return sa.func.repeatpass_relation(name, subject.geometry, wkb, type_=sa.Boolean)
    mine, theirs = (sa.func.ST_GeomFromWKB(each, EPSG) for each in (subject.geometry, wkb))
    made: sa.ColumnElement[bool] = getattr(sa.func, f"ST_{name.capitalize()}")(mine, theirs, type_=sa.Boolean)
    return made
