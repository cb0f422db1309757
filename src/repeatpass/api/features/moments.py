"""The parameter ``datetime``: an instant, a day, or an interval of them (17-069r4, 7.15.4; ISO 8601)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from repeatpass.core.durations import parse_duration
from repeatpass.core.errors import Invalid

RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
OPEN = ("", "..")
Ends = tuple[datetime | None, datetime | None]


def interval(text: str) -> Ends:
    """Return the first and the last moment, None where open; raise Invalid, naming what is wrong.

    A day is from its first second to its last. Of an interval either end may be a duration, as P1M.
    """
    if not text:
        return None, None
    parts = text.split("/")
    if len(parts) == 1:
        return _span(text, text)
    if len(parts) > 2 or (parts[0] in OPEN and parts[1] in OPEN):
        raise _wrong(text, "write a beginning and an end with / between, of which one may be ..")
    start, end = _ends(text, *parts)
    if start and end and start > end:
        raise _wrong(text, "it begins after its end")
    return start, end


def _ends(text: str, first: str, last: str) -> Ends:
    if first.startswith("P"):
        end = None if last in OPEN else _span(text, last)[1]
        return _shifted(text, end, lambda moment: moment - parse_duration(first, "“datetime”")), end
    start = None if first in OPEN else _span(text, first)[0]
    if last.startswith("P"):
        return start, _shifted(text, start, lambda moment: moment + parse_duration(last, "“datetime”"))
    return start, (None if last in OPEN else _span(text, last)[1])


def _shifted(text: str, moment: datetime | None, shift: Callable[[datetime], datetime]) -> datetime:
    if moment is None:
        raise _wrong(text, "a duration needs a moment on its other side")
    try:
        return shift(moment)
    except (OverflowError, ValueError):
        raise _wrong(text, "it leaves the years 1 to 9999") from None


def _span(text: str, part: str) -> tuple[datetime, datetime]:
    try:
        if DAY.fullmatch(part):
            day = datetime.fromisoformat(part).replace(tzinfo=UTC)
            return day, day + timedelta(hours=23, minutes=59, seconds=59)
        if RFC3339.fullmatch(part):
            moment = datetime.fromisoformat(part.upper()).astimezone(UTC)
            return moment, moment
    except (ValueError, OverflowError):
        pass
    raise _wrong(text, "write 2026-05-03T12:00:00Z or 2026-05-03 (RFC 3339)")


def _wrong(text: str, right: str) -> Invalid:
    return Invalid(f"“datetime” is “{text[:100]}”; {right}.", field="datetime")
