"""The one sentence that says to a person how a run ended."""

import re
from typing import Literal

import nbformat

from repeatpass.runs.execution import Failure, Limits

ANSI = re.compile(r"\x1b\[[0-9;]*m")  # colours of a terminal
Reason = Literal["time", "memory", "output", "files", "processes", "cancelled", "stopped"]


def bytes_in_words(count: int) -> str:
    """4294967296 → 4.3 GB."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} bytes"


def seconds_in_words(seconds: float) -> str:
    """90 → 90 s; 7200 → 2 h."""
    if seconds >= 3600 and seconds % 3600 == 0:
        return f"{seconds / 3600:g} h"
    return f"{seconds / 60:g} min" if seconds >= 120 and seconds % 60 == 0 else f"{seconds:g} s"


def limit_reached(reason: Reason, limits: Limits, where: str) -> str:
    """Which limit ended the run, and where it was."""
    what = {
        "time": f"It was stopped at its time limit of {seconds_in_words(limits.time_s)}",
        "memory": f"It needed more memory than its limit of {bytes_in_words(limits.memory_bytes)}",
        "output": f"It showed more output than its limit of {bytes_in_words(limits.output_bytes)}",
        "files": f"It wrote more to files than its limit of {bytes_in_words(limits.files_bytes)}",
        "processes": f"It started more processes and threads than its limit of {limits.processes}",
        "cancelled": "It was cancelled",
        "stopped": "The program that carries out runs was stopped",
    }
    return f"{what[reason]}, {where}."


def cell_failed(failure: Failure, where: str) -> str:
    """What the failing cell says, on one line."""
    if failure.ename == "StdinNotImplementedError":
        return f"It asks for input, which a run cannot give, {where}."
    said = " ".join(failure.evalue.split())
    said = said if len(said) <= 300 else said[:299] + "…"
    return f"It failed {where}: {failure.ename}{': ' if said else ''}{said}"


def kernel_ended(code: int | None, where: str) -> str:
    """The kernel went away by itself."""
    if code is not None and code >= 0:
        return f"The notebook ended its own kernel (exit code {code}) {where}."
    how = f"was ended by signal {-code}" if code else "was lost"
    return f"The kernel {how} {where}."


def failure_of(index: int, cell: nbformat.NotebookNode) -> Failure:
    """The failing cell with what it raised."""
    for output in reversed(cell.get("outputs", [])):
        if output.output_type == "error":
            return Failure(
                cell=index,
                source=cell.source,
                ename=output.ename,
                evalue=output.evalue,
                traceback=tuple(ANSI.sub("", line) for line in output.traceback),
            )
    return Failure(cell=index, source=cell.source)


def limit_behind(failure: Failure) -> Reason | None:
    """The limit that a Python error stems from, if it does."""
    if failure.ename in {"MemoryError", "ArrayMemoryError", "_ArrayMemoryError"}:
        return "memory"
    if "[Errno 11]" in failure.evalue or "can't start new thread" in failure.evalue:
        return "processes"
    too_large = failure.ename == "OSError" and "[Errno 27]" in failure.evalue
    return "files" if too_large else None
