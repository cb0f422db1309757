"""Which runs a list is to show, said in SQL that both databases read."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from repeatpass.core.times import now
from repeatpass.runs.asked import executions
from repeatpass.runs.records import Purpose, State
from repeatpass.runs.store import runs
from repeatpass.storage.database import seconds_between
from repeatpass.storage.schema import Moment


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which runs a list is to show; a field left empty does not narrow it."""

    states: tuple[State, ...] = ()
    notebook: str = ""
    process: tuple[str, ...] = ()  # as a standard names it: the notebook, or what was asked for
    purpose: Purpose | None = None
    subject: str = ""
    actor: str = ""  # who asked
    since: datetime | None = None  # created
    until: datetime | None = None
    shortest: float | None = None  # seconds from start to end, or to now for a run under way
    longest: float | None = None
    limit: int = 50
    offset: int = 0


def narrowed(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    """Return the conditions that *wanted* stands for."""
    exact = {
        runs.c.notebook: wanted.notebook,
        runs.c.purpose: wanted.purpose,
        runs.c.subject: wanted.subject,
        runs.c.actor: wanted.actor,
    }
    where: list[sa.ColumnElement[bool]] = [column == value for column, value in exact.items() if value]
    if wanted.states:
        where.append(runs.c.state.in_(wanted.states))
    if wanted.process:
        where.append(_of_process(wanted.process))
    if wanted.since:
        where.append(runs.c.created >= wanted.since)
    if wanted.until:
        where.append(runs.c.created <= wanted.until)
    return where + _lasted(wanted)


def _of_process(processes: tuple[str, ...]) -> sa.ColumnElement[bool]:
    asked = sa.select(executions.c.run).where(executions.c.run == runs.c.id)
    return sa.or_(
        asked.where(executions.c.process.in_(processes)).exists(),
        sa.and_(runs.c.notebook.in_(processes), ~asked.exists()),
    )


def _lasted(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    """Compare durations; a run that has not begun has none and is in no such list."""
    lasted = seconds_between(runs.c.started, sa.func.coalesce(runs.c.finished, sa.literal(now(), Moment())))
    where: list[sa.ColumnElement[bool]] = []
    if wanted.shortest is not None:
        where.append(lasted >= wanted.shortest)
    if wanted.longest is not None:
        where.append(lasted <= wanted.longest)
    return where
