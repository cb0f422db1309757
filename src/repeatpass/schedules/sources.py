"""Data elsewhere that are looked at now and then. What is down elsewhere is shown, tried again, and breaks nothing."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import sqlalchemy as sa

from repeatpass.core.durations import seconds_of
from repeatpass.core.times import now
from repeatpass.indicators.timing import Source
from repeatpass.notices.asking import asking, pieces
from repeatpass.notices.targets import Targets
from repeatpass.notices.troubles import in_words
from repeatpass.schedules.room import Schedules
from repeatpass.schedules.store import sources
from repeatpass.storage import events
from repeatpass.storage.database import Database

log = logging.getLogger(__name__)
FIRST_RETRY_S = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What is known of a source."""

    id: str
    url: str
    collection: str
    every: str
    etag: str = ""
    modified: str = ""
    content: str = ""  # digest of what was there; empty: it was never seen
    looked: datetime | None = None  # the last look that succeeded
    changed: datetime | None = None
    next_look: datetime
    failures: int = 0  # in a row
    error: str = ""

    @property
    def source(self) -> Source:
        """What is looked at."""
        return Source(url=self.url, collection=self.collection, every=self.every)


class Sources:
    """Looks at what schedules wait for elsewhere."""

    def __init__(
        self, database: Database, schedules: Schedules, targets: Targets, now: Callable[[], datetime] = now
    ) -> None:
        self.database = database
        self.schedules = schedules
        self.targets = targets
        self.now = now

    def looks(self) -> list[Look]:
        """List what is known of every source that a schedule waits for."""
        wanted = {id_of(source): source for each in self.schedules.schedules() for source in each.timing.sources}
        with self.database.read() as connection:
            rows = connection.execute(sa.select(sources)).mappings().all()
        known = {row["id"]: Look(**row) for row in rows if row["id"] in wanted}
        return [known.get(id) or self._first(id, source) for id, source in sorted(wanted.items())]

    def look_around(self) -> datetime | None:
        """Look at every source that is due; return when the next is."""
        for look in self.looks():
            if look.next_look <= self.now():
                self.look_at(look)
        return min((look.next_look for look in self.looks()), default=None)

    def look_at(self, look: Look) -> Look:
        """Look at one source; if there is something new, the schedules that wait for it are wanted, once."""
        try:
            seen = self._seen(look)
        except Exception as error:  # whatever is wrong elsewhere: it is said, and tried again
            seen = self._failed(look, error)
        new = bool(look.content) and seen.content != look.content
        if new:
            seen = replace(seen, changed=self.now())
        self._keep(seen, new)
        return seen

    def _first(self, id: str, source: Source) -> Look:
        return Look(id=id, url=source.url, collection=source.collection, every=source.every, next_look=self.now())

    def _seen(self, look: Look) -> Look:
        with asking(self.targets) as client:
            found = _items(client, look.source) if look.collection else _file(client, look)
        moment = self.now()
        following = moment + timedelta(seconds=seconds_of(look.every))
        return replace(look, **found, looked=moment, next_look=following, failures=0, error="")

    def _failed(self, look: Look, error: Exception) -> Look:
        pause = min(FIRST_RETRY_S * 2 ** min(look.failures, 10), max(FIRST_RETRY_S, seconds_of(look.every)))
        said = in_words(error)[:500]
        log.warning("%s cannot be looked at: %s", look.source.name, said)
        return replace(look, failures=look.failures + 1, error=said, next_look=self.now() + timedelta(seconds=pause))

    def _keep(self, look: Look, new: bool) -> None:
        row = {name: getattr(look, name) for name in sources.c.keys()}
        with self.database.write() as connection:
            if not connection.execute(sources.update().where(sources.c.id == look.id).values(**row)).rowcount:
                connection.execute(sources.insert().values(**row))
            if new:
                waiting = [each.id for each in self.schedules.schedules() if self._waits(each.timing.sources, look)]
                self.schedules.want(connection, waiting, f"new data in {look.source.name}")
                events.record(connection, "source.changed", look.id, url=look.url)
        if new:
            self.schedules.when_changed()

    def _waits(self, wanted: Any, look: Look) -> bool:
        return any(id_of(source) == look.id for source in wanted)


def id_of(source: Source) -> str:
    """Return the id of a source: the same for all schedules that wait for it as often."""
    return hashlib.sha256(f"{source.url}\n{source.collection}\n{source.every}".encode()).hexdigest()[:40]


def _file(client: httpx.Client, look: Look) -> dict[str, Any]:
    """Ask for an address with what is known of it (RFC 9110, conditional requests); compare what it gives."""
    headers = {"If-None-Match": look.etag, "If-Modified-Since": look.modified}
    given = {name: value for name, value in headers.items() if value and look.content}
    with client.stream("GET", look.url, headers=given) as answer:
        if answer.status_code == 304:
            return {}
        answer.raise_for_status()
        digest = hashlib.sha256()
        for piece in pieces(answer):
            digest.update(piece)
    known = {"etag": answer.headers.get("etag", ""), "modified": answer.headers.get("last-modified", "")}
    return known | {"content": f"sha256:{digest.hexdigest()}"}


def _items(client: httpx.Client, source: Source) -> dict[str, Any]:
    from repeatpass.schedules.stac import newest_items  # heavy, and few houses need it

    return {"content": newest_items(client, source)}
