"""One table turns errors into answers: problem details (RFC 9457) for programs."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from repeatpass.api.negotiating import problem_type
from repeatpass.catalog.editing import Outdated
from repeatpass.core.errors import Conflict, Exhausted, Forbidden, Gone, Invalid, NotFound, RepeatpassError, Unavailable
from repeatpass.data.series.records import TooLarge


class UnsupportedMediaType(Invalid):
    """What was sent is of a kind that this address does not take."""

    kind = "unsupported-media-type"


STATUS: dict[type[RepeatpassError], int] = {
    NotFound: 404,
    Gone: 410,
    Invalid: 400,
    Forbidden: 403,
    Outdated: 412,
    Conflict: 409,
    Exhausted: 429,
    Unavailable: 503,
    UnsupportedMediaType: 415,
    TooLarge: 413,
}
OGC = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"
OGC_TYPES = {"process": f"{OGC}no-such-process", "job": f"{OGC}no-such-job", "result": f"{OGC}result-not-ready"}
OGC_2 = "http://www.opengis.net/def/exceptions/ogcapi-processes-2/1.0/"
OGC_TYPES |= {name: f"{OGC_2}{name}" for name in ("duplicated-process", "immutable-process", "unsupported-media-type")}


def status_of(error: RepeatpassError) -> int:
    """Return the HTTP status of the nearest family of *error*."""
    return next((STATUS[family] for family in type(error).__mro__ if family in STATUS), 500)


def problem(error: RepeatpassError, instance: str = "") -> dict[str, Any]:
    """Return *error* as problem details."""
    status = status_of(error)
    detail = {"title": type(error).__name__, "status": status, "detail": error.message, "kind": error.kind}
    known = {name: value for name, value in error.detail.items() if name not in detail and name != "ogc"}
    return {"type": OGC_TYPES.get(error.detail.get("ogc", ""), "about:blank")} | detail | known | {"instance": instance}


async def answer(request: Request, error: Exception) -> JSONResponse:
    """Answer with the problem that a room raised."""
    assert isinstance(error, RepeatpassError)
    body = problem(error, request.url.path)
    headers = {"WWW-Authenticate": "Bearer"} if body["status"] == 401 else None
    return JSONResponse(body, status_code=body["status"], media_type=problem_type(request), headers=headers)
