"""Addresses under /teams."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from repeatpass.access import Actor
from repeatpass.access.records import Part
from repeatpass.core.errors import Conflict, Exhausted, Invalid, NotFound
from repeatpass.web.desk import Desk
from repeatpass.web.pages.teams import PATH, team_page, teams_page
from repeatpass.web.routes.answering import actor_of, answer, as_json, form_of, wants_json
from repeatpass.web.twins import plain


def teams_router(desk: Desk) -> APIRouter:
    """Making and changing teams."""
    router = APIRouter()
    room = desk.house.sharing.teams

    @router.get(PATH)
    @router.get(f"{PATH}.json")
    def teams(request: Request) -> Response:
        actor = actor_of(request)
        return answer(desk, request, teams_page(desk, actor), {"teams": room.mine(actor)})

    @router.post(PATH)
    async def make(request: Request) -> Response:
        form, actor = await form_of(request), actor_of(request)
        try:
            made = await run_in_threadpool(room.make, actor, form.get("id", "").strip(), form.get("name", ""))
        except (Invalid, Conflict, Exhausted) as refused:
            if wants_json(request):
                raise
            page = await run_in_threadpool(teams_page, desk, actor, form, refused.message)
            return answer(desk, request, page, status=400)
        if wants_json(request):
            return as_json(plain(made), 201, {"location": f"{PATH}/{made.id}"})
        return RedirectResponse(f"{PATH}/{made.id}", 303)

    @router.get(f"{PATH}/{{id}}.json")
    def twin(id: str, request: Request) -> Response:
        return as_json(plain(room.team(actor_of(request), id)))

    @router.get(f"{PATH}/{{id}}")
    def team(id: str, request: Request) -> Response:
        actor = actor_of(request)
        return answer(desk, request, team_page(desk, actor, id), room.team(actor, id))

    @router.post(f"{PATH}/{{id}}/{{verb}}")
    async def change(id: str, verb: str, request: Request) -> Response:
        form, actor = await form_of(request), actor_of(request)
        try:
            stays = await run_in_threadpool(_change, desk, actor, id, verb, form)
        except (Invalid, Conflict, Exhausted) as refused:
            if wants_json(request):
                raise
            page = await run_in_threadpool(team_page, desk, actor, id, form, refused.message)
            return answer(desk, request, page, status=400)
        if wants_json(request):
            return as_json(plain(await run_in_threadpool(room.team, actor, id)) if stays else {"teams": []})
        return RedirectResponse(f"{PATH}/{id}" if stays else PATH, 303)

    return router


def _change(desk: Desk, actor: Actor, id: str, verb: str, form: Mapping[str, str]) -> bool:
    """Do it; say whether the actor still sees the team afterwards."""
    room, user = desk.house.sharing.teams, form.get("user", "").strip()
    match verb:
        case "put":
            room.put(actor, id, user, _part(form.get("part", "")))
        case "remove":
            room.remove(actor, id, user)
            return user != actor.id
        case "hand-over":
            room.hand_over(actor, id, user)
        case "rename":
            room.rename(actor, id, form.get("name", ""))
        case "end":
            room.end(actor, id)
            return False
        case _:
            known = "put, remove, hand-over, rename, end"
            raise NotFound(f"A team cannot be asked to “{verb[:40]}”. Right would be: {known}.")
    return True


def _part(text: str) -> Part:
    try:
        return Part(text or Part.MEMBER)
    except ValueError:
        raise Invalid(f"“part” is “{text[:40]}”. Right would be: member, manager.", field="part") from None
