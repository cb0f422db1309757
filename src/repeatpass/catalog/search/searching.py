"""Carrying out a search: the right index, one page, the tokens of the pages beside it."""

import base64
import json
import math
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
from repeatpass.catalog.search.spatial import related, teach
from repeatpass.catalog.search.statements import COUNTED, FEW, IN_TREE, LONGEST, SIDES, Shape, Statements
from repeatpass.catalog.search.temporal import before
from repeatpass.core.errors import Invalid, Unavailable
from repeatpass.storage.database import Database

NEWEST_FIRST = (Sort(name="datetime", descending=True),)
Values = dict[str, Any]


class Searching:
    """Finds items: all that are kept, or those that one *viewer* may see."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.viewer: Actor | None = None
        self.dialect = database.engine.dialect.name
        self.clauses = Clauses(self.dialect)
        self.statements = Statements(self.dialect, self.clauses)
        teach(database)

    def as_seen_by(self, viewer: Actor) -> "Searching":
        """Return the same search over what *viewer* may see."""
        seen = copy(self)
        seen.viewer = viewer
        return seen

    def compares_geometries(self) -> bool:
        """Whether the database can; PostgreSQL can with PostGIS only."""
        if self.dialect == "sqlite":
            return True
        with self.database.read() as connection:
            return (
                connection.execute(sa.text("select 1 from pg_extension where extname = 'postgis'")).first() is not None
            )

    def search(self, wanted: Search, within: sa.Connection | None = None) -> Found:
        """Return one page of the items that *wanted* describes; *within*: of the moment of this reading.

        Raise Invalid for what cannot be asked, Unavailable where PostgreSQL lacks PostGIS for a geometry.
        """
        offset = _offset(wanted.token)
        try:
            with self.database.read(within) as connection:
                shape, values = self._shaped(connection, wanted)
                order, reads = tuple(wanted.sort) or NEWEST_FIRST, wanted.filter is not None
                page = self.statements.page(shape, order, self._more(wanted), read=reads)
                paging = {"most": wanted.limit + 1, "skipped": offset}
                found = [Item(**row) for row in connection.execute(page, values | paging).mappings()]
                matched = self._matched(connection, shape, values, len(found), wanted, offset)
        except (sa.exc.ProgrammingError, sa.exc.DataError) as error:
            raise explained(error) from None
        return Found(
            items=found[: wanted.limit],
            next=_token(offset + wanted.limit) if len(found) > wanted.limit else "",
            previous=_token(max(0, offset - wanted.limit)) if offset else "",
            matched=matched,
        )

    def narrowed(self, connection: sa.Connection, wanted: Search) -> tuple[list[Any], Values]:
        """Return the conditions on `item_index`, and on `items` with a filter, and the values that they name."""
        shape, values = self._shaped(connection, wanted)
        return [*self.statements.conditions(shape), *self._more(wanted)], values

    def _shaped(self, connection: sa.Connection, wanted: Search) -> tuple[Shape, Values]:
        """Return the shape of a search, and its values by their names."""
        few, halves = self._few(connection, wanted), [] if wanted.bbox is None else boxes_of(wanted.bbox)
        shape = Shape(
            viewer=self.viewer, few=few is not None, collections=bool(wanted.collections), ids=bool(wanted.ids),
            halves=len(halves), since=wanted.start is not None, until=wanted.end is not None,
        )  # fmt: skip
        values: Values = {} if few is None else {"few": json.dumps(few)}
        values |= {"collections": list(wanted.collections)} if shape.collections else {}
        values |= {"ids": list(wanted.ids)} if shape.ids else {}
        for number, half in enumerate(halves):
            values |= {f"{side}{number}": value for side, value in zip(SIDES, half, strict=True)}
            values |= {f"box{number}": shapely.to_wkb(shapely.box(*half))} if self.dialect == "sqlite" else {}
        values |= {"until": wanted.end} if wanted.end else {}
        if wanted.start:
            values |= {"since": wanted.start}
            values |= {} if shape.few else {"earliest": before(wanted.start, _longest(connection))}
        return shape, values

    def _more(self, wanted: Search) -> list[Any]:
        """Return the conditions that are different each time."""
        more = []
        if wanted.intersects is not None:
            more.append(related("s_intersects", geometry_of(wanted.intersects, "intersects"), self.dialect))
        if wanted.filter is not None:
            more.append(self.clauses.where(wanted.filter))
        return more

    def _few(self, connection: sa.Connection, wanted: Search) -> list[int] | None:
        """Return the numbers of the items that the R*Tree finds; None where they are many, or nothing bounds them."""
        box = _outer_box(wanted)
        if box is None or self.dialect != "sqlite":
            return None
        numbers = list(connection.execute(IN_TREE, _bounds(box, wanted)).scalars())
        return numbers if len(numbers) <= FEW else None

    def _matched(
        self, connection: sa.Connection, shape: Shape, values: Values, rows: int, wanted: Search, offset: int
    ) -> int | None:
        if rows <= wanted.limit and (rows or not offset):
            return offset + rows
        if wanted.filter is not None or wanted.intersects is not None:
            return None  # counting would compute every item
        number = int(connection.execute(self.statements.count(shape), values).scalar_one())
        return number if number <= COUNTED else None


def _longest(connection: sa.Connection) -> float:
    """Return how many seconds the longest item lasts."""
    return connection.execute(LONGEST).scalar() or 0.0


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
