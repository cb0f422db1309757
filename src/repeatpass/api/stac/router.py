"""The routes under /stac."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from repeatpass.api.bodies import json_of
from repeatpass.api.documents import VARY, Pages
from repeatpass.api.negotiating import wants_html
from repeatpass.api.stac import landing
from repeatpass.api.stac.aggregation import aggregation_routes
from repeatpass.api.stac.collections import collection_page
from repeatpass.api.stac.documents import GEOJSON, SCHEMA, Documents
from repeatpass.api.stac.pages import Seen, item_page
from repeatpass.api.stac.people import People
from repeatpass.api.stac.queryables import queryables
from repeatpass.api.stac.reading import Fields, search_of_body, search_of_query, within_collection
from repeatpass.api.stac.transaction import transaction_routes
from repeatpass.assembly import House
from repeatpass.catalog.editing import tag_of


def stac_router(house: House, pages: Pages) -> APIRouter:
    """Return the routes of the STAC API; *pages* draws what browsers ask for."""
    router = APIRouter(prefix="/stac", tags=["stac"])
    people = People(pages)

    def seen(request: Request) -> House:
        """The house with the collections that whoever asks may see."""
        return house.as_seen_by(request.state.actor)

    def searched(request: Request) -> Seen:
        """As `seen`, of what a search needs: the whole house would cost a tenth of its time."""
        viewer = request.state.actor
        return Seen(catalog=house.catalog.as_seen_by(viewer), searching=house.searching.as_seen_by(viewer))

    # First, because routes are tried in their order and this is asked most.
    @router.get("/search")
    def search_by_address(request: Request) -> Response:
        search, fields = search_of_query(request.query_params)
        return _geojson(item_page(searched(request), documents_for(request), request, search, fields))

    @router.post("/search")
    async def search_by_body(request: Request) -> Response:
        body = await json_of(request)
        search, fields = search_of_body(body)
        documents = documents_for(request)
        return _geojson(await run_in_threadpool(item_page, searched(request), documents, request, search, fields, body))

    @router.get("")
    def root(request: Request) -> Response:
        shown = house.registry.seen_by(request.state.actor)
        body = landing.landing(documents_for(request), shown, landing.conformance(house))
        return people.page(request, "stac", body["title"], body) or JSONResponse(body, headers=VARY)

    @router.get("/conformance")
    def conformance(request: Request) -> Response:
        body = {"conformsTo": landing.conformance(house)}
        return people.page(request, "stac-conformance", "Conformance", body) or JSONResponse(body, headers=VARY)

    @router.get("/collections")
    def collections(request: Request) -> Response:
        if shown := people.elsewhere(request, "/collections"):
            return shown
        return JSONResponse(collection_page(seen(request), documents_for(request), request.query_params), headers=VARY)

    @router.get("/collections/{id}")
    def collection(id: str, request: Request) -> Response:
        if shown := people.elsewhere(request, f"/collections/{quote(id)}"):
            return shown
        known = seen(request).catalog
        found = known.collection(id)
        document = documents_for(request).collection(found, known.own_assets(id))
        return JSONResponse(document, headers={**VARY, "ETag": f'"{tag_of(found.body)}"'})

    @router.get("/collections/{id}/items")
    def items(id: str, request: Request) -> Response:
        mine = searched(request)
        found = mine.catalog.collection(id)
        search, fields = search_of_query(request.query_params)
        fields = Fields() if wants_html(request) else fields  # a page shows what it shows
        body = item_page(mine, documents_for(request), request, within_collection(search, id), fields)
        title = f"Items of {found.title}"
        return people.page(request, "stac-items", title, body) or _geojson(body, VARY)

    @router.get("/collections/{id}/items/{item_id}")
    def item(id: str, item_id: str, request: Request) -> Response:
        known = seen(request).catalog
        known.collection(id)
        found = house.editing.item(id, item_id)
        document = documents_for(request).item(found, known.own_assets(id, item_id))
        tag = {"ETag": f'"{tag_of(found.body)}"'}
        return people.page(request, "stac-item", item_id, document) or _geojson(document, VARY | tag)

    @router.get("/queryables")
    def all_queryables(request: Request) -> Response:
        return JSONResponse(queryables(seen(request), str(request.url)), media_type=SCHEMA)

    @router.get("/collections/{id}/queryables")
    def queryables_of(id: str, request: Request) -> Response:
        seen(request).catalog.collection(id)
        return JSONResponse(queryables(seen(request), str(request.url), id), media_type=SCHEMA)

    aggregation_routes(router, house, documents_for)
    transaction_routes(router, house, documents_for)
    return router


def documents_for(request: Request) -> Documents:
    """Return the writer of documents for whoever asks: with the address under which they know the platform."""
    return Documents(str(request.base_url).rstrip("/"))


def _geojson(content: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(content), media_type=GEOJSON, headers=dict(headers or {}))
