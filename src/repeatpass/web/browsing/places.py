"""Collections of features as layers of the browser: which there are, when, and which features a view asks for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from repeatpass.assembly import House
from repeatpass.core.errors import Invalid, NotFound
from repeatpass.core.times import parse_time
from repeatpass.data.records import Box, Layer
from repeatpass.features import FeatureSet, Wanted
from repeatpass.features.filters import read_filter
from repeatpass.features.measuring import Times
from repeatpass.web.browsing.asked import Shown
from repeatpass.web.browsing.projections import WORLD
from repeatpass.web.browsing.shapes import Shape

NAME = "features"  # a layer of features is called <collection>:features
ITEMS = "/ogc/collections/{}/items"
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceLayer:
    """The features of a collection as a layer. What the map asks of any layer it answers by the same names."""

    collection: str
    title: str
    known: FeatureSet
    when: Times

    kind: str = "features"
    unit: str = ""

    @property
    def id(self) -> str:
        """Its name in addresses."""
        return f"{self.collection}:{NAME}"

    @property
    def crs(self) -> str:
        """The system that the features are kept in."""
        return self.known.crs

    @property
    def bbox(self) -> Box:
        """Where they are, degrees."""
        return self.known.extent or WORLD

    @property
    def times(self) -> tuple[str, ...]:
        """When they are, oldest first."""
        return self.when.times

    @property
    def stamp(self) -> str:
        """Changes with every feature."""
        return str(self.known.revision)

    @property
    def items(self) -> str:
        """The address of the features."""
        return ITEMS.format(quote(self.collection))


Drawn = Layer | PlaceLayer


def is_place(known: FeatureSet | None) -> bool:
    """Whether there is something to draw."""
    return known is not None and known.geometry != "none" and known.number > 0


def place_layer(house: House, id: str) -> PlaceLayer | None:
    """The features of the collection that *id* names, alone or as ``collection:features``; None if that means others.

    Raise NotFound for a collection that may not be seen, or one without features that is asked for them.
    """
    collection, _, name = id.partition(":")
    if name not in ("", NAME):
        return None
    kept = house.catalog.collection(collection)
    try:
        known = house.features.known(collection)
    except NotFound:
        if not name:
            return None
        raise
    if not is_place(known):
        raise NotFound(f"The collection “{collection}” holds no feature with a place.", layer=id[:80])
    title = kept.title or collection
    return PlaceLayer(collection=collection, title=title, known=known, when=house.features.measuring.times(known))


def drawn_layer(house: House, id: str) -> Drawn:
    """A layer by its name, of cells or of features; of a collection alone the first of cells, else its features.

    Raise NotFound where there is none, or none for this person.
    """
    try:
        return house.layers.layer(id)
    except NotFound:
        if (found := place_layer(house, id)) is None:
            raise
        return found


def place_time(layer: PlaceLayer, asked: str) -> str:
    """The time that *asked* means: the newest that is not after it, else the first; empty: all."""
    if not asked or not layer.times:
        return ""
    before = [each for each in layer.times if each[: len(asked)] <= asked]
    return before[-1] if before else layer.times[0]


def span_of(time: str, step: str) -> tuple[datetime, datetime]:
    """The first and the last moment of what one of the times of a layer stands for."""
    start = parse_time(time)
    if step == "moment":
        return start, start
    months = {"month": 1, "year": 12}.get(step, 0)
    if not months:
        return start, start + timedelta(days=1) - SECOND
    after = start.month - 1 + months
    return start, start.replace(year=start.year + after // 12, month=after % 12 + 1) - SECOND


def datetime_of(layer: PlaceLayer, asked: str) -> str:
    """The parameter ``datetime`` for a time; empty for all."""
    if not (time := place_time(layer, asked)):
        return ""
    start, end = span_of(time, layer.when.step)
    if layer.when.step == "moment":
        return time
    return time[:10] if layer.when.step == "day" else f"{start:%Y-%m-%d}/{end:%Y-%m-%d}"


def wanted_of(layer: PlaceLayer, shown: Shown, area: Shape | None = None, **more: Any) -> Wanted:
    """The features that a view shows; raise Invalid for a filter that is none."""
    start, end = span_of(time, layer.when.step) if (time := place_time(layer, shown.time)) else (None, None)
    asked = read_filter(shown.filter, "cql2-text") if shown.filter else None
    return Wanted(area=(area.geometry,) if area else (), start=start, end=end, filter=asked, **more)


def complaint(house: House, layer: PlaceLayer, shown: Shown) -> str:
    """What is wrong with the filter of a view; empty if nothing is."""
    try:
        house.features.search(layer.known, replace(wanted_of(layer, shown), limit=1, geometry=False, counted=False))
    except Invalid as error:
        return error.message
    return ""


def items_query(layer: PlaceLayer, shown: Shown, area: Shape | None = None, **more: str) -> str:
    """The query with which the address of the items gives the features that a view shows."""
    return urlencode(dict(_words(layer, shown, area)) | more, quote_via=quote, safe=",:/")


def _words(layer: PlaceLayer, shown: Shown, area: Shape | None) -> Iterator[tuple[str, str]]:
    if when := datetime_of(layer, shown.time):
        yield "datetime", when
    within = ""
    if area is not None and area.text[0].isalpha():
        within = f"S_INTERSECTS(geometry, {area.text})"
    elif area is not None:
        yield "bbox", area.text
    if filter := " AND ".join(
        f"({each})" if shown.filter and within else each for each in (shown.filter, within) if each
    ):
        yield "filter", filter


def colourable(known: FeatureSet) -> Mapping[str, str]:
    """The properties that colours can stand for, and whether they are numbers or words."""
    kinds = {"integer": "number", "number": "number", "text": "category", "boolean": "category", "date": "category"}
    return {each.name: kinds[each.kind] for each in known.fields if each.kind in kinds}
