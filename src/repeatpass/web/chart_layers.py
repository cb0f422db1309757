"""The layers of a series chart, from the ground up: periods, uncertainty, reference, values, cursor."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from repeatpass.web.chart_palette import LIGHT, PLACES

if TYPE_CHECKING:
    from repeatpass.web.charts import SeriesChart

Layer = dict[str, Any]
TINT = {"warm": LIGHT["warmtint"], "cool": LIGHT["cooltint"]}
TICK = (  # years stand alone; months and days only where years are wide apart
    "utcmonth(datum.value) == 0 && utcdate(datum.value) == 1 ? utcFormat(datum.value, '%Y') : "
    "utcdate(datum.value) == 1 ? utcFormat(datum.value, '%b') : utcFormat(datum.value, '%-d %b')"
)
ABOUT = {"expr": "max(3, floor(width / 85))"}  # how many ticks there is room for
TIME = {
    "field": "time",
    "type": "temporal",
    "scale": {"type": "utc"},
    "title": None,
    "axis": {"labelExpr": TICK, "tickCount": ABOUT},
}
ROW = 15  # pixels between the rows of band titles
CROWDED = 300  # points from which bars become areas
LETTER = 6.2  # the width of one letter of a title, about


def moment_of(text: str) -> float:
    """ISO 8601 as a number, for laying out only."""
    return datetime.fromisoformat(text).replace(tzinfo=None).timestamp()


def rows_of(chart: "SeriesChart") -> list[int]:
    """The row of each band's title, so that no two titles overlap: the first row that is still free."""
    if not chart.points:
        return [0 for _ in chart.bands]
    times = [moment_of(p.time) for p in chart.points]
    first, span = min(times), (max(times) - min(times)) or 1.0
    free: list[float] = []
    rows = []
    for band in chart.bands:
        start = (moment_of(band.start) - first) / span * chart.width
        row = next((i for i, end in enumerate(free) if end < start), len(free))
        free[row : row + 1] = [start + LETTER * len(band.title) + 10]
        rows.append(row)
    return rows


def band_layers(chart: "SeriesChart") -> list[Layer]:
    """Periods as quiet tints with their names at the top."""
    if not chart.bands or not chart.points:
        return []
    values = [
        {"start": b.start, "end": b.end, "title": b.title, "tint": TINT.get(b.kind, LIGHT["tint"]), "y": -9 - ROW * row}
        for b, row in zip(chart.bands, rows_of(chart), strict=True)
    ]
    start = {"field": "start", "type": "temporal", "scale": {"type": "utc"}, "title": None}
    tint = {"field": "tint", "type": "nominal", "scale": None}
    return [
        {
            "data": {"values": values},
            "layer": [
                {"mark": {"type": "rect"}, "encoding": {"x": start, "x2": {"field": "end"}, "color": tint}},
                {
                    "mark": {
                        "type": "text",
                        "align": "left",
                        "dx": 4,
                        "baseline": "middle",
                        "fontSize": 11.5,
                        "clip": False,
                    },
                    "encoding": {
                        "x": start,
                        "y": {"field": "y", "type": "quantitative", "scale": None},
                        "text": {"field": "title"},
                        "color": {"value": LIGHT["ink"]},
                    },
                },
            ],
        }
    ]


def rows_from(chart: "SeriesChart") -> list[dict[str, Any]]:
    """The data of the chart; keys that are empty everywhere are left out."""
    digits = chart.digits + 2
    keys = ("value", "lower", "upper", "reference")

    def row(point: Any) -> dict[str, Any]:
        numbers = {k: None if getattr(point, k) is None else round(getattr(point, k), digits) for k in keys}
        words = {k: getattr(point, k) for k in ("time", "label", "place") if getattr(point, k)}
        return words | {k: v for k, v in numbers.items() if v is not None} | {"state": point.state}

    return [row(p) for p in chart.points]


def y_of(chart: "SeriesChart", field: str = "value") -> Layer:
    """The vertical channel, its unit written level above the axis."""
    rows = max(rows_of(chart), default=-1) + 1
    axis = {
        "title": chart.unit,
        "titleAngle": 0,
        "titleAlign": "left",
        "titleBaseline": "bottom",
        "titleAnchor": "end",
        "titleX": -34,
        "titleY": -8 - ROW * rows,
        "format": f",.{max(0, chart.digits - 1)}~f",
    }
    scale = {"zero": chart.style != "line", "nice": True}
    return {"field": field, "type": "quantitative", "axis": axis, "scale": scale}


def sides_of(chart: "SeriesChart") -> tuple[str, str]:
    """The colours above and below zero."""
    return (LIGHT["warm"], LIGHT["cool"]) if chart.warm else (LIGHT["line"], LIGHT["line"])


def crowded_anomaly(chart: "SeriesChart", y: Layer) -> list[Layer]:
    """Values about a zero that are too many for bars: filled areas above and below."""
    above, below = sides_of(chart)
    sides = [("above", "max(datum.value, 0)", above), ("below", "min(datum.value, 0)", below)]
    areas = [
        {
            "transform": [{"calculate": expression, "as": side}],
            "mark": {"type": "area", "color": colour},
            "encoding": {"x": TIME, "y": y | {"field": side}, "y2": {"datum": 0}},
        }
        for side, expression, colour in sides
    ]
    zero = {"mark": {"type": "rule", "color": LIGHT["ink"], "strokeWidth": 1}, "encoding": {"y": {"datum": 0}}}
    return [{"layer": areas}, zero]


def value_marks(chart: "SeriesChart") -> list[Layer]:
    """The released values as line, bars, or bars about a zero."""
    y = y_of(chart)
    if chart.style == "anomaly" and len(chart.points) > CROWDED:
        return crowded_anomaly(chart, y)
    if chart.style == "anomaly":
        above, below = sides_of(chart)
        sign = {"condition": {"test": "datum.value < 0", "value": below}, "value": above}
        zero = {"mark": {"type": "rule", "color": LIGHT["ink"], "strokeWidth": 1}, "encoding": {"y": {"datum": 0}}}
        width = {"expr": f"clamp(0.72 * width / {max(1, len(chart.points))}, 1.5, 22)"}
        return [{"mark": {"type": "bar", "width": width}, "encoding": {"x": TIME, "y": y, "color": sign}}, zero]
    if chart.style == "bars":
        return [{"mark": {"type": "bar", "width": 12, "color": LIGHT["line"]}, "encoding": {"x": TIME, "y": y}}]
    several = len(chart.places) > 1
    scale = {"domain": list(chart.places), "range": PLACES[: len(chart.places)]}
    colour = {"field": "place", "type": "nominal", "scale": scale} if several else {"value": LIGHT["line"]}
    dots = len({p.time for p in chart.points}) <= 40
    mark = {
        "type": "line",
        "strokeWidth": 1.8,
        "strokeJoin": "round",
        "point": {"size": 28, "filled": True} if dots else False,
    }
    return [{"mark": mark, "encoding": {"x": TIME, "y": y, "color": colour}}]


def series_layers(chart: "SeriesChart") -> list[Layer]:
    """Uncertainty below, reference dashed, values above, what is held or superseded as open marks."""
    shown = [{"filter": "datum.state == 'released'"}]
    layers: list[Layer] = []
    if any(p.lower is not None for p in chart.points):
        layers.append(
            {
                "transform": shown,
                "mark": {"type": "area", "color": LIGHT["shade"], "opacity": 0.6},
                "encoding": {"x": TIME, "y": y_of(chart, "lower"), "y2": {"field": "upper"}},
            }
        )
    if any(p.reference is not None for p in chart.points):
        dashed = {"type": "line", "color": LIGHT["quiet"], "strokeDash": [4, 3], "strokeWidth": 1.2}
        layers.append({"transform": shown, "mark": dashed, "encoding": {"x": TIME, "y": y_of(chart, "reference")}})
    layers += [{"transform": shown} | mark for mark in value_marks(chart)]
    if any(p.state != "released" for p in chart.points):
        open_mark = {"type": "point", "shape": "diamond", "size": 60, "filled": False, "color": LIGHT["held"]}
        layers.append(
            {
                "transform": [{"filter": "datum.state != 'released'"}],
                "mark": open_mark,
                "encoding": {"x": TIME, "y": y_of(chart)},
            }
        )
    return [{"data": {"name": "series", "values": rows_from(chart)}, "layer": layers}]


def pointer_layers(chart: "SeriesChart") -> list[Layer]:
    """What the pointer finds, on the page only: the nearest value in time, its time and number in words."""
    when = (
        {"field": "label", "title": "Time"}
        if all(p.label for p in chart.points)
        else {"field": "time", "type": "temporal", "title": "Time", "format": "%-d %B %Y"}
    )
    words = [
        when,
        {
            "field": "value",
            "type": "quantitative",
            "title": f"Value, {chart.unit}" if chart.unit else "Value",
            "format": f".{chart.digits + 1}f",
        },
    ]
    words += [{"field": "place", "title": "Place"}] if len(chart.places) > 1 else []
    near = {"type": "point", "nearest": True, "on": "pointerover", "clear": "pointerout"}
    found = {"condition": {"param": "near", "empty": False, "value": 1}, "value": 0}
    return [
        {
            "data": {"name": "series"},
            "transform": [{"filter": "isValid(datum.value)"}],
            "params": [{"name": "near", "select": near}],
            "mark": {"type": "point", "filled": True, "size": 60, "color": LIGHT["ink"]},
            "encoding": {"x": TIME, "y": y_of(chart), "opacity": found, "tooltip": words},
        }
    ]


def cursor_layers(chart: "SeriesChart") -> list[Layer]:
    """The chosen time as a rule; the page's script moves it by changing the data named *cursor*."""
    values = [{"time": chart.cursor}] if chart.cursor else []
    return [
        {
            "data": {"name": "cursor", "values": values},
            "mark": {"type": "rule", "color": LIGHT["ink"], "strokeWidth": 1.25},
            "encoding": {"x": TIME},
        }
    ]
