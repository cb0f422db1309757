"""Relations between arrays (OGC 21-065r2, 7.8) inside SQL. Either side is a property or a list; repeats do not count."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

Condition = sa.ColumnElement[bool]
RELATIONS = ("a_contains", "a_containedby", "a_equals", "a_overlaps")


def related_arrays(operator: str, left: Any, right: Any, dialect: str) -> Condition:
    """Return the condition that two arrays stand in a relation; each is a list or the SQL of one, null if it is none."""
    mine, theirs = (_array(each, dialect) for each in (left, right))
    found: Condition = (ON_SQLITE if dialect == "sqlite" else ON_POSTGRESQL)[operator](mine, theirs)
    return sa.and_(mine.is_not(None), theirs.is_not(None), found)


def _array(side: Any, dialect: str) -> Any:
    if not isinstance(side, list):
        return side
    return sa.literal(json.dumps(side), sa.Text) if dialect == "sqlite" else sa.literal(side, JSONB)


def _shared(mine: Any, theirs: Any) -> Condition:
    each = sa.func.jsonb_array_elements(mine).table_valued(sa.column("value", JSONB))
    return sa.select(sa.literal(1)).select_from(each).where(theirs.contains(each.c.value)).exists()


def _some(mine: Any, theirs: Any, *, shared: bool) -> Condition:
    """Whether SQLite finds an element of *mine* that *theirs* has too, or has not."""
    outer = sa.func.json_each(mine).table_valued("value", name="mine")
    inner = sa.func.json_each(theirs).table_valued("value", name="theirs")
    same = inner.c.value.is_not_distinct_from(outer.c.value)
    among = sa.select(sa.literal(1)).select_from(inner).where(same).correlate(outer).exists()
    return sa.select(sa.literal(1)).select_from(outer).where(among if shared else sa.not_(among)).exists()


def _within(mine: Any, theirs: Any) -> Condition:
    return sa.not_(_some(mine, theirs, shared=False))


ON_POSTGRESQL: Mapping[str, Callable[[Any, Any], Condition]] = {
    "a_contains": lambda mine, theirs: mine.contains(theirs),
    "a_containedby": lambda mine, theirs: theirs.contains(mine),
    "a_equals": lambda mine, theirs: sa.and_(mine.contains(theirs), theirs.contains(mine)),
    "a_overlaps": _shared,
}
ON_SQLITE: Mapping[str, Callable[[Any, Any], Condition]] = {
    "a_contains": lambda mine, theirs: _within(theirs, mine),
    "a_containedby": _within,
    "a_equals": lambda mine, theirs: sa.and_(_within(mine, theirs), _within(theirs, mine)),
    "a_overlaps": lambda mine, theirs: _some(mine, theirs, shared=True),
}
