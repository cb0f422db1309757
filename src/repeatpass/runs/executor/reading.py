"""Reading the notebook of a run: any format that can be upgraded, any Python kernel name."""

import json
import warnings
from pathlib import Path
from typing import Any

import nbformat

PYTHON = ("python", "ipython", "xpython", "conda", "pyodide")


class Unreadable(Exception):
    """The notebook cannot be executed; the text says why, in one sentence for a person."""


def read_notebook(path: Path) -> tuple[nbformat.NotebookNode, list[str]]:
    """The notebook as format 4, and notices for the log. Raises Unreadable."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise Unreadable("There is no notebook in the run's folder.") from None
    except ValueError as error:
        raise Unreadable(f"The file is not a notebook: it is not JSON ({error}).") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("nbformat"), int):
        raise Unreadable("The file is JSON but not a notebook: it does not say its “nbformat”.")
    notices = []
    if raw["nbformat"] != 4:
        notices.append(f"The notebook has format {raw['nbformat']}; it was upgraded to format 4 for this run.")
    notebook = _as_version_4(raw)
    _check_language(notebook)
    return notebook, notices


def _as_version_4(raw: dict[str, Any]) -> nbformat.NotebookNode:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            notebook = nbformat.from_dict(raw)
            if raw["nbformat"] != 4:
                notebook = nbformat.convert(notebook, 4)
            return _joined(notebook)
    except Exception as error:  # nbformat raises whatever a strange file makes it stumble over
        raise Unreadable(f"The notebook cannot be read: {type(error).__name__}: {error}.") from None


def _joined(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Sources written as lists of lines become text; outputs of an earlier execution go."""
    notebook.setdefault("metadata", nbformat.NotebookNode())
    for cell in notebook.cells:
        cell.setdefault("metadata", nbformat.NotebookNode())
        if isinstance(cell.source, list):
            cell.source = "".join(cell.source)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def _check_language(notebook: nbformat.NotebookNode) -> None:
    """A kernel of another language is refused; any Python kernel means our environment."""
    spec = notebook.metadata.get("kernelspec", {})
    info = notebook.metadata.get("language_info", {})
    language = str(spec.get("language") or info.get("name") or "").lower()
    name = str(spec.get("name") or "").lower()
    if language and not language.startswith(PYTHON):
        raise Unreadable(f"The notebook is written for a kernel of the language “{language}”; only Python can be run.")
    if (not language and name in {"ir", "scala", "bash", "octave"}) or name.startswith(("julia", "irkernel")):
        raise Unreadable(f"The notebook names the kernel “{name}”, which is not Python; only Python can be run.")
