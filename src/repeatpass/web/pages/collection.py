"""One collection: what it is, where and when, what it holds, its files, who made it, how to open it, who uses it."""

import logging
from collections.abc import Sequence

from markupsafe import Markup

from repeatpass.catalog.records import Collection, CollectionAsset
from repeatpass.catalog.registry import terms_of
from repeatpass.catalog.registry.contents import NEWEST, Contents, contents_of
from repeatpass.catalog.registry.plain import first_sentence, texts
from repeatpass.catalog.registry.reading import NOWHERE, box_in, interval_of, nature_of
from repeatpass.core.errors import RepeatpassError
from repeatpass.data.records import Layer
from repeatpass.web import words
from repeatpass.web.desk import Desk
from repeatpass.web.links import safe
from repeatpass.web.notebook_html import markdown
from repeatpass.web.pages import collections as listed
from repeatpass.web.pages.changelog import changes_of
from repeatpass.web.pages.collection_facts import facts_of, standing_of
from repeatpass.web.pages.collection_files import code_elsewhere, code_of, files_table, first_of, layouts_of, opened_of
from repeatpass.web.pages.collection_variables import variables_table
from repeatpass.web.pages.examples import examples_of
from repeatpass.web.pages.indicator import HOME
from repeatpass.web.pages.place_maps import places_map
from repeatpass.web.pages.previews import map_of, picture_of
from repeatpass.web.services import service_links
from repeatpass.web.snippets import snippets_of
from repeatpass.web.timelines import time_bar
from repeatpass.web.views import CollectionPage, Download, Link, MapView, Place
from repeatpass.web.views.collections import PlainLicence
from repeatpass.web.views.figures import Extent

COLLECTIONS = Link(text="Collections", href="/collections")
BASE_MAP = "Base map: Natural Earth."
log = logging.getLogger(__name__)


def collection_page(desk: Desk, id: str, base: str = "") -> CollectionPage:
    """One collection at its present version; *base* is the address of the house as the asker knows it."""
    house = desk.house
    collection = house.catalog.collection(id)
    contents = contents_of(house.searching, id)
    entry = house.registry.entry(id)
    files = _files(desk, contents, id)
    there = [file for file in files if house.files.has(file.checksum)]  # a lost one must not take the page with it
    layers = _layers(desk, id)
    terms, path = terms_of(collection.body), f"/collections/{id}"
    code = code_of(id, layouts_of(list(contents.newest))) if files else code_elsewhere(collection, contents)
    return CollectionPage(
        title=collection.title,
        path=path,
        description=first_sentence(collection.description),
        json_href=f"{path}.json",
        crumbs=(HOME, COLLECTIONS, Link(text=collection.title)),
        id=id,
        nature=nature_of(collection.body),
        sentence=first_sentence(collection.description),
        about=Markup(markdown(collection.description)),
        facts=tuple(facts_of(collection, entry)),
        map=map_of(desk, collection, there, layers)
        or places_map(house, collection)
        or coverage_of(collection, contents),
        picture=picture_of(desk, id, there),
        items=files_table(collection, contents, files),
        items_note=_note(entry.items if entry else 0, len(contents.newest), id),
        used_by=_used_by(desk, id),
        code=code,
        citation=str(collection.body.get("sci:citation", "")),
        downloads=(
            Download(label="STAC", href=f"/stac/collections/{id}"),
            Download(label="JSON", href=f"{path}.json"),
            Download(label="Atom", href=f"{path}/feed.atom"),
        ),
        standing=standing_of(collection),
        far=_far(desk, collection),
        licence=PlainLicence(name=terms.name, use=terms.use, sentence=terms.sentence, href=safe(terms.href)),
        time=time_bar(*interval_of(collection.body), contents.months),
        tags=listed.tags_of(texts(collection.body.get("keywords"))),
        variables=variables_table(desk, collection.body, contents, first_of(there)),
        snippets=snippets_of(opened_of(collection, contents, files, base, layers), code),
        services=service_links(house, collection, layers, base),
        examples=examples_of(desk, collection),
        changes=changes_of(desk, house.history.of(id), linked=False),
        feed=f"{path}/feed.atom",
        look=(Link(text="Look at it in the map browser", href=f"/browser?layer={layers[0].id}"),) if layers else (),
    )


def _files(desk: Desk, contents: Contents, id: str) -> list[CollectionAsset]:
    """The files of the collection as a whole, and of its newest items."""
    keys = {(id, ""), *((id, item.id) for item in contents.newest)}
    found = desk.house.catalog.assets_of(keys)
    return [file for key in [(id, ""), *((id, item.id) for item in contents.newest)] for file in found.get(key, ())]


def _layers(desk: Desk, id: str) -> Sequence[Layer]:
    try:
        return desk.house.layers.of(id)
    except (RepeatpassError, OSError, ValueError, ImportError):  # a file that cannot be read is told of elsewhere
        log.info("The layers of %s cannot be told", id, exc_info=True)
        return ()


def _far(desk: Desk, collection: Collection) -> tuple[str, ...]:
    """Which files elsewhere cannot be reached, or not be drawn: the first three of them."""
    survey = desk.house.elsewhere.survey(collection)
    said = (each.sentence or (f"{each.file.address} is not drawn: {each.note}" if each.note else "")
            for each in (survey.looks if survey else ()))  # fmt: skip
    return tuple(each for each in said if each)[:3]


def _note(items: int, shown: int, id: str) -> str:
    return f"The newest {NEWEST} of {words.number(items)} items; all of them by STAC." if items > shown else ""


def coverage_of(collection: Collection, contents: Contents) -> MapView | None:
    """Where the data lie, as boxes on the map; None where no place is stated."""
    whole = box_in(collection.body)
    if whole is None or collection.body.get(NOWHERE):
        return None
    boxes = [box for box in contents.boxes if box[0] <= box[2]] or [whole]
    places = [Place(id=str(number), title="Extent", href="", box=box) for number, box in enumerate(_parts(boxes))]
    return MapView(
        title=collection.title,
        projection="EPSG:4326",
        extent=(-180.0, -90.0, 180.0, 90.0),
        view=_view(whole),
        alt=f"Map: {collection.title} covers {len(boxes)} {'area' if len(boxes) == 1 else 'areas'}",
        places=tuple(places),
        caption="Outlines of the data. Plate carrée (EPSG:4326).",
        attribution=BASE_MAP,
    )


def _parts(boxes: Sequence[Extent]) -> list[Extent]:
    """Boxes that cross the antimeridian are drawn as two."""
    halves = [[box] if box[0] <= box[2] else [(box[0], box[1], 180.0, box[3]), (-180.0, box[1], box[2], box[3])]
              for box in boxes]  # fmt: skip
    return [each for pair in halves for each in pair]


def _view(box: Extent) -> Extent:
    """The part of the world that is shown: the data with much around them, twice as wide as high."""
    west, south, east, north = box
    if west > east or east - west > 150 or north - south > 75:
        return (-180.0, -90.0, 180.0, 90.0)
    half = max(east - west, 2 * (north - south), 10.0) * 0.9
    middle, height = (west + east) / 2, (south + north) / 2
    half = min(half, 90.0)
    height = min(max(height, -90 + half / 2), 90 - half / 2)
    return (middle - half, height - half / 2, middle + half, height + half / 2)


def _used_by(desk: Desk, id: str) -> tuple[Link, ...]:
    """Indicators that rest on it."""
    readers = desk.house.usage.runs_reading(id)
    return tuple(
        Link(text=series.indicator.title, href=f"/indicators/{series.id}")
        for series in desk.every()
        if not readers.isdisjoint(series.runs)
    )
