"""Go on with a tick: plan it, ask for its runs, and keep what came of them.

Every step is written down before it has an effect elsewhere, and every effect carries an id that is known from what
was written down: whoever goes on after a server was killed does nothing twice and leaves nothing out.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from repeatpass.access import Actor
from repeatpass.core.errors import Conflict, Exhausted, NotFound, RepeatpassError, Unavailable
from repeatpass.indicators.collect import Collecting
from repeatpass.runs.records import Purpose, Run, State
from repeatpass.runs.room import Runs, Wanted
from repeatpass.runs.submitting import Submitting
from repeatpass.schedules.planning import Planner
from repeatpass.schedules.records import Kind, Plan, Schedule, Tick, TickState
from repeatpass.schedules.repeats import Repeats
from repeatpass.schedules.room import Schedules
from repeatpass.schedules.store import tick_row, ticks
from repeatpass.schedules.summing import summary_of
from repeatpass.storage import events

log = logging.getLogger(__name__)
PATIENCE = timedelta(days=1)  # how long something that may come back is waited for, before a tick is given up


@dataclass(frozen=True, slots=True)
class Advancing:
    """Takes ticks from planned to ended."""

    schedules: Schedules
    planner: Planner
    submitting: Submitting
    runs: Runs
    collecting: Collecting
    repeats: Repeats
    actor_of: Callable[[str], Actor]
    now: Callable[[], datetime]

    def go_on(self, tick: Tick) -> None:
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
            self._end(tick, state, summary_of(runs, self.collecting))

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
