"""The layers that somebody may see, by collection."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from repeatpass.access import Actor
from repeatpass.assembly import House
from repeatpass.catalog.records import Collection, Visibility
from repeatpass.core.times import iso
from repeatpass.data.records import Layer


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A collection with its layers."""

    id: str
    title: str
    description: str
    keywords: tuple[str, ...]
    attribution: str  # who provided it; empty if nobody is named
    updated: datetime
    layers: tuple[Layer, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A layer, and whether everybody may see it."""

    layer: Layer
    public: bool


class Offering:
    """Finds layers for an actor."""

    def __init__(self, house: House) -> None:
        self.house = house

    def layer(self, actor: Actor, id: str) -> Found:
        """Return a layer by its id, or a collection's first by that of the collection; raise NotFound."""
        seen = self.house.layers.as_seen_by(actor)
        collection = seen.catalog.collection(id.partition(":")[0])
        public = collection.visibility == Visibility.PUBLIC
        return Found(layer=seen.layer_of(collection, id), public=public)

    def of(self, actor: Actor, collection: str) -> tuple[Layer, ...]:
        """Return the layers of a collection; raise NotFound if there is no such collection."""
        return self.house.layers.as_seen_by(actor).of(collection)

    def groups(self, actor: Actor, collection: str = "") -> list[Group]:
        """Return the collections that have layers, or the one that is named; raise NotFound if there is none."""
        seen = self.house.catalog.as_seen_by(actor)
        if collection:
            return [_group(seen.collection(collection), self.of(actor, collection))]
        by_collection: dict[str, list[Layer]] = {}
        for layer in self.house.layers.as_seen_by(actor).all():
            by_collection.setdefault(layer.collection, []).append(layer)
        return [_group(each, tuple(by_collection[each.id])) for each in seen.some(list(by_collection))]


def sequence_of(groups: Sequence[Group]) -> str:
    """Return a text that changes when layers do, and that sorts by time (06-042, 7.2.3.5)."""
    if not groups:
        return ""
    layers = sum(len(each.layers) for each in groups)
    return f"{iso(max(each.updated for each in groups))} {layers}"


def content_of(groups: Sequence[Group]) -> str:
    """Return a text that is another one whenever anything that the capabilities tell of *groups* is."""
    told = [
        (group.id, group.updated, group.title, *((layer.id, layer.title, layer.stamp) for layer in group.layers))
        for group in groups
    ]
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _group(collection: Collection, layers: tuple[Layer, ...]) -> Group:
    body = collection.body
    names = [str(each.get("name", "")) for each in body.get("providers") or () if isinstance(each, dict)]
    return Group(
        id=collection.id,
        title=collection.title or collection.id,
        description=collection.description,
        keywords=tuple(str(each) for each in body.get("keywords") or ()),
        attribution=", ".join(each for each in names if each),
        updated=collection.updated,
        layers=layers,
    )
