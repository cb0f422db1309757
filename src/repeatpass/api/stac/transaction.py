"""Transactions (STAC API – Transaction 1.0.0): add, replace, patch and delete, with ``If-Match`` as the lock."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from repeatpass.api.bodies import json_of
from repeatpass.api.stac.documents import GEOJSON, Documents
from repeatpass.assembly import House
from repeatpass.catalog.editing import tag_of
from repeatpass.catalog.records import Collection, Item
from repeatpass.core.errors import Invalid

DocumentsFor = Callable[[Request], Documents]


def transaction_routes(router: APIRouter, house: House, documents_for: DocumentsFor) -> None:
    """Add the routes that change the catalog; who may is the room's to say."""
    _collection_routes(router, house, documents_for)
    _item_routes(router, house, documents_for)


def _collection_routes(router: APIRouter, house: House, documents_for: DocumentsFor) -> None:
    editing = house.editing

    @router.post("/collections", status_code=201)
    async def add(request: Request) -> Response:
        made = await run_in_threadpool(editing.add_collection, request.state.actor, await json_of(request))
        return _collection(house, documents_for(request), made, 201)

    @router.put("/collections/{id}")
    async def replace(id: str, request: Request) -> Response:
        body, match = await json_of(request), _match(request)
        made = await run_in_threadpool(editing.replace_collection, request.state.actor, id, body, match)
        return _collection(house, documents_for(request), made)

    @router.patch("/collections/{id}")
    async def patch(id: str, request: Request) -> Response:
        body, match = await json_of(request), _match(request)
        made = await run_in_threadpool(editing.patch_collection, request.state.actor, id, body, match)
        return _collection(house, documents_for(request), made)

    @router.delete("/collections/{id}", status_code=204)
    def delete(id: str, request: Request) -> Response:
        editing.delete_collection(request.state.actor, id, _match(request))
        return Response(status_code=204)


def _item_routes(router: APIRouter, house: House, documents_for: DocumentsFor) -> None:
    editing = house.editing

    @router.post("/collections/{id}/items", status_code=201)
    async def add(id: str, request: Request) -> Response:
        body = await json_of(request)
        many = isinstance(body, dict) and body.get("type") == "FeatureCollection"
        bodies = body.get("features") if many else [body]
        if not isinstance(bodies, list) or not bodies:
            raise Invalid("“features” must be a list of items.", field="features")
        made = await run_in_threadpool(editing.add_items, request.state.actor, id, bodies)
        documents = documents_for(request)
        if many:
            path = f"{documents.root}/collections/{id}/items"
            return JSONResponse({"added": [item.id for item in made]}, 201, headers={"Location": path})
        return _item(house, documents, made[0], 201)

    @router.put("/collections/{id}/items/{item_id}")
    async def replace(id: str, item_id: str, request: Request) -> Response:
        body, match = await json_of(request), _match(request)
        made = await run_in_threadpool(editing.replace_item, request.state.actor, id, item_id, body, match)
        return _item(house, documents_for(request), made)

    @router.patch("/collections/{id}/items/{item_id}")
    async def patch(id: str, item_id: str, request: Request) -> Response:
        body, match = await json_of(request), _match(request)
        made = await run_in_threadpool(editing.patch_item, request.state.actor, id, item_id, body, match)
        return _item(house, documents_for(request), made)

    @router.delete("/collections/{id}/items/{item_id}", status_code=204)
    def delete(id: str, item_id: str, request: Request) -> Response:
        editing.delete_item(request.state.actor, id, item_id, _match(request))
        return Response(status_code=204)


def _collection(house: House, documents: Documents, made: Collection, status: int = 200) -> Response:
    document = documents.collection(made, house.catalog.own_assets(made.id))
    location = f"{documents.root}/collections/{made.id}"
    return JSONResponse(document, status, headers={"ETag": f'"{tag_of(made.body)}"', "Location": location})


def _item(house: House, documents: Documents, made: Item, status: int = 200) -> Response:
    document = documents.item(made, house.catalog.own_assets(made.collection, made.id))
    location = f"{documents.root}/collections/{made.collection}/items/{made.id}"
    headers = {"ETag": f'"{tag_of(made.body)}"', "Location": location}
    return JSONResponse(document, status, media_type=GEOJSON, headers=headers)


def _match(request: Request) -> str:
    """Return the tag of ``If-Match``; ``*`` and nothing match whatever there is."""
    tag = request.headers.get("if-match", "").strip().removeprefix("W/").strip('"')
    return "" if tag == "*" else tag
