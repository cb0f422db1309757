"""Tick: begin what is due, plan it, ask for its runs, and keep what came of them.

Every step is written down before it has an effect elsewhere, and every effect carries an id that is known from what
was written down: whoever goes on after a server was killed does nothing twice and leaves nothing out.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from repeatpass.access import Actor
from repeatpass.core.errors import Conflict, Exhausted, NotFound, RepeatpassError, Unavailable
from repeatpass.core.times import iso
from repeatpass.indicators.collect import Collecting
from repeatpass.runs.records import Purpose, Run, State
from repeatpass.runs.room import Runs, Wanted
from repeatpass.runs.submitting import Submitting
from repeatpass.schedules.cron import jitter_of, missed, next_slot
from repeatpass.schedules.planning import Planner
from repeatpass.schedules.records import Kind, Plan, Schedule, Tick, TickState
from repeatpass.schedules.repeats import Repeats
from repeatpass.schedules.room import Schedules
from repeatpass.schedules.store import schedule_of, schedules, tick_of, tick_row, ticks
from repeatpass.storage import events

__all__ = ["Ticking"]
log = logging.getLogger(__name__)
LATE = timedelta(minutes=2)  # after which a slot counts as missed and made up for
PATIENCE = timedelta(days=1)  # how long something that may come back is waited for, before a tick is given up


@dataclass(frozen=True, slots=True)
class Ticking:
    """Carries out the schedules, one pass at a time. One server does so at a time."""

    schedules: Schedules
    planner: Planner
    submitting: Submitting
    runs: Runs
    collecting: Collecting
    repeats: Repeats
    actor_of: Callable[[str], Actor]
    now: Callable[[], datetime]

    def pass_once(self) -> None:
        """Go on with what is under way, then begin what is due. A schedule in trouble keeps no other from its turn."""
        for tick in self.open():
            self._guarded(tick.schedule, partial(self._go_on, tick))
        for schedule in self.schedules.schedules():
            if self._is_due(schedule):
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

    def _is_due(self, schedule: Schedule) -> bool:
        return bool(schedule.wanted) or self._slot_is_due(schedule)

    def _slot_is_due(self, schedule: Schedule) -> bool:
        if schedule.paused or schedule.due is None:
            return False
        return schedule.due + jitter_of(schedule.id, schedule.timing) <= self.now()

    # beginning ---------------------------------------------------------------------------------------------

    def _begin(self, known: Schedule) -> None:
        """Write a tick down, or remember that there is to be one once that under way has ended."""
        with self.schedules.database.write() as connection:
            schedule = self._locked(connection, known.id)
            if schedule is None or not self._is_due(schedule):
                return
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
        if not change["wanted"]:
            self._go_on(tick)

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

    # going on ----------------------------------------------------------------------------------------------

    def _go_on(self, tick: Tick) -> None:
        """Plan a tick, ask for the runs that are not there yet, and close it when all have ended."""
        try:
            schedule = self.schedules.schedule(tick.schedule)
            if tick.state is TickState.PLANNING:
                tick = self._planned(tick, schedule)
            if tick.state is TickState.RUNNING:
                self._ask(tick, schedule)
                self._close(tick, schedule)
        except (Unavailable, Exhausted) as error:  # may be otherwise in a while: an environment, a quota
            self._put_off(tick, error)
        except RepeatpassError as error:
            self._end(tick, TickState.FAILED, error.message)

    def _planned(self, tick: Tick, schedule: Schedule) -> Tick:
        if schedule.kind is Kind.UPDATE:
            self._require_alone(schedule.subject)
        plan = self._plan(tick, schedule)
        if not plan.runs:
            return self._end(tick, TickState.SKIPPED, plan.summary)
        return self._keep(replace(tick, state=TickState.RUNNING, runs=plan.runs))

    def _require_alone(self, indicator: str) -> None:
        """Raise Unavailable while an update that somebody else asked for is under way."""
        states = (State.QUEUED, State.RUNNING)
        found, _ = self.runs.page(Wanted(states=states, purpose=Purpose.UPDATE, subject=indicator, limit=1))
        if found:
            raise Unavailable(
                f"Run {found[0].id} is an update of the same indicator; this one begins when it has ended."
            )

    def _plan(self, tick: Tick, schedule: Schedule) -> Plan:
        if schedule.kind is Kind.UPDATE:
            return self.planner.update(schedule, tick)
        if schedule.kind is Kind.REPEAT:
            return self.repeats.plan(schedule.subject, schedule.timing.every)
        return self.planner.run(schedule, tick, self._before(schedule.id))

    def _before(self, schedule: str) -> Run | None:
        """The newest run of a notebook's schedule that succeeded."""
        for tick in self.schedules.ticks(schedule, limit=100):
            for each in tick.runs:
                run = self._run(each.id)
                if run is not None and run.state is State.SUCCEEDED:
                    return run
        return None

    def _ask(self, tick: Tick, schedule: Schedule) -> None:
        actor = self.actor_of(schedule.owner)
        if schedule.kind is Kind.REPEAT:
            self.repeats.ask(actor, tick)
            return
        about: Mapping[str, Any] = {}
        notebook = schedule.subject
        if schedule.kind is Kind.UPDATE:
            declared = self.planner.indicators.indicator(schedule.subject)
            notebook = declared.notebook
            about = {"purpose": Purpose.UPDATE, "subject": schedule.subject, "flavour": declared.flavour}
        for planned in tick.runs:
            if self._run(planned.id) is None:
                try:
                    self.submitting.submit(actor, notebook, planned.parameters, id=planned.id, **about)
                except Conflict:  # asked for in the same moment
                    if self._run(planned.id) is None:
                        raise

    def _close(self, tick: Tick, schedule: Schedule) -> None:
        if schedule.kind is Kind.REPEAT:
            if (summary := self.repeats.summary(tick)) is not None:
                self._end(tick, TickState.DONE, summary)
            return
        runs = [self.runs.run(each.id) for each in tick.runs]
        if all(run.state.final for run in runs):
            state = TickState.DONE if all(run.state is State.SUCCEEDED for run in runs) else TickState.FAILED
            self._end(tick, state, self._summary(runs))

    def _summary(self, runs: list[Run]) -> str:
        """What the runs of a tick brought. They are collected here where the event has not been heard yet."""
        counts, words = {"released": 0, "unchanged": 0, "held": 0}, []
        for run in runs:
            if run.state is not State.SUCCEEDED:
                words.append(f"Run {run.id} {run.state}: {run.message}")
            elif (delivery := self.collecting.collect(run.id)) is not None:
                counts = {name: count + getattr(delivery, name) for name, count in counts.items()}
                words += [delivery.reason] if delivery.reason else []
        done = f"{len(runs)} run{'s' * (len(runs) != 1)}"
        if any(run.purpose is Purpose.UPDATE for run in runs):
            done += f": {counts['released']} new, {counts['unchanged']} unchanged, {counts['held']} held"
        return " ".join([f"{done}.", *words])

    def _run(self, id: str) -> Run | None:
        try:
            return self.runs.run(id)
        except NotFound:
            return None

    def _put_off(self, tick: Tick, error: RepeatpassError) -> None:
        said = f"Waiting. {error.message}"
        if self.now() - tick.began > PATIENCE:
            self._end(tick, TickState.FAILED, error.message)
        elif said != tick.summary:
            self._keep(replace(tick, tries=tick.tries + 1, summary=said))

    def _keep(self, tick: Tick) -> Tick:
        with self.schedules.database.write() as connection:
            connection.execute(ticks.update().where(ticks.c.id == tick.id).values(**tick_row(tick)))
        return tick

    def _end(self, tick: Tick, state: TickState, summary: str) -> Tick:
        ended = replace(tick, state=state, summary=summary, ended=self.now())
        with self.schedules.database.write() as connection:
            connection.execute(ticks.update().where(ticks.c.id == tick.id).values(**tick_row(ended)))
            events.record(connection, "schedule.ticked", tick.schedule, tick=tick.id, state=state, summary=summary)
        log.info("Schedule %s: %s", tick.schedule, summary)
        self.schedules.when_changed()  # one that was put off may begin now
        return ended
