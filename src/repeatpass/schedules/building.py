"""Builds what schedules need of the rooms below, for the assembly."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from repeatpass.access import SYSTEM, Actor
from repeatpass.access.room import Access
from repeatpass.core.times import now
from repeatpass.indicators.collect import Collecting
from repeatpass.indicators.room import Indicators
from repeatpass.notebooks.room import Shelf
from repeatpass.notices import Notices
from repeatpass.runs.context import Contexts
from repeatpass.runs.room import Runs
from repeatpass.runs.submitting import Submitting
from repeatpass.schedules.advancing import Advancing
from repeatpass.schedules.alerts import Alerts, Reaching
from repeatpass.schedules.beginning import Beginning
from repeatpass.schedules.clock import Clock, Errand
from repeatpass.schedules.lease import Lease
from repeatpass.schedules.letters import Letters, MailServer
from repeatpass.schedules.news import News
from repeatpass.schedules.planning import Planner
from repeatpass.schedules.repeats import Repeats
from repeatpass.schedules.room import Schedules
from repeatpass.schedules.sources import Sources
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
    alerts: Alerts
    sources: Sources

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
        events.join(
            "schedules.alert",
            {"indicator.delivered"},
            lambda event: self.alerts.delivered(event.subject, event.body["run"]),
        )
        events.join("schedules.fresh", {"indicator.released", "indicator.applied"}, lambda event: self._look_again())
        events.join(
            "schedules.wake", FINISHED, lambda event: self.clock.wake(), lambda event: not event.body.get("batch")
        )

    def _look_again(self) -> None:
        self.alerts.look_again()
        self.clock.wake()


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
    notices: Notices


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """What is set for the whole house."""

    repeat: str = "never"  # how often indicators are repeated that say nothing of it
    reaching: Reaching = field(default_factory=Reaching)
    mail: MailServer | None = None


def scheduling(
    below: Below, wishes: Wishes, errands: Sequence[Errand] = (), now: Callable[[], datetime] = now
) -> Scheduling:
    """Build it; *now* tells the time, *errands* are what others want to have done beside the schedules."""
    schedules = Schedules(below.database, below.indicators, wishes.repeat, now)
    news = News(below.runs, below.contexts, below.indicators)
    advancing = Advancing(
        schedules,
        Planner(below.indicators, below.shelf, below.submitting, news, now),
        below.submitting,
        below.runs,
        below.collecting,
        Repeats(below.indicators, below.repeats, below.repeating, now),
        lambda id: _actor(below.access, id),
        now,
    )
    ticking = Ticking(schedules, Beginning(below.database, now), advancing)
    alerts = Alerts(below.database, below.indicators, below.notices, wishes.reaching, now)
    sources = Sources(below.database, schedules, below.notices.messenger.targets, now)
    own: list[Errand] = [alerts.look_around, sources.look_around]
    own += [Letters(alerts, wishes.mail, now).send_due] if wishes.mail else []
    clock = Clock(Lease(below.database, "clock"), ticking, (*own, *errands), now)
    schedules.when_changed = clock.wake
    return Scheduling(schedules=schedules, news=news, ticking=ticking, clock=clock, alerts=alerts, sources=sources)


def _actor(access: Access, id: str) -> Actor:
    return SYSTEM if id == SYSTEM.id else access.user(id)
