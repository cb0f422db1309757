"""Addresses under /data."""

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from repeatpass.access import Actor, Right
from repeatpass.bringing.arriving import check_file_name
from repeatpass.bringing.records import Arrived, Submission
from repeatpass.bringing.wishing import FIELDS, read_wish
from repeatpass.core.errors import Invalid, RepeatpassError
from repeatpass.core.receiving import bounded
from repeatpass.web.desk import Desk
from repeatpass.web.pages.data import PATH, data_page, new_data_page, review_page, submission_page
from repeatpass.web.routes.answering import actor_of, answer, as_json, wants_json
from repeatpass.web.twins import plain

OTHERS = ("uploads", "address", "token", "files")


def data_router(desk: Desk) -> APIRouter:
    """What people bring."""
    router = APIRouter()
    house = desk.house

    @router.get("/data")
    @router.get("/data.json")
    def mine(request: Request) -> Response:
        actor = actor_of(request)
        page = data_page(desk, actor)
        return answer(desk, request, page, {"submissions": house.submissions.mine(actor), "used": page.used})

    @router.get("/data/new")
    def new(request: Request, again: str = "") -> Response:
        given = dict(request.query_params)
        if again:
            given = _again(house.submissions.find(actor_of(request), again))
        return answer(desk, request, new_data_page(desk, given))

    @router.post("/data/new")
    @router.post("/data")
    async def bring(request: Request) -> Response:
        if request.headers.get("content-type", "").startswith("application/json"):
            given = await _json(request)
            made = await run_in_threadpool(_brought, desk, actor_of(request), given, [])
            return as_json(plain(made), 201, {"location": f"{PATH}/{made.id}"})
        return await _bring_by_form(desk, request)

    @router.get("/data/review")
    @router.get("/data/review.json")
    def review(request: Request) -> Response:
        return answer(desk, request, review_page(desk, actor_of(request)))

    @router.get("/data/{id}.json")
    def twin(id: str, request: Request) -> Response:
        return as_json(plain(house.submissions.find(actor_of(request), id)))

    @router.get("/data/{id}")
    def one(id: str, request: Request) -> Response:
        actor = actor_of(request)
        return answer(desk, request, submission_page(desk, actor, id), house.submissions.find(actor, id))

    return router


def _again(found: Submission) -> dict[str, str]:
    given = {name: value for name, value in found.wish.to_json().items() if isinstance(value, str)}
    return given | {"keywords": ", ".join(found.wish.keywords), "address": found.address}


def _brought(desk: Desk, actor: Actor, given: Mapping[str, Any], arrived: list[Arrived]) -> Submission:
    """Bring what a request states: files that came with it, uploads that are here already, or an address."""
    if unknown := sorted(set(given) - {*FIELDS, *OTHERS}):
        raise Invalid(f"“{unknown[0]}” is not known here. Right would be: {', '.join((*FIELDS, *OTHERS[:2]))}.")
    wish = read_wish({name: value for name, value in given.items() if name in FIELDS})
    bringing, stated = desk.house.bringing, given.get("uploads") or []
    uploads = stated.split() if isinstance(stated, str) else [str(each) for each in stated]
    address = str(given.get("address") or "").strip()
    if address and (arrived or uploads):
        raise Invalid("“address” and files were given; send either.", field="address")
    if address:
        return bringing.point_to(actor, wish, address)
    bringing.require(actor, wish)  # before a folder is packed
    made = bringing.bring(actor, wish, [*arrived, *bringing.uploaded(actor, uploads)])
    bringing.forget(actor, uploads)
    return made


async def _bring_by_form(desk: Desk, request: Request) -> Response:
    """A browser's form, with its files. What was typed comes back where something is wrong with it."""
    actor = actor_of(request)
    actor.require(Right.CONTRIBUTE)
    typed: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="form-") as folder:
        try:
            async with _bounded(desk, request).form(max_files=200, max_fields=60) as form:
                typed = {name: value for name, value in form.items() if isinstance(value, str)}
                arrived = await run_in_threadpool(_saved, form, Path(folder))
            made = await run_in_threadpool(_brought, desk, actor, typed, arrived)
        except RepeatpassError as refused:
            if wants_json(request):
                raise
            return answer(desk, request, new_data_page(desk, typed, refused.message), status=400)
    if wants_json(request):
        return as_json(plain(made), 201, {"location": f"{PATH}/{made.id}"})
    return RedirectResponse(f"{PATH}/{made.id}", 303)


def _bounded(desk: Desk, request: Request) -> Request:
    """Receive no more than one file may have, and a little for the fields."""
    most = desk.house.bringing.arrivals.most + 1_000_000
    refusal = Invalid(f"The form is larger than {most / 1e9:,.2f} GB. Bring the data in parts.", field="files")
    return Request(request.scope, bounded(request.receive, most, refusal))


def _saved(form: FormData, folder: Path) -> list[Arrived]:
    found = []
    for number, (_, value) in enumerate(form.multi_items()):
        if isinstance(value, UploadFile) and value.filename:
            path = folder / str(number)
            with path.open("wb") as file:
                shutil.copyfileobj(value.file, file, 1 << 20)
            found.append(Arrived(name=check_file_name(value.filename), path=path))
    return found


async def _json(request: Request) -> dict[str, Any]:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > 256_000:
            raise Invalid("The body is too long.")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"The body is not JSON: {error}.") from None
    if not isinstance(found, dict):
        raise Invalid(
            'The body is no object. Right would be: {"title": "…", "licence": "CC-BY-4.0", "uploads": ["…"]}.'
        )
    return found
