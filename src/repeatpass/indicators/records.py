"""Indicators, their places and periods, and their values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from repeatpass.indicators.timing import Taking, Timing
from repeatpass.kit.records import Tolerance


class Status(StrEnum):
    """Whether an indicator goes on. Freshness concerns live ones only."""

    LIVE = "live"
    CLOSED = "closed record"


class ValueState(StrEnum):
    """A held value failed a gate and waits for a person; it is never shown as the indicator's. Nor is one that a
    person rejected."""

    RELEASED = "released"
    HELD = "held"
    REJECTED = "rejected"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Somewhere that an indicator speaks of."""

    id: str
    name: str
    geometry: Mapping[str, Any] | None = None  # GeoJSON, WGS 84 longitude and latitude; None: nowhere in particular


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """An annotated band of time, such as a restriction or a phase of ENSO."""

    start: datetime
    end: datetime
    label: str
    kind: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MapLayer:
    """The gridded output that is drawn as a map over time."""

    output: str  # name of the raster output
    variable: str = ""
    colormap: str = "viridis"
    range: tuple[float, float] | None = None
    unit: str = ""
    title: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Indicator:
    """What an indicator says of itself; made from its YAML file."""

    id: str
    title: str
    finding: str  # one sentence
    unit: str
    notebook: str  # name on the shelf, or name@revision
    output: str  # name of the values output
    status: Status
    themes: Sequence[str] = ()
    agencies: Sequence[str] = ()
    satellites: Sequence[str] = ()
    sensors: Sequence[str] = ()
    description: str = ""
    method: str = ""
    limitations: str = ""
    authors: Sequence[str] = ()
    contact: str = ""
    licence: str = ""
    citation: str = ""
    cadence: str = ""  # ISO 8601 duration
    max_age: str = ""  # ISO 8601 duration
    schedule: Timing | None = None
    update: Taking | None = None  # how its notebook takes places and times; None: it computes everything at once
    repeat: str = ""  # ISO 8601 duration between two repeats, or "never"; empty: as the house does
    flavour: str = ""  # class of resources of its updates; empty: as its notebook wishes
    corrections: str = ""  # "held" or "released"; empty: held if it has a schedule
    alerts: Mapping[str, str] = field(default_factory=dict)  # webhook, email
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tolerance: Tolerance = Tolerance()
    range: tuple[float, float] | None = None  # plausible values, in the indicator's unit
    places: Sequence[Place] = ()
    periods: Sequence[Period] = ()
    chart: Mapping[str, Any] = field(default_factory=dict)  # Vega-Lite fragment
    map: MapLayer | None = None

    @property
    def holds_corrections(self) -> bool:
        """Whether a number that would replace another waits for a person."""
        return (self.corrections or ("held" if self.schedule else "released")) == "held"

    def place(self, id: str) -> Place | None:
        """Return the place called *id*, None if the indicator does not know it."""
        return next((place for place in self.places if place.id == id), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """One revision of one value."""

    id: int
    indicator: str
    place: str
    time: datetime
    revision: int  # 1 for the first of this place and time
    value: float | None  # in the indicator's unit; None is a stated gap
    lower: float | None
    upper: float | None
    reference: float | None
    flag: str
    run: str
    state: ValueState
    reason: str  # why it replaced another, or why it is held
    created: datetime

    @property
    def numbers(self) -> tuple[float | None, ...]:
        """What must be equal for two revisions to say the same."""
        return (self.value, self.lower, self.upper, self.reference)


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """What one run brought to an indicator."""

    run: str
    indicator: str
    created: datetime
    released: int = 0
    unchanged: int = 0
    held: int = 0
    reason: str = ""  # why nothing of it could be taken


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """An indicator in a list: itself, its newest value, how many there are."""

    indicator: Indicator
    latest: Value | None
    values: int
    held: int
    updated: datetime | None
