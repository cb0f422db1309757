"""Merges that are to be done in the server: written down as events, done one after another, and taken up after a restart."""

import logging
import threading
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from repeatpass.access import Actor
from repeatpass.access.room import Access
from repeatpass.batches.merging.records import wish_of
from repeatpass.batches.merging.room import Merging
from repeatpass.batches.room import Batches
from repeatpass.core.errors import RepeatpassError
from repeatpass.storage import events
from repeatpass.storage.events import Event

log = logging.getLogger(__name__)
ASKED, BEGUN, DONE, FAILED = "merge.asked", "merge.begun", "merge.done", "merge.failed"
TRIES = 3  # a merge that brought the server down so often is given up
LOOK_S = 2.0


class Afterwards:
    """Carries out merges in a thread of its own."""

    def __init__(self, merging: Merging, batches: Batches, access: Access) -> None:
        self.merging, self.batches, self.access = merging, batches, access
        self.database = batches.database
        self._news, self._stopping = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._seen = 0  # events up to here ask for nothing that is still to be done

    def ask(self, actor: Actor, batch: str, body: Mapping[str, Any]) -> None:
        """Write down that a batch is to be merged; raise what `Merging.require` raises if it cannot be."""
        wish = wish_of(batch, body)
        self.merging.require(actor, wish)
        self._record(ASKED, batch, by=actor.id, **{"wish": wish.body()})

    def batch_finished(self, event: Event) -> None:
        """Ask for the merge that the batch's specification wants; hearing it twice asks once."""
        batch = self.batches.batch(event.subject)
        body = batch.specification.body.get("merge")
        if body and not any(each["body"].get("for") == event.id for each in self._events(batch.id)):
            self._record(ASKED, batch.id, by=batch.actor, wish=dict(body), **{"for": event.id})

    def standing(self, batch: str) -> list[dict[str, Any]]:
        """The merges of a batch, newest first: `wish`, `state` (asked, begun, done, failed) and `message`."""
        found: dict[int, dict[str, Any]] = {}
        for row in self._events(batch):
            if row["name"] == ASKED:
                found[row["id"]] = {
                    "wish": row["body"]["wish"],
                    "state": "asked",
                    "message": "",
                    "asked": row["created"],
                }
            elif row["body"].get("asked") in found:
                body = row["body"]
                news = {"state": row["name"].partition(".")[2], "message": body.get("message", "")}
                news |= {"collection": body["collection"]} if "collection" in body else {}
                found[row["body"]["asked"]] |= news
        return list(reversed(found.values()))

    def work(self) -> int:
        """Do every merge that was asked for and has no end; return how many there were. One process at a time does so."""
        with self.database.alone("merging") as ours:
            waiting = self._waiting() if ours else []
            for row in waiting:
                self._carry_out(row)
            return len(waiting)

    def _waiting(self) -> list[Mapping[str, Any]]:
        with self.database.read() as connection:
            newest = connection.execute(sa.select(sa.func.max(events.events.c.id))).scalar() or 0
        rows = self._events("", after=self._seen)
        ended = {row["body"]["asked"] for row in rows if row["name"] in (DONE, FAILED)}
        waiting = [row for row in rows if row["name"] == ASKED and row["id"] not in ended]
        self._seen = waiting[0]["id"] - 1 if waiting else newest
        return waiting

    def _carry_out(self, row: Mapping[str, Any]) -> None:
        batch, asked = row["subject"], row["id"]
        tries = sum(each["name"] == BEGUN and each["body"]["asked"] == asked for each in self._events(batch))
        if tries >= TRIES:
            sentence = f"Given up: it was begun {tries} times and never came to its end. Merge it with more memory."
            self._record(FAILED, batch, asked=asked, message=sentence)
            return
        self._record(BEGUN, batch, asked=asked)
        try:
            made = self.merging.merge(self.access.user(row["body"]["by"]), wish_of(batch, row["body"]["wish"]))
        except RepeatpassError as error:
            self._record(FAILED, batch, asked=asked, message=error.message)
        except Exception as error:  # what a library raises must not end the thread
            log.exception("The merge of batch %s failed", batch)
            self._record(FAILED, batch, asked=asked, message=f"{type(error).__name__}: {error}")
        else:
            self._record(DONE, batch, asked=asked, collection=made.id, version=made.version)

    def _events(self, batch: str, after: int = 0) -> list[Mapping[str, Any]]:
        table = events.events
        named = table.c.name.in_((ASKED, BEGUN, DONE, FAILED))
        query = sa.select(table).where(named, table.c.id > after).order_by(table.c.id)
        with self.database.read() as connection:
            return [
                dict(row)
                for row in connection.execute(query.where(table.c.subject == batch) if batch else query).mappings()
            ]

    def _record(self, name: str, batch: str, /, **body: Any) -> None:
        with self.database.write() as connection:
            events.record(connection, name, batch, **body)
        self._news.set()

    def start(self) -> None:
        """Begin to look for merges until stop() is called."""
        self._thread = threading.Thread(target=self._loop, name="merging", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; a merge under way is begun anew at the next start."""
        self._stopping.set()
        self._news.set()
        if self._thread:
            self._thread.join(timeout=10)

    def _loop(self) -> None:
        while not self._stopping.is_set():
            self._news.clear()
            try:
                self.work()
            except Exception:  # the database may be away for a while
                log.exception("Merges cannot be looked for")
            self._news.wait(LOOK_S)
