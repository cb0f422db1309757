"""Processes, executions and results, for every dialect: OGC API – Processes, WPS, the original platform's."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from repeatpass.access import Actor
from repeatpass.api.execution import ExecuteNotebook, execute_notebook
from repeatpass.api.notebook_process import EXECUTE_NOTEBOOK, execute_notebook_process
from repeatpass.api.workspace_files import notebook_in_workspace
from repeatpass.assembly import House
from repeatpass.core.errors import Invalid, NotFound
from repeatpass.notebooks.processes import Process, process_of
from repeatpass.notebooks.records import Notebook
from repeatpass.runs.records import Run, RunOutput, State

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

    def processes(self, limit: int = 10_000, offset: int = 0) -> list[Process]:
        """List the processes: ``execute-notebook``, then one for each notebook on the shelf."""
        notebooks = self.house.shelf.notebooks()
        first = [execute_notebook_process()] if offset == 0 and limit > 0 else []
        at = max(0, offset - 1)
        return first + [self._process(each) for each in notebooks[at : at + limit - len(first)]]

    def process(self, id: str) -> Process:
        """Return one process; raise NotFound if there is none of this id."""
        return execute_notebook_process() if id == EXECUTE_NOTEBOOK else self._process(self._notebook(id))

    def submit(
        self, actor: Actor, id: str, inputs: Mapping[str, Any], *, run_id: str = "", also: Also = lambda _: None
    ) -> Run:
        """Queue an execution of process *id* with plain input values; *also* is done in the same transaction.

        Raise NotFound for an unknown process, Invalid for wrong inputs, Forbidden if *actor* may not run,
        Conflict if *run_id* is taken.
        """
        if id == EXECUTE_NOTEBOOK:
            return self._submit_asked(actor, execute_notebook(inputs), run_id, also)
        name = self._notebook(id).latest.name
        return self.house.submitting.submit(actor, name, inputs, id=run_id, also=also)

    def results(self, run: Run) -> list[Result]:
        """Return what *run* left.

        Raise NotFound (result-not-ready) while it is under way, Invalid if it did not succeed.
        """
        if not run.state.final:
            raise NotFound(f"The run is {run.state}; its results are not there yet.", ogc="result", run=run.id)
        if run.state is not State.SUCCEEDED:
            raise Invalid(f"The run {run.state}: {run.message}", run=run.id)
        return [self._result(run, output) for output in self.house.runs.provenance(run.id).outputs]

    def _process(self, notebook: Notebook) -> Process:
        return process_of(notebook)

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

    def _submit_asked(self, actor: Actor, asked: ExecuteNotebook, run_id: str, also: Also) -> Run:
        house = self.house
        content = notebook_in_workspace(house.settings.home, actor, asked.notebook)
        facts: dict[str, Any] = {"limits": asked.limits, "id": run_id, "also": also}
        if content is not None:
            return house.submitting.submit_file(actor, asked.notebook, content, asked.parameters, **facts)
        return house.submitting.submit(actor, self._on_the_shelf(actor, asked.notebook), asked.parameters, **facts)

    def _on_the_shelf(self, actor: Actor, name: str) -> str:
        shelved = name.removesuffix(".ipynb")
        try:
            return self.house.shelf.find(shelved).name
        except NotFound:
            raise NotFound(
                f"There is no file “{name}” in your workspace (the folder workspaces/{actor.id} of the home) and no "
                f"notebook “{shelved}” on the shelf. Put the file there, or add it with repeatpass notebooks add.",
                notebook=name,
            ) from None
