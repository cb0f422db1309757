"""Search over collections: words, place and time. They are few, so they are looked through one by one."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from repeatpass.catalog.records import Collection
from repeatpass.catalog.registry.plain import plain
from repeatpass.catalog.registry.records import Entry
from repeatpass.catalog.search.geometry import boxes_of
from repeatpass.catalog.search.records import Box
from repeatpass.core.times import parse_time

WORLD = (-180.0, -90.0, 180.0, 90.0)
WORDS = re.compile(r'[+-]?"[^"]+"|[^\s,]+')


def found_collections(
    collections: Sequence[Collection],
    words: str = "",
    box: Box | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> list[Collection]:
    """Return those that match everything asked, in their order.

    *words* (STAC API – Free-Text): a comma means or, a space or AND means and, ``-word`` not, ``"two words"`` a phrase.
    """
    return [
        each
        for each in collections
        if _speaks_of(each, words) and _meets(each, box) and _lasts(each, start, end)
    ]  # fmt: skip


def found_entries(
    entries: Sequence[Entry],
    words: str = "",
    box: Box | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> list[Entry]:
    """Return those entries of the registry that match everything asked, as `found_collections` does."""
    found = [each for each in entries if speaks_of(each.text, words)] if words.strip() else list(entries)
    if box is not None:
        halves = boxes_of(box)
        found = [each for each in found if any(_overlap(half, each.box or WORLD) for half in halves)]
    if end is not None:
        found = [each for each in found if each.start is None or each.start <= end]
    if start is not None:
        found = [each for each in found if each.end is None or each.end >= start]
    return found


def _speaks_of(collection: Collection, words: str) -> bool:
    if not words.strip():
        return True
    body = collection.body
    providers = " ".join(str(each.get("name", "")) for each in body.get("providers", ()))
    keywords = " ".join(str(each) for each in body.get("keywords", ()))
    return speaks_of(
        plain(f"{collection.id} {collection.title} {collection.description} {keywords} {providers}"), words
    )


def speaks_of(text: str, words: str) -> bool:
    """Say whether a plain *text* has *words*."""
    return not words.strip() or any(_all_in(text, part) for part in re.split(r",|\bOR\b", words) if part.strip())


def _all_in(text: str, part: str) -> bool:
    terms = [term for term in WORDS.findall(part) if term != "AND"]
    return all((plain(term.lstrip("+-").strip('"')) in text) != term.startswith("-") for term in terms)


def _meets(collection: Collection, box: Box | None) -> bool:
    if box is None:
        return True
    stated: list[Any] = collection.body.get("extent", {}).get("spatial", {}).get("bbox", [])
    return any(_overlap(half, mine) for half in boxes_of(box) for mine in stated[:1])


def _overlap(box: Box, stated: Sequence[float]) -> bool:
    flat = stated if len(stated) == 4 else (stated[0], stated[1], stated[3], stated[4])
    halves = boxes_of((flat[0], flat[1], flat[2], flat[3]))
    return any(a[0] <= box[2] and a[2] >= box[0] and a[1] <= box[3] and a[3] >= box[1] for a in halves)


def _lasts(collection: Collection, start: datetime | None, end: datetime | None) -> bool:
    stated = collection.body.get("extent", {}).get("temporal", {}).get("interval", [[None, None]])
    first, last = stated[0] if stated else (None, None)
    begins_late = end is not None and first is not None and parse_time(first) > end
    ended = start is not None and last is not None and parse_time(last) < start
    return not (begins_late or ended)
