"""The queue and the memory of the runs."""

import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from dataclasses import asdict
from datetime import datetime
from typing import Any, Self

import sqlalchemy as sa

from repeatpass.access import Actor, Right
from repeatpass.core.errors import Conflict, NotFound
from repeatpass.core.times import now
from repeatpass.runs.asked import Asked, asked_of
from repeatpass.runs.callbacks import tells_of_beginning
from repeatpass.runs.claiming import UNLIMITED, Capacity, any_waiting, claim_statement
from repeatpass.runs.follow import record_end
from repeatpass.runs.narrowing import Wanted, narrowed
from repeatpass.runs.records import (
    Provenance,
    Purpose,
    Run,
    RunInput,
    RunOutput,
    State,
    UnrecordedRead,
    WrongState,
)
from repeatpass.runs.seeing import run_seen_by
from repeatpass.runs.store import parts_of, run_inputs, run_of, run_outputs, run_row, run_unrecorded, runs
from repeatpass.storage import events
from repeatpass.storage.database import Database

__all__ = ["CANCEL", "Runs", "Wanted"]
log = logging.getLogger(__name__)
CANCEL = "run.cancel-asked"
BEGAN = "run.began"


class Runs:
    """Every run of the house, whatever its state. Changes of state happen here and nowhere else."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.viewer: Actor | None = None
        self._news = threading.Condition()
        self._closing = False
        self.when_queued: Callable[[], None] = lambda: None  # the assembly wakes the workers with it
        self.require_room: Callable[[sa.Connection, Run], None] = lambda *_: None  # the assembly asks the quotas

    def as_seen_by(self, viewer: Actor) -> Self:
        """Return the same runs as far as *viewer* may see them; see `seeing`."""
        seen = copy(self)
        seen.viewer = viewer
        return seen

    # asking ------------------------------------------------------------------------------------------------

    def enqueue(self, actor: Actor, run: Run, also: Callable[[sa.Connection], None] = lambda _: None) -> Run:
        """Queue *run*, which `runs.submitting` has put together and checked.

        *also* is done in the same transaction. Raise Conflict if there is a run of this id, Exhausted if the
        actor's quota has no room for another.
        """
        actor.require(Right.RUN)
        try:
            with self.database.write() as connection:
                connection.execute(runs.insert().values(**run_row(run)))
                events.record(connection, "run.queued", run.id, purpose=run.purpose, subject=run.subject)
                self.require_room(connection, run)
                also(connection)
        except sa.exc.IntegrityError:
            raise Conflict(
                f"There is a run {run.id} already; leave out the id, or choose another.", run=run.id
            ) from None
        log.info("Run %s of %s is queued", run.id, run.name, extra={"run": run.id})
        self.when_queued()
        return run

    def enqueue_in(self, connection: sa.Connection, asked: Sequence[Run]) -> None:
        """Queue runs in the transaction of *connection*; whoever commits it calls `when_queued` afterwards."""
        if asked:
            connection.execute(runs.insert(), [run_row(run) for run in asked])
        for run in asked:
            events.record(connection, "run.queued", run.id, purpose=run.purpose, subject=run.subject)

    def run(self, id: str) -> Run:
        """Return one run; raise NotFound if there is none that the viewer may see."""
        with self.database.read() as connection:
            query = sa.select(runs).where(runs.c.id == id, run_seen_by(self.viewer))
            row = connection.execute(query).mappings().first()
        if row is None:
            raise NotFound(f"There is no run {id}.", run=id)
        return run_of(row)

    def require_open_file(self, checksum: str) -> None:
        """Raise NotFound for a file that runs have read, none of which the viewer may see."""
        query = sa.select(run_seen_by(self.viewer)).select_from(runs).join(run_inputs, run_inputs.c.run == runs.c.id)
        with self.database.read() as connection:
            seen = connection.execute(query.where(run_inputs.c.checksum == checksum).distinct()).scalars().all()
        if seen and not any(seen):
            raise NotFound(f"The file {checksum} is not in the file area.", checksum=checksum)

    def page(self, wanted: Wanted) -> tuple[list[Run], int]:
        """Return a page of runs, newest first, and how many there are in all."""
        where = [*narrowed(wanted), run_seen_by(self.viewer)]
        query = sa.select(runs).where(*where).order_by(runs.c.created.desc(), runs.c.id.desc())
        with self.database.read() as connection:
            total = connection.execute(sa.select(sa.func.count()).select_from(runs).where(*where)).scalar_one()
            rows = connection.execute(query.limit(wanted.limit).offset(wanted.offset)).mappings().all()
        return [run_of(row) for row in rows], total

    def asked(self, ids: Collection[str]) -> dict[str, Asked]:
        """Return by run how it was asked for, for those of *ids* that came through a standard."""
        with self.database.read() as connection:
            return asked_of(connection, ids)

    def provenance(self, id: str) -> Provenance:
        """Return everything that a run read and left."""
        with self.database.read() as connection:
            return Provenance(
                outputs=parts_of(connection, run_outputs, RunOutput, id),
                inputs=parts_of(connection, run_inputs, RunInput, id),
                unrecorded=parts_of(connection, run_unrecorded, UnrecordedRead, id),
            )

    def latest_success(self, notebook: str, revision: str) -> Run | None:
        """Return the newest run of this very revision that succeeded, None if there is none."""
        same = (runs.c.notebook == notebook, runs.c.revision == revision, runs.c.state == State.SUCCEEDED)
        query = sa.select(runs).where(*same).order_by(runs.c.created.desc()).limit(1)
        with self.database.read() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else run_of(row)

    def updates_reading(self, collection: str, item: str = "") -> list[Run]:
        """List the updates that succeeded and read *collection* (or one item of it), oldest first."""
        read = sa.select(run_inputs.c.run).where(run_inputs.c.collection == collection)
        chosen = read.where(run_inputs.c.item == item) if item else read
        query = sa.select(runs).where(
            runs.c.id.in_(chosen), runs.c.purpose == Purpose.UPDATE, runs.c.state == State.SUCCEEDED
        )
        with self.database.read() as connection:
            return [run_of(row) for row in connection.execute(query.order_by(runs.c.created)).mappings()]

    def counts(self) -> Mapping[State, int]:
        """Return how many runs are in each state."""
        query = sa.select(runs.c.state, sa.func.count()).group_by(runs.c.state)
        with self.database.read() as connection:
            found: dict[str, int] = {row[0]: row[1] for row in connection.execute(query)}
        return {state: found.get(state, 0) for state in State}

    # working -----------------------------------------------------------------------------------------------

    def claim(self, worker: str, capacity: Capacity = UNLIMITED) -> Run | None:
        """Take the next queued run for *worker*, already marked running; None if there is none that it may begin.

        Two workers never take the same run: the row is chosen and changed in one statement
        (PostgreSQL passes over rows that another worker is taking).
        """
        if not self.waits(capacity):  # a look costs less than a claim, which writes
            return None
        with self.database.write() as connection:
            statement = claim_statement(self.database, connection, worker, capacity)
            row = connection.execute(statement).mappings().first()
        return None if row is None else run_of(row)

    def waits(self, capacity: Capacity = UNLIMITED) -> bool:
        """Say whether there is a run in the queue of the kind that *capacity* is for."""
        with self.database.read() as connection:
            return connection.execute(any_waiting(capacity)).first() is not None

    def keep_ticket(self, id: str, ticket: str) -> None:
        """Remember how the runner finds a run again after a restart; it has begun, which some want to be told."""
        with self.database.write() as connection:
            connection.execute(runs.update().where(runs.c.id == id).values(ticket=ticket))
            if tells_of_beginning(connection, id):
                events.record(connection, BEGAN, id)

    def abandoned(self, dead: set[str], alive: set[str]) -> list[Run]:
        """List the runs that were taken and not finished by the *dead* workers of this home.

        On SQLite every worker is one of this home, so whoever is not *alive* is dead, even if nothing else is
        known of it (the home was moved or restored).
        """
        query = sa.select(runs).where(runs.c.state == State.RUNNING)
        query = query.where(runs.c.worker.not_in(alive) if self.database.is_sqlite else runs.c.worker.in_(dead))
        with self.database.read() as connection:
            return [run_of(row) for row in connection.execute(query).mappings()]

    def unattended(self, worker: str, attended: Collection[str], before: datetime) -> list[Run]:
        """List the runs that *worker* has taken *before* that moment and does not look after.

        It was told of none of them: the line to the database was cut between a claim and its answer.
        """
        where = (runs.c.state == State.RUNNING, runs.c.worker == worker, runs.c.started < before)
        with self.database.read() as connection:
            found = [run_of(row) for row in connection.execute(sa.select(runs).where(*where)).mappings()]
        return [run for run in found if run.id not in attended]

    def take_over(self, run: Run, worker: str) -> bool:
        """Make *worker* the one that sees *run* through; False if another was first, or the run has ended."""
        where = (runs.c.id == run.id, runs.c.state == State.RUNNING, runs.c.worker == run.worker)
        with self.database.write() as connection:
            return connection.execute(runs.update().where(*where).values(worker=worker)).rowcount == 1

    def finish(self, run: Run, provenance: Provenance, also: Callable[[sa.Connection], None] = lambda _: None) -> Run:
        """Keep a run's final state, its outputs and inputs, and the news of it, all or nothing.

        *run* is the finished run; *also* is done in the same transaction. Raise WrongState if it was finished
        meanwhile: nothing is kept twice.
        """
        with self.database.write() as connection:
            where = (runs.c.id == run.id, runs.c.state == State.RUNNING)
            if connection.execute(runs.update().where(*where).values(**run_row(run))).rowcount != 1:
                raise WrongState(f"Run {run.id} is finished already.", run=run.id)
            _insert(connection, run_outputs, provenance.outputs)
            _insert(connection, run_inputs, provenance.inputs)
            _insert(connection, run_unrecorded, provenance.unrecorded)
            news = {"purpose": run.purpose, "subject": run.subject, "notebook": run.legs.notebook, "batch": run.batch}
            events.record(connection, f"run.{run.state}", run.id, **news)
            record_end(connection, run.id)
            also(connection)
        with self._news:
            self._news.notify_all()
        return run

    def wait(self, id: str, timeout: float) -> Run:
        """Return the run as soon as it has ended, or as it stands after *timeout* seconds or when the house closes."""
        until = time.monotonic() + timeout
        while not (run := self.run(id)).state.final and (left := until - time.monotonic()) > 0 and not self._closing:
            with self._news:  # a worker elsewhere cannot notify: look again after half a second
                self._news.wait(min(left, 0.5))
        return run

    def close(self) -> None:
        """Keep nobody waiting any longer: the house is being closed."""
        self._closing = True
        with self._news:
            self._news.notify_all()

    def cancel_queued(self, actor: Actor, id: str) -> Run:
        """Cancel a run that has not begun; one that runs is stopped through the worker."""
        run = self.run(id)
        actor.require_own(run.actor)
        cancelled = run.to(State.CANCELLED, finished=now(), message=f"Cancelled by {actor.name} before it began.")
        with self.database.write() as connection:
            where = (runs.c.id == id, runs.c.state == State.QUEUED)
            if connection.execute(runs.update().where(*where).values(**run_row(cancelled))).rowcount != 1:
                raise WrongState(f"Run {id} has begun meanwhile.", run=id)
            events.record(connection, "run.cancelled", id, purpose=run.purpose, subject=run.subject)
            record_end(connection, id)
        return cancelled

    def ask_to_cancel(self, actor: Actor, id: str) -> None:
        """Leave word for the worker of a run, wherever it is, that the run is to be stopped."""
        with self.database.write() as connection:
            events.record(connection, CANCEL, id, by=actor.name)

    def asked_to_cancel(self, id: str) -> str:
        """Return who asked for a run to be stopped, empty if nobody did."""
        query = sa.select(events.events.c.body).where(events.events.c.name == CANCEL, events.events.c.subject == id)
        with self.database.read() as connection:
            body = connection.execute(query.limit(1)).scalar()
        return "" if body is None else str(body["by"])

    def needed_files(self) -> set[str]:
        """Return the checksums that gc must keep for the runs' sake; of a run whose results were deleted, its source."""
        own = [sa.select(column) for column in (runs.c.source, runs.c.context, runs.c.log, runs.c.executed)]
        parts = [
            sa.select(table.c.checksum).join(runs, runs.c.id == table.c.run).where(runs.c.deleted.is_(None))
            for table in (run_outputs, run_inputs)
        ]
        with self.database.read() as connection:
            return {found for query in (*own, *parts) for found in connection.execute(query).scalars() if found}

    def kits(self) -> set[str]:
        """Return the digests of the kits that runs have imported or will import."""
        with self.database.read() as connection:
            return set(connection.execute(sa.select(runs.c.kit).distinct()).scalars())


def _insert(connection: sa.Connection, table: sa.Table, records: Any) -> None:
    if records:
        connection.execute(table.insert(), [asdict(record) for record in records])
