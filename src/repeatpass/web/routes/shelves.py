"""Addresses of notebooks, and of how trust works."""

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from repeatpass.access import Actor
from repeatpass.core.errors import Invalid
from repeatpass.runs.records import Run
from repeatpass.web.desk import Desk
from repeatpass.web.pages.notebook import notebook_json, notebook_page
from repeatpass.web.pages.notebooks import notebooks_page
from repeatpass.web.pages.parameters import read_form
from repeatpass.web.pages.trust import trust_page
from repeatpass.web.routes.answering import actor_of, answer, as_json, form_of, seen, wants_json
from repeatpass.web.twins import plain


def shelves_router(desk: Desk) -> APIRouter:
    """Everything under /notebooks, and /trust."""
    router = APIRouter()

    @router.get("/notebooks")
    @router.get("/notebooks.json")
    def notebooks(request: Request) -> Response:
        return answer(desk, request, notebooks_page(seen(desk, request), request.query_params))

    @router.get("/notebooks/{id}.json")
    def notebook_twin(id: str, request: Request, revision: str = "") -> Response:
        return as_json(plain(notebook_json(seen(desk, request), id, revision)))

    @router.get("/notebooks/{id}")
    def notebook(id: str, request: Request, revision: str = "") -> Response:
        if wants_json(request):
            return as_json(plain(notebook_json(seen(desk, request), id, revision)))
        return answer(desk, request, notebook_page(seen(desk, request), id, revision))

    @router.post("/notebooks/{id}")
    async def begin(id: str, request: Request) -> Response:
        form = await form_of(request)
        try:
            run = await run_in_threadpool(begin_run, desk, actor_of(request), id, form)
        except Invalid as refused:
            if wants_json(request):
                raise
            mine, revision = seen(desk, request), form.get("revision", "")
            page = await run_in_threadpool(notebook_page, mine, id, revision, form, refused.message)
            return answer(desk, request, page, status=400)
        return RedirectResponse(f"/runs/{run.id}", 303)

    @router.get("/trust")
    @router.get("/trust.json")
    def trust(request: Request) -> Response:
        return answer(desk, request, trust_page(desk))

    return router


def begin_run(desk: Desk, actor: Actor, id: str, form: dict[str, str]) -> Run:
    """Run a notebook as a trial, with the parameters of the form; raise Invalid naming what is wrong."""
    revision = desk.house.shelf.find(f"{id}@{form['revision']}" if form.get("revision") else id)
    parameters = read_form(revision.schema, {name: text for name, text in form.items() if name != "revision"})
    return desk.house.submitting.submit(actor, revision.name, parameters, flavour=form.get("run-flavour", ""))
