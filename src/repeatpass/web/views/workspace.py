"""The workspace of whoever is signed in: what is used, what is kept, what is secret."""

from dataclasses import dataclass
from datetime import datetime

from repeatpass.web.views.common import Action, Link, Page, Table


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """Something that is used up to a quota; without *of* there is no limit, and no bar is drawn."""

    label: str
    used: str
    of: str = ""
    percent: float = 0.0  # 0 to 100
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretRow:
    """A secret by its name; its value is never shown."""

    name: str
    updated: datetime
    remove: Action


@dataclass(frozen=True, kw_only=True, slots=True)
class Keeping:
    """How long what a run left is kept, and what may be done about it."""

    words: str  # Kept for ever · Kept until 3 May 2027 · The results … were deleted …
    keep: Action | None = None
    delete: Action | None = None
    deleted: bool = False
    ends: bool = False  # whether a day is set on which it goes


@dataclass(frozen=True, kw_only=True, slots=True)
class ResultRow:
    """What one run left, in a list by size."""

    run: Link
    notebook: Link
    finished: datetime | None
    size: int  # bytes
    keeping: Keeping


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkspacePage(Page):
    """One person's workspace."""

    owner: str
    bars: tuple[Bar, ...]
    runs: Table
    results: tuple[ResultRow, ...]
    retention: str  # how long results are kept here, in a sentence
    secrets: tuple[SecretRow, ...]
    secret_name: str = ""  # as it was given, when the form was refused
    secret_error: str = ""
