"""Carrying out a search: the right index, one page, the tokens of the pages beside it."""

import base64
import json
import math
from collections import defaultdict
from collections.abc import Sequence
from copy import copy
from datetime import UTC, datetime
from typing import Any

import shapely
import sqlalchemy as sa

from repeatpass.access import Actor
from repeatpass.catalog.records import Item
from repeatpass.catalog.search.clauses import Clauses
from repeatpass.catalog.search.geometry import boxes_of, geometry_of
from repeatpass.catalog.search.records import Box, Found, Search, Sort
from repeatpass.catalog.search.spatial import overlapping, related, relation, teach
from repeatpass.catalog.search.store import item_extents, item_index
from repeatpass.catalog.search.subject import ITEMS
from repeatpass.catalog.search.temporal import column_of, is_time, within
from repeatpass.catalog.seeing import hidden_from
from repeatpass.catalog.store import items
from repeatpass.core.errors import Invalid, Unavailable
from repeatpass.storage.database import Database

FEW = 2000  # items that are sorted faster than an index of times is walked to find them
COUNTED = 1000  # how far a search through an index is counted
JOINED = sa.and_(items.c.collection == item_index.c.collection, items.c.id == item_index.c.item)
COLUMNS_OF_ITEM = [items.c[name] for name in ("id", "collection", "body", "start", "end")]
# What every search asks is put together once: that takes longer than the asking.
IN_TREE = sa.select(item_extents.c.number).where(
    item_extents.c.west <= sa.bindparam("east"), item_extents.c.east >= sa.bindparam("west"),
    item_extents.c.south <= sa.bindparam("north"), item_extents.c.north >= sa.bindparam("south"),
    item_extents.c.first <= sa.bindparam("by"), item_extents.c.last >= sa.bindparam("since"),
).limit(FEW + 1)  # fmt: skip
NAMED = sa.select(*COLUMNS_OF_ITEM).where(
    items.c.collection == sa.bindparam("of"), items.c.id.in_(sa.bindparam("ids", expanding=True))
)
LONGEST = sa.select(sa.func.max(item_index.c.lasts))
NEWEST_FIRST = (Sort(name="datetime", descending=True),)


class Searching:
    """Finds items: all that are kept, or those that one *viewer* may see."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.viewer: Actor | None = None
        self.dialect = database.engine.dialect.name
        self.clauses = Clauses(self.dialect)
        teach(database)

    def as_seen_by(self, viewer: Actor) -> "Searching":
        """Return the same search over what *viewer* may see."""
        seen = copy(self)
        seen.viewer = viewer
        return seen

    def search(self, wanted: Search) -> Found:
        """Return one page of the items that *wanted* describes.

        Raise Invalid for what cannot be asked, Unavailable where PostgreSQL lacks PostGIS for a geometry.
        """
        offset = _offset(wanted.token)
        try:
            with self.database.read() as connection:
                where = self.narrowed(connection, wanted)
                keys = [(row[0], row[1]) for row in connection.execute(self._page(where, wanted, offset))]
                matched = self._matched(connection, where, len(keys), wanted, offset)
                found = _fetched(connection, keys[: wanted.limit])
        except (sa.exc.ProgrammingError, sa.exc.DataError) as error:
            raise explained(error) from None
        more = len(keys) > wanted.limit
        return Found(
            items=found,
            next=_token(offset + wanted.limit) if more else "",
            previous=_token(max(0, offset - wanted.limit)) if offset else "",
            matched=matched,
        )

    def narrowed(self, connection: sa.Connection, wanted: Search) -> list[Any]:
        """Return the conditions on `item_index`, and on `items` with a filter; the R*Tree leads where it finds few."""
        few = self._few(connection, wanted)
        where = self._where(connection, wanted, near=few is None)
        if few is not None:  # as one JSON text: thousands of bound values would be slow, and are not allowed
            chosen = sa.func.json_each(json.dumps(few)).table_valued("value")
            where.insert(0, item_index.c.number.in_(sa.select(chosen.c.value)))
        return where

    def _few(self, connection: sa.Connection, wanted: Search) -> list[int] | None:
        """Return the numbers of the items that the R*Tree finds; None where they are many, or nothing bounds them."""
        box = _outer_box(wanted)
        if box is None or self.dialect != "sqlite":
            return None
        numbers = list(connection.execute(IN_TREE, _bounds(box, wanted)).scalars())
        return numbers if len(numbers) <= FEW else None

    def _where(self, connection: sa.Connection, wanted: Search, *, near: bool) -> list[Any]:
        where: list[Any] = []
        hidden = hidden_from(self.viewer)
        if connection.execute(hidden.limit(1)).first() is not None:
            where.append(item_index.c.collection.not_in(hidden))
        if wanted.collections:
            where.append(item_index.c.collection.in_(wanted.collections))
        if wanted.ids:
            where.append(item_index.c.item.in_(wanted.ids))
        if wanted.bbox is not None:
            where.append(self._in_box(wanted.bbox, near=near))
        if wanted.intersects is not None:
            where.append(related("s_intersects", geometry_of(wanted.intersects, "intersects"), self.dialect))
        if wanted.start or wanted.end:
            longest = connection.execute(LONGEST).scalar() or 0.0
            where.append(within(wanted.start, wanted.end, longest))
        if wanted.filter is not None:
            where.append(self.clauses.where(wanted.filter))
        return where

    def _in_box(self, box: Box, *, near: bool) -> sa.ColumnElement[bool]:
        """Return the condition that an item meets *box*; with *near* the index of places is asked for it."""
        halves = []
        for half in boxes_of(box):
            if self.dialect != "sqlite":
                halves.append(_in_gist(half))
                continue
            meets = overlapping(half) if near else ITEMS.meeting(half)
            exact = sa.or_(item_index.c.boxed, relation("s_intersects", shapely.box(*half), self.dialect))
            halves.append(sa.and_(meets, exact))
        return sa.or_(*halves)

    def _page(self, where: Sequence[Any], wanted: Search, offset: int) -> sa.Select[Any]:
        """Return the query for the keys of one page and one more; documents are read for these only."""
        sorts = wanted.sort or NEWEST_FIRST
        order = [self._key(sort) for sort in sorts]
        # What ties is put in order the same way round as the first key, so that an index can be walked backwards.
        last = [item_index.c.collection, item_index.c.item]
        ties = [column.desc() for column in last] if sorts[0].descending else last
        plain = wanted.filter is None and all(_indexed(sort.name) for sort in sorts)
        source = item_index if plain else item_index.join(items, JOINED)
        query = sa.select(*last).select_from(source).where(*where).order_by(*order, *ties)
        return query.limit(wanted.limit + 1).offset(offset)

    def _key(self, sort: Sort) -> Any:
        name = sort.name.removeprefix("properties.")
        if name in ITEMS.columns:
            column: Any = item_index.c.item if name == "id" else item_index.c.collection
        elif is_time(name):
            column = column_of(name)
        else:
            column = self.clauses.properties.value(name, "any")
        # Items that do not say come last, whichever way; times have their index, and nearly all items have one.
        ordered = column.desc() if sort.descending else column.asc()
        return ordered if self.dialect == "sqlite" and is_time(name) else ordered.nulls_last()

    def _matched(
        self, connection: sa.Connection, where: Sequence[Any], rows: int, wanted: Search, offset: int
    ) -> int | None:
        if rows <= wanted.limit and (rows or not offset):
            return offset + rows
        if wanted.filter is not None or wanted.intersects is not None:
            return None  # counting would compute every item
        counted = sa.select(item_index.c.number).where(*where).limit(COUNTED + 1).subquery()
        number = int(connection.execute(sa.select(sa.func.count()).select_from(counted)).scalar_one())
        return number if number <= COUNTED else None


def explained(error: sa.exc.DBAPIError) -> Exception:
    """Return what the database's refusal of a search means for who asked; *error* itself where it is our own mistake."""
    if isinstance(error, sa.exc.DataError):
        return Invalid(f"The filter cannot be computed: {error.orig}.", field="filter")
    if "st_" in str(error.orig).lower():
        return Unavailable(
            "This database has no PostGIS, which comparing geometries needs: install it and run "
            "CREATE EXTENSION postgis, or search by bbox."
        )
    return error


def _indexed(name: str) -> bool:
    return name in ITEMS.columns or is_time(name)


def _fetched(connection: sa.Connection, keys: list[tuple[str, str]]) -> list[Item]:
    """Return the items of *keys*, in their order."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for collection, id in keys:
        wanted[collection].append(id)
    found: dict[tuple[str, str], Item] = {}
    for collection, ids in wanted.items():  # row values in a list would not use the index on SQLite
        rows = connection.execute(NAMED, {"of": collection, "ids": ids}).mappings()
        found |= {(collection, row["id"]): Item(**row) for row in rows}
    return [found[key] for key in keys]


def _outer_box(wanted: Search) -> Box | None:
    """Return the box in which everything wanted must lie, where it does not cross the antimeridian."""
    if wanted.intersects is not None:
        west, south, east, north = geometry_of(wanted.intersects, "intersects").bounds
        return (west, south, east, north)
    if wanted.bbox is not None and wanted.bbox[0] <= wanted.bbox[2]:
        return wanted.bbox
    return None


def _bounds(box: Box, wanted: Search) -> dict[str, float]:
    """What IN_TREE asks for: the box, and days since 2000."""
    start = _days(wanted.start) if wanted.start else -math.inf
    end = _days(wanted.end) if wanted.end else math.inf
    return {
        "east": box[2],
        "west": box[0],
        "north": box[3],
        "south": box[1],
        "by": end,
        "since": start,
    }


def _days(moment: datetime) -> float:
    return (moment - datetime(2000, 1, 1, tzinfo=UTC)).total_seconds() / 86400


def _in_gist(box: Box) -> sa.ColumnElement[bool]:
    index = item_index.c
    mine = sa.func.box(sa.func.point(index.west, index.south), sa.func.point(index.east, index.north))
    theirs = sa.func.box(sa.func.point(box[0], box[1]), sa.func.point(box[2], box[3]))
    return mine.op("&&", is_comparison=True)(theirs)


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(json.dumps({"offset": offset}).encode()).decode().rstrip("=")


def _offset(token: str) -> int:
    if not token:
        return 0
    try:
        padded = token + "=" * (-len(token) % 4)
        return max(0, int(json.loads(base64.urlsafe_b64decode(padded))["offset"]))
    except (ValueError, KeyError, TypeError):
        raise Invalid("The token of the page is not one of ours; begin the search again.", field="token") from None
