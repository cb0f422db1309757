"""The index that searches use: one row per item with its times, its extent and its geometry.

On SQLite an R*Tree holds the extents in space and time (https://www.sqlite.org/rtree.html); it knows rows by whole
numbers, which is why each item has one here, and it rounds outwards to 32 bits, which is why all is compared again.
On PostgreSQL a GiST index over boxes does the same work.
"""

import sqlalchemy as sa

from repeatpass.storage.schema import Moment, metadata

item_index = sa.Table(
    "item_index",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("collection", sa.String(80), nullable=False),
    sa.Column("item", sa.String(200), nullable=False),
    sa.Column("time", Moment),  # its datetime, else its start: what it is sorted by
    sa.Column("start", Moment),
    sa.Column("end", Moment),
    sa.Column("lasts", sa.Float),  # seconds from start to end: the longest bounds a search in the index of times
    sa.Column("west", sa.Float),
    sa.Column("south", sa.Float),
    sa.Column("east", sa.Float),
    sa.Column("north", sa.Float),
    sa.Column("boxed", sa.Boolean, nullable=False),  # its geometry is just its extent
    sa.Column("geometry", sa.LargeBinary),  # WKB in two dimensions, EPSG:4326
    sa.Index("ix_item_index_item", "collection", "item", unique=True),
    sa.Index("ix_item_index_id", "item"),
    sa.Index("ix_item_index_lasts", "lasts"),
    sa.Index("ix_item_index_time", "time", "collection", "item"),
    sa.Index("ix_item_index_collection_time", "collection", "time", "item"),
    sqlite_autoincrement=True,
)

# SQLite only, and made by a migration: a virtual table is nothing that the metadata could describe.
item_extents = sa.Table(
    "item_extents",
    sa.MetaData(),
    sa.Column("number", sa.Integer, primary_key=True),
    *(sa.Column(name, sa.Float) for name in ("west", "east", "south", "north", "first", "last")),  # degrees, days
)
