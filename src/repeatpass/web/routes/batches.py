"""Addresses of batches: pages, plan, start, steering, live news, parts as JSON and GeoJSON."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response, StreamingResponse

from repeatpass.access import Actor
from repeatpass.batches.masking import masked_body, masked_part
from repeatpass.batches.records import Batch, BatchState, PartState, Plan
from repeatpass.batches.specification import checked
from repeatpass.core.errors import Invalid, NotFound, RepeatpassError
from repeatpass.runs.masking import masked_parameters
from repeatpass.web.desk import Desk
from repeatpass.web.pages.batches import batch_json, batch_page, batches_page, number_of
from repeatpass.web.pages.new_batch import new_batch_page, specification_of
from repeatpass.web.routes.answering import actor_of, answer, as_json, seen
from repeatpass.web.twins import plain

LOOK, HEARTBEAT = 1.0, 10  # seconds between two looks; looks of silence before a sign of life
LARGEST = 20_000_000  # bytes of a specification with its GeoJSON
PARTS = 1000  # in one answer
VERBS = ("pause", "resume", "retry", "cancel")
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


def batches_router(desk: Desk) -> APIRouter:
    """Everything under /batches."""
    router = APIRouter()
    _begun(router, desk)
    _shown(router, desk)
    _steered(router, desk)
    return router


def _begun(router: APIRouter, desk: Desk) -> None:
    """All batches, and new ones: planned, then started."""

    @router.get("/batches")
    @router.get("/batches.json")
    def batches(request: Request) -> Response:
        return answer(desk, request, batches_page(seen(desk, request), request.query_params))

    @router.post("/batches")
    async def start(request: Request) -> Response:
        body, is_form = await _body(request)
        batch = await run_in_threadpool(_start, desk, actor_of(request), body)
        if is_form:
            return RedirectResponse(f"/batches/{batch.id}", 303)
        twin = await run_in_threadpool(batch_json, desk, batch.id)
        return as_json(plain(twin), 201, {"location": f"/batches/{batch.id}"})

    @router.post("/batches/plan")
    async def plan(request: Request) -> Response:
        body, _ = await _body(request)
        made = await run_in_threadpool(desk.house.batching.plan, checked(body), actor_of(request))
        return as_json(plain(plan_json(made)))

    @router.get("/batches/new")
    def new(request: Request) -> Response:
        return answer(desk, request, new_batch_page(seen(desk, request), request.query_params))

    @router.post("/batches/new")
    async def planned(request: Request) -> Response:
        form = await _form(request)
        return await run_in_threadpool(_planned, seen(desk, request), request, form)


def _shown(router: APIRouter, desk: Desk) -> None:
    """One batch: its page, its parts, its news."""

    @router.get("/batches/{id}.json")
    def twin(id: str, request: Request) -> Response:
        return as_json(plain(batch_json(seen(desk, request), id)))

    @router.get("/batches/{id}")
    def batch(id: str, request: Request) -> Response:
        mine = seen(desk, request)
        return answer(desk, request, batch_page(mine, id, request.query_params), batch_json(mine, id))

    @router.get("/batches/{id}/parts.json")
    def parts(id: str, request: Request) -> Response:
        return as_json(plain(parts_json(seen(desk, request), id, request.query_params)))

    @router.get("/batches/{id}/parts.geojson")
    def areas(id: str, request: Request) -> Response:
        return as_json(plain(areas_json(seen(desk, request), id)), headers={"content-type": "application/geo+json"})

    @router.get("/batches/{id}/events")
    def events(id: str, request: Request) -> Response:
        return StreamingResponse(
            news(desk, seen(desk, request).house.batches.batch(id).id), media_type="text/event-stream", headers=HEADERS
        )


def _steered(router: APIRouter, desk: Desk) -> None:
    """What a batch can be asked to do."""

    @router.post("/batches/{id}/merge")
    async def merge(id: str, request: Request) -> Response:
        stated = request.headers.get("content-type", "").startswith("application/json")
        given = _json((await _limited(request)).decode(errors="replace")) if stated else await _form(request)
        if not isinstance(given, Mapping):
            raise Invalid('The merge is no object; right would be {"as": "cog", "output": "ndvi"}.')
        wanted = {key: value for key, value in given.items() if value != "" and key != "token"}
        await run_in_threadpool(desk.house.merges.ask, actor_of(request), id, wanted)
        if not stated:
            return RedirectResponse(f"/batches/{id}#merged", 303)
        return as_json(plain(await run_in_threadpool(batch_json, desk, id)), 202, {"location": f"/batches/{id}"})

    @router.post("/batches/{id}/{verb}")
    async def steer(id: str, verb: str, request: Request) -> Response:
        if verb not in VERBS:
            raise NotFound(f"A batch cannot be asked to “{verb}”. Right would be: {', '.join(VERBS)}.")
        await run_in_threadpool(getattr(desk.house.batching, verb), actor_of(request), id)
        if "text/html" in request.headers.get("accept", ""):
            return RedirectResponse(f"/batches/{id}", 303)
        return as_json(plain(await run_in_threadpool(batch_json, desk, id)))


def _start(desk: Desk, actor: Actor, body: Any) -> Batch:
    return desk.house.batching.start(actor, desk.house.batching.plan(checked(body), actor))


def _planned(desk: Desk, request: Request, form: dict[str, str]) -> Response:
    try:
        plan = desk.house.batching.plan(specification_of(desk, form), actor_of(request))
    except RepeatpassError as refused:
        return answer(desk, request, new_batch_page(desk, form, refused=refused.message), status=400)
    return answer(desk, request, new_batch_page(desk, form, plan), plan_json(plan))


async def _body(request: Request) -> tuple[Any, bool]:
    """The specification of a request, and whether it came from a form."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        form = await _form(request)
        return _json(form.get("specification", "")), True
    return _json((await _limited(request)).decode(errors="replace")), False


async def _limited(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise Invalid(f"The specification is longer than {LARGEST // 10**6} MB; simplify its features.")
    return body


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise Invalid(f"The specification is not JSON: {error}.") from None


async def _form(request: Request) -> dict[str, str]:
    if int(request.headers.get("content-length") or 0) > LARGEST:
        raise Invalid(f"The form is longer than {LARGEST // 10**6} MB; simplify its features.")
    found: dict[str, str] = {}
    async with request.form(max_files=1, max_fields=500, max_part_size=LARGEST) as form:
        for name, value in form.items():
            if isinstance(value, UploadFile):
                found[name] = (await value.read()).decode(errors="replace")
            else:
                found[name] = value
    return found


def plan_json(plan: Plan) -> dict[str, Any]:
    """A plan for programs."""
    return {
        "name": plan.name, "notebook": plan.revision.name, "parts": plan.total, "done_already": len(plan.done),
        "estimate": plan.estimate, "specification": masked_body(plan.specification.body),
        "first": [
            {"number": part.number, "time": part.time,
             "parameters": masked_parameters(plan.parameters(part))} for part in plan.first
        ],
    }  # fmt: skip


def parts_json(desk: Desk, id: str, asked: Mapping[str, str]) -> dict[str, Any]:
    """Parts of a batch with all their parameters: ``state``, ``limit`` (at most 1000), ``offset``."""
    room, state = desk.house.batches, asked.get("state", "")
    if state and state not in set(PartState):
        raise Invalid(f"state: “{state[:40]}” is no state of a part. Right would be: {', '.join(PartState)}.")
    limit, offset = min(number_of(asked, "limit", 100), PARTS), number_of(asked, "offset", 0)
    counts = room.counts([room.batch(id).id])[id]
    found = room.parts(id, states=(PartState(state),) if state else (), limit=limit, offset=offset)
    whole = zip(found, room.parameters(id, found), strict=True)
    return {
        "parts": [plain(masked_part(part)) | {"parameters": masked_parameters(parameters)} for part, parameters in whole],
        "total": counts[PartState(state)] if state else sum(counts.values()), "limit": limit, "offset": offset,
    }  # fmt: skip


def areas_json(desk: Desk, id: str) -> dict[str, Any]:
    """The areas of a batch as GeoJSON features, with how many of their parts are in each state."""
    room = desk.house.batches
    by_area = room.by_area(room.batch(id).id)
    features = [
        {"type": "Feature", "id": area.number, "geometry": area.geometry,
         "properties": {"name": area.name} | {str(state): count for state, count in by_area.get(area.number, {}).items()}}
        for area in room.areas(id)
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": features}


async def news(desk: Desk, id: str) -> AsyncIterator[str]:
    """Events ``progress`` whenever something has changed, and once ``end``."""
    told, silence = "", 0
    yield "retry: 2000\n\n"
    while True:
        batch, now = await run_in_threadpool(_now, desk, id)
        if now != told:
            yield f"event: progress\ndata: {now}\n\n"
            told, silence = now, 0
        elif (silence := silence + 1) % HEARTBEAT == 0:
            yield ": still here\n\n"
        if batch.state is not BatchState.RUNNING and '"running"' not in now:
            yield f"event: end\ndata: {now}\n\n"
            return
        await asyncio.sleep(LOOK)


def _now(desk: Desk, id: str) -> tuple[Batch, str]:
    room = desk.house.batches
    batch, counts = room.batch(id), room.counts([id])[id]
    return batch, json.dumps({str(state): count for state, count in sorted(counts.items()) if count})
