"""One collection: what it is, where and when, what it holds, its files, who made it, how to open it, who uses it."""

import logging
from collections.abc import Sequence

from markupsafe import Markup

from repeatpass.catalog.records import Collection, CollectionAsset
from repeatpass.catalog.registry import terms_of
from repeatpass.catalog.registry.contents import NEWEST, Contents, contents_of
from repeatpass.catalog.registry.plain import first_sentence, texts
from repeatpass.catalog.registry.reading import interval_of, nature_of
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
from repeatpass.web.pages.coverage_maps import coverage_of
from repeatpass.web.pages.examples import examples_of
from repeatpass.web.pages.indicator import HOME
from repeatpass.web.pages.place_maps import places_map
from repeatpass.web.pages.previews import map_of, picture_of
from repeatpass.web.services import has_features, service_links
from repeatpass.web.snippets import snippets_of
from repeatpass.web.timelines import time_bar
from repeatpass.web.views import CollectionPage, Download, Link
from repeatpass.web.views.collections import PlainLicence

COLLECTIONS = Link(text="Collections", href="/collections")
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
        snippets=snippets_of(
            opened_of(collection, contents, files, base, layers, has_features(house, collection.id)), code
        ),
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
    return tuple(dict.fromkeys(each for each in said if each))[:3]


def _note(items: int, shown: int, id: str) -> str:
    return f"The newest {NEWEST} of {words.number(items)} items; all of them by STAC." if items > shown else ""


def _used_by(desk: Desk, id: str) -> tuple[Link, ...]:
    """Indicators that rest on it."""
    readers = desk.house.usage.runs_reading(id)
    return tuple(
        Link(text=series.indicator.title, href=f"/indicators/{series.id}")
        for series in desk.every()
        if not readers.isdisjoint(series.runs)
    )
