"""Collections: what the platform holds, and one collection with its items."""

from dataclasses import dataclass, field
from datetime import datetime

from markupsafe import Markup

from repeatpass.web.views.common import Download, Facet, Fact, Link, Page, Pager, Search, Table
from repeatpass.web.views.figures import Extent, MapView


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """A stretch of time on an axis; *left* and *width* in per cent of it."""

    left: float
    width: float
    label: str  # April 2006 to September 2010
    ongoing: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Tick:
    """A mark on an axis of time."""

    left: float  # per cent
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeBar:
    """When there are data: a bar per year or month, as high as it has items; without bars one stretch."""

    stretch: Stretch
    ticks: tuple[Tick, ...]
    bars: tuple[tuple[float, float, float, str], ...] = ()  # left and width in per cent, height from 0 to 1, words
    caption: str = ""


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
    use: str = ""  # what the licence allows, in plain words
    tags: tuple[Link, ...] = ()
    makers: str = ""
    examples: int = 0  # notebooks that open it
    stretch: Stretch | None = None
    box: Extent | None = None  # west, south, east, north in degrees
    strip: bool = False  # the thumbnail is a map too flat to stand alone


@dataclass(frozen=True, kw_only=True, slots=True)
class CollectionsPage(Page):
    """All collections."""

    search: Search
    facets: tuple[Facet, ...]
    rows: tuple[CollectionRow, ...]
    total: int
    heading: str = "Collections"
    of: int = 0  # how many there are, when the list is narrowed
    chosen: tuple[Link, ...] = ()
    pager: Pager | None = None
    sorts: tuple[Link, ...] = ()  # the present one leads nowhere
    ticks: tuple[Tick, ...] = ()
    place: tuple[tuple[str, str], ...] = ()  # bbox, from and to as they were asked
    shelves: tuple[Link, ...] = ()
    feed: str = ""
    meant: Link | None = None  # where nothing matches: the same with words that do, spelled as collections spell them


@dataclass(frozen=True, kw_only=True, slots=True)
class Snippet:
    """A way to open the data: lines to copy, or steps to take."""

    name: str  # Python, anywhere
    language: str  # python, r, shell; empty: steps
    text: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExampleCard:
    """A usage example: a notebook of the house, or something elsewhere."""

    title: str
    href: str
    summary: str = ""
    by: str = ""
    kind: str = "Notebook"  # Tutorial, Tool or application, Publication
    outside: bool = False
    collections: tuple[Link, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeRow:
    """One line of a changelog."""

    sentence: str
    when: datetime
    by: str = ""
    detail: str = ""
    collection: Link | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlainLicence:
    """A licence in plain words."""

    name: str
    use: str
    sentence: str
    href: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CollectionPage(Page):
    """One collection: what it is, where and when, its items, who made it, how to open it."""

    id: str
    nature: str
    sentence: str
    about: Markup
    facts: tuple[Fact, ...]  # attribution, provider, span, version, size
    map: MapView | None = None
    picture: str = ""  # address of a picture of what no map shows: a series, an image without a place
    items: Table | None = None
    items_note: str = ""
    used_by: tuple[Link, ...] = ()
    code: str = ""  # the two lines that open it
    citation: str = ""
    sentinel: Table | None = None  # versions, and which inputs changed
    downloads: tuple[Download, ...] = ()
    far: tuple[str, ...] = field(default=())  # which files elsewhere cannot be reached or drawn, and why
    standing: str = ""  # private, shared or offered: who sees it, in a sentence
    licence: PlainLicence | None = None
    time: TimeBar | None = None
    tags: tuple[Link, ...] = ()
    variables: Table | None = None
    snippets: tuple[Snippet, ...] = ()
    services: tuple[Fact, ...] = ()
    examples: tuple[ExampleCard, ...] = ()
    changes: tuple[ChangeRow, ...] = ()
    feed: str = ""
    look: tuple[Link, ...] = field(default=())  # other views of it: the map browser


@dataclass(frozen=True, kw_only=True, slots=True)
class ShelfEntry:
    """One tag or one maker, with the number of its collections."""

    text: str
    href: str
    count: int
    note: str = ""
    outside: str = ""  # their own address


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistryPage(Page):
    """A list that leads into the collections: tags, makers."""

    entries: tuple[ShelfEntry, ...]
    shelves: tuple[Link, ...]
    empty: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ExamplesPage(Page):
    """Usage examples: all, or those of a tag."""

    groups: tuple[tuple[Link, tuple[ExampleCard, ...]], ...]  # by collection
    total: int
    shelves: tuple[Link, ...]
    facets: tuple[Facet, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangesPage(Page):
    """What happened to the collections."""

    rows: tuple[ChangeRow, ...]
    shelves: tuple[Link, ...]
    feed: str
    pager: Pager | None = None
