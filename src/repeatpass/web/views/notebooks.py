"""Notebooks: the shelf, and one notebook to read and to run."""

from dataclasses import dataclass

from markupsafe import Markup

from repeatpass.web.views.common import (
    NEVER,
    Action,
    Download,
    Facet,
    Fact,
    Link,
    Page,
    Pager,
    ParameterField,
    Person,
    Seal,
    Search,
    Table,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class NotebookCard:
    """A notebook in a list."""

    name: str
    href: str
    title: str
    summary: str
    authors: str
    licence: str
    revision: str  # sha256:…
    reads: tuple[Link, ...]  # collections
    makes: tuple[Link, ...]  # indicators
    seconds: float | None = None  # the usual run
    figure: str = ""  # address of its picture
    seal: Seal = NEVER


@dataclass(frozen=True, kw_only=True, slots=True)
class NotebooksPage(Page):
    """The shelf."""

    search: Search
    facets: tuple[Facet, ...]
    cards: tuple[NotebookCard, ...]
    total: int
    pager: Pager | None = None
    command: str = "repeatpass notebooks add FILE.ipynb"


@dataclass(frozen=True, kw_only=True, slots=True)
class FlavourChoice:
    """A class of resources that a run may be given."""

    name: str
    words: str  # medium: 2 CPUs, 4.3 GB, 1 h
    selected: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class NotebookPage(Page):
    """One notebook: rendered, its parameters as a form, its runs."""

    name: str
    summary: str
    revision: str
    html: Markup
    parameters: tuple[ParameterField, ...]
    run: Action | None
    facts: tuple[Fact, ...]
    people: tuple[Person, ...] = ()
    citation: str = ""
    reads: tuple[Link, ...] = ()
    makes: tuple[Link, ...] = ()
    contents: tuple[Link, ...] = ()  # headings of the notebook
    revisions: Table | None = None
    runs: Table | None = None
    seal: Seal | None = None
    downloads: tuple[Download, ...] = ()
    error: str = ""  # why the form was refused
    flavours: tuple[FlavourChoice, ...] = ()
    withdrawn: str = ""  # since when it is no longer offered, in a sentence
