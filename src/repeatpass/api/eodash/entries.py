"""What the catalogue lists, gathered from the rooms: indicators first, then collections with a map, then processes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from repeatpass.access import Actor
from repeatpass.api.eodash.records import Entry, Shown, Spot
from repeatpass.api.executing import Executing
from repeatpass.assembly import House
from repeatpass.assembly.mapped import map_layer
from repeatpass.catalog.records import Collection
from repeatpass.core.errors import NotFound
from repeatpass.core.times import iso
from repeatpass.data.records import Box, Layer, Style
from repeatpass.indicators.records import Indicator, MapLayer, Place
from repeatpass.notebooks.processes import Process

WORLD: Box = (-180.0, -90.0, 180.0, 90.0)
WEB = "WebMercatorQuad"
DRAWN = ("image/tiff", "application/geo+json")  # what the client draws of what a process leaves
INDICATORS, COLLECTIONS, PROCESSES = "indicators", "collections", "processes"


class Entries:
    """The entries that *actor* may see, with addresses that begin with *base*."""

    def __init__(self, executing: Executing, actor: Actor, base: str) -> None:
        self.executing, self.house, self.base = executing, executing.house, base
        self.actor = actor
        self.layers = self.house.layers.as_seen_by(actor)

    def all(self) -> list[Entry]:
        """Return all entries; what is read of files is left out of them."""
        return [
            *(self._listed(each.indicator) for each in self.house.indicators.summaries()),
            *(self._collection(each) for each in self._mapped()),
            *(self._process(each) for each in self.executing.processes() if result_of(each)),
        ]

    def entry(self, kind: str, id: str) -> Entry:
        """Return one entry with its layer; raise NotFound."""
        if kind == INDICATORS:
            return self._with_map(self.house.indicators.indicator(id))
        if kind == COLLECTIONS:
            return self._with_layer(self.layers.catalog.collection(id))
        if kind == PROCESSES and result_of(process := self.executing.process(id)):
            return self._process(process)
        raise NotFound(f"The catalogue has no {kind} called “{id}”.", id=id)

    def place(self, id: str, place: str) -> Entry:
        """Return one place of an indicator, with the chart of its values; raise NotFound."""
        indicator = self.house.indicators.indicator(id)
        known = indicator.place(place)
        if known is None:
            raise NotFound(f"“{id}” has no place “{place}”.", indicator=id)
        whole = self._indicator(indicator)
        lon, lat = middle_of(known) or (0.0, 0.0)
        chosen = urlencode({"place": place})
        return replace(
            whole, kind=f"{INDICATORS}/{id}/places", id=place, title=f"{indicator.title}, {known.name}", spots=(),
            chart=f"{whole.chart}&{chosen}", page=f"{whole.page}?{chosen}", bbox=(lon, lat, lon, lat),
        )  # fmt: skip

    def _indicator(self, indicator: Indicator) -> Entry:
        times = [value.time for value in self.house.indicators.current(indicator.id)]
        notebook = self.house.shelf.notebook(indicator.notebook.partition("@")[0]).latest.file
        return replace(
            self._listed(indicator), interval=_span(times), notebook=f"{self.base}/files/{notebook}",
            spots=tuple(_spots(indicator)),
        )  # fmt: skip

    def _listed(self, indicator: Indicator) -> Entry:
        """What the list shows, without what has to be read of values and places."""
        page = f"{self.base}/indicators/{indicator.id}"
        return Entry(
            kind=INDICATORS, id=indicator.id, title=indicator.title, subtitle=indicator.finding,
            description=indicator.description, page=page, bbox=WORLD, interval=("", ""),
            licence=indicator.licence, themes=indicator.themes, agencies=indicator.agencies,
            satellites=indicator.satellites, sensors=indicator.sensors, citation=indicator.citation,
            thumbnail=f"{page}.png", values=f"{page}/points", chart=f"{page}.vl.json?width=container",
            form=f"{self.base}/eodash/{INDICATORS}/{indicator.id}/form.json",
        )  # fmt: skip

    def _with_map(self, indicator: Indicator) -> Entry:
        entry, layer, drawn = self._indicator(indicator), map_layer(self.house, indicator), indicator.map
        if layer is None or drawn is None:
            return entry
        tiles = f"{self.base}/eodash/{INDICATORS}/{indicator.id}/tiles/{{z}}/{{x}}/{{y}}.png?v={layer.stamp}"
        return replace(entry, bbox=layer.bbox, shown=Shown(layer=layer, style=style_on(drawn, layer), tiles=tiles))

    def _mapped(self) -> Iterator[Collection]:
        yield from self.layers.catalog.some(list(dict.fromkeys(layer.collection for layer in self.layers.all())))

    def _collection(self, collection: Collection) -> Entry:
        body: Any = collection.body
        extent = body.get("extent", {})
        box = (extent.get("spatial", {}).get("bbox") or [WORLD])[0]
        start, end = (extent.get("temporal", {}).get("interval") or [[None, None]])[0]
        page = f"{self.base}/collections/{collection.id}"
        return Entry(
            kind=COLLECTIONS, id=collection.id, title=collection.title, description=collection.description,
            subtitle=str(body.get("repeatpass:sentence") or collection.description.partition(". ")[0]), page=page,
            bbox=(box[0], box[1], box[-2], box[-1]), interval=(start or "", end or ""),
            licence=str(body.get("license", "")), tags=tuple(body.get("keywords", ())),
            agencies=tuple(each["name"] for each in body.get("providers", ()) if "producer" in each.get("roles", ())),
            citation=str(body.get("sci:citation", "")), thumbnail=f"{page}/preview.png",
        )  # fmt: skip

    def _with_layer(self, collection: Collection) -> Entry:
        entry, layers = self._collection(collection), self.layers.of(collection.id)
        if not layers:
            raise NotFound(f"“{collection.id}” lies on no map.", collection=collection.id)
        first = layers[0]
        tiles = f"{self.base}/tiles/{first.id}/{WEB}/{{z}}/{{x}}/{{y}}.png?v={first.stamp}"
        return replace(entry, shown=Shown(layer=first, style=first.style, tiles=tiles))

    def _process(self, process: Process) -> Entry:
        here = f"{self.base}/eodash/{PROCESSES}/{process.id}"
        return Entry(
            kind=PROCESSES, id=process.id, title=process.title, subtitle=process.description.partition(". ")[0],
            description=process.description, page=f"{self.base}/notebooks/{process.id}", bbox=WORLD, interval=("", ""),
            licence="", themes=("processes",), tags=process.keywords, form=f"{here}/form.json", body=f"{here}/body.json",
            process=f"{self.base}/ogc/processes/{process.id}/execution?results=outputs", result=result_of(process),
            styles=tuple((name, f"{here}/style.json?{urlencode({'output': name})}") for name in tiffs_of(process)),
        )  # fmt: skip


def style_on(drawn: MapLayer, layer: Layer) -> Style:
    """Return how an indicator wants the layer of its map drawn."""
    style = replace(layer.style, colormap=drawn.colormap.lower() or layer.style.colormap)
    return replace(style, rescale=(drawn.range,)) if drawn.range else style


def drawn_of(house: House, id: str) -> tuple[Layer, Style]:
    """Return the layer of an indicator's map and how it is drawn; raise NotFound where it has none."""
    indicator = house.indicators.indicator(id)
    layer = map_layer(house, indicator)
    if layer is None or indicator.map is None:
        raise NotFound(f"“{indicator.id}” has no map.", indicator=indicator.id)
    return layer, style_on(indicator.map, layer)


def result_of(process: Process) -> str:
    """Return the media type of what a process leaves and the client draws; empty where there is nothing of the kind."""
    types = {str(output.schema.get("contentMediaType", "")).partition(";")[0] for output in process.outputs}
    return next((each for each in DRAWN if each in types), "")


def tiffs_of(process: Process) -> list[str]:
    """Return the names of the GeoTIFFs that a process leaves."""
    types = {each.name: str(each.schema.get("contentMediaType", "")).partition(";")[0] for each in process.outputs}
    return [name for name, media_type in types.items() if media_type == DRAWN[0]]


def _span(times: list[datetime]) -> tuple[str, str]:
    return (iso(min(times)), iso(max(times))) if times else ("", "")


def _spots(indicator: Indicator) -> Iterator[Spot]:
    for place in indicator.places:
        if middle := middle_of(place):
            yield Spot(id=place.id, name=place.name, lon=middle[0], lat=middle[1])


def middle_of(place: Place) -> tuple[float, float] | None:
    """Return a point inside a place, in degrees; None where it lies nowhere in particular."""
    from shapely.geometry import shape

    if not place.geometry:
        return None
    point = shape(place.geometry).representative_point()
    return round(point.x, 6), round(point.y, 6)
