"""Add, replace, change and delete features, each change only on what the editor has seen (optimistic locking)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import shapely
import sqlalchemy as sa

from repeatpass.access import Actor, Right
from repeatpass.catalog.editing import Outdated, merged
from repeatpass.catalog.records import Visibility
from repeatpass.catalog.room import Catalog
from repeatpass.core.errors import Conflict, Invalid, NotFound
from repeatpass.core.times import now
from repeatpass.features import indexes
from repeatpass.features.checking import checked, inferred, values
from repeatpass.features.importing import Table
from repeatpass.features.indexes import drop_indexes
from repeatpass.features.measuring import Measuring
from repeatpass.features.records import CRS84, BadFeature, Feature, FeatureSet, Field, Found, FromFile, Wanted
from repeatpass.features.rows import Checked, rows_of
from repeatpass.features.searching import Searching
from repeatpass.features.sets import (
    add_rows,
    edges_of,
    forget_rows,
    grown,
    narrowed,
    read_set,
    replace_row,
    set_of,
    widened,
    write_set,
)
from repeatpass.features.store import feature_sets, features
from repeatpass.storage import events

MOST = 50_000  # features of one request
AT_ONCE = 500  # rows of one statement


class Features:
    """The features of the collections. Who may see a collection is the catalog's to say, and asked before."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.database = catalog.database
        self.searching = Searching(self.database)
        self.measuring = Measuring(self.searching)

    # reading -----------------------------------------------------------------------------------------------

    def known(self, collection: str) -> FeatureSet:
        """Return what is known of a collection's features; raise NoFeatures if it holds none."""
        with self.database.read() as connection:
            return read_set(connection, collection)

    def sets(self) -> dict[str, FeatureSet]:
        """Return what is known of the features of every collection that holds some."""
        with self.database.read() as connection:
            rows = connection.execute(sa.select(feature_sets)).mappings().all()
        return {row["collection"]: set_of(row) for row in rows}

    def search(self, known: FeatureSet, wanted: Wanted, crs: str = CRS84) -> Found:
        """Return one page of features, their geometries in *crs*, x before y; raise Invalid for what cannot be asked."""
        return self.searching.search(known, wanted, crs)

    def feature(self, known: FeatureSet, id: str, crs: str = CRS84) -> Feature:
        """Return one feature; raise NotFound."""
        return self.searching.feature(known, id, crs)

    def complete_indexes(self) -> None:
        """Make the indexes that large collections lack, where a house was stopped before, and remove forgotten ones.

        Where none is missing and none forgotten, which is so at nearly every start, the database is only read.
        """
        with self.database.read() as connection:
            sets = [set_of(row) for row in connection.execute(sa.select(feature_sets)).mappings()]
            forgotten = indexes.forgotten(connection, [known.collection for known in sets])
            lacking = [known for known in sets if known.number >= indexes.MANY and indexes.lacks(connection, known)]
        if forgotten:
            self._drop_forgotten()
        for known in lacking:
            self._settle(None, known)

    def _drop_forgotten(self) -> None:
        with self.database.write() as connection:  # looked at anew: a collection may have been made meanwhile
            collections = list(connection.execute(sa.select(feature_sets.c.collection)).scalars())
            indexes.drop(connection, indexes.forgotten(connection, collections))

    def _settle(self, before: FeatureSet | None, known: FeatureSet) -> None:
        """Make the indexes of a set that has grown, and let the database count its rows.

        In transactions of their own, after the features are kept: so the indexes are built once and not row by row, and
        on PostgreSQL, where building one waits for everybody who writes features, nobody waits for us meanwhile.
        """
        if not indexes.worth(before, known):
            return
        with self.database.write() as connection:
            known = next(iter(_sets(connection, known.collection)), replace(known, number=0))
            made = indexes.keep_indexes(connection, known)
        if not made and before is None:
            return
        with self.database.write() as connection:
            connection.exec_driver_sql("ANALYZE features")
        if self.database.is_sqlite:
            self.database.engine.dispose()  # connections that are open already know nothing of what was counted

    # changing ----------------------------------------------------------------------------------------------

    def begin(
        self, actor: Actor, collection: str, fields: Sequence[Field] = (), *, geometry: str = "",
        time: Sequence[str] = (), crs: str = CRS84,
    ) -> FeatureSet:  # fmt: skip
        """Let a collection hold features; raise Conflict if it does already.

        Without *fields* it has those that the first features have.
        """
        made = FeatureSet(
            collection=collection, fields=tuple(fields), geometry=geometry, time=tuple(time), crs=crs, updated=now()
        )
        with self.database.write() as connection:
            self._may_edit(actor, collection)
            mine = sa.select(feature_sets.c.collection).where(feature_sets.c.collection == collection)
            if connection.execute(mine).first() is not None:
                raise Conflict(f"The collection “{collection}” holds features already.", collection=collection)
            write_set(connection, made)
            events.record(connection, "features.begun", collection, by=actor.id)
        return made

    def add(self, actor: Actor, collection: str, bodies: Sequence[Any], crs: str = CRS84) -> list[str]:
        """Add GeoJSON features whose coordinates are in *crs*, x before y: all or none. Return their ids.

        Raise BadFeature for one that is not as it should be, Conflict for an id that is there.
        """
        if len(bodies) > MOST:
            raise Invalid(f"{len(bodies)} features at once are too many; send {MOST} at most.")
        with self.database.write() as connection:
            known = self._editable(connection, actor, collection)
            if not known.fields and not known.number:
                known = replace(known, fields=inferred(bodies))
            many = len(bodies) > 1
            named = (f"Feature {at}" if many else "The feature" for at in range(1, len(bodies) + 1))
            given = [checked(known, body, where) for body, where in zip(bodies, named, strict=True)]
            after = self._add(connection, actor, known, given, crs)
        self._settle(known, after)
        return [id for id, _, _ in given]

    def add_table(self, actor: Actor, collection: str, table: Table) -> list[str]:
        """Add the features of a file: all or none. Return their ids.

        A collection without fields takes those of the file. Raise BadFeature, naming the feature, otherwise.
        """
        with self.database.write() as connection:
            known = self._editable(connection, actor, collection)
            if not known.fields and not known.number:
                known = replace(known, fields=table.fields, crs=table.crs, geometry=table.geometry, time=table.time)
            given = [(id, shape, values(known, each, f"The feature “{id}”")) for id, shape, each in table.features]
            after = self._add(connection, actor, known, given, table.crs)
        self._settle(known, after)
        return [id for id, _, _ in given]

    def _add(
        self, connection: sa.Connection, actor: Actor, known: FeatureSet, given: Sequence[Checked], crs: str
    ) -> FeatureSet:
        ids = [id for id, _, _ in given]
        _require_new(connection, known.collection, ids)
        known = replace(known, revision=known.revision + 1)
        rows = rows_of(known, given, crs, known.revision)
        add_rows(connection, known, rows)
        write_set(connection, known := grown(known, rows))
        events.record(connection, "features.changed", known.collection, by=actor.id, added=ids[:50])
        return known

    def fill(self, collection: str, table: Table, source: str) -> FeatureSet:
        """Let a collection hold what was read from *source*, instead of what it held before."""
        with self.database.write() as connection:
            before = next(iter(_sets(connection, collection)), None)
            if self.database.is_sqlite:  # PostgreSQL would let nobody read meanwhile
                drop_indexes(connection, collection)
            forget_rows(connection, collection)
            known = FeatureSet(
                collection=collection,
                fields=table.fields,
                crs=table.crs,
                geometry=table.geometry,
                time=table.time,
                revision=(before.revision if before else 0) + 1,
                source=source,
                updated=now(),
            )
            rows = rows_of(known, table.features, table.crs, known.revision)
            add_rows(connection, known, rows)
            write_set(connection, known := grown(known, rows))
            events.record(connection, "features.read", collection, source=source, number=len(rows))
        self._settle(None, known)
        return self.known(collection)

    def replace(
        self, actor: Actor, collection: str, id: str, body: Any, match: Sequence[int] | None = None, crs: str = CRS84
    ) -> Feature:
        """Replace a feature; *match* are the revisions that it may have. Raise Outdated for another, NotFound."""
        with self.database.write() as connection:
            known = self._editable(connection, actor, collection)
            _require_match(connection, collection, id, match)
            known = replace(known, revision=known.revision + 1)
            [row] = rows_of(known, [checked(known, body, id=id)], crs, known.revision)
            gone = edges_of(connection, collection, id)
            replace_row(connection, known, row)
            self._changed(connection, actor, narrowed(connection, widened(known, [row]), gone), replaced=[id])
        return self.feature(known, id)

    def patch(
        self, actor: Actor, collection: str, id: str, patch: Any, match: Sequence[int] | None = None, crs: str = CRS84
    ) -> Feature:
        """Merge *patch* into a feature (RFC 7396: null removes a member)."""
        if not isinstance(patch, Mapping):
            raise BadFeature("A patch is an object with the members that change (RFC 7396).")
        known = self.known(collection)
        now = self.feature(known, id, crs)
        shape = None if now.geometry is None else shapely.geometry.mapping(now.geometry)
        body = {"type": "Feature", "id": id, "geometry": shape, "properties": dict(now.properties)}
        geometry = patch.get("geometry", shape)  # replaced as a whole: half a geometry is none
        whole = merged(body, {name: each for name, each in patch.items() if name != "geometry"}) | {
            "geometry": geometry
        }
        return self.replace(actor, collection, id, whole, (now.revision,) if match is None else match, crs)

    def delete(self, actor: Actor, collection: str, id: str, match: Sequence[int] | None = None) -> None:
        """Delete a feature; raise Outdated, NotFound."""
        with self.database.write() as connection:
            known = self._editable(connection, actor, collection)
            _require_match(connection, collection, id, match)
            gone = edges_of(connection, collection, id)
            known = replace(known, revision=known.revision + 1, number=known.number - 1)
            forget_rows(connection, collection, [id])
            self._changed(connection, actor, narrowed(connection, known, gone), deleted=[id])

    def end(self, actor: Actor, collection: str) -> None:
        """Delete all features of a collection, and that it holds any."""
        with self.database.write() as connection:
            self._may_edit(actor, collection)
            read_set(connection, collection)
            _forget(connection, collection)
            events.record(connection, "features.ended", collection, by=actor.id)
        with self.database.write() as connection:
            drop_indexes(connection, collection)

    def forget(self, collection: str) -> None:
        """Delete the features of a collection that is no longer there."""
        with self.database.write() as connection:
            _forget(connection, collection)
        with self.database.write() as connection:
            drop_indexes(connection, collection)

    def _editable(self, connection: sa.Connection, actor: Actor, collection: str) -> FeatureSet:
        self._may_edit(actor, collection)
        known = read_set(connection, collection, lock=True)
        if known.source:
            raise FromFile(
                f"The features of “{collection}” stand in a file of it, on which passports may rest: register a new "
                "version of the collection instead.", collection=collection,
            )  # fmt: skip
        return known

    def _may_edit(self, actor: Actor, collection: str) -> None:
        actor.require(Right.CONTRIBUTE)
        known = self.catalog.as_seen_by(actor).collection(collection)
        actor.require_own(known.owner, Right.CURATE if known.visibility == Visibility.PUBLIC else Right.OPERATE)

    def _changed(self, connection: sa.Connection, actor: Actor, known: FeatureSet, **what: Any) -> None:
        write_set(connection, known)
        events.record(connection, "features.changed", known.collection, by=actor.id, **what)


def _sets(connection: sa.Connection, collection: str) -> list[FeatureSet]:
    """Return the set of a collection, which nobody else may change meanwhile, or none."""
    query = sa.select(feature_sets).where(feature_sets.c.collection == collection).with_for_update()
    return [set_of(row) for row in connection.execute(query).mappings()]


def _forget(connection: sa.Connection, collection: str) -> None:
    forget_rows(connection, collection)
    connection.execute(feature_sets.delete().where(feature_sets.c.collection == collection))


def _require_new(connection: sa.Connection, collection: str, ids: list[str]) -> None:
    if len(set(ids)) < len(ids):
        twice = Counter(ids).most_common(1)[0][0]
        raise BadFeature(f"The id “{twice}” stands twice in what was sent.", field="id")
    for first in range(0, len(ids), AT_ONCE):
        some = features.c.id.in_(ids[first : first + AT_ONCE])
        there = sa.select(features.c.id).where(features.c.collection == collection, some)
        if (known := connection.execute(there).scalars().first()) is not None:
            raise Conflict(
                f"There is a feature “{known}” in “{collection}” already; replace it with PUT.", feature=known
            )


def _require_match(connection: sa.Connection, collection: str, id: str, match: Sequence[int] | None) -> None:
    query = sa.select(features.c.revision).where(features.c.collection == collection, features.c.id == id)
    present = connection.execute(query).scalar()
    if present is None:
        raise NotFound(f"There is no feature “{id[:80]}” in “{collection}”.", feature=id[:80])
    if match is not None and present not in match:
        raise Outdated(f"The feature “{id}” was changed since you last saw it; read it again, then decide.", feature=id)
