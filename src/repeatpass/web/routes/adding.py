"""Addresses of adding to the registry by hand."""

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from repeatpass.access import Actor, Right
from repeatpass.core.errors import Conflict, Forbidden, Invalid, NotFound
from repeatpass.entries import Draft
from repeatpass.entries.original import entry_schema
from repeatpass.web.desk import Desk
from repeatpass.web.pages.adding import add_page, draft_of, entry_text, said
from repeatpass.web.routes.answering import actor_of, answer, as_json, form_of, wants_json


def adding_router(desk: Desk) -> APIRouter:
    """The form at /registry/add, and the schema of entries."""
    router = APIRouter()

    @router.get("/schemas/collection-entry.json")
    def schema() -> Response:
        return as_json(entry_schema())

    @router.get("/registry/add")
    def show(request: Request) -> Response:
        return answer(desk, request, add_page(actor_of(request), {}))

    @router.post("/registry/add")
    async def take(request: Request) -> Response:
        form, actor = await form_of(request), actor_of(request)
        if form.get("verb") == "fill":
            form = {**form, "text": entry_text(form)}
        draft = await run_in_threadpool(draft_of, form)
        refused = ""
        if form.get("verb") == "add":
            actor.require(Right.CURATE)
        try:
            if draft.ok and actor.may(Right.CURATE):
                await run_in_threadpool(_require_free, desk, actor, draft)
            if form.get("verb") == "add":
                made = await run_in_threadpool(desk.house.adding.add, actor, draft)
                return RedirectResponse(f"/collections/{made.id}", 303)
        except (Invalid, Conflict, Forbidden) as error:
            if wants_json(request) and draft.ok:
                raise
            refused = error.message if draft.ok else ""  # else the remarks say it, each with its line
        page = add_page(actor, form, draft, refused)
        return answer(desk, request, page, said(draft), 200 if draft.ok and not refused else 400)

    return router


def _require_free(desk: Desk, actor: Actor, draft: Draft) -> None:
    """Raise Forbidden or Conflict where an entry would take the place of what is another's, has files or was withdrawn."""
    id = str(draft.body["id"]) if draft.body is not None else ""
    try:
        known = desk.house.catalog.kept(id)
    except NotFound:
        return
    if known.withdrawn is not None:
        raise Conflict(f"“{id}” was withdrawn, and its id stays taken; choose another id.", field="id")
    if known.owner != actor.id and not actor.may(Right.OPERATE):
        raise Forbidden(f"“{id}” is an entry of {known.owner}; choose another id.", collection=id)
    if desk.house.catalog.assets(id, known.version):
        raise Conflict(f"“{id}” has files here; this form would take them away. Choose another id.", field="id")
