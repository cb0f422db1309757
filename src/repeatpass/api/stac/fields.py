"""The extension *fields*: only the members of an item that are wanted (STAC API – Fields 1.0.0)."""

from collections.abc import Mapping
from typing import Any

from repeatpass.api.stac.reading import Fields

ALWAYS = ("id", "collection", "type", "stac_version")  # what an item is known by
USUAL = ("geometry", "bbox", "links", "assets", "properties.datetime")


def chosen(document: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
    """Return *document* with the members that *fields* asks for; with nothing asked, whole.

    What is included wins over what is excluded; an empty list of inclusions asks for the usual members.
    """
    if fields.include:
        return _only(document, [*ALWAYS, *fields.include])
    kept = _only(document, [*ALWAYS, *USUAL]) if fields.usual else dict(document)
    return _without(kept, fields.exclude)


def _only(document: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name in names:
        first, _, rest = name.partition(".")
        if first not in document:
            continue
        inner = document[first]
        if rest and isinstance(inner, Mapping):
            kept[first] = {**(kept.get(first) or {}), **_only(inner, [rest])}
        else:
            kept[first] = inner
    return kept


def _without(document: Mapping[str, Any], names: Any) -> dict[str, Any]:
    kept = dict(document)
    for name in names:
        first, _, rest = name.partition(".")
        if name in ALWAYS[:2] or first not in kept:
            continue
        if rest and isinstance(kept[first], Mapping):
            kept[first] = _without(kept[first], [rest])
        elif not rest:
            del kept[first]
    return kept
