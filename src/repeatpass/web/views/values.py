"""The passport of a value, and the verdict of a repeat."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from repeatpass.web.views.common import (
    Action,
    Download,
    Fact,
    InputRow,
    Link,
    OutputRow,
    Page,
    Person,
    RepeatRow,
    RunState,
    Seal,
    Table,
)
from repeatpass.web.views.indicators import Reading


@dataclass(frozen=True, kw_only=True, slots=True)
class ValuePage(Page):
    """The passport: how one value was made, line by line, each line copyable and a link."""

    id: str
    indicator: Link
    place: Link
    reading: Reading
    seal: Seal
    resting: str = ""  # which inputs have changed since, in a sentence
    strip: tuple[Fact, ...]  # the machine-readable lines at the head of the document
    run: Link
    made: datetime
    notebook: tuple[Fact, ...]  # name, revision, licence, author
    parameters: tuple[Fact, ...]
    environment: tuple[Fact, ...]
    inputs: tuple[InputRow, ...]
    inputs_known: bool
    unrecorded: tuple[str, ...] = ()  # what was read around the recorder
    output: OutputRow | None = None
    cell: int | None = None
    cell_source: str = ""
    cost: tuple[Fact, ...] = ()
    people: tuple[Person, ...] = ()
    repeats: tuple[RepeatRow, ...] = ()
    repeat: Action | None = None
    revisions: Table | None = None  # the other values this place and time has had
    earlier: Link | None = None
    later: Link | None = None
    downloads: tuple[Download, ...] = ()
    permalink: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Leg:
    """One thing a result stands on, then and now."""

    name: Literal["Code", "Parameters", "Environment", "Inputs", "Randomness", "Machine"]
    then: str
    now: str
    same: bool | None  # None = could not be told
    note: str = ""
    then_href: str = ""
    now_href: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OutputComparison:
    """How one output of the repeat compares with the original."""

    name: str
    kind: str
    seal: Seal
    bytes_equal: bool
    sentence: str
    max_absolute: str = ""
    max_relative: str = ""
    share: str = ""  # of elements that differ
    where: str = ""
    tolerance: str = ""
    href: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RepeatPage(Page):
    """One repeat: the verdict, the reason, leg by leg and output by output."""

    of: Link
    seal: Seal
    state: RunState
    sentence: str
    when: datetime
    legs: tuple[Leg, ...]
    outputs: tuple[OutputComparison, ...]
    cause: str = ""  # code, environment, input, parameter, randomness, unexplained
    original: Link | None = None
    repeated: Link | None = None
    facts: tuple[Fact, ...] = ()
    again: Action | None = None
    history: tuple[RepeatRow, ...] = ()
    events_href: str = ""  # while it runs
    downloads: tuple[Download, ...] = ()
