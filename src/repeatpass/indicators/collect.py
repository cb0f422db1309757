"""Collect: take what a finished update left, put it through the gates, and add it to the indicator."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from repeatpass.core.errors import Invalid
from repeatpass.core.times import now
from repeatpass.indicators.gates import Candidate, read_candidates
from repeatpass.indicators.records import Delivery, Indicator, Value, ValueState
from repeatpass.indicators.room import Indicators
from repeatpass.indicators.store import alone, deliveries, values
from repeatpass.kit.records import Tolerance
from repeatpass.runs.records import Purpose, Run, State
from repeatpass.runs.room import Runs
from repeatpass.storage import events
from repeatpass.storage.files import FileArea

Key = tuple[str, datetime]


class Collecting:
    """Listens to finished runs. Only a run whose purpose is the update of an indicator is collected."""

    def __init__(self, indicators: Indicators, runs: Runs, files: FileArea) -> None:
        self.indicators = indicators
        self.runs = runs
        self.files = files

    def collect(self, run_id: str) -> Delivery | None:
        """Collect a run once; a second call, or a run with another purpose, changes nothing."""
        run = self.runs.run(run_id)
        if run.purpose is not Purpose.UPDATE or run.state is not State.SUCCEEDED:
            return None
        indicator = self.indicators.indicator(run.subject)
        rows, refused = self._delivered(indicator, run)
        with self.indicators.database.write() as connection:
            alone(connection, indicator.id)
            query = sa.select(deliveries).where(deliveries.c.run == run.id)
            if (known := connection.execute(query).mappings().first()) is not None:
                return Delivery(**known)
            return self._add(connection, indicator, run, rows, refused)

    def _delivered(self, indicator: Indicator, run: Run) -> tuple[list[Candidate], str]:
        """Return the rows of a delivery, or why none of it can be taken."""
        outputs = self.runs.provenance(run.id).outputs
        try:
            for output in outputs:
                if output.name == indicator.output:
                    return read_candidates(self.files.read(output.checksum), output.unit, indicator), ""
        except Invalid as error:
            return [], error.message
        left = ", ".join(output.name for output in outputs) or "nothing"
        return [], f"The run left no output called “{indicator.output}”; it left {left}."

    def _add(
        self, connection: sa.Connection, indicator: Indicator, run: Run, rows: list[Candidate], refused: str
    ) -> Delivery:
        current = {(value.place, value.time): value for value in self.indicators.current(indicator.id)}
        waiting = self.indicators.judged(indicator.id)
        newest = self.indicators.newest_revisions(indicator.id)
        rows = [_held_as_correction(row, current.get((row.place, row.time)), indicator) for row in rows]
        changed = [row for row in rows if not _is_known(row, current, waiting)]
        made = [_row(indicator, run, row, newest, self._reason(run, row, current)) for row in changed]
        held = sum(bool(row.problem) for row in changed)
        counts = {"released": len(changed) - held, "unchanged": len(rows) - len(changed), "held": held}
        delivery = Delivery(run=run.id, indicator=indicator.id, created=now(), reason=refused, **counts)
        connection.execute(deliveries.insert().values(**asdict(delivery)))
        if made:
            connection.execute(values.insert(), made)
        events.record(connection, "indicator.delivered", indicator.id, run=run.id)
        return delivery

    def _reason(self, run: Run, row: Candidate, current: Mapping[Key, Value]) -> str:
        if row.problem:
            return row.problem
        before = current.get((row.place, row.time))
        return "" if before is None else _what_changed(self.runs.run(before.run), run)


def _is_known(row: Candidate, current: Mapping[Key, Value], waiting: Mapping[Key, list[Value]]) -> bool:
    """Whether a row says what is current, or again what waits for a person or was rejected by one."""
    key = (row.place, row.time)
    if _says_the_same(row, current.get(key)):
        return True
    return bool(row.problem) and any(_says_the_same(row, value) for value in waiting.get(key, ()))


def _says_the_same(row: Candidate, value: Value | None) -> bool:
    return value is not None and (row.numbers, row.flag) == (value.numbers, value.flag)


def _held_as_correction(row: Candidate, before: Value | None, indicator: Indicator) -> Candidate:
    """Hold a number that would replace another one, where the indicator says so and they differ by more than it allows."""
    if row.problem or before is None or not indicator.holds_corrections or _says_the_same(row, before):
        return row
    if all(_close(a, b, indicator.tolerance) for a, b in zip(row.numbers, before.numbers, strict=True)):
        return row
    return replace(row, problem=f"It would change {before.value!r} to {row.value!r} {indicator.unit}.")


def _close(one: float | None, other: float | None, tolerance: Tolerance) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= tolerance.absolute + tolerance.relative * abs(other)


def _row(indicator: Indicator, run: Run, row: Candidate, newest: dict[Key, int], reason: str) -> dict[str, Any]:
    key = (row.place, row.time)
    newest[key] = newest.get(key, 0) + 1
    facts = {name: getattr(row, name) for name in row.__slots__ if name != "problem"}
    state = ValueState.HELD if row.problem else ValueState.RELEASED
    kept = {"indicator": indicator.id, "run": run.id, "revision": newest[key], "created": now()}
    return facts | kept | {"state": state, "reason": reason}


def _what_changed(before: Run, after: Run) -> str:
    """Say which legs differ between the run of the older value and that of the newer one."""
    if before.id == after.id:
        return "Delivered twice by the same run."
    names = {"revision": "the notebook", "environment": "the environment", "context": "the data", "kit": "the kit"}
    legs = [words for name, words in names.items() if getattr(before.legs, name) != getattr(after.legs, name)]
    if before.parameters != after.parameters:
        legs.append("the parameters")
    return f"Changed since: {', '.join(legs)}." if legs else "Computed again with nothing changed; the result differs."
