"""The event log: news of a change, written in the same transaction as the change.

Each listener has a cursor and is told of every event at least once and in order; it must therefore be
idempotent. An event that a listener fails on several times is set aside, visibly, and the rest goes on; it can be retried.
"""

import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from repeatpass.core.errors import NotFound, Unavailable
from repeatpass.core.times import now
from repeatpass.storage.database import Database
from repeatpass.storage.news import Event, PoisonedEvent, events, listeners, poisoned, record

__all__ = ["Event", "EventLog", "PoisonedEvent", "events", "listeners", "poisoned", "record"]
log = logging.getLogger(__name__)
TRIES = 3
AT_ONCE = 20  # events read at once for one listener
MANY = 500  # events read at once for all of them
SWEEP_S = 30.0  # between two looks at every listener; in between those are looked at whose events were written
LATE = 50  # events back from the newest, among which others may appear whose transactions ended later


@dataclass(frozen=True, kw_only=True, slots=True)
class Listener:
    """Who is told of which events."""

    names: frozenset[str]
    handler: Callable[[Event], None]
    where: Callable[[Event], bool]

    def wants(self, event: Event) -> bool:
        """Say whether the event is of concern."""
        return event.name in self.names and self.where(event)


class EventLog:
    """Delivers events to the listeners that the assembly has joined."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._listeners: dict[str, Listener] = {}
        self._passed: dict[
            str, int
        ] = {}  # the newest event of no concern to a listener; what stands below needs no look
        self._heard: set[int] = set()  # the newest events seen
        self._swept = 0.0  # when every listener was last looked at
        self._behind: set[str] = set()  # listeners that failed and are to be told again
        self._news = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def join(
        self,
        listener: str,
        names: set[str],
        handler: Callable[[Event], None],
        where: Callable[[Event], bool] = lambda _: True,
    ) -> None:
        """Have *handler* told of the events called *names*, under the lasting name *listener*.

        *where*, which looks at the event alone, says of which among them; the others cost it nothing.
        """
        self._listeners[listener] = Listener(names=frozenset(names), handler=handler, where=where)
        self._behind.add(listener)  # it may have missed much
        with self.database.write() as connection:
            known = connection.execute(sa.select(listeners).where(listeners.c.name == listener)).first()
            if known is None:
                connection.execute(listeners.insert().values(name=listener, position=0, tries=0))

    def wake(self) -> None:
        """Say that there may be news; otherwise the log looks once a second."""
        self._news.set()

    def deliver(self) -> int:
        """Tell every listener what it has not heard; return how many deliveries were made.

        One process at a time does so, or the order would be lost: none are made while another is at it.
        """
        with self.database.alone("events") as ours:
            return sum(self._deliver_to(listener) for listener in self._concerned()) if ours else 0

    def _concerned(self) -> list[str]:
        """The listeners that may have something to hear, for one question instead of one for each."""
        joined = dict(self._listeners)  # a copy: a listener may be joined meanwhile
        if time.monotonic() - self._swept > SWEEP_S:
            self._swept = time.monotonic()
            with self.database.read() as connection:
                newest = connection.execute(sa.select(events.c.id).order_by(events.c.id.desc()).limit(LATE))
                self._heard = set(newest.scalars())
            return list(joined)
        new = self._new()
        return [name for name, each in joined.items() if name in self._behind or any(map(each.wants, new))]

    def _new(self) -> list[Event]:
        """Events not seen yet. With several writers, one whose transaction ended late has an older number than others."""
        newest = max(self._heard, default=0)
        since = newest if self.database.is_sqlite else newest - LATE
        query = sa.select(events).where(events.c.id > since).order_by(events.c.id).limit(MANY)
        with self.database.read() as connection:
            found = [Event(**row) for row in connection.execute(query).mappings() if row["id"] not in self._heard]
        self._heard = {id for id in self._heard if id > newest - LATE} | {event.id for event in found}
        return found

    def _deliver_to(self, name: str) -> int:
        listener = self._listeners[name]
        self._behind.discard(name)
        count = 0
        while some := self._next(name, listener.names):
            for event in some:
                if not listener.where(event):
                    self._passed[name] = event.id
                elif not self._told(name, listener, event):
                    self._behind.add(name)
                    return count
                else:
                    count += 1
            if len(some) < AT_ONCE:
                break
        return count

    def _told(self, name: str, listener: Listener, event: Event) -> bool:
        """Tell a listener of an event; False if it is to be told again."""
        try:
            listener.handler(event)
        except Exception:
            return self._failed(name, event)
        self._advance(name, event.id)
        return True

    def _next(self, name: str, names: frozenset[str], most: int = AT_ONCE) -> list[Event]:
        position = sa.select(listeners.c.position).where(listeners.c.name == name).scalar_subquery()
        beyond = (events.c.id > position, events.c.id > self._passed.get(name, 0), events.c.name.in_(names))
        with self.database.read() as connection:
            rows = connection.execute(sa.select(events).where(*beyond).order_by(events.c.id).limit(most)).mappings()
            return [Event(**row) for row in rows]

    def _advance(self, listener: str, position: int) -> None:
        with self.database.write() as connection:
            # Never back: another process may have gone further meanwhile.
            change = listeners.update().where(listeners.c.name == listener, listeners.c.position < position)
            connection.execute(change.values(position=position, tries=0))

    def _failed(self, listener: str, event: Event) -> bool:
        """Count a failure; return True when the event was set aside and the next one may come."""
        error = traceback.format_exc(limit=8)
        log.exception("%s failed on event %s, %s %s", listener, event.id, event.name, event.subject)
        with self.database.write() as connection:
            where = listeners.c.name == listener
            tries = connection.execute(sa.select(listeners.c.tries).where(where)).scalar_one() + 1
            if tries < TRIES:
                connection.execute(listeners.update().where(where).values(tries=tries))
                return False
            aside = {"listener": listener, "event": event.id, "error": error, "created": now()}
            connection.execute(poisoned.insert().values(**aside))
            connection.execute(listeners.update().where(where).values(position=event.id, tries=0))
        return True

    def waiting(self) -> int:
        """Return how many deliveries are still to be made; of a listener that is far behind, the next some count."""
        return sum(
            sum(map(listener.where, self._next(name, listener.names, MANY)))
            for name, listener in list(self._listeners.items())
        )

    def set_aside(self) -> list[PoisonedEvent]:
        """List the events that listeners failed on."""
        query = sa.select(poisoned.c.listener, poisoned.c.error, events).join_from(
            poisoned, events, poisoned.c.event == events.c.id
        )
        with self.database.read() as connection:
            rows = connection.execute(query).mappings().all()
        return [
            PoisonedEvent(
                listener=row["listener"],
                error=row["error"],
                event=Event(**{name: row[name] for name in events.c.keys()}),
            )
            for row in rows
        ]

    def retry(self, listener: str, event: int) -> None:
        """Tell *listener* again of an event that it failed on; once it takes it, the event is set aside no more.

        What came after it has been told meanwhile: the order is lost. Raise NotFound if no such event is set aside,
        Unavailable if the listener fails again or somebody else is delivering for long.
        """
        aside = next((each for each in self.set_aside() if (each.listener, each.event.id) == (listener, event)), None)
        if aside is None or listener not in self._listeners:
            raise NotFound(
                f"Event {event} is not set aside for {listener}; repeatpass events list names those that are."
            )
        with self._alone():
            try:
                self._listeners[listener].handler(aside.event)
            except Exception as error:
                self._failed_again(aside)
                raise Unavailable(f"{listener} failed again on event {event}: {error!r}") from error
            with self.database.write() as connection:
                connection.execute(poisoned.delete().where(*_where(aside)))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        for _ in range(50):  # a delivery of somebody else rarely takes long
            with self.database.alone("events") as ours:
                if ours:
                    yield
                    return
            time.sleep(0.1)
        raise Unavailable("Events are being delivered; try again when that has ended.")

    def _failed_again(self, aside: PoisonedEvent) -> None:
        log.exception("%s failed again on event %s", aside.listener, aside.event.id)
        known = {"error": traceback.format_exc(limit=8), "created": now()}
        with self.database.write() as connection:
            connection.execute(poisoned.update().where(*_where(aside)).values(**known))

    def start(self) -> None:
        """Deliver in a thread until stop() is called."""
        self._thread = threading.Thread(target=self._loop, name="events", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread after the delivery that it is at."""
        self._stopping.set()
        self._news.set()
        if self._thread:
            self._thread.join(timeout=30)

    def _loop(self) -> None:
        while not self._stopping.is_set():
            self._news.clear()
            try:
                self.deliver()
            except Exception:  # the database may be away for a while; the log tries again
                log.exception("Events cannot be delivered")
            self._news.wait(timeout=1)


def _where(aside: PoisonedEvent) -> tuple[sa.ColumnElement[bool], ...]:
    return (poisoned.c.listener == aside.listener, poisoned.c.event == aside.event.id)
