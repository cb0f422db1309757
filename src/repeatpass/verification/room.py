"""The memory of repeats: every verdict ever reached, newest first."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import sqlalchemy as sa

from repeatpass.core.errors import NotFound
from repeatpass.core.times import now
from repeatpass.storage import events
from repeatpass.storage.database import Database
from repeatpass.verification.comparison.records import Verdict
from repeatpass.verification.records import Repeat
from repeatpass.verification.store import repeats


class Repeats:
    """Keeps repeats and finds the verdict on a run."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, repeat: Repeat) -> Repeat:
        """Keep a repeat that begins, or one that could not."""
        with self.database.write() as connection:
            self.add_with(connection, repeat)
        return repeat

    def add_with(self, connection: sa.Connection, repeat: Repeat) -> None:
        """Keep a repeat in the transaction that also queues its run."""
        connection.execute(repeats.insert().values(**_row(repeat)))

    def change(self, repeat: Repeat, **known: Any) -> Repeat:
        """Add what is now known of a repeat that is under way."""
        changed = replace(repeat, **known)
        with self.database.write() as connection:
            connection.execute(repeats.update().where(repeats.c.id == repeat.id).values(**_row(changed)))
        return changed

    def finish(self, repeat: Repeat, **known: Any) -> Repeat:
        """Keep the verdict, once: a repeat that has one keeps it."""
        finished = replace(repeat, finished=now(), **known)
        with self.database.write() as connection:
            where = (repeats.c.id == repeat.id, repeats.c.verdict == "")
            if connection.execute(repeats.update().where(*where).values(**_row(finished))).rowcount:
                events.record(connection, "repeat.finished", repeat.id, original=repeat.original)
        return self.repeat(repeat.id)

    def repeat(self, id: str) -> Repeat:
        """Return one repeat; raise NotFound if there is none."""
        with self.database.read() as connection:
            row = connection.execute(sa.select(repeats).where(repeats.c.id == id)).mappings().first()
        if row is None:
            raise NotFound(f"There is no repeat {id}.", repeat=id)
        return _repeat(row)

    def of(self, run: str) -> list[Repeat]:
        """List the repeats of a run, newest first."""
        return self._find(repeats.c.original == run)

    def latest(self, runs: set[str]) -> dict[str, Repeat]:
        """Return, for each of *runs*, its newest finished repeat with everything pinned."""
        found = self._find(repeats.c.original.in_(runs), repeats.c.verdict != "")
        return {repeat.original: repeat for repeat in reversed(found) if repeat.pinned}

    def recent(self, limit: int = 50) -> list[Repeat]:
        """List the newest repeats of all runs."""
        return self._find()[:limit]

    def open_for(self, run: str) -> Repeat | None:
        """Return the repeat under way that *run* was made for, if there is one."""
        return next((repeat for repeat in self._find(repeats.c.verdict == "") if run in repeat.runs), None)

    def _find(self, *where: sa.ColumnElement[bool]) -> list[Repeat]:
        query = sa.select(repeats).where(*where).order_by(repeats.c.created.desc(), repeats.c.id.desc())
        with self.database.read() as connection:
            return [_repeat(row) for row in connection.execute(query).mappings()]


def _row(repeat: Repeat) -> dict[str, Any]:
    return asdict(repeat) | {"verdict": repeat.verdict or "", "runs": list(repeat.runs)}


def _repeat(row: Mapping[Any, Any]) -> Repeat:
    verdict = Verdict(row["verdict"]) if row["verdict"] else None
    return Repeat(**{**row, "verdict": verdict, "runs": tuple(row["runs"])})
