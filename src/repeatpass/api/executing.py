"""Processes, executions and results, for every dialect: OGC API – Processes, WPS, the original platform's."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from repeatpass.access import Actor
from repeatpass.api.asked_notebook import submit_asked
from repeatpass.api.execution import execute_notebook
from repeatpass.api.notebook_process import EXECUTE_NOTEBOOK, execute_notebook_process
from repeatpass.assembly import House
from repeatpass.core.errors import Invalid, NotFound
from repeatpass.notebooks.outputs import Declared, declared_outputs
from repeatpass.notebooks.processes import EXECUTED, NOTEBOOK, NOTEBOOK_TYPE, Left, Process, process_of
from repeatpass.notebooks.records import Notebook, Revision
from repeatpass.runs.records import Run, RunOutput, State
from repeatpass.runs.retention import require_kept

Also = Callable[[sa.Connection], None]
LITERAL = "literal"  # the kind of an output that is one JSON value


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """One output of a run that succeeded."""

    name: str
    title: str
    media_type: str
    size: int  # bytes
    checksum: str  # sha256:<hex>
    href: str  # address on this server, from the root
    path: Path | None  # of the kept file, where files are kept on this machine
    value: Any = None  # of an output that is a literal value; None for files
    literal: bool = False  # whether it is one, because a literal value may be null


class Executing:
    """What every dialect does, in the words of the house."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._read: dict[str, tuple[tuple[Declared, ...], Mapping[str, Any]]] = {}

    def processes(self, limit: int = 10_000, offset: int = 0) -> list[Process]:
        """List the processes: ``execute-notebook``, then one for each notebook on the shelf.

        Their outputs are those that the source declares; `process` knows them more exactly.
        """
        notebooks = self.house.shelf.notebooks()
        first = [execute_notebook_process()] if offset == 0 and limit > 0 else []
        at = max(0, offset - 1)
        return first + [self._described(each) for each in notebooks[at : at + limit - len(first)]]

    def count(self) -> int:
        """Return how many processes there are."""
        return len(self.house.shelf.notebooks()) + 1

    def process(self, id: str) -> Process:
        """Return one process; raise NotFound if there is none of this id."""
        if id == EXECUTE_NOTEBOOK:
            return execute_notebook_process()
        notebook = self._notebook(id)
        return self._described(notebook, self._left(notebook.latest))

    def submit(
        self,
        actor: Actor,
        id: str,
        inputs: Mapping[str, Any],
        *,
        run_id: str = "",
        also: Also = lambda _: None,
        flavour: str = "",
    ) -> Run:
        """Queue an execution of process *id* with plain input values; *also* is done in the same transaction.

        Raise NotFound for an unknown process, Invalid for wrong inputs, Forbidden if *actor* may not run,
        Conflict if *run_id* is taken.
        """
        if id == EXECUTE_NOTEBOOK:
            return submit_asked(self.house, actor, execute_notebook(inputs), run_id, also, flavour)
        name = self._notebook(id).latest.name
        return self.house.submitting.submit(actor, name, inputs, id=run_id, also=also, flavour=flavour)

    def results(self, run: Run) -> list[Result]:
        """Return what *run* left.

        Raise NotFound (result-not-ready) while it is under way, Invalid if it did not succeed, Gone if what it
        left was deleted.
        """
        if not run.state.final:
            raise NotFound(f"The run is {run.state}; its results are not there yet.", ogc="result", run=run.id)
        if run.state is not State.SUCCEEDED:
            raise Invalid(f"The run {run.state}: {run.message}", run=run.id)
        require_kept(run)
        outputs = self.house.runs.provenance(run.id).outputs
        return [self._result(run, output) for output in outputs] or self._executed(run)

    def newest(self, actor: Actor, id: str) -> list[Result]:
        """Return what the newest run of the process left; nothing where *actor* may see none."""
        revision = self._notebook(id).latest
        run = self.house.runs.latest_success(revision.notebook, revision.revision)
        try:
            return [] if run is None else self.results(self.house.runs.as_seen_by(actor).run(run.id))
        except NotFound:
            return []

    def _executed(self, run: Run) -> list[Result]:
        """Return the executed notebook, the result of a run that left nothing else."""
        if not run.executed:
            return []
        return [
            Result(
                name=NOTEBOOK,
                title=EXECUTED.title,
                media_type=NOTEBOOK_TYPE,
                size=len(self.house.files.read(run.executed)),
                checksum=run.executed,
                href=f"/runs/{run.id}/executed.ipynb",
                path=self.house.files.path(run.executed) if self.house.files.is_local else None,
            )
        ]

    def _described(self, notebook: Notebook, left: Sequence[Left] = ()) -> Process:
        declared, stated = self._declared(notebook.latest)
        return process_of(notebook, declared, left, stated)

    def _declared(self, revision: Revision) -> tuple[tuple[Declared, ...], Mapping[str, Any]]:
        """Read what a revision declares of its outputs, once: a revision never changes."""
        if revision.file not in self._read:
            notebook = json.loads(self.house.shelf.content(revision))
            about = notebook.get("metadata", {}).get("repeatpass", {}).get("outputs", {})
            cells = notebook.get("cells", [])
            self._read[revision.file] = declared_outputs({"cells": cells}), about if isinstance(about, dict) else {}
        return self._read[revision.file]

    def _left(self, revision: Revision) -> list[Left]:
        run = self.house.runs.latest_success(revision.notebook, revision.revision)
        return [] if run is None else [_left(each) for each in self.house.runs.provenance(run.id).outputs]

    def _notebook(self, id: str) -> Notebook:
        try:
            self.house.shelf.offered(id)
            return self.house.shelf.notebook(id)
        except NotFound:
            raise NotFound(
                f"There is no process “{id}”; see /ogc/processes for those there are.", ogc="process"
            ) from None

    def _result(self, run: Run, output: RunOutput) -> Result:
        literal = output.kind == LITERAL
        return Result(
            name=output.name,
            title=output.title,
            media_type=output.media_type,
            size=output.size,
            checksum=output.checksum,
            href=f"/runs/{run.id}/outputs/{output.path}",
            path=self.house.files.path(output.checksum) if self.house.files.is_local else None,
            value=json.loads(self.house.files.read(output.checksum)) if literal else None,
            literal=literal,
        )


def _left(output: RunOutput) -> Left:
    return Left(
        name=output.name,
        title=output.title,
        unit=output.unit,
        media_type=output.media_type,
        literal=output.kind == LITERAL,
    )
