"""Styles as the eodash client takes them for a GeoTIFF that it draws itself: flat style JSON of OpenLayers.

Without one it stretches the values from black to white. The colour map and the range are those that the map browser would
take; a range that is wide enough for the client's own sliders can be changed with them.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

from repeatpass.api.eodash.legends import colours_of
from repeatpass.data.defaults import default_style
from repeatpass.data.facts import NotOnAMap
from repeatpass.data.surveys import GridFacts, read_facts

PLAIN = (0.0, 1.0)  # the range while nothing is known of the values
NOTHING = [0, 0, 0, 0]
LEAST = -3.4e38  # below all numbers; a comparison with no number is false


@lru_cache(64)  # what a run left never changes
def flat_style(title: str, path: Path | None, media_type: str) -> dict[str, Any]:
    """Return the style of one GeoTIFF, by the values in it; *path* is None where there is none yet."""
    facts = _facts(path, media_type) if path is not None else None
    if facts is not None and len(facts.bands) > 2:
        return {"color": _picture(facts)}
    low, high = _range(facts)
    span, bands, nodata = high - low, len(facts.bands) if facts else 1, facts is not None and facts.nodata is not None
    if span < 1:  # the client's sliders round to two decimals, and the range would be nothing
        return {"color": _ramp(nodata, bands, low, high)}
    bounds = {"minimum": _short(low - span), "maximum": _short(high + span), "format": "range"}
    fields = {name: {"type": "number", "title": said, "default": value, **bounds}
              for name, said, value in (("vmin", "From", low), ("vmax", "To", high))}  # fmt: skip
    return {
        "variables": {"vmin": low, "vmax": high},
        "color": _ramp(nodata, bands, ["var", "vmin"], ["var", "vmax"]),
        "jsonform": {
            "type": "object", "title": "Colours",
            "properties": {"vminmax": {"type": "object", "title": "Range", "format": "minmax", "properties": fields}},
        },
        "legend": {"title": title, "range": colours_of("viridis"), "domainProperties": ["vmin", "vmax"]},
    }  # fmt: skip


def _short(number: float) -> float:
    return float(f"{number:.6g}")


def _facts(path: Path, media_type: str) -> GridFacts | None:
    try:
        return read_facts(path, media_type)[0]
    except NotOnAMap:  # the client shows nothing of it either
        return None


def _range(facts: GridFacts | None) -> tuple[float, float]:
    """Return 2nd and 98th percentile as they stand in the file, before scale and offset, which the client does not know."""
    if facts is None or not facts.ranges:
        return PLAIN
    return _unscaled(facts, facts.ranges[0])


def _unscaled(facts: GridFacts, pair: tuple[float, float]) -> tuple[float, float]:
    low, high = ((each - facts.offset) / (facts.scale or 1) for each in pair)
    return min(low, high), max(low, high)


def _ramp(nodata: bool, bands: int, low: Any, high: Any) -> list[Any]:
    part = ["/", ["-", ["band", 1], low], ["-", high, low]]
    colours = colours_of("viridis")
    steps = [each for number, colour in enumerate(colours) for each in (number / (len(colours) - 1), colour)]
    # Where the file has a value for nothing, OpenLayers adds a last band that is 0 there.
    there = [">", ["band", bands + 1], 0] if nodata else [">=", ["band", 1], LEAST]
    return ["case", there, ["interpolate", ["linear"], part, *steps], NOTHING]


def _picture(facts: GridFacts) -> list[Any]:
    """Return three bands as red, green and blue, each between its percentiles."""
    style, names = default_style(facts, facts.bands, cube=False), [band.name for band in facts.bands]
    channels = [
        ["/", ["-", ["band", names.index(name) + 1], low], high - low or 1]
        for name, pair in zip(style.bands, style.rescale, strict=False)
        for low, high in [_unscaled(facts, pair)]
    ]
    opaque: Any = ["/", ["band", len(names) + 1], 255] if facts.nodata is not None else 1
    return ["array", *channels, opaque]
