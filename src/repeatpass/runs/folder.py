"""A run's folder: written before it starts, read when it has ended."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from repeatpass.core.errors import Invalid
from repeatpass.runs.context import Contexts
from repeatpass.runs.execution import REQUEST_FILE, ExecutionRequest, Limits
from repeatpass.runs.records import Provenance, Run, RunInput, RunOutput, UnrecordedRead
from repeatpass.storage.files import FileArea


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What was taken out of a folder into the file area."""

    provenance: Provenance
    log: str
    executed: str


class Folders:
    """Makes the folders that runs work in, and takes out what they left."""

    def __init__(self, root: Path, files: FileArea, contexts: Contexts) -> None:
        self.root = root
        self.files = files
        self.contexts = contexts
        root.mkdir(parents=True, exist_ok=True)

    def of(self, run: str) -> Path:
        """Return the folder of a run, which may not exist (any more)."""
        return self.root / run

    def prepare(self, run: Run, prefix: Path, kit: Path) -> ExecutionRequest:
        """Write what the executor needs into the run's folder and return the request.

        A folder in which the run may have begun already is left as it is.
        """
        folder = self.of(run.id)
        if not (folder / REQUEST_FILE).exists():
            (folder / "outputs").mkdir(parents=True, exist_ok=True)
            (folder / "work").mkdir(exist_ok=True)
            self.files.copy_out(run.legs.source, folder / "notebook.ipynb")
            context = self.contexts.written_out(run.legs.context, run.id)
            (folder / "context.json").write_text(json.dumps(context.to_json()))
        return ExecutionRequest(
            run=run.id, prefix=prefix, kit=kit, parameters=run.parameters, limits=Limits(**run.limits), environ={}
        )

    def take_out(self, run: Run, *, outputs: bool = True) -> Kept:
        """Keep the outputs, the log and the executed notebook in the file area, and list what was read.

        Raise Invalid if the notebook names outputs that are not there; *outputs* False leaves them out.
        """
        folder = self.of(run.id)
        named = _last_by_path(folder / "outputs" / "manifest.jsonl") if outputs else []
        provenance = Provenance(
            outputs=[self._output(run, entry) for entry in named],
            inputs=_unique([_input(run, entry) for entry in _lines(folder / "reads.jsonl")]),
            unrecorded=_unique([_unrecorded(run, entry) for entry in _lines(folder / "unrecorded.jsonl")]),
        )
        log, executed = self._kept(folder / "log.jsonl"), self._kept(folder / "executed.ipynb")
        return Kept(provenance=provenance, log=log, executed=executed)

    def remove(self, run: str) -> None:
        """Remove a run's folder once everything in it is kept."""
        shutil.rmtree(self.of(run), ignore_errors=True)

    def _kept(self, path: Path) -> str:
        return self.files.put(path).checksum if path.exists() else ""

    def _output(self, run: Run, entry: dict[str, Any]) -> RunOutput:
        if missing := [name for name in ("name", "path", "kind", "media_type") if not isinstance(entry.get(name), str)]:
            raise Invalid(f"The manifest of the outputs lacks {', '.join(missing)} in one of its lines.")
        stored = self.files.put(_inside(self.of(run.id) / "outputs", entry["path"]))
        return RunOutput(
            run=run.id,
            name=entry["name"],
            path=entry["path"],
            kind=entry["kind"],
            media_type=entry["media_type"],
            title=entry.get("title") or entry["name"],
            unit=entry.get("unit") or "",
            cell=entry.get("cell"),
            checksum=stored.checksum,
            size=stored.size,
        )


def _inside(root: Path, name: str) -> Path:
    # A notebook may write anything into its manifest; only its own plain files are taken.
    path = root / name
    if path.is_symlink() or not path.resolve().is_relative_to(root.resolve()) or not path.is_file():
        raise Invalid(f"The output “{name}” is not a file in the outputs folder.")
    return path


def _input(run: Run, entry: dict[str, Any]) -> RunInput:
    return RunInput(
        run=run.id,
        collection=entry["collection"],
        version=entry["version"],
        item=entry["item"] or "",
        asset=entry["asset"],
        href=f"/files/{entry['checksum']}",
        size=entry["size"],
        checksum=entry["checksum"],
        media_type=entry["media_type"],
        cell=entry.get("cell"),
    )


def _unrecorded(run: Run, entry: dict[str, Any]) -> UnrecordedRead:
    return UnrecordedRead(run=run.id, kind=entry["kind"], name=str(entry["name"]), cell=entry.get("cell"))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Read JSON lines; a last line that was cut off by a kill is passed over."""
    if not path.exists():
        return
    for line in path.read_text(errors="replace").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            yield entry


def _last_by_path(path: Path) -> list[dict[str, Any]]:
    return list({entry.get("path"): entry for entry in _lines(path)}.values())


def _unique(records: list[Any]) -> list[Any]:
    return list(dict.fromkeys(records))
