"""Addresses of runs: pages, log, events, cancelling."""

from collections.abc import Iterator

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse

from repeatpass.runs.records import Run
from repeatpass.runs.retention import require_kept
from repeatpass.web.desk import Desk
from repeatpass.web.logs import LogReader
from repeatpass.web.pages.run import run_json, run_page
from repeatpass.web.pages.runs import runs_page
from repeatpass.web.routes.answering import actor_of, answer, as_json, seen
from repeatpass.web.routes.events import events_response
from repeatpass.web.twins import plain


def runs_router(desk: Desk) -> APIRouter:
    """Everything under /runs that is not an output file."""
    router = APIRouter()
    house = desk.house

    @router.get("/runs")
    @router.get("/runs.json")
    def runs(request: Request) -> Response:
        return answer(desk, request, runs_page(seen(desk, request), request.query_params))

    @router.get("/runs/{id}.json")
    def twin(id: str, request: Request) -> Response:
        known = seen(desk, request).house.runs.run(id)
        return as_json(plain(run_json(desk, known, house.runs.provenance(id))))

    @router.get("/runs/{id}")
    def run(id: str, request: Request) -> Response:
        mine = seen(desk, request)
        twin = run_json(mine, mine.house.runs.run(id), house.runs.provenance(id))
        return answer(desk, request, run_page(mine, id), twin)

    @router.get("/runs/{id}/log.txt")
    def log(id: str, request: Request) -> Response:
        run = seen(desk, request).house.runs.run(id)
        require_kept(run)
        return StreamingResponse(_lines(desk, run), media_type="text/plain; charset=utf-8")

    @router.get("/runs/{id}/events")
    def events(id: str, request: Request, after: str = "") -> Response:
        told = request.headers.get("last-event-id") or after
        return events_response(desk, seen(desk, request).house.runs.run(id), int(told) if told.isdigit() else 0)

    @router.post("/runs/{id}/cancel")
    async def cancel(id: str, request: Request) -> Response:
        await run_in_threadpool(house.worker.cancel, actor_of(request), id)
        await run_in_threadpool(house.runs.wait, id, 5)
        return RedirectResponse(f"/runs/{id}", 303)

    @router.get("/environments/{digest}.txt")
    def lock(digest: str) -> Response:
        return PlainTextResponse(house.environments.lock(f"sha256:{digest.removeprefix('sha256:')}"))

    return router


def _lines(desk: Desk, run: Run) -> Iterator[str]:
    reader = LogReader(desk.house, run.id)
    while entries := reader.read(run):
        for entry in entries:
            yield f"{entry.number:>5}  {entry.moment}  {entry.kind:<6}  {entry.text}\n"
