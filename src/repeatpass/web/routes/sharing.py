"""What an owner or an editor does with a collection: share, offer, accept, decline, withdraw."""

import json
from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from repeatpass.access import Actor
from repeatpass.core.errors import Conflict, Invalid, NotFound
from repeatpass.web.desk import Desk
from repeatpass.web.pages.sharing import sharing_page
from repeatpass.web.routes.answering import actor_of, answer, as_json, form_of, wants_json
from repeatpass.web.twins import plain

CHOSEN = "team:"  # before the id of a team, in the name of its tick box


def sharing_router(desk: Desk) -> APIRouter:
    """Who sees a collection."""
    router = APIRouter()

    @router.get("/collections/{id}/sharing")
    @router.get("/collections/{id}/sharing.json")
    def shown(id: str, request: Request) -> Response:
        page = sharing_page(desk, actor_of(request), id)
        return answer(desk, request, page, _twin(desk, id))

    @router.post("/collections/{id}/{verb}")
    async def change(id: str, verb: str, request: Request) -> Response:
        form, actor = await form_of(request), actor_of(request)
        try:
            await run_in_threadpool(_change, desk, actor, id, verb, form)
        except (Invalid, Conflict) as refused:
            if wants_json(request) or verb != "share":
                raise
            page = await run_in_threadpool(sharing_page, desk, actor, id, refused.message)
            return answer(desk, request, page, status=400)
        if wants_json(request):
            return as_json(plain(desk.house.catalog.kept(id)))
        return RedirectResponse(await run_in_threadpool(_back, desk, actor, id, verb), 303)

    return router


def _twin(desk: Desk, id: str) -> dict[str, object]:
    sharing = desk.house.sharing
    teams = [{"id": each.id, "name": each.name} for each in sharing.teams_of(id)]
    return {
        "collection": id,
        "visibility": desk.house.catalog.kept(id).visibility,
        "users": sharing.viewers(id),
        "teams": teams,
    }


def _change(desk: Desk, actor: Actor, id: str, verb: str, form: Mapping[str, str]) -> None:
    sharing, reason = desk.house.sharing, form.get("reason", "")
    match verb:
        case "share":
            users = _names(form, "users")
            ticked = [name.removeprefix(CHOSEN) for name in form if name.startswith(CHOSEN)]
            _require_users(desk, users)
            sharing.share(actor, id, users, [*_names(form, "teams"), *ticked])
        case "offer":
            sharing.offer(actor, id)
        case "accept":
            sharing.accept(actor, id)
        case "decline":
            sharing.decline(actor, id, reason)
        case "withdraw":
            sharing.withdraw(actor, id, reason)
        case _:
            known = "share, offer, accept, decline, withdraw"
            raise NotFound(f"A collection cannot be asked to “{verb[:40]}”. Right would be: {known}.")


def _names(form: Mapping[str, str], field: str) -> list[str]:
    """Return names as a form (with commas) or a program (a list) gives them."""
    text = form.get(field, "").strip()
    if text.startswith("["):
        try:
            return [str(each) for each in json.loads(text)]
        except ValueError:
            pass  # then it is refused as the name of nobody
    return text.replace(",", " ").split()


def _require_users(desk: Desk, users: Sequence[str]) -> None:
    """Refuse names that nobody has; it is the form that is wrong and not the address."""
    for user in users:
        try:
            desk.house.access.user(user)
        except NotFound:
            raise Invalid(
                f"There is no active user “{user[:60]}”. Right would be: user names with commas between them.",
                field="users",
            ) from None


def _back(desk: Desk, actor: Actor, id: str, verb: str) -> str:
    if verb in ("accept", "decline"):
        return "/data/review"
    found = [each for each in desk.house.submissions.of_collection(id) if each.owner == actor.id]
    if found:
        return f"/data/{found[0].id}"
    return "/data" if verb == "withdraw" else f"/collections/{id}/sharing"
