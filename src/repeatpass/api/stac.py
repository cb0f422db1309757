"""STAC 1.1: the collections and items of the house, with links and assets that a client can follow."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Query

from repeatpass.assembly import House
from repeatpass.catalog.records import Collection, CollectionAsset, Item
from repeatpass.core.errors import NotFound

VERSION = "1.1.0"
CONFORMANCE = [
    "https://api.stacspec.org/v1.0.0/core",
    "https://api.stacspec.org/v1.0.0/collections",
    "https://api.stacspec.org/v1.0.0/ogcapi-features",
]


def stac_router(house: House) -> APIRouter:
    """Return the routes under /stac."""
    router = APIRouter(prefix="/stac", tags=["stac"])

    @router.get("")
    def landing() -> dict[str, Any]:
        children = [
            _link(f"/stac/collections/{entry.id}", "child", entry.title) for entry in house.catalog.collections()
        ]
        links = [_link("/stac", "self"), _link("/stac", "root"), _link("/stac/collections", "data"), *children]
        return {
            "type": "Catalog",
            "stac_version": VERSION,
            "id": "repeatpass",
            "title": "Repeatpass",
            "description": "The collections that the notebooks of this house read.",
            "conformsTo": CONFORMANCE,
            "links": links,
        }

    @router.get("/collections")
    def collections() -> dict[str, Any]:
        found = [collection_json(house, entry) for entry in house.catalog.collections()]
        return {"collections": found, "links": [_link("/stac/collections", "self"), _link("/stac", "root")]}

    @router.get("/collections/{id}")
    def collection(id: str) -> dict[str, Any]:
        return collection_json(house, house.catalog.collection(id))

    @router.get("/collections/{id}/items")
    def items(id: str, limit: int = Query(100, ge=1, le=1000), offset: int = Query(0, ge=0)) -> dict[str, Any]:
        house.catalog.collection(id)
        found, assets = house.catalog.items(id), house.catalog.assets(id)
        page = [item_json(item, assets) for item in found[offset : offset + limit]]
        links = [_link(f"/stac/collections/{id}/items", "self"), _link(f"/stac/collections/{id}", "collection")]
        if offset + limit < len(found):
            links.append(_link(f"/stac/collections/{id}/items?limit={limit}&offset={offset + limit}", "next"))
        return {"type": "FeatureCollection", "features": page, "numberMatched": len(found), "links": links}

    @router.get("/collections/{id}/items/{item_id}")
    def item(id: str, item_id: str) -> dict[str, Any]:
        for found in house.catalog.items(id):
            if found.id == item_id:
                return item_json(found, house.catalog.assets(id))
        raise NotFound(f"There is no item “{item_id}” in “{id}”.", item=item_id)

    return router


def collection_json(house: House, collection: Collection) -> dict[str, Any]:
    """Return a collection as a STAC document with links and assets."""
    own = [asset for asset in house.catalog.assets(collection.id) if asset.item is None]
    path = f"/stac/collections/{collection.id}"
    links = [_link(path, "self"), _link("/stac", "root"), _link("/stac", "parent"), _link(f"{path}/items", "items")]
    kept = [
        link for link in collection.body.get("links", ()) if link.get("rel") in {"license", "cite-as", "via", "about"}
    ]
    body = {**collection.body, "stac_version": VERSION, "links": links + kept}
    if own:
        body["assets"] = _assets(own, collection.body.get("assets", {}))
    return body


def item_json(item: Item, assets: list[CollectionAsset]) -> dict[str, Any]:
    """Return an item as a STAC document with links and assets."""
    path = f"/stac/collections/{item.collection}"
    links = [_link(f"{path}/items/{item.id}", "self", type="application/geo+json"), _link(path, "collection")]
    links += [_link(path, "parent"), _link("/stac", "root")]
    links += [link for link in item.body.get("links", ()) if link.get("rel") in {"derived_from", "via", "about"}]
    own = [asset for asset in assets if asset.item == item.id]
    return {**item.body, "links": links, "assets": _assets(own, item.body.get("assets", {}))}


def _assets(assets: list[CollectionAsset], stated: Mapping[str, Any]) -> dict[str, Any]:
    return {
        asset.key: {
            **stated.get(asset.key, {}),
            "href": f"/files/{asset.checksum}",
            "type": asset.media_type,
            "file:size": asset.size,
            "file:checksum": "1220" + asset.checksum.removeprefix("sha256:"),  # multihash: SHA-256, 32 bytes
        }
        for asset in assets
    }


def _link(href: str, rel: str, title: str = "", type: str = "application/json") -> dict[str, str]:
    return {"href": href, "rel": rel, "type": type} | ({"title": title} if title else {})
