"""OGC API – Processes – Part 1: Core 1.0 (18-062r2): every notebook on the shelf is a process."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from repeatpass.access import Actor
from repeatpass.api.execution import EXECUTE_NOTEBOOK, execute_notebook, inputs_of
from repeatpass.api.jobs import results_of, status_info
from repeatpass.api.workspace_files import notebook_in_workspace
from repeatpass.assembly import House
from repeatpass.core.errors import Invalid, NotFound
from repeatpass.notebooks.records import Notebook
from repeatpass.runs.records import Run

SYNC_SECONDS = 3600.0


def processes_router(house: House) -> APIRouter:
    """Return the routes under /ogc that describe and execute processes."""
    router = APIRouter(prefix="/ogc", tags=["processes"])

    @router.get("/processes")
    def processes() -> dict[str, Any]:
        listed = [_summary(entry) for entry in house.shelf.notebooks()] + [_execute_notebook_summary()]
        return {"processes": listed, "links": [_link("/ogc/processes", "self")]}

    @router.get("/processes/{id}")
    def process(id: str) -> dict[str, Any]:
        return _execute_notebook_description() if id == EXECUTE_NOTEBOOK else _description(_notebook(house, id))

    @router.post("/processes/{id}/execution")
    async def execution(id: str, request: Request) -> Response:
        prefers_async = "respond-async" in request.headers.get("prefer", "")
        return await _execute(house, id, request, prefers_async)

    @router.post("/processes/{id}/jobs")  # the address of the earlier platform
    async def jobs(id: str, request: Request) -> Response:
        wants_async = request.query_params.get("async-execute", "True").lower() != "false"
        return await _execute(house, id, request, wants_async)

    return router


async def _execute(house: House, id: str, request: Request, later: bool) -> Response:
    try:
        body = await request.json()
    except ValueError as error:
        raise Invalid(f"The body is not JSON: {error}.") from None
    run = await run_in_threadpool(_submit, house, request.state.actor, id, body)
    if not later:
        return await run_in_threadpool(_when_ended, house, run)
    headers = {"Location": str(request.url_for("job", id=run.id)), "Preference-Applied": "respond-async"}
    return JSONResponse(status_info(run), status_code=201, headers=headers)


def _submit(house: House, actor: Actor, id: str, body: Mapping[str, Any]) -> Run:
    inputs = inputs_of(body)
    wanted_id = str(body.get("job_id") or "")
    if id != EXECUTE_NOTEBOOK:
        return house.submitting.submit(actor, _notebook(house, id).latest.name, inputs, id=wanted_id)
    asked = execute_notebook(inputs)
    content = notebook_in_workspace(house.settings.home, actor, asked.notebook)
    if content is None:
        name = _on_the_shelf(house, actor, asked.notebook)
        return house.submitting.submit(actor, name, asked.parameters, limits=asked.limits, id=wanted_id)
    return house.submitting.submit_file(
        actor, asked.notebook, content, asked.parameters, limits=asked.limits, id=wanted_id
    )


def _on_the_shelf(house: House, actor: Actor, name: str) -> str:
    shelved = name.removesuffix(".ipynb")
    try:
        return house.shelf.find(shelved).name
    except NotFound:
        raise NotFound(
            f"There is no file “{name}” in your workspace (the folder workspaces/{actor.id} of the home) and no "
            f"notebook “{shelved}” on the shelf. Put the file there, or add it with repeatpass notebooks add.",
            notebook=name,
        ) from None


def _when_ended(house: House, run: Run) -> Response:
    ended = house.runs.wait(run.id, SYNC_SECONDS)
    return JSONResponse(results_of(ended, house.runs.provenance(run.id)))


def _notebook(house: House, id: str) -> Notebook:
    try:
        return house.shelf.notebook(id)
    except NotFound as error:
        raise NotFound(error.message, ogc="process") from None


def _summary(notebook: Notebook) -> dict[str, Any]:
    latest = notebook.latest
    return {
        "id": notebook.id,
        "title": latest.about.title,
        "description": latest.about.description,
        "version": latest.short,
        "keywords": list(latest.about.tags),
        "jobControlOptions": ["sync-execute", "async-execute", "dismiss"],
        "outputTransmission": ["reference"],
        "links": [
            _link(f"/ogc/processes/{notebook.id}", "self"),
            _link(f"/ogc/processes/{notebook.id}/execution", "http://www.opengis.net/def/rel/ogc/1.0/execute"),
            _link(f"/notebooks/{notebook.id}", "alternate", "text/html"),
        ],
    }


def _description(notebook: Notebook) -> dict[str, Any]:
    inputs = {
        name: {"title": name, "description": schema.get("description", ""), "schema": schema, "minOccurs": 0}
        for name, schema in notebook.latest.schema["properties"].items()
    }
    outputs = {"outputs": {"title": "Every file that the notebook publishes", "schema": {"type": "object"}}}
    return _summary(notebook) | {"inputs": inputs, "outputs": outputs}


def _execute_notebook_summary() -> dict[str, Any]:
    return {
        "id": EXECUTE_NOTEBOOK,
        "title": "Execute a notebook",
        "description": "Executes a notebook of your workspace, or one on the shelf, with parameters.",
        "version": "1.0.0",
        "jobControlOptions": ["sync-execute", "async-execute", "dismiss"],
        "outputTransmission": ["reference"],
        "links": [_link(f"/ogc/processes/{EXECUTE_NOTEBOOK}", "self")],
    }


def _execute_notebook_description() -> dict[str, Any]:
    text = {"type": "string"}
    inputs = {
        "notebook": {
            "title": "Notebook",
            "schema": text,
            "description": "Path in your workspace, or name on the shelf.",
        },
        "parameters_json": {"title": "Parameters", "schema": {"type": "object"}, "minOccurs": 0},
        "parameters": {"title": "Parameters as base64 of YAML or JSON", "schema": text, "minOccurs": 0},
        "mem_limit": {"title": "Memory limit, such as 2Gi", "schema": text, "minOccurs": 0},
    }
    outputs = {"outputs": {"title": "Every file that the notebook publishes", "schema": {"type": "object"}}}
    return _execute_notebook_summary() | {"inputs": inputs, "outputs": outputs}


def _link(href: str, rel: str, type: str = "application/json") -> dict[str, str]:
    return {"href": href, "rel": rel, "type": type}
