"""Builds what schedules need of the rooms below, for the assembly."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from repeatpass.access import SYSTEM, Actor
from repeatpass.access.room import Access
from repeatpass.core.times import now
from repeatpass.indicators.collect import Collecting
from repeatpass.indicators.room import Indicators
from repeatpass.notebooks.room import Shelf
from repeatpass.runs.context import Contexts
from repeatpass.runs.room import Runs
from repeatpass.runs.submitting import Submitting
from repeatpass.schedules.clock import Clock, Errand
from repeatpass.schedules.lease import Lease
from repeatpass.schedules.news import News
from repeatpass.schedules.planning import Planner
from repeatpass.schedules.repeats import Repeats
from repeatpass.schedules.room import Schedules
from repeatpass.schedules.ticking import Ticking
from repeatpass.storage.database import Database
from repeatpass.storage.events import EventLog
from repeatpass.verification.repeating import Repeating
from repeatpass.verification.room import Repeats as KeptRepeats

FINISHED = {"run.succeeded", "run.failed", "run.crashed", "run.cancelled", "repeat.finished"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Scheduling:
    """Everything that makes indicators keep themselves up to date."""

    schedules: Schedules
    news: News
    ticking: Ticking
    clock: Clock

    def start(self) -> None:
        """Have the schedules that indicators declare, and begin to look at the time."""
        self.schedules.follow_all()
        self.clock.start()

    def stop(self) -> None:
        """End; runs under way are looked after by whoever goes on."""
        self.clock.stop()

    def join(self, events: EventLog) -> None:
        """Listen to what makes schedules, and to what they wait for."""
        schedules = self.schedules
        events.join("schedules.follow", {"indicator.applied"}, lambda event: schedules.follow(event.subject))
        events.join("schedules.data", {"collection.registered"}, lambda event: schedules.data_arrived(event.subject))
        events.join("schedules.wake", FINISHED, lambda event: self.clock.wake())


@dataclass(frozen=True, kw_only=True, slots=True)
class Below:
    """The rooms that schedules stand on."""

    database: Database
    access: Access
    shelf: Shelf
    contexts: Contexts
    runs: Runs
    submitting: Submitting
    indicators: Indicators
    collecting: Collecting
    repeats: KeptRepeats
    repeating: Repeating


def scheduling(
    below: Below, repeat: str, errands: Sequence[Errand] = (), now: Callable[[], datetime] = now
) -> Scheduling:
    """Build it; *repeat* is how often indicators are repeated that say nothing of it, *now* tells the time."""
    schedules = Schedules(below.database, below.indicators, repeat, now)
    news = News(below.runs, below.contexts, below.indicators)
    ticking = Ticking(
        schedules,
        Planner(below.indicators, below.shelf, below.submitting, news, now),
        below.submitting,
        below.runs,
        below.collecting,
        Repeats(below.indicators, below.repeats, below.repeating, now),
        lambda id: _actor(below.access, id),
        now,
    )
    clock = Clock(Lease(below.database, "clock"), ticking, errands, now)
    schedules.when_changed = clock.wake
    return Scheduling(schedules=schedules, news=news, ticking=ticking, clock=clock)


def _actor(access: Access, id: str) -> Actor:
    return SYSTEM if id == SYSTEM.id else access.user(id)
