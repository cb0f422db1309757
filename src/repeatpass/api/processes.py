"""OGC API – Processes – Part 1: Core 1.0 (18-062r2): every notebook on the shelf is a process."""

from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from repeatpass.access import Actor
from repeatpass.api.addresses import results_form
from repeatpass.api.bodies import json_of
from repeatpass.api.callbacks import absolute, subscriber_of
from repeatpass.api.descriptions import description, summary
from repeatpass.api.documents import Pages, answer, link
from repeatpass.api.executing import Executing
from repeatpass.api.job_list import page_size, whole
from repeatpass.api.jobs import answer_results, status_of
from repeatpass.api.negotiating import Preference, preference
from repeatpass.api.request import read_execution
from repeatpass.api.values import References
from repeatpass.assembly import House
from repeatpass.core.ids import new_id
from repeatpass.runs.asked import Asked, keep_asked
from repeatpass.runs.callbacks import keep_callbacks
from repeatpass.runs.records import Run

LATER = Preference(later=True)
NOW = Preference()


def processes_router(house: House, pages: Pages) -> APIRouter:
    """Return the routes under /ogc that describe and execute processes."""
    router, executing = APIRouter(prefix="/ogc", tags=["processes"]), Executing(house)

    @router.get("/processes")
    def processes(request: Request) -> Response:
        limit, offset, total = page_size(request), whole(request, "offset", 0, 0), executing.count()
        listed = [summary(each) for each in executing.processes(limit, offset)]
        body = {"processes": listed, "links": _paging(limit, offset, total), "numberMatched": total}
        return answer(request, pages, "processes", "Processes", body)

    @router.get("/processes/{id}")
    def process(id: str, request: Request) -> Response:
        found = executing.process(id)
        body = description(found)
        body["links"] = body["links"][1:]  # the answer puts its own link to itself first
        return answer(request, pages, "process", found.title, body)

    @router.post("/processes/{id}/execution")
    async def execution(id: str, request: Request) -> Response:
        return await _execute(executing, id, request, preference(request))

    @router.post("/processes/{id}/jobs")  # the address of the earlier platform
    async def jobs(id: str, request: Request) -> Response:
        later = request.query_params.get("async-execute", "True").lower() != "false"
        return await _execute(executing, id, request, LATER if later else NOW, usual="document")

    return router


def _paging(limit: int, offset: int, total: int) -> list[dict[str, str]]:
    def page(at: int, rel: str) -> dict[str, str]:
        return link(f"/ogc/processes?{urlencode({'limit': limit, 'offset': at})}", rel)

    before = [page(max(0, offset - limit), "prev")] if offset else []
    return before + ([page(offset + limit, "next")] if offset + limit < total else [])


async def _execute(executing: Executing, id: str, request: Request, asked: Preference, *, usual: str = "") -> Response:
    await run_in_threadpool(executing.process, id)  # an unknown process is said before a body that cannot be read
    body = await json_of(request)
    form, base = results_form(request.query_params.get("results", "")), str(request.base_url)
    if form and asked == Preference():  # eodash states no preference, and follows nothing but a job
        asked = LATER
    run = await run_in_threadpool(_submit, executing, request.state.actor, id, body, base, form)
    if asked.patience:
        run = await run_in_threadpool(executing.house.runs.wait, run.id, asked.patience)
    headers = asked.applied(run.state.final)
    if run.state.final:
        return await run_in_threadpool(answer_results, executing, run, request, usual=usual, headers=headers)
    headers = {**headers, "Location": str(request.url_for("job", id=run.id))}
    return JSONResponse(absolute(status_of(executing.house, run), str(request.base_url)), 201, headers)


def _submit(executing: Executing, actor: Actor, id: str, body: Any, base: str, form: str = "") -> Run:
    house = executing.house
    asked = read_execution(body, executing.process(id), References(house, base))
    callbacks, run_id = subscriber_of(body, base, house.notices), asked.run_id or new_id()

    def keep(connection: sa.Connection) -> None:
        keep_asked(connection, Asked(run=run_id, process=id, response=form or asked.response, outputs=asked.outputs))
        if callbacks is not None:
            keep_callbacks(connection, run_id, callbacks)

    return executing.submit(actor, id, asked.inputs, run_id=run_id, also=keep, flavour=asked.flavour)
