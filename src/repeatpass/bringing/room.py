"""Bring data: say what they are, send or point to them, and have them checked by a run."""

import logging
import shutil
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from repeatpass.access import Actor, Right
from repeatpass.access.room import Access
from repeatpass.bringing.arriving import Arrivals
from repeatpass.bringing.fetching import fetch, name_of
from repeatpass.bringing.folders import Folders
from repeatpass.bringing.keeping import Submissions
from repeatpass.bringing.notebook import NOTEBOOK, arrival_context, shelve
from repeatpass.bringing.records import Arrived, BroughtFile, Stage, Submission, Wish
from repeatpass.catalog.products import MADE_BY
from repeatpass.catalog.records import Visibility
from repeatpass.catalog.room import Catalog
from repeatpass.core.errors import Conflict, Exhausted, Invalid, NotFound, RepeatpassError
from repeatpass.core.ids import new_id
from repeatpass.core.times import now
from repeatpass.notebooks.room import Shelf
from repeatpass.notices.targets import Targets
from repeatpass.notices.troubles import in_words
from repeatpass.runs.submitting import Submitting
from repeatpass.storage.files import FileArea
from repeatpass.workspaces import ledger
from repeatpass.workspaces.quotas import Quotas

log = logging.getLogger(__name__)
FILES = 200  # in one submission
TELL = 5_000_000  # bytes between two words on how far a fetch has come


class Bringing:
    """Takes what people bring. The check is a run of theirs, with the limits and the sandbox that their runs have."""

    def __init__(
        self,
        submissions: Submissions,
        arrivals: Arrivals,
        catalog: Catalog,
        access: Access,
        shelf: Shelf,
        submitting: Submitting,
        files: FileArea,
        quotas: Quotas,
        targets: Targets,
    ) -> None:
        self.submissions, self.arrivals, self.catalog, self.access = submissions, arrivals, catalog, access
        self.shelf, self.submitting, self.files, self.quotas, self.targets = shelf, submitting, files, quotas, targets
        self.folders = Folders(arrivals.root.with_name("folders"), arrivals.most)

    def require(self, actor: Actor, wish: Wish) -> None:
        """Raise Forbidden or Conflict if *actor* cannot make this collection, or a new version of it."""
        actor.require(Right.CONTRIBUTE)
        try:
            known = self.catalog.kept(wish.id)
        except NotFound:
            return
        free = f"There is a collection “{wish.id}” already; choose another id."
        if known.owner != actor.id and not actor.may(Right.OPERATE):
            raise Conflict(free, field="id")
        if known.withdrawn is not None:
            raise Conflict(f"“{wish.id}” was withdrawn, and its id stays taken; choose another.", field="id")
        if not str(known.body.get(MADE_BY, "")).startswith("/runs/"):
            raise Conflict(free, field="id")
        if known.visibility == Visibility.PUBLIC and not actor.may(Right.CURATE):
            raise Conflict(
                f"“{wish.id}” is public; a new version of it must be looked at first. Bring it under another id and offer it.",
                field="id",
            )

    def bring(self, actor: Actor, wish: Wish, arrived: Sequence[Arrived]) -> Submission:
        """Keep the files and queue the run that checks them. They are copied; whoever has put them there removes them.

        Raise Invalid for no file, one twice or an empty one; Conflict for an id that is taken; Exhausted where they do
        not fit into the quota.
        """
        self.require(actor, wish)
        _require_files(arrived)
        submission = _new(actor, wish)
        return self._check(actor, submission, arrived, self.submissions.add_in)

    def uploaded(self, actor: Actor, ids: Sequence[str]) -> list[Arrived]:
        """Return uploads that are complete, files and folders; raise NotFound, Conflict or Invalid for one that is not."""
        folders = [id for id in ids if self.folders.has(id)]
        files = self.arrivals.whole(actor, [id for id in ids if id not in folders])
        return [*files, *(self.folders.packed(actor, id) for id in folders)]

    def forget(self, actor: Actor, ids: Sequence[str]) -> None:
        """Forget uploads that are kept now."""
        for id in ids:
            (self.folders if self.folders.has(id) else self.arrivals).remove(actor, id)

    def point_to(self, actor: Actor, wish: Wish, address: str) -> Submission:
        """Fetch a file in the background, then check it; raise Invalid for an address that cannot be asked."""
        self.require(actor, wish)
        self.targets.check(address, "“address”:")
        name_of(address)
        submission = replace(_new(actor, wish), address=address, stage=Stage.FETCHING)
        with self.submissions.database.write() as connection:
            self.submissions.add_in(connection, submission)
        threading.Thread(target=self._fetch, args=(actor, submission), daemon=True, name="fetch").start()
        return submission

    def start(self) -> None:
        """Say of what was being fetched when the house was closed that it was not."""
        for each in self.submissions.fetching():
            self.submissions.change(
                each.id, stage=Stage.FAILED, message="The house was closed while the file was fetched; bring it again."
            )

    def _fetch(self, actor: Actor, submission: Submission) -> None:
        folder = Path(tempfile.mkdtemp(prefix="fetch-"))
        told = 0

        def tell(size: int) -> None:
            nonlocal told
            if size - told >= TELL:
                told = size
                self.submissions.change(submission.id, fetched=size)

        try:
            arrived = fetch(submission.address, folder, self.targets, self.arrivals.most, tell)
            _require_files([arrived])

            def keep(connection: sa.Connection, checked: Submission) -> None:
                known = {"stage": checked.stage, "files": checked.files, "run": checked.run}
                self.submissions.change_in(connection, submission.id, **known, fetched=arrived.path.stat().st_size)

            self._check(actor, submission, [arrived], keep)
        except RepeatpassError as error:
            self.submissions.change(submission.id, stage=Stage.FAILED, message=error.message)
        except Exception as error:
            log.exception("fetching %s", submission.address)
            self.submissions.change(
                submission.id, stage=Stage.FAILED, message=f"It could not be fetched: {in_words(error)}"
            )
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _check(
        self,
        actor: Actor,
        submission: Submission,
        arrived: Sequence[Arrived],
        keep: Callable[[sa.Connection, Submission], None],
    ) -> Submission:
        self.require_room(actor, sum(each.path.stat().st_size for each in arrived))
        files = tuple(self._kept(each) for each in arrived)
        run = new_id()
        submission = replace(submission, files=files, stage=Stage.CHECKING, run=run)
        shelve(self.shelf)
        names = sorted(each.name for each in files)

        def also(connection: sa.Connection) -> None:
            keep(connection, submission)
            self._count(connection, actor, files)

        parameters: dict[str, Any] = {"names": names, "most_bytes": max(self.arrivals.most * 4, 20_000_000_000)}
        self.submitting.submit(
            actor, NOTEBOOK, parameters, subject=submission.id, id=run,
            context=arrival_context(self.files, submission), also=also,
        )  # fmt: skip
        return submission

    def _kept(self, arrived: Arrived) -> BroughtFile:
        stored = self.files.put(arrived.path)
        return BroughtFile(name=arrived.name, checksum=stored.checksum, size=stored.size)

    def require_room(self, actor: Actor, size: int) -> None:
        """Raise Exhausted where *size* bytes do not fit into the quota: before anything is sent or copied.

        `_count` asks again, in the transaction.
        """
        with self.submissions.database.read() as connection:
            most = self.quotas.within(connection, actor.id).kept_bytes
            used = ledger.total(connection, actor.id)
        if most and used + size > most:
            raise _over(size, used, most)

    def _count(self, connection: sa.Connection, actor: Actor, files: Sequence[BroughtFile]) -> None:
        most = self.quotas.within(connection, actor.id).kept_bytes
        used = ledger.add(connection, actor.id, {each.checksum: each.size for each in files})
        if most and used > most:
            raise _over(sum(each.size for each in files), used, most)


def _new(actor: Actor, wish: Wish) -> Submission:
    return Submission(
        id=new_id(), owner=actor.id, collection=wish.id, wish=wish, stage=Stage.CHECKING, created=now(), updated=now()
    )


def _require_files(arrived: Sequence[Arrived]) -> None:
    names = [each.name for each in arrived]
    if not names:
        raise Invalid("No file was sent. Right would be: one file or several of one kind.", field="files")
    if len(names) > FILES:
        raise Invalid(f"{len(names)} files are too many; {FILES} are the most for one collection.", field="files")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Invalid(f"“{twice[0]}” was sent twice; every file needs a name of its own.", field="files")
    for each in arrived:
        if each.path.stat().st_size == 0:
            raise Invalid(f"“{each.name}” has 0 bytes. Send it again.", field="files")


def _over(size: int, used: int, most: int) -> Exhausted:
    return Exhausted(
        f"These files ({size / 1e6:,.1f} MB) do not fit into your quota: {used / 1e6:,.1f} of {most / 1e6:,.1f} MB are "
        "used. Delete results that are no longer needed (the page “Workspace” lists them by size), or ask the operator."
    )
