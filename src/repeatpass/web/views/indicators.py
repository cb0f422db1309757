"""The home page, the list of indicators, and the page of one indicator."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from markupsafe import Markup, escape

from repeatpass.web.views.common import (
    NOTHING,
    Action,
    Download,
    Facet,
    Fact,
    Freshness,
    Link,
    Page,
    Pager,
    Person,
    RepeatRow,
    Seal,
    Search,
    Table,
)
from repeatpass.web.views.figures import ChartView, Frame, MapView, Place
from repeatpass.web.views.schedules import ScheduleRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A number with everything needed to say it: value, unit, digits, when, and its passport."""

    value: float | None
    unit: str
    digits: int
    time: str  # ISO 8601
    label: str  # the time as people say it, as fine as the cadence: May 2010
    href: str = ""  # the passport
    lower: float | None = None
    upper: float | None = None
    reference: float | None = None
    reference_name: str = ""
    flag: str = ""
    state: Literal["released", "held", "superseded"] = "released"
    reason: str = ""  # why it is held or was superseded


@dataclass(frozen=True, kw_only=True, slots=True)
class IndicatorCard:
    """An indicator in a list: the finding first, then the number, the line, the proof."""

    href: str
    title: str
    finding: str
    themes: tuple[str, ...]
    kind: str  # Time series, Map and time series, Scene
    where: str  # Pacific Ocean, Mauna Loa, …
    latest: Reading
    seal: Seal
    sparkline: Markup  # small SVG of the series; empty where there is one time only
    picture: str = ""  # address of a map frame, shown where there is no line
    span: str = ""  # 1958 to 2001
    status: str = ""  # Live, monthly · Closed record
    fresh: Freshness | None = None  # of a live record


@dataclass(frozen=True, kw_only=True, slots=True)
class Theme:
    """A theme with how many indicators it has."""

    title: str
    href: str
    count: int
    sentence: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryCard:
    """A story in a list."""

    title: str
    href: str
    sentence: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustSummary:
    """How many live values there are and how their newest repeats ended."""

    values: int
    identical: int
    tolerance: int
    different: int
    failed: int
    never: int
    last: date | None = None
    href: str = "/trust"

    @property
    def repeated(self) -> int:
        """Values repeated at least once."""
        return self.identical + self.tolerance + self.different + self.failed

    def share(self, count: int) -> float:
        """*count* as percent of all values."""
        return 100 * count / self.values if self.values else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class HomePage(Page):
    """The front page: one finding told large, the others, themes, stories, how trust works."""

    lead: IndicatorCard | None
    lead_chart: ChartView | None
    lead_passport: tuple[Fact, ...] = ()  # the few lines of proof set beside the lead
    findings: tuple[IndicatorCard, ...] = ()
    themes: tuple[Theme, ...] = ()
    stories: tuple[StoryCard, ...] = ()
    trust: TrustSummary | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class IndicatorsPage(Page):
    """All indicators, narrowed by search and facets."""

    search: Search
    facets: tuple[Facet, ...]
    cards: tuple[IndicatorCard, ...]
    total: int
    chosen: tuple[Link, ...] = ()  # what is selected now; the address removes it
    pager: Pager | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """An annotated period of the series, said in words."""

    title: str
    start: str
    end: str
    label: str  # June 2009 to April 2010
    kind: str = ""  # warm, cool, restriction, … chooses the tint
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeControl:
    """The times that exist, for the slider and for the links that work without scripts."""

    frames: tuple[Frame, ...]  # here *href* is the page at that time
    current: int
    earlier: str = ""
    later: str = ""
    latest: str = ""

    @property
    def options(self) -> Markup:
        """The times as options of a select, the current one selected."""
        chosen = f'<option value="{escape(self.frames[self.current].time)}"'
        return Markup(_options(self.frames).replace(chosen, f"{chosen} selected", 1))


@lru_cache(maxsize=256)  # a long series has thousands, the same for every reader
def _options(frames: tuple[Frame, ...]) -> str:
    return "".join(f'<option value="{escape(frame.time)}">{escape(frame.label)}</option>' for frame in frames)


@dataclass(frozen=True, kw_only=True, slots=True)
class IndicatorPage(Page):
    """One indicator: finding, latest value, chart and map with one time, proof, record."""

    id: str
    finding: str
    latest: Reading
    shown: Reading  # the value at the chosen place and time
    seal: Seal
    status: str  # Live, updated monthly; next due 3 May 2026 · Closed record, 2006 to 2010
    fresh: Freshness | None = None  # of a live record
    updates: tuple[ScheduleRow, ...] = ()  # what keeps it up to date, and what came of the last time
    feed: str = ""
    held_href: str = ""  # where held values are released or rejected
    resting: str = ""  # how many values rest on inputs that have changed since, in a sentence
    kind: str = ""
    themes: tuple[Link, ...] = ()
    chart: ChartView | None = None
    map: MapView | None = None
    time: TimeControl | None = None
    places: tuple[Place, ...] = ()
    periods: tuple[Period, ...] = ()
    passport: tuple[Fact, ...] = ()  # of *shown*: value, run, notebook@revision, environment, inputs
    passport_href: str = ""
    repeat: Action | None = None
    repeats: tuple[RepeatRow, ...] = ()
    values: Table | None = None  # the same points as the chart
    held: Table | None = None
    downloads: tuple[Download, ...] = ()
    permalink: str = ""
    about: Markup = NOTHING  # description, sanitised HTML
    method: Markup = NOTHING
    limitations: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()  # satellites, sensors, agencies, cadence, licence, …
    people: tuple[Person, ...] = ()
    citation: str = ""
    notebook: Link | None = None
    releases: Table | None = None
