"""The end of a check: what it found becomes a collection of its owner's, or the problems are kept for them to read."""

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from repeatpass.access import Right
from repeatpass.access.room import Access
from repeatpass.bringing.keeping import Submissions
from repeatpass.bringing.records import Stage, Submission
from repeatpass.catalog.products import Product, ProductFile, ProductItem, register_product
from repeatpass.catalog.records import Collection, Visibility
from repeatpass.catalog.room import Catalog
from repeatpass.core.errors import Conflict, NotFound, RepeatpassError
from repeatpass.kit.bringing.checking import REPORT, THUMBNAIL
from repeatpass.kit.bringing.records import Problem
from repeatpass.runs.records import Purpose, Run, RunOutput, State
from repeatpass.runs.room import Runs
from repeatpass.runs.store import runs as runs_table
from repeatpass.storage.files import FileArea, StoredFile
from repeatpass.workspaces import ledger

log = logging.getLogger(__name__)
OF_ITEM = ("cube:",)  # fields that belong to an item and not to its file


class Ending:
    """Listens for runs that check something."""

    def __init__(self, submissions: Submissions, runs: Runs, catalog: Catalog, files: FileArea, access: Access) -> None:
        self.submissions, self.runs, self.catalog, self.files, self.access = submissions, runs, catalog, files, access

    def run_finished(self, id: str) -> Submission | None:
        """Settle what run *id* checked; hearing of it twice changes nothing, and neither does a repeat of it."""
        known = self.submissions.of_run(id)
        if known is None or known.stage is not Stage.CHECKING:
            return known
        run = self.runs.run(id)
        if not run.state.final or run.purpose is Purpose.REPEAT:
            return known
        if run.state is not State.SUCCEEDED:
            return self._dropped(known, stage=Stage.FAILED, message=_failure(run))
        try:
            return self._settled(known, run)
        except (RepeatpassError, KeyError, ValueError, TypeError) as error:
            said = error.message if isinstance(error, RepeatpassError) else f"The report cannot be read ({error!r})."
            log.warning("what run %s checked is not registered: %s", id, said)
            return self._dropped(known, stage=Stage.FAILED, message=said)

    def accepted(self, collection: str) -> None:
        """Open the run that checked a collection which is public now: its passport leads there."""
        ids = [each.run for each in self.submissions.of_collection(collection)]
        with self.submissions.database.write() as connection:
            connection.execute(runs_table.update().where(runs_table.c.id.in_(ids)).values(closed=False))

    def _settled(self, known: Submission, run: Run) -> Submission:
        outputs = {each.path: each for each in self.runs.provenance(run.id).outputs}
        report = json.loads(self.files.read(outputs[REPORT].checksum))
        problems = tuple(Problem(**each) for each in report["problems"])
        if problems or not report["pieces"]:
            said = problems[0].message if len(problems) == 1 else f"{len(problems)} things keep this from being taken."
            return self._dropped(known, stage=Stage.REFUSED, problems=problems, report=report, message=said)
        self._require_free(known)
        made = self._registered(known, run, report["pieces"], outputs)
        return self.submissions.change(
            known.id, stage=Stage.REGISTERED, report=report, version=made.version,
            message=f"It is the collection “{made.id}”, version {made.version}.",
        )  # fmt: skip

    def _require_free(self, known: Submission) -> None:
        """Raise Conflict where somebody else was quicker with the id; whose it is, is theirs to say."""
        try:
            there = self.catalog.kept(known.collection)
        except NotFound:
            return
        if there.owner != known.owner and not self.access.user(known.owner).may(Right.OPERATE):
            raise Conflict(
                f"While this was checked, a collection “{known.collection}” came to be; choose another id, and bring it "
                "again."
            )

    def _dropped(self, known: Submission, **changes: Any) -> Submission:
        """Keep how it ended without a collection; the files are not counted any longer, and gc takes them."""
        with self.submissions.database.write() as connection:
            made = self.submissions.change_in(connection, known.id, **changes)
            ledger.remove(connection, known.owner, [each.checksum for each in known.files])
        return made

    def _registered(
        self, known: Submission, run: Run, pieces: Sequence[Mapping[str, Any]], outputs: Mapping[str, RunOutput]
    ) -> Collection:
        items = [_item(known, run, piece, outputs, first=number == 0) for number, piece in enumerate(pieces)]
        wish = known.wish
        maker = {"name": wish.provider or self.access.user(known.owner).name, "roles": ["producer"]}
        product = Product(
            id=wish.id,
            title=wish.title,
            description=wish.description or _sentence(pieces),
            keywords=wish.keywords,
            items=items,
            sources=[],
            made_by=f"/runs/{run.id}",
            licence=wish.licence,
            visibility=Visibility.PRIVATE,
            properties={
                "providers": [maker],
                "repeatpass:kind": wish.nature,
                "repeatpass:license_title": wish.licence_title,
                "repeatpass:brought_by": known.owner,
                "sci:citation": wish.citation,
            },
        )
        return register_product(self.catalog, self.files, self.access.user(known.owner), product)


def _item(
    known: Submission, run: Run, piece: Mapping[str, Any], outputs: Mapping[str, RunOutput], *, first: bool
) -> ProductItem:
    fields = {name: value for name, value in piece["fields"].items() if value is not None}
    own = {name: value for name, value in fields.items() if name.startswith(OF_ITEM)}
    asset = {name: value for name, value in fields.items() if name not in own}
    files = [_file("data", outputs[piece["path"]], piece["media_type"], piece["name"], ("data",), asset)]
    if first and THUMBNAIL in outputs:
        files.append(_file("thumbnail", outputs[THUMBNAIL], "image/png", "A small picture", ("thumbnail",), {}))
    west, south, east, north = piece["bbox"]
    return ProductItem(
        id=piece["id"],
        title=Path(piece["name"]).stem,
        bbox=(west, south, east, north),
        start=piece["start"] or known.wish.start or None,
        end=piece["end"] or known.wish.end or None,
        files=files,
        properties=own | {"repeatpass:run": run.id},
        links=[{"rel": "via", "href": f"/runs/{run.id}", "type": "text/html", "title": "The run that checked it"}],
    )


def _file(
    key: str, output: RunOutput, media_type: str, title: str, roles: tuple[str, ...], fields: Mapping[str, Any]
) -> ProductFile:
    stored = StoredFile(checksum=output.checksum, size=output.size)
    return ProductFile(key=key, file=stored, media_type=media_type, title=title, roles=roles, properties=fields)


def _sentence(pieces: Sequence[Mapping[str, Any]]) -> str:
    kinds = {"raster": "grid", "cube": "cube", "table": "table of places"}
    what = f"one {kinds[pieces[0]['kind']]}" if len(pieces) == 1 else f"{len(pieces)} {kinds[pieces[0]['kind']]}s"
    return f"Brought as {what} ({', '.join(sorted({piece['format'] for piece in pieces}))})."


def _failure(run: Run) -> str:
    said = (run.failure.evalue or run.failure.ename)[:300] if run.failure else run.message
    why = said.strip().rstrip(".") or "no reason is known"
    return f"The check {run.state} and says nothing about the data: {why}. Bring it again."
