"""Finding features: by place, time and CQL2, in any order, page by page."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa
from shapely import box

from repeatpass.catalog.search.clauses import Clauses, Relating
from repeatpass.catalog.search.records import Sort
from repeatpass.catalog.search.spatial import is_box, related, teach
from repeatpass.catalog.search.subject import Subject
from repeatpass.core.errors import Invalid, NotFound
from repeatpass.features.crs import transformed
from repeatpass.features.records import CRS84, Feature, FeatureSet, Found, Wanted
from repeatpass.features.store import features
from repeatpass.features.subjects import Related, subject_of
from repeatpass.storage.database import Database

AT_ONCE = 1_000  # features by number in one statement
FEW = 500  # features that are in memory at a time where all are read
SORTS = 20  # properties that features are sorted by
TOO_MUCH = ("too large", "too many", "stack", "at most")  # of SQLite, and of PostgreSQL
READ = (features.c.id, features.c.properties, features.c.revision, features.c.updated)
PLACE = sa.func.coalesce(features.c.native, features.c.geometry, type_=sa.LargeBinary).label("place")


class Searching:
    """Reads features. Who may see the collection is asked before."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.dialect = database.engine.dialect.name
        self._postgis: bool | None = None
        teach(database)

    def search(self, known: FeatureSet, wanted: Wanted, crs: str) -> Found:
        """Return one page of the features that *wanted* describes, with geometries in *crs*; raise Invalid."""
        subject = subject_of(known, self.dialect)
        with _explained(), self.database.read() as connection:
            where = self._where(connection, known, wanted, subject)
            query = self._page(known, wanted, where, subject)
            rows = connection.execute(query).mappings().all()
            matched = self._matched(connection, known, wanted, where, len(rows)) if wanted.counted else None
        page = rows[: wanted.limit]
        return Found(features=_features(page, known, wanted, crs), matched=matched, more=len(rows) > wanted.limit)

    def batches(self, known: FeatureSet, wanted: Wanted, crs: str) -> Iterator[list[Feature]]:
        """Give the features that *wanted* describes, and one more if there is, in lists of a few hundred; raise Invalid.

        They are of one moment, and the database is read as they are taken: take them without waiting for anybody.
        """
        subject = subject_of(known, self.dialect)
        with _explained(), self.database.read() as connection:
            query = self._page(known, wanted, self._where(connection, known, wanted, subject), subject)
            with connection.execution_options(yield_per=FEW).execute(query) as result:
                for rows in result.mappings().partitions():
                    yield _features(rows, known, wanted, crs)

    def feature(self, known: FeatureSet, id: str, crs: str) -> Feature:
        """Return one feature; raise NotFound."""
        if "\x00" in id:  # PostgreSQL cannot even ask for it
            raise NotFound("An id holds no NUL.", feature=id[:80])
        query = sa.select(*READ, PLACE).where(features.c.collection == known.collection, features.c.id == id)
        with self.database.read() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            raise NotFound(f"There is no feature “{id[:80]}” in “{known.collection}”.", feature=id[:80])
        return _features([row], known, Wanted(), crs)[0]

    def extents(self, known: FeatureSet, wanted: Wanted) -> tuple[Any, Any]:
        """Return the numbers and extents (west, south, east, north in degrees, n × 4) of all features that have a place."""
        subject, edges = subject_of(known, self.dialect), features.c
        with _explained(), self.database.read() as connection:
            where = [*self._where(connection, known, wanted, subject), edges.west.is_not(None)]
            query = sa.select(edges.number, edges.west, edges.south, edges.east, edges.north)
            rows = connection.execute(query.where(*where).order_by(edges.number)).all()
        found = np.array([tuple(row) for row in rows], dtype=np.float64).reshape(-1, 5)
        return found[:, 0].astype(np.int64), found[:, 1:]

    def these(self, known: FeatureSet, wanted: Wanted, numbers: Sequence[int]) -> list[Feature]:
        """Return the features of these numbers, in degrees."""
        found: list[Feature] = []
        with self.database.read() as connection:
            for first in range(0, len(numbers), AT_ONCE):
                mine = features.c.number.in_(numbers[first : first + AT_ONCE])
                query = sa.select(*READ, PLACE).where(features.c.collection == known.collection, mine)
                rows = connection.execute(query.order_by(features.c.number)).mappings().all()
                found += _features(rows, known, wanted, CRS84)
        return found

    def column(self, known: FeatureSet, wanted: Wanted, read: Callable[[Clauses], Any]) -> list[Any]:
        """Return one value, as *read* makes it of their columns, of each of the features that *wanted* describes."""
        subject = subject_of(known, self.dialect)
        with _explained(), self.database.read() as connection:
            where = self._where(connection, known, wanted, subject)
            value = read(self.clauses(connection, known, subject))
            return list(connection.execute(sa.select(value).where(*where)).scalars())

    def clauses(self, connection: sa.Connection, known: FeatureSet, subject: Subject) -> Clauses:
        """Return what turns filters into conditions on the features of a set."""
        relating: Relating = related if self._relates(connection) else Related(connection, known)
        return Clauses(self.dialect, subject, relating)

    def _relates(self, connection: sa.Connection) -> bool:
        """Whether the database itself can compare geometries: SQLite was taught to, PostgreSQL by PostGIS."""
        if self.dialect == "sqlite":
            return True
        if not self._postgis:  # it may be installed later
            query = sa.text("select 1 from pg_extension where extname = 'postgis'")
            self._postgis = connection.execute(query).first() is not None
        return self._postgis

    def _where(self, connection: sa.Connection, known: FeatureSet, wanted: Wanted, subject: Subject) -> list[Any]:
        clauses = self.clauses(connection, known, subject)
        # Written out, so that both databases see that the indexes of this collection hold what is asked.
        where: list[Any] = [features.c.collection == sa.literal(known.collection, sa.String, literal_execute=True)]
        if wanted.area:
            meets = [clauses.relating("s_intersects", area, self.dialect, subject) for area in wanted.area]
            whole = known.extent and any(is_box(each) and each.covers(box(*known.extent)) for each in wanted.area)
            where.append(features.c.west.is_not(None) if whole else sa.or_(*meets))
        if (wanted.start or wanted.end) and known.time:
            where.append(_within(wanted))
        if wanted.filter is not None:
            where.append(clauses.where(wanted.filter))
        return where

    def _page(self, known: FeatureSet, wanted: Wanted, where: Sequence[Any], subject: Subject) -> sa.Select[Any]:
        if len(wanted.sort) > SORTS:
            raise Invalid(f"“sortby” names {len(wanted.sort)} properties; {SORTS} are the most.", field="sortby")
        place = [PLACE] if wanted.geometry else []
        order = [self._key(known, sort, subject) for sort in wanted.sort]
        query = sa.select(*READ, *place).where(*where).order_by(*order, features.c.number)
        return query.limit(wanted.limit + 1).offset(wanted.offset)

    def _key(self, known: FeatureSet, sort: Sort, subject: Subject) -> Any:
        if sort.name in subject.columns:
            column = subject.columns[sort.name]
        elif subject.is_time(sort.name):
            column = subject.moment(sort.name)
        elif known.field(sort.name) is not None:
            clauses = Clauses(self.dialect, subject)
            column = clauses.properties.value(sort.name, subject.kind(sort.name) or "any")
        else:
            there = ", ".join(["id", *(each.name for each in known.fields)])
            raise Invalid(f"“sortby” names “{sort.name[:80]}”; features can be sorted by {there}.", field="sortby")
        return (column.desc() if sort.descending else column.asc()).nulls_last()

    def _matched(
        self, connection: sa.Connection, known: FeatureSet, wanted: Wanted, where: Sequence[Any], rows: int
    ) -> int:
        if rows <= wanted.limit and (rows or not wanted.offset):
            return wanted.offset + rows
        return self._number(connection, known, where)

    def matching(self, known: FeatureSet, wanted: Wanted) -> int:
        """Return how many features *wanted* describes, whatever its limit; raise Invalid."""
        with _explained(), self.database.read() as connection:
            where = self._where(connection, known, wanted, subject_of(known, self.dialect))
            return self._number(connection, known, where)

    def _number(self, connection: sa.Connection, known: FeatureSet, where: Sequence[Any]) -> int:
        if len(where) == 1:
            return known.number
        if self.dialect == "sqlite":  # in the order of the table rather than of some index that does not help
            where = [*where, sa.func.likelihood(features.c.number > 0, sa.literal_column("0.9"))]
        return int(connection.execute(sa.select(sa.func.count()).select_from(features).where(*where)).scalar_one())


@contextmanager
def _explained() -> Iterator[None]:
    """Say of what a database cannot compute that it is the filter, as a root of a negative number is."""
    try:
        yield
    except (sa.exc.DataError, sa.exc.InternalError) as error:
        raise Invalid(f"The filter cannot be computed: {error.orig}.", field="filter") from None
    except sa.exc.OperationalError as error:
        if not any(words in str(error.orig) for words in TOO_MUCH):
            raise
        raise Invalid(
            f"The filter is too long: {error.orig}. Of many values of one property, IN takes more.", field="filter"
        ) from None


def _within(wanted: Wanted) -> sa.ColumnElement[bool]:
    """Features that say no time are always among what is found (17-069r4, requirement 26)."""
    start, end = features.c.start, features.c.end
    begins = [sa.or_(start.is_(None), start <= wanted.end)] if wanted.end else []
    ends = [sa.or_(end.is_(None), end >= wanted.start)] if wanted.start else []
    return sa.and_(*begins, *ends)


def _features(rows: Sequence[Any], known: FeatureSet, wanted: Wanted, crs: str) -> list[Feature]:
    places: list[Any] = [None] * len(rows)
    if wanted.geometry and rows:
        read = [None if row["place"] is None else shapely.from_wkb(row["place"]) for row in rows]
        places = transformed(read, known.crs, crs)
    return [
        Feature(id=row["id"], properties=_chosen(row["properties"], wanted.fields), geometry=place,
                revision=row["revision"], updated=row["updated"])
        for row, place in zip(rows, places, strict=True)
    ]  # fmt: skip


def _chosen(properties: dict[str, Any], fields: tuple[str, ...] | None) -> dict[str, Any]:
    return properties if fields is None else {name: properties[name] for name in fields if name in properties}
