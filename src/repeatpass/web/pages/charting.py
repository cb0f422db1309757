"""The charts of an indicator: as data, as drawn once and kept, and with the cursor put in afterwards."""

import json
import re
from dataclasses import replace
from datetime import datetime

from markupsafe import Markup

from repeatpass.core.errors import Invalid
from repeatpass.core.times import iso_short
from repeatpass.indicators.records import Indicator, Value
from repeatpass.web import words
from repeatpass.web.charts import (
    ChartBand,
    ChartPoint,
    SeriesChart,
    Spec,
    draw_png,
    draw_svg,
    series_spec,
    sparkline,
)
from repeatpass.web.desk import Desk, Series
from repeatpass.web.pages import saying
from repeatpass.web.place_chart import PlaceBar, PlaceChart, place_spec
from repeatpass.web.views import ChartView

WIDE, NARROW = (1180, 300), (380, 250)
BESIDE = (860, 320)  # beside a map that is not a strip
CURSOR = re.compile(r'<line transform="translate\(([\d.]+),0\)"([^>]*stroke-width="1\.25"/>)')
TEMPERATURES = ("K", "degC", "°C")
FINE = re.compile(r"(\d\.\d\d)\d+")  # hundredths of a pixel are enough
SPARK_POINTS = 120


def across_places(series: Series) -> bool:
    """Whether there is one time and several places: a chart of places, not of time."""
    return series.once("across", lambda: len({value.time for value in series.values}) == 1 and len(series.by_place) > 1)


def style_of(indicator: Indicator) -> str:
    """How the values are drawn: bars, bars about a zero for an index that is one, or a line."""
    mark = indicator.chart.get("mark")
    kind = mark.get("type") if isinstance(mark, dict) else mark
    if kind == "bar":
        return "bars"
    low, high = indicator.range or (0.0, 1.0)
    return "anomaly" if low == -high and indicator.cadence else "line"


def series_chart(series: Series, place: str, cursor: str = "") -> SeriesChart:
    """The chart of one place over time."""
    indicator, values = series.indicator, series.by_place.get(place, [])
    name = place_name(indicator, place)
    return SeriesChart(
        title=f"{indicator.title}, {name}" if len(series.by_place) > 1 else indicator.title,
        unit=saying.unit_of(indicator.unit),
        points=[_point(indicator, value) for value in values],
        bands=_bands(indicator, values),
        digits=saying.digits_of(value.value for value in values),
        style=style_of(indicator),  # type: ignore[arg-type]
        warm=indicator.unit in TEMPERATURES,
        cursor=cursor,
    )


def _point(indicator: Indicator, value: Value) -> ChartPoint:
    return ChartPoint(
        time=iso_short(value.time),
        value=value.value,
        lower=value.lower,
        upper=value.upper,
        reference=value.reference,
        label=saying.time_words(value.time, indicator.cadence, value.flag),
    )


def _bands(indicator: Indicator, values: list[Value]) -> list[ChartBand]:
    if not values:
        return []
    first, last = values[0].time, values[-1].time
    return [
        ChartBand(
            title=period.label,
            start=iso_short(max(period.start, first)),
            end=iso_short(min(period.end, last)),
            kind=saying.period_kind(period.kind),
        )
        for period in indicator.periods
        if period.start < last and period.end > first
    ]


def place_name(indicator: Indicator, place: str) -> str:
    """What a place is called."""
    known = indicator.place(place)
    return known.name if known else place


def places_chart(series: Series, chosen: str) -> PlaceChart:
    """The chart of all places at the one time there is."""
    indicator = series.indicator
    values = [value for values in series.by_place.values() for value in values]
    bars = [
        PlaceBar(
            title=place_name(indicator, value.place), value=value.value, lower=value.lower, upper=value.upper,
            chosen=value.place == chosen,
        )
        for value in values
    ]  # fmt: skip
    digits = saying.digits_of(value.value for value in values)
    return PlaceChart(title=indicator.title, unit=saying.unit_of(indicator.unit), bars=bars, digits=digits)


def spec_of(series: Series, place: str) -> Spec:
    """The Vega-Lite specification of what an indicator's page shows, in the colours of the light theme."""
    if across_places(series):
        return place_spec(places_chart(series, place))
    return series_spec(series_chart(series, place))


def size_of(width: str) -> Spec:
    """What a specification says of its size: its own, or ``container`` for as large as where it is shown."""
    if width not in ("", "container"):
        raise Invalid(f"width is “{width[:40]}”; it can be container, or be left out.", field="width")
    return {"width": "container", "height": "container", "autosize": "fit"} if width else {}


def _drawn(desk: Desk, series: Series, place: str, size: tuple[int, int]) -> list[str]:
    """The SVG without a cursor's place, where the cursor stands at the first time, and where at the last."""

    def make() -> bytes:
        if across_places(series):
            chart = replace(places_chart(series, place), width=size[0])
            return json.dumps([str(draw_svg(place_spec(chart)))]).encode()
        chart_ = replace(series_chart(series, place), width=size[0], height=size[1])
        values = series.by_place[place]
        ends = [iso_short(values[0].time), iso_short(values[-1].time)]
        svgs = [FINE.sub(r"\1", str(draw_svg(series_spec(replace(chart_, cursor=end))))) for end in ends]
        found = [match[1] if (match := CURSOR.search(svg)) else "0" for svg in svgs]
        return json.dumps([svgs[1], *found]).encode()

    parts: list[str] = json.loads(desk.drawings.get(f"chart {series.id} {series.stamp} {place} {size}", make))
    return parts


def chart_svg(desk: Desk, series: Series, place: str, size: tuple[int, int], at: datetime | None) -> Markup:
    """The chart for the page, its cursor at the time *at* (no cursor where that is None)."""
    parts = _drawn(desk, series, place, size)
    if len(parts) == 1:
        return Markup(parts[0])
    svg, start, end = parts[0], float(parts[1]), float(parts[2])
    if at is None:
        return Markup(CURSOR.sub("", svg, count=1))
    values = series.by_place[place]
    whole = (values[-1].time - values[0].time).total_seconds() or 1.0
    x = start + (at - values[0].time).total_seconds() / whole * (end - start)
    return Markup(CURSOR.sub(rf'<line transform="translate({x:.2f},0)"\2', svg, count=1))


def chart_of(desk: Desk, series: Series, place: str, at: datetime | None, *, beside: bool = False) -> ChartView | None:
    """The chart of an indicator's page, as wide as the sheet or *beside* a map; None without values."""
    if place not in series.by_place:
        return None
    size = BESIDE if beside else WIDE
    return ChartView(
        svg=chart_svg(desk, series, place, size, at),
        narrow=chart_svg(desk, series, place, NARROW, at),
        spec_href=f"/indicators/{series.id}/spec.json?place={place}",
        alt=series.once(f"alt {place}", lambda: alt_of(series, place)),
        caption=series.once(f"caption {place}", lambda: caption_of(series, place)),
    )


def alt_of(series: Series, place: str) -> str:
    """What the chart shows, in a sentence for those who do not see it."""
    indicator, unit = series.indicator, saying.unit_of(series.indicator.unit)
    if across_places(series):
        return f"{indicator.title}: one bar for each of {len(series.by_place)} places."
    known = [value for value in series.by_place[place] if value.value is not None]
    if not known:
        return f"{indicator.title}: no number yet."
    low, high = min(known, key=_number), max(known, key=_number)
    digits = saying.digits_of(value.value for value in known)
    said = [
        f"{words.number(value.value, digits)} {unit} in {saying.time_words(value.time, indicator.cadence)}"
        for value in (low, high)
    ]
    return f"{place_name(indicator, place)}: {len(known)} values; the lowest {said[0]}, the highest {said[1]}."


def _number(value: Value) -> float:
    return value.value or 0.0


def caption_of(series: Series, place: str) -> str:
    """What is drawn, and what the lighter marks mean."""
    values = series.by_place[place]
    parts = [
        place_name(series.indicator, place) if not across_places(series) else "Every place at the one time there is"
    ]
    parts += ["shaded or ruled: lower to upper"] if any(value.lower is not None for value in values) else []
    drawn = not across_places(series)
    parts += ["dashed: the reference"] if drawn and any(value.reference is not None for value in values) else []
    return "; ".join(parts) + "."


def spark_of(series: Series) -> Markup:
    """The line of a card: the place of the newest value, at most 120 points."""
    if series.latest is None:
        return Markup("")
    numbers = [value.value for value in series.by_place[series.latest.place]]
    step = max(1, -(-len(numbers) // SPARK_POINTS))
    thinned = [_mean(numbers[at : at + step]) for at in range(0, len(numbers), step)]
    return sparkline(thinned, zero=style_of(series.indicator) == "anomaly")


def _mean(numbers: list[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return sum(known) / len(known) if known else None


def picture(desk: Desk, series: Series, place: str, form: str, theme: str) -> bytes:
    """The chart to take home, as ``png`` or ``svg``, in the light or the dark theme."""

    def make() -> bytes:
        spec = spec_of(series, place)
        if form == "png":
            return draw_png(spec, "dark" if theme == "dark" else "light")
        return str(draw_svg(spec, "dark" if theme == "dark" else "light")).encode()

    return desk.drawings.get(f"picture {series.id} {series.stamp} {place} {form} {theme}", make)
