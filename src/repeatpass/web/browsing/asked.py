"""A view of the map browser, as its address says it; the address is everything there is to know of it.

The first layer's fields stand under their own names (``layer``, ``time``, ``colormap`` …), those of the second with
``.2`` behind them, and so on; the form of the page, which works without scripts, writes the same names.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from math import isfinite
from typing import Literal, cast
from urllib.parse import quote, urlencode

from repeatpass.core.errors import Invalid
from repeatpass.web.browsing.shapes import Shape, read_shape

MOST = 8  # layers at the same time
LONGEST = 2000  # characters of a field
STYLE = ("time", "bands", "expression", "index", "rescale", "colormap", "mask", "dimensions")
OF_FEATURES = ("property", "filter")  # what only layers of features are asked for
BASES = ("paper", "relief", "marble", "plain")

Side = Literal["", "left", "right"]
Compare = Literal["", "swipe", "side"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """One layer of a view. The words are those of the tiles' addresses; what is empty is chosen from the data."""

    layer: str
    time: str = ""
    bands: str = ""
    expression: str = ""
    index: str = ""
    rescale: str = ""
    colormap: str = ""
    mask: str = ""
    dimensions: str = ""  # depth=10,level=850
    property: str = ""  # of features: what their colours stand for
    filter: str = ""  # of features: CQL2 text
    opacity: int = 100  # percent
    side: Side = ""  # on which side of a comparison; empty: on both
    hidden: bool = False

    def style(self) -> dict[str, str]:
        """What the tiles are asked for, without what is empty."""
        plain = {name: str(getattr(self, name)) for name in STYLE if name != "dimensions" and getattr(self, name)}
        return plain | dict(self._dimensions())

    def _dimensions(self) -> Iterator[tuple[str, str]]:
        for part in filter(None, self.dimensions.split(",")):
            name, _, value = part.partition("=")
            yield name.strip(), value.strip()

    def query(self) -> str:
        """The same as the query of an address, with its question mark; empty if there is nothing to ask."""
        asked = urlencode(self.style(), quote_via=quote, safe=",:/")
        return f"?{asked}" if asked else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """A whole view: layers from the bottom to the top, where one looks, and what was drawn or pointed at."""

    layers: tuple[Shown, ...] = ()
    on: int = 0  # the layer whose settings are open, counted from 0
    view: str = ""  # EPSG:<number>; empty: the one that suits the first layer
    at: tuple[float, float, float] | None = None  # longitude, latitude (degrees), zoom
    base: str = "paper"
    compare: Compare = ""
    split: int = 50  # percent of the width left of the divider
    area: Shape | None = None
    point: tuple[float, float] | None = None  # longitude, latitude
    q: str = ""  # the words of the search
    group: str = ""  # the group of layers that is listed

    @property
    def active(self) -> Shown | None:
        """The layer whose settings are open."""
        return self.layers[self.on] if self.layers else None

    def query(self) -> str:
        """The query of this view's address, without question mark."""
        return urlencode(list(_written(self)), quote_via=quote, safe=",:/()")

    def href(self) -> str:
        """The address of this view."""
        query = self.query()
        return f"/browser?{query}" if query else "/browser"

    def with_layer(self, id: str) -> "Sight":
        """The same view with one more layer on top, which becomes the open one; the oldest goes where it is full."""
        kept = self.layers[-(MOST - 1) :]
        return replace(self, layers=(*kept, Shown(layer=id)), on=len(kept))

    def without(self, at: int) -> "Sight":
        """The same view without the layer at *at*."""
        layers = tuple(each for number, each in enumerate(self.layers) if number != at)
        return replace(self, layers=layers, on=max(0, min(self.on, len(layers) - 1)))


def read_sight(given: Mapping[str, str]) -> Sight:
    """Read a view from the fields of an address; raise Invalid naming the field that says something impossible."""
    for name, text in given.items():
        if len(text) > LONGEST and not name.startswith("area"):
            raise Invalid(f"{name[:60]} is {len(text):,} characters long; {LONGEST:,} are allowed.")
    layers = tuple(_layers(given))
    return Sight(
        layers=layers,
        on=_whole(given, "on", 1, 1, max(1, len(layers))) - 1,
        view=_view(given.get("view", "")),
        at=cast("tuple[float, float, float] | None", _numbers(given, "at", 3)),
        base=_one_of(given, "base", BASES) or "paper",
        compare=cast(Compare, _one_of(given, "compare", ("", "swipe", "side"))),
        split=_whole(given, "split", 50, 0, 100),
        area=read_shape(given["area"]) if given.get("area") else None,
        point=cast("tuple[float, float] | None", _numbers(given, "point", 2)),
        q=given.get("q", "").strip(),
        group=given.get("group", "").strip(),
    )


def _layers(given: Mapping[str, str]) -> Iterator[Shown]:
    ends = ["", *(f".{number}" for number in range(2, MOST + 1))]
    if given.get(f"layer.{MOST + 1}"):
        raise Invalid(f"There are more than {MOST} layers; show fewer of them.")
    for end in ends:
        if id := given.get(f"layer{end}", "").strip():
            texts = {name: given.get(name + end, "").strip() for name in (*STYLE, *OF_FEATURES)}
            yield Shown(
                layer=id,
                **texts,
                opacity=_whole(given, f"opacity{end}", 100, 0, 100),
                side=cast(Side, _one_of(given, f"side{end}", ("", "left", "right"))),
                hidden=_one_of(given, f"hidden{end}", ("", "1")) == "1",
            )


def _written(sight: Sight) -> Iterator[tuple[str, str]]:
    for number, shown in enumerate(sight.layers, 1):
        end = "" if number == 1 else f".{number}"
        for field in fields(shown):
            value = getattr(shown, field.name)
            if field.name == "layer" or value != field.default:
                yield field.name + end, "1" if value is True else str(value)
    plain = {"on": sight.on + 1 if sight.on else "", "view": sight.view, "at": _joined(sight.at)}
    plain |= {"base": "" if sight.base == "paper" else sight.base, "compare": sight.compare}
    plain |= {"split": "" if sight.split == 50 else sight.split, "area": sight.area.text if sight.area else ""}
    plain |= {"point": _joined(sight.point), "q": sight.q, "group": sight.group}
    yield from ((name, str(value)) for name, value in plain.items() if value != "")


def _joined(numbers: tuple[float, ...] | None) -> str:
    return ",".join(f"{number:.10g}" for number in numbers or ())


def _whole(given: Mapping[str, str], name: str, usual: int, low: int, high: int) -> int:
    text = given.get(name, "").strip() or str(usual)
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise Invalid(f"{name} is “{text[:40]}”; it must be a whole number from {low} to {high}.")
    return int(text)


def _one_of(given: Mapping[str, str], name: str, known: tuple[str, ...]) -> str:
    text = given.get(name, "").strip()
    if text and text not in known:
        raise Invalid(f"{name} is “{text[:40]}”; it can be {', '.join(filter(None, known))}.")
    return text


def _numbers(given: Mapping[str, str], name: str, count: int) -> tuple[float, ...] | None:
    """Longitude, latitude and, of three, a zoom."""
    if not (text := given.get(name, "").strip()):
        return None
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        found = ()
    if len(found) != count or not all(map(isfinite, found)) or not (abs(found[0]) <= 540 and abs(found[1]) <= 90):
        what = "longitude,latitude" + (",zoom" if count == 3 else "")
        raise Invalid(f"{name} is “{text[:60]}”; it must be {what} in degrees, for example 11.5,48.1.")
    return found


def _view(text: str) -> str:
    text = text.strip().upper()
    if text and not (text.startswith("EPSG:") and text[5:].isascii() and text[5:].isdigit() and len(text) <= 11):
        raise Invalid(f"view is “{text[:40]}”; it must be a projection such as EPSG:3857.")
    return text
