"""The outbox: notices are kept in the database until they have arrived or were given up.

Delivered at least once: a receiver knows a repetition by its ``Idempotency-Key``. A failed try is repeated after
2 seconds, then 4, 8, … up to an hour, and given up a day after the notice was written; a receiver that answers
410 Gone is asked no more. Several servers on one database share the work.
"""

import json
import logging
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from repeatpass.core.ids import new_id
from repeatpass.core.loops import Loop
from repeatpass.core.times import now
from repeatpass.notices.delivering import Answer, Messenger
from repeatpass.notices.records import Notice, NoticeState, Try
from repeatpass.notices.store import notice_of, notice_tries, notices
from repeatpass.storage.database import Database

log = logging.getLogger(__name__)
FIRST = timedelta(seconds=2)
LONGEST = timedelta(hours=1)
GIVE_UP = timedelta(days=1)
LEASE = timedelta(minutes=1)  # after which another server tries what this one took and never told of
AT_ONCE = 8
GONE = 410


class Notices(Loop):
    """Sends documents to other programs, durably."""

    def __init__(self, database: Database, messenger: Messenger) -> None:
        super().__init__("notices", self._take_one, least=0)
        self.database = database
        self.messenger = messenger
        self._free = threading.Semaphore(AT_ONCE)
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="notice")

    def send(
        self,
        kind: str,
        url: str,
        body: Any,
        *,
        subject: str = "",
        key: str = "",
        media_type: str = "application/json",
        connection: sa.Connection | None = None,
    ) -> Notice:
        """Keep *body* (text, or anything that JSON can hold) to be POSTed to *url*, and return at once.

        With *connection* it is kept in that transaction, or not at all. Of several notices with one *key* only
        the first is kept, so that a listener may be told twice. Raise Invalid for an address that is none, and
        Forbidden for one that may not be told.
        """
        self.messenger.targets.check(url)
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        made = Notice(id=new_id(), kind=kind, subject=subject, url=url, media_type=media_type, body=text, created=now())
        made = replace(made, next_try=made.created)
        if connection is not None:
            return _kept(connection, made, key or made.id)
        with self.database.write() as own:
            found = _kept(own, made, key or made.id)
        self._news.set()
        return found

    def of(self, subject: str, kind: str = "") -> list[Notice]:
        """List the notices about *subject*, oldest first; only those of *kind* where that is given."""
        query = sa.select(notices).where(notices.c.subject == subject).order_by(notices.c.created, notices.c.id)
        with self.database.read() as connection:
            rows = connection.execute(query.where(notices.c.kind == kind) if kind else query).mappings().all()
        return [notice_of(row) for row in rows]

    def tries(self, id: str) -> list[Try]:
        """List the tries to deliver a notice, oldest first."""
        query = sa.select(notice_tries).where(notice_tries.c.notice == id).order_by(notice_tries.c.number)
        with self.database.read() as connection:
            return [Try(**row) for row in connection.execute(query).mappings()]

    def claim(self, at: datetime) -> Notice | None:
        """Take the notice whose try is due the longest; nobody else takes it within the next minute."""
        due = sa.select(notices.c.id).where(notices.c.next_try <= at).order_by(notices.c.next_try).limit(1)
        chosen = self.database.skip_locked(due).scalar_subquery()
        with self.database.read() as connection:  # most looks find nothing: take no lock for them
            if connection.execute(due).first() is None:
                return None
        change = notices.update().where(notices.c.id == chosen, notices.c.next_try <= at).values(next_try=at + LEASE)
        with self.database.write() as connection:
            row = connection.execute(change.returning(*notices.c)).mappings().first()
        return None if row is None else notice_of(row)

    def deliver(self, notice: Notice) -> Notice:
        """Try to deliver a notice that was claimed, and keep what came of it."""
        answer, at = self.messenger.deliver(notice), now()
        after = _after(notice, answer, at)
        tried = Try(notice=notice.id, number=after.tries, at=at, status=answer.status, error=answer.error)
        kept = {name: getattr(after, name) for name in ("state", "tries", "next_try", "status", "error", "finished")}
        with self.database.write() as connection:
            where = (notices.c.id == notice.id, notices.c.tries == notice.tries)  # nobody else was quicker
            if connection.execute(notices.update().where(*where).values(**kept)).rowcount:
                connection.execute(notice_tries.insert().values(**asdict(tried)))
        log.info("Notice %s to %s: %s", notice.id, notice.shown_url, after.sentence)
        return after

    def stop(self) -> None:
        """End the background work after the tries that it is at."""
        super().stop()
        self._pool.shutdown()
        self.messenger.close()

    def _take_one(self) -> float:
        """Hand one notice to a thread of the pool; without one, look again in a second."""
        self._free.acquire()
        notice = self._claimed()
        if notice is None:
            self._free.release()
            return 1.0
        self._pool.submit(self._deliver, notice).add_done_callback(lambda _: self._free.release())
        return 0.0

    def _claimed(self) -> Notice | None:
        try:
            return self.claim(now())
        except Exception:  # the database may be away for a while
            log.exception("The outbox cannot be read")
            return None

    def _deliver(self, notice: Notice) -> None:
        try:
            self.deliver(notice)
        except Exception:  # tried again when its lease is over
            log.exception("Notice %s could not be kept", notice.id)


def _kept(connection: sa.Connection, notice: Notice, key: str) -> Notice:
    known = connection.execute(sa.select(notices).where(notices.c.key == key)).mappings().first()
    if known is not None:
        return notice_of(known)
    connection.execute(notices.insert().values(**asdict(notice), key=key))
    return notice


def _after(notice: Notice, answer: Answer, at: datetime) -> Notice:
    """Return the notice as it stands after a try."""
    tried = replace(notice, tries=notice.tries + 1, status=answer.status, error=answer.error)
    if not answer.error:
        return replace(tried, state=NoticeState.DELIVERED, next_try=None, finished=at)
    pause = min(FIRST * 2 ** min(notice.tries, 20), LONGEST) * random.uniform(0.9, 1.1)
    if answer.status == GONE or at + pause > notice.created + GIVE_UP:
        return replace(tried, state=NoticeState.GIVEN_UP, next_try=None, finished=at)
    return replace(tried, next_try=at + pause)
