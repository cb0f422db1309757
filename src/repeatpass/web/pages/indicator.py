"""The page of one indicator at a place and a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from repeatpass.access import ANYONE, Actor
from repeatpass.core.errors import NotFound
from repeatpass.core.times import iso_short, parse_time
from repeatpass.indicators.records import Indicator, Value
from repeatpass.web import words
from repeatpass.web.addresses import with_query
from repeatpass.web.desk import Desk, Series
from repeatpass.web.pages import saying
from repeatpass.web.pages.cards import kind_of, span_of
from repeatpass.web.pages.charting import across_places, chart_of, place_name
from repeatpass.web.pages.freshness import mark_of
from repeatpass.web.pages.indicator_tables import held_table, releases_table, values_table
from repeatpass.web.pages.mapping import map_of, places_of
from repeatpass.web.pages.proof import proof_of, repeat_action
from repeatpass.web.pages.resting import changed_of, count_words
from repeatpass.web.pages.schedules import updates_of
from repeatpass.web.pages.seals import rows_of, seal_of, series_seal
from repeatpass.web.views import (
    Download,
    Fact,
    Frame,
    IndicatorPage,
    Link,
    Period,
    Person,
    TimeControl,
)

HOME = Link(text="Home", href="/")
INDICATORS = Link(text="Indicators", href="/indicators")


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What of an indicator is looked at: a place and the value at, or last before, a time."""

    place: str
    values: Sequence[Value]  # of the place, by time
    value: Value | None

    @property
    def time(self) -> str:
        """The time of the value shown."""
        return iso_short(self.value.time) if self.value else ""


def shown_of(series: Series, place: str, time: str) -> Shown:
    """Read ``?place=`` and ``?t=``; raise NotFound for an unknown place, Invalid for what is no time."""
    indicator = series.indicator
    if place and indicator.place(place) is None:
        raise NotFound(f"“{indicator.title}” has no place called “{place}”.", indicator=series.id)
    asked = parse_time(time) if time else None
    place = place or (series.latest.place if series.latest else indicator.places[0].id)
    values = series.by_place.get(place, [])
    before = [value for value in values if asked is None or value.time <= asked]
    return Shown(place=place, values=values, value=before[-1] if before else (values[0] if values else None))


def indicator_page(desk: Desk, id: str, place: str = "", time: str = "", actor: Actor = ANYONE) -> IndicatorPage:
    """One indicator: finding, latest value, chart and map with one time, proof, record."""
    series = desk.series(id)
    indicator, shown = series.indicator, shown_of(series, place, time)
    verdicts = desk.verdicts([series])
    digits = saying.digits_in(series, shown.place)
    path = f"/indicators/{id}"
    newest = next((value for value in reversed(shown.values) if value.value is not None), None)
    map_view = map_of(desk, series, shown.place, shown.time)
    beside = map_view is not None and not map_view.wide
    run = desk.run(shown.value.run)[0] if shown.value else None
    at = shown.value.time if shown.value and time else None
    return IndicatorPage(
        title=indicator.title,
        path=path,
        description=_plain(indicator.finding),
        json_href=f"{path}.json",
        crumbs=(HOME, INDICATORS, Link(text=indicator.title)),
        id=id,
        finding=_plain(indicator.finding),
        latest=saying.reading_of(indicator, newest, digits),
        shown=saying.reading_of(indicator, shown.value, digits),
        seal=seal_of(verdicts.get(newest.run)) if newest else series_seal(series, verdicts),
        status=saying.status_words(indicator, span_of(series)),
        fresh=mark_of(desk, series),
        updates=updates_of(desk, id, actor),
        feed=f"{path}/feed.atom",
        held_href=f"{path}/held" if series.held else "",
        resting=count_words(desk, series),
        kind=kind_of(series),
        themes=tuple(Link(text=theme, href=with_query("/indicators", theme=theme)) for theme in indicator.themes),
        chart=chart_of(desk, series, shown.place, at, beside=beside),
        map=map_view,
        time=_times(series, shown),
        places=places_of(series, shown.place),
        periods=tuple(_periods(indicator)),
        passport=proof_of(desk, shown.value) if shown.value else (),
        passport_href=saying.value_href(shown.value) if shown.value else "",
        repeat=repeat_action(f"{id}/{shown.place}/{shown.time}", run) if run else None,
        repeats=rows_of(desk.house.repeats.of(run.id), limit=5) if run else (),
        values=values_table(series, shown, verdicts, changed_of(desk, series)) if shown.values else None,
        held=held_table(series) if series.held else None,
        downloads=_downloads(series, shown.place),
        permalink=with_query(path, place=shown.place, t=shown.time),
        about=saying.paragraphs(indicator.description),
        method=saying.paragraphs(indicator.method),
        limitations=saying.sentences(indicator.limitations),
        facts=tuple(_facts(series)),
        people=tuple(Person(name=name, role="author") for name in indicator.authors),
        citation=_plain(indicator.citation),
        notebook=_notebook(indicator),
        releases=releases_table(series) if series.deliveries else None,
    )


def _plain(text: str) -> str:
    return " ".join(text.split())


def _times(series: Series, shown: Shown) -> TimeControl | None:
    values = shown.values
    if len(values) < 2 or across_places(series):
        return None
    path = f"/indicators/{series.id}"
    at = next(number for number, value in enumerate(values) if value is shown.value)

    def href(value: Value) -> str:
        return with_query(path, place=shown.place, t=iso_short(value.time))

    cadence = series.indicator.cadence

    def steps() -> tuple[Frame, ...]:
        return tuple(
            Frame(time=iso_short(value.time), label=saying.time_words(value.time, cadence, value.flag), href="")
            for value in values
        )

    return TimeControl(
        frames=series.once(f"steps {shown.place}", steps),
        current=at,
        earlier=href(values[at - 1]) if at else "",
        later=href(values[at + 1]) if at + 1 < len(values) else "",
        latest=with_query(path, place=shown.place),
    )


def _periods(indicator: Indicator) -> list[Period]:
    return [
        Period(
            title=period.label,
            start=iso_short(period.start),
            end=iso_short(period.end),
            label=saying.period_words(period),
            kind=saying.period_kind(period.kind),
        )
        for period in indicator.periods
    ]


def _downloads(series: Series, place: str) -> tuple[Download, ...]:
    path = f"/indicators/{series.id}"
    return (
        Download(label="CSV", href=f"{path}.csv", note=words.plural(len(series.values), "value")),
        Download(label="JSON", href=f"{path}.json"),
        Download(label="PNG", href=with_query(f"{path}.png", place=place)),
        Download(label="SVG", href=with_query(f"{path}.svg", place=place)),
        Download(label="Vega-Lite", href=with_query(f"{path}.vl.json", place=place)),
    )


def _facts(series: Series) -> list[Fact]:
    indicator = series.indicator
    updated: datetime | None = series.deliveries[0].created if series.deliveries else None
    rows = [
        ("Satellites", words.listed(indicator.satellites)),
        ("Sensors", words.listed(indicator.sensors)),
        ("Agencies", words.listed(indicator.agencies)),
        ("Unit", saying.unit_of(indicator.unit) or "None, a pure number"),
        ("Cadence", saying.CADENCES.get(indicator.cadence, indicator.cadence).capitalize()),
        ("Values", words.plural(len(series.values), "value") + _places(series)),
        ("Tolerance", saying.tolerance_words(indicator.tolerance, indicator.unit)),
        ("Plausible", _range(indicator)),
        ("Updated", words.moment(updated) if updated else ""),
        ("Licence", indicator.licence),
    ]
    facts = [Fact(label=label, text=text) for label, text in rows if text]
    contact = indicator.contact
    return [*facts, Fact(label="Contact", text=contact, href=f"mailto:{contact}" if "@" in contact else contact)]


def _places(series: Series) -> str:
    return f" of {len(series.by_place)} places" if len(series.by_place) > 1 else ""


def _range(indicator: Indicator) -> str:
    if indicator.range is None:
        return ""
    low, high = (words.number(end, 0 if float(end).is_integer() else 1) for end in indicator.range)
    return f"{low} to {high} {saying.unit_of(indicator.unit)}".strip()


def _notebook(indicator: Indicator) -> Link:
    name = indicator.notebook.partition("@")[0]
    return Link(text=name, href=f"/notebooks/{name}")


__all__ = ["indicator_page", "place_name", "shown_of"]
