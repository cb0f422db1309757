"""The page of the map browser: everything for one view, complete without scripts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from repeatpass.access import Actor, Right
from repeatpass.assembly import House
from repeatpass.core.errors import Exhausted, Forbidden, Invalid, NotFound, Unavailable
from repeatpass.data.records import Layer
from repeatpass.data.styles import style_of
from repeatpass.data.times import chosen_time
from repeatpass.web.browsing.asked import BASES, Shown, Sight
from repeatpass.web.browsing.listing import listing_of
from repeatpass.web.browsing.looks import Look, look_of
from repeatpass.web.browsing.place_settings import first_features, place_settings
from repeatpass.web.browsing.places import Drawn, PlaceLayer, drawn_layer, place_time
from repeatpass.web.browsing.projections import Projection, projections_for, suited
from repeatpass.web.browsing.settings import settings_of
from repeatpass.web.browsing.times import covered, named, said
from repeatpass.web.desk import Desk
from repeatpass.web.pages.browser_data import data_of, downloads_of, links_of
from repeatpass.web.pages.browser_listing import groups_of, listed_of
from repeatpass.web.pages.indicator import HOME
from repeatpass.web.views import Frame, Link, MapView
from repeatpass.web.views.browser import (
    BrowserPage,
    Choice,
    LayerSettings,
    ShownLayer,
)

PATH = "/browser"
BASE_NAMES = {"paper": "Land and sea", "relief": "Shaded relief", "marble": "Blue Marble", "plain": "Outlines only"}
COMPARES = {"": "No comparison", "swipe": "Swipe", "side": "Side by side"}
TROUBLES = (Exhausted, Forbidden, Invalid, NotFound, Unavailable)


def browser_page(desk: Desk, actor: Actor, sight: Sight) -> BrowserPage:
    """The map browser at *sight*, as *actor* may see it; raise Invalid where its projection is none."""
    house = desk.house
    known = {shown.layer: _found(house.as_seen_by(actor), shown.layer) for shown in sight.layers}
    layers = [layer for shown in sight.layers if not isinstance(layer := known[shown.layer], str)]
    looks = {at: look_of(house, layer, each, at) for at, each in enumerate(sight.layers)
             if isinstance(layer := known[each.layer], PlaceLayer)}  # fmt: skip
    shown = tuple(_shown(house, sight, at, known[each.layer], looks.get(at)) for at, each in enumerate(sight.layers))
    chosen = known[sight.layers[sight.on].layer] if sight.layers else None
    drawn = chosen if chosen and not isinstance(chosen, str) and not shown[sight.on].wrong else None
    cells = drawn if isinstance(drawn, Layer) else None
    listing = listing_of(house, actor, sight.q, sight.group)
    views = projections_for(layers, sight.view)
    return BrowserPage(
        title=_title(shown),
        path=PATH,
        description="All layers of the platform on one map: compare, measure, take home, open in a notebook.",
        json_href=sight.href().replace(PATH, f"{PATH}.json", 1),
        crumbs=(HOME, Link(text="Map browser")),
        q=sight.q,
        keep=_kept(sight),
        groups=tuple(groups_of(sight, listing)),
        listed=tuple(listed_of(sight, each) for each in listing.listed),
        total=listing.total,
        shown=shown,
        settings=_settings(house, sight, chosen),
        places=place_settings(house, sight, sight.layers[sight.on], chosen, looks[sight.on])
        if isinstance(chosen, PlaceLayer)
        else None,
        first=first_features(house, sight, sight.layers[sight.on], chosen) if isinstance(chosen, PlaceLayer) else None,
        still=_still(sight, cells) if cells else None,
        said=shown[sight.on].title if drawn else "",
        area=sight.area is not None,
        downloads=downloads_of(sight, drawn) if drawn else (),
        links=links_of(sight, drawn) if drawn else (),
        notebook=f"{PATH}/notebook.ipynb?{sight.query()}" if drawn else "",
        open_in=f"{PATH}/notebook?{sight.query()}" if drawn and actor.may(Right.RUN) else "",
        bases=tuple(Choice(value=name, text=BASE_NAMES[name], selected=name == sight.base) for name in BASES),
        views=tuple(_views(views, sight.view or suited(layers))),
        compares=tuple(Choice(value=n, text=text, selected=n == sight.compare) for n, text in COMPARES.items()),
        data=data_of(layers, views, looks, [each.at for each in shown if each.wrong]),
    )


def _found(house: House, id: str) -> Drawn | str:
    """A layer, or why there is none."""
    try:
        return drawn_layer(house, id)
    except (NotFound, Invalid) as error:
        return error.message


def _shown(house: House, sight: Sight, at: int, found: Drawn | str, look: Look | None) -> ShownLayer:
    shown = sight.layers[at]
    facts: dict[str, Any] = {
        "at": at, "href": replace(sight, on=at).href(), "remove": sight.without(at).href(), "open": at == sight.on,
        "hidden": shown.hidden, "side": shown.side,
    }  # fmt: skip
    if isinstance(found, str):
        return ShownLayer(title=shown.layer, when="", collection=Link(text=""), wrong=found, **facts)
    collection = Link(text=found.collection, href=f"/collections/{found.collection}")
    wrong, when = _trouble(house, shown, found, look)
    return ShownLayer(title=found.title, when=when, collection=collection, wrong=wrong, **facts)


def _title(shown: Sequence[ShownLayer]) -> str:
    """What a tab or a bookmark is called: the layers, and where one is."""
    return " · ".join([*(each.title for each in shown[:3]), "Map browser"])


def _trouble(house: House, shown: Shown, found: Drawn, look: Look | None) -> tuple[str, str]:
    """Why a layer cannot be drawn, empty if it can; and the time it is drawn at, in words."""
    if look is not None and isinstance(found, PlaceLayer):
        time = place_time(found, shown.time)
        return look.wrong.get("filter", ""), said(time, found.times) if time else "all dates" if found.times else ""
    assert isinstance(found, Layer)
    try:
        house.rendering.completed(found, style_of(found, shown.style()))
        time = chosen_time(found, shown.time, nearest=True)
        troubles = [house.elsewhere.trouble(each.checksum) for each in found.sources if time in each.times]
        wrong = found.trouble if len(found.sources) == 1 or all(troubles) else ""
        return wrong, ", ".join(filter(None, (named(found, time), covered(found, time))))
    except TROUBLES as error:  # a file elsewhere may not be reached
        return error.message, ""


def _settings(house: House, sight: Sight, found: Drawn | str | None) -> LayerSettings | None:
    """The form of the open layer of cells; None where even without what is asked of it nothing can be drawn."""
    if not isinstance(found, Layer) or (len(found.sources) == 1 and found.trouble):
        return None
    try:
        return settings_of(house, sight, sight.layers[sight.on], found)
    except TROUBLES:
        return None


def _kept(sight: Sight) -> tuple[tuple[str, str], ...]:
    return tuple(parse_qsl(replace(sight, q="").query()))


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


def _views(known: tuple[Projection, ...], chosen: str) -> Iterator[Choice]:
    for each in known:
        yield Choice(value=each.crs, text=each.title, selected=each.crs == chosen)


def shown_of(sight: Sight) -> Shown:
    """The open layer of a view; raise Invalid where it has none."""
    if sight.active is None:
        raise Invalid("This view has no layer; choose one with layer=….", field="layer")
    return sight.active
