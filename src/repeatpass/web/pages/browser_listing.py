"""The list of the map browser: groups, collections, and the layers of each with the view that shows them."""

from collections.abc import Iterator
from dataclasses import replace

from repeatpass.data.records import Layer
from repeatpass.web.browsing.asked import Sight
from repeatpass.web.browsing.listing import GROUPS, Listed, Listing, provider_of
from repeatpass.web.browsing.places import NAME
from repeatpass.web.browsing.times import span
from repeatpass.web.views import Link
from repeatpass.web.views.browser import GroupLink, LayerLink, ListedCollection

WORDS = {"Point": "points", "LineString": "lines", "Polygon": "areas"}


def groups_of(sight: Sight, listing: Listing) -> Iterator[GroupLink]:
    """The groups with what each has."""
    every = sum(listing.counts.values())
    for name, text, count in (("", "All", every), *((name, GROUPS[name], listing.counts[name]) for name in GROUPS)):
        href = replace(sight, group=name).href()
        yield GroupLink(name=name, text=text, href=href, count=count, selected=name == sight.group)


def listed_of(sight: Sight, each: Listed) -> ListedCollection:
    """A collection with its layers, or why it has none."""
    entry, present = each.entry, {shown.layer for shown in sight.layers}
    name, href = provider_of(entry)
    return ListedCollection(
        title=entry.title,
        href=f"/collections/{entry.id}",
        sentence=entry.sentence,
        group=GROUPS[each.group],
        layers=(
            *(_layer_link(sight, layer, entry.title, layer.id in present) for layer in each.layers),
            *_features_link(sight, each, present),
        ),
        reason=each.reason,
        provider=Link(text=name or "its provider", href=href) if each.group in ("commercial", "demand") else None,
    )


def _layer_link(sight: Sight, layer: Layer, collection: str, shown: bool) -> LayerLink:
    title = layer.title.removeprefix(f"{collection}: ") if layer.title != collection else collection
    return LayerLink(
        id=layer.id, title=title, href=sight.with_layer(layer.id).href(), note=span(layer.times), shown=shown
    )


def _features_link(sight: Sight, each: Listed, present: set[str]) -> Iterator[LayerLink]:
    if each.features is None:
        return
    id = f"{each.entry.id}:{NAME}"
    kind = WORDS.get(each.features.geometry.removeprefix("Multi"), "features")
    years = dict.fromkeys(str(end.year) for end in (each.features.start, each.features.end) if end)
    note = ", ".join(filter(None, (f"{each.features.number:,} {kind}", " to ".join(years))))
    title = kind.capitalize() if each.layers else each.entry.title
    yield LayerLink(id=id, title=title, href=sight.with_layer(id).href(), note=note, shown=id in present)
