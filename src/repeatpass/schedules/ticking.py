"""Tick: go on with what is under way, then begin what is due."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import sqlalchemy as sa

from repeatpass.core.errors import Unavailable
from repeatpass.schedules.advancing import Advancing
from repeatpass.schedules.beginning import Beginning
from repeatpass.schedules.cron import jitter_of
from repeatpass.schedules.records import Schedule, Tick, TickState
from repeatpass.schedules.room import Schedules
from repeatpass.schedules.store import tick_of, ticks

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ticking:
    """Carries out the schedules, one pass at a time. One server does so at a time."""

    schedules: Schedules
    beginning: Beginning
    advancing: Advancing

    def pass_once(self) -> None:
        """Go on with what is under way, then begin what is due. A schedule in trouble keeps no other from its turn."""
        for tick in self.open():
            self._guarded(tick.schedule, partial(self.advancing.go_on, tick))
        for schedule in self.schedules.schedules():
            if self.beginning.is_due(schedule):
                self._guarded(schedule.id, partial(self._begin, schedule))

    def next_due(self) -> datetime | None:
        """Return when something is due next, jitter and all."""
        waiting = [each for each in self.schedules.schedules() if each.due and not each.paused]
        return min((each.due + jitter_of(each.id, each.timing) for each in waiting if each.due), default=None)

    def open(self) -> list[Tick]:
        """List the ticks that are not final, oldest first."""
        query = sa.select(ticks).where(ticks.c.state.in_((TickState.PLANNING, TickState.RUNNING)))
        with self.schedules.database.read() as connection:
            return [tick_of(row) for row in connection.execute(query.order_by(ticks.c.began)).mappings()]

    def _guarded(self, schedule: str, step: Callable[[], None]) -> None:
        try:
            step()
        except (Unavailable, sa.exc.OperationalError) as error:
            log.warning("Schedule %s goes on later: %s", schedule, error)
        except Exception:
            log.exception("Schedule %s failed", schedule)

    def _begin(self, schedule: Schedule) -> None:
        if (tick := self.beginning.begin(schedule)) is not None:
            self.advancing.go_on(tick)
