"""The notebook of a run as it was executed, read for its pages."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from repeatpass.core.errors import RepeatpassError
from repeatpass.runs.records import Run
from repeatpass.storage.files import FileArea

Notebook = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeCell:
    """A code cell that ran: *index* among all cells (from 0), *number* among the code cells (from 1)."""

    index: int
    number: int
    count: int | None  # the execution count
    source: str


def executed_notebook(files: FileArea, run: Run) -> Notebook | None:
    """The executed notebook; None while there is none, or where it cannot be read."""
    if not run.executed:
        return None
    try:
        read: Notebook = json.loads(files.read(run.executed))
    except (RepeatpassError, ValueError):
        return None
    return read


def code_cells(notebook: Notebook | None) -> Iterator[CodeCell]:
    """The code cells with something in them, in order."""
    number = 0
    for index, cell in enumerate(notebook["cells"] if notebook else ()):
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        if cell["cell_type"] == "code" and source.strip():
            number += 1
            yield CodeCell(index=index, number=number, count=cell.get("execution_count"), source=source)


def cell_source(notebook: Notebook | None, count: int | None) -> str:
    """The source of the cell with an execution count; empty if there is none."""
    found = (cell.source for cell in code_cells(notebook) if cell.count == count)
    return next(found, "") if count is not None else ""
