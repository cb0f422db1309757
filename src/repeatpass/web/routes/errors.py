"""Errors on pages: what happened, what was kept, what to do. Programs get problem details instead."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from repeatpass.catalog.records import Withdrawn
from repeatpass.core.errors import Conflict, Exhausted, Forbidden, Gone, Invalid, NotFound, RepeatpassError, Unavailable
from repeatpass.core.ids import new_id
from repeatpass.web.assets import HEADERS
from repeatpass.web.desk import Desk
from repeatpass.web.rendering import render
from repeatpass.web.routes.answering import cover_of, wants_json
from repeatpass.web.views import ErrorPage, Link

log = logging.getLogger(__name__)
FOR_PROGRAMS = (
    "/ogc",
    "/stac",
    "/files",
    "/health",
    "/metrics",
    "/tiles",
    "/series",
    "/wps",
    "/wms",
    "/wmts",
    "/eodash",
    "/data/uploads",
    "/data/folders",
)
FOR_BOTH = ("/ogc", "/stac")  # their documents are pages, too
HOME = Link(text="Home", href="/")
Handler = Callable[[Request, Exception], Awaitable[Response]]
ForPrograms = Callable[[Request, Exception], Awaitable[Response]]
StatusOf = Callable[[RepeatpassError], int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """What a family of errors means for the person."""

    title: str
    kept: str
    todo: str
    links: tuple[Link, ...] = (HOME, Link(text="Indicators", href="/indicators"))


NOTHING_CHANGED = "Nothing was changed."
ADVICE: dict[type[RepeatpassError], Advice] = {
    NotFound: Advice(
        title="Not found", kept="", todo="Check the address, or look for it in the lists.",
        links=(HOME, Link(text="Indicators", href="/indicators"), Link(text="Notebooks", href="/notebooks"),
               Link(text="Collections", href="/collections"), Link(text="Runs", href="/runs"))),
    Gone: Advice(title="Deleted", kept="The record of the run is kept.", todo="Run the notebook again to have it anew."),
    Withdrawn: Advice(
        title="Withdrawn", kept="Its record and its files are kept: values that rest on it keep their passports and can be "
        "repeated.", todo="Look for another, or ask its owner.",
        links=(HOME, Link(text="Collections", href="/collections"))),
    Invalid: Advice(title="Not understood", kept=NOTHING_CHANGED, todo="Go back, correct what is named, and send it again."),
    Forbidden: Advice(
        title="Not allowed", kept=NOTHING_CHANGED,
        todo="Changes are made from a page of this house, in a browser on the computer it runs on, with cookies allowed: "
        "open the page anew and press the button there. A program sends a token; repeatpass token prints one."),
    Conflict: Advice(title="Not in this state", kept=NOTHING_CHANGED, todo="Look how it stands now, then decide."),
    Exhausted: Advice(title="A limit is reached", kept=NOTHING_CHANGED, todo="Wait, or free something, and try again."),
    Unavailable: Advice(title="Not available now", kept=NOTHING_CHANGED, todo="Try again in a minute."),
}  # fmt: skip
UNKNOWN = Advice(
    title="Something broke", kept="Everything that was there before is still there.",
    todo="Try again. If it happens once more, give the request number to whoever keeps this house.", links=(HOME,)
)  # fmt: skip


def advice_for(error: RepeatpassError) -> Advice:
    """The advice of the nearest family."""
    return next((ADVICE[family] for family in type(error).__mro__ if family in ADVICE), UNKNOWN)


def for_program(request: Request) -> bool:
    """Whether this request is not a person's."""
    path = request.url.path
    if wants_json(request) or (path.startswith(FOR_BOTH) and not _prefers_html(request)):
        return True
    return not path.startswith(FOR_BOTH) and any(path == root or path.startswith(f"{root}/") for root in FOR_PROGRAMS)


def _prefers_html(request: Request) -> bool:
    """Whether a browser asks: HTML comes first in what it accepts, or is asked for by the address."""
    form = request.query_params.get("f", "")
    return form == "html" or (form != "json" and request.headers.get("accept", "").startswith("text/html"))


def problem_type(request: Request) -> str:
    """The media type of problem details: plain JSON for a program that takes nothing else."""
    taken = request.headers.get("accept", "") or "*/*"
    both = any(kind in taken for kind in ("application/problem+json", "application/*", "*/*"))
    return "application/json" if "application/json" in taken and not both else "application/problem+json"


def handle_errors(app: FastAPI, desk: Desk, status_of: StatusOf, for_programs: ForPrograms) -> None:
    """Have *app* answer every error: on pages with a page, for programs as *for_programs* does."""

    def page(request: Request, status: int, happened: str, advice: Advice, number: str = "") -> Response:
        made = ErrorPage(
            title=advice.title, path=request.url.path, status=status, happened=happened, kept=advice.kept,
            todo=advice.todo, links=advice.links, request=number,
        )  # fmt: skip
        headers = {**HEADERS, "cache-control": "no-store"}
        return HTMLResponse(render(made, cover_of(desk, request)), status, headers=headers)

    async def raised(request: Request, error: Exception) -> Response:
        assert isinstance(error, RepeatpassError)
        if for_program(request):
            return await for_programs(request, error)
        return page(request, status_of(error), error.message, advice_for(error))

    async def routed(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        found: dict[int, RepeatpassError] = {
            404: NotFound("There is no page at this address."),
            405: Invalid("This address cannot be used that way."),
        }
        known = found.get(error.status_code) or Invalid(str(error.detail))
        if for_program(request):
            body = {"type": "about:blank", "title": type(known).__name__, "status": error.status_code,
                    "detail": known.message, "instance": request.url.path}  # fmt: skip
            return JSONResponse(body, error.status_code, error.headers, problem_type(request))
        return page(request, error.status_code, known.message, advice_for(known))

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        words = "; ".join(
            f"{'.'.join(str(part) for part in each['loc'][1:])}: {each['msg']}" for each in error.errors()
        )
        return await raised(request, Invalid(f"The request cannot be understood. {words}."))

    async def broke(request: Request, error: Exception) -> Response:
        number = new_id()
        log.error("Request %s for %s broke", number, request.url.path, exc_info=error)
        if for_program(request):
            body = {"type": "about:blank", "title": "Error", "status": 500, "detail": UNKNOWN.title, "instance": number}
            return JSONResponse(body, 500, media_type=problem_type(request))
        return page(request, 500, "This page could not be made.", UNKNOWN, number)

    handlers: dict[type[Exception], Handler] = {
        RepeatpassError: raised, HTTPException: routed, RequestValidationError: invalid, Exception: broke,
    }  # fmt: skip
    for family, handler in handlers.items():
        app.add_exception_handler(family, handler)
