"""What a collection's page shows of its items: the newest, when they are, and where; never all of a hundred thousand."""

from dataclasses import dataclass

import sqlalchemy as sa

from repeatpass.catalog.records import Item
from repeatpass.catalog.search import Search, Searching
from repeatpass.catalog.search.aggregating import Aggregating
from repeatpass.catalog.search.aggregations import Asked
from repeatpass.catalog.search.records import Box
from repeatpass.catalog.search.store import item_index
from repeatpass.catalog.store import items

NEWEST = 50
BOXES = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """A glance at the items of a collection."""

    newest: tuple[Item, ...]  # newest first
    months: tuple[tuple[int, int, int], ...]  # year, month, how many items begin in it
    boxes: tuple[Box, ...]  # different extents, at most BOXES; () where there are more or none


def contents_of(searching: Searching, collection: str, newest: int = NEWEST) -> Contents:
    """Return a glance at the items of *collection*."""
    mine = item_index.c.collection == collection
    latest = (
        sa.select(item_index.c.item).where(mine).order_by(item_index.c.time.desc(), item_index.c.item).limit(newest)
    )
    with searching.database.read() as connection:
        ids = list(connection.execute(latest).scalars())
        bodies = sa.select(items).where(items.c.collection == collection, items.c.id.in_(ids))
        found = {row["id"]: Item(**row) for row in connection.execute(bodies).mappings()}
        boxes = _boxes(connection, collection)
    return Contents(
        newest=tuple(found[id] for id in ids if id in found),
        months=months_of(searching, collection),
        boxes=boxes,
    )


def months_of(searching: Searching, collection: str) -> tuple[tuple[int, int, int], ...]:
    """Return year, month and how many items of *collection* begin in it, as the STAC API counts them."""
    asked = Asked(names=("datetime_frequency",), interval="month")
    found = Aggregating(searching).aggregate(Search(collections=(collection,)), asked)[0]
    return tuple((int(each.key[:4]), int(each.key[5:7]), each.frequency) for each in found.buckets or ())


def _boxes(connection: sa.Connection, collection: str) -> tuple[Box, ...]:
    edges = [item_index.c[name] for name in ("west", "south", "east", "north")]
    where = (item_index.c.collection == collection, item_index.c.west.is_not(None))
    rows = connection.execute(sa.select(*edges).where(*where).distinct().limit(BOXES + 1)).all()
    return tuple((row[0], row[1], row[2], row[3]) for row in rows) if len(rows) <= BOXES else ()
