"""Repeats on a clock: the runs that made an indicator's current values, those not repeated the longest first."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from repeatpass.access import Actor
from repeatpass.core.durations import seconds_of
from repeatpass.core.errors import Invalid
from repeatpass.indicators.room import Indicators
from repeatpass.schedules.records import Plan, PlannedRun, Tick
from repeatpass.verification.records import Repeat
from repeatpass.verification.repeating import Repeating
from repeatpass.verification.room import Repeats as KeptRepeats

MOST = 25  # repeats of one tick; the others are first at the next


@dataclass(frozen=True, slots=True)
class Repeats:
    """Plans and asks for the repeats of an indicator."""

    indicators: Indicators
    kept: KeptRepeats
    repeating: Repeating
    now: Callable[[], datetime]

    def plan(self, indicator: str, every: str) -> Plan:
        """Plan the repeats of the runs whose newest verdict is older than *every*, or that have none."""
        runs = {value.run for value in self.indicators.current(indicator)}
        if not runs:
            return Plan(summary="There is no value yet that could be repeated.")
        latest = self.kept.latest(runs)
        # A tenth of leeway: a repeat takes a while, and the next is due a whole *every* after the last was.
        old = self.now() - timedelta(seconds=0.9 * seconds_of(every))
        due = sorted((_when(latest.get(run)), run) for run in runs if _when(latest.get(run)) <= old.isoformat())
        if not due:
            return Plan(summary="Every current value has been repeated lately.")
        return Plan(runs=tuple(self._planned(run, when) for when, run in due[:MOST]))

    def _planned(self, run: str, when: str) -> PlannedRun:
        # What came before is kept, so that the repeat of this tick is known among all others.
        known = self.kept.of(run)
        return PlannedRun(id=run, parameters={"after": known[0].id if known else ""}, why=_why(when))

    def ask(self, actor: Actor, tick: Tick) -> None:
        """Ask for the repeats that were not asked for since the tick began."""
        for planned in tick.runs:
            if self._of(planned) is None:
                try:
                    self.repeating.repeat(actor, planned.id)
                except Invalid:  # the run did not succeed after all: there is nothing to repeat
                    continue

    def summary(self, tick: Tick) -> str | None:
        """Say how the repeats of a tick ended; None as long as one is under way."""
        found = [each for planned in tick.runs if (each := self._of(planned)) is not None]
        if any(each.verdict is None for each in found):
            return None
        counts = Counter(str(each.verdict) for each in found)
        words = ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
        return f"{len(found)} run{'s' * (len(found) != 1)} repeated: {words or 'none'}."

    def _of(self, planned: PlannedRun) -> Repeat | None:
        after = planned.parameters["after"]
        return next((each for each in self.kept.of(planned.id) if each.id > after and not each.swapped), None)


def _when(repeat: Repeat | None) -> str:
    return repeat.created.isoformat() if repeat else ""


def _why(when: str) -> str:
    return f"last repeated {when[:10]}" if when else "never repeated"
