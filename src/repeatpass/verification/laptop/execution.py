"""Executes a crate's notebook once, in its environment, and returns what it left.

Everything that executes is behind `execute`, so that another runner can take its place.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from repeatpass.kit.context import Context
from repeatpass.kit.publishing import manifest
from repeatpass.kit.records import Output
from repeatpass.notebooks.environments import python_of
from repeatpass.runs.executor.parameters import inject
from repeatpass.runs.executor.reading import Unreadable, read_notebook
from repeatpass.runs.kernels.forkserver import clean_environ
from repeatpass.verification.comparison import StoredOutput
from repeatpass.verification.footing import PinnedInput

Progress = Callable[[str], None]
START_S = 120  # importing on a cold, busy machine


@dataclass(frozen=True, kw_only=True, slots=True)
class Executed:
    """One execution on this computer. ``message`` says in a sentence why it did not succeed."""

    folder: Path
    succeeded: bool
    message: str = ""
    outputs: tuple[StoredOutput, ...] = ()
    inputs: tuple[PinnedInput, ...] = ()  # what it read through repeatpass.open


def execute(
    notebook: Path,
    context: Context,
    parameters: Mapping[str, Any],
    *,
    folder: Path,
    prefix: Path,
    kit: Path,
    timeout: float | None = None,
    progress: Progress = lambda _: None,
) -> Executed:
    """Execute *notebook* in the new *folder* with the Python of *prefix*.

    Args:
        notebook: as it was run, without injected parameters.
        context: what it may open, with absolute paths.
        parameters: injected after the cell tagged ``parameters``.
        folder: gets ``work/``, ``outputs/``, ``reads.jsonl``, ``executed.ipynb``.
        prefix: of the environment; ipykernel must be installed in it.
        kit: folder for PYTHONPATH.
        timeout: seconds for the whole notebook; None for as long as it takes.
        progress: told in sentences what is being done.

    A notebook that fails is an ordinary result; OSError is raised where the folder cannot be used.
    """  # fmt: skip
    for each in ("work", "outputs", "own"):
        (folder / each).mkdir(parents=True)
    (folder / "context.json").write_text(json.dumps(context.to_json()), encoding="utf-8")
    try:
        document, _ = read_notebook(notebook)
        inject(document, parameters)
    except (Unreadable, ValueError) as error:
        return Executed(folder=folder, succeeded=False, message=str(error))
    environ = _environ(folder, prefix, kit)
    message = asyncio.run(_run(document, environ, folder, prefix, timeout, progress))
    (folder / "executed.ipynb").write_text(_text(document), encoding="utf-8")
    return Executed(
        folder=folder, succeeded=not message, message=message,
        outputs=tuple(stored(folder / "outputs", each) for each in manifest(folder / "outputs")),
        inputs=tuple(dict.fromkeys(_inputs(folder / "reads.jsonl"))),
    )  # fmt: skip


def _text(document: nbformat.NotebookNode) -> str:
    return str(nbformat.writes(document))


def _environ(folder: Path, prefix: Path, kit: Path) -> dict[str, str]:
    """Return what the platform gives a notebook, too, and nothing of this computer's own."""
    return clean_environ(prefix, kit, folder / "own") | {
        "REPEATPASS_CONTEXT": str(folder / "context.json"),
        "REPEATPASS_READS": str(folder / "reads.jsonl"),
        "REPEATPASS_OUTPUTS": str(folder / "outputs"),
    }


def stored(folder: Path, output: Output) -> StoredOutput:
    """Return an output of the manifest as it is compared: by its path, which no two outputs share."""
    return StoredOutput(
        name=output.path,
        path=folder / output.path,
        kind=output.kind,
        media_type=output.media_type,
        unit=output.unit,
    )


async def _run(
    document: nbformat.NotebookNode,
    environ: dict[str, str],
    folder: Path,
    prefix: Path,
    timeout: float | None,
    progress: Progress,
) -> str:
    """Execute *document* in place; return why it did not succeed, or nothing."""
    work, log = folder / "work", folder / "kernel.log"
    # The sockets get a folder of their own below /tmp: the path of a socket must be short.
    with tempfile.TemporaryDirectory(prefix="rp-", ignore_cleanup_errors=True) as lines:
        manager = _Manager(
            transport="tcp" if os.name == "nt" else "ipc", connection_file=str(Path(lines) / "kernel.json")
        )
        manager.python = sys.executable if prefix == Path(sys.prefix) else str(python_of(prefix))
        client = NotebookClient(
            document,
            km=manager,
            timeout=None,
            startup_timeout=START_S,
            coalesce_streams=True,
            on_cell_start=lambda cell, cell_index: progress(f"Cell {cell_index + 1} of {len(document.cells)}"),
        )
        limit = asyncio.timeout(timeout)
        try:
            async with limit:
                with log.open("wb") as told:
                    await client.async_execute(env=environ, cwd=str(work), stdout=told, stderr=told, cleanup_kc=True)
        except CellExecutionError as error:
            return f"A cell failed: {error.ename}: {error.evalue}."
        except (DeadKernelError, RuntimeError, TimeoutError) as error:
            # nbclient takes every cancellation for a kernel that died, that of the time limit too.
            return f"The notebook was stopped after {timeout:g} seconds." if limit.expired() else _died(log, error)
        finally:
            if manager.has_kernel:
                await manager.shutdown_kernel(now=True)
    return ""


def _died(log: Path, error: Exception) -> str:
    said = [line.strip() for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    return f"The notebook's process ended before it was done: {said[-1] if said else error}"


class _Manager(AsyncKernelManager):
    """Starts kernels with the Python of an environment, whatever kernels are known on this computer."""

    python: str

    @property
    def kernel_spec(self) -> KernelSpec:
        command = [self.python, "-P", "-s", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name="Repeatpass", language="python")


def _inputs(path: Path) -> list[PinnedInput]:
    if not path.is_file():
        return []
    names = [name for name in PinnedInput.__slots__ if name != "item"]
    reads = (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())
    return [PinnedInput(item=read["item"] or "", **{name: read[name] for name in names}) for read in reads]
