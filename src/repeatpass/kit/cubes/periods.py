"""Periods of ISO 8601 and the steps of time that they make. All moments are UTC, without a zone."""

import re
from datetime import datetime, timedelta
from typing import Any

from repeatpass.kit.cubes.fields import Fields, wrong
from repeatpass.kit.cubes.records import Step

PERIOD = re.compile(r"P(?:(\d+)Y|(\d+)M|(\d+)W|(\d+)D|T(\d+)H)")
FORMS = {4: "%Y", 7: "%Y-%m", 10: "%Y-%m-%d", 13: "%Y-%m-%dT%H", 16: "%Y-%m-%dT%H:%M", 19: "%Y-%m-%dT%H:%M:%S"}
MOST = 100_000  # steps; ten years of hours


def read_steps(fields: Fields) -> tuple[Step, ...]:
    """The steps from `start` to the end of `end`, each one `step` long."""
    start = moment(fields, "start")
    end = after(moment(fields, "end"), len(_text(fields, "end")))
    if end <= start:
        raise wrong(fields.name("end"), fields.data.get("end"), f"it must not be before start, {start.isoformat()}")
    period = fields.text("step")
    length(period, fields.name("step"))
    found: list[Step] = []
    for number in range(MOST + 1):
        first, following = added(start, period, number), added(start, period, number + 1)
        if first >= end:
            return tuple(found)
        found.append(Step(start=first, end=following))
    raise wrong(fields.name("step"), period, f"it makes more than {MOST:,} steps; take a longer one or less time")


def length(period: str, name: str = "step") -> tuple[int, timedelta]:
    """A period as (months, time)."""
    match = PERIOD.fullmatch(period)
    if match is None or not any(int(number or 0) for number in match.groups()):
        raise wrong(name, period, "write a period of ISO 8601: P1Y, P3M, P1M, P1W, P10D, P1D or PT6H")
    years, months, weeks, days, hours = (int(number or 0) for number in match.groups())
    return years * 12 + months, timedelta(weeks=weeks, days=days, hours=hours)


def added(start: datetime, period: str, times: int) -> datetime:
    """*start* and so many periods; of a month that is too short, its last day."""
    months, time = length(period)
    if not months:
        return start + times * time
    year, month = divmod(start.year * 12 + start.month - 1 + months * times, 12)
    for day in range(start.day, start.day - 4, -1):
        try:
            return start.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise ValueError(f"{year}-{month + 1} has no day {start.day}")  # cannot be: months have 28 days at least


def moment(fields: Fields, key: str) -> datetime:
    """Read a time, or the first moment of a year, a month or a day."""
    text = _text(fields, key)
    try:
        return datetime.strptime(text, FORMS[len(text)])
    except (KeyError, ValueError):
        raise wrong(
            fields.name(key), text, "write a time in UTC as 2010, 2010-09, 2010-09-15 or 2010-09-15T06:00"
        ) from None


def _text(fields: Fields, key: str) -> str:
    value: Any = fields.data.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)  # a year, in YAML
    if not isinstance(value, str):
        raise wrong(fields.name(key), value, "write a time in UTC as 2010, 2010-09 or 2010-09-15")
    return value.removesuffix("Z")


def after(start: datetime, digits: int) -> datetime:
    """The end of the year, month, day, hour, minute or second that is written with so many characters."""
    if digits in (4, 7):
        return added(start, "P1Y" if digits == 4 else "P1M", 1)
    return start + {10: timedelta(days=1), 13: timedelta(hours=1), 16: timedelta(minutes=1)}.get(
        digits, timedelta(seconds=1)
    )
