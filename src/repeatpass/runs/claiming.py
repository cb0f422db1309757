"""Claiming: which queued run is taken next, in one statement that no two workers can both win.

Higher priority first, then the older. The memory of all runs that are carried out on one machine stays within what it
has: the run whose turn it is waits until enough is free, and those behind it wait with it, so that a large run is
not overtaken for ever by small ones. Runs of people who have as many under way as they may are passed over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from repeatpass.core.times import now
from repeatpass.runs.records import State
from repeatpass.runs.store import runs
from repeatpass.storage.database import Database


@dataclass(frozen=True, kw_only=True, slots=True)
class Capacity:
    """What one machine's workers may take on together."""

    memory_bytes: int = 0  # 0: not limited
    parts: bool | None = None  # True: only parts of batches; False: everything else; None: both
    busy: Callable[[sa.Connection], set[str]] = lambda _: set()  # who has as many runs under way as they may


UNLIMITED = Capacity()


def claim_statement(database: Database, connection: sa.Connection, worker: str, capacity: Capacity) -> sa.Update:
    """Return the statement that takes the next run for *worker* and marks it running; it changes no row or one."""
    waiting = _waiting(connection, capacity)
    # Two steps, so that both are answered from one index: the highest priority there is, then its oldest run.
    highest = sa.select(runs.c.priority).where(*waiting).order_by(runs.c.priority.desc()).limit(1).scalar_subquery()
    oldest = sa.select(runs.c.id).where(*waiting, runs.c.priority == highest).order_by(runs.c.created, runs.c.id)
    chosen = database.skip_locked(oldest.limit(1)).scalar_subquery()
    taken: dict[str, Any] = {"state": State.RUNNING, "worker": worker, "started": now()}
    change = runs.update().where(runs.c.id == chosen, runs.c.state == State.QUEUED).values(**taken)
    if capacity.memory_bytes:
        _one_at_a_time(connection, _machine(worker))
        change = change.where(runs.c.memory_bytes + _in_use(worker) <= capacity.memory_bytes)
    return change.returning(*runs.c)


def any_waiting(capacity: Capacity) -> sa.Select[tuple[str]]:
    """Return the question whether there is anything to claim."""
    return sa.select(runs.c.id).where(*_queued(capacity)).limit(1)


def _queued(capacity: Capacity) -> list[sa.ColumnElement[bool]]:
    queued: list[sa.ColumnElement[bool]] = [runs.c.state == State.QUEUED]
    if capacity.parts is not None:
        queued.append(runs.c.batch != "" if capacity.parts else runs.c.batch == "")
    return queued


def _waiting(connection: sa.Connection, capacity: Capacity) -> list[sa.ColumnElement[bool]]:
    waiting = _queued(capacity)
    if capacity.memory_bytes:  # one that never fits here is another machine's to take
        waiting.append(runs.c.memory_bytes <= capacity.memory_bytes)
    if busy := capacity.busy(connection):
        waiting.append(runs.c.actor.not_in(busy))
    return waiting


def _machine(worker: str) -> str:
    """Return the part of a worker's name that all workers of its machine share."""
    return worker.rpartition("-")[0] or worker


def _in_use(worker: str) -> sa.ScalarSelect[Any]:
    """Count the memory of the runs that are carried out on the machine of *worker*."""
    other = runs.alias("other")
    here = other.c.worker.startswith(_machine(worker), autoescape=True)
    total = sa.func.coalesce(sa.func.sum(other.c.memory_bytes), 0)
    return sa.select(total).where(other.c.state == State.RUNNING, here).scalar_subquery()


def _one_at_a_time(connection: sa.Connection, machine: str) -> None:
    """Let the claims of one machine follow each other, or two could both see the same memory free."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"claim {machine}"))))
