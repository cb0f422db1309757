"""A run's folder: written before it starts, read when it has ended."""

import json
import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from repeatpass.core.errors import Invalid
from repeatpass.runs.context import Contexts
from repeatpass.runs.elsewhere import input_elsewhere, is_elsewhere
from repeatpass.runs.execution import REQUEST_FILE, ExecutionRequest, Limits
from repeatpass.runs.masking import Masks
from repeatpass.runs.records import Provenance, Run, RunInput, RunOutput, UnrecordedRead
from repeatpass.runs.sandbox import NO_SANDBOX, Isolation
from repeatpass.storage.files import FileArea

NO_MASKS = Masks()
RECORD_BYTES = 64 * 1024**2  # of a manifest, or of a record of reads
NAME_LETTERS = 4000
KINDS = {"file", "network", "process", "bytes"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What was taken out of a folder into the file area."""

    provenance: Provenance
    log: str
    executed: str
    sizes: Mapping[str, int] = field(default_factory=dict)  # checksum -> bytes of everything that was kept


class Folders:
    """Makes the folders that runs work in, and takes out what they left."""

    def __init__(self, root: Path, files: FileArea, contexts: Contexts, isolation: Isolation = NO_SANDBOX) -> None:
        self.root = root
        self.files = files
        self.contexts = contexts
        self.isolation = isolation
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
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / "outputs").mkdir(exist_ok=True)
            (folder / "work").mkdir(exist_ok=True)
            self.files.copy_out(run.legs.source, folder / "notebook.ipynb")
            context = self.contexts.written_out(run.legs.context, run.id)
            (folder / "context.json").write_text(json.dumps(context.to_json()))
        return ExecutionRequest(
            run=run.id,
            prefix=prefix,
            kit=kit,
            parameters=run.parameters,
            limits=Limits(**run.limits),
            workspace=run.workspace,
            sandbox=self.isolation.sandbox,
            network=self.isolation.network,
        )

    def take_out(self, run: Run, *, outputs: bool = True, masks: Masks = NO_MASKS) -> Kept:
        """Keep the outputs, the log and the executed notebook in the file area, and list what was read.

        Raise Invalid if the notebook names outputs that are not there, or that hold what *masks* stands for, and
        where what it says of its reads cannot be so; *outputs* False leaves outputs and inputs out.
        """
        folder = self.of(run.id)
        reads = list(_lines(folder / "reads.jsonl")) if outputs else []
        known = _readable(folder / "context.json") if reads else set()
        named = _last_by_path(folder / "outputs" / "manifest.jsonl") if outputs else []
        provenance = Provenance(
            outputs=[self._output(run, entry, masks) for entry in named],
            inputs=_unique([_input(run, entry, known, masks) for entry in reads]),
            unrecorded=_unique([_unrecorded(run, entry, masks) for entry in _lines(folder / "unrecorded.jsonl")]),
        )
        sizes = {output.checksum: output.size for output in provenance.outputs}
        log, executed = (self._kept(folder / name, sizes) for name in ("log.jsonl", "executed.ipynb"))
        return Kept(provenance=provenance, log=log, executed=executed, sizes=sizes)

    def remove(self, run: str) -> None:
        """Remove a run's folder once everything in it is kept."""
        shutil.rmtree(self.of(run), ignore_errors=True)

    def _kept(self, path: Path, sizes: dict[str, int]) -> str:
        if not path.exists():
            return ""
        stored = self.files.put(path)
        sizes[stored.checksum] = stored.size
        return stored.checksum

    def _output(self, run: Run, entry: dict[str, Any], masks: Masks) -> RunOutput:
        if missing := [name for name in ("name", "path", "kind", "media_type") if not isinstance(entry.get(name), str)]:
            raise Invalid(f"The manifest of the outputs lacks {', '.join(missing)} in one of its lines.")
        path = _inside(self.of(run.id) / "outputs", entry["path"])
        _require_no_secret(path, entry, masks)
        stored = self.files.put(path)
        return RunOutput(
            run=run.id,
            name=entry["name"],
            path=entry["path"],
            kind=entry["kind"],
            media_type=entry["media_type"],
            title=masks.text(entry.get("title") or entry["name"]),
            unit=masks.text(entry.get("unit") or ""),
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


def _require_no_secret(path: Path, entry: Mapping[str, Any], masks: Masks) -> None:
    named = masks.text(entry["path"] + entry["name"]) != entry["path"] + entry["name"]
    if named or (name := masks.found_in(path)):
        what = "its name" if named else f"the value of {name}"
        raise Invalid(
            f"The output “{masks.text(entry['path'])}” was not kept, because {what} in it is secret. Publish it without."
        )


def _readable(path: Path) -> set[tuple[str, str, str, str, str]]:
    """What the notebook was given to read: collection, version, item, asset and checksum of each file."""
    found = set()
    for id, collection in json.loads(path.read_text())["collections"].items():
        for item in ({"id": "", "assets": collection["assets"]}, *collection["items"]):
            for key, asset in item["assets"].items():
                found.add((id, collection["version"], item["id"], key, asset["checksum"]))
    return found


def _input(run: Run, entry: dict[str, Any], known: set[tuple[str, str, str, str, str]], masks: Masks) -> RunInput:
    if is_elsewhere(str(entry.get("collection") or "")):
        return input_elsewhere(run.id, entry, masks)
    # The record is the notebook's own; it cannot claim to have read what it was never given.
    names = ("collection", "version", "item", "asset", "checksum")
    if tuple(str(entry.get(name) or "") for name in names) not in known:
        said = ", ".join(str(entry.get(name))[:80] for name in names[:4])
        raise Invalid(f"The record of reads names a file that the run was not given ({said}).")
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


def _unrecorded(run: Run, entry: dict[str, Any], masks: Masks) -> UnrecordedRead:
    cell, kind = entry.get("cell"), str(entry.get("kind"))
    name = masks.text(str(entry.get("name"))[:NAME_LETTERS]).replace("\0", "")
    return UnrecordedRead(
        run=run.id, kind=kind if kind in KINDS else "file", name=name, cell=cell if isinstance(cell, int) else None
    )


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Read JSON lines; a last line that was cut off by a kill is passed over.

    A notebook may have put anything there: a link would lead out of the run's folder, a pipe would never end.
    """
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISREG(status.st_mode) or status.st_size > RECORD_BYTES:
        raise Invalid(f"{path.name} is no file of the kind that a run leaves, or has more than {RECORD_BYTES} bytes.")
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
