"""Counting items instead of listing them: the same conditions as a search, answered by the database alone."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from repeatpass.catalog.search.aggregations import INTERVALS, MOST, OFFERS, Aggregation, Asked, Bucket, Offer
from repeatpass.catalog.search.clauses import floor_of
from repeatpass.catalog.search.geohash import cells_of, geohash_of
from repeatpass.catalog.search.records import Search
from repeatpass.catalog.search.searching import Searching, explained
from repeatpass.catalog.search.statements import JOINED
from repeatpass.catalog.search.store import item_index
from repeatpass.catalog.store import items

INDEX = item_index.c
SINGLE = {"datetime_min": sa.func.min(INDEX.start), "datetime_max": sa.func.max(INDEX.end)}
DAY = timedelta(days=1)
# How long a time may be for an interval to suit: some hundred buckets at most.
SUITS = {"hour": 4 * DAY, "day": 100 * DAY, "month": 12 * 366 * DAY}
CLOUDY = 10  # steps of cloud cover
ON_SQLITE = {"week": "%Y-%m-%d", "hour": "%Y-%m-%dT%H"}
# Of the texts in which SQLite keeps moments: how many letters begin alike in one interval, and what makes them a date.
CUT = {"year": (4, "-01-01"), "month": (7, "-01"), "day": (10, "")}
ON_POSTGRESQL = {name: 'YYYY-MM-DD"T"HH24' if name == "hour" else "YYYY-MM-DD" for name in INTERVALS}
Rows = list[tuple[Any, int]]  # a value and how many items have it


class Aggregating:
    """Counts the items that a search would find, as its viewer may see them."""

    def __init__(self, searching: Searching) -> None:
        self.searching = searching
        self.sqlite = searching.dialect == "sqlite"

    def aggregate(self, wanted: Search, asked: Asked) -> list[Aggregation]:
        """Return what is *asked* about the items that *wanted* describes, in the order asked.

        Raise Invalid for what cannot be asked, Unavailable where PostgreSQL lacks PostGIS for a geometry.
        """
        try:
            with self.searching.database.read() as connection:
                counting = _Counting(self, connection, wanted, asked)
                return [counting.answer(OFFERS[name]) for name in dict.fromkeys(asked.names)]
        except (sa.exc.ProgrammingError, sa.exc.DataError) as error:
            raise explained(error) from None

    def offers(self, collection: str) -> list[Offer]:
        """Return what can be asked about one collection: its items must have the property that is counted."""
        with self.searching.database.read() as connection:
            return [each for each in OFFERS.values() if not each.of or self._some_have(connection, collection, each.of)]

    def _some_have(self, connection: sa.Connection, collection: str, name: str) -> bool:
        """Whether an item has a property; the first one that has it ends the search."""
        has = self.searching.clauses.properties.exists(name)
        query = sa.select(sa.literal(1)).select_from(items).where(items.c.collection == collection, has).limit(1)
        return connection.execute(query).first() is not None


class _Counting:
    """One question; what several of its parts need is asked for once."""

    def __init__(self, room: Aggregating, connection: sa.Connection, wanted: Search, asked: Asked) -> None:
        self.connection, self.asked, self.sqlite = connection, asked, room.sqlite
        self.properties = room.searching.clauses.properties
        self.where, self.values = room.searching.narrowed(connection, wanted)
        self.joined = wanted.filter is not None

    @cached_property
    def total(self) -> int:
        """How many items there are."""
        return int(self._one(sa.func.count()))

    def answer(self, offer: Offer) -> Aggregation:
        """Return one aggregation."""
        if offer.name == "total_count":
            return Aggregation(name=offer.name, data_type=offer.data_type, value=self.total)
        if offer.name in SINGLE:
            return Aggregation(name=offer.name, data_type=offer.data_type, value=self._one(SINGLE[offer.name]))
        made = MAKERS[offer.name](self, offer)
        kept = tuple(made.buckets or ())[:MOST]
        return replace(made, buckets=kept, overflow=self.total - sum(each.frequency for each in kept))

    def _rows(self, query: sa.Select[*tuple[Any, ...]], *, body: bool = False) -> list[Any]:
        source = item_index.join(items, JOINED) if self.joined or body else item_index
        return list(self.connection.execute(query.select_from(source).where(*self.where), self.values).all())

    def _one(self, value: Any) -> Any:
        return self._rows(sa.select(value))[0][0]

    def _counted(self, value: Any, *more: Any, body: bool = False) -> Rows:
        """Return each *value* and how many items have it; items without it are left out, and so are those but *more*."""
        query = sa.select(value.label("value"), sa.func.count()).where(*more).group_by(sa.text("1"))
        return [(row[0], int(row[1])) for row in self._rows(query, body=body) if row[0] is not None]

    def terms(self, offer: Offer) -> Aggregation:
        """How often each text occurs, the most frequent first."""
        value = self.properties.value(offer.of, "text") if offer.of else INDEX.collection
        rows = sorted(self._counted(value, body=bool(offer.of)), key=lambda row: (-row[1], row[0]))
        buckets = tuple(Bucket(key=str(key), frequency=number) for key, number in rows)
        return Aggregation(name=offer.name, data_type=offer.data_type, buckets=buckets)

    def times(self, offer: Offer) -> Aggregation:
        """How many begin in each interval in which some do, in their order."""
        interval = self.asked.interval or suiting(
            self._one(sa.func.min(INDEX.time)), self._one(sa.func.max(INDEX.time))
        )
        rows = sorted(self._counted(self._beginning(interval)))
        ending = ":00:00Z" if interval == "hour" else "T00:00:00Z"
        buckets = tuple(Bucket(key=f"{key}{ending}", frequency=number) for key, number in rows)
        return Aggregation(name=offer.name, data_type=f"interval_{interval}", buckets=buckets)

    def _beginning(self, interval: str) -> sa.ColumnElement[Any]:
        """The first moment of the interval in which an item begins, as a text; weeks begin on Monday."""
        if not self.sqlite:
            return sa.func.to_char(sa.func.date_trunc(interval, INDEX.time), ON_POSTGRESQL[interval])
        if interval in CUT:
            letters, end = CUT[interval]
            return sa.func.substr(INDEX.time, 1, letters, type_=sa.String) + end
        monday = ("weekday 0", "-6 days") if interval == "week" else ()
        return sa.func.strftime(ON_SQLITE[interval], INDEX.time, *monday)

    def cells(self, offer: Offer) -> Aggregation:
        """How many have the middle of their extent in each cell of the geohash grid, the fullest first."""
        columns, rows = cells_of(self.asked.letters)
        column = sa.func.floor(((INDEX.west + INDEX.east) / 2 + 180) / 360 * columns)
        row = sa.func.floor(((INDEX.south + INDEX.north) / 2 + 90) / 180 * rows)
        query = sa.select(column, row, sa.func.count()).where(INDEX.west.is_not(None)).group_by(sa.text("1, 2"))
        found: Counter[str] = Counter()
        for x, y, number in self._rows(query):  # what lies on the very edge belongs to the last cell
            found[geohash_of(min(int(x), columns - 1), min(int(y), rows - 1), self.asked.letters)] += number
        ordered = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
        buckets = tuple(Bucket(key=key, frequency=number) for key, number in ordered)
        return Aggregation(name=offer.name, data_type=offer.data_type, buckets=buckets)

    def steps(self, offer: Offer) -> Aggregation:
        """How many are in each step of a property in per cent; 100 belongs to the last step."""
        value = self.properties.value(offer.of, "number")
        within = (value >= 0, value <= 100)
        found: Counter[int] = Counter()
        for step, number in self._counted(floor_of(value / CLOUDY), *within, body=True):
            found[min(int(step), 100 // CLOUDY - 1)] += number
        buckets = tuple(_step(number * CLOUDY, found[number]) for number in range(100 // CLOUDY))
        return Aggregation(name=offer.name, data_type=offer.data_type, buckets=buckets)


def _step(least: int, number: int) -> Bucket:
    below = least + CLOUDY
    return Bucket(key=f"{least}-{below}", frequency=number, least=least, below=below)


def suiting(first: datetime | None, last: datetime | None) -> str:
    """Return the interval into which the time from *first* to *last* is cut well."""
    length = last - first if first and last else DAY
    return next((name for name, most in SUITS.items() if length <= most), "year")


Maker = Callable[[_Counting, Offer], Aggregation]
MAKERS: Mapping[str, Maker] = {
    "collection_frequency": _Counting.terms,
    "platform_frequency": _Counting.terms,
    "datetime_frequency": _Counting.times,
    "centroid_geohash_grid_frequency": _Counting.cells,
    "cloud_cover_frequency": _Counting.steps,
}
