"""Addresses of repeats."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from repeatpass.access import Actor
from repeatpass.core.errors import Invalid
from repeatpass.verification.passport import subject_of
from repeatpass.verification.records import Repeat
from repeatpass.web.desk import Desk
from repeatpass.web.pages.repeat import repeat_page
from repeatpass.web.pages.seals import href_of
from repeatpass.web.routes.answering import actor_of, answer, form_of

AGAIN = "2"  # seconds after which the browser asks again, with or without scripts, until the verdict stands


def trust_router(desk: Desk) -> APIRouter:
    """Everything under /repeats."""
    router = APIRouter()

    @router.get("/repeats/{id}")
    @router.get("/repeats/{id}.json")  # decorators register from the bottom: the narrower address comes first
    def repeat(id: str, request: Request) -> Response:
        known = desk.house.repeats.repeat(id)
        response = answer(desk, request, repeat_page(desk, id), known if request.url.path.endswith(".json") else None)
        if known.verdict is None:
            response.headers["refresh"] = AGAIN
        return response

    @router.post("/repeats")
    async def begin(request: Request) -> Response:
        form = await form_of(request)
        made = await run_in_threadpool(begin_repeat, desk, actor_of(request), form)
        return RedirectResponse(href_of(made), 303)

    return router


def begin_repeat(desk: Desk, actor: Actor, form: dict[str, str]) -> Repeat:
    """Repeat what the form's *subject* names, a run or indicator/place/time; *environment*, *inputs* and *revision*
    swap a leg."""
    subject = form.get("subject", "").strip()
    if not subject:
        raise Invalid("The form does not say what to repeat: it needs a subject, a run or indicator/place/time.")
    swaps: dict[str, Any] = {leg: form[leg] for leg in ("environment", "inputs", "revision") if form.get(leg)}
    if "/" in subject:
        indicator, place, time = subject_of(subject)
        subject = desk.house.indicators.value(indicator, place, time).run
    return desk.house.repeating.repeat(actor, subject, swaps)
