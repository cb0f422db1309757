"""Freshness: whether the newest value of a live indicator is as new as it should be.

A value filed under a time stands for the step of the cadence that begins there: the monthly value of 1 October is
complete on 1 November, and the next one on 1 December. Until then the record is fresh; after that it is late; and once
the newest value is older than the declared maximum age, stale.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from repeatpass.core.durations import parse_duration
from repeatpass.core.errors import Invalid
from repeatpass.core.times import words
from repeatpass.indicators.records import Indicator, Status


class State(StrEnum):
    """How fresh a live indicator is."""

    FRESH = "fresh"
    LATE = "late"
    STALE = "stale"


@dataclass(frozen=True, kw_only=True, slots=True)
class Freshness:
    """How fresh an indicator is, and until when."""

    state: State
    newest: datetime | None  # time of the newest value; None: there is none yet
    late: datetime | None  # when the next value is due
    stale: datetime | None  # when the newest is too old

    @property
    def next_change(self) -> datetime | None:
        """When the state changes by itself, if no value comes."""
        return {State.FRESH: min(filter(None, (self.late, self.stale)), default=None), State.LATE: self.stale}.get(
            self.state
        )

    @property
    def sentence(self) -> str:
        """What is to be said of it."""
        if self.newest is None:
            return "There is no value yet."
        said = f"The newest value is of {words(self.newest)}"
        if self.state is State.FRESH:
            return f"{said}; the next is due by {words(self.next_change)}." if self.next_change else f"{said}."
        if self.state is State.LATE:
            due = f"; the next was due by {words(self.late)}" if self.late else ""
            return f"{said}{due}."
        return f"{said}, older than this record allows since {words(self.stale)}." if self.stale else f"{said}."


def freshness_of(indicator: Indicator, newest: datetime | None, moment: datetime) -> Freshness | None:
    """Return how fresh *indicator* is at a moment, whose newest number is filed under *newest*; None if it is closed."""
    if indicator.status is not Status.LIVE:
        return None
    if newest is None:
        return Freshness(state=State.STALE, newest=None, late=None, stale=None)
    try:
        cadence = parse_duration(indicator.cadence) if indicator.cadence else None
        oldest = parse_duration(indicator.max_age) if indicator.max_age else None
    except Invalid:  # kept by an older version
        return None
    late: datetime | None = newest + cadence * 2 if cadence else None
    stale: datetime | None = newest + oldest if oldest else None
    state = State.FRESH
    if late and moment > late:
        state = State.LATE
    if stale and moment > stale:
        state = State.STALE
    return Freshness(state=state, newest=newest, late=late, stale=stale)
