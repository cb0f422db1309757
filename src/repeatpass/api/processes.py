"""OGC API – Processes – Part 1: Core 1.0 (18-062r2): every notebook on the shelf is a process."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from repeatpass.access import Actor
from repeatpass.api.bodies import json_of
from repeatpass.api.callbacks import subscriber_of
from repeatpass.api.executing import Executing
from repeatpass.api.execution import inputs_of
from repeatpass.api.jobs import results_of, status_info
from repeatpass.assembly import House
from repeatpass.core.ids import new_id
from repeatpass.notebooks.processes import Process
from repeatpass.runs.callbacks import keep_callbacks
from repeatpass.runs.records import Run

SYNC_SECONDS = 3600.0


def processes_router(house: House) -> APIRouter:
    """Return the routes under /ogc that describe and execute processes."""
    router, executing = APIRouter(prefix="/ogc", tags=["processes"]), Executing(house)

    @router.get("/processes")
    def processes() -> dict[str, Any]:
        listed = [summary(each) for each in executing.processes()]
        return {"processes": listed, "links": [_link("/ogc/processes", "self")]}

    @router.get("/processes/{id}")
    def process(id: str) -> dict[str, Any]:
        return description(executing.process(id))

    @router.post("/processes/{id}/execution")
    async def execution(id: str, request: Request) -> Response:
        prefers_async = "respond-async" in request.headers.get("prefer", "")
        return await _execute(executing, id, request, prefers_async)

    @router.post("/processes/{id}/jobs")  # the address of the earlier platform
    async def jobs(id: str, request: Request) -> Response:
        wants_async = request.query_params.get("async-execute", "True").lower() != "false"
        return await _execute(executing, id, request, wants_async)

    return router


async def _execute(executing: Executing, id: str, request: Request, later: bool) -> Response:
    body = await json_of(request)
    run = await run_in_threadpool(_submit, executing, request.state.actor, id, body, str(request.base_url))
    if not later:
        return await run_in_threadpool(_when_ended, executing, run)
    headers = {"Location": str(request.url_for("job", id=run.id)), "Preference-Applied": "respond-async"}
    return JSONResponse(status_info(run), status_code=201, headers=headers)


def _submit(executing: Executing, actor: Actor, id: str, body: Mapping[str, Any], base: str) -> Run:
    inputs, run_id = inputs_of(body), str(body.get("job_id") or new_id())
    callbacks = subscriber_of(body, base, executing.house.notices)

    def keep(connection: sa.Connection) -> None:
        if callbacks is not None:
            keep_callbacks(connection, run_id, callbacks)

    return executing.submit(actor, id, inputs, run_id=run_id, also=keep, flavour=str(body.get("flavour") or ""))


def _when_ended(executing: Executing, run: Run) -> Response:
    ended = executing.house.runs.wait(run.id, SYNC_SECONDS)
    return JSONResponse(results_of(executing, ended))


def summary(process: Process) -> dict[str, Any]:
    """Return a process as processSummary (18-062r2, 7.8)."""
    links = [
        _link(f"/ogc/processes/{process.id}", "self"),
        _link(f"/ogc/processes/{process.id}/execution", "http://www.opengis.net/def/rel/ogc/1.0/execute"),
    ]
    if process.notebook:
        links.append(_link(f"/notebooks/{process.id}", "alternate", "text/html"))
    return {
        "id": process.id,
        "title": process.title,
        "description": process.description,
        "version": process.version,
        "keywords": list(process.keywords),
        "jobControlOptions": ["sync-execute", "async-execute", "dismiss"],
        "outputTransmission": ["reference"],
        "links": links,
    }


def description(process: Process) -> dict[str, Any]:
    """Return a process with its inputs and outputs (18-062r2, 7.9)."""
    inputs = {
        each.name: {
            "title": each.title,
            "description": each.description,
            "schema": each.schema,
            "minOccurs": int(each.required),
        }
        for each in process.inputs
    }
    outputs = {each.name: {"title": each.title, "schema": each.schema} for each in process.outputs}
    return summary(process) | {"inputs": inputs, "outputs": outputs}


def _link(href: str, rel: str, type: str = "application/json") -> dict[str, str]:
    return {"href": href, "rel": rel, "type": type}
