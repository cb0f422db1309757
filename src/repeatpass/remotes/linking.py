"""Documents of elsewhere, which may hold anything: brought to STAC 1.1, their links as full addresses."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

import shapely

from repeatpass.catalog.search.indexing import index_row
from repeatpass.core.errors import RepeatpassError
from repeatpass.entries.documents import checked, kept_links
from repeatpass.entries.records import Remark


def tidy(document: Any, kind: str, place: str) -> dict[str, Any] | None:
    """Return a document of elsewhere as STAC 1.1 with full addresses; None where it is none, whatever it is."""
    remarks: list[Remark] = []
    body = checked(document, kind, place, remarks)
    if body is None:
        return None
    try:
        if kind == "item":
            index_row("", body)  # raises for times that are none and geometries that cannot be
        body["links"] = kept_links(document, place)
        for asset in (body.get("assets") or {}).values():
            asset["href"] = urljoin(place, str(asset["href"]))
    except (RepeatpassError, KeyError, ValueError, TypeError, IndexError, shapely.errors.ShapelyError):
        return None
    return body


def whole_links(document: Mapping[str, Any], place: str) -> list[dict[str, Any]]:
    """Return the links with full addresses, those of the structure among them."""
    kept = kept_links(document, place)
    structure = [
        each for each in document.get("links", ()) if isinstance(each, dict) and each.get("rel") in ("items", "item")
    ]
    return kept + [{**each, "href": urljoin(place, str(each.get("href", "")))} for each in structure]


def hrefs(document: Any, rel: str, base: str) -> list[str]:
    """Return where the links of a relation lead that are asked with GET."""
    found = [each for each in listed(document, "links") if each.get("rel") == rel and each.get("href")]
    gets = [each for each in found if str(each.get("method", "GET")).upper() == "GET"]
    addresses = [full(base, str(each["href"])) for each in gets]
    return [each for each in addresses if each]


def href_of(document: Any, rel: str, base: str) -> str:
    """Return where the first link of a relation leads; "" where there is none."""
    return next(iter(hrefs(document, rel, base)), "")


def listed(document: Any, name: str) -> list[dict[str, Any]]:
    """Return the mappings that a document lists under a name; documents of elsewhere may hold anything."""
    listed = document.get(name) if isinstance(document, dict) else None
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def full(base: str, href: str) -> str:
    """Return the full address; "" for what is none."""
    try:
        found = urljoin(base, href)
        return found if urlsplit(found).scheme in ("http", "https") else ""
    except ValueError:
        return ""
