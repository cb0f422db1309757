"""Ways into the registry: its subjects and its makers."""

from dataclasses import replace
from urllib.parse import quote

from repeatpass.catalog.registry import Entry, Maker
from repeatpass.catalog.registry.finding import tag_counts
from repeatpass.catalog.registry.plain import plain
from repeatpass.core.errors import NotFound
from repeatpass.web import words
from repeatpass.web.desk import Desk
from repeatpass.web.links import addressed, safe
from repeatpass.web.pages.collections import collections_page, shelves
from repeatpass.web.pages.indicator import HOME
from repeatpass.web.views import CollectionsPage, Link
from repeatpass.web.views.collections import RegistryPage, ShelfEntry

COLLECTIONS = Link(text="Collections", href="/collections")
TAGS, MAKERS = "/registry/tags", "/registry/providers"
EMPTY = "They will stand here once collections are registered."


def _seen(desk: Desk) -> list[Entry]:
    hidden = desk.house.registry.hidden_from(desk.house.catalog.viewer)
    return [each for each in desk.house.registry.entries() if each.id not in hidden]


def tags_page(desk: Desk) -> RegistryPage:
    """Every tag with the number of its collections, by name."""
    counts = sorted(tag_counts(_seen(desk)), key=lambda each: each.value)
    return RegistryPage(
        title="Subjects",
        path=TAGS,
        description="The tags that the collections carry, however they are spelled.",
        json_href=f"{TAGS}.json",
        crumbs=(HOME, COLLECTIONS, Link(text="Subjects")),
        entries=tuple(
            ShelfEntry(text=each.text, href=f"{TAGS}/{quoted(each.value)}", count=each.number) for each in counts
        ),
        shelves=shelves(TAGS),
        empty=EMPTY,
    )


def tag_page(desk: Desk, tag: str) -> CollectionsPage:
    """The collections of one tag; raise NotFound where none has it."""
    found = collections_page(desk, [("tag", tag)])
    if not found.total:
        raise NotFound(f"No collection has the tag “{tag}”.", tag=tag)
    counts = tag_counts([each for each in _seen(desk) if plain(tag) in each.keys])
    spelled = next((each.text for each in counts if each.value == plain(tag)), tag)
    path = f"{TAGS}/{quoted(plain(tag))}"
    return replace(
        found,
        title=spelled,
        heading=spelled,
        path=path,
        description=f"{words.plural(found.total, 'collection')} with this tag.",
        json_href=f"{path}.json",
        crumbs=(HOME, COLLECTIONS, Link(text="Subjects", href=TAGS), Link(text=spelled)),
        shelves=(Link(text="Usage examples of this tag", href=f"/registry/examples/{quoted(plain(tag))}"), *shelves()),
        chosen=(),
    )


def known_tag(desk: Desk, tag: str) -> str:
    """The tag that an address means: a tag may itself end like the address of a twin."""
    own = any(plain(tag) in entry.keys for entry in desk.house.registry.entries())
    return tag if own else tag.removesuffix(".json")


def makers_page(desk: Desk) -> RegistryPage:
    """Everybody who made, licensed or carries data, by name, with what they do and how many collections they have."""
    found: dict[str, list[Maker]] = {}
    for each in _seen(desk):
        for name in dict.fromkeys(maker.name for maker in each.providers):
            found.setdefault(name, []).append(next(maker for maker in each.providers if maker.name == name))
    return RegistryPage(
        title="Makers",
        path=MAKERS,
        description="Who made, licensed, processed or carries the data.",
        json_href=f"{MAKERS}.json",
        crumbs=(HOME, COLLECTIONS, Link(text="Makers")),
        entries=tuple(_maker(name, found[name]) for name in sorted(found, key=plain)),
        shelves=shelves(MAKERS),
        empty=EMPTY,
    )


def _maker(name: str, known: list[Maker]) -> ShelfEntry:
    roles = sorted({role for maker in known for role in maker.roles})
    return ShelfEntry(
        text=name,
        href=addressed("/collections", [("q", f"managedBy:{name}")]),
        count=len(known),
        note=", ".join(roles),
        outside=next(filter(None, (safe(maker.url) for maker in known)), ""),
    )


def quoted(tag: str) -> str:
    """A tag as a part of an address."""
    return quote(tag, safe="")
