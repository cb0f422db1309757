"""The address /wps: reads a request, has it done, and answers with XML or with an ExceptionReport."""

import logging
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse
from starlette.types import Scope

from repeatpass.access import ANYONE, Actor
from repeatpass.api.documents import Pages, answer
from repeatpass.api.files import SANDBOX
from repeatpass.api.wps import posted_v1, posted_v2
from repeatpass.api.wps.asked import AboutJob, Asked, Execute, JobOperation
from repeatpass.api.wps.delivering import Raw
from repeatpass.api.wps.dialect import V1, V2, Dialect, Element
from repeatpass.api.wps.exceptions import WpsError, of_room, report
from repeatpass.api.wps.kvp import Query, asked_in, version_of
from repeatpass.api.wps.page import page, wants_page
from repeatpass.api.wps.reading import (
    BODY_LIMIT,
    MEBIBYTE,
    check_request,
    dialect_of,
    flag,
    local_name,
    negotiated,
    parsed,
)
from repeatpass.api.wps.references import with_values
from repeatpass.api.wps.service import Call, Service
from repeatpass.assembly import House
from repeatpass.core.errors import RepeatpassError

log = logging.getLogger(__name__)
XML = {"Content-Type": "text/xml"}  # without a charset, which some clients do not expect; the document says UTF-8


def wps_router(house: House, pages: Pages) -> APIRouter:
    """Return the routes under /wps."""
    router = APIRouter(tags=["wps"])
    service = Service(house)

    @router.get("/wps")
    async def kvp(request: Request) -> Response:
        query = Query(request.url.query)

        async def work() -> Response:
            if wants_page(request):
                return answer(request, pages, "wps", "WPS", page())
            dialect, asked = asked_in(query)
            call = Call(actor=_actor_of_get(request, asked), dialect=dialect, base=str(request.base_url))
            return await _answer(service, call, asked, request)

        return await _told(version_of(query), work)

    @router.post("/wps")
    async def posted(request: Request) -> Response:
        spoken = [V2]

        async def work() -> Response:
            root = parsed(await _body(request))
            spoken[0] = dialect_of(root)
            dialect, asked = _asked_by(root, spoken[0])
            call = Call(actor=request.state.actor, dialect=dialect, base=str(request.base_url))
            return await _answer(service, call, asked, request)

        return await _told(lambda: spoken[0], work)

    @router.get("/wps/status/{id}")
    async def status(id: str, request: Request, lineage: str = "") -> Response:
        async def work() -> Response:
            call = Call(actor=request.state.actor, dialect=V1, base=str(request.base_url))
            told = flag(lineage, "lineage")
            return Response(await run_in_threadpool(service.status, call, id, lineage=told), headers=XML)

        return await _told(V1, work)

    @router.get("/wps/outputs/{id}")
    async def outputs(id: str, request: Request) -> Response:
        async def work() -> Response:
            call = Call(actor=request.state.actor, dialect=V2, base=str(request.base_url))
            return Response(await run_in_threadpool(service.everything, call, id), media_type="application/json")

        return await _told(V2, work)

    return router


def _asked_by(root: Element, dialect: Dialect) -> tuple[Dialect, Asked]:
    check_request(root, dialect)
    asked = posted_v1.asked_by(root) if dialect is V1 else posted_v2.asked_by(root)
    if local_name(root) == "GetCapabilities":
        return negotiated(posted_v2.accepted_by(root) or (dialect.version,)), asked
    return dialect, asked


def _actor_of_get(request: Request, asked: Asked) -> Actor:
    """Say in whose name an address is asked for.

    A page elsewhere on this machine can have the owner's browser open any address. What changes something therefore
    needs a token, which only a program sends.
    """
    changes = isinstance(asked, Execute) or (isinstance(asked, AboutJob) and asked.operation is JobOperation.DISMISS)
    actor: Actor = request.state.actor
    return actor if not changes or "authorization" in request.headers else ANYONE


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body.extend(chunk)
        if len(body) > BODY_LIMIT:
            text = f"The request has more than {BODY_LIMIT // MEBIBYTE} MiB; put large inputs into a file here."
            raise WpsError("SizeExceeded", text, "body")
    return bytes(body)


async def _answer(service: Service, call: Call, asked: Asked, request: Request) -> Response:
    if isinstance(asked, Execute):
        service.may_execute(call.actor)  # before anything is read for a stranger
        asked = await with_values(asked, request)
    answered = await run_in_threadpool(service.answer, call, asked)
    return _raw(answered) if isinstance(answered, Raw) else Response(answered, headers=XML)


def _raw(found: Raw) -> Response:
    headers = {"Content-Security-Policy": SANDBOX}  # an output may be a page with scripts
    if found.path is not None:
        return FileResponse(found.path, media_type=found.media_type, headers=headers)
    return Response(found.content, headers=headers | {"Content-Type": found.media_type})


async def _told(dialect: Dialect | Callable[[], Dialect], work: Callable[[], Awaitable[Response]]) -> Response:
    """Do *work*; whatever goes wrong is told in an ExceptionReport of *dialect*."""
    try:
        return await work()
    except WpsError as error:
        trouble = error
    except RepeatpassError as error:
        trouble = of_room(error)
    except Exception:
        log.exception("A request of WPS failed")
        trouble = WpsError("NoApplicableCode", "Something went wrong here; the server's log says what.")
    return _reported(dialect if isinstance(dialect, Dialect) else dialect(), trouble)


def _reported(dialect: Dialect, trouble: WpsError) -> Response:
    return Response(report(dialect, trouble), status_code=trouble.status, headers=XML)


def refusal(error: RepeatpassError, scope: Scope) -> Response:
    """Say in an ExceptionReport that a request was turned away before it came here: an unknown token, another host."""
    return _reported(version_of(Query(scope["query_string"].decode("latin-1"))), of_room(error))
