"""What a filter speaks of: where the things of a table have their ids, places, times and properties."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from repeatpass.catalog.search.store import item_index
from repeatpass.catalog.store import items
from repeatpass.core.errors import Invalid

Kind = Literal["number", "text", "boolean", "time", "any"]  # time: one that has a column, or a moment in the document


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """Things that can be filtered: STAC items, or the features of one collection.

    *columns* are the names that are columns. *document* is JSON, in which the properties stand at *path*. *geometry*
    is WKB in two dimensions, in degrees (CRS84), and *extent* its west, south, east and north. *moments* are the
    names that are times; the thing lasts from *start* to *end*, which is what *lasting* names. *known* are the kinds
    of all properties; None where any name may be one. *days* are those of *lasting* that last a day, being dates. On
    SQLite *tree* is an R*Tree of extents by *number*.
    """

    noun: str
    columns: Mapping[str, Any]
    document: Any
    geometry: Any
    extent: tuple[Any, Any, Any, Any]
    moments: Mapping[str, Any]
    start: Any
    end: Any
    path: tuple[str, ...] = ()
    lasting: tuple[str, ...] = ("datetime",)
    places: tuple[str, ...] = ("geometry",)
    known: Mapping[str, Kind] | None = None
    days: tuple[str, ...] = ()
    number: Any = None
    tree: sa.TableClause | None = None

    def plain(self, name: str) -> str:
        """Return the name of a property as it stands in the document; raise Invalid for one that there is not."""
        if '"' in name or "\\" in name or "\0" in name or not name:
            raise Invalid(f"“{name}” cannot be the name of a property.", field="filter")
        bare = name.removeprefix("properties.")
        if self.known is not None and bare not in self.known:
            there = ", ".join(sorted([*self.known, *self.columns, *self.moments, *self.places])[:40])
            raise Invalid(f"“{bare[:80]}” is no property of these {self.noun}; there are {there}.", field="filter")
        return bare

    def kind(self, name: str) -> Kind | None:
        """Return the kind of a property where it is known."""
        if self.is_time(name):
            return "time"
        return None if self.known is None else self.known.get(name.removeprefix("properties."))

    def is_time(self, name: str) -> bool:
        """Whether a name is one of the times that can be compared as such."""
        return name.removeprefix("properties.") in self.moments

    def moment(self, name: str) -> Any:
        """Return the SQL of one of the times; raise Invalid for another name."""
        bare = name.removeprefix("properties.")
        if bare not in self.moments:
            there = ", ".join(self.moments) or "none"
            raise Invalid(f"“{bare[:80]}” is not a time of {self.noun}; there are {there}.", field="filter")
        return self.moments[bare]

    def overlapping(self, box: tuple[float, ...], dialect: str) -> sa.ColumnElement[bool]:
        """Return the condition that the extent meets *box* (west, south, east, north in degrees)."""
        if self.number is None:
            return self.meeting(box)
        west, south, east, north = self.extent
        if dialect != "sqlite":
            mine = sa.func.box(sa.func.point(west, south), sa.func.point(east, north))
            theirs = sa.func.box(sa.func.point(box[0], box[1]), sa.func.point(box[2], box[3]))
            found: sa.ColumnElement[bool] = mine.op("&&", is_comparison=True)(theirs)
            return found
        return sa.and_(self.number.in_(self._near(box)), self.meeting(box))

    def inside(self, box: tuple[float, ...]) -> sa.ColumnElement[bool]:
        """Return the condition that the extent lies within *box*, which then meets the geometry, whatever that is."""
        west, south, east, north = self.extent
        return sa.and_(west >= box[0], east <= box[2], south >= box[1], north <= box[3])

    def meeting(self, box: tuple[Any, ...]) -> sa.ColumnElement[bool]:
        """As `overlapping`, without asking an index first."""
        west, south, east, north = self.extent
        return sa.and_(west <= box[2], east >= box[0], south <= box[3], north >= box[1])

    def _near(self, box: tuple[float, ...]) -> sa.Select[Any]:
        """The R*Tree rounds outwards to 32 bits, so what it finds is compared again."""
        assert self.tree is not None
        tree = self.tree.c
        where = (tree.west <= box[2], tree.east >= box[0], tree.south <= box[3], tree.north >= box[1])
        return sa.select(tree.number).where(*where)


ITEMS = Subject(
    noun="items",
    columns={"id": items.c.id, "collection": items.c.collection},
    document=items.c.body,
    path=("properties",),
    geometry=item_index.c.geometry,
    extent=(item_index.c.west, item_index.c.south, item_index.c.east, item_index.c.north),
    moments={"datetime": item_index.c.time, "start_datetime": item_index.c.start, "end_datetime": item_index.c.end},
    start=item_index.c.start,
    end=item_index.c.end,
)
