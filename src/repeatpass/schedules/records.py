"""Schedules, and what came of each time that one was due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from repeatpass.indicators.timing import Timing


class Kind(StrEnum):
    """What a schedule has done."""

    UPDATE = "update"  # of the indicator that is its subject
    REPEAT = "repeat"  # of the runs that made that indicator's current values
    RUN = "run"  # of the notebook that is its subject


class TickState(StrEnum):
    """How a tick stands. Only the first two are not final."""

    PLANNING = "planning"
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"  # there was nothing to do
    FAILED = "failed"  # it could not be planned, or a run of it did not succeed

    @property
    def final(self) -> bool:
        """Whether nothing comes after."""
        return self not in (TickState.PLANNING, TickState.RUNNING)


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """Something that is to be done again and again."""

    id: str  # kind and subject: update-warmth
    kind: Kind
    subject: str
    owner: str  # in whose name the runs are
    timing: Timing
    created: datetime
    parameters: Mapping[str, Any] = field(default_factory=dict)  # of a notebook's run
    paused: bool = False
    note: str = ""  # who paused it, when and why; empty otherwise
    due: datetime | None = None  # the slot that comes next, without jitter; None: the clock has nothing to do with it
    wanted: str = ""  # why it is to begin as soon as it can, whatever the clock says; empty: it is not
    checked: str = ""  # digest of the timing that *due* was worked out with


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedRun:
    """One run that a tick asks for. Its id is known before it is asked for, so that it is asked for once."""

    id: str
    parameters: Mapping[str, Any]
    why: str  # such as “missing 2026-10-01 to 2026-11-01 at here”


@dataclass(frozen=True, kw_only=True, slots=True)
class Tick:
    """One time that a schedule was due, and what it led to."""

    id: str  # schedule and slot: the same slot is never done twice
    schedule: str
    due: datetime  # the slot; or when it was wanted
    cause: str  # “the clock”, “new data in sst”, “asked by Owner”
    began: datetime
    state: TickState = TickState.PLANNING
    runs: Sequence[PlannedRun] = ()
    summary: str = ""  # one sentence: what came of it
    ended: datetime | None = None
    tries: int = 0  # how often planning it failed for want of something that may come back


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is to be done, or why nothing is."""

    runs: Sequence[PlannedRun] = ()
    summary: str = ""
