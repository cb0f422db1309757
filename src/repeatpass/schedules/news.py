"""What is new since a run: whether its inputs, or the collections that it looks into, have changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from repeatpass.indicators.room import Indicators
from repeatpass.kit.context import Context
from repeatpass.runs.context import Contexts
from repeatpass.runs.records import Purpose, Run, RunInput, State
from repeatpass.runs.room import Runs
from repeatpass.runs.store import run_inputs, run_of, runs

Present = Mapping[tuple[str, str, str], str]  # collection, item, asset -> checksum


@dataclass(slots=True)
class News:
    """Compares what runs read with what there is now."""

    runs: Runs
    contexts: Contexts
    indicators: Indicators
    _present: tuple[str, Present] = ("", {})
    _read: dict[str, Context] = field(default_factory=dict)

    def changed_inputs(self, indicator: str) -> dict[str, list[str]]:
        """Return, for each run that made a current value and whose inputs have other bytes now, which they are."""
        present, found = self.present(), {}
        for run, inputs in self._inputs_of({value.run for value in self.indicators.current(indicator)}).items():
            changed = sorted(
                {_name(each) for each in inputs if present.get(_key(each), each.checksum) != each.checksum}
            )
            if changed:
                found[run] = changed
        return found

    def present(self) -> Present:
        """Return the checksum of every file that some notebook can open now."""
        current = self.contexts.everything()
        if self._present[0] != current:
            self._present = (current, _files(self._context(current)))
        return self._present[1]

    def same_work(self, fingerprint: str, subject: str) -> Run | None:
        """Return the newest update of an indicator that did the same work, but perhaps with other data."""
        where = (
            runs.c.fingerprint == fingerprint, runs.c.subject == subject, runs.c.purpose == Purpose.UPDATE,
            runs.c.state == State.SUCCEEDED,
        )  # fmt: skip
        query = sa.select(runs).where(*where).order_by(runs.c.created.desc()).limit(1)
        with self.runs.database.read() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else run_of(row)

    def since(self, run: Run, watched: Iterable[str]) -> str:
        """Say why *run* would perhaps give something else now; empty if it cannot.

        What it read is compared with what there is, and so are the lists of items of the collections that it read or
        that are *watched*: a notebook that looked for new items in vain has read none of them.
        """
        current = self.contexts.current(run.actor)
        if run.legs.context == current:
            return self._unknown(run)
        provenance = self.runs.provenance(run.id)
        names = set(watched) | {each.collection for each in provenance.inputs}
        then, now = self._context(run.legs.context), self._context(current)
        names = names or {*then.collections, *now.collections}  # it read nothing: anything may matter to it
        changed = sorted(name for name in names if then.collections.get(name) != now.collections.get(name))
        return f"new data in {', '.join(changed)}" if changed else self._unknown(run)

    def collections_read(self, indicator: str) -> set[str]:
        """Return the collections that the updates of an indicator have read."""
        query = sa.select(run_inputs.c.collection).join(runs, runs.c.id == run_inputs.c.run)
        query = query.where(runs.c.subject == indicator, runs.c.purpose == Purpose.UPDATE).distinct()
        with self.runs.database.read() as connection:
            return set(connection.execute(query).scalars())

    def _unknown(self, run: Run) -> str:
        return "" if self.runs.provenance(run.id).fully_known else "it reads data that are not recorded"

    def _inputs_of(self, ids: set[str]) -> dict[str, list[Any]]:
        query = sa.select(run_inputs).where(run_inputs.c.run.in_(ids))
        found: dict[str, list[Any]] = {}
        with self.runs.database.read() as connection:
            for row in connection.execute(query):
                found.setdefault(row.run, []).append(row)
        return found

    def _context(self, checksum: str) -> Context:
        if checksum not in self._read:
            if len(self._read) > 20:
                self._read.clear()
            self._read[checksum] = self.contexts.read(checksum)
        return self._read[checksum]


def _files(context: Context) -> dict[tuple[str, str, str], str]:
    found = {}
    for collection in context.collections.values():
        for key, asset in collection.assets.items():
            found[collection.id, "", key] = asset.checksum
        for item in collection.items:
            for key, asset in item.assets.items():
                found[collection.id, item.id, key] = asset.checksum
    return found


def _key(read: RunInput) -> tuple[str, str, str]:
    return read.collection, read.item, read.asset


def _name(read: RunInput) -> str:
    return "/".join(part for part in (read.collection, read.item, read.asset) if part)
