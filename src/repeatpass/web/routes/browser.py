"""Addresses of the map browser: the page, its twin, the still picture, areas from files, the notebook of a view."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from repeatpass.core.errors import Invalid, NotFound
from repeatpass.web.browsing.asked import read_sight
from repeatpass.web.browsing.bases import base_tile
from repeatpass.web.browsing.notebook import notebook_of
from repeatpass.web.browsing.picture import still_picture
from repeatpass.web.browsing.places import drawn_layer
from repeatpass.web.browsing.shape_files import LARGEST, Uploaded, shape_of_file
from repeatpass.web.desk import Desk
from repeatpass.web.pages.browser import browser_page, shown_of
from repeatpass.web.routes.answering import actor_of, answer, as_json
from repeatpass.web.static_files import FOREVER

NOTEBOOK = "application/x-ipynb+json"


def browser_router(desk: Desk) -> APIRouter:
    """Everything under /browser."""
    router = APIRouter()
    house = desk.house

    @router.get("/browser")
    @router.get("/browser.json")
    def browser(request: Request) -> Response:
        sight = read_sight(request.query_params)
        if (whole := _whole_names(desk, request)) is not None:
            return RedirectResponse(whole, 303)
        return answer(desk, request, browser_page(desk, actor_of(request), sight))

    @router.get("/browser/picture.png")
    def picture(request: Request) -> Response:
        shown = shown_of(read_sight(request.query_params))
        found = still_picture(house.as_seen_by(actor_of(request)), shown)
        headers = {"etag": f'"{found.etag}"', "cache-control": "private, max-age=300"}
        return Response(found.content, headers=headers, media_type=found.media_type)

    @router.get("/browser/bases/{name}/{tms}/{z}/{x}/{y}.webp")
    def base(name: str, tms: str, z: int, x: int, y: int) -> Response:
        return Response(base_tile(name, tms, z, x, y), headers={"cache-control": FOREVER}, media_type="image/webp")

    @router.get("/browser/notebook.ipynb")
    def notebook(request: Request) -> Response:
        made = notebook_of(house.as_seen_by(actor_of(request)), read_sight(request.query_params))
        headers = {"content-disposition": f'attachment; filename="{made.name}.ipynb"', "cache-control": "no-cache"}
        return Response(made.content, headers=headers, media_type=NOTEBOOK)

    @router.post("/browser/notebook")
    def keep_notebook(request: Request) -> Response:
        actor = actor_of(request)
        made = notebook_of(house.as_seen_by(actor), read_sight(request.query_params))
        revision = house.shelf.add(actor, made.name, made.content)
        return RedirectResponse(f"/notebooks/{revision.notebook}", 303)

    @router.post("/browser/areas")
    async def areas(request: Request, name: str = "") -> Response:
        content = await _body(request)
        found = await run_in_threadpool(shape_of_file, name, content)
        return as_json(_area_json(found))

    return router


async def _body(request: Request) -> bytes:
    """The file that was sent; raise Invalid as soon as it is too large."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > LARGEST:
            raise Invalid(f"The file is larger than {LARGEST:,} bytes, which is the most that is read as an area.")
    return bytes(content)


def _area_json(found: Uploaded) -> dict[str, Any]:
    return {
        "area": found.shape.text,
        "said": found.said,
        "bbox": list(found.shape.box),
        "geometry": found.shape.geojson(),
    }


def _whole_names(desk: Desk, request: Request) -> str | None:
    """The address with layers by their whole names, where a collection's id alone stands for its first; else None."""
    seen = desk.house.as_seen_by(actor_of(request))
    named = dict(request.query_params)
    for field, id in request.query_params.items():
        if field.partition(".")[0] == "layer" and id and ":" not in id:
            with suppress(NotFound):  # the page says that there is none
                named[field] = drawn_layer(seen, id).id
    return None if named == dict(request.query_params) else f"{request.url.path}?{urlencode(named, safe=':,/')}"
