"""Feeding: parts into the queue of runs, ended runs back into their parts.

Every step is one transaction that can be done twice without harm: the run of the third try of part 7 has one id
that follows from that, so two coordinators can never ask for it twice; and an ended run is counted once, because
its part then no longer runs.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from repeatpass.access import SYSTEM
from repeatpass.batches.records import Batch, BatchState, Part, PartState
from repeatpass.batches.room import Batches, back_off
from repeatpass.batches.store import batch_of, batches, part_of, parts
from repeatpass.core.errors import Conflict, Exhausted
from repeatpass.core.times import now
from repeatpass.runs.fingerprints import Reusing
from repeatpass.runs.records import Run, State
from repeatpass.runs.room import Runs
from repeatpass.runs.store import runs
from repeatpass.runs.submitting import Submitting
from repeatpass.storage import events

log = logging.getLogger(__name__)
CRASHES = 5  # how often a part whose machine failed is begun
FINAL = [state for state in State if state.final]
TO_DO = (PartState.WAITING, PartState.RUNNING)


class Feeding:
    """Moves parts on. It keeps nothing in memory."""

    def __init__(self, room: Batches, queue: Runs, submitting: Submitting, reusing: Reusing) -> None:
        self.room, self.queue, self.submitting, self.reusing = room, queue, submitting, reusing
        self.database = room.database

    def open(self) -> list[Batch]:
        """List the batches with which something is to be done, the oldest first."""
        working = sa.exists().where(parts.c.batch == batches.c.id, parts.c.state == PartState.RUNNING)
        where = (batches.c.state == BatchState.RUNNING) | (batches.c.state != BatchState.FINISHED) & working
        with self.database.read() as connection:
            rows = connection.execute(sa.select(batches).where(where).order_by(batches.c.created)).mappings().all()
        return [batch_of(row) for row in rows]

    def queued(self) -> int:
        """Return how many parts wait in the queue of runs."""
        query = sa.select(sa.func.count()).select_from(runs).where(runs.c.state == State.QUEUED, runs.c.batch != "")
        with self.database.read() as connection:
            return int(connection.execute(query).scalar_one())

    # ended runs --------------------------------------------------------------------------------------------

    def settle(self, batch: Batch) -> int:
        """Take the outcome of ended runs into their parts; return how many there were."""
        ended = (parts.c.batch == batch.id, parts.c.state == PartState.RUNNING, runs.c.state.in_(FINAL))
        columns = (*parts.c, runs.c.state.label("ended"), runs.c.message.label("said"), runs.c.finished.label("at"))
        query = sa.select(*columns).join(runs, parts.c.run == runs.c.id).where(*ended)
        with self.database.read() as connection:
            rows = connection.execute(query).mappings().all()
        for row in rows:
            self._keep(_after(batch, part_of(row), State(row["ended"]), row["said"], row["at"]), row["run"])
        return len(rows)

    def _keep(self, part: Part, run: str) -> None:
        where = (parts.c.batch == part.batch, parts.c.number == part.number)
        still = (parts.c.state == PartState.RUNNING, parts.c.run == run)
        names = ("state", "failures", "crashes", "not_before", "finished", "reason")
        values = {name: getattr(part, name) for name in names}
        with self.database.write() as connection:
            connection.execute(parts.update().where(*where, *still).values(**values))

    # parts to come -----------------------------------------------------------------------------------------

    def feed(self, batch: Batch, count: int) -> int:
        """Ask for the runs of up to *count* parts whose time has come; return how many were asked for."""
        some = self._next(batch, count)
        if not some:
            return 0
        done = self.reusing.done((part.fingerprint for part in some), batch.legs.context)
        to_do = [part for part in some if part.fingerprint not in done]
        asked = [self._run(batch, part, parameters) for part, parameters in self._with_all(batch, to_do)]
        try:
            with self.database.write() as connection:
                for part in some:
                    self._begin(connection, part, done.get(part.fingerprint, ""))
                self.queue.enqueue_in(connection, asked)
        except (Conflict, sa.exc.IntegrityError):  # another coordinator was first
            return 0
        except Exhausted as error:
            self._say(batch, error.message)
            return 0
        self.queue.when_queued()
        return len(some)

    def _with_all(self, batch: Batch, some: Sequence[Part]) -> list[tuple[Part, dict[str, Any]]]:
        return list(zip(some, self.room.parameters(batch.id, some), strict=True))

    def _next(self, batch: Batch, count: int) -> list[Part]:
        waiting = (parts.c.batch == batch.id, parts.c.state == PartState.WAITING)
        due = parts.c.not_before.is_(None) | (parts.c.not_before <= now())
        query = sa.select(parts).where(*waiting, due).order_by(parts.c.number).limit(count)
        with self.database.read() as connection:
            return [part_of(row) for row in connection.execute(query).mappings()]

    def _run(self, batch: Batch, part: Part, parameters: dict[str, Any]) -> Run:
        owner = replace(SYSTEM, id=batch.actor) if batch.actor != SYSTEM.id else SYSTEM
        flavour = batch.specification.flavour
        return self.submitting.part(owner, batch.legs, parameters, id=run_id(part), batch=batch.id, flavour=flavour)

    def _begin(self, connection: sa.Connection, part: Part, reused: str) -> None:
        where = (parts.c.batch == part.batch, parts.c.number == part.number)
        as_it_was = (parts.c.state == PartState.WAITING, parts.c.tries == part.tries)
        running = {"state": PartState.RUNNING, "run": run_id(part), "tries": part.tries + 1, "not_before": None}
        standing = {"state": PartState.REUSED, "run": reused, "finished": now(), "reason": ""}
        change = parts.update().where(*where, *as_it_was).values(**(standing if reused else running))
        if connection.execute(change).rowcount != 1:
            raise Conflict(f"Part {part.number} of batch {part.batch} was begun by another.")

    def _say(self, batch: Batch, message: str) -> None:
        with self.database.write() as connection:
            connection.execute(batches.update().where(batches.c.id == batch.id).values(message=message))

    # the end -----------------------------------------------------------------------------------------------

    def finish(self, batch: Batch) -> bool:
        """Close a batch whose parts are all final, and record that news once; say whether it was done now."""
        to_do = sa.exists().where(parts.c.batch == batches.c.id, parts.c.state.in_(TO_DO))
        where = (batches.c.id == batch.id, batches.c.state == BatchState.RUNNING, ~to_do)
        counts = self.room.counts([batch.id])[batch.id]
        known = {str(state): counts[state] for state in PartState if counts[state]}
        change = {"state": BatchState.FINISHED, "finished": now(), "message": _summary(known)}
        with self.database.write() as connection:
            if connection.execute(batches.update().where(*where).values(**change)).rowcount != 1:
                return False
            events.record(connection, "batch.finished", batch.id, **known)
        log.info("Batch %s is finished: %s", batch.id, known, extra={"batch": batch.id})
        return True

    def has_ended(self, batch: Batch) -> bool:
        """Say whether no part is to be done any more; cheaper than trying to finish."""
        query = sa.select(parts.c.number).where(parts.c.batch == batch.id, parts.c.state.in_(TO_DO)).limit(1)
        with self.database.read() as connection:
            return connection.execute(query).first() is None


def run_id(part: Part) -> str:
    """Return the id of the next run of a part: batch, part, try."""
    return f"{part.batch}-{part.number}-{part.tries + 1}"


def _after(batch: Batch, part: Part, state: State, said: str, at: Any) -> Part:
    """The part as it stands after its run has ended."""
    if state is State.SUCCEEDED:
        return replace(part, state=PartState.DONE, finished=at, reason="")
    if state is State.CANCELLED or batch.state is BatchState.CANCELLED:
        return replace(part, state=PartState.CANCELLED, finished=at, reason=said)
    crashed = state is State.CRASHED
    part = replace(part, crashes=part.crashes + crashed, failures=part.failures + (not crashed), reason=said)
    if part.crashes >= CRASHES or part.failures > batch.specification.retries:
        return replace(part, state=PartState.FAILED, finished=at)
    return replace(part, state=PartState.WAITING, not_before=now() + back_off(part.failures + part.crashes))


def _summary(known: dict[str, int]) -> str:
    words = ", ".join(f"{count:,} {state}" for state, count in known.items())
    return f"Every part is final: {words}."
