"""Reading a notebook file, and its canonical source."""

import json
from collections.abc import Mapping
from typing import Any

import nbformat

from repeatpass.core.digests import digest_json
from repeatpass.core.errors import Invalid
from repeatpass.notebooks.records import About

# Cell metadata that change what runs or how it reads; all else (ids, folding, timings) is the editor's.
MEANINGFUL_TAGS = "tags"
DECLARING = ("parameters", "outputs")  # what the notebook's own metadata may declare under “repeatpass”


def read_notebook(content: bytes, name: str = "The file") -> nbformat.NotebookNode:
    """Read a notebook of any nbformat version as version 4; raise Invalid with a sentence if it is none."""
    try:
        raw = json.loads(content)
    except (ValueError, UnicodeDecodeError) as error:
        raise Invalid(f"{name} is not a notebook: it is not JSON ({error}).") from None
    if not isinstance(raw, dict) or "nbformat" not in raw:
        raise Invalid(f"{name} is not a notebook: it has no “nbformat”. Save it from Jupyter as .ipynb.")
    try:
        notebook: nbformat.NotebookNode = nbformat.reads(content.decode(), as_version=4)
        _changes, notebook = nbformat.validator.normalize(notebook)
        nbformat.validate(notebook)
    except Exception as error:  # nbformat raises many kinds, even for a version from the future
        raise Invalid(f"{name} is not a valid notebook: {str(error).splitlines()[0]}") from None
    language = language_of(notebook)
    if language != "python":
        raise Invalid(f"{name} is written in {language}; Repeatpass executes Python notebooks.", language=language)
    return notebook


def language_of(notebook: Mapping[str, Any]) -> str:
    """Return the language that a notebook's metadata state, Python where they say nothing."""
    metadata = notebook.get("metadata", {})
    stated = metadata.get("kernelspec", {}).get("language") or metadata.get("language_info", {}).get("name")
    return str(stated or "python").lower()


def canonical_source(notebook: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what makes a notebook this one: each cell's type, source and tags, in order.

    Outputs, execution counts, cell ids and an editor's own metadata do not count: opening and saving a
    notebook, or executing it, makes no new revision.
    """
    return [
        {
            "type": cell["cell_type"],
            "source": _joined(cell["source"]),
            "tags": sorted(cell.get("metadata", {}).get(MEANINGFUL_TAGS, [])),
        }
        for cell in notebook["cells"]
    ]


def _joined(source: str | list[str]) -> str:
    text = source if isinstance(source, str) else "".join(source)
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip("\n")


def revision_of(notebook: Mapping[str, Any]) -> str:
    """Return the revision: SHA-256 (hex) over the canonical source in canonical JSON.

    What the metadata declare of parameters and outputs counts where there is any: it decides what is accepted.
    """
    stated = notebook.get("metadata", {}).get("repeatpass", {})
    declared = {name: stated[name] for name in DECLARING if stated.get(name)}
    source: list[dict[str, Any]] = canonical_source(notebook)
    return digest_json(source + [{"declared": declared}] if declared else source).removeprefix("sha256:")


def about(notebook: Mapping[str, Any], fallback_title: str) -> About:
    """Return what the notebook says of itself; the first heading is its title where metadata give none."""
    stated = notebook.get("metadata", {}).get("repeatpass", {})
    return About(
        title=str(stated.get("title") or _first_heading(notebook) or fallback_title),
        description=str(stated.get("description", "")),
        licence=str(stated.get("licence", "")),
        citation=str(stated.get("citation", "")),
        authors=tuple(_author(author) for author in stated.get("authors", ())),
        tags=tuple(str(tag) for tag in stated.get("tags", ())),
        flavour=str(stated.get("flavour", "")),
    )


def _author(author: Any) -> str:
    return str(author.get("name", "")) if isinstance(author, dict) else str(author)


def _first_heading(notebook: Mapping[str, Any]) -> str:
    for cell in notebook["cells"]:
        for line in _joined(cell["source"]).splitlines() if cell["cell_type"] == "markdown" else ():
            if line.startswith("# "):
                return line[2:].strip()
    return ""
