"""Addresses of schedules, and of held values."""

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from repeatpass.access import Actor
from repeatpass.core.errors import Conflict, Invalid, NotFound
from repeatpass.web.desk import Desk
from repeatpass.web.pages.held import held_of, held_page
from repeatpass.web.pages.schedules import schedule_page, schedules_page
from repeatpass.web.routes.answering import actor_of, answer, form_of, wants_json
from repeatpass.web.twins import plain

CHOSEN = "v:"  # the name of a held value's box begins with it


def schedules_router(desk: Desk) -> APIRouter:
    """Everything under /schedules, and /indicators/{id}/held."""
    router = APIRouter()
    room = desk.house.scheduling.schedules

    @router.get("/schedules")
    @router.get("/schedules.json")
    def schedules(request: Request) -> Response:
        return answer(desk, request, schedules_page(desk, actor_of(request)))

    @router.get("/schedules/{id}")
    @router.get("/schedules/{id}.json")
    def schedule(id: str, request: Request) -> Response:
        twin = {"schedule": room.schedule(id), "ticks": room.ticks(id, limit=50)}
        return answer(desk, request, schedule_page(desk, actor_of(request), id), twin)

    @router.post("/schedules/{id}/{verb}")
    async def change(id: str, verb: str, request: Request) -> Response:
        form = await form_of(request)
        await run_in_threadpool(_change, desk, actor_of(request), id, verb, form.get("reason", ""))
        return RedirectResponse(f"/schedules/{id}", 303)

    @router.get("/indicators/{id}/held")
    @router.get("/indicators/{id}/held.json")
    def held(id: str, request: Request) -> Response:
        return answer(desk, request, held_page(desk, actor_of(request), id), {"held": plain(desk.series(id).held)})

    @router.post("/indicators/{id}/held")
    async def judge(id: str, request: Request) -> Response:
        form, actor = await form_of(request), actor_of(request)
        chosen = [name.removeprefix(CHOSEN) for name in form if name.startswith(CHOSEN)]
        verb, reason = form.get("verb", ""), form.get("reason", "")
        try:
            await run_in_threadpool(_judge, desk, actor, id, chosen, verb, reason)
        except (Invalid, Conflict) as refused:
            if wants_json(request):
                raise
            page = await run_in_threadpool(held_page, desk, actor, id, refused.message, reason, chosen)
            return answer(desk, request, page, status=400)
        return RedirectResponse(f"/indicators/{id}/held" if desk.series(id).held else f"/indicators/{id}", 303)

    return router


def _change(desk: Desk, actor: Actor, id: str, verb: str, reason: str) -> None:
    room = desk.house.scheduling.schedules
    if verb == "pause":
        room.pause(actor, id, reason)
    elif verb == "resume":
        room.resume(actor, id)
    elif verb == "run-now":
        room.run_now(actor, id)
    else:
        raise NotFound(f"A schedule can be sent pause, resume and run-now, not {verb}.")


def _judge(desk: Desk, actor: Actor, id: str, chosen: list[str], verb: str, reason: str) -> None:
    desk.house.indicators.judge(actor, id, [held_of(field) for field in chosen], verb, reason)
