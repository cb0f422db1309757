"""The registry of the house: an entry per collection, read once and kept up by the events of the catalog."""

import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from repeatpass.access import Actor
from repeatpass.catalog.records import Collection
from repeatpass.catalog.registry.reading import Kept, entry_of
from repeatpass.catalog.registry.records import Entry
from repeatpass.catalog.registry.spelling import Vocabulary, vocabulary_of
from repeatpass.catalog.seeing import hidden_from
from repeatpass.catalog.store import assets, collections, items
from repeatpass.storage.database import Database
from repeatpass.storage.events import events

AT_ONCE = 500  # ids in one query
BESIDE = ("thumbnail", "readme")  # what accompanies data and is none
MANY = 2000  # changed collections from which on everything is read anew


class Registry:
    """All collections in memory, as lists and searches need them; ten thousand take some 30 MB.

    Each look asks the event log what has changed, and reads only that again: processes that share a database agree.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._entries: dict[str, Entry] = {}
        self._listed: tuple[Entry, ...] = ()
        self._words: tuple[tuple[Entry, ...], Vocabulary] = ((), {})
        self._cursor = -1
        self._guard = threading.Lock()

    def entries(self) -> tuple[Entry, ...]:
        """Return the entries of all collections by title, whoever may see them."""
        with self._guard, self.database.read() as connection:
            newest = connection.execute(sa.select(sa.func.coalesce(sa.func.max(events.c.id), 0))).scalar_one()
            if newest != self._cursor:
                self._follow(connection)
                self._cursor = newest
            return self._listed

    def vocabulary(self) -> Vocabulary:
        """Return the words of titles, tags and makers, with the collections that have each, whoever may see them."""
        entries = self.entries()
        read, found = self._words
        if read is not entries:
            found = vocabulary_of(entries)
            self._words = (entries, found)
        return found

    def entry(self, id: str) -> Entry | None:
        """Return the entry of one collection; None where there is none."""
        self.entries()
        return self._entries.get(id)

    def seen_by(self, viewer: Actor) -> list[Entry]:
        """Return the entries that *viewer* may see, by title."""
        hidden = self.hidden_from(viewer)
        return [each for each in self.entries() if each.id not in hidden]

    def hidden_from(self, viewer: Actor | None) -> frozenset[str]:
        """Return the ids of collections that *viewer* may not see, and of those that were withdrawn."""
        with self.database.read() as connection:
            return frozenset(map(str, connection.execute(hidden_from(viewer)).scalars()))

    def _follow(self, connection: sa.Connection) -> None:
        if self._cursor < 0:
            self._read(connection, None)
            return
        news = (events.c.id > self._cursor, events.c.name.startswith("collection."))
        changed = set(connection.execute(sa.select(events.c.subject).where(*news)).scalars())
        if changed:
            self._read(connection, None if len(changed) > MANY else sorted(changed))

    def _read(self, connection: sa.Connection, ids: Sequence[str] | None) -> None:
        """Read the entries of *ids* anew; None: of all."""
        if ids is None:
            self._entries = {}
            self._read_part(connection, None)
        else:
            for id in ids:
                self._entries.pop(id, None)
            for first in range(0, len(ids), AT_ONCE):
                self._read_part(connection, ids[first : first + AT_ONCE])
        self._listed = tuple(sorted(self._entries.values(), key=lambda entry: entry.heading))

    def _read_part(self, connection: sa.Connection, ids: Sequence[str] | None) -> None:
        kept = kept_of(connection, ids)
        query = sa.select(collections)
        query = query if ids is None else query.where(collections.c.id.in_(ids))
        for row in connection.execute(query).mappings():
            self._entries[row["id"]] = entry_of(Collection(**row), kept.get(row["id"], Kept()))


def kept_of(connection: sa.Connection, ids: Sequence[str] | None = None) -> dict[str, Kept]:
    """Return by collection how much is kept of its present version: two queries, however many collections."""
    current = sa.and_(assets.c.collection == collections.c.id, assets.c.version == collections.c.version)
    part = sa.case((assets.c.key == "data", "data"), (assets.c.key.in_(BESIDE), "beside"), else_="").label("part")
    query = sa.select(
        assets.c.collection, assets.c.media_type, part, sa.func.count().label("number"), sa.func.sum(assets.c.size)
    ).join(collections, current)
    grouped = query.group_by(assets.c.collection, assets.c.media_type, part)
    number = sa.select(items.c.collection, sa.func.count()).group_by(items.c.collection)
    if ids is not None:
        grouped, number = grouped.where(assets.c.collection.in_(ids)), number.where(items.c.collection.in_(ids))
    rows: dict[str, list[Any]] = defaultdict(list)
    for id, *rest in connection.execute(grouped):
        rows[id].append(rest)
    counted: dict[str, int] = {row[0]: row[1] for row in connection.execute(number)}
    return {id: _kept(rows.get(id, ()), counted.get(id, 0)) for id in rows.keys() | counted.keys()}


def _kept(rows: Iterable[Any], items: int) -> Kept:
    known = list(rows)
    return Kept(
        files=sum(number for _, _, number, _ in known),
        size=sum(int(size) for *_, size in known),
        items=items,
        media_types=frozenset(media_type for media_type, part, *_ in known if part != "beside"),
        data_types=frozenset(media_type for media_type, part, *_ in known if part == "data"),
    )
