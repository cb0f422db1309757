"""A series as a Vega-Lite specification, and its drawing on the server.

One specification serves the page, the download, the picture and the notebook. It is written in the light
theme's colours; `for_page` replaces each by the page's variable for that role, so that one SVG follows the
light and the dark theme. Drawing is by vl-convert (about 60 ms, offline).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import Any, Literal

from markupsafe import Markup, escape

from repeatpass.web.chart_layers import band_layers, cursor_layers, pointer_layers, series_layers
from repeatpass.web.chart_palette import CONFIG, DARK, LIGHT, VARIABLE
from repeatpass.web.views import ChartView, Download

Spec = dict[str, Any]
Theme = Literal["page", "light", "dark"]
State = Literal["released", "held", "superseded"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChartPoint:
    """A value at a time (ISO 8601). *lower* and *upper* in the unit of *value*."""

    time: str
    value: float | None
    lower: float | None = None
    upper: float | None = None
    reference: float | None = None
    place: str = ""
    state: State = "released"
    label: str = ""  # the time as people say it, for the pointer


@dataclass(frozen=True, kw_only=True, slots=True)
class ChartBand:
    """A period, named on the chart. *kind*: warm, cool, or anything else for a neutral tint."""

    title: str
    start: str
    end: str
    kind: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SeriesChart:
    """Everything drawn in the chart of an indicator."""

    title: str
    unit: str
    points: Sequence[ChartPoint]
    bands: Sequence[ChartBand] = ()
    digits: int = 1
    style: Literal["line", "anomaly", "bars"] = "line"
    warm: bool = True  # whether above zero means warm; else both sides have one colour
    reference_name: str = "Reference"
    cursor: str = ""  # the chosen time
    width: int = 860
    height: int = 320

    @property
    def places(self) -> tuple[str, ...]:
        """The places in order of appearance."""
        return tuple(dict.fromkeys(p.place for p in self.points))


def series_spec(chart: SeriesChart) -> Spec:
    """The Vega-Lite 6 specification of *chart*, data inside, in the light theme's colours."""
    layers = [*band_layers(chart), *series_layers(chart), *cursor_layers(chart)]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": chart.title,
        "width": chart.width,
        "height": chart.height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": {"left": 4, "right": 12, "top": 6, "bottom": 4},
        "layer": layers,
        "resolve": {"scale": {"color": "independent"}},
        "config": CONFIG,
    }


def page_spec(chart: SeriesChart) -> Spec:
    """What `<rp-chart>` draws: the specification with a pointer, coloured by the page's variables."""
    spec = series_spec(chart)
    return for_page(spec | {"layer": [*spec["layer"], *pointer_layers(chart)]})


def for_page(spec: Spec) -> Spec:
    """*spec* as wide as its place on the page and coloured by the page's variables."""
    coloured: Spec = json.loads(recolour(json.dumps(spec), VARIABLE))
    return coloured | {"width": "container"}


def recolour(text: str, colours: dict[str, str]) -> str:
    """Replace each colour of the light theme in *text* by what *colours* has for its role."""
    for role, light in LIGHT.items():
        text = text.replace(light, colours[role]).replace(light.lower(), colours[role])
    return text


def draw_svg(spec: Spec, theme: Theme = "page", title: str = "") -> Markup:
    """*spec* as SVG with ``role=img`` and a title; theme *page* follows the colours of the page."""
    import vl_convert

    drawn = vl_convert.vegalite_to_svg(spec, vl_version="6.4", allowed_base_urls=[])
    colours = {"page": VARIABLE, "light": LIGHT, "dark": DARK}[theme]
    name = escape(title or str(spec.get("description", "Chart")))
    head, _, rest = recolour(drawn, colours).partition(">")
    head = head.replace('class="marks"', 'class="marks" role="img"')
    return Markup(f"{head}><title>{name}</title>{rest}")


def draw_png(spec: Spec, theme: Theme = "light", scale: float = 2) -> bytes:
    """*spec* as PNG on the paper of the theme."""
    import vl_convert

    colours = DARK if theme == "dark" else LIGHT
    coloured = json.loads(recolour(json.dumps(spec), colours)) | {"background": colours["paper"]}
    made: bytes = vl_convert.vegalite_to_png(coloured, vl_version="6.4", scale=scale, allowed_base_urls=[])
    return made


def chart_view(
    chart: SeriesChart,
    spec_href: str,
    alt: str,
    *,
    caption: str = "",
    full: bool = False,
    downloads: tuple[Download, ...] = (),
) -> ChartView:
    """The record of *chart* for a page, drawn for a desk and for a phone; *full* = as wide as the sheet."""
    wide = replace(chart, width=1180, height=300) if full else chart
    small = replace(chart, width=380, height=250)
    return ChartView(
        svg=draw_svg(series_spec(wide)),
        narrow=draw_svg(series_spec(small)),
        spec_href=spec_href,
        alt=alt,
        caption=caption,
        downloads=downloads,
    )


def sparkline(values: Sequence[float | None], width: int = 240, height: int = 44, zero: bool = False) -> Markup:
    """A line without axes for cards; gaps where values are missing, a dot at the newest, a zero line on demand.

    Returns an SVG hidden from screen readers: the number beside it says more.
    """
    clean = [None if v is None or isnan(v) else v for v in values]
    known = [v for v in clean if v is not None]
    if len(known) < 2:
        return Markup("")
    low, high = min(known + [0.0] * zero), max(known + [0.0] * zero)
    span = (high - low) or 1.0
    xs = [2 + (width - 6) * i / (len(clean) - 1) for i in range(len(clean))]
    ys = [None if v is None else 3 + (height - 6) * (1 - (v - low) / span) for v in clean]
    path, pen = "", "M"
    for x, y in zip(xs, ys, strict=True):
        if y is None:
            pen = "M"
            continue
        path += f"{pen}{x:.1f} {y:.1f}"
        pen = "L"
    last = max(i for i, y in enumerate(ys) if y is not None)
    base = f'<path class="zero" d="M0 {3 + (height - 6) * high / span:.1f}H{width}"/>' if zero else ""
    return Markup(
        f'<svg class="spark" viewBox="0 0 {width} {height}" preserveAspectRatio="none" aria-hidden="true">{base}'
        f'<path d="{path}"/></svg><i class="spark-end" aria-hidden="true" style="top:{ys[last] or 0:.1f}px"></i>'
    )
