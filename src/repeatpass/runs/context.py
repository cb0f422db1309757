"""The context of a run: the exact list of files that its notebook can open.

It is kept with the run, so that a repeat sees the same collections in the same versions, whatever came since.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from repeatpass.catalog.records import CollectionAsset
from repeatpass.catalog.room import Catalog
from repeatpass.core.digests import canonical_json
from repeatpass.core.errors import NotFound
from repeatpass.storage.files import FileArea

ITEM_TIMES = ("datetime", "start_datetime", "end_datetime")
COLLECTION_ASSETS = ""  # the id under which a context lists a collection's own assets


def current_context(catalog: Catalog) -> dict[str, Any]:
    """Return the context that sees the present version of every collection; hrefs are left out."""
    assets = catalog.current_assets()
    return {"collections": {entry.id: _entry(catalog, entry, assets) for entry in catalog.collections()}}


def _entry(catalog: Catalog, collection: Any, assets: Iterable[CollectionAsset]) -> dict[str, Any]:
    items: dict[str, dict[str, Any]] = {}
    for item in catalog.items(collection.id):
        properties = item.body.get("properties", {})
        items[item.id] = {"id": item.id} | {name: properties[name] for name in ITEM_TIMES if name in properties}
    for asset in assets:
        if asset.collection == collection.id:
            item = items.setdefault(asset.item or COLLECTION_ASSETS, {"id": asset.item or COLLECTION_ASSETS})
            facts = {"type": asset.media_type, "size": asset.size, "checksum": asset.checksum}
            item.setdefault("assets", {})[asset.key] = facts
    return {"version": collection.version, "title": collection.title, "items": list(items.values())}


class Contexts:
    """Makes contexts, keeps them in the file area, and writes them out for a run."""

    def __init__(self, catalog: Catalog, files: FileArea) -> None:
        self.catalog = catalog
        self.files = files
        self._known: tuple[Any, str] | None = None

    def current(self) -> str:
        """Return the checksum of the present context. Kept until a collection changes."""
        stamp = self.catalog.stamp()
        if self._known is None or self._known[0] != stamp:
            content = canonical_json(current_context(self.catalog))
            self._known = (stamp, self.files.put_bytes(content).checksum)
        return self._known[1]

    def read(self, checksum: str) -> Mapping[str, Any]:
        """Return a kept context."""
        context: Mapping[str, Any] = json.loads(self.files.read(checksum))
        return context

    def written_out(self, checksum: str, run: str) -> dict[str, Any]:
        """Return a kept context with the local path of every file; files that are gone are left out."""
        context = json.loads(self.files.read(checksum))
        for collection in context["collections"].values():
            for item in collection["items"]:
                item["assets"] = self._placed(item.get("assets", {}))
        return {"run": run} | context

    def _placed(self, assets: Mapping[str, Any]) -> dict[str, Any]:
        placed = {}
        for key, facts in assets.items():
            try:
                placed[key] = facts | {"href": str(self.files.path(facts["checksum"]))}
            except NotFound:
                continue
        return placed
