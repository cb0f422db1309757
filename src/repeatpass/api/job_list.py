"""The filters of the job list (18-062r2, 7.13 and clause 11), each with an error that names it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from starlette.requests import Request

from repeatpass.core.errors import Invalid
from repeatpass.core.times import parse_time
from repeatpass.runs.records import State
from repeatpass.runs.room import Wanted

STATUS = {
    State.QUEUED: "accepted",
    State.RUNNING: "running",
    State.SUCCEEDED: "successful",
    State.FAILED: "failed",
    State.CRASHED: "failed",
    State.CANCELLED: "dismissed",
}
MOST = 1000
USUAL = 50
DAY = len("2026-05-03")


def wanted_jobs(request: Request) -> Wanted:
    """Return which jobs the query asks for; raise Invalid for what cannot be, naming what can."""
    since, until = _interval(_one(request, "datetime"))
    for type in _several(request, "type"):
        if type != "process":
            raise Invalid(f"type is “{type[:80]}”; the jobs of this house are all of type process.")
    return Wanted(
        process=tuple(_several(request, "processID")),
        states=_states(_several(request, "status")),
        since=since,
        until=until,
        shortest=_seconds(request, "minDuration"),
        longest=_seconds(request, "maxDuration"),
        limit=page_size(request),
        offset=whole(request, "offset", 0, 0),
    )


def page_size(request: Request) -> int:
    """Return how many entries a page has: ``limit``, at most 1000."""
    return min(whole(request, "limit", USUAL, 1), MOST)


def whole(request: Request, name: str, usual: int, least: int) -> int:
    """Return a whole number of the query; raise Invalid if it is none, or less than *least*."""
    text = _one(request, name)
    if not text:
        return usual
    # A database counts no further than 2^63, and nobody has that many.
    if not (text.isascii() and text.isdigit() and len(text) <= 15) or int(text) < least:
        raise Invalid(f"{name} is “{text[:40]}”; it must be a whole number of {least} or more.")
    return int(text)


def _one(request: Request, name: str) -> str:
    return str(request.query_params.get(name, "")).strip()


def _several(request: Request, name: str) -> list[str]:
    """Return the values of a parameter, given with commas or several times."""
    return [part.strip() for text in request.query_params.getlist(name) for part in text.split(",") if part.strip()]


def _states(words: list[str]) -> tuple[State, ...]:
    if unknown := sorted(set(words) - set(STATUS.values())):
        known = ", ".join(dict.fromkeys(STATUS.values()))
        raise Invalid(f"status is “{', '.join(unknown)[:80]}”; it can be {known}.")
    return tuple(state for state, word in STATUS.items() if word in words)


def _seconds(request: Request, name: str) -> float | None:
    words = _several(request, name)
    try:
        found = [float(word) for word in words]
    except ValueError:
        found = [-1.0]
    if any(not 0 <= each < 1e12 for each in found):
        raise Invalid(f"{name} is “{', '.join(words)[:80]}”; it must be a number of seconds, 0 or more.")
    return (min(found) if name == "minDuration" else max(found)) if found else None


def _interval(text: str) -> tuple[datetime | None, datetime | None]:
    """Read a moment, a day, or an interval with ``..`` for an open end (RFC 3339; the first and last moment)."""
    if not text:
        return None, None
    begin, slash, end = text.partition("/")
    if not slash:
        return _moment(text), _last(text)
    since, until = _end(begin, _moment), _end(end, _last)
    if since and until and since > until:
        raise Invalid(f"datetime is “{text[:80]}”; the first moment must come before the last.")
    return since, until


def _end(text: str, read: Callable[[str], datetime]) -> datetime | None:
    return None if text.strip() in ("", "..") else read(text)


def _moment(text: str) -> datetime:
    try:
        return parse_time(text)
    except (Invalid, OverflowError):
        raise Invalid(
            f"datetime is “{text[:80]}”; write 2026-05-03T12:00:00Z, or an interval such as 2026-05-01T00:00:00Z/.. with "
            "two dots for an open end."
        ) from None


def _last(text: str) -> datetime:
    """Return the last moment that *text* means: of a day, its end; of a full second, the end of that second."""
    moment, written = _moment(text), len(text.strip())
    span = timedelta(days=1) if written <= DAY else timedelta(seconds=0 if "." in text else 1)
    try:
        return moment + span - timedelta(microseconds=1 if span else 0)
    except OverflowError:
        return moment
