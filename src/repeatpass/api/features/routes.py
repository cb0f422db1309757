"""/ogc/collections/{id}/items, a feature, and what features are (17-069r4, 7.15 and 7.16; 23-058r1)."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from repeatpass.api.callbacks import absolute
from repeatpass.api.documents import VARY, Pages, answer
from repeatpass.api.features.asked import Asked, asked_of, crs_of
from repeatpass.api.features.describing import SCHEMA, queryables_of, schema_of, sortables_of
from repeatpass.api.features.documents import (
    ALL_FORMS,
    PAGED,
    content_crs,
    feature_document,
    feature_text,
    links_of,
    page_links,
)
from repeatpass.api.features.editing import editing_routes
from repeatpass.api.features.files import file_answer
from repeatpass.api.features.forms import GEOJSON, form_of
from repeatpass.api.features.founding import founding_routes
from repeatpass.api.features.statistics import statistics_routes
from repeatpass.api.features.tags import list_tag, matches, tag_of
from repeatpass.api.features.vector_tiles import vector_tile_routes
from repeatpass.api.geodata.seeing import collection_for
from repeatpass.assembly import House
from repeatpass.catalog.records import Collection
from repeatpass.core.errors import Invalid
from repeatpass.core.times import iso, now
from repeatpass.features import FeatureSet, Found

Describe = Callable[[FeatureSet, str, str], Mapping[str, Any]]


def features_router(house: House, pages: Pages) -> APIRouter:
    """Return the routes that read and change features."""
    router = APIRouter(prefix="/ogc", tags=["features"])

    def open_set(request: Request, id: str) -> tuple[Collection, FeatureSet]:
        return collection_for(house, request, id), house.features.known(id)

    @router.get("/collections/{id}/items")
    def items(id: str, request: Request) -> Response:
        collection, known = open_set(request, id)
        asked = asked_of(request, known)
        tag = list_tag(known, request, asked)
        if matches(request, tag):
            return Response(status_code=304, headers={"ETag": tag, **VARY})
        headers = {"ETag": tag, "Cache-Control": "no-cache", **content_crs(asked.crs), **VARY}
        if asked.form.download:
            return file_answer(request, house.features, known, asked, headers)
        found = house.features.search(known, asked.wanted, asked.crs)
        body = _page(request, known, found, asked)
        if asked.form.name == "html":
            columns = [each.name for each in known.fields]
            shown = [feature_document(each, asked.crs) for each in found.features]
            whole = {**body, "features": shown, "columns": columns, "collection": id}
            return answer(request, pages, "items", collection.title or id, whole, headers=headers, linked=False)
        return _geojson_page(request, body, found, asked.crs, headers)

    @router.get("/collections/{id}/items/{feature}")
    def item(id: str, feature: str, request: Request) -> Response:
        collection, known = open_set(request, id)
        if unknown := [name for name in request.query_params if name not in ("f", "crs")]:
            raise Invalid(f"There is no parameter “{unknown[0][:80]}”; there are crs, f.", field=unknown[0][:80])
        form, crs = form_of(request, downloads=False), crs_of(request.query_params, known)
        found = house.features.feature(known, feature, crs)
        tag = tag_of(found, crs, form.name)
        headers = {"ETag": tag, "Cache-Control": "no-cache", **content_crs(crs), **VARY}
        if matches(request, tag):
            return Response(status_code=304, headers=headers)
        query = list(request.query_params.multi_items())
        links = links_of(id, request.url.path, query, form, PAGED)
        body = {**feature_document(found, crs), "links": links}
        if form.name == "html":
            title = f"{collection.title or id}: {found.id}"
            whole = {**body, "collection": id}
            return answer(request, pages, "feature", title, whole, headers=headers, linked=False)
        return _geojson(request, body, headers)

    def described(describe: Describe, id: str, request: Request, what: str) -> Response:
        collection, known = open_set(request, id)
        body = describe(known, str(request.url.replace(query="")), f"{what} of {collection.title or id}")
        if form_of(request, downloads=False).name == "html":
            whole = {**body, "collection": id}
            return answer(request, pages, "schema", str(body["title"]), whole, linked=False)
        return JSONResponse(body, media_type=SCHEMA, headers=VARY)

    @router.get("/collections/{id}/schema")
    def schema(id: str, request: Request) -> Response:
        return described(schema_of, id, request, "Features")

    @router.get("/collections/{id}/queryables")
    def queryables(id: str, request: Request) -> Response:
        return described(queryables_of, id, request, "Queryables")

    @router.get("/collections/{id}/sortables")
    def sortables(id: str, request: Request) -> Response:
        return described(sortables_of, id, request, "Sortables")

    editing_routes(router, house)
    founding_routes(router, house)
    statistics_routes(router, house)
    vector_tile_routes(router, house, pages)
    return router


def _page(request: Request, known: FeatureSet, found: Found, asked: Asked) -> dict[str, Any]:
    """Return a page of features without the features themselves."""
    query, wanted = list(request.query_params.multi_items()), asked.wanted
    links = links_of(known.collection, request.url.path, query, asked.form, ALL_FORMS)
    counts = {"numberReturned": len(found.features)} | (
        {} if found.matched is None else {"numberMatched": found.matched}
    )
    return {
        "type": "FeatureCollection",
        "timeStamp": iso(now().replace(microsecond=0)),
        **counts,
        "links": [*links, *page_links(request.url.path, query, wanted.limit, wanted.offset, found.more)],
    }


def _geojson_page(
    request: Request, body: Mapping[str, Any], found: Found, crs: str, headers: Mapping[str, str]
) -> Response:
    """Return a page as text that is put together feature by feature: ten thousand polygons are large as objects."""
    facts = json.dumps(absolute(body, str(request.base_url)), ensure_ascii=False, separators=(",", ":"))
    features = ",".join(feature_text(each, crs) for each in found.features)
    return Response(f'{facts[:-1]},"features":[{features}]}}', media_type=GEOJSON, headers=dict(headers))


def _geojson(request: Request, body: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    links = absolute({"links": body["links"]}, str(request.base_url))
    return JSONResponse({**body, **links}, media_type=GEOJSON, headers=dict(headers))
