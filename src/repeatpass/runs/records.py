"""Runs, and what they leave behind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from repeatpass.core.errors import Conflict
from repeatpass.runs.execution import Failure, Usage


class State(StrEnum):
    """How a run stands. CRASHED, the machine broke, is not FAILED, the work did."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CRASHED = "crashed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Whether nothing comes after."""
        return self not in NEXT


NEXT = {  # every state not listed here is final
    State.QUEUED: {State.RUNNING, State.CANCELLED, State.CRASHED},
    State.RUNNING: {State.SUCCEEDED, State.FAILED, State.CRASHED, State.CANCELLED},
}


class Purpose(StrEnum):
    """Why a run was asked for. Only an update is ever collected into an indicator."""

    EXECUTE = "execute"
    UPDATE = "update"  # of the indicator that is the run's subject
    REPEAT = "repeat"  # of the run that is its subject


class WrongState(Conflict):
    """The run cannot go from where it is to where it was sent."""

    kind = "run-wrong-state"


@dataclass(frozen=True, kw_only=True, slots=True)
class Legs:
    """What a result stands on; a repeat pins every one of them.

    A leg that is empty is not known.
    """

    notebook: str  # notebook id
    revision: str  # SHA-256 of the canonical source
    source: str  # checksum of the .ipynb in the file area
    environment: str  # digest of the lock and the interpreter's version
    environment_name: str
    kit: str  # digest of the kit that the notebook imported
    context: str  # checksum of the list of collections it could open
    machine: str = ""  # system and processor, for the record: it cannot be pinned


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One execution of one notebook revision with one set of parameters."""

    id: str
    legs: Legs
    parameters: Mapping[str, Any]
    workspace: str
    actor: str
    purpose: Purpose
    subject: str  # the indicator updated, the run repeated; empty otherwise
    limits: Mapping[str, Any]
    created: datetime
    state: State = State.QUEUED
    worker: str = ""
    ticket: str = ""  # how the runner finds it again after a restart
    started: datetime | None = None
    finished: datetime | None = None
    message: str = ""  # one sentence for the person who asked
    failure: Failure | None = None
    usage: Usage | None = None
    limits_by: str = ""  # which limit ended it, if one did
    log: str = ""  # checksum of log.jsonl
    executed: str = ""  # checksum of the executed notebook
    flavour: str = ""  # name of the class of resources that was chosen
    isolation: str = ""  # how it was kept apart and its limits held, in a sentence
    batch: str = ""  # the batch it is a part of
    fingerprint: str = ""  # digest of revision, environment, kit and parameters: with the same inputs, the same work
    priority: int = 0  # higher ones are taken first; parts of batches wait behind single runs
    kept_until: datetime | None = None  # when what it left may be deleted; None: it is kept for ever
    kept_by: str = ""  # who asked for it to be kept for ever
    deleted: datetime | None = None  # when what it left was deleted; the record stays
    deleted_by: str = ""
    closed: bool = False  # it can open collections that not everybody may see

    def to(self, state: State, **known: Any) -> Self:
        """Return this run moved to *state*; raise WrongState if that cannot be."""
        if state not in NEXT.get(self.state, ()):
            raise WrongState(f"Run {self.id} is {self.state}; it cannot become {state}.", run=self.id)
        return replace(self, state=state, **known)

    @property
    def name(self) -> str:
        """What ran: ``notebook@revision``, shortened."""
        return f"{self.legs.notebook}@{self.legs.revision[:12]}"


@dataclass(frozen=True, kw_only=True, slots=True)
class RunOutput:
    """A file that a run left on purpose."""

    run: str
    name: str
    path: str  # relative to the outputs folder
    kind: str  # values | table | raster | figure | file | literal (one JSON value)
    media_type: str
    title: str
    unit: str
    cell: int | None  # execution count of the cell that wrote it
    checksum: str
    size: int  # bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class RunInput:
    """A file that a run read through ``repeatpass.open``."""

    run: str
    collection: str
    version: str
    item: str
    asset: str
    href: str
    size: int  # bytes
    checksum: str
    media_type: str
    cell: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class UnrecordedRead:
    """Something that a run read past ``repeatpass.open``; with one of these its inputs are not fully known."""

    run: str
    kind: str  # file | network | process | bytes
    name: str
    cell: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Provenance:
    """Everything that a run read and left."""

    outputs: Sequence[RunOutput]
    inputs: Sequence[RunInput]
    unrecorded: Sequence[UnrecordedRead]

    @property
    def fully_known(self) -> bool:
        """Whether every input is recorded, as far as can be observed."""
        return not self.unrecorded
