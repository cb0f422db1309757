"""One page of items, with the links to the pages beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from repeatpass.api.stac.documents import GEOJSON, Documents, link
from repeatpass.api.stac.fields import chosen
from repeatpass.api.stac.reading import Fields
from repeatpass.catalog.room import Catalog
from repeatpass.catalog.search import Found, Search, Searching


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """The catalog and the search in it, as whoever asks may see them."""

    catalog: Catalog
    searching: Searching


def item_page(
    seen: Seen,
    documents: Documents,
    request: Request,
    search: Search,
    fields: Fields,
    body: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the items that *search* finds as a GeoJSON FeatureCollection; *body* is that of a POST."""
    with seen.catalog.database.read() as moment:
        found = seen.searching.search(search, moment)
        assets = seen.catalog.assets_of({(item.collection, item.id) for item in found.items}, moment)
    features = [
        chosen(documents.item(item, assets.get((item.collection, item.id), [])), fields) for item in found.items
    ]
    counts = {"numberReturned": len(features)} | ({} if found.matched is None else {"numberMatched": found.matched})
    links = [_self(documents, request), link(documents.root, "root"), *_beside(documents, request, found, body)]
    return {"type": "FeatureCollection", "features": features, "links": links} | counts


def _address(documents: Documents, request: Request) -> str:
    return f"{documents.base}{request.url.path}"


def _self(documents: Documents, request: Request) -> dict[str, Any]:
    asked = f"?{request.url.query}" if request.url.query else ""
    return link(_address(documents, request) + asked, "self", type=GEOJSON)


def _beside(
    documents: Documents, request: Request, found: Found, body: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    links = []
    for rel, token in (("next", found.next), ("prev", found.previous)):
        if token and body is None:
            href = str(request.url.include_query_params(token=token).query)
            links.append(link(f"{_address(documents, request)}?{href}", rel, type=GEOJSON) | {"method": "GET"})
        elif token:
            again = {**(body or {}), "token": token}
            links.append(link(_address(documents, request), rel, type=GEOJSON) | {"method": "POST", "body": again})
    return links
