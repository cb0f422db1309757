"""What a collection's page shows of its items: the newest, when they are, and where; never all of a hundred thousand."""

from dataclasses import dataclass

import sqlalchemy as sa

from repeatpass.catalog.records import Item
from repeatpass.catalog.search.records import Box
from repeatpass.catalog.search.store import item_index
from repeatpass.catalog.store import items
from repeatpass.storage.database import Database

NEWEST = 50
BOXES = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """A glance at the items of a collection."""

    newest: tuple[Item, ...]  # newest first
    months: tuple[tuple[int, int, int], ...]  # year, month, how many items begin in it
    boxes: tuple[Box, ...]  # different extents, at most BOXES; () where there are more or none


def contents_of(database: Database, collection: str, newest: int = NEWEST) -> Contents:
    """Return a glance at the items of *collection*."""
    mine = item_index.c.collection == collection
    latest = (
        sa.select(item_index.c.item).where(mine).order_by(item_index.c.time.desc(), item_index.c.item).limit(newest)
    )
    year, month = sa.extract("year", item_index.c.time), sa.extract("month", item_index.c.time)
    counted = sa.select(year, month, sa.func.count()).where(mine, item_index.c.time.is_not(None))
    with database.read() as connection:
        ids = list(connection.execute(latest).scalars())
        bodies = sa.select(items).where(items.c.collection == collection, items.c.id.in_(ids))
        found = {row["id"]: Item(**row) for row in connection.execute(bodies).mappings()}
        months = connection.execute(counted.group_by(year, month).order_by(year, month)).all()
        boxes = _boxes(connection, collection)
    return Contents(
        newest=tuple(found[id] for id in ids if id in found),
        months=tuple((int(row[0]), int(row[1]), int(row[2])) for row in months),
        boxes=boxes,
    )


def _boxes(connection: sa.Connection, collection: str) -> tuple[Box, ...]:
    edges = [item_index.c[name] for name in ("west", "south", "east", "north")]
    where = (item_index.c.collection == collection, item_index.c.west.is_not(None))
    rows = connection.execute(sa.select(*edges).where(*where).distinct().limit(BOXES + 1)).all()
    return tuple((row[0], row[1], row[2], row[3]) for row in rows) if len(rows) <= BOXES else ()
