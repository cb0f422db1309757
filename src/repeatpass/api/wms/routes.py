"""The addresses /wms and /wms/{collection}: read a request, have it done, and answer with what was asked or a report."""

import logging

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.types import Scope

from repeatpass.api.documents import Pages, answer
from repeatpass.api.maps.calling import Call
from repeatpass.api.maps.refusing import Refused, of_room
from repeatpass.api.maps.sending import sent
from repeatpass.api.ows.query import Query
from repeatpass.api.wms.exceptions import told
from repeatpass.api.wms.kvp import asked_in
from repeatpass.api.wms.page import page, wants_page
from repeatpass.api.wms.service import Wms
from repeatpass.assembly import House
from repeatpass.core.errors import RepeatpassError

log = logging.getLogger(__name__)


def wms_router(house: House, pages: Pages) -> APIRouter:
    """Return the routes under /wms."""
    router = APIRouter(tags=["wms"])
    service = Wms(house)

    @router.get("/wms")
    async def of_all(request: Request) -> Response:
        if wants_page(request):
            return answer(request, pages, "wms", "WMS", page())
        return await _answered(service, request)

    @router.get("/wms/{collection}")
    async def of_one(collection: str, request: Request) -> Response:
        return await _answered(service, request, collection)

    return router


async def _answered(service: Wms, request: Request, collection: str = "") -> Response:
    query = Query(request.url.query)
    try:
        return await run_in_threadpool(_done, service, request, query, collection)
    except Refused as error:
        return _reported(query, error)
    except RepeatpassError as error:
        return _reported(query, of_room(error))
    except Exception:
        log.exception("A request of WMS failed")
        text = "Something went wrong here; the server's log says what."
        return _reported(query, Refused("NoApplicableCode", text, status=500))


def _done(service: Wms, request: Request, query: Query, collection: str) -> Response:
    base = str(request.base_url)
    address = f"{base}wms/{collection}" if collection else f"{base}wms"
    call = Call(actor=request.state.actor, address=address, base=base, collection=collection)
    found = service.answer(call, asked_in(query))
    return sent(request, found.content, found.media_type, found.etag, public=found.public, headers=found.headers)


def _reported(query: Query, trouble: Refused) -> Response:
    content, media_type, status = told(query, trouble)
    return Response(content, status_code=status, headers={"Content-Type": media_type, "Cache-Control": "no-store"})


def refusal(error: RepeatpassError, scope: Scope) -> Response:
    """Say in a report that a request was turned away before it came here: an unknown token, another host."""
    return _reported(Query(scope["query_string"].decode("latin-1")), of_room(error))
