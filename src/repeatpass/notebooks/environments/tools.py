"""The two tools that make environments, uv and pip, and their troubles in plain words."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from repeatpass.core.errors import RepeatpassError
from repeatpass.notebooks.environments.records import Environment, EnvironmentFull, EnvironmentUnavailable

Progress = Callable[[str], None]

# What the tools print, and what it means for the person who waits. The first that fits is taken.
UNREACHABLE = (
    "error sending request", "failed to fetch", "could not connect", "connection refused", "dns error",
    "temporary failure in name resolution", "network is unreachable", "max retries exceeded",
    "no matching distribution found", "network connectivity is disabled", "connection error", "newconnectionerror",
)  # fmt: skip
FULL = ("no space left on device", "os error 28", "disk quota exceeded")
MISMATCH = ("hash mismatch", "do not match the hashes", "these packages do not match")
UNFIT = ("no wheels", "no solution found", "is not a supported wheel", "unsatisfiable")
LINES = 40  # of a tool's output kept for the error's detail


class ToolFailed(Exception):
    """A tool ended with an error; *output* holds the last lines it printed."""

    def __init__(self, output: str) -> None:
        super().__init__(output)
        self.output = output


def find_uv() -> str | None:
    """Return the path of uv: that of its Python package, else the one on PATH."""
    try:
        from uv import find_uv_bin

        return os.fsdecode(find_uv_bin())
    except (ImportError, FileNotFoundError):
        return shutil.which("uv")


def run(command: Sequence[str | Path], folder: Path, progress: Progress | None = None) -> None:
    """Run a tool in *folder*, passing on its lines as they come. Raises ToolFailed."""
    kept: list[str] = []
    process = subprocess.Popen(
        command, cwd=folder, env=_clean(), text=True, errors="replace",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    with process:
        for line in process.stdout or ():
            kept = [*kept, line.rstrip()][-LINES:]
            if progress and line.strip():
                progress(line.strip())
    if process.returncode:
        raise ToolFailed("\n".join(kept))


def explain(error: ToolFailed, environment: Environment) -> RepeatpassError:
    """Return the error to raise: what went wrong, and what to do about it."""
    said = error.output.lower()
    name = environment.name
    if is_full(error):
        return EnvironmentFull(f"The disk is full: the environment {name} could not be made. Free some space.")
    if _any(MISMATCH, said):
        return EnvironmentUnavailable(
            f"A package that the index offers is not the one in the lock of {name}: its checksum differs. "
            "Nothing was installed.", output=error.output)  # fmt: skip
    if _any(UNREACHABLE, said):
        return EnvironmentUnavailable(
            f"The packages of the environment {name} could not be fetched: no package index can be reached, "
            "and they are not all in the local cache. Connect to the network, or name a mirror "
            "(UV_DEFAULT_INDEX, PIP_INDEX_URL).", output=error.output)  # fmt: skip
    if _any(UNFIT, said):
        return EnvironmentUnavailable(
            f"The lock of the environment {name} has no packages for this kind of machine with Python "
            f"{environment.python}.", output=error.output)  # fmt: skip
    lines = [line.strip() for line in error.output.splitlines() if line.strip()] or ["no reason was given"]
    reason = next((line for line in lines if "error" in line.lower()), lines[-1])
    return EnvironmentUnavailable(f"The environment {name} could not be made: {reason}", output=error.output)


def is_full(error: ToolFailed) -> bool:
    """Say whether a tool failed for want of room on the disk."""
    return _any(FULL, error.output.lower())


def no_python(environment: Environment) -> EnvironmentUnavailable:
    """Return the error for a version of Python that cannot be had."""
    return EnvironmentUnavailable(
        f"The environment {environment.name} needs Python {environment.python}, which is not on this machine "
        f"(this is {sys.version.split()[0]}) and could not be fetched. Install it, then try again.",
        python=environment.python,
    )


def _clean() -> dict[str, str]:
    # What points at the caller's own Python must not lead a tool into the caller's own prefix.
    led = (
        "VIRTUAL_ENV",
        "PYTHONPATH",
        "PYTHONHOME",
        "CONDA_PREFIX",
        "PYTHONDONTWRITEBYTECODE",
        "UV_SYSTEM_PYTHON",
    )
    return {**{key: value for key, value in os.environ.items() if key not in led}, "NO_COLOR": "1"}


def _any(needles: Sequence[str], text: str) -> bool:
    return any(needle in text for needle in needles)
