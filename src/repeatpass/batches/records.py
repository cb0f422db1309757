"""Batches, their parts, and what is planned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from repeatpass.core.errors import Conflict
from repeatpass.notebooks.records import Revision
from repeatpass.runs.records import Legs


class PartState(StrEnum):
    """How a part of a batch stands."""

    WAITING = "waiting"  # not in the queue of runs yet, or to be tried again
    RUNNING = "running"  # a run was asked for and has not ended
    DONE = "done"
    REUSED = "reused"  # an earlier run with the same work and the same inputs stands for it
    FAILED = "failed"  # tried as often as was allowed
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Whether nothing more happens by itself."""
        return self not in (PartState.WAITING, PartState.RUNNING)


class BatchState(StrEnum):
    """How a batch stands."""

    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"  # every part is final; some may have failed
    CANCELLED = "cancelled"


class BatchWrongState(Conflict):
    """The batch is not in a state in which this can be done."""

    kind = "batch-wrong-state"


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """One place of the grid. *value* is what the notebook's parameter gets."""

    number: int
    name: str
    value: Any
    geometry: Mapping[str, Any]  # GeoJSON, longitude and latitude, for the map


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One notebook run of a batch: one area, one time step, one combination of the varied parameters."""

    batch: str
    number: int  # from 0
    area: int | None
    time: str  # the step in words, such as 2020-05; empty without time steps
    parameters: Mapping[str, Any]  # all of them, except that of the area where there are areas
    fingerprint: str
    state: PartState = PartState.WAITING
    run: str = ""  # the present or last one; of a reused part, the earlier run
    tries: int = 0
    failures: int = 0  # since the last time that somebody asked
    crashes: int = 0
    not_before: datetime | None = None
    finished: datetime | None = None
    reason: str = ""  # why it failed, or why it waits to be tried again


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """The middle of what was measured, and the range of nine in ten."""

    low: float
    middle: float
    high: float

    def __mul__(self, factor: float) -> "Spread":
        return Spread(low=self.low * factor, middle=self.middle * factor, high=self.high * factor)


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """What the parts that are to be done will cost, learned from *measured* runs of the notebook.

    CPU time in seconds, wall time in seconds on *lanes* parts at a time, bytes of outputs, peak memory of one
    part in bytes. Without a measured run there is none of them, and *sentence* says so.
    """

    measured: int
    lanes: int
    sentence: str
    cpu_s: Spread | None = None
    wall_s: Spread | None = None
    bytes: float | None = None
    peak_bytes: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Specification:
    """What a batch was asked to be, as it was given and checked. *body* follows batch.schema.json."""

    body: Mapping[str, Any]

    @property
    def notebook(self) -> str:
        """``notebook`` or ``notebook@revision``."""
        return str(self.body["notebook"])

    @property
    def retries(self) -> int:
        """How often a part whose notebook failed is tried again."""
        return int(self.body.get("retries", 1))

    @property
    def flavour(self) -> str:
        """The class of resources of each run; empty for the usual one."""
        return str(self.body.get("flavour", ""))


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A batch that could be started, worked out to the last part."""

    specification: Specification
    name: str
    revision: Revision
    legs: Legs
    areas: Sequence[Area] = field(repr=False)
    times: Sequence[str] = field(repr=False)
    area_parameter: str
    parts: Sequence[Part] = field(repr=False)
    done: Mapping[int, str] = field(repr=False)  # part -> the run that did it already
    estimate: Estimate

    @property
    def total(self) -> int:
        """Number of parts."""
        return len(self.parts)

    @property
    def first(self) -> Sequence[Part]:
        """The first parts, for people to look at."""
        return self.parts[:10]

    def parameters(self, part: Part) -> dict[str, Any]:
        """All parameters that the run of *part* gets."""
        return whole(part, self.area_parameter, None if part.area is None else self.areas[part.area])


def whole(part: Part, area_parameter: str, area: Area | None) -> dict[str, Any]:
    """Return the parameters of a part with that of its area."""
    return dict(part.parameters) | ({} if area is None or not area_parameter else {area_parameter: area.value})


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """A notebook over a grid, begun."""

    id: str
    name: str
    actor: str
    state: BatchState
    specification: Specification
    notebook: str
    legs: Legs
    parts: int
    estimate: Estimate
    created: datetime
    resumed: datetime  # when it was begun or last taken up again
    finished: datetime | None = None
    message: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How far a batch is. Rates are those of the last parts that ended; None where nothing is known yet."""

    counts: Mapping[PartState, int]
    per_hour: float | None = None
    eta_s: float | None = None
    cpu_s: float = 0.0  # used by its runs so far

    @property
    def total(self) -> int:
        """Number of parts."""
        return sum(self.counts.values())

    @property
    def final(self) -> int:
        """Number of parts with which nothing more happens."""
        return sum(count for state, count in self.counts.items() if state.final)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """A reason for which parts failed, with how many and the first of them."""

    reason: str
    count: int
    parts: Sequence[int]
    runs: Sequence[str]
