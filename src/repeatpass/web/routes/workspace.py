"""Addresses of the workspace, and of keeping and deleting what runs left."""

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from repeatpass.core.errors import Exhausted, Invalid
from repeatpass.core.times import parse_time
from repeatpass.web.desk import Desk
from repeatpass.web.pages.workspace import PATH, workspace_json, workspace_page
from repeatpass.web.routes.answering import actor_of, answer, form_of, wants_json


def workspace_router(desk: Desk) -> APIRouter:
    """Everything under /workspace, and the forms that keep or delete results."""
    router = APIRouter()
    house = desk.house

    @router.get("/workspace")
    @router.get("/workspace.json")
    def workspace(request: Request) -> Response:
        actor = actor_of(request)
        return answer(desk, request, workspace_page(desk, actor), workspace_json(desk, actor))

    @router.post("/workspace/secrets")
    async def keep_secret(request: Request) -> Response:
        form, actor = await form_of(request), actor_of(request)
        name = form.get("name", "").strip()
        try:
            await run_in_threadpool(house.secrets.set, actor, name, form.get("value", "").strip("\r\n"))
        except (Invalid, Exhausted) as refused:
            if wants_json(request):
                raise
            page = await run_in_threadpool(workspace_page, desk, actor, form, refused.message)
            return answer(desk, request, page, status=400)
        return RedirectResponse(f"{PATH}#secrets", 303)

    @router.post("/workspace/secrets/remove")
    async def forget_secret(request: Request) -> Response:
        form = await form_of(request)
        await run_in_threadpool(house.secrets.remove, actor_of(request), form.get("name", ""))
        return RedirectResponse(f"{PATH}#secrets", 303)

    @router.post("/runs/{id}/keep")
    async def keep(id: str, request: Request) -> Response:
        form, actor = await form_of(request), actor_of(request)
        if form.get("until"):
            await run_in_threadpool(house.retention.keep_until, actor, id, parse_time(form["until"]))
        else:
            await run_in_threadpool(house.retention.keep, actor, id)
        return RedirectResponse(_back(form, id), 303)

    @router.post("/runs/{id}/delete")
    async def delete(id: str, request: Request) -> Response:
        form = await form_of(request)
        await run_in_threadpool(house.retention.delete, actor_of(request), id)
        return RedirectResponse(_back(form, id), 303)

    return router


def _back(form: dict[str, str], id: str) -> str:
    """Where the form was: a page of ours, never an address that somebody else has put into it."""
    return f"{PATH}#results" if form.get("back") == PATH else f"/runs/{id}"
