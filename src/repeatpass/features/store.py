"""The tables of the features.

A feature's properties are one JSON document, so that a collection can be made and changed without changing the schema;
its place is kept twice where it is not in degrees anyway: *geometry* in CRS84 and two dimensions, which searches use,
and *native* as it was given. On SQLite an R*Tree holds the extents (https://www.sqlite.org/rtree.html), on PostgreSQL
a GiST index over boxes does.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from repeatpass.storage.schema import Moment, metadata

Document = sa.JSON().with_variant(JSONB(), "postgresql")

feature_sets = sa.Table(
    "feature_sets",
    metadata,
    sa.Column("collection", sa.String(80), primary_key=True),
    sa.Column("fields", sa.JSON, nullable=False),
    sa.Column("crs", sa.String(40), nullable=False),
    sa.Column("geometry", sa.String(20), nullable=False),
    sa.Column("time", sa.JSON, nullable=False),  # names of fields
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("updated", Moment, nullable=False),
    *(sa.Column(name, sa.Float) for name in ("west", "south", "east", "north")),
    sa.Column("start", Moment),
    sa.Column("end", Moment),
)

features = sa.Table(
    "features",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("collection", sa.String(80), nullable=False),
    sa.Column("id", sa.String(200), nullable=False),
    sa.Column("properties", Document, nullable=False),
    sa.Column("geometry", sa.LargeBinary),  # WKB in two dimensions, CRS84
    sa.Column("native", sa.LargeBinary),  # WKB in the system of the set; null: the same
    *(sa.Column(name, sa.Float) for name in ("west", "south", "east", "north")),
    sa.Column("start", Moment),
    sa.Column("end", Moment),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Column("updated", Moment, nullable=False),
    sa.Index("ix_features_id", "collection", "id", unique=True),
    sa.Index("ix_features_number", "collection", "number"),
    sa.Index("ix_features_start", "collection", "start"),
    sqlite_autoincrement=True,
)

# SQLite only, and made by a migration: a virtual table is nothing that the metadata could describe.
feature_extents = sa.Table(
    "feature_extents",
    sa.MetaData(),
    sa.Column("number", sa.Integer, primary_key=True),
    *(sa.Column(name, sa.Float) for name in ("west", "east", "south", "north")),
)
