"""Entries as STAC 1.1 documents with the fields of the eodash client."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from repeatpass.api.eodash.legends import legend_of
from repeatpass.api.eodash.records import Entry, Shown, Spot

VERSION = "1.1.0"
JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
THUMBNAIL = "image/png"
NOTEBOOK = "application/x-ipynb+json"
TIMELESS = "1970-01-01T00:00:00Z"  # of data that state no time: the client needs one
SPDX = re.compile(r"[A-Za-z0-9.+-]+")  # an identifier; a name in words is no value of a STAC licence
Document = dict[str, Any]


def catalog(base: str, entries: Sequence[Entry]) -> Document:
    """Return the root: one link for each entry, with all that the client's list shows and filters by."""
    return {
        "type": "Catalog",
        "stac_version": VERSION,
        "id": "repeatpass",
        "title": "Repeatpass",
        "description": "Indicators whose every value can be repeated, the collections they rest on, and processes.",
        "links": [
            {"rel": "self", "href": f"{base}/eodash/catalog.json", "type": JSON},
            {"rel": "root", "href": "./catalog.json", "type": JSON},
            *(_child(entry) for entry in entries),
        ],
    }


def _child(entry: Entry) -> Document:
    return _filled(
        {
            "rel": "child",
            "href": f"./{entry.kind}/{entry.id}/collection.json",
            "type": JSON,
            "id": entry.id,
            "title": entry.title,
            "subtitle": entry.subtitle,
            "shortdescription": entry.subtitle,
            "code": entry.id,
            "themes": list(entry.themes),
            "tags": list(entry.tags),
            "agency": list(entry.agencies),
            "satellite": list(entry.satellites),
            "sensor": list(entry.sensors),
            "thumbnail": entry.thumbnail,
        }
    )


def collection(base: str, entry: Entry) -> Document:
    """Return the collection of an entry: its links are its items, its process, its notebook.

    One that has places has children instead of items, for the client takes children for what it is to draw: the
    collection of its map, and that of its places.
    """
    here = _here(base, entry)
    links = [
        {"rel": "self", "href": f"{here}/collection.json", "type": JSON},
        {"rel": "root", "href": f"{base}/eodash/catalog.json", "type": JSON},
        {"rel": "parent", "href": f"{base}/eodash/catalog.json", "type": JSON},
        {"rel": "alternate", "href": entry.page, "type": HTML, "title": "Its page, with the passport of every value"},
        *(_parts(here, entry) if entry.spots else _item_links(here, entry)),
        *_services(entry),
        *_notebooks(entry),
    ]
    return _filled(
        {
            "type": "Collection",
            "stac_version": VERSION,
            "id": entry.id,
            "title": entry.title,
            "description": entry.description or entry.subtitle or entry.title,
            "subtitle": entry.subtitle,
            "keywords": list(entry.tags),
            "themes": list(entry.themes),
            "license": entry.licence if SPDX.fullmatch(entry.licence) else "other",
            "providers": _providers(base, entry),
            "extent": _extent(entry),
            "sci:citation": entry.citation,
            "eodash:vegadefinition": entry.chart,
            "eodash:jsonform": entry.form,
            "eox:colorlegend": legend_of(entry.shown) if entry.shown else {},
            "assets": {"thumbnail": _thumbnail(entry)} if entry.thumbnail else {},
            "links": links,
        }
    )


def _here(base: str, entry: Entry) -> str:
    return f"{base}/eodash/{entry.kind}/{entry.id}"


def _parts(here: str, entry: Entry) -> list[Document]:
    names = ["map", "places"] if entry.shown else ["places"]
    return [
        {"rel": "child", "href": f"{here}/{name}/collection.json", "type": JSON, "id": f"{entry.id}-{name}"}
        for name in names
    ]


def part(base: str, entry: Entry, name: str) -> Document:
    """Return the collection of an entry's ``map`` or of its ``places``, each of which opens one of its own."""
    here = _here(base, entry)
    links = [
        {"rel": "self", "href": f"{here}/{name}/collection.json", "type": JSON},
        {"rel": "root", "href": f"{base}/eodash/catalog.json", "type": JSON},
        {"rel": "parent", "href": f"{here}/collection.json", "type": JSON},
        *(_item_links(here, entry) if name == "map" else [_spot(here, spot) for spot in entry.spots]),
    ]
    kept = ("type", "stac_version", "description", "license", "providers", "extent", "eox:colorlegend", "themes")
    document = {key: value for key, value in collection(base, entry).items() if key in kept}
    if name == "places":
        document.pop("eox:colorlegend", None)
    return document | {"id": f"{entry.id}-{name}", "title": entry.title, "links": links} | _located(name)


def _located(name: str) -> Document:
    return {"locations": True} if name == "places" else {}


def times_of(entry: Entry) -> tuple[str, ...]:
    """Return the times of an entry's items, ISO 8601; a layer without time has one, of the end of its data."""
    if entry.shown is None:
        return ()
    return entry.shown.layer.times or tuple(time for time in entry.interval[::-1] if time)[:1] or (TIMELESS,)


def _item_links(here: str, entry: Entry) -> list[Document]:
    return [
        {
            "rel": "item", "href": f"{here}/items/{item_id(time)}.json", "type": GEOJSON, "id": item_id(time),
            "datetime": time,
        }
        for time in times_of(entry)
    ]  # fmt: skip


def item_id(time: str) -> str:
    """Return the id of the item of a time: its letters and digits, which any file name takes."""
    return "".join(letter for letter in time if letter.isalnum())


def item(base: str, entry: Entry, shown: Shown, time: str) -> Document:
    """Return the item of one time, with the address of its tiles."""
    here = _here(base, entry)
    west, south, east, north = entry.bbox
    at = time if time in shown.layer.times else ""
    tiles = f"{shown.tiles}&time={at}" if at else shown.tiles
    return {
        "type": "Feature",
        "stac_version": VERSION,
        "id": item_id(time),
        "collection": entry.id,
        "bbox": [west, south, east, north],
        "geometry": _outline(west, south, east, north),
        "properties": {"datetime": time, "title": entry.title},
        "assets": {},
        "links": [
            {"rel": "self", "href": f"{here}/items/{item_id(time)}.json", "type": GEOJSON},
            {"rel": "root", "href": f"{base}/eodash/catalog.json", "type": JSON},
            {"rel": "parent", "href": f"{here}/collection.json", "type": JSON},
            {"rel": "collection", "href": f"{here}/collection.json", "type": JSON},
            {
                "rel": "xyz", "href": tiles, "type": THUMBNAIL, "title": entry.title, "id": entry.id,
                "roles": ["data"], "proj:epsg": 3857,
            },
        ],
    }  # fmt: skip


def _outline(west: float, south: float, east: float, north: float) -> Document:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _spot(here: str, spot: Spot) -> Document:
    return {
        "rel": "child", "href": f"{here}/places/{spot.id}/collection.json", "type": JSON, "id": spot.id,
        "title": spot.name, "name": spot.name, "latlng": f"{spot.lat},{spot.lon}", "country": "all",
    }  # fmt: skip


def _services(entry: Entry) -> list[Document]:
    """The process; or what makes the client show its panel, where the chart is: the values, which are in it already."""
    if entry.process:
        job = {"endpoint": "eoxhub_workspaces", "body": entry.body, "method": "POST"}
        styles = (
            {"eox:flatstyle": [{"id": name, "url": address} for name, address in entry.styles]} if entry.styles else {}
        )
        return [{"rel": "service", "href": entry.process, "type": entry.result, "id": entry.id, **job, **styles}]
    if entry.chart:
        return [{"rel": "service", "href": entry.values, "type": JSON, "id": "values", "method": "GET"}]
    return []


def _notebooks(entry: Entry) -> list[Document]:
    if not entry.notebook:
        return []
    return [
        {
            "rel": "example", "href": entry.notebook, "type": NOTEBOOK, "title": "The notebook that computes it",
            "example:language": "Jupyter Notebook", "example:container": True,
        }
    ]  # fmt: skip


def _providers(base: str, entry: Entry) -> list[Document]:
    host = {"name": "Repeatpass", "roles": ["processor", "host"], "url": base}
    return [*({"name": name, "roles": ["producer"]} for name in entry.agencies), host]


def _extent(entry: Entry) -> Document:
    interval = [time or None for time in entry.interval]
    return {"spatial": {"bbox": [list(entry.bbox)]}, "temporal": {"interval": [interval]}}


def _thumbnail(entry: Entry) -> Document:
    return {"href": entry.thumbnail, "type": THUMBNAIL, "roles": ["thumbnail"]}


def _filled(document: Mapping[str, Any]) -> Document:
    """Leave out what is empty, for the client takes an empty text for an address; lists of links stay."""
    return {name: value for name, value in document.items() if value not in ("", [], {}, False) or name == "links"}
