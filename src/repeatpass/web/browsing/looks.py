"""How features are drawn: one colour, colours along a scale for a number, a colour for each word; and what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite

from repeatpass.assembly import House
from repeatpass.core.errors import Invalid
from repeatpass.data.colours import hexes
from repeatpass.features import Wanted
from repeatpass.features.measuring import Numbers, Words
from repeatpass.web.browsing.asked import Shown
from repeatpass.web.browsing.places import PlaceLayer, colourable, complaint
from repeatpass.web.views.browser import Category

# Okabe & Ito (2008), told apart by those who see fewer colours; without its yellow and black, which paper and ink hide.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f6a00", "#882255")
OTHER = "#8a949c"


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What the colours of a layer of features stand for."""

    colour: str  # of all, where there is no property
    property: str = ""
    kind: str = ""  # number or category; empty without a property
    unit: str = ""
    colormap: str = ""
    low: float = 0.0
    high: float = 1.0
    ramp: tuple[str, ...] = ()
    categories: tuple[Category, ...] = ()
    others: int = 0  # features with further words
    wrong: Mapping[str, str]  # what cannot be followed, by the name of the field


def look_of(house: House, layer: PlaceLayer, shown: Shown, at: int = 0) -> Look:
    """The look of the layer that is the *at*-th of a view; what cannot be followed is left out, and said."""
    filter = complaint(house, layer, shown)
    wrong = {"filter": filter} if filter else {}
    kind = colourable(layer.known).get(shown.property, "")
    colour = COLOURS[at % len(COLOURS)]
    if shown.property and not kind:
        there = ", ".join(colourable(layer.known)) or "none"
        wrong["property"] = f"property is “{shown.property[:80]}”; colours can stand for {there}."
    if not kind:
        return Look(colour=colour, wrong=wrong)
    field = layer.known.field(shown.property)
    unit = field.unit if field else ""
    found = house.features.measuring.measure(layer.known, Wanted(), shown.property)
    if isinstance(found, Words):
        return _of_words(found, Look(colour=colour, property=shown.property, kind=kind, unit=unit, wrong=wrong))
    low, high = _range(shown.rescale, found, wrong)
    name = shown.colormap or "viridis"
    try:
        colours = hexes(name)
    except Invalid as error:
        wrong["colormap"], name = error.message, "viridis"
        colours = hexes(name)
    return Look(
        colour=colour, property=shown.property, kind=kind, unit=unit, colormap=name, low=low, high=high, ramp=colours,
        wrong=wrong,
    )  # fmt: skip


def _of_words(found: Words, look: Look) -> Look:
    shown = found.values[: len(COLOURS)]
    categories = tuple(
        Category(value=value, colour=colour, count=number)
        for (value, number), colour in zip(shown, COLOURS, strict=False)
    )
    return replace(look, categories=categories, others=found.valid - sum(each.count for each in categories))


def _range(text: str, found: Numbers, wrong: dict[str, str]) -> tuple[float, float]:
    """The values at the ends of the colours: as asked, else the percentiles 2 and 98 of all features."""
    if text:
        low, high = _pair(text)
        if isfinite(low) and low < high:
            return low, high
        wrong["rescale"] = f"rescale is “{text[:60]}”; write low,high, such as 0,100."
    if not found.percentiles or found.low is None or found.high is None:
        return 0.0, 1.0
    low, high = found.percentiles[2], found.percentiles[98]
    if low == high:
        low, high = found.low, found.high
    return (low, high) if low < high else (low, low + 1)


def _pair(text: str) -> tuple[float, float]:
    try:
        low, high = (float(each) for each in text.split(","))
    except ValueError:
        return float("nan"), float("nan")
    return low, high
