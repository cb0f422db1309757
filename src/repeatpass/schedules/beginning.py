"""Begin: write a tick down that is due, or remember that there is to be one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from repeatpass.core.times import iso
from repeatpass.schedules.cron import jitter_of, missed, next_slot
from repeatpass.schedules.records import Schedule, Tick, TickState
from repeatpass.schedules.store import schedule_of, schedules, tick_row, ticks
from repeatpass.storage.database import Database

LATE = timedelta(minutes=2)  # after which a slot counts as missed and made up for


@dataclass(frozen=True, slots=True)
class Beginning:
    """Knows which schedules are due, and writes their ticks down."""

    database: Database
    now: Callable[[], datetime]

    def is_due(self, schedule: Schedule) -> bool:
        """Whether a schedule is to begin now."""
        return bool(schedule.wanted) or self._slot_is_due(schedule)

    def _slot_is_due(self, schedule: Schedule) -> bool:
        if schedule.paused or schedule.due is None:
            return False
        return schedule.due + jitter_of(schedule.id, schedule.timing) <= self.now()

    def begin(self, known: Schedule) -> Tick | None:
        """Write a tick down and return it, or remember that there is to be one once that under way has ended."""
        with self.database.write() as connection:
            schedule = self._locked(connection, known.id)
            if schedule is None or not self.is_due(schedule):
                return None
            tick = self._tick(schedule)
            change: dict[str, Any] = {"wanted": ""}
            if self._slot_is_due(schedule):  # one tick does for both, the slot and what it was wanted for
                change["due"] = self._following(schedule)
            if self._is_open(connection, schedule.id):
                # Remembered once, however often it comes due meanwhile.
                change["wanted"] = schedule.wanted or f"{tick.cause}, put off until the run before had ended"
            elif not self._is_known(connection, tick.id):
                connection.execute(ticks.insert().values(**tick_row(tick)))
            connection.execute(schedules.update().where(schedules.c.id == schedule.id).values(**change))
        return None if change["wanted"] else tick

    def _tick(self, schedule: Schedule) -> Tick:
        moment = self.now()
        if schedule.wanted:
            id = f"{schedule.id}@{iso(moment)}"
            return Tick(id=id, schedule=schedule.id, due=moment, cause=schedule.wanted, began=moment)
        assert schedule.due is not None
        cause, id = self._cause(schedule, schedule.due, moment), f"{schedule.id}@{iso(schedule.due)}"
        return Tick(id=id, schedule=schedule.id, due=schedule.due, cause=cause, began=moment)

    def _cause(self, schedule: Schedule, due: datetime, moment: datetime) -> str:
        count = missed(schedule.timing, due, moment - jitter_of(schedule.id, schedule.timing), schedule.created)
        if count > 1:
            return f"the clock, once for {'more than ' if count >= 1000 else ''}{count} times that were missed"
        if moment - due - jitter_of(schedule.id, schedule.timing) > LATE:
            return "the clock, made up for later"
        return "the clock"

    def _following(self, schedule: Schedule) -> datetime | None:
        return next_slot(schedule.timing, self.now(), schedule.created)

    def _locked(self, connection: sa.Connection, id: str) -> Schedule | None:
        query = sa.select(schedules).where(schedules.c.id == id).with_for_update()
        row = connection.execute(query).mappings().first()
        return None if row is None else schedule_of(row)

    def _is_open(self, connection: sa.Connection, schedule: str) -> bool:
        where = (ticks.c.schedule == schedule, ticks.c.state.in_((TickState.PLANNING, TickState.RUNNING)))
        return connection.execute(sa.select(ticks.c.id).where(*where)).first() is not None

    def _is_known(self, connection: sa.Connection, tick: str) -> bool:
        return connection.execute(sa.select(ticks.c.id).where(ticks.c.id == tick)).first() is not None
