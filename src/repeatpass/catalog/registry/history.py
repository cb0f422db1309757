"""What happened to collections, from the event log: the registry's changelog."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from repeatpass.catalog.store import assets, collections
from repeatpass.storage.database import Database
from repeatpass.storage.events import Event, events

# What happens before a collection is public concerns its owner and the editors: it is told on pages of its own.
TOLD = (
    "collection.registered",
    "collection.edited",
    "collection.deleted",
    "collection.accepted",
    "collection.withdrawn",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One thing that happened to a collection."""

    id: int  # lasting: that of the event
    collection: str
    kind: str  # registered, edited, deleted, withdrawn …
    version: str  # where it brought one
    first: bool  # nothing was told of the collection before
    detail: str  # what was changed, in a few words; empty where that is not known
    by: str
    when: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A version of a collection and what is kept of it."""

    version: str
    files: int
    size: int  # bytes


class History:
    """Reads what was told of collections; newest first."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def of(self, collection: str, limit: int = 100) -> list[Change]:
        """Return what happened to one collection."""
        return self._changes(events.c.subject == collection, limit=limit)

    def recent(self, limit: int = 50, offset: int = 0, hidden: Collection[str] = frozenset()) -> list[Change]:
        """Return what happened to all of them, those in *hidden* left out, and those deleted that were not public."""
        return self._changes(self._seen(hidden), limit=limit, offset=offset)

    def number(self, hidden: Collection[str] = frozenset()) -> int:
        """Return how many changes there are in all, those of *hidden* left out."""
        query = sa.select(sa.func.count()).select_from(events).where(events.c.name.in_(TOLD), self._seen(hidden))
        with self.database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def versions(self, collection: str) -> list[Version]:
        """Return the versions of which files are kept, those that passports rest on among them."""
        query = sa.select(assets.c.version, sa.func.count(), sa.func.sum(assets.c.size))
        where = query.where(assets.c.collection == collection).group_by(assets.c.version)
        with self.database.read() as connection:
            found = [Version(version=row[0], files=row[1], size=int(row[2])) for row in connection.execute(where)]
        return sorted(found, key=lambda each: (len(each.version), each.version), reverse=True)

    def _seen(self, hidden: Collection[str]) -> sa.ColumnElement[bool]:
        deleted = sa.select(events.c.subject, events.c.body).where(events.c.name == "collection.deleted")
        with self.database.read() as connection:
            public = {row.subject for row in connection.execute(deleted) if row.body.get("visibility") == "public"}
        there = sa.exists().where(collections.c.id == events.c.subject)
        return sa.and_(events.c.subject.not_in(sorted(hidden)), sa.or_(there, events.c.subject.in_(sorted(public))))

    def _changes(self, where: sa.ColumnElement[bool], limit: int, offset: int = 0) -> list[Change]:
        query = sa.select(events).where(events.c.name.in_(TOLD), where).order_by(events.c.id.desc())
        with self.database.read() as connection:
            rows = [Event(**row) for row in connection.execute(query.limit(limit).offset(offset)).mappings()]
            firsts = _firsts(connection, {row.subject for row in rows})
        return [_change(row, firsts) for row in rows]


def _firsts(connection: sa.Connection, ids: Collection[str]) -> dict[str, int]:
    """The first event of each collection."""
    query = sa.select(events.c.subject, sa.func.min(events.c.id)).where(
        events.c.subject.in_(sorted(ids)), events.c.name == "collection.registered"
    )
    return {row[0]: row[1] for row in connection.execute(query.group_by(events.c.subject))}


def _change(event: Event, firsts: Mapping[str, int]) -> Change:
    return Change(
        id=event.id,
        collection=event.subject,
        kind=event.name.partition(".")[2],
        version=str(event.body.get("version", "")),
        first=firsts.get(event.subject) == event.id,
        detail=_detail(event.body),
        by=str(event.body.get("by", "")),
        when=event.created,
    )


def _detail(body: Mapping[str, Any]) -> str:
    parts = []
    for name, word in (("added", "added"), ("replaced", "replaced"), ("deleted", "deleted")):
        if isinstance(ids := body.get(name), list) and ids:
            shown = ", ".join(str(each) for each in ids[:3]) + (" …" if len(ids) > 3 else "")
            parts.append(f"{len(ids)} {'item' if len(ids) == 1 else 'items'} {word}: {shown}")
    if isinstance(fields := body.get("changed"), list) and fields:
        parts.append(f"changed: {', '.join(str(each) for each in fields)}")
    if body.get("reason"):
        parts.append(str(body["reason"]))
    return "; ".join(parts)
