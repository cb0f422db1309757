"""Time steps: an ISO 8601 interval cut by a duration."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dateutil.relativedelta import relativedelta

from repeatpass.core.durations import parse_duration
from repeatpass.core.errors import Invalid
from repeatpass.core.times import iso_short, parse_time

MOST = 1_000_000  # steps; a plan says more about too many parts
WHOLE = {4: relativedelta(years=1), 7: relativedelta(months=1), 10: relativedelta(days=1)}  # by letters of the end
RIGHT = "Right would be: 2020-01-01/2020-12-31."


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One time step: from *start* until just before *end*, and how it is called."""

    start: datetime
    end: datetime
    name: str


def steps(times: Mapping[str, Any]) -> list[Step]:
    """Return the steps of a specification's ``times``; raise Invalid naming the field that is wrong."""
    start, end = interval(str(times["interval"]))
    step = parse_duration(str(times["step"]), "times.step:")
    return list(_steps(start, end, step))


def _steps(start: datetime, end: datetime, step: relativedelta) -> Iterator[Step]:
    calendar = not (step.days or step.hours or step.minutes or step.seconds)
    whole = calendar and not step.months, calendar
    for count in range(MOST):
        try:
            begin, finish = start + step * count, start + step * (count + 1)
        except (OverflowError, ValueError):  # after the year 9999
            return
        if begin >= end:
            return
        yield Step(start=begin, end=min(finish, end), name=_name(begin, *whole))


def _name(begin: datetime, yearly: bool, monthly: bool) -> str:
    if yearly and (begin.month, begin.day) == (1, 1):
        return f"{begin.year:04}"
    return f"{begin:%Y-%m}" if monthly and begin.day == 1 else iso_short(begin)


def interval(text: str) -> tuple[datetime, datetime]:
    """Read ``start/end``; an end that is a day, a month or a year belongs to the interval as a whole."""
    first, slash, last = text.partition("/")
    try:
        start, end = parse_time(first), parse_time(last)
    except Invalid as error:
        raise Invalid(f"times.interval: {error.message} {RIGHT}") from None
    end += WHOLE.get(len(last.strip()), relativedelta())
    if not slash or start >= end:
        raise Invalid(f"times.interval: “{text}” ends before it begins. {RIGHT}")
    return start, end


def written(step: Step, form: str) -> str | int:
    """Return a step as a parameter gets it: a date, a month, a year (a number) or an interval."""
    match form:
        case "year":
            return step.start.year
        case "month":
            return f"{step.start:%Y-%m}"
        case "interval":
            return f"{iso_short(step.start)}/{iso_short(step.end)}"
    return iso_short(step.start)
