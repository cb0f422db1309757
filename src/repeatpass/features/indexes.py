"""Indexes over the properties of large collections, so that one of them can be searched or sorted by alone.

A collection with at least `MANY` features gets an index for each of its numbers and texts, over the very expression that
`Properties` gives to searches, for the rows of that collection only, so other collections neither pay for it nor are found
by it. The database keeps it up. The collection is no part of what is indexed: an index that finds nothing but the whole
collection would be taken for every search, and be slower than reading the table in its own order.

PostgreSQL reads an index backwards only with the missing values first, so falling order has one of its own there; and its
B-trees refuse texts of more than 2,704 bytes, so a field that has such a text has none.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex
from sqlalchemy.sql.elements import Grouping

from repeatpass.catalog.search.properties import Properties
from repeatpass.features.records import FeatureSet, Field
from repeatpass.features.store import features
from repeatpass.features.subjects import KINDS, subject_of

MANY = 5_000  # features of a collection from which on it has indexes
MOST = 24  # fields of one collection that have one
BULK = 1_000  # features at once after which the database counts again
LONGEST = 2_000  # bytes of a text in an index of PostgreSQL
INDEXED = ("number", "text")
PREFIX = "ix_features_of_"


def worth(before: FeatureSet | None, after: FeatureSet) -> bool:
    """Whether a set has grown so that its indexes, or what the database knows of its rows, should be made anew."""
    was = before.number if before else 0
    grown = was < MANY or after.number - was >= BULK or after.number.bit_length() > was.bit_length()
    return after.number >= MANY and grown


def keep_indexes(connection: sa.Connection, known: FeatureSet) -> bool:
    """Make the indexes that a large set lacks, remove those that it needs no more; return whether some were made."""
    wanted = dict(_wanted(connection, known)) if known.number >= MANY else {}
    there = _there(connection, _prefix(known.collection))
    drop(connection, there - set(wanted))
    for index in (each for name, each in wanted.items() if name not in there):
        connection.execute(CreateIndex(index))
    return bool(set(wanted) - there)


def drop_indexes(connection: sa.Connection, collection: str) -> None:
    """Remove all indexes of a collection."""
    drop(connection, _there(connection, _prefix(collection)))


def forgotten(connection: sa.Connection, collections: Sequence[str]) -> set[str]:
    """Return the names of the indexes that are of none of the *collections*."""
    prefixes = tuple(_prefix(each) for each in collections)
    return {name for name in _there(connection, PREFIX) if not name.startswith(prefixes)}


def lacks(connection: sa.Connection, known: FeatureSet) -> bool:
    """Whether a large set lacks an index that it should have, or has one that it should not. Only reads."""
    return {name for name, _ in _wanted(connection, known)} != _there(connection, _prefix(known.collection))


def let_in(connection: sa.Connection, known: FeatureSet, rows: Sequence[Mapping[str, Any]]) -> None:
    """Remove the indexes that would refuse some of the *rows*, which have texts too long for them."""
    if connection.dialect.name == "sqlite" or known.number < MANY:
        return
    for field in (each for each in known.fields if KINDS[each.kind] == "text"):
        texts = (row["properties"].get(field.name) for row in rows)
        if any(len(text.encode()) > LONGEST for text in texts if isinstance(text, str) and len(text) > LONGEST // 4):
            drop(connection, _there(connection, _stem(known, field)))


def drop(connection: sa.Connection, names: set[str]) -> None:
    """Remove indexes by their names, which were made here."""
    for name in sorted(names):
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {name}")  # of letters and digits that were made here


def _there(connection: sa.Connection, prefix: str) -> set[str]:
    """Return the names of indexes that begin so; making one that is there would wait for everybody who writes."""
    query = "select name from sqlite_master where type = 'index' and tbl_name = 'features'"
    if connection.dialect.name != "sqlite":
        query = "select indexname from pg_indexes where tablename = 'features' and schemaname = current_schema()"
    return {name for name in connection.execute(sa.text(query)).scalars() if name.startswith(prefix)}


def _wanted(connection: sa.Connection, known: FeatureSet) -> Iterator[tuple[str, sa.Index]]:
    """The indexes on a copy of the table, for they belong to one house and not to the schema."""
    dialect = connection.dialect.name
    column = features.to_metadata(sa.MetaData()).c
    properties = Properties(dialect, replace(subject_of(known, dialect), document=column.properties))
    mine = column.collection == known.collection
    for field in [each for each in known.fields if KINDS[each.kind] in INDEXED][:MOST]:
        value = Grouping(properties.value(field.name, KINDS[field.kind]))
        if dialect != "sqlite" and KINDS[field.kind] == "text" and _has_long(connection, known, field):
            continue
        orders = [value] if dialect == "sqlite" else [value, value.desc().nulls_last()]
        for name, order in zip("ud", orders, strict=False):
            full = _stem(known, field) + name
            yield full, sa.Index(full, order, column.number, sqlite_where=mine, postgresql_where=mine)


def _has_long(connection: sa.Connection, known: FeatureSet, field: Field) -> bool:
    value = Properties("postgresql", subject_of(known, "postgresql")).value(field.name, "text")
    where = (features.c.collection == known.collection, sa.func.octet_length(value) > LONGEST)
    return connection.execute(sa.select(features.c.number).where(*where).limit(1)).first() is not None


def _prefix(collection: str) -> str:
    return f"{PREFIX}{hashlib.sha256(collection.encode()).hexdigest()[:16]}_"


def _stem(known: FeatureSet, field: Field) -> str:
    return f"{_prefix(known.collection)}{hashlib.sha256(f'{field.name} {field.kind}'.encode()).hexdigest()[:16]}_"
