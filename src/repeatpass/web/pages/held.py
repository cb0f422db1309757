"""What of an indicator waits for a person: old against new, as a picture and in numbers."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from markupsafe import Markup

from repeatpass.access import Actor, Right
from repeatpass.core.errors import Invalid
from repeatpass.core.times import iso_short, parse_time
from repeatpass.indicators.judging import Held
from repeatpass.indicators.records import Value
from repeatpass.web import words
from repeatpass.web.chart_layers import TIME, y_of
from repeatpass.web.chart_palette import LIGHT
from repeatpass.web.charts import ChartPoint, SeriesChart, Spec, draw_svg, series_spec
from repeatpass.web.desk import Desk, Series
from repeatpass.web.pages import saying
from repeatpass.web.pages.charting import NARROW, WIDE, place_name, series_chart
from repeatpass.web.pages.indicator import HOME, INDICATORS
from repeatpass.web.views import ChartView, Link
from repeatpass.web.views.schedules import HeldPage, HeldPlace, HeldRow

PICTURES = 8  # places that are drawn; the numbers of all are in the table
ROWS = 500


def held_page(
    desk: Desk, actor: Actor, id: str, error: str = "", reason: str = "", chosen: Sequence[str] = ()
) -> HeldPage:
    """Every held value of an indicator by place; *error* is why the form was refused."""
    series = desk.series(id)
    indicator, path = series.indicator, f"/indicators/{id}/held"
    places: dict[str, list[Value]] = {}
    for value in series.held[:ROWS]:
        places.setdefault(value.place, []).append(value)
    return HeldPage(
        title=f"Held back: {indicator.title}",
        path=path,
        description="Values that failed a check, or would change one that was released. They wait for a person.",
        json_href=f"{path}.json",
        crumbs=(HOME, INDICATORS, Link(text=indicator.title, href=f"/indicators/{id}"), Link(text="Held back")),
        indicator=Link(text=indicator.title, href=f"/indicators/{id}"),
        unit=saying.unit_of(indicator.unit),
        total=len(series.held),
        places=tuple(_place(desk, series, place, held, n) for n, (place, held) in enumerate(places.items())),
        may_judge=actor.may(Right.CURATE),
        post=path,
        error=error,
        reason=reason,
        chosen=tuple(chosen),
    )


def _place(desk: Desk, series: Series, place: str, held: Sequence[Value], number: int) -> HeldPlace:
    old = {value.time: value for value in series.by_place.get(place, ())}
    digits = min(6, saying.digits_of([value.value for value in (*old.values(), *held)]) + 1)
    return HeldPlace(
        title=place_name(series.indicator, place),
        rows=tuple(_row(series, value, old.get(value.time), digits) for value in held),
        chart=_chart(desk, series, place, held) if number < PICTURES else None,
    )


def _row(series: Series, value: Value, old: Value | None, digits: int) -> HeldRow:
    both = old is not None and old.value is not None and value.value is not None
    change = value.value - old.value if both and old and value.value is not None and old.value is not None else None
    return HeldRow(
        field=field_of(value),
        label=saying.time_words(value.time, series.indicator.cadence, value.flag),
        href=saying.value_href(value, revision=True),
        new=words.number(value.value, digits),
        old=words.number(old.value, digits) if old else "—",
        difference=words.signed(change, digits),
        why=value.reason,
        run=Link(text=value.run, href=f"/runs/{value.run}"),
        since=value.created,
    )


def _chart(desk: Desk, series: Series, place: str, held: Sequence[Value]) -> ChartView | None:
    """The released series as it is drawn everywhere, with the held values as open marks."""
    known = [value for value in held if value.value is not None]
    if not known:
        return None
    chart = series_chart(series, place)
    marks = [ChartPoint(time=iso_short(value.time), value=value.value, state="held") for value in known]
    title = f"{place_name(series.indicator, place)}: released values, and {words.plural(len(known), 'held one')}"
    chart = replace(chart, title=title, points=[*chart.points, *marks])
    rules, drawn = _rules(series, place, known), []
    for width, height in (WIDE, NARROW):
        sized = replace(chart, width=width, height=height)
        name = f"held against old {series.id} {series.stamp} {place} {width}"
        drawn.append(desk.drawings.get(name, partial(_svg, sized, rules)))
    wide, narrow = (Markup(each.decode()) for each in drawn)
    caption = (
        "Line or bars: the values as released. Open diamonds: those that are held, joined to what each would replace."
    )
    return ChartView(svg=wide, narrow=narrow, spec_href="", alt=f"{title}.", caption=caption)


def _rules(series: Series, place: str, held: Sequence[Value]) -> list[dict[str, Any]]:
    """From each old value to the one that would replace it."""
    old = {value.time: value.value for value in series.by_place.get(place, ())}
    return [
        {"time": iso_short(value.time), "value": old[value.time], "held": value.value}
        for value in held
        if old.get(value.time) is not None
    ]


def _svg(chart: SeriesChart, rules: list[dict[str, Any]]) -> bytes:
    return str(draw_svg(_spec(chart, rules))).encode()


def _spec(chart: SeriesChart, rules: list[dict[str, Any]]) -> Spec:
    """The chart with larger marks for what is held, each joined to the value that it would replace."""
    spec, colour = series_spec(chart), LIGHT["held"]
    marks = [{"time": each.time, "value": each.value} for each in chart.points if each.state == "held"]
    mark = {"type": "point", "shape": "diamond", "size": 130, "filled": False, "strokeWidth": 2.2, "color": colour}
    rule = {"type": "rule", "color": colour, "strokeDash": [3, 3], "strokeWidth": 1.4}
    y = y_of(chart)
    spec["layer"] += [
        {"data": {"values": rules}, "mark": rule, "encoding": {"x": TIME, "y": y, "y2": {"field": "held"}}},
        {"data": {"values": marks}, "mark": mark, "encoding": {"x": TIME, "y": y}},
    ]
    return spec


def field_of(value: Value) -> str:
    """How a held value is named in the form."""
    return f"{value.place}/{iso_short(value.time)}/{value.revision}"


def held_of(field: str) -> Held:
    """Read place/time/revision; raise Invalid for anything else."""
    place, _, rest = field.partition("/")
    time, _, revision = rest.partition("/")
    if not place or not revision.isdigit():
        raise Invalid(f"“{field}” does not name a held value; write place/time/revision, such as here/2020-05-01/2.")
    return Held(place=place, time=parse_time(time), revision=int(revision))
