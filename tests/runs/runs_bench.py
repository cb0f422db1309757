"""A workbench for tests: notebooks made of cells, carried out by a real executor."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import nbformat

from repeatpass.runs.runner import ExecutionRequest, LocalRunner, Outcome

PREFIX = Path(sys.prefix)
NUMBERS = count(1)


@dataclass(kw_only=True)
class Bench:
    """A runner, and a way to run cells with it."""

    home: Path
    kit: Path
    runner: LocalRunner
    folders: list[Path] = field(default_factory=list)

    def folder(self, *cells: str, notebook: str | None = None) -> Path:
        """A new run folder with a notebook of *cells*, or with the text *notebook*."""
        folder = self.home / "runs" / str(next(NUMBERS))
        (folder / "outputs").mkdir(parents=True)
        (folder / "notebook.ipynb").write_text(written(*cells) if notebook is None else notebook)
        return folder

    def request(self, **known: Any) -> ExecutionRequest:
        """A request for this environment."""
        return ExecutionRequest(run="run", prefix=PREFIX, kit=self.kit, **known)

    def start(self, *cells: str, notebook: str | None = None, **known: Any) -> tuple[str, Path]:
        """Start; return the ticket and the folder."""
        folder = self.folder(*cells, notebook=notebook)
        return self.runner.start(self.request(**known), folder), folder

    def run(self, *cells: str, notebook: str | None = None, **known: Any) -> tuple[Outcome, Path]:
        """Start, wait for the end, return the outcome and the folder."""
        ticket, folder = self.start(*cells, notebook=notebook, **known)
        return self.ended(ticket), folder

    def ended(self, ticket: str, timeout: float = 60.0) -> Outcome:
        """The outcome, which must come within *timeout* seconds."""
        outcome = self.runner.wait(ticket, timeout)
        assert isinstance(outcome, Outcome), f"still running: {outcome}"
        return outcome


def written(*cells: str, tags: Mapping[int, Sequence[str]] | None = None, **metadata: Any) -> str:
    """The text of a notebook."""
    tags = tags or {}
    nodes = [nbformat.v4.new_code_cell(s, metadata={"tags": list(tags.get(i, []))}) for i, s in enumerate(cells)]
    return nbformat.writes(nbformat.v4.new_notebook(cells=nodes, metadata=metadata))


def lines(path: Path) -> list[dict[str, Any]]:
    """A file of JSON lines."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def shown(folder: Path, cell: int = -1) -> str:
    """What a code cell of the executed notebook printed and returned, as text."""
    executed = nbformat.read(folder / "executed.ipynb", as_version=4)
    outputs = [c for c in executed.cells if c.cell_type == "code"][cell].outputs
    return "".join(o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in outputs)
