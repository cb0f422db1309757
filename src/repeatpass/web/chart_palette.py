"""The colours and the type of charts: one role, three spellings (light, dark, variable of the page)."""

from typing import Any

LIGHT = {
    "paper": "#FBFAF7",
    "ink": "#0B1B2B",
    "quiet": "#55616C",
    "hair": "#D9D6CC",
    "line": "#0F5E8C",
    "shade": "#A9CBDD",
    "warm": "#B4472E",
    "cool": "#1F6FA3",
    "warmtint": "#F3D9CF",
    "cooltint": "#D3E5EF",
    "tint": "#E9E6DC",
    "held": "#9A6412",
    "p1": "#0072B2",
    "p2": "#C4570A",
    "p3": "#007D5C",
    "p4": "#9B4F80",
    "p5": "#5B6B00",
    "p6": "#3A4A5A",
}
DARK = {
    "paper": "#0C151D",
    "ink": "#E9EEF2",
    "quiet": "#9FB0BD",
    "hair": "#26343F",
    "line": "#6CB7E2",
    "shade": "#28485B",
    "warm": "#E8866B",
    "cool": "#6CB3E3",
    "warmtint": "#3B2420",
    "cooltint": "#172F40",
    "tint": "#1B2832",
    "held": "#E0AC5C",
    "p1": "#56B4E9",
    "p2": "#F0985A",
    "p3": "#4FC7A1",
    "p4": "#D997C0",
    "p5": "#C6CF5A",
    "p6": "#A9B9C6",
}
VARIABLE = {role: f"var(--chart-{role})" for role in LIGHT}
PLACES = [LIGHT[f"p{i}"] for i in range(1, 7)]

SANS = "Inter, 'Liberation Sans', Arial, sans-serif"
LABEL = {
    "labelColor": LIGHT["quiet"],
    "labelFontSize": 12,
    "labelFont": SANS,
    "titleColor": LIGHT["quiet"],
    "titleFont": SANS,
    "titleFontSize": 12,
    "titleFontWeight": 400,
}
CONFIG: dict[str, Any] = {
    "aria": False,
    "background": "transparent",
    "font": SANS,
    "view": {"stroke": None},
    "axis": {**LABEL, "domain": False, "ticks": False, "labelPadding": 8},
    "axisX": {
        "grid": False,
        "domain": True,
        "domainColor": LIGHT["ink"],
        "domainWidth": 1,
        "ticks": True,
        "tickColor": LIGHT["ink"],
        "tickSize": 5,
        "labelPadding": 5,
        "labelFlush": True,
        "labelOverlap": "greedy",
    },
    "axisY": {"grid": True, "gridColor": LIGHT["hair"], "gridWidth": 1, "tickCount": 5},
    "legend": {
        **LABEL,
        "orient": "top",
        "symbolType": "stroke",
        "symbolStrokeWidth": 3,
        "title": None,
        "labelColor": LIGHT["ink"],
        "offset": 8,
    },
    "text": {"font": SANS},
}
