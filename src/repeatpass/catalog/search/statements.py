"""The SQL of searches, put together once for each shape of a search: that takes longer than the asking.

A shape says what is narrowed, not by which values; these are bound when it is carried out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from repeatpass.access import Actor
from repeatpass.catalog.search.clauses import Clauses
from repeatpass.catalog.search.records import Sort
from repeatpass.catalog.search.spatial import relation_to
from repeatpass.catalog.search.store import item_extents, item_index
from repeatpass.catalog.search.subject import ITEMS
from repeatpass.catalog.search.temporal import column_of, is_time, within
from repeatpass.catalog.seeing import hidden_from
from repeatpass.catalog.store import items

FEW = 2000  # items that are sorted faster than an index of times is walked to find them
COUNTED = 1000  # how far a search through an index is counted
SHAPES = 256  # kept
JOINED = sa.and_(items.c.collection == item_index.c.collection, items.c.id == item_index.c.item)
COLUMNS_OF_ITEM = [items.c[name] for name in ("id", "collection", "body", "start", "end")]
IN_TREE = sa.select(item_extents.c.number).where(
    item_extents.c.west <= sa.bindparam("east"), item_extents.c.east >= sa.bindparam("west"),
    item_extents.c.south <= sa.bindparam("north"), item_extents.c.north >= sa.bindparam("south"),
    item_extents.c.first <= sa.bindparam("by"), item_extents.c.last >= sa.bindparam("since"),
).limit(FEW + 1)  # fmt: skip
LONGEST = sa.select(sa.func.max(item_index.c.lasts))
SIDES = ("west", "south", "east", "north")


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """What a search is narrowed by, as *viewer* may see items."""

    viewer: Actor | None = None
    few: bool = False  # the numbers that the R*Tree found
    collections: bool = False
    ids: bool = False
    halves: int = 0  # of a box: two where it crosses the antimeridian
    since: bool = False
    until: bool = False


Order = tuple[Sort, ...]


class Statements:
    """Puts searches together in the words of one *dialect*."""

    def __init__(self, dialect: str, clauses: Clauses) -> None:
        self.dialect = dialect
        self.clauses = clauses
        self._known_page: Callable[[Shape, Order], sa.Select[Any]] = lru_cache(SHAPES)(self._page)
        self._known_count: Callable[[Shape], sa.Select[Any]] = lru_cache(SHAPES)(self._count)

    def page(self, shape: Shape, order: Order, more: Sequence[Any] = (), *, read: bool = False) -> sa.Select[Any]:
        """Return the query for the items of one page, in their order; *more* conditions *read* the documents, or do not.

        Its rows are sorted by their keys first: documents are read for those of the page only.
        """
        return self._page(shape, order, more, read=read) if more else self._known_page(shape, order)

    def count(self, shape: Shape) -> sa.Select[Any]:
        """Return the query for the number of items, counted as far as COUNTED and one more."""
        return self._known_count(shape)

    def conditions(self, shape: Shape) -> list[sa.ColumnElement[bool]]:
        """Return the conditions of a shape, with names where values belong."""
        index = item_index.c
        found: list[sa.ColumnElement[bool]] = []
        if shape.few:  # as one JSON text: thousands of bound values would be slow, and are not allowed
            chosen = sa.func.json_each(sa.bindparam("few", type_=sa.Text)).table_valued("value")
            found.append(index.number.in_(sa.select(chosen.c.value)))
        found.append(index.collection.not_in(hidden_from(shape.viewer)))
        if shape.collections:
            found.append(index.collection.in_(sa.bindparam("collections", expanding=True)))
        if shape.ids:
            found.append(index.item.in_(sa.bindparam("ids", expanding=True)))
        if shape.halves:
            found.append(sa.or_(*(self._in_half(number) for number in range(shape.halves))))
        return [*found, *within(*(_moment(name, of=shape) for name in ("since", "until", "earliest")))]

    def _in_half(self, number: int) -> sa.ColumnElement[bool]:
        """Return the condition that an item meets one half of the box."""
        west, south, east, north = (sa.bindparam(f"{side}{number}", type_=sa.Float) for side in SIDES)
        if self.dialect != "sqlite":
            index = item_index.c
            mine = sa.func.box(sa.func.point(index.west, index.south), sa.func.point(index.east, index.north))
            return mine.op("&&", is_comparison=True)(
                sa.func.box(sa.func.point(west, south), sa.func.point(east, north))
            )
        box = sa.bindparam(f"box{number}", type_=sa.LargeBinary)
        exact = sa.or_(item_index.c.boxed, relation_to("s_intersects", box, self.dialect))
        return sa.and_(ITEMS.meeting((west, south, east, north)), exact)

    def _page(self, shape: Shape, order: Order, more: Sequence[Any] = (), *, read: bool = False) -> sa.Select[Any]:
        plain = not read and all(_indexed(sort.name) for sort in order)
        source = item_index if plain else item_index.join(items, JOINED)
        last = [item_index.c.collection.label("of"), item_index.c.item.label("named")]
        keys = [self._key(sort.name).label(f"key{number}") for number, sort in enumerate(order)]
        query = sa.select(*last, *keys).select_from(source).where(*self.conditions(shape), *more)
        query = query.order_by(*self._ordered(keys, last, order))
        found = query.limit(sa.bindparam("most", type_=sa.Integer)).offset(sa.bindparam("skipped", type_=sa.Integer))
        kept = found.subquery("found")
        sorted_by = self._ordered([kept.c[key.name] for key in keys], [kept.c.of, kept.c.named], order)
        whole = kept.join(items, sa.and_(items.c.collection == kept.c.of, items.c.id == kept.c.named))
        return sa.select(*COLUMNS_OF_ITEM).select_from(whole).order_by(*sorted_by)

    def _ordered(self, keys: Sequence[Any], last: Sequence[Any], order: Order) -> list[Any]:
        """Return *keys* as *order* wants them; items that do not say come last, whichever way.

        What ties is put in order the same way round as the first key, so that an index can be walked backwards.
        """
        turned = [key.desc() if sort.descending else key.asc() for key, sort in zip(keys, order, strict=True)]
        # On SQLite times have their index, in which nulls stand first, and nearly all items have one.
        as_they_stand = [self.dialect == "sqlite" and is_time(sort.name.removeprefix("properties.")) for sort in order]
        sayers = [key if plain else key.nulls_last() for key, plain in zip(turned, as_they_stand, strict=True)]
        return sayers + ([column.desc() for column in last] if order[0].descending else list(last))

    def _key(self, name: str) -> Any:
        bare = name.removeprefix("properties.")
        if bare in ITEMS.columns:
            return item_index.c.item if bare == "id" else item_index.c.collection
        return column_of(bare) if is_time(bare) else self.clauses.properties.value(bare, "any")

    def _count(self, shape: Shape) -> sa.Select[Any]:
        counted = sa.select(item_index.c.number).where(*self.conditions(shape)).limit(COUNTED + 1).subquery()
        return sa.select(sa.func.count()).select_from(counted)


def _moment(name: str, of: Shape) -> sa.BindParameter[Any] | None:
    """Return the name of a moment where *of* is narrowed by it; the R*Tree bounds beginnings without the index."""
    asked = {"since": of.since, "until": of.until, "earliest": of.since and not of.few}[name]
    return sa.bindparam(name, type_=item_index.c.time.type) if asked else None


def _indexed(name: str) -> bool:
    return name in ITEMS.columns or is_time(name)
