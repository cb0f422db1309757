"""Where the notebook of one run works: in the run's folder or, in a sandbox, in a room of its own.

What the executor trusts (request, log, outcome) is in the run's folder alone, which no sandboxed kernel sees. Its room
is cleared up once everything in it has ended; then the outputs and the record of reads come home into the run's folder.
"""

import asyncio
import json
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from repeatpass.core.digests import digest_bytes
from repeatpass.kit import confining
from repeatpass.kit.watching import AROUND
from repeatpass.runs.executor.processes import made_accessible
from repeatpass.runs.kernels.forkserver import ForkedKernel

RECORD_BYTES = 64 * 1024**2
RECORDS = ("reads.jsonl", "unrecorded.jsonl")


class OwnFolder:
    """The run's folder itself."""

    confined = False

    def __init__(self, folder: Path, kernel: ForkedKernel) -> None:
        self.folder, self.kernel = folder, kernel

    def written(self) -> tuple[Path, ...]:
        """The folders that the notebook writes to; what is in them is counted."""
        return self.folder / "work", self.folder / "outputs", self.kernel.folder

    async def furnish(self) -> None:
        """Put in place what the notebook is given."""
        for path in self.written():
            path.mkdir(exist_ok=True)

    def settings(self) -> dict[str, Any]:
        """Where the notebook finds it all, as it sees it."""
        own = [str(self.folder), str(self.kernel.folder)]
        return _settings(str(self.folder), str(self.folder), str(self.folder), own, temporary=str(self.kernel.folder))

    def bring_home(self, reached: Sequence[str]) -> list[str]:
        """Move what the run left into its folder, once nothing of the run lives; return what was strange about it.

        *reached*: hosts that it was let through to, which are put on the record of unrecorded reads unless the
        record of reads explains them.
        """
        return []


class Room(OwnFolder):
    """The room of a sandboxed kernel."""

    confined = True

    def __init__(self, folder: Path, kernel: ForkedKernel) -> None:
        super().__init__(folder, kernel)
        assert kernel.room is not None and kernel.sandbox is not None
        self.room, self.sandbox = kernel.room, kernel.sandbox

    def written(self) -> tuple[Path, ...]:
        """See OwnFolder."""
        return *(self.room / name for name in confining.WRITABLE), self.kernel.folder

    async def furnish(self) -> None:
        """Write the context, and have the keeper show the inputs that it lists, and no others."""
        if name := await asyncio.to_thread(self._inputs):
            await self.kernel.give(name)

    def settings(self) -> dict[str, Any]:
        """See OwnFolder."""
        own = [*confining.WRITABLE.values(), confining.GIVEN, confining.HOME]
        records = confining.WRITABLE["records"]
        settings = _settings(confining.JOB, confining.GIVEN, records, own, temporary=confining.WRITABLE["tmp"])
        settings["environ"]["MPLCONFIGDIR"] = f"{confining.HOME}/matplotlib"
        return settings

    def bring_home(self, reached: Sequence[str]) -> list[str]:
        """See OwnFolder. Nothing is followed out of the room: links stay links, and only plain files are records."""
        made_accessible(self.room)
        outputs = self.folder / "outputs"
        shutil.rmtree(outputs, ignore_errors=True)
        shutil.move(self.room / "outputs", outputs)
        strange = []
        for name in RECORDS:
            path = self.room / "records" / name
            with suppress(FileNotFoundError):
                if stat.S_ISREG(path.lstat().st_mode):
                    shutil.move(path, self.folder / name)
                else:
                    strange.append(f"The notebook replaced {name} by something that is no file; it was left out.")
        if reached := unexplained(self.folder, reached):
            with (self.folder / "unrecorded.jsonl").open("a") as file:
                file.writelines(f"{json.dumps({'kind': 'network', 'name': name, 'cell': None})}\n" for name in reached)
        return strange

    def _inputs(self) -> str:
        """Write the context with paths inside of the sandbox; return the name of the folder with its inputs."""
        try:
            context = json.loads((self.folder / "context.json").read_text())
        except FileNotFoundError:
            return ""
        assets = list(_assets(context))
        sources = {asset["checksum"].partition(":")[2]: asset["href"] for asset in assets}
        for asset in assets:
            asset["href"] = f"{confining.INPUTS}/{asset['checksum'].partition(':')[2]}"
        target = self.room / "given" / "context.json"
        target.write_text(json.dumps(context))
        target.chmod(0o644)
        name = digest_bytes("\n".join(sorted(sources)).encode()).partition(":")[2]
        self._shelve(self.sandbox.rooms / "inputs" / name, sources)
        return name

    def _shelve(self, folder: Path, sources: dict[str, str]) -> None:
        """Link every input into *folder*, once for all runs of this sandbox that read the same inputs."""
        if folder.exists():
            return
        part = folder.with_name(f"{self.room.name}.part")
        part.mkdir()
        part.chmod(0o755)
        for name, source in sources.items():
            _link(Path(source), part / name)
        with suppress(OSError):  # another run of this sandbox was first
            part.rename(folder)
        shutil.rmtree(part, ignore_errors=True)


def unexplained(folder: Path, reached: Sequence[str]) -> list[str]:
    """Return those of the hosts *reached* that the record of reads does not explain.

    Where anything went past the kit, it may have gone to any of them.
    """
    past = any(entry.get("name") == AROUND for entry in _entries(folder / "unrecorded.jsonl"))
    told = set() if past else {str(entry.get("host")) for entry in _entries(folder / "reads.jsonl")}
    return [name for name in reached if name not in told]


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a record that can be read; a record too long to be taken is none."""
    with suppress(OSError, ValueError):
        if path.stat().st_size <= RECORD_BYTES:
            for line in path.read_text("utf-8", "replace").splitlines():
                entry = json.loads(line)
                if isinstance(entry, dict):
                    yield entry


def _settings(given: str, context: str, records: str, own: list[str], *, temporary: str) -> dict[str, Any]:
    environ = {
        "REPEATPASS_CONTEXT": f"{context}/context.json",
        "REPEATPASS_READS": f"{records}/reads.jsonl",
        "REPEATPASS_OUTPUTS": f"{given}/outputs",
        "HOME": own[-1],
        "TMPDIR": temporary,
    }
    return {
        "environ": environ,
        "cwd": f"{given}/work",
        "watch": {"log": f"{records}/unrecorded.jsonl", "allowed": own},
    }


def _assets(thing: Any) -> Iterator[dict[str, Any]]:
    """Every asset in a context, however deep."""
    if isinstance(thing, dict):
        if "checksum" in thing and str(thing.get("href", "")).startswith("/"):
            yield thing
        for value in thing.values():
            yield from _assets(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from _assets(value)


def _link(source: Path, target: Path) -> None:
    """Link a kept file, or copy it where a link cannot be had or would not be readable in the sandbox."""
    readable = os.getuid() != 0 or source.stat().st_mode & stat.S_IROTH
    try:
        if readable:
            os.link(source, target)
            return
    except OSError:
        pass
    shutil.copyfile(source, target)
    target.chmod(0o444)
