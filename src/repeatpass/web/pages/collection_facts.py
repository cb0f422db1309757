"""The record of a collection: who made it, when and where it is of, how large it is."""

from typing import Any

from repeatpass.catalog.records import Collection, Visibility
from repeatpass.catalog.registry import Entry, Maker
from repeatpass.catalog.registry.plain import first_sentence, records_in
from repeatpass.catalog.registry.reading import interval_of, makers_of, nature_of
from repeatpass.web import words
from repeatpass.web.links import safe
from repeatpass.web.pages.collections import where_of
from repeatpass.web.views import Fact

STATED = (("about", "About"), ("describedby", "Documentation"), ("cite-as", "Cite as"), ("via", "Source"))
ENTRY = {
    "GeographicalCoverage": "Coverage",
    "TemporalAvailability": "Available",
    "TemporalResolution": "Time step",
    "UpdateFrequency": "Updated",
    "Resolution": "Resolution",
    "Contact": "Contact",
}
STANDING = {
    Visibility.PRIVATE: "Only its owner sees this collection.",
    Visibility.SHARED: "Only its owner and the people it is shared with see this collection.",
}


def facts_of(collection: Collection, entry: Entry | None) -> list[Fact]:
    """The labelled lines of its record; what nobody states is left out."""
    body = collection.body
    makers = makers_of(body)
    facts = [
        Fact(label="Nature", text=nature_of(body)),
        *(_maker("Made by", each) for each in makers if "producer" in each.roles),
        *_origin(body),
        *(_maker("Carried by", each) for each in makers if "producer" not in each.roles),
        Fact(label="Time", text=_time(collection)),
        Fact(label="Place", text=where_of(entry) if entry else ""),
        Fact(label="Kind of data", text=", ".join(entry.kinds) if entry else ""),
        Fact(label="Version", text=collection.version),
        _size(entry),
        Fact(label="Attribution", text=str(body.get("attribution", ""))),
        *_members(body),
        *_links(body),
        *_entry(body),
        Fact(label="Registered", text=words.moment(collection.created)),
    ]
    return [fact for fact in facts if fact.text]


def standing_of(collection: Collection) -> str:
    """Who sees it, where that is not everybody."""
    offered = " It is offered to the editors for the public registry." if collection.offered else ""
    said = STANDING.get(Visibility(collection.visibility), "")
    return said + offered if said else ""


def _maker(label: str, maker: Maker) -> Fact:
    return Fact(label=label, text=maker.name, href=safe(maker.url))


def _size(entry: Entry | None) -> Fact:
    if entry is None or not entry.files:
        return Fact(
            label="Size", text=words.plural(entry.items, "item") + ", kept elsewhere" if entry and entry.items else ""
        )
    return Fact(label="Size", text=words.size(entry.size), note=words.plural(entry.files, "file"))


def _origin(body: Any) -> list[Fact]:
    """What made it here, and of what."""
    made = str(body.get("repeatpass:made_by", ""))
    if not made:
        return []
    what = "batch" if made.startswith("/batches/") else "run"
    sources = [Fact(label="Made of", text=id, href=f"/collections/{id}") for id in body.get("repeatpass:sources", ())]
    return [Fact(label="Made here by", text=f"The {what} {made.rpartition('/')[2]}", href=safe(made)), *sources]


def _links(body: Any) -> list[Fact]:
    """Documentation and such, as the document links them."""
    found = [
        Fact(label=label, text=str(link.get("title") or link.get("href", "")), href=safe(link.get("href")))
        for rel, label in STATED
        for link in records_in(body.get("links"))
        if link.get("rel") == rel and safe(link.get("href")) and not str(link.get("href", "")).startswith("/")
    ]
    return found[:8]


def _members(body: Any) -> list[Fact]:
    """The collections that an entry brings together."""
    members = [link for link in records_in(body.get("links")) if link.get("rel") == "related"]
    return [
        Fact(label="Brings together", text=str(link.get("title") or link["href"]), href=safe(link["href"]))
        for link in members if str(link.get("href", "")).startswith("/collections/")
    ]  # fmt: skip


def _entry(body: Any) -> list[Fact]:
    """What an entry of the field's public registry says and STAC has no place for."""
    kept = body.get("repeatpass:entry")
    known = kept if isinstance(kept, dict) else {}
    return [Fact(label=label, text=first_sentence(known[name])) for name, label in ENTRY.items()
            if isinstance(known.get(name), str)]  # fmt: skip


def _time(collection: Collection) -> str:
    start, end = interval_of(collection.body)
    if start is None:
        return "No date is stated"
    first, last = words.day(start), words.day(end) if end else "today"
    return first if first == last else f"{first} to {last}"
