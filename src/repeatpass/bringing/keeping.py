"""The memory of what was brought."""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from repeatpass.access import Actor, Right
from repeatpass.bringing.records import Stage, Submission
from repeatpass.bringing.store import row_of, submission_of, submissions
from repeatpass.core.errors import NotFound
from repeatpass.core.times import now
from repeatpass.storage import events
from repeatpass.storage.database import Database

LISTED = 200


class Submissions:
    """Every submission, newest first; each person sees their own, operators see all."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add_in(self, connection: sa.Connection, submission: Submission) -> None:
        """Keep a new one, in the transaction that queues its run."""
        connection.execute(submissions.insert().values(**row_of(submission)))
        events.record(connection, "data.brought", submission.id, by=submission.owner, collection=submission.collection)

    def change(self, id: str, **known: Any) -> Submission:
        """Keep what has become of one."""
        with self.database.write() as connection:
            return self.change_in(connection, id, **known)

    def change_in(self, connection: sa.Connection, id: str, **known: Any) -> Submission:
        """Keep what has become of one, within a transaction."""
        row = connection.execute(sa.select(submissions).where(submissions.c.id == id)).mappings().one()
        changed = replace(submission_of(row), updated=now(), **known)
        connection.execute(submissions.update().where(submissions.c.id == id).values(**row_of(changed)))
        if changed.stage.final:
            events.record(connection, f"data.{changed.stage}", id, collection=changed.collection)
        return changed

    def find(self, actor: Actor, id: str) -> Submission:
        """Return one; raise NotFound for one that is not the actor's, unless they are an operator."""
        found = self._one(submissions.c.id == id)
        if found is None or (found.owner != actor.id and not actor.may(Right.OPERATE)):
            raise NotFound(f"There is no submission {id[:40]}.", submission=id[:40])
        return found

    def of_run(self, run: str) -> Submission | None:
        """Return what a run checks; None if it checks nothing."""
        return self._one(submissions.c.run == run)

    def of_collection(self, collection: str) -> list[Submission]:
        """Return what a collection came of, newest first."""
        return self._list(submissions.c.collection == collection, submissions.c.stage == Stage.REGISTERED)

    def mine(self, actor: Actor) -> list[Submission]:
        """Return what somebody brought, newest first."""
        return self._list(submissions.c.owner == actor.id)

    def fetching(self) -> list[Submission]:
        """Return those that are being fetched."""
        return self._list(submissions.c.stage == Stage.FETCHING)

    def needed_files(self) -> set[str]:
        """Return the checksums that gc must keep: of all that was not refused."""
        query = sa.select(submissions.c.files).where(submissions.c.stage.not_in((Stage.REFUSED, Stage.FAILED)))
        with self.database.read() as connection:
            return {each["checksum"] for files in connection.execute(query).scalars() for each in files}

    def _one(self, where: sa.ColumnElement[bool]) -> Submission | None:
        found = self._list(where)
        return found[0] if found else None

    def _list(self, *where: sa.ColumnElement[bool]) -> list[Submission]:
        query = sa.select(submissions).where(*where).order_by(submissions.c.created.desc(), submissions.c.id.desc())
        with self.database.read() as connection:
            return [submission_of(row) for row in connection.execute(query.limit(LISTED)).mappings()]
