"""A collection as a document (collection.yaml of OGC API – Common – Part 2 and – Features – Part 1)."""

from collections.abc import Mapping, Sequence
from typing import Any

from repeatpass.access import Actor
from repeatpass.api.documents import link
from repeatpass.api.geodata.contributing import Contributor, Part
from repeatpass.api.negotiating import HTML
from repeatpass.catalog.records import Collection

PATH = "/ogc/collections"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"


def described(
    collection: Collection, faces: Sequence[Contributor], actor: Actor, *, listed: bool = False
) -> dict[str, Any]:
    """Return the document of *collection* as *actor* may know it; *listed*: within a list, so with a link to itself."""
    here = f"{PATH}/{collection.id}"
    parts = [part for face in faces if (part := face.part(collection, actor)) is not None]
    own = [link(here, "self", title="This collection"), link(f"{here}?f=html", "alternate", HTML, "As a page")]
    links = [*(own if listed else ()), *_links(collection), *(each for part in parts for each in part.links)]
    return {
        "id": collection.id,
        "title": collection.title or collection.id,
        "description": collection.description,
        **_keywords(collection.body),
        **_extent(collection.body),
        "crs": [CRS84],  # of its extent, and first of all in which it can be read
        "itemType": "unknown",  # a collection that says nothing is taken for one of features by clients
        **_joined(parts),
        "links": links,
    }


def _links(collection: Collection) -> list[dict[str, str]]:
    kept = [each for each in collection.body.get("links", ()) if each.get("rel") == "license" and each.get("href")]
    return [
        link(f"/stac/collections/{collection.id}", "describedby", title="The same collection in STAC"),
        link(f"/collections/{collection.id}", "about", HTML, "What people read of this collection"),
        *({"type": HTML, **each} for each in kept),
    ]


def _keywords(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"keywords": list(body["keywords"])} if body.get("keywords") else {}


def _extent(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the extent of a STAC collection with the systems that it is in."""
    stated = body.get("extent") or {}
    found: dict[str, Any] = {}
    if boxes := (stated.get("spatial") or {}).get("bbox"):
        found["spatial"] = {"bbox": boxes, "crs": CRS84}
    if times := (stated.get("temporal") or {}).get("interval"):
        found["temporal"] = {"interval": times, "trs": GREGORIAN}
    return {"extent": found} if found else {}


def _joined(parts: Sequence[Part]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for part in parts:
        for name, value in part.members.items():
            known = made.get(name)
            if isinstance(known, list) and isinstance(value, list):
                value = [*known, *(each for each in value if each not in known)]
            elif isinstance(known, dict) and isinstance(value, dict):
                value = {**known, **value}
            made[name] = value
    return made
