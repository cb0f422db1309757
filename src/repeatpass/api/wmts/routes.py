"""The addresses of WMTS: queries at /wmts and /wmts/{collection}, tiles and values by path under /wmts/1.0.0."""

import logging
from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.types import Scope

from repeatpass.api.documents import Pages, answer
from repeatpass.api.maps.calling import Call
from repeatpass.api.maps.refusing import Refused, of_room
from repeatpass.api.maps.sending import sent
from repeatpass.api.ows.query import Query
from repeatpass.api.wms.page import wants_page
from repeatpass.api.wmts.capabilities import PLACE
from repeatpass.api.wmts.exceptions import report
from repeatpass.api.wmts.page import page
from repeatpass.api.wmts.reading import (
    PICTURES,
    SUFFIXES,
    Asked,
    GetCapabilities,
    GetFeatureInfo,
    GetTile,
    asked_in,
    number,
    of_suffix,
)
from repeatpass.api.wmts.service import Wmts
from repeatpass.api.wmts.writing import XML
from repeatpass.assembly import House
from repeatpass.core.errors import RepeatpassError

log = logging.getLogger(__name__)
UNTIMED = "/wmts/1.0.0/{layer}/{style}/{tms}/{zoom}/{row}"
TIMED = "/wmts/1.0.0/{layer}/{style}/{time}/{tms}/{zoom}/{row}"
Read = Callable[[Request], Asked]


def wmts_router(house: House, pages: Pages) -> APIRouter:
    """Return the routes under /wmts."""
    router = APIRouter(tags=["wmts"])
    service = Wmts(house)
    _queries(router, service, pages)
    _paths(router, service)
    return router


def _queries(router: APIRouter, service: Wmts, pages: Pages) -> None:
    @router.get("/wmts")
    async def of_all(request: Request) -> Response:
        if wants_page(request):
            return answer(request, pages, "wmts", "WMTS", page())
        return await _answered(service, request, _of_query)

    @router.get(f"/wmts/1.0.0/{PLACE}")
    @router.get(f"/wmts/{PLACE}")
    async def about_all(request: Request) -> Response:
        return await _answered(service, request, _about)

    @router.get("/wmts/{collection}")
    async def of_one(collection: str, request: Request) -> Response:
        return await _answered(service, request, _of_query, collection)

    @router.get(f"/wmts/{{collection}}/{PLACE}")
    async def about_one(collection: str, request: Request) -> Response:
        return await _answered(service, request, _about, collection)


def _paths(router: APIRouter, service: Wmts) -> None:
    @router.get(TIMED + "/{column}.{suffix}")
    @router.get(UNTIMED + "/{column}.{suffix}")
    async def tile(request: Request) -> Response:
        return await _answered(service, request, lambda each: _tile(each, PICTURES))

    @router.get(TIMED + "/{column}/{j}/{i}.{suffix}")
    @router.get(UNTIMED + "/{column}/{j}/{i}.{suffix}")
    async def info(request: Request) -> Response:
        return await _answered(service, request, _info)


def _of_query(request: Request) -> Asked:
    return asked_in(Query(request.url.query))


def _about(_request: Request) -> Asked:
    return GetCapabilities()


def _tile(request: Request, formats: dict[str, str]) -> GetTile:
    path = request.path_params
    return GetTile(
        layer=path["layer"],
        style=path["style"],
        media_type=of_suffix(path["suffix"], formats),
        tms=path["tms"],
        zoom=number(path["zoom"], "TileMatrix"),
        row=number(path["row"], "TileRow"),
        column=number(path["column"], "TileCol"),
        time="" if path.get("time") == "{time}" else path.get("time", ""),  # left as in the template: the default
        words=Query(request.url.query).pairs(),
    )


def _info(request: Request) -> GetFeatureInfo:
    path = request.path_params
    i, j = number(path["i"], "I"), number(path["j"], "J")
    return GetFeatureInfo(tile=_tile(request, SUFFIXES), media_type=of_suffix(path["suffix"], SUFFIXES), i=i, j=j)


async def _answered(service: Wmts, request: Request, read: Read, collection: str = "") -> Response:
    try:
        return await run_in_threadpool(_done, service, request, read, collection)
    except Refused as error:
        return _reported(error)
    except RepeatpassError as error:
        return _reported(of_room(error))
    except Exception:
        log.exception("A request of WMTS failed")
        return _reported(
            Refused("NoApplicableCode", "Something went wrong here; the server's log says what.", status=500)
        )


def _done(service: Wmts, request: Request, read: Read, collection: str) -> Response:
    base = str(request.base_url)
    address = f"{base}wmts/{collection}" if collection else f"{base}wmts"
    call = Call(actor=request.state.actor, address=address, base=base, collection=collection)
    found = service.answer(call, read(request))
    return sent(request, found.content, found.media_type, found.etag, public=found.public, headers=found.headers)


def _reported(trouble: Refused) -> Response:
    headers = {"Content-Type": XML, "Cache-Control": "no-store"}
    return Response(report(trouble), status_code=trouble.status, headers=headers)


def refusal(error: RepeatpassError, _scope: Scope) -> Response:
    """Say in a report that a request was turned away before it came here: an unknown token, another host."""
    return _reported(of_room(error))
