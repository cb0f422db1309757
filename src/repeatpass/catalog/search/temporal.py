"""Relations between times (OGC 21-065r2, 7.7: Allen's interval algebra) inside SQL."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from repeatpass.catalog.search.store import item_index
from repeatpass.catalog.search.subject import ITEMS, Subject
from repeatpass.core.errors import Invalid
from repeatpass.core.times import parse_time

DAY = timedelta(hours=23, minutes=59, seconds=59)  # to its last second, as features keep it
FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """From one moment to another, both of SQL; an instant has the same twice."""

    start: Any
    end: Any


Relation = Callable[[Span, Span], sa.ColumnElement[bool]]
RELATIONS: Mapping[str, Relation] = {
    "t_after": lambda a, b: a.start > b.end,
    "t_before": lambda a, b: a.end < b.start,
    "t_contains": lambda a, b: sa.and_(a.start < b.start, a.end > b.end),
    "t_disjoint": lambda a, b: sa.or_(a.end < b.start, a.start > b.end),
    "t_during": lambda a, b: sa.and_(a.start > b.start, a.end < b.end),
    "t_equals": lambda a, b: sa.and_(a.start == b.start, a.end == b.end),
    "t_finishedby": lambda a, b: sa.and_(a.start < b.start, a.end == b.end),
    "t_finishes": lambda a, b: sa.and_(a.start > b.start, a.end == b.end),
    "t_intersects": lambda a, b: sa.and_(a.start <= b.end, a.end >= b.start),
    "t_meets": lambda a, b: a.end == b.start,
    "t_metby": lambda a, b: a.start == b.end,
    "t_overlappedby": lambda a, b: sa.and_(a.start > b.start, a.start < b.end, a.end > b.end),
    "t_overlaps": lambda a, b: sa.and_(a.start < b.start, a.end > b.start, a.end < b.end),
    "t_startedby": lambda a, b: sa.and_(a.start == b.start, a.end > b.end),
    "t_starts": lambda a, b: sa.and_(a.start == b.start, a.end < b.end),
}


def related_in_time(operator: str, left: Any, right: Any, subject: Subject = ITEMS) -> sa.ColumnElement[bool]:
    """Return the condition that two operands of CQL2-JSON stand in a relation (``t_during``)."""
    spans = (_beside(left, right, subject), _beside(right, left, subject))
    return RELATIONS[operator.lower()](*spans)


def _beside(operand: Any, other: Any, subject: Subject) -> Span:
    """Return the span of an operand; that of a date is the whole day beside a property that lasts one."""
    found = span_of(operand, subject)
    days = isinstance(other, Mapping) and other.get("property") in subject.days
    if not days or not isinstance(operand, Mapping) or "date" not in operand:
        return found
    return Span(start=found.start, end=_literal(moment_of(operand, subject) + DAY))


def within(since: Any, until: Any, earliest: Any) -> list[sa.ColumnElement[bool]]:
    """Return the conditions that an item's time meets a closed interval, given in SQL; None leaves a side open.

    *earliest*: when the longest item that can meet it begins; with it the index of times, which knows beginnings, bounds
    both sides.
    """
    index = item_index.c
    found = [] if since is None else [index.end >= since]
    found += [] if earliest is None else [index.time >= earliest]
    return found + ([] if until is None else [index.time <= until])


def before(moment: datetime, seconds: float) -> datetime:
    """Return the moment that lies *seconds* before another, or the first there is."""
    try:
        return moment - timedelta(seconds=seconds)
    except OverflowError:
        return FIRST


def span_of(operand: Any, subject: Subject = ITEMS) -> Span:
    """Read an instant, an interval, or the time of a thing; raise Invalid for anything else."""
    if isinstance(operand, Mapping) and "interval" in operand:
        ends = operand["interval"]
        if not isinstance(ends, list) or len(ends) != 2:
            raise Invalid("An interval of the filter needs a beginning and an end; either may be “..”.", field="filter")
        first, last = ends
        start = FIRST if first == ".." else moment_of(first, subject)
        return Span(start=_literal(start), end=_literal(LAST if last == ".." else moment_of(last, subject)))
    if isinstance(operand, Mapping) and operand.get("property") in subject.lasting:
        return Span(start=subject.start, end=subject.end)
    moment = _literal(moment_of(operand, subject))
    return Span(start=moment, end=moment)


def moment_of(operand: Any, subject: Subject = ITEMS) -> Any:
    """Return a moment: that of a literal, or the column of a property that is one."""
    if isinstance(operand, Mapping):
        if name := operand.get("property"):
            return subject.moment(str(name))
        operand = operand.get("timestamp") or operand.get("date")
    try:
        return parse_time(str(operand))
    except (Invalid, ValueError):
        raise Invalid(f"“{operand}” is no time; write TIMESTAMP('2020-01-01T00:00:00Z').", field="filter") from None


def is_time(name: str) -> bool:
    """Whether a property is one of the times of an item, which have columns of their own."""
    return ITEMS.is_time(name)


def column_of(name: str) -> sa.ColumnElement[Any]:
    """Return the column of one of the times of an item; raise Invalid for another property."""
    found: sa.ColumnElement[Any] = ITEMS.moment(name)
    return found


def _literal(moment: Any) -> Any:
    return sa.literal(moment, item_index.c.time.type) if isinstance(moment, datetime) else moment
