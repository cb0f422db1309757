"""What goes into one execution and what comes out: plain records, kept as JSON in the run's folder."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

MEBIBYTE = 1024**2
OUTCOME_FILE = "outcome.json"
REQUEST_FILE = "request.json"

End = Literal["succeeded", "failed", "cancelled", "crashed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What one execution may use at most."""

    time_s: float = 3600.0  # wall time from the first cell to the last
    memory_bytes: int = 4096 * MEBIBYTE  # beyond what the preloaded kernel has already
    output_bytes: int = 32 * MEBIBYTE  # shown in the notebook: prints, figures, tables
    files_bytes: int = 2048 * MEBIBYTE  # written to the run's folder
    processes: int = 0  # and threads: of the run in a sandbox, else of its user; 0 = no limit (in a sandbox 256)
    cpus: float = 0.0  # processors; 0 = no limit


@dataclass(frozen=True, kw_only=True, slots=True)
class ExecutionRequest:
    """One notebook to execute; the notebook itself lies in the run's folder as `notebook.ipynb`."""

    run: str
    prefix: Path  # of the environment: its `bin/python` executes
    kit: Path  # folder for PYTHONPATH
    parameters: Mapping[str, Any] = field(default_factory=dict)
    limits: Limits = Limits()
    environ: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()  # which variables of *environ* are masked in whatever the run shows and leaves
    workspace: str = ""  # whose the run is: sandboxes are not shared between workspaces
    sandbox: bool = False  # run it in one, or not at all
    network: tuple[str, ...] = ()  # what may be reached from the sandbox: host, host:port, *.domain

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self) | {"prefix": str(self.prefix), "kit": str(self.kit)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read what `to_json` gave."""
        paths = {"prefix": Path(value["prefix"]), "kit": Path(value["kit"])}
        known = {"limits": Limits(**value.get("limits", {})), "secrets": tuple(value.get("secrets", ()))}
        known["network"] = tuple(value.get("network", ()))
        return cls(**{**value, **paths, **known})


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """A run that has not ended: *cell* of *of* cells is being executed (0: none yet)."""

    run: str = ""
    cell: int = 0
    of: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """The cell that failed, or (cell None) why nothing could be executed."""

    cell: int | None = None  # index among all cells of the executed notebook, from 0
    source: str = ""
    ename: str = ""
    evalue: str = ""
    traceback: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """What the kernel and the processes it started used."""

    cpu_s: float = 0.0
    peak_rss_bytes: int = 0  # resident, pages shared with the fork server included
    wall_s: float = 0.0
    read_bytes: int = 0  # by read calls, from the page cache too; memory-mapped reads are not counted
    written_bytes: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class CellTime:
    """How long one executed cell took."""

    index: int
    execution_count: int | None = None
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How an execution ended. *limits_by* says which limit ended it, if one did."""

    state: End
    message: str
    failure: Failure | None = None
    usage: Usage = Usage()
    cells: tuple[CellTime, ...] = ()
    limits_by: Literal["time", "memory", "output", "files", "processes", ""] = ""
    isolation: str = ""  # how the run was kept apart and its limits held, in a sentence

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read what `to_json` gave."""
        failure = value.get("failure")
        if failure is not None:
            failure = Failure(**{**failure, "traceback": tuple(failure["traceback"])})
        known = {
            "failure": failure,
            "usage": Usage(**value["usage"]),
            "cells": tuple(CellTime(**cell) for cell in value["cells"]),
        }
        return cls(**{**value, **known})


def write_json(path: Path, value: Any) -> None:
    """Write *value*, for its owner's eyes only, so that a reader sees the old file or the new one, never half of it."""
    part = path.with_name(f".{path.name}.part")
    with open(part, "w", encoding="utf-8", opener=_for_the_owner) as file:
        file.write(json.dumps(value, ensure_ascii=False))
    part.replace(path)


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def read_outcome(folder: Path) -> Outcome | None:
    """The outcome in a run's folder, or None while there is none."""
    try:
        return Outcome.from_json(json.loads((folder / OUTCOME_FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
