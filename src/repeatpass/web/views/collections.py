"""Collections: what the platform holds, and one collection with its items."""

from dataclasses import dataclass

from markupsafe import Markup

from repeatpass.web.views.common import Download, Facet, Fact, Link, Page, Search, Table
from repeatpass.web.views.figures import MapView


@dataclass(frozen=True, kw_only=True, slots=True)
class CollectionRow:
    """A collection in a list."""

    id: str
    href: str
    title: str
    sentence: str
    nature: str  # Observation, Analysis, Model output, Climatology
    span: str
    where: str
    items: int  # files
    size: int  # bytes
    licence: str
    thumbnail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CollectionsPage(Page):
    """All collections."""

    search: Search
    facets: tuple[Facet, ...]
    rows: tuple[CollectionRow, ...]
    total: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CollectionPage(Page):
    """One collection: what it is, where and when, its items, who made it, how to open it."""

    id: str
    nature: str
    sentence: str
    about: Markup
    facts: tuple[Fact, ...]  # licence, attribution, provider, span, version, size
    map: MapView | None = None
    items: Table | None = None
    used_by: tuple[Link, ...] = ()
    code: str = ""  # the two lines that open it
    citation: str = ""
    sentinel: Table | None = None  # versions, and which inputs changed
    downloads: tuple[Download, ...] = ()
