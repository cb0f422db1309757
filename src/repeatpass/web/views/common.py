"""Records shared by several pages: links, seals, facts, tables, facets, downloads.

Templates see only records of this package. Text is plain ``str`` and is escaped when the page is
written; markup that is already safe (server-drawn SVG, sanitised notebook HTML) is ``Markup``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from markupsafe import Markup

Verdict = Literal["identical", "tolerance", "different", "failed", "never"]
RunState = Literal["queued", "running", "succeeded", "failed", "crashed", "cancelled"]

NOTHING = Markup("")
WORDS: dict[Verdict, str] = {
    "identical": "Identical",
    "tolerance": "Within tolerance",
    "different": "Different",
    "failed": "Could not be repeated",
    "never": "Not repeated yet",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """Words that lead somewhere; without *href* they are only words."""

    text: str
    href: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seal:
    """The verdict of the newest repeat, told by shape, word, colour and date together."""

    verdict: Verdict = "never"
    when: date | None = None
    href: str = ""
    caveat: str = ""  # why the seal is not full, e.g. "inputs not fully known"

    @property
    def word(self) -> str:
        """The verdict as people say it."""
        return WORDS[self.verdict]


NEVER = Seal()


@dataclass(frozen=True, kw_only=True, slots=True)
class Freshness:
    """How fresh a live record is, told by shape, word, colour and date together."""

    state: Literal["fresh", "late", "stale"]
    word: str
    newest: str  # the time of the newest value, as people say it; empty where there is none
    sentence: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One labelled line of a document."""

    label: str
    text: str
    href: str = ""
    copy: str = ""  # full text for the copy button (a hash, an address); empty = no button
    mono: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody named as author, reviewer or the one who asked for a run."""

    name: str
    role: str = ""
    href: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Download:
    """One way to take the thing home."""

    label: str  # CSV, JSON, PNG, SVG, Vega-Lite, crate
    href: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FacetValue:
    """One value of a facet, how many things have it, and the address that toggles it."""

    text: str
    count: int
    href: str
    selected: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Facet:
    """A question one may narrow a list by."""

    title: str
    values: tuple[FacetValue, ...]
    more: Link | None = None  # where the rest of the values stand


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """The search form above a list: what was typed, what else must be kept in the address."""

    action: str
    text: str = ""
    keep: tuple[tuple[str, str], ...] = ()
    label: str = "Search"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pager:
    """Where in a long list this page stands."""

    first: int
    last: int
    total: int
    previous: str = ""
    next: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A table column; *numeric* ones are set right-aligned with even figures."""

    title: str
    numeric: bool = False
    note: str = ""  # unit or explanation, set smaller


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A table cell; *sort* is the key when the text does not sort as it reads."""

    text: str
    href: str = ""
    sort: str = ""
    mono: bool = False
    copy: str = ""
    seal: Seal | None = None
    state: str = ""  # a run state or a mark such as "held", shown with its shape


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table with a caption, for reading, sorting and taking home."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int = 0  # rows there are, when more than shown
    downloads: tuple[Download, ...] = ()
    empty: str = "Nothing here yet."


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """A change a person may ask for: a form with one button."""

    label: str
    href: str  # the address the form posts to
    fields: tuple[tuple[str, str], ...] = ()
    note: str = ""
    command: str = ""  # the same from a terminal


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """A field of a form."""

    name: str
    label: str
    value: str = ""
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()  # value, words
    long: bool = False
    secret: bool = False  # what is typed is not shown
    address: bool = False  # it takes a URL
    required: bool = False
    kind: str = ""  # the kind of areas of a batch that it belongs to; empty: to all

    def filled(self, given: Mapping[str, str]) -> "Field":
        """The field with what was given, which may be none of the choices."""
        value = given.get(self.name, self.value)
        other = self.choices and value and value not in dict(self.choices)
        return replace(self, value=value, choices=(*self.choices, (value, value)) if other else self.choices)


@dataclass(frozen=True, kw_only=True, slots=True)
class ParameterField:
    """One parameter of a notebook as a form field, made from its declaration."""

    name: str
    kind: Literal["text", "number", "integer", "boolean", "date", "choice", "list"]
    value: str
    help: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    required: bool = False
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class InputRow:
    """One input a run read, as pinned in its passport."""

    collection: Link
    item: Link
    asset: str
    version: str
    size: int  # bytes
    checksum: str  # sha256:<hex>
    href: str
    now: Literal["unchanged", "changed", "vanished", "superseded", "unknown", "elsewhere"] = "unchanged"
    cell: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OutputRow:
    """One output file of a run."""

    name: str
    title: str
    kind: str  # values, table, raster, figure, file
    media_type: str
    size: int
    checksum: str
    href: str
    unit: str = ""
    cell: int | None = None
    preview: str = ""  # address of a picture, when the output is one


@dataclass(frozen=True, kw_only=True, slots=True)
class RepeatRow:
    """One repeat in a history."""

    seal: Seal
    when: datetime
    href: str
    sentence: str
    by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """What every page says about itself."""

    title: str
    path: str  # the address of the page, without host
    description: str = ""
    json_href: str = ""  # the JSON twin
    crumbs: tuple[Link, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorPage(Page):
    """A request that could not be answered: what happened, what was kept, what to do."""

    status: int
    happened: str
    kept: str = ""
    todo: str = ""
    links: tuple[Link, ...] = ()
    request: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cover:
    """The frame around every page: who is asking, which files the pages load, what is worth saying."""

    version: str
    theme: str = ""  # "light" or "dark" when the person chose one
    form_token: str = ""  # hidden field of every form that changes something
    notice: str = ""  # one sentence under the header, e.g. what is still being filled
    actor: str = ""
