"""Documents of the OGC API as pages."""

from dataclasses import dataclass

from repeatpass.web.views.common import Fact, Page, Table
from repeatpass.web.views.figures import MapView


@dataclass(frozen=True, kw_only=True, slots=True)
class OgcSection:
    """One part of a document: a table, facts, or something to type."""

    id: str
    title: str
    note: str = ""
    table: Table | None = None
    facts: tuple[Fact, ...] = ()
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class OgcPage(Page):
    """A landing page, a list, a process, a job, results, or the documentation of the API."""

    eyebrow: str
    lede: str = ""
    facts: tuple[Fact, ...] = ()
    sections: tuple[OgcSection, ...] = ()
    previous: str = ""  # addresses of the neighbouring pages of a list
    next: str = ""
    map: MapView | None = None
