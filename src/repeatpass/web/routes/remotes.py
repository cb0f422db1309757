"""Addresses of the catalogues elsewhere."""

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from repeatpass.access import Actor
from repeatpass.core.errors import Conflict, Forbidden, Invalid, NotFound, RepeatpassError, Unavailable
from repeatpass.remotes.harvesting import local_id
from repeatpass.web.desk import Desk
from repeatpass.web.pages.elsewhere import far_collection_page, remote_page, remotes_page, search_twin
from repeatpass.web.routes.answering import actor_of, answer, form_of, seen, wants_json
from repeatpass.web.twins import plain


def remotes_router(desk: Desk) -> APIRouter:
    """Everything under /remotes."""
    router = APIRouter()
    room = desk.house.mounted.remotes

    @router.get("/remotes")
    @router.get("/remotes.json")
    def remotes(request: Request) -> Response:
        return answer(desk, request, remotes_page(desk, actor_of(request)), {"remotes": room.remotes()})

    @router.post("/remotes")
    async def mount(request: Request) -> Response:
        form, actor = await form_of(request), actor_of(request)
        try:
            made = await run_in_threadpool(_mount, desk, actor, form)
        except (Invalid, Conflict, Unavailable, Forbidden, NotFound) as refused:
            if wants_json(request) or isinstance(refused, Forbidden):
                raise
            page = await run_in_threadpool(remotes_page, desk, actor, form, refused.message)
            return answer(desk, request, page, status=400)
        return RedirectResponse(f"/remotes/{made}", 303)

    @router.get("/remotes/{id}")
    @router.get("/remotes/{id}.json")
    def remote(id: str, request: Request) -> Response:
        page = remote_page(seen(desk, request), actor_of(request), id, request.query_params.get("q", ""))
        if not wants_json(request):
            return answer(desk, request, page)
        twin = {"remote": room.remote(id), "collections": [plain(each) for each in page.rows], "trouble": page.trouble}
        return answer(desk, request, page, twin)

    @router.post("/remotes/{id}/{verb}")
    async def change(id: str, verb: str, request: Request) -> Response:
        await form_of(request)
        await run_in_threadpool(_change, desk, actor_of(request), id, verb)
        return RedirectResponse("/remotes" if verb == "unmount" else f"/remotes/{id}", 303)

    _collections(router, desk)
    return router


def _collections(router: APIRouter, desk: Desk) -> None:
    @router.get("/remotes/{id}/collections/{name}")
    @router.get("/remotes/{id}/collections/{name}.json")
    def collection(id: str, name: str, request: Request) -> Response:
        given = dict(request.query_params)
        if wants_json(request):
            return answer(desk, request, remotes_page(desk, actor_of(request)), search_twin(desk, id, name, given))
        page = far_collection_page(seen(desk, request), actor_of(request), id, name, given)
        return answer(desk, request, page, status=400 if page.refused else 200)

    @router.post("/remotes/{id}/collections/{name}/fetch")
    async def fetch(id: str, name: str, request: Request) -> Response:
        form, actor = await form_of(request), actor_of(request)
        mounted = desk.house.mounted
        try:
            await run_in_threadpool(mounted.fetching.fetch, actor, id, name, [form.get("item", "")])
        except RepeatpassError as refused:
            if wants_json(request) or isinstance(refused, Forbidden):
                raise
            page = await run_in_threadpool(far_collection_page, desk, actor, id, name, {}, refused.message)
            return answer(desk, request, page, status=400)
        return RedirectResponse(f"/collections/{quote(local_id(mounted.remotes.remote(id), name))}", 303)


def _mount(desk: Desk, actor: Actor, form: dict[str, str]) -> str:
    wanted = [each.strip() for each in form.get("collections", "").split(",") if each.strip()]
    every = form.get("every", "").strip()
    made = desk.house.mounted.remotes.mount(
        actor, form.get("id", "").strip(), form.get("url", "").strip(), title=form.get("title", "").strip(),
        harvest=bool(every), wanted=wanted, every=every or "P1D",
    )  # fmt: skip
    return made.id


def _change(desk: Desk, actor: Actor, id: str, verb: str) -> None:
    room = desk.house.mounted.remotes
    if verb == "unmount":
        room.unmount(actor, id)
    elif verb == "harvest":
        room.ask_soon(actor, id)
    else:
        raise NotFound(f"A catalogue can be sent harvest and unmount, not {verb}.")
