"""Indexes over the properties of large collections, so that one of them can be searched or sorted by alone.

A collection with at least `MANY` features gets an index for each of its numbers, and on SQLite for each of its texts
(PostgreSQL's B-trees refuse long ones). Each is over the very expression that `Properties` gives to searches, for the
rows of that collection only, so other collections neither pay for it nor are found by it. The database keeps it up.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, DropIndex
from sqlalchemy.sql.elements import Grouping

from repeatpass.catalog.search.properties import Properties
from repeatpass.features.records import FeatureSet
from repeatpass.features.store import features
from repeatpass.features.subjects import KINDS, subject_of

MANY = 5_000  # features of a collection from which on it has indexes
MOST = 24  # fields of one collection that have one
INDEXED = {"sqlite": ("number", "text"), "postgresql": ("number",)}


def keep_indexes(connection: sa.Connection, known: FeatureSet) -> None:
    """Make the indexes that a large set has and lacks; those that are there stay."""
    if known.number >= MANY:
        for index in _indexes(known, connection.dialect.name):
            connection.execute(CreateIndex(index, if_not_exists=True))


def drop_indexes(connection: sa.Connection, known: FeatureSet) -> None:
    """Remove the indexes of a set, be they there or not."""
    for index in _indexes(known, connection.dialect.name):
        connection.execute(DropIndex(index, if_exists=True))


def _indexes(known: FeatureSet, dialect: str) -> Iterator[sa.Index]:
    """The indexes on a copy of the table, for they belong to one house and not to the schema."""
    column = features.to_metadata(sa.MetaData()).c
    properties = Properties(dialect, replace(subject_of(known, dialect), document=column.properties))
    mine = column.collection == known.collection
    fields = [each for each in known.fields if KINDS[each.kind] in INDEXED[dialect]]
    for field in fields[:MOST]:
        kind = KINDS[field.kind]
        value = properties.value(field.name, kind)
        name = hashlib.sha256(f"{known.collection}\n{field.name}\n{kind}".encode()).hexdigest()[:24]
        yield sa.Index(
            f"ix_features_of_{name}", column.collection, Grouping(value), column.number,
            sqlite_where=mine, postgresql_where=mine,
        )  # fmt: skip
