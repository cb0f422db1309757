"""Several places at one time as a Vega-Lite specification: a dot for each, with what lies between lower and upper."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from repeatpass.web.chart_palette import CONFIG, LIGHT

ROW = 34  # pixels for one place


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceBar:
    """One place. *value*, *lower* and *upper* in the unit of the chart."""

    title: str
    value: float | None
    lower: float | None = None
    upper: float | None = None
    chosen: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceChart:
    """Every place with its number, the highest at the top."""

    title: str
    unit: str
    bars: Sequence[PlaceBar]
    digits: int = 2
    width: int = 860


def place_spec(chart: PlaceChart) -> dict[str, Any]:
    """The Vega-Lite 6 specification of *chart*, data inside, in the light theme's colours."""
    known = sorted((bar for bar in chart.bars if bar.value is not None), key=lambda bar: -(bar.value or 0))
    rows = [
        {"title": bar.title, "value": bar.value, "lower": bar.lower, "upper": bar.upper, "chosen": bar.chosen}
        for bar in known
    ]
    axis = {"title": None, "grid": False, "domain": False, "ticks": False, "labelLimit": 190, "labelFontSize": 12.5}
    y = {"field": "title", "type": "nominal", "sort": [row["title"] for row in rows], "axis": axis}
    x = {"type": "quantitative", "axis": {"title": chart.unit or None, "tickCount": 7}, "scale": {"zero": True}}
    colour = {"condition": {"test": "datum.chosen", "value": LIGHT["ink"]}, "value": LIGHT["line"]}
    text = {"field": "value", "type": "quantitative", "format": f".{chart.digits}f"}
    zero = {"mark": {"type": "rule", "color": LIGHT["ink"], "strokeWidth": 1}, "encoding": {"x": {"datum": 0}}}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": chart.title,
        "width": chart.width,
        "height": ROW * max(1, len(rows)),
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": {"left": 4, "right": 12, "top": 6, "bottom": 4},
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 6, "color": LIGHT["shade"], "strokeCap": "round"},
                "encoding": {"y": y, "x": x | {"field": "lower"}, "x2": {"field": "upper"}},
            },
            zero,
            {
                "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
                "encoding": {"y": y, "x": x | {"field": "value"}, "color": colour},
            },
            {
                "mark": {"type": "text", "dy": -13, "fontSize": 11.5, "color": LIGHT["ink"]},
                "encoding": {"y": y, "x": x | {"field": "value"}, "text": text},
            },
        ],
        "config": CONFIG,
    }
