"""Changing features, and collections of them (Part 4: Create, Replace, Update and Delete, 20-002r1)."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from repeatpass.api.bodies import body_of, json_of, read_json
from repeatpass.api.errors import UnsupportedMediaType
from repeatpass.api.features.documents import content_crs, feature_document
from repeatpass.api.features.forms import GEOJSON
from repeatpass.api.features.tags import locks_of, tag_of
from repeatpass.api.geodata.described import PATH
from repeatpass.api.geodata.seeing import actor_of, collection_for
from repeatpass.assembly import House
from repeatpass.core.errors import Invalid
from repeatpass.features import Feature
from repeatpass.features.crs import code_of, northing_first
from repeatpass.features.importing import ENDINGS, read_table
from repeatpass.features.records import CRS84

METHODS = {"items": "GET, HEAD, POST, OPTIONS", "item": "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"}
JSONS = ("", "application/json", GEOJSON, "application/merge-patch+json")


def editing_routes(router: APIRouter, house: House) -> None:
    """Add the routes that change features; who may is the room's to say."""
    features = house.features
    _options(router, house)

    @router.post("/collections/{id}/items", status_code=201)
    async def add(id: str, request: Request) -> Response:
        await run_in_threadpool(collection_for, house, request, id)
        content, kind = await body_of(request), _kind(request)
        ids = await run_in_threadpool(_added, house, request, id, content, kind)
        here = f"{str(request.base_url).rstrip('/')}{PATH}/{id}/items"
        if len(ids) == 1:
            return Response(status_code=201, headers={"Location": f"{here}/{ids[0]}"})
        return JSONResponse({"added": ids}, 201, headers={"Location": here})

    @router.put("/collections/{id}/items/{feature}")
    async def replace(id: str, feature: str, request: Request) -> Response:
        body, crs = _as_kept(await json_of(request), crs_header(request)), crs_header(request)
        await run_in_threadpool(collection_for, house, request, id)
        made = await run_in_threadpool(features.replace, actor_of(request), id, feature, body, locks_of(request), crs)
        return _feature(made)

    @router.patch("/collections/{id}/items/{feature}")
    async def update(id: str, feature: str, request: Request) -> Response:
        body, crs = _as_kept(await json_of(request), crs_header(request)), crs_header(request)
        await run_in_threadpool(collection_for, house, request, id)
        made = await run_in_threadpool(features.patch, actor_of(request), id, feature, body, locks_of(request), crs)
        return _feature(made)

    @router.delete("/collections/{id}/items/{feature}", status_code=204)
    def delete(id: str, feature: str, request: Request) -> Response:
        collection_for(house, request, id)
        features.delete(actor_of(request), id, feature, locks_of(request))
        return Response(status_code=204)


def _options(router: APIRouter, house: House) -> None:
    """Say what can be done with features (20-002r1, 7.2); who may do it is said where it is tried."""

    @router.options("/collections/{id}/items", status_code=204)
    def of_all(id: str, request: Request) -> Response:
        collection_for(house, request, id)
        house.features.known(id)
        return Response(status_code=204, headers={"Allow": METHODS["items"], "Accept-Post": f"{GEOJSON}, text/csv"})

    @router.options("/collections/{id}/items/{feature}", status_code=204)
    def of_one(id: str, feature: str, request: Request) -> Response:
        collection_for(house, request, id)
        house.features.feature(house.features.known(id), feature)
        headers = {"Allow": METHODS["item"], "Accept-Patch": "application/merge-patch+json"}
        return Response(status_code=204, headers=headers)


def _added(house: House, request: Request, id: str, content: bytes, kind: str) -> list[str]:
    actor, crs = actor_of(request), crs_header(request)
    if kind in JSONS or content.lstrip()[:1] == b"{":  # some clients send GeoJSON under another name
        return house.features.add(actor, id, [_as_kept(each, crs) for each in bodies_of(read_json(content))], crs)
    if kind not in ENDINGS:
        there = ", ".join(dict.fromkeys([GEOJSON, *ENDINGS]))
        raise UnsupportedMediaType(f"Features are not read from “{kind[:80]}”; send {there}.")
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(content)
        return house.features.add_table(actor, id, read_table(Path(file.name), kind))


def bodies_of(body: Any) -> Sequence[Any]:
    """Return the features of a GeoJSON document: one, or those of a FeatureCollection; raise Invalid for none."""
    if not isinstance(body, Mapping) or body.get("type") != "FeatureCollection":
        return [body]
    found = body.get("features")
    if not isinstance(found, list) or not found:
        raise Invalid("“features” must be a list of GeoJSON features.", field="features")
    return found


def crs_header(request: Request) -> str:
    """Return the system that the coordinates of a body are in (Content-Crs); CRS84 without."""
    stated = request.headers.get("content-crs", "").strip().strip("<>")
    return code_of(stated, "Content-Crs") if stated else CRS84


def _as_kept(body: Any, crs: str) -> Any:
    """Return a feature with x before y, whichever comes first in *crs*."""
    if not northing_first(crs) or not isinstance(body, Mapping) or not isinstance(body.get("geometry"), Mapping):
        return body
    return {**body, "geometry": _turned(body["geometry"])}


def _turned(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {name: _turned(each) if name in ("coordinates", "geometries") else each for name, each in node.items()}
    if isinstance(node, list):
        if len(node) >= 2 and not isinstance(node[0], list | Mapping):
            return [node[1], node[0], *node[2:]]
        return [_turned(each) for each in node]
    return node


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _feature(made: Feature) -> Response:
    headers = {"ETag": tag_of(made, CRS84), **content_crs(CRS84)}
    return JSONResponse(feature_document(made, CRS84), media_type=GEOJSON, headers=headers)
