"""Data that people brought: theirs, one of them, the form for new ones, what waits for an editor."""

from dataclasses import dataclass
from datetime import datetime

from repeatpass.web.views.common import Action, Fact, Field, Link, Page


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamChoice:
    """A team that a collection can be shared with."""

    id: str
    name: str
    members: int
    chosen: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Sending:
    """What can be done with a collection of one's own, and how it stands."""

    words: str  # Private · Shared with ann, ben · Waits for an editor since … · Public · Withdrawn …
    users: str = ""  # as the field for sharing holds them
    teams: tuple[TeamChoice, ...] = ()
    share: str = ""  # the address that the form of names posts to; empty: it cannot be shared
    offer: Action | None = None
    withdraw: str = ""  # the address that the form of a reason posts to; empty: it cannot be withdrawn


@dataclass(frozen=True, kw_only=True, slots=True)
class BroughtRow:
    """One thing that somebody brought, in a list."""

    title: Link
    stage: str  # a word for its shape and colour
    words: str
    when: datetime
    size: int  # bytes
    picture: str = ""  # address of a small picture
    change: Link | None = None  # where its owner says who sees it


@dataclass(frozen=True, kw_only=True, slots=True)
class DataPage(Page):
    """Everything that one person brought, and their collections that others do not see."""

    owner: str
    rows: tuple[BroughtRow, ...]
    others: tuple[BroughtRow, ...]  # collections of theirs that runs made and that are not public
    shared: tuple[BroughtRow, ...]  # what others share with them
    review: int | None = None  # how many wait for an editor; None: the actor is none
    used: str = ""  # of the quota, in words


@dataclass(frozen=True, kw_only=True, slots=True)
class NewDataPage(Page):
    """The form with which data are brought."""

    fields: tuple[Field, ...]
    optional: tuple[Field, ...]
    address: str = ""
    refused: str = ""
    largest: str = ""  # what one file may have
    taken: str = ""  # which formats


@dataclass(frozen=True, kw_only=True, slots=True)
class ProblemRow:
    """Why a file cannot be taken, and what would help."""

    file: str
    message: str
    remedy: str
    kind: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PieceRow:
    """One file that was taken: what it is, where and when, its numbers."""

    name: str
    kept: str  # in which form, and whether it was converted
    facts: tuple[Fact, ...]
    numbers: tuple[tuple[str, ...], ...]  # name, minimum, mean, maximum, deviation, valid share
    remarks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SubmissionPage(Page):
    """One thing that somebody brought: how far it is, what was found, who may see it."""

    stage: str
    words: str
    working: bool  # the page asks for itself again
    percent: float | None  # of the fetch or the check, where it is known
    doing: str
    facts: tuple[Fact, ...]
    problems: tuple[ProblemRow, ...]
    pieces: tuple[PieceRow, ...]
    picture: str = ""
    picture_alt: str = ""
    collection: Link | None = None
    sending: Sending | None = None
    again: str = ""  # address of the form, filled in again


@dataclass(frozen=True, kw_only=True, slots=True)
class SharingPage(Page):
    """Who sees one collection of one's own, and who is to."""

    collection: Link
    sending: Sending
    refused: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferedRow:
    """A collection that waits for an editor."""

    title: Link
    owner: str
    since: datetime | None
    description: str
    facts: tuple[Fact, ...]
    remarks: tuple[str, ...]
    accept: Action | None  # None: it is the editor's own
    decline: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewPage(Page):
    """What waits for an editor."""

    rows: tuple[OfferedRow, ...]
