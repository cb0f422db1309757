"""Keeping what is known of the features of each collection."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

import sqlalchemy as sa

from repeatpass.core.times import now
from repeatpass.features.indexes import let_in
from repeatpass.features.records import FeatureSet, Field, NoFeatures
from repeatpass.features.store import feature_extents, feature_sets, features

EXTENT = ("west", "south", "east", "north")
EDGES = (*EXTENT, "start", "end")
AT_ONCE = 500  # rows of one statement
MEMORY = 256 * 1024**2  # bytes that SQLite may keep in memory while many rows are written


def read_set(connection: sa.Connection, collection: str, *, lock: bool = False) -> FeatureSet:
    """Return the set of a collection, which nobody else may *lock* meanwhile; raise NoFeatures."""
    query = sa.select(feature_sets).where(feature_sets.c.collection == collection)
    row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    if row is None:
        raise NoFeatures(f"The collection “{collection}” holds no features.", collection=collection)
    return set_of(row)


def set_of(row: Any) -> FeatureSet:
    """Return a row as a set."""
    known = dict(row)
    box = [known.pop(name) for name in EXTENT]
    fields = tuple(Field(**{**each, "choices": tuple(each["choices"])}) for each in known.pop("fields"))
    extent = None if box[0] is None else (box[0], box[1], box[2], box[3])
    return FeatureSet(**{**known, "fields": fields, "time": tuple(known["time"]), "extent": extent})


def write_set(connection: sa.Connection, known: FeatureSet) -> None:
    """Keep what is known of a collection's features, new or anew."""
    row = {name: getattr(known, name) for name in ("crs", "geometry", "revision", "number", "source")}
    row |= {"fields": [asdict(each) for each in known.fields], "time": list(known.time), "updated": now()}
    row |= {"start": known.start, "end": known.end}
    row |= dict(zip(EXTENT, known.extent or (None,) * 4, strict=True))
    mine = feature_sets.c.collection == known.collection
    if connection.execute(sa.select(feature_sets.c.collection).where(mine)).first() is None:
        connection.execute(feature_sets.insert().values(collection=known.collection, **row))
    else:
        connection.execute(feature_sets.update().where(mine).values(**row))


def grown(known: FeatureSet, rows: Sequence[Mapping[str, Any]]) -> FeatureSet:
    """Return what is known of a set to which *rows* were added."""
    return replace(widened(known, rows), number=known.number + len(rows))


def widened(known: FeatureSet, rows: Sequence[Mapping[str, Any]]) -> FeatureSet:
    """Return *known* with an extent and times that reach as far as those of *rows*, its number as it was."""

    def widest(name: str, before: Any, choose: Any) -> Any:
        return choose((each for each in (before, *(row[name] for row in rows)) if each is not None), default=None)

    box = known.extent or (None,) * 4
    extent = tuple(widest(name, box[at], min if at < 2 else max) for at, name in enumerate(EXTENT))
    return replace(
        known,
        extent=None if extent[0] is None else extent,
        start=widest("start", known.start, min),
        end=widest("end", known.end, max),
    )


def edges_of(connection: sa.Connection, collection: str, id: str) -> dict[str, Any]:
    """Return the extent (degrees, CRS84) and the times of a feature that is there, as its row has them."""
    columns = [features.c[name] for name in EDGES]
    query = sa.select(*columns).where(features.c.collection == collection, features.c.id == id)
    return dict(connection.execute(query).mappings().one())


def narrowed(connection: sa.Connection, known: FeatureSet, gone: Mapping[str, Any]) -> FeatureSet:
    """Return what is known of a set after a feature with the edges *gone* left it, or moved; its number as it was.

    Only where that feature was the outermost, and no other reaches as far, the features are looked through.
    """
    edges: dict[str, Any] = dict(zip(EXTENT, known.extent or (None,) * 4, strict=True))
    edges |= {"start": known.start, "end": known.end}
    touched = [name for name in EDGES if gone[name] is not None and gone[name] == edges[name]]
    edges |= {name: _outermost(connection, known.collection, name, edges[name]) for name in touched}
    west, south, east, north = (edges[name] for name in EXTENT)
    extent = None if west is None else (west, south, east, north)
    return replace(known, extent=extent, start=edges["start"], end=edges["end"])


def _outermost(connection: sa.Connection, collection: str, name: str, edge: Any) -> Any:
    column, mine = features.c[name], features.c.collection == collection
    if connection.execute(sa.select(features.c.number).where(mine, column == edge).limit(1)).first() is not None:
        return edge  # of several that reach as far, as days do, one is found at once
    choose = sa.func.min if name in ("west", "south", "start") else sa.func.max
    return connection.execute(sa.select(choose(column)).where(mine)).scalar()


def add_rows(connection: sa.Connection, known: FeatureSet, rows: Sequence[dict[str, Any]]) -> None:
    """Add features to a set, and their extents to the index, in as few statements as may be."""
    let_in(connection, known, rows)
    with _much_memory(connection, len(rows)):
        before = connection.execute(sa.select(sa.func.max(features.c.number))).scalar() or 0
        for first in range(0, len(rows), AT_ONCE):
            connection.execute(features.insert(), list(rows[first : first + AT_ONCE]))
        _add_extents(connection, features.c.collection == known.collection, features.c.number > before)


def replace_row(connection: sa.Connection, known: FeatureSet, row: dict[str, Any]) -> None:
    """Replace a feature where it stands, so that the order of features stays."""
    let_in(connection, known, [row])
    mine = (features.c.collection == known.collection, features.c.id == row["id"])
    _forget_extents(connection, *mine)
    connection.execute(features.update().where(*mine).values(**row))
    _add_extents(connection, *mine)


@contextmanager
def _much_memory(connection: sa.Connection, rows: int) -> Iterator[None]:
    """Let SQLite keep more of the file in memory while many rows go into indexes that are in another order."""
    if connection.dialect.name != "sqlite" or rows < AT_ONCE:
        yield
        return
    before = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size = {-MEMORY // 1024}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = {int(before)}")


def _add_extents(connection: sa.Connection, *where: Any) -> None:
    if connection.dialect.name != "sqlite":
        return
    column = features.c
    chosen = sa.select(column.number, column.west, column.east, column.south, column.north).where(
        *where, column.west.is_not(None)
    )
    connection.execute(feature_extents.insert().from_select([each.name for each in feature_extents.c], chosen))


def _forget_extents(connection: sa.Connection, *where: Any) -> None:
    if connection.dialect.name == "sqlite":
        numbers = sa.select(features.c.number).where(*where)
        connection.execute(feature_extents.delete().where(feature_extents.c.number.in_(numbers)))


def forget_rows(connection: sa.Connection, collection: str, ids: list[str] | None = None) -> int:
    """Delete features: those named, or all of a collection. Return how many there were."""
    where = [features.c.collection == collection] + ([] if ids is None else [features.c.id.in_(ids)])
    _forget_extents(connection, *where)
    return connection.execute(features.delete().where(*where)).rowcount
