"""Uploads that survive a broken connection: tus 1.0.0 (https://tus.io/protocols/resumable-upload), core, creation,
termination. Any client of tus speaks it; the form of the pages does.
"""

import base64
import binascii

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from repeatpass.api.errors import UnsupportedMediaType
from repeatpass.assembly import House
from repeatpass.bringing.arriving import Arrival
from repeatpass.core.errors import Conflict, Invalid

VERSION = {"Tus-Resumable": "1.0.0", "Cache-Control": "no-store"}
PATH = "/data/uploads"
PIECE = 4 * 1024**2  # bytes written at once
KIND = "application/offset+octet-stream"


def uploads_router(house: House) -> APIRouter:
    """Return the routes under /data/uploads."""
    router = APIRouter(prefix=PATH, tags=["data"])
    arrivals = house.bringing.arrivals

    @router.options("")
    @router.options("/{id}")
    def options() -> Response:
        known = {"Tus-Version": "1.0.0", "Tus-Extension": "creation,termination", "Tus-Max-Size": str(arrivals.most)}
        return Response(status_code=204, headers=VERSION | known)

    @router.post("")
    def begin(request: Request) -> Response:
        _require_version(request)
        size = _number(request, "Upload-Length")
        house.bringing.require_room(request.state.actor, size)
        made = arrivals.begin(request.state.actor, _name(request), size)
        return Response(status_code=201, headers=_headers(made) | {"Location": f"{PATH}/{made.id}"})

    @router.get("/{id}")  # HEAD is asked as GET, its body kept back
    def stands(id: str, request: Request) -> Response:
        return Response(status_code=200, headers=_headers(arrivals.find(request.state.actor, id)))

    @router.patch("/{id}")
    async def add(id: str, request: Request) -> Response:
        _require_version(request)
        if request.headers.get("content-type", "").split(";")[0].strip() != KIND:
            raise UnsupportedMediaType(f"Pieces of an upload are sent as {KIND}.")
        return await _add(house, id, request)

    @router.delete("/{id}")
    def remove(id: str, request: Request) -> Response:
        arrivals.remove(request.state.actor, id)
        return Response(status_code=204, headers=VERSION)

    return router


async def _add(house: House, id: str, request: Request) -> Response:
    """Write what comes piece by piece; what is here when the connection breaks is kept."""
    arrivals, actor = house.bringing.arrivals, request.state.actor
    stands = await run_in_threadpool(arrivals.find, actor, id)
    offset = _number(request, "Upload-Offset")
    if offset != stands.offset:
        raise Conflict(
            f"The upload stands at {stands.offset}, not at {offset}; go on from there.", offset=stands.offset
        )
    waiting = bytearray()
    try:
        async for part in request.stream():
            waiting += part
            if len(waiting) >= PIECE:
                stands = await run_in_threadpool(arrivals.add, actor, id, stands.offset, bytes(waiting))
                waiting.clear()
    except ClientDisconnect:
        pass
    if waiting:
        stands = await run_in_threadpool(arrivals.add, actor, id, stands.offset, bytes(waiting))
    return Response(status_code=204, headers=_headers(stands))


def _headers(arrival: Arrival) -> dict[str, str]:
    return VERSION | {"Upload-Offset": str(arrival.offset), "Upload-Length": str(arrival.size)}


def _require_version(request: Request) -> None:
    if request.headers.get("tus-resumable", "1.0.0") != "1.0.0":
        raise Invalid("“Tus-Resumable” is not 1.0.0, the version that is spoken here.", field="Tus-Resumable")


def _number(request: Request, name: str) -> int:
    text = request.headers.get(name, "")
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Invalid(f"“{name}” is “{text[:40]}”. Right would be: a whole number of bytes.", field=name)
    return int(text)


def _name(request: Request) -> str:
    """Return the file name that ``Upload-Metadata`` states (``filename``, in base64)."""
    pairs = [each.strip().partition(" ") for each in request.headers.get("upload-metadata", "").split(",")]
    known = {name: value for name, _, value in pairs}
    try:
        return base64.b64decode(known.get("filename") or known.get("name", ""), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise Invalid(
            "“Upload-Metadata” must hold “filename” and the name in base64.", field="Upload-Metadata"
        ) from None
