"""The context of a run: the exact list of files that its notebook can open.

It is kept with the run, so that a repeat sees the same collections in the same versions, whatever came since.
The kept form names files by checksum alone; where they lie on this machine is filled in for each run.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from repeatpass.access import ANYONE, Actor, Role
from repeatpass.catalog.records import CollectionAsset, ItemHead
from repeatpass.catalog.room import Catalog
from repeatpass.core.digests import canonical_json
from repeatpass.core.errors import NotFound
from repeatpass.kit.context import Context
from repeatpass.kit.records import Asset, Collection, Item
from repeatpass.storage.files import FileArea


def current_context(catalog: Catalog) -> Context:
    """Return the context that sees the present version of every collection of *catalog*, without places of files.

    Items without files here, such as the many that were harvested from elsewhere, cannot be opened and are left out.
    """
    assets: dict[tuple[str, str | None], dict[str, Asset]] = defaultdict(dict)
    for asset in catalog.current_assets():
        assets[asset.collection, asset.item][asset.key] = _asset(asset)
    items: dict[str, list[Item]] = defaultdict(list)
    for head in catalog.overviews.item_heads():
        if (head.collection, head.id) in assets:
            items[head.collection].append(_item(head, assets[head.collection, head.id]))
    return Context(
        collections={
            entry.id: Collection(
                id=entry.id,
                version=entry.version,
                title=entry.title,
                items=tuple(items[entry.id]),
                assets=assets[entry.id, None],
            )
            for entry in catalog.overviews.heads()
        }
    )


def _asset(asset: CollectionAsset) -> Asset:
    return Asset(href="", type=asset.media_type, size=asset.size, checksum=asset.checksum)


def _item(head: ItemHead, assets: Mapping[str, Asset]) -> Item:
    times = {"datetime": head.datetime, "start_datetime": head.start_datetime, "end_datetime": head.end_datetime}
    return Item(id=head.id, assets=assets, **times)


class Contexts:
    """Makes contexts, keeps them in the file area, and fills in the places of their files for a run."""

    def __init__(self, catalog: Catalog, files: FileArea) -> None:
        self.catalog = catalog
        self.files = files
        self._known: dict[tuple[str, ...], str] = {}  # ids that are not public -> checksum
        self._closed: dict[str, bool] = {}  # by checksum
        self._stamp: Any = None

    def current(self, owner: str = "") -> str:
        """Return the checksum of the present context of *owner*'s runs: what is public, theirs, and shared with them.

        Not what operators may see besides: what a run could open is written down where others read it. Kept until a
        collection changes.
        """
        return self._kept(self.catalog.as_seen_by(Actor(id=owner or ANYONE.id, name=owner, role=Role.SCIENTIST)))

    def everything(self) -> str:
        """Return the checksum of the context of all collections, to compare with; no run is given it."""
        return self._kept(self.catalog)

    def closed(self, checksum: str) -> bool:
        """Say whether a context holds a collection that is not public."""
        if checksum == self.current():
            return False
        if checksum not in self._closed:
            public = {each.id for each in self.catalog.as_seen_by(ANYONE).overviews.heads()}
            self._closed[checksum] = not public.issuperset(self.read(checksum).collections)
        return self._closed[checksum]

    def needed_files(self) -> set[str]:
        """Return the checksums that gc must keep for the sake of the runs that will be asked for next."""
        return {self.current(), self.everything()}

    def _kept(self, catalog: Catalog) -> str:
        if self._stamp != (stamp := self.catalog.stamp()):
            self._stamp, self._known, self._closed = stamp, {}, {}
        closed = tuple(catalog.closed())
        if closed not in self._known or not self.files.has(self._known[closed]):
            content = canonical_json(current_context(catalog).to_json())
            self._known[closed] = self.files.put_bytes(content).checksum
        return self._known[closed]

    def read(self, checksum: str) -> Context:
        """Return a kept context."""
        data = json.loads(self.files.read(checksum))
        return Context(collections={id: Collection.from_json(id, entry) for id, entry in data["collections"].items()})

    def written_out(self, checksum: str, run: str) -> Context:
        """Return a kept context with the local path of every file; files that are gone are left out."""
        collections = self.read(checksum).collections.values()
        return Context(run=run, collections={each.id: self._placed(each) for each in collections})

    def _placed(self, collection: Collection) -> Collection:
        items = tuple(replace(item, assets=self._paths(item.assets)) for item in collection.items)
        return replace(collection, items=items, assets=self._paths(collection.assets))

    def _paths(self, assets: Mapping[str, Asset]) -> dict[str, Asset]:
        placed = {}
        for key, asset in assets.items():
            try:
                placed[key] = replace(asset, href=str(self.files.path(asset.checksum)))
            except NotFound:
                continue
        return placed
