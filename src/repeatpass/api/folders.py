"""Folders that are sent file by file, such as Zarr stores: begun with their size, sent in forms of some files each.

``POST /data/folders`` with ``{"name", "files", "size"}``, then forms with files whose names are their paths inside the
folder to ``/data/folders/{id}``, in any order and as often as need be; ``GET`` says what is here. Its id then stands
among the ``uploads`` of ``POST /data``.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from repeatpass.access import Actor, Right
from repeatpass.api.bodies import json_of
from repeatpass.assembly import House
from repeatpass.bringing.folders import SIDE, FolderArrival
from repeatpass.core.errors import Exhausted, Invalid
from repeatpass.core.receiving import bounded

PATH = "/data/folders"
AT_ONCE = 500  # files of one form
FRESH = {"Cache-Control": "no-store"}


def folders_router(house: House) -> APIRouter:
    """Return the routes under /data/folders."""
    router = APIRouter(prefix=PATH, tags=["data"])
    folders = house.bringing.folders

    @router.post("")
    async def begin(request: Request) -> Response:
        given = await json_of(request)
        actor = request.state.actor
        name, files, size = _announced(given)
        await run_in_threadpool(house.bringing.require_room, actor, size)
        made = await run_in_threadpool(folders.begin, actor, name, files, size)
        return JSONResponse(_said(made, {}), 201, {**FRESH, "Location": f"{PATH}/{made.id}"})

    @router.get("/{id}")
    def stands(id: str, request: Request) -> Response:
        actor = request.state.actor
        return JSONResponse(_said(folders.find(actor, id), folders.here(actor, id)), headers=FRESH)

    @router.post("/{id}")
    async def add(id: str, request: Request) -> Response:
        actor = request.state.actor
        found = await run_in_threadpool(folders.find, actor, id)
        kept = await _take(house, actor, found, request)
        return JSONResponse({"id": id, "kept": kept}, headers=FRESH)

    @router.delete("/{id}")
    def remove(id: str, request: Request) -> Response:
        folders.remove(request.state.actor, id)
        return Response(status_code=204, headers=FRESH)

    return router


def _announced(given: Any) -> tuple[str, int, int]:
    if not isinstance(given, dict):
        raise Invalid('The body is no object. Right would be: {"name": "sea.zarr", "files": 120, "size": 48000000}.')
    for name in ("files", "size"):
        if not isinstance(given.get(name), int) or isinstance(given.get(name), bool):
            raise Invalid(f"“{name}” is “{str(given.get(name))[:40]}”. Right would be: a whole number.", field=name)
    if not isinstance(given.get("name"), str):
        raise Invalid("“name” is missing. Right would be: the name of the folder, such as sea.zarr.", field="name")
    return given["name"], given["files"], given["size"]


def _said(found: FolderArrival, here: dict[str, int]) -> dict[str, Any]:
    return {"id": found.id, "name": found.name, "files": found.files, "size": found.size, "here": here}


async def _take(house: House, actor: Actor, found: FolderArrival, request: Request) -> int:
    """Keep the files of one form; those that are whole when the connection breaks are kept."""
    actor.require(Right.CONTRIBUTE)
    folders = house.bringing.folders
    here = await run_in_threadpool(folders.here, actor, found.id)
    try:
        async with _bounded(request, found).form(max_files=AT_ONCE, max_fields=5) as form:
            files = [each for _, each in form.multi_items() if isinstance(each, UploadFile) and each.filename]
            files = [each for each in files if str(each.filename).rsplit("/", 1)[-1] not in SIDE]
            again = sum(here.get(str(each.filename), 0) for each in files)  # sent a second time, in place of themselves
            if sum(each.size or 0 for each in files) > max(found.size - sum(here.values()), 0) + again:
                raise Exhausted(f"“{found.name}” was announced with {found.size:,} bytes, and more were sent.")
            for each in files:
                await run_in_threadpool(folders.put, actor, found.id, str(each.filename), each.file)
            return len(files)
    except ClientDisconnect:
        return 0


def _bounded(request: Request, found: FolderArrival) -> Request:
    """Receive no more than was announced, and a little for what stands between the files."""
    refusal = Invalid(f"“{found.name}” was announced with {found.size:,} bytes, and more were sent.", field="files")
    return Request(request.scope, bounded(request.receive, found.size + 1_000_000, refusal))
