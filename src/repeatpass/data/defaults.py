"""What is said of a layer where several documents could say it, and how it is drawn unless told otherwise."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from repeatpass.catalog.records import Collection, Item
from repeatpass.data.records import Band, Box, Style
from repeatpass.data.surveys import GridFacts

NATURAL = (("red", "green", "blue"), ("B04", "B03", "B02"), ("B3", "B2", "B1"))


def cell_of(facts: GridFacts) -> tuple[float, float]:
    """Return width and height of a cell, in units of the file's system."""
    left, bottom, right, top = facts.bounds
    return (right - left) / facts.shape[1], (top - bottom) / facts.shape[0]


def cell_in_degrees(facts: GridFacts) -> tuple[float, float]:
    """Return width and height of a cell in degrees, on average."""
    west, south, east, north = facts.bbox
    east = east + 360 if east < west else east
    return (east - west) / facts.shape[1], (north - south) / facts.shape[0]


def unit_of(stated: Mapping[str, Any]) -> str:
    """Return the unit that the STAC document states for an asset or its bands; empty if none."""
    known = [stated, *(stated.get("bands") or []), *(stated.get("raster:bands") or [])]
    return next((str(each["unit"]) for each in known if isinstance(each, Mapping) and each.get("unit")), "")


def platform_of(item: Item | None, collection: Collection) -> str:
    """What the item, or the collection's summaries, say of the satellite and the instrument."""
    stated = item.body.get("properties", {}) if item is not None else collection.body.get("summaries", {})
    words = [stated.get(name) for name in ("platform", "constellation", "instruments")]
    return " ".join(" ".join(map(str, word)) if isinstance(word, list) else str(word) for word in words if word)


def with_common_names(bands: tuple[Band, ...], stated: Mapping[str, Any]) -> tuple[Band, ...]:
    """Return bands with the names, common names and titles that the STAC document states, where it lists all."""
    known = stated.get("bands") or stated.get("eo:bands") or []
    if len(known) != len(bands):
        return bands
    return tuple(named_band(band, each) for band, each in zip(bands, known, strict=True))


def named_band(band: Band, stated: Mapping[str, Any]) -> Band:
    """Return a band as the STAC document calls it; a name that no formula could use is left aside."""
    name = str(stated.get("name") or band.name)
    common = str(stated.get("eo:common_name") or stated.get("common_name") or "")
    title = str(stated.get("title") or stated.get("description") or "")
    return replace(band, name=name if name.isidentifier() else band.name, common_name=common, title=title)


def default_style(facts: GridFacts, bands: tuple[Band, ...], *, cube: bool) -> Style:
    """Three bands in natural colours where there are three, else one between its percentiles."""
    ranges = dict(zip((band.name for band in bands), facts.ranges, strict=False))
    if cube or len(bands) < 3:
        chosen = () if cube else (bands[0].name,)
        return Style(bands=chosen, rescale=facts.ranges[:1], colormap="viridis", resampling="nearest")
    common = {band.common_name: band.name for band in bands if band.common_name}
    found = next(
        (
            tuple(common.get(one, one) for one in wanted)
            for wanted in NATURAL
            if all(common.get(one, one) in ranges for one in wanted)
        ),
        tuple(band.name for band in bands[:3]),
    )
    return Style(bands=found, rescale=tuple(ranges[name] for name in found if name in ranges))


def union(boxes: Iterable[Box]) -> Box:
    """Return the smallest box around *boxes*; where one crosses the antimeridian (west > east), so does the union."""
    known = list(boxes)
    if any(west > east for west, _, east, _ in known):
        known = [(west % 360, south, east % 360 or 360.0, north) for west, south, east, north in known]
        west, east = min(box[0] for box in known), max(box[2] for box in known)
        if any(box[0] > box[2] for box in known):  # crosses Greenwich, too
            west, east = -180.0, 180.0
        else:
            west, east = (each - 360 if each > 180 else each for each in (west, east))
    else:
        west, east = min(box[0] for box in known), max(box[2] for box in known)
    return (west, min(box[1] for box in known), east, max(box[3] for box in known))
