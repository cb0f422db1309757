"""Batches: the list, one batch while it runs and after, and the form for a new one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from markupsafe import Markup

from repeatpass.web.views.common import NOTHING, Action, Cell, Download, Fact, Field, Link, Page, Pager, Table

PartWord = Literal["waiting", "running", "done", "reused", "failed", "cancelled"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """How many parts are in a state, and their share in percent, for bar and legend."""

    state: PartWord
    word: str
    count: int
    share: float
    href: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchRow:
    """A batch in a list."""

    href: str
    name: str
    state: str
    notebook: Link
    parts: int
    tallies: tuple[Tally, ...]
    by: str
    created: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchesPage(Page):
    """All batches, newest first."""

    rows: tuple[BatchRow, ...]
    pager: Pager | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaMap:
    """The areas of a batch on the globe, coloured by state; *box* is west, north, width, height in degrees."""

    box: tuple[float, float, float, float]
    shapes: Markup
    caption: str
    linked: bool = False  # whether each area leads to its parts


@dataclass(frozen=True, kw_only=True, slots=True)
class TroubleRow:
    """A reason for which parts failed."""

    reason: str
    count: int
    runs: tuple[Link, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class MergeRow:
    """A merge that was asked for, and what came of it."""

    title: str
    state: str  # asked, begun, done, failed
    word: str
    note: str = ""  # why it failed
    collection: str = ""
    href: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MergeForm:
    """What the results of a batch can be merged into."""

    href: str
    forms: tuple[tuple[str, str], ...]  # value, words
    outputs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchPage(Page):
    """One batch."""

    id: str
    state: str
    sentence: str
    notebook: Link
    final: int
    parts: int
    tallies: tuple[Tally, ...]
    facts: tuple[Fact, ...]
    estimate: tuple[Fact, ...]
    map: AreaMap | None = None
    troubles: tuple[TroubleRow, ...] = ()
    table: Table | None = None
    shown: str = ""  # which parts the table shows, in words
    pager: Pager | None = None
    actions: tuple[Action, ...] = ()
    events_href: str = ""  # server-sent events; empty when nothing changes any more
    downloads: tuple[Download, ...] = ()
    specification: str = ""
    merges: tuple[MergeRow, ...] = ()
    merge: MergeForm | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class BoxRow:
    """The number fields of one drawn box: name, label and what was given of each, in degrees."""

    number: int
    sides: tuple[Field, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedBatch:
    """What a batch would be, shown before it is started."""

    name: str
    parts: int
    done: int
    sentence: str
    facts: tuple[Fact, ...]
    first: tuple[tuple[Cell, ...], ...]
    map: AreaMap | None
    start: Action


@dataclass(frozen=True, kw_only=True, slots=True)
class NewBatchPage(Page):
    """Choose a notebook, areas, times and parameters; see the plan; start."""

    notebooks: tuple[tuple[str, str], ...]
    notebook: str = ""
    areas: tuple[Field, ...] = ()
    boxes: tuple[BoxRow, ...] = ()
    times: tuple[Field, ...] = ()
    parameters: tuple[Field, ...] = ()
    refused: str = ""
    planned: PlannedBatch | None = None
    drawing: Markup = NOTHING
