"""Catalogues elsewhere, and adding to the registry by hand."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from repeatpass.web.views.common import NOTHING, Action, Fact, Field, Link, Page


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteRow:
    """A mounted catalogue in a list."""

    id: str
    href: str
    title: str
    url: str
    kind: str  # STAC API, Static catalogue
    state: str  # succeeded, failed, waiting
    word: str
    harvested: str
    looked: datetime | None = None
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RemotesPage(Page):
    """The catalogues elsewhere; *form* holds what was typed to mount one."""

    rows: tuple[RemoteRow, ...]
    may_mount: bool
    form: tuple[Field, ...] = ()
    refused: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FarCollection:
    """A collection elsewhere."""

    title: str
    href: str
    sentence: str
    span: str
    licence: str
    here: Link | None = None  # where it is in our registry


@dataclass(frozen=True, kw_only=True, slots=True)
class RemotePage(Page):
    """One catalogue elsewhere: its collections, by words."""

    row: RemoteRow
    facts: tuple[Fact, ...]
    words: str
    rows: tuple[FarCollection, ...]
    trouble: str = ""  # why it could not be asked now
    asked: datetime | None = None  # when what is shown was read
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class FarItem:
    """An item elsewhere, with its files."""

    id: str
    when: str
    box: str
    files: tuple[Link, ...]
    fetch: Action | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FarCollectionPage(Page):
    """One collection elsewhere: what it is, and its items by place and time."""

    remote: Link
    about: Markup
    facts: tuple[Fact, ...]
    bbox: str
    begin: str
    end: str
    rows: tuple[FarItem, ...]
    more: str = ""  # address of the next items
    snippet: str = ""
    trouble: str = ""
    refused: str = ""
    asked: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RemarkRow:
    """One thing that is said of an entry."""

    level: str  # error, warning, note
    where: str  # line 12 · Extent.spatial.bbox
    message: str
    fix: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AddPage(Page):
    """Adding an entry to the registry: filled in, or pasted."""

    fields: tuple[Field, ...]
    text: str
    checked: bool = False
    ok: bool = False
    remarks: tuple[RemarkRow, ...] = ()
    facts: tuple[Fact, ...] = ()
    refused: str = ""
    about: Markup = NOTHING
    may_add: bool = True
