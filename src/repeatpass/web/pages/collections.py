"""The collections that the platform holds."""

from collections.abc import Mapping
from datetime import datetime

from repeatpass.catalog.records import Collection, CollectionAsset
from repeatpass.core.times import parse_time
from repeatpass.web import words
from repeatpass.web.desk import Desk
from repeatpass.web.pages.narrowing import Question, narrow
from repeatpass.web.pages.previews import has_preview, nowhere
from repeatpass.web.views import CollectionRow, CollectionsPage

DESCRIPTION = (
    "The observations that the notebooks read, each with its makers, its licence and a checksum of every file."
)
WORLD = [-180, -90, 180, 90]


def collections_page(desk: Desk, asked: Mapping[str, str]) -> CollectionsPage:
    """All collections, narrowed by ``q``, ``nature``, ``keyword``."""
    files = desk.house.catalog.current_assets()
    questions: list[Question[Collection]] = [
        Question(name="nature", title="Nature", values=lambda each: [nature_of(each)]),
        Question(name="provider", title="Made by", values=lambda each: producers_of(each)),
    ]
    every = desk.house.catalog.collections()
    narrowed = narrow("/collections", every, questions, asked, _text, "Search collections")
    return CollectionsPage(
        title="Collections",
        path="/collections",
        description=DESCRIPTION,
        json_href="/collections.json",
        search=narrowed.search,
        facets=narrowed.facets,
        rows=tuple(
            row_of(desk, each, [file for file in files if file.collection == each.id]) for each in narrowed.found
        ),
        total=len(narrowed.found),
    )


def _text(collection: Collection) -> str:
    keywords = collection.body.get("keywords", ())
    return " ".join((collection.id, collection.title, collection.description, *keywords))


def row_of(desk: Desk, collection: Collection, files: list[CollectionAsset]) -> CollectionRow:
    """A collection in a list."""
    return CollectionRow(
        id=collection.id,
        href=f"/collections/{collection.id}",
        title=collection.title,
        sentence=sentence_of(collection),
        nature=nature_of(collection),
        span=span_of(collection),
        where="No place stated" if nowhere(desk, files) else where_of(collection),
        items=len(files),
        size=sum(file.size for file in files),
        licence=licence_of(collection),
        thumbnail=preview_href(collection) if has_preview(files) else "",
    )


def preview_href(collection: Collection) -> str:
    """The address of the picture drawn from the collection's data."""
    return f"/collections/{collection.id}/preview.png?v={collection.version}"


def nature_of(collection: Collection) -> str:
    """Observation, analysis or model output: never left unsaid."""
    kind = str(collection.body.get("repeatpass:kind", "observation"))
    return kind[:1].upper() + kind[1:]


def producers_of(collection: Collection) -> list[str]:
    """Who made the data, without those who only carry them."""
    providers = collection.body.get("providers", ())
    return [str(each["name"]) for each in providers if "producer" in each.get("roles", ())]


def licence_of(collection: Collection) -> str:
    """The licence in words."""
    title = str(collection.body.get("repeatpass:license_title") or collection.body.get("license", "not stated"))
    return title.partition(" (")[0]


def sentence_of(collection: Collection) -> str:
    """The first sentence of its description."""
    first = collection.description.split("\n\n")[0].replace("`", "").replace("**", "")
    end = first.find(". ")
    return first if end < 0 else first[: end + 1]


def interval_of(collection: Collection) -> tuple[datetime | None, datetime | None]:
    """The first and last moment, where they are stated."""
    intervals = collection.body.get("extent", {}).get("temporal", {}).get("interval", [[None, None]])
    start, end = intervals[0]
    return (parse_time(start) if start else None), (parse_time(end) if end else None)


def span_of(collection: Collection) -> str:
    """From when to when; said where no time is stated."""
    start, end = interval_of(collection)
    if start is None or end is None:
        return "No date"
    return str(start.year) if start.year == end.year else f"{start.year} to {end.year}"


def bbox_of(collection: Collection) -> list[float]:
    """West, south, east, north in degrees."""
    return [float(edge) for edge in collection.body.get("extent", {}).get("spatial", {}).get("bbox", [WORLD])[0]]


def where_of(collection: Collection) -> str:
    """Where it lies, in degrees."""
    west, south, east, north = bbox_of(collection)
    if [west, south, east, north] == WORLD:
        return "Whole Earth"
    if (west, south) == (east, north):
        return f"{words.degrees(round(south, 2), 'lat')}, {words.degrees(round(west, 2), 'lon')}"
    lats = f"{words.degrees(round(south, 1), 'lat')} to {words.degrees(round(north, 1), 'lat')}"
    if (west, east) == (-180.0, 180.0):
        return lats
    return f"{lats}, {words.degrees(round(west, 1), 'lon')} to {words.degrees(round(east, 1), 'lon')}"
