"""Collections and items as STAC 1.1 documents, with links and assets that a client can follow."""

from collections.abc import Mapping, Sequence
from typing import Any

from repeatpass.catalog.records import Collection, CollectionAsset, Item
from repeatpass.catalog.times import with_times

VERSION = "1.1.0"
GEOJSON = "application/geo+json"
SCHEMA = "application/schema+json"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
# Written anew for each document; every other link of a body, such as license or example, is its own.
STRUCTURE = {
    "self",
    "root",
    "parent",
    "child",
    "item",
    "items",
    "collection",
    "alternate",
    "data",
    "search",
    "aggregate",
    "aggregations",
    QUERYABLES,
}
Document = dict[str, Any]


def link(href: str, rel: str, title: str = "", type: str = "application/json") -> Document:
    """Return one link."""
    return {"href": href, "rel": rel, "type": type} | ({"title": title} if title else {})


def aggregate_links(path: str) -> list[Document]:
    """Return the links that lead from what stands at *path* to its counts (STAC API – Aggregation 0.3.0)."""
    return [
        link(f"{path}/aggregate", "aggregate") | {"method": "GET"},
        link(f"{path}/aggregate", "aggregate") | {"method": "POST"},
        link(f"{path}/aggregations", "aggregations"),
    ]


class Documents:
    """Writes documents whose addresses begin with *base*, the platform's own address as the client knows it."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.root = f"{base}/stac"

    def path(self, collection: str = "") -> str:
        """Return the address of a collection, or without one that of the catalogue."""
        return f"{self.root}/collections/{collection}" if collection else self.root

    def collection(self, collection: Collection, assets: Sequence[CollectionAsset]) -> Document:
        """Return a collection; *assets* are the files of its present version."""
        path = self.path(collection.id)
        links = [
            link(path, "self"), link(self.root, "root"), link(self.root, "parent"),
            link(f"{path}/items", "items", type=GEOJSON),
            link(f"{path}/queryables", QUERYABLES, type=SCHEMA),
            *aggregate_links(path),
            link(f"{self.base}/collections/{collection.id}", "alternate", type="text/html"),
            *_kept(collection.body),
        ]  # fmt: skip
        own = [asset for asset in assets if asset.item is None]
        stated = collection.body.get("assets", {})
        body = {**collection.body, "type": "Collection", "stac_version": VERSION, "links": links}
        return body | ({"assets": self._assets(own, stated)} if own or stated else {})

    def item(self, item: Item, assets: Sequence[CollectionAsset]) -> Document:
        """Return an item; of *assets* those that are its own are shown."""
        path = self.path(item.collection)
        links = [
            link(f"{path}/items/{item.id}", "self", type=GEOJSON), link(path, "collection"),
            link(path, "parent"), link(self.root, "root"), *_kept(item.body),
        ]  # fmt: skip
        own = [asset for asset in assets if asset.item == item.id]
        fixed = {"type": "Feature", "stac_version": VERSION, "collection": item.collection, "links": links}
        known = {"geometry": None} | dict(item.body) | {"properties": with_times(item.body.get("properties", {}))}
        return known | fixed | {"assets": self._assets(own, item.body.get("assets", {}))}

    def _assets(self, assets: Sequence[CollectionAsset], stated: Mapping[str, Any]) -> Document:
        """Files that are kept here are served from here; others stay where the document says they are."""
        kept = {
            asset.key: {
                **stated.get(asset.key, {}),
                "href": f"{self.base}/files/{asset.checksum}",
                "type": asset.media_type,
                "file:size": asset.size,
                "file:checksum": "1220" + asset.checksum.removeprefix("sha256:"),  # multihash: SHA-256, 32 bytes
            }
            for asset in assets
        }
        return {key: dict(asset) for key, asset in stated.items() if asset.get("href")} | kept


def _kept(body: Mapping[str, Any]) -> list[Document]:
    return [dict(each) for each in body.get("links", ()) if each.get("rel") not in STRUCTURE]
