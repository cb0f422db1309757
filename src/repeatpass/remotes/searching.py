"""What is searched for elsewhere: as a query, as a token of a page, or compared here."""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from repeatpass.catalog.search.geometry import boxes_of
from repeatpass.catalog.search.records import Search
from repeatpass.catalog.times import item_times
from repeatpass.core.errors import Invalid
from repeatpass.core.times import iso
from repeatpass.remotes.records import Remote


def query_of(wanted: Search, with_collections: bool = True) -> str:
    """Return the query of an address that asks an API for what is wanted."""
    given: dict[str, Any] = {"limit": wanted.limit}
    if wanted.collections and with_collections:
        given["collections"] = ",".join(wanted.collections)
    if wanted.ids:
        given["ids"] = ",".join(wanted.ids)
    if wanted.bbox:
        given["bbox"] = ",".join(map(str, wanted.bbox))
    if wanted.start or wanted.end:
        given["datetime"] = "/".join(iso(each) if each else ".." for each in (wanted.start, wanted.end))
    return urlencode(given)


def packed(address: str) -> str:
    """Return the token that stands for the address of the next page."""
    return base64.urlsafe_b64encode(address.encode()).decode().rstrip("=") if address else ""


def unpacked(remote: Remote, token: str) -> str:
    """Return the address that a token stands for: one of the catalogue's own host, since clients hand it in."""
    try:
        address = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except ValueError:
        address = ""
    if urlsplit(address)[:2] != urlsplit(remote.url)[:2]:
        raise Invalid("The token of the page is not one of ours; begin the search again.", field="token")
    return address


def matches(item: Mapping[str, Any], wanted: Search) -> bool:
    """Say whether an item is what is wanted."""
    if wanted.ids and item["id"] not in wanted.ids:
        return False
    start, end = item_times(item)
    if not _during(start, end, wanted):
        return False
    box = item.get("bbox")
    if wanted.bbox is None:
        return True
    if not box:
        return False
    flat = (box[0], box[1], box[2], box[3]) if len(box) == 4 else (box[0], box[1], box[3], box[4])
    return any(a[0] <= b[2] and a[2] >= b[0] and a[1] <= b[3] and a[3] >= b[1]
               for a in boxes_of(wanted.bbox) for b in boxes_of(flat))  # fmt: skip


def _during(start: datetime | None, end: datetime | None, wanted: Search) -> bool:
    late = wanted.end is not None and (start is None or start > wanted.end)
    early = wanted.start is not None and (end is None or end < wanted.start)
    return not (late or early)
