"""The list of schedules, one schedule, and the values of an indicator that wait for a person."""

from dataclasses import dataclass
from datetime import datetime

from repeatpass.web.views.common import Action, Fact, Link, Page
from repeatpass.web.views.figures import ChartView


@dataclass(frozen=True, kw_only=True, slots=True)
class TickRow:
    """One time that a schedule was due, and what came of it."""

    state: str  # planning, running, done, skipped, failed
    word: str
    began: datetime
    cause: str
    summary: str
    runs: tuple[Link, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleRow:
    """A schedule: what it does when, what is next, what came of the last time."""

    id: str
    href: str
    does: str  # Update, Repeat, Run
    subject: Link
    when: str  # At 06:30 every day, Europe/Rome
    next: str
    paused: bool = False
    last: TickRow | None = None
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceRow:
    """Data elsewhere that are looked at."""

    name: str
    href: str
    state: str  # fresh, late, waiting
    word: str
    looked: datetime | None
    next: datetime
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SchedulesPage(Page):
    """Every schedule of the house."""

    rows: tuple[ScheduleRow, ...]
    clock: tuple[Fact, ...]
    sources: tuple[SourceRow, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SchedulePage(Page):
    """One schedule and its history."""

    row: ScheduleRow
    ticks: tuple[TickRow, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldRow:
    """One value that waits for a person, beside the one it would replace."""

    field: str  # name of its box in the form: place/time/revision
    label: str  # its time, for people
    href: str
    new: str
    old: str  # — where there is none
    difference: str
    why: str
    run: Link
    since: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldPlace:
    """The held values of one place, with a picture of old against new."""

    title: str
    rows: tuple[HeldRow, ...]
    chart: ChartView | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldPage(Page):
    """What of an indicator waits for a person."""

    indicator: Link
    unit: str
    total: int
    places: tuple[HeldPlace, ...]
    may_judge: bool  # whether who looks may release and reject
    post: str
    error: str = ""
    reason: str = ""  # as it was typed, where the form was refused
    chosen: tuple[str, ...] = ()
