"""What a person does with values that are held: release or reject them, one or several, for a reason that readers see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from repeatpass.access import Actor, Right
from repeatpass.core.errors import Conflict, Invalid
from repeatpass.core.times import iso_short, now
from repeatpass.indicators.records import Indicator, Value, ValueState
from repeatpass.indicators.store import alone, values
from repeatpass.storage import events

NUMBERS = ("value", "lower", "upper", "reference")
REASON = 2000  # letters at most
DONE = {ValueState.RELEASED: "Released", ValueState.REJECTED: "Rejected"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """Names one held revision of a value."""

    place: str
    time: datetime
    revision: int


def checked_reason(reason: str, verb: str) -> str:
    """Return *reason* without what surrounds it; raise Invalid for none, or one that is too long."""
    text = reason.strip()
    if not text:
        raise Invalid(f"Say why it is {verb}; readers will see the reason.")
    if len(text) > REASON:
        raise Invalid(f"The reason has {len(text)} letters; {REASON} at most.")
    return text


def judge(
    connection: sa.Connection,
    actor: Actor,
    indicator: Indicator,
    chosen: Sequence[Held],
    state: ValueState,
    reason: str,
) -> list[tuple[str, datetime, int]]:
    """Write a revision in *state* after each held one of *chosen*, all or none; return place, time and revision.

    Raise Forbidden without the right to curate, Invalid for what is not held, Conflict for what is not any more.
    """
    actor.require(Right.CURATE)
    text = checked_reason(reason, DONE[state].lower())
    if not chosen:
        raise Invalid("Choose at least one held value.")
    alone(connection, indicator.id)
    words = f"{DONE[state]} by {actor.name}: {text}"
    made = [_judged(connection, indicator, each, state, words) for each in chosen]
    verb = f"indicator.{state}"
    events.record(connection, verb, indicator.id, by=actor.id, values=[_named(each) for each in chosen], reason=text)
    return made


def _judged(
    connection: sa.Connection, indicator: Indicator, chosen: Held, state: ValueState, words: str
) -> tuple[str, datetime, int]:
    rows = _history(connection, indicator.id, chosen)
    held = next((row for row in rows if row["revision"] == chosen.revision), None)
    if held is None or held["state"] != ValueState.HELD:
        raise Invalid(f"Revision {chosen.revision} of {_name(indicator.id, chosen)} is not held.")
    if any(_rejects(row, held) for row in rows):
        raise Conflict(f"{_name(indicator.id, chosen)} has been rejected meanwhile.")
    if state is ValueState.RELEASED and indicator.place(chosen.place) is None:
        raise Invalid(f"Add “{chosen.place}” to the places of “{indicator.id}” before releasing its values.")
    facts: dict[str, Any] = {name: value for name, value in held.items() if name != "id"}
    facts |= {"revision": rows[-1]["revision"] + 1, "state": state, "reason": words, "created": now()}
    connection.execute(values.insert().values(**facts))
    return chosen.place, chosen.time, facts["revision"]


def _history(connection: sa.Connection, indicator: str, chosen: Held) -> Sequence[Any]:
    where = (values.c.indicator == indicator, values.c.place == chosen.place, values.c.time == chosen.time)
    return connection.execute(sa.select(values).where(*where).order_by(values.c.revision)).mappings().all()


def _name(indicator: str, chosen: Held) -> str:
    return f"{indicator}/{chosen.place}/{iso_short(chosen.time)}"


def _named(chosen: Held) -> str:
    return f"{chosen.place}/{iso_short(chosen.time)}"


def _rejects(row: Any, held: Any) -> bool:
    """Whether a row says that a person has rejected the number of a held one."""
    later = row["state"] == ValueState.REJECTED and row["revision"] > held["revision"]
    return later and all(row[name] == held[name] for name in NUMBERS)


def still_held(history: Sequence[Value]) -> list[Value]:
    """Return the held ones of *history* that no later revision has released or overtaken, and nobody has rejected."""
    released: dict[tuple[str, datetime], int] = {}
    rejected: dict[tuple[str, datetime, Any], int] = {}
    for value in history:
        if value.state is ValueState.RELEASED:
            released[value.place, value.time] = max(value.revision, released.get((value.place, value.time), 0))
        elif value.state is ValueState.REJECTED:
            rejected[value.place, value.time, value.numbers] = value.revision
    return [
        value
        for value in history
        if value.state is ValueState.HELD
        and value.revision > released.get((value.place, value.time), 0)
        and value.revision > rejected.get((value.place, value.time, value.numbers), 0)
    ]
