"""The list of collections: by place, time and words (STAC API – Collection Search), page by page."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from repeatpass.api.stac.documents import Documents, link
from repeatpass.api.stac.reading import interval_of, limit_of
from repeatpass.assembly import House
from repeatpass.catalog.collection_search import found_entries
from repeatpass.catalog.search.geometry import box_of
from repeatpass.core.errors import Invalid

USUAL = 1000  # collections in an answer that names no limit; more follow by its link


def collection_page(house: House, documents: Documents, given: Mapping[str, str]) -> dict[str, Any]:
    """Return the collections that the parameters of an address describe."""
    box = box_of(given["bbox"].split(",")) if given.get("bbox") else None
    start, end = interval_of(given.get("datetime", ""))
    hidden = house.registry.hidden_from(house.catalog.viewer)
    seen = [each for each in house.registry.entries() if each.id not in hidden]
    found = found_entries(seen, given.get("q", ""), box, start, end)
    offset, limit = _offset(given.get("offset", "0")), limit_of(given.get("limit") or USUAL)
    page = house.catalog.some([each.id for each in found[offset : offset + limit]])
    files = house.catalog.assets_of({(each.id, "") for each in page})
    shown = [documents.collection(each, files.get((each.id, ""), [])) for each in page]
    address = f"{documents.root}/collections"
    links = [link(address, "self"), link(documents.root, "root")]
    if offset + limit < len(found):
        links.append(link(f"{address}?{_query(given, limit, offset + limit)}", "next"))
    if offset:
        links.append(link(f"{address}?{_query(given, limit, max(0, offset - limit))}", "prev"))
    return {"collections": shown, "links": links, "numberMatched": len(found), "numberReturned": len(shown)}


def _offset(text: str) -> int:
    if not text.isdigit():
        raise Invalid(f"“offset” is “{text}”; give a whole number.", field="offset")
    return int(text)


def _query(given: Mapping[str, str], limit: int, offset: int) -> str:
    return urlencode({**given, "limit": limit, "offset": offset})
