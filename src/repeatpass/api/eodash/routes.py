"""The routes under /eodash."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from repeatpass.api.eodash import documents
from repeatpass.api.eodash.entries import INDICATORS, PROCESSES, WEB, Entries, drawn_of, tiffs_of
from repeatpass.api.eodash.flat_styles import flat_style
from repeatpass.api.eodash.forms import CHART, body_of, form_of
from repeatpass.api.eodash.records import Entry
from repeatpass.api.executing import Executing
from repeatpass.api.tiles.answering import base_of, matches
from repeatpass.api.tiles.asking import require_known, whole_of
from repeatpass.core.errors import NotFound

FRESH = {"Cache-Control": "no-cache"}  # what it lists changes with every run
LONG = 31_536_000  # seconds


def eodash_router(executing: Executing) -> APIRouter:
    """Return the routes of the catalogue."""
    router = APIRouter(prefix="/eodash", tags=["eodash"])
    _documents(router, executing)
    _forms(router, executing)
    _styles(router, executing)
    _tiles(router, executing)
    return router


def _entries(executing: Executing, request: Request) -> Entries:
    return Entries(executing, request.state.actor, base_of(request))


def _documents(router: APIRouter, executing: Executing) -> None:
    @router.get("/catalog.json")
    def catalog(request: Request) -> Response:
        return _json(documents.catalog(base_of(request), _entries(executing, request).all()))

    @router.get("/indicators/{id}/places/{place}/collection.json")
    def place(id: str, place: str, request: Request) -> Response:
        return _json(documents.collection(base_of(request), _entries(executing, request).place(id, place)))

    @router.get("/indicators/{id}/{part}/collection.json")
    def part(id: str, part: str, request: Request) -> Response:
        entry = _entries(executing, request).entry(INDICATORS, id)
        if part not in ("map", "places") or (part == "map" and entry.shown is None):
            raise NotFound(f"“{id}” has no part “{part}”.", indicator=id)
        return _json(documents.part(base_of(request), entry, part))

    @router.get("/{kind}/{id}/collection.json")
    def collection(kind: str, id: str, request: Request) -> Response:
        return _json(documents.collection(base_of(request), _entries(executing, request).entry(kind, id)))

    @router.get("/{kind}/{id}/items/{item}.json")
    def item(kind: str, id: str, item: str, request: Request) -> Response:
        entry = _entries(executing, request).entry(kind, id)
        time = _time(entry, item)
        assert entry.shown is not None
        document = documents.item(base_of(request), entry, entry.shown, time)
        return JSONResponse(document, media_type=documents.GEOJSON, headers=FRESH)


def _time(entry: Entry, item: str) -> str:
    known = {documents.item_id(time): time for time in documents.times_of(entry)}
    if item not in known:
        raise NotFound(f"“{entry.id}” has no item “{item}”; its collection links to those it has.", item=item)
    return known[item]


def _forms(router: APIRouter, executing: Executing) -> None:
    @router.get("/{kind}/{id}/form.json")
    def form(kind: str, id: str) -> Response:
        if kind == INDICATORS:
            executing.house.indicators.indicator(id)
            return _json(CHART)
        return _json(form_of(executing.process(_process(kind, id))))

    @router.get("/{kind}/{id}/body.json")
    def body(kind: str, id: str) -> Response:
        template = body_of(executing.process(_process(kind, id)))
        return Response(template, media_type="text/plain; charset=utf-8", headers=FRESH)


def _styles(router: APIRouter, executing: Executing) -> None:
    @router.get("/processes/{id}/style.json")
    def style(id: str, request: Request) -> Response:
        require_known(request.query_params, ("output",))
        name = request.query_params.get("output", "")
        process = executing.process(id)
        if name not in (known := tiffs_of(process)):
            raise NotFound(f"“{id}” leaves no GeoTIFF “{name}”; it leaves {', '.join(known) or 'none'}.", output=name)
        title = next(each.title or name for each in process.outputs if each.name == name)
        newest = executing.newest(request.state.actor, id)
        left = next((each for each in newest if each.name == name), None)
        return _json(flat_style(title, left.path if left else None, left.media_type if left else ""))


def _process(kind: str, id: str) -> str:
    if kind != PROCESSES:
        raise NotFound(f"There is no form of {kind} “{id}”.", id=id)
    return id


def _tiles(router: APIRouter, executing: Executing) -> None:
    @router.get("/indicators/{id}/tiles/{z}/{x}/{y}.png")
    def tile(id: str, z: str, x: str, y: str, request: Request) -> Response:
        require_known(request.query_params, ("time", "v"))
        layer, style = drawn_of(executing.house, id)
        where = whole_of(z, "z"), whole_of(x, "x"), whole_of(y, "y")
        time = request.query_params.get("time", "")
        found = executing.house.rendering.tile(layer, style, time, WEB, *where, "png")
        stays = request.query_params.get("v") == layer.stamp
        headers = {"ETag": f'"{found.etag}"', "Cache-Control": f"public, max-age={LONG if stays else 300}"}
        if matches(request, found.etag):
            return Response(status_code=304, headers=headers)
        return Response(found.content, media_type=found.media_type, headers=headers)


def _json(document: dict[str, Any]) -> Response:
    return JSONResponse(document, headers=FRESH)
