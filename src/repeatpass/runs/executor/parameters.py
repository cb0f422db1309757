"""Parameters into a notebook: one new cell after the cell tagged `parameters`.

The convention, tag `injected-parameters` and comment `# Parameters` are papermill's, so that a notebook
made for it works here and the other way round.
"""

import keyword
import math
from collections.abc import Mapping
from typing import Any

import nbformat

TAG, INJECTED = "parameters", "injected-parameters"


def inject(notebook: nbformat.NotebookNode, parameters: Mapping[str, Any]) -> None:
    """Add the cell to *notebook*, replacing one that an earlier run has left. No parameters: no cell.

    Raises ValueError for a name that is no Python name, or a value that is not plain JSON.
    """
    if not parameters:
        return
    tags = {"tags": [INJECTED]}
    cell = nbformat.v4.new_code_cell(source=source(parameters), metadata=tags)
    if notebook.nbformat_minor < 5:
        cell.pop("id", None)
    old = _tagged(notebook, INJECTED)
    place = _tagged(notebook, TAG)
    if old is not None:
        notebook.cells[old] = cell
    else:
        notebook.cells.insert(0 if place is None else place + 1, cell)


def source(parameters: Mapping[str, Any]) -> str:
    """The cell's text: one assignment per parameter."""
    lines = ["# Parameters"]
    for name, value in parameters.items():
        if not name.isidentifier() or keyword.iskeyword(name):
            raise ValueError(f"“{name}” cannot be the name of a parameter.")
        lines.append(f"{name} = {literal(value)}")
    return "\n".join(lines) + "\n"


def literal(value: Any) -> str:
    """Write a JSON value as a Python literal that reads back as the same value."""
    if isinstance(value, float) and not math.isfinite(value):
        return f"float('{value}')"
    if value is None or isinstance(value, (str, bool, int, float)):
        return repr(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(literal, value)) + "]"
    raise ValueError(f"A parameter cannot be a {type(value).__name__}.")


def _tagged(notebook: nbformat.NotebookNode, tag: str) -> int | None:
    found = (index for index, cell in enumerate(notebook.cells) if tag in cell.metadata.get("tags", ()))
    return next(found, None)
