"""Mounting and unmounting catalogues elsewhere."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from repeatpass.access import Actor, Right
from repeatpass.core.durations import seconds_of
from repeatpass.core.errors import Conflict, Invalid, NotFound
from repeatpass.core.times import now
from repeatpass.remotes.browsing import Browsing
from repeatpass.remotes.records import Kind, Remote
from repeatpass.remotes.store import remote_of, remote_row, remotes
from repeatpass.storage import events
from repeatpass.storage.database import Database

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
SHORTEST_S = 300.0  # between two harvests


class Remotes:
    """The catalogues elsewhere that are mounted here."""

    def __init__(self, database: Database, browsing: Browsing, now: Callable[[], datetime] = now) -> None:
        self.database = database
        self.browsing = browsing
        self.now = now
        self.when_changed: Callable[[], None] = lambda: None

    def mount(
        self,
        actor: Actor,
        id: str,
        url: str,
        *,
        title: str = "",
        harvest: bool = False,
        wanted: Sequence[str] = (),
        every: str = "P1D",
    ) -> Remote:
        """Mount the STAC API or the static catalogue at *url*; with *harvest*, take its collections into our own.

        *wanted*: which of its collections are harvested, all where none is named; *every*: how often, an ISO 8601
        duration. It is asked once, now. Raise Invalid where it is no STAC catalogue or something is misspelt,
        Conflict if the name is taken, Unavailable if it does not answer, Forbidden where *actor* may not.
        """
        actor.require(Right.CURATE)
        if not NAME.fullmatch(id):
            raise Invalid(
                f"“{id}” cannot name a catalogue: use up to 40 lower-case letters, digits and hyphens.", field="id"
            )
        if seconds_of(every, "“every”") < SHORTEST_S:
            raise Invalid(f"“every” is “{every}”; the shortest is PT5M, to spare the other side.", field="every")
        document = self.browsing.landing(url).document
        moment = self.now()
        remote = Remote(
            id=id, title=title or str(document.get("title") or document.get("id") or id), url=url, kind=kind_of(document),
            wanted=tuple(wanted), harvest=harvest, every=every, owner=actor.id, created=moment, next_look=moment,
        )  # fmt: skip
        self._insert(remote, actor)
        self.when_changed()
        return remote

    def _insert(self, remote: Remote, actor: Actor) -> None:
        with self.database.write() as connection:
            if connection.execute(sa.select(remotes.c.id).where(remotes.c.id == remote.id)).first():
                raise Conflict(f"A catalogue “{remote.id}” is mounted already.", remote=remote.id)
            connection.execute(remotes.insert().values(**remote_row(remote)))
            events.record(connection, "remote.mounted", remote.id, url=remote.url, by=actor.id)

    def unmount(self, actor: Actor, id: str) -> None:
        """Look through it no more, and harvest it no more; what was harvested stays. Raise NotFound, Forbidden."""
        actor.require(Right.CURATE)
        self.remote(id)
        with self.database.write() as connection:
            connection.execute(remotes.delete().where(remotes.c.id == id))
            events.record(connection, "remote.unmounted", id, by=actor.id)

    def remotes(self) -> list[Remote]:
        """List them by title."""
        with self.database.read() as connection:
            rows = connection.execute(sa.select(remotes).order_by(remotes.c.title, remotes.c.id)).mappings().all()
        return [remote_of(row) for row in rows]

    def remote(self, id: str) -> Remote:
        """Return one; raise NotFound."""
        with self.database.read() as connection:
            row = connection.execute(sa.select(remotes).where(remotes.c.id == id)).mappings().first()
        if row is None:
            raise NotFound(f"No catalogue “{id}” is mounted.", remote=id)
        return remote_of(row)

    def ask_soon(self, actor: Actor, id: str) -> Remote:
        """Have it harvested now; raise Conflict where it is only looked through."""
        actor.require(Right.CURATE)
        known = self.remote(id)
        if not known.harvest:
            raise Conflict(f"{known.title} is mounted to be looked through, not harvested.", remote=id)
        kept = replace(known, next_look=self.now())
        self.keep(kept)
        self.when_changed()
        return kept

    def claim(self, remote: Remote, until: datetime) -> bool:
        """Take the next harvest for this server until then; False where another has it, or it is unmounted."""
        where = (remotes.c.id == remote.id, remotes.c.next_look == remote.next_look)
        with self.database.write() as connection:
            return bool(connection.execute(remotes.update().where(*where).values(next_look=until)).rowcount)

    def keep(self, remote: Remote) -> None:
        """Write down how it stands, unless it was unmounted meanwhile."""
        row: dict[str, Any] = remote_row(remote)
        with self.database.write() as connection:
            connection.execute(remotes.update().where(remotes.c.id == remote.id).values(**row))


def kind_of(document: Any) -> Kind:
    """Say how a catalogue is asked: an API states what it conforms to, or where its collections or its search are."""
    rels = {each.get("rel") for each in document.get("links", ()) if isinstance(each, dict)}
    return Kind.API if document.get("conformsTo") or rels & {"data", "search", "conformance"} else Kind.STATIC
