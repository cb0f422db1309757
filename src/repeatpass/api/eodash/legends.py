"""Legends as the eodash client draws them: `eox:colorlegend`, a domain of numbers and a range of colours."""

from typing import Any

from repeatpass.api.eodash.records import Shown
from repeatpass.data.colours import ramp

STEPS = 9


def legend_of(shown: Shown) -> dict[str, Any]:
    """Return the legend of a layer drawn with one colour map; empty for pictures of three bands."""
    layer, style = shown.layer, shown.style
    if not style.colormap or len(style.rescale) != 1:
        return {}
    low, high = style.rescale[0]
    unit = f" [{layer.unit}]" if layer.unit else ""
    return {
        "title": f"{layer.title}{unit}",
        "domain": [low, high],
        "range": colours_of(style.colormap),
        "scaleType": "continuous",
    }


def colours_of(colormap: str) -> list[str]:
    """Return some colours of a colour map, at even distances, as CSS writes them."""
    table = ramp(colormap)
    colours = [map(int, table[round(step * 255 / (STEPS - 1))]) for step in range(STEPS)]
    return [f"rgba({red}, {green}, {blue}, 1)" for red, green, blue, _ in colours]
