"""The page of the map browser: everything for one view, complete without scripts."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any
from urllib.parse import parse_qsl, quote

from repeatpass.access import Actor, Right
from repeatpass.assembly import House
from repeatpass.core.errors import Exhausted, Forbidden, Invalid, NotFound, Unavailable
from repeatpass.data.records import Layer
from repeatpass.data.styles import style_of
from repeatpass.data.times import chosen_time
from repeatpass.web.assets import STATIC, address
from repeatpass.web.browsing.asked import BASES, Shown, Sight
from repeatpass.web.browsing.bases import NAMES
from repeatpass.web.browsing.listing import GROUPS, Listed, Listing, listing_of, provider_of
from repeatpass.web.browsing.projections import Projection, projections_for, suited
from repeatpass.web.browsing.settings import settings_of
from repeatpass.web.browsing.times import said, span
from repeatpass.web.desk import Desk
from repeatpass.web.pages.indicator import HOME
from repeatpass.web.views import Download, Frame, Link, MapView
from repeatpass.web.views.browser import BrowserPage, Choice, GroupLink, LayerLink, ListedCollection, ShownLayer

PATH = "/browser"
BASE_NAMES = {"paper": "Land and sea", "relief": "Shaded relief", "marble": "Blue Marble", "plain": "Outlines only"}
COMPARES = {"": "No comparison", "swipe": "Swipe", "side": "Side by side"}
FILES = (("tif", "GeoTIFF"), ("nc", "NetCDF"), ("png", "PNG"), ("csv", "CSV"))


def browser_page(desk: Desk, actor: Actor, sight: Sight) -> BrowserPage:
    """The map browser at *sight*, as *actor* may see it; raise Invalid where its projection is none."""
    house = desk.house
    known = {shown.layer: _found(house, actor, shown.layer) for shown in sight.layers}
    layers = [layer for shown in sight.layers if isinstance(layer := known[shown.layer], Layer)]
    shown = tuple(_shown(house, sight, at, known[each.layer]) for at, each in enumerate(sight.layers))
    open_layer = _open_layer(sight, shown, known)
    listing = listing_of(house, actor, sight.q, sight.group)
    views = projections_for(layers, sight.view)
    return BrowserPage(
        title="Map browser",
        path=PATH,
        description="All layers of the platform on one map: compare, measure, take home, open in a notebook.",
        json_href=sight.href().replace(PATH, f"{PATH}.json", 1),
        crumbs=(HOME, Link(text="Map browser")),
        q=sight.q,
        keep=_kept(sight),
        groups=tuple(_groups(sight, listing)),
        listed=tuple(_listed(sight, each) for each in listing.listed),
        total=listing.total,
        shown=shown,
        settings=settings_of(house, sight, sight.layers[sight.on], open_layer) if open_layer else None,
        still=_still(sight, open_layer) if open_layer else None,
        said=shown[sight.on].title if open_layer else "",
        downloads=_downloads(sight, open_layer) if open_layer else (),
        links=_links(sight, open_layer) if open_layer else (),
        notebook=f"{PATH}/notebook.ipynb?{sight.query()}" if open_layer else "",
        open_in=f"{PATH}/notebook?{sight.query()}" if open_layer and actor.may(Right.RUN) else "",
        bases=tuple(Choice(value=name, text=BASE_NAMES[name], selected=name == sight.base) for name in BASES),
        views=tuple(_views(views, sight.view or suited(layers))),
        compares=tuple(Choice(value=n, text=text, selected=n == sight.compare) for n, text in COMPARES.items()),
        data=_data(layers, views),
    )


def _found(house: House, actor: Actor, id: str) -> Layer | str:
    """A layer, or why there is none."""
    try:
        return house.layers.as_seen_by(actor).layer(id)
    except (NotFound, Invalid) as error:
        return error.message


def _shown(house: House, sight: Sight, at: int, found: Layer | str) -> ShownLayer:
    shown = sight.layers[at]
    facts: dict[str, Any] = {
        "at": at, "href": replace(sight, on=at).href(), "remove": sight.without(at).href(), "open": at == sight.on,
        "hidden": shown.hidden, "side": shown.side,
    }  # fmt: skip
    if isinstance(found, str):
        return ShownLayer(title=shown.layer, when="", collection=Link(text=""), wrong=found, **facts)
    collection = Link(text=found.collection, href=f"/collections/{found.collection}")
    wrong, when = found.trouble if len(found.sources) == 1 else "", ""
    try:
        house.rendering.completed(found, style_of(found, shown.style()))
        when = said(chosen_time(found, shown.time, nearest=True), found.times)
    except (Exhausted, Forbidden, Invalid, NotFound, Unavailable) as error:  # a file elsewhere may not be reached
        wrong = error.message
    return ShownLayer(title=found.title, when=when, collection=collection, wrong=wrong, **facts)


def _open_layer(sight: Sight, shown: tuple[ShownLayer, ...], known: Mapping[str, Layer | str]) -> Layer | None:
    """The layer whose settings are open; None where it cannot be drawn as asked."""
    if not shown or shown[sight.on].wrong:
        return None
    found = known[sight.layers[sight.on].layer]
    return found if isinstance(found, Layer) else None


def _kept(sight: Sight) -> tuple[tuple[str, str], ...]:
    return tuple(parse_qsl(replace(sight, q="").query()))


def _groups(sight: Sight, listing: Listing) -> Iterator[GroupLink]:
    every = sum(listing.counts.values())
    for name, text, count in (("", "All", every), *((name, GROUPS[name], listing.counts[name]) for name in GROUPS)):
        href = replace(sight, group=name).href()
        yield GroupLink(name=name, text=text, href=href, count=count, selected=name == sight.group)


def _listed(sight: Sight, each: Listed) -> ListedCollection:
    entry, present = each.entry, {shown.layer for shown in sight.layers}
    name, href = provider_of(entry)
    return ListedCollection(
        title=entry.title,
        href=f"/collections/{entry.id}",
        sentence=entry.sentence,
        group=GROUPS[each.group],
        layers=tuple(_layer_link(sight, layer, entry.title, layer.id in present) for layer in each.layers),
        provider=Link(text=name or "its provider", href=href) if each.group in ("commercial", "demand") else None,
    )


def _layer_link(sight: Sight, layer: Layer, collection: str, shown: bool) -> LayerLink:
    title = layer.title.removeprefix(f"{collection}: ") if layer.title != collection else collection
    return LayerLink(
        id=layer.id, title=title, href=sight.with_layer(layer.id).href(), note=span(layer.times), shown=shown
    )


def _still(sight: Sight, layer: Layer) -> MapView:
    """The open layer on a still map, for those without scripts."""
    west, south, east, north = layer.bbox
    east = east + 360 if east < west else east
    shown, margin = sight.layers[sight.on], max(0.05, (east - west) * 0.04)
    frame = Frame(time=shown.time, label=layer.title, href=f"{PATH}/picture.png?{sight.query()}")
    return MapView(
        title=layer.title,
        projection="EPSG:4326",
        extent=(west, south, east, north),
        view=(west - margin, max(-90.0, south - margin), east + margin, min(90.0, north + margin)),
        alt=f"Map of {layer.title}",
        frames=(frame,),
    )


def _downloads(sight: Sight, layer: Layer) -> tuple[Download, ...]:
    """The drawn area of the open layer, or without one all of it, as files."""
    shown = sight.layers[sight.on]
    area = _area_text(sight)
    query = "&".join(filter(None, (shown.query()[1:], area)))
    return tuple(
        Download(
            label=label, href=f"/tiles/{quote(layer.id, safe=':')}/cutout?{query}{'&' if query else ''}format={form}"
        )
        for form, label in FILES
    )


def _area_text(sight: Sight) -> str:
    if sight.area is None:
        return ""
    if not sight.area.text[0].isalpha():
        return f"area={sight.area.text}"
    return f"area={quote(json.dumps(sight.area.geojson(), separators=(',', ':')), safe=',:')}"


def _links(sight: Sight, layer: Layer) -> tuple[Download, ...]:
    tiles = f"/tiles/{quote(layer.id, safe=':')}"
    return (
        Download(label="TileJSON", href=f"{tiles}/tilejson.json{sight.layers[sight.on].query()}"),
        Download(label="Layer as JSON", href=tiles),
        Download(label="STAC", href=f"/stac/collections/{layer.collection}"),
    )


def _views(known: tuple[Projection, ...], chosen: str) -> Iterator[Choice]:
    for each in known:
        yield Choice(value=each.crs, text=each.title, selected=each.crs == chosen)


def _data(layers: list[Layer], views: tuple[Projection, ...]) -> dict[str, Any]:
    """What the scripts read: projections with their grids, and of each layer where and when it is."""
    return {
        "projections": [asdict(each) for each in views],
        "suited": suited(layers),
        "pictures": {name: address(STATIC / f"{name}.jpg").partition("?")[2] for name in NAMES},
        "layers": {
            layer.id: {
                "title": layer.title, "unit": layer.unit, "bbox": layer.bbox, "crs": layer.crs,
                "times": layer.times, "stamp": layer.stamp, "kind": layer.kind,
            }
            for layer in layers
        },
    }  # fmt: skip


def shown_of(sight: Sight) -> Shown:
    """The open layer of a view; raise Invalid where it has none."""
    if sight.active is None:
        raise Invalid("This view has no layer; choose one with layer=….", field="layer")
    return sight.active
