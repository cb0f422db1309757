"""What the pages look things up with: the house, what was read of it a moment ago, and what was drawn."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol, TypeVar

from repeatpass.access import Actor
from repeatpass.assembly import House
from repeatpass.core.errors import NotFound
from repeatpass.indicators.records import Delivery, Indicator, Value
from repeatpass.runs.records import Provenance, Run
from repeatpass.verification.records import Repeat
from repeatpass.web.batch_map import Outlines
from repeatpass.web.drawings import Drawings

T = TypeVar("T")
REMEMBERED = 500  # finished runs, which never change


class Filling(Protocol):
    """How far the house is filled."""

    done: bool
    doing: str


@dataclass(frozen=True, kw_only=True)
class Series:
    """An indicator with all its current values, as they were at *stamp*."""

    indicator: Indicator
    stamp: str
    values: Sequence[Value]  # by place, then time
    held: Sequence[Value]
    deliveries: Sequence[Delivery]  # newest first
    _worked_out: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What *make* gives, worked out once for these values under *name*."""
        if name not in self._worked_out:
            self._worked_out[name] = make()
        found: T = self._worked_out[name]
        return found

    @cached_property
    def by_place(self) -> dict[str, list[Value]]:
        """The values of each place that has any, in the order in which the indicator names its places."""
        found: dict[str, list[Value]] = {place.id: [] for place in self.indicator.places}
        for value in self.values:
            found.setdefault(value.place, []).append(value)
        return {place: values for place, values in found.items() if values}

    @cached_property
    def latest(self) -> Value | None:
        """The newest value that is a number; of several places, that of the one named first."""
        known = [value for values in self.by_place.values() for value in values if value.value is not None]
        return max(known, key=lambda value: value.time, default=None)

    @cached_property
    def runs(self) -> Counter[str]:
        """How many current values each run made."""
        return Counter(value.run for value in self.values)

    @property
    def id(self) -> str:
        """The indicator's id."""
        return self.indicator.id


class Desk:
    """One per server. Remembers each indicator's values until its stamp changes."""

    def __init__(self, house: House, filling: Filling) -> None:
        self.house = house
        self.filling = filling
        self.drawings = Drawings(house.settings.home / "cache" / "drawn")
        self.outlines = Outlines()
        self._series: dict[str, Series] = {}
        self._finished: dict[str, Provenance] = {}

    def as_seen_by(self, viewer: Actor) -> "Desk":
        """The same desk over the collections that *viewer* may see; what was read and drawn is shared."""
        seen = copy(self)
        seen.house = self.house.as_seen_by(viewer)
        return seen

    def series(self, id: str) -> Series:
        """One indicator with its values; raise NotFound if there is none."""
        return self._fresh(id, self.house.indicators.stamp(id))

    def every(self) -> list[Series]:
        """All indicators by title."""
        found = [self._fresh(id, stamp) for id, stamp in self.house.indicators.stamps().items()]
        return sorted(found, key=lambda series: series.indicator.title)

    def _fresh(self, id: str, stamp: str) -> Series:
        known = self._series.get(id)
        if known is None or known.stamp != stamp or not stamp:
            known = self._read(id, stamp)
            self._series[id] = known
        return known

    def _read(self, id: str, stamp: str) -> Series:
        room = self.house.indicators
        return Series(
            indicator=room.indicator(id),
            stamp=stamp,
            values=room.current(id),
            held=room.held(id),
            deliveries=room.deliveries(id),
        )

    def run(self, id: str) -> tuple[Run, Provenance]:
        """A run with what it read and left; of a finished one, that is read once. Raise NotFound if there is none."""
        run = self.house.runs.run(id)  # how long it is kept may change after its end
        return run, self.provenance(run)

    def provenance(self, run: Run) -> Provenance:
        """What a run read and left; of a finished one, that is read once."""
        if (known := self._finished.get(run.id)) is not None:
            return known
        provenance = self.house.runs.provenance(run.id)
        if run.state.final:
            if len(self._finished) >= REMEMBERED:
                self._finished.clear()
            self._finished[run.id] = provenance
        return provenance

    def verdicts(self, every: Iterable[Series]) -> dict[str, Repeat]:
        """The newest finished repeat, everything pinned, of each run that made a current value; one query."""
        return self.house.repeats.latest({run for series in every for run in series.runs})

    def title(self, id: str) -> str:
        """What an indicator is called; its id where there is none (any more)."""
        try:
            return self.series(id).indicator.title
        except NotFound:
            return id
