"""Runs: the list, and one run with its steps, log, inputs, outputs and notebook."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from repeatpass.web.views.common import (
    NOTHING,
    Action,
    Download,
    Facet,
    Fact,
    InputRow,
    Link,
    OutputRow,
    Page,
    Pager,
    RunState,
    Seal,
    Table,
)
from repeatpass.web.views.workspace import Keeping


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRow:
    """A run in a list."""

    id: str
    href: str
    state: RunState
    notebook: Link
    purpose: str  # Update of Niño 3.4 · Repeat of run … · Trial
    by: str
    created: datetime
    seconds: float | None
    message: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunsPage(Page):
    """All runs, newest first."""

    rows: tuple[RunRow, ...]
    facets: tuple[Facet, ...] = ()
    pager: Pager | None = None
    queue: tuple[Fact, ...] = ()  # waiting, running, kernels ready


@dataclass(frozen=True, kw_only=True, slots=True)
class CellStep:
    """A code cell as a step: its first line, how long it took, how it stands."""

    index: int
    title: str
    seconds: float | None
    state: str  # waiting, running, succeeded, failed
    share: float = 0.0  # percent of the run's time


@dataclass(frozen=True, kw_only=True, slots=True)
class LogLine:
    """One line of the log, counted from 1."""

    number: int
    time: str  # 08:05:40
    kind: str  # state, cell, stream, error, limit
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """The failing cell."""

    cell: int
    source: str
    error: str  # ValueError: …
    traceback: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RunPage(Page):
    """One run, while it runs and for ever after."""

    id: str
    state: RunState
    message: str
    notebook: Link
    revision: str  # sha256:…
    facts: tuple[Fact, ...]  # who, why, when, environment
    done: int = 0
    cells: int = 0
    steps: tuple[CellStep, ...] = ()
    log: tuple[LogLine, ...] = ()
    log_total: int = 0
    log_href: str = ""  # the whole log as text
    events_href: str = ""  # server-sent events; empty when the run has ended
    parameters: tuple[Fact, ...] = ()
    inputs: tuple[InputRow, ...] = ()
    inputs_known: bool = True
    unrecorded: tuple[str, ...] = ()
    outputs: tuple[OutputRow, ...] = ()
    resources: tuple[Fact, ...] = ()
    values: Table | None = None
    failure: Failure | None = None
    seal: Seal | None = None
    cancel: Action | None = None
    again: Action | None = None
    repeat: Action | None = None
    downloads: tuple[Download, ...] = ()
    notebook_html: Markup = NOTHING
    keeping: Keeping | None = None
