"""Retention: how long what a run left is kept, and deleting it. Nothing goes silently.

Results are kept for ever, unless their owner says otherwise, or the operator has set a time after which results of
trials go that nothing rests on. Either way the run says until when, and it is said at least a week ahead. After a
deletion the record of the run stays: what ran, with what, what it had left, and who deleted that.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from repeatpass.access import SYSTEM, Actor
from repeatpass.core.errors import Conflict, Gone, Invalid
from repeatpass.core.times import now
from repeatpass.core.times import words as day_words
from repeatpass.runs.records import Purpose, Run, State
from repeatpass.runs.room import Runs
from repeatpass.runs.store import run_of, run_outputs, runs
from repeatpass.storage import events
from repeatpass.workspaces import ledger

NOTICE = timedelta(days=7)  # between the day on which a run first says until when, and that day
Rests = Callable[[Collection[str]], Mapping[str, str]]
FINAL = [state for state in State if state.final]
MANY = 500


class Retention:
    """Keeps, announces and deletes what runs left.

    *rests* is filled by the assembly: each returns, for those of the runs asked about that something rests on, what
    that is, in words. *after* is the time after which results of trials go; None keeps them for ever.
    """

    def __init__(self, runs: Runs, after: timedelta | None = None) -> None:
        self.runs = runs
        self.database = runs.database
        self.after = after
        self.rests: list[Rests] = [self._repeated]

    def keep(self, actor: Actor, id: str) -> Run:
        """Keep what a run left for ever; raise Gone if it is deleted already."""
        return self._change(actor, id, kept_until=None, kept_by=actor.id)

    def keep_until(self, actor: Actor, id: str, moment: datetime) -> Run:
        """Have what a run left deleted after *moment*; raise Invalid for a moment that has passed."""
        if moment <= now():
            raise Invalid(
                f"{day_words(moment)} has passed; give a later day, or delete the results now.", field="until"
            )
        self.require_free(id)
        return self._change(actor, id, kept_until=moment, kept_by="")

    def _change(self, actor: Actor, id: str, **known: datetime | str | None) -> Run:
        run = self.runs.run(id)
        actor.require_own(run.actor)
        require_kept(run)
        with self.database.write() as connection:
            events.record(connection, "run.retention", id, by=actor.id)
            connection.execute(runs.update().where(runs.c.id == id).values(**known))
        return self.runs.run(id)

    def delete(self, actor: Actor, id: str) -> Run:
        """Delete what a run left; its record stays. Deleting twice is not an error.

        Raise Conflict while it is under way, or naming what rests on it; Forbidden for somebody else's.
        """
        run = self.runs.run(id)
        actor.require_own(run.actor)
        if not run.state.final:
            raise Conflict(f"Run {id} is {run.state}; cancel it first.", run=id)
        if run.deleted:
            return run
        self.require_free(id)
        return self._delete(actor, run)

    def _delete(self, actor: Actor, run: Run) -> Run:
        outputs = self.runs.provenance(run.id).outputs
        with self.database.write() as connection:
            events.record(connection, "run.results-deleted", run.id, by=actor.id)
            gone = {"deleted": now(), "deleted_by": actor.id, "kept_until": None, "log": "", "executed": ""}
            where = (runs.c.id == run.id, runs.c.deleted.is_(None))
            if connection.execute(runs.update().where(*where).values(**gone)).rowcount:
                left = {output.checksum for output in outputs} | {run.log, run.executed}
                ledger.remove(connection, run.actor, left - {""})
        return self.runs.run(run.id)

    def resting(self, ids: Collection[str]) -> dict[str, str]:
        """Return, for those of *ids* that something rests on, what that is."""
        found: dict[str, str] = {}
        for asked in self.rests:
            found = {**asked(ids), **found}
        return found

    def require_free(self, id: str) -> None:
        """Raise Conflict naming what rests on a run, if anything does."""
        if words := self.resting([id]).get(id):
            raise Conflict(f"What run {id} left cannot be deleted: {words} rests on it.", run=id)

    def until(self, run: Run) -> datetime | None:
        """Return until when what *run*, which ends now, is kept by default; None for ever."""
        trial = run.purpose is Purpose.EXECUTE and not run.batch
        return now() + max(self.after, NOTICE) if self.after and trial else None

    def expiring(self, *, owner: str = "", before: datetime | None = None, limit: int = 1000) -> list[Run]:
        """List the runs whose results will be deleted, the next first."""
        where: list[sa.ColumnElement[bool]] = [runs.c.kept_until.is_not(None), runs.c.deleted.is_(None)]
        where += [runs.c.actor == owner] if owner else []
        where += [runs.c.kept_until <= before] if before else []
        query = sa.select(runs).where(*where).order_by(runs.c.kept_until, runs.c.id).limit(limit)
        with self.database.read() as connection:
            return [run_of(row) for row in connection.execute(query).mappings()]

    def largest(self, owner: str, limit: int = 20) -> list[tuple[Run, int]]:
        """List the runs of *owner* by the size of the outputs that are kept of them, in bytes, largest first."""
        size = sa.func.sum(run_outputs.c.size).label("kept")
        joined = sa.select(runs.c.id, size).join(run_outputs, run_outputs.c.run == runs.c.id)
        mine = joined.where(runs.c.actor == owner, runs.c.deleted.is_(None)).group_by(runs.c.id)
        with self.database.read() as connection:
            rows = connection.execute(mine.order_by(size.desc(), runs.c.id).limit(limit)).all()
        return [(self.runs.run(row.id), int(row.kept)) for row in rows]

    def sweep(self) -> list[Run]:
        """Announce what will go, and delete what was announced and is due; return the runs it was deleted of.

        Safe to call again and again. What something has come to rest on is kept for ever instead.
        """
        self._announce()
        due = self.expiring(before=now())
        resting = self.resting([run.id for run in due])
        for run in due:
            if run.id in resting:
                self._change(SYSTEM, run.id, kept_until=None, kept_by=SYSTEM.id)
        return [self._delete(SYSTEM, run) for run in due if run.id not in resting]

    def _announce(self) -> None:
        """Have older trials say until when they are kept, where the operator has set a time since they ended."""
        if not self.after:
            return
        where = [runs.c.state.in_(FINAL), runs.c.purpose == Purpose.EXECUTE, runs.c.batch == ""]
        where += [runs.c.kept_until.is_(None), runs.c.kept_by == "", runs.c.deleted.is_(None)]
        with self.database.read() as connection:
            found = connection.execute(sa.select(runs.c.id, runs.c.finished).where(*where)).all()
        resting = self.resting([row.id for row in found])
        with self.database.write() as connection:
            for id, finished in found:
                until = max(finished + self.after, now() + NOTICE)
                if id not in resting:
                    connection.execute(runs.update().where(runs.c.id == id, *where).values(kept_until=until))

    def _repeated(self, ids: Collection[str]) -> dict[str, str]:
        """A repeat rests on its original; and what a repeat left is the evidence for its verdict."""
        asked, found = list(ids), dict[str, str]()
        for at in range(0, len(asked), MANY):
            some = asked[at : at + MANY]
            either = sa.or_(runs.c.subject.in_(some), runs.c.id.in_(some))
            query = sa.select(runs.c.id, runs.c.subject).where(runs.c.purpose == Purpose.REPEAT, either)
            with self.database.read() as connection:
                rows = connection.execute(query).all()
            found |= {row.subject: f"the repeat by run {row.id}" for row in rows}
            found |= {row.id: f"the verdict on run {row.subject}" for row in rows}
        return {id: words for id, words in found.items() if id in ids}


def require_kept(run: Run) -> None:
    """Raise Gone, saying when and by whom, if what *run* left was deleted."""
    if run.deleted:
        raise Gone(deleted_words(run), run=run.id)


def deleted_words(run: Run) -> str:
    """Say when and by whom what a run left was deleted."""
    assert run.deleted is not None
    by = "the house, as announced" if run.deleted_by == SYSTEM.id else run.deleted_by
    return f"The results of run {run.id} were deleted on {day_words(run.deleted)} by {by}; its record stays."
