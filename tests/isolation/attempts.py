"""Running notebooks that try something, and looking at what came of it."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.houses import notebook

from repeatpass.access import Actor
from repeatpass.assembly import House
from repeatpass.runs.execution import Limits
from repeatpass.runs.records import Run, State


@dataclass(frozen=True, kw_only=True)
class Sandboxed:
    """A house with two scientists; Ann is the one who tries."""

    house: House
    ann: Actor
    bob: Actor
    prefix: Path

    @property
    def home(self) -> Path:
        """Where everything is that no notebook may see."""
        return self.house.settings.home

    def executor(self) -> dict[str, Any]:
        """The address of the executor (pid, socket), once it has run something."""
        assert self.run("1").state is State.SUCCEEDED
        address: dict[str, Any] = json.loads((self.home / "executor.json").read_text())
        return address

    def start(self, *cells: str, actor: Actor | None = None, **limits: Any) -> Run:
        """Queue a notebook of *cells*."""
        asked = Limits(**{"time_s": 60.0, "files_bytes": 50_000_000, **limits})
        content = notebook(*cells)
        return self.house.submitting.submit_file(actor or self.ann, "attempt.ipynb", content, {}, limits=asked)

    def run(self, *cells: str, actor: Actor | None = None, **limits: Any) -> Run:
        """Execute a notebook of *cells* to its end."""
        return self.ended(self.start(*cells, actor=actor, **limits))

    def ended(self, run: Run) -> Run:
        """Wait for the end."""
        found = self.house.runs.wait(run.id, 120)
        assert found.state.final, found
        return found

    def fails(self, *cells: str, by: str | tuple[str, ...], **limits: Any) -> Run:
        """Execute what must not work: the run fails, its log says by what (one of *by*), and that was in a sandbox."""
        run = self.run(*cells, **limits)
        assert run.state is State.FAILED, (run.state, run.message)
        assert run.failure is not None or run.limits_by, run
        reasons = (by,) if isinstance(by, str) else by
        assert any(reason in run.message and reason in self.log(run) for reason in reasons), run.message
        assert run.isolation.startswith("Sandbox (bubblewrap)"), run.isolation
        return run

    def log(self, run: Run) -> str:
        """The whole log of a run."""
        lines = self.house.files.read(run.log).decode().splitlines()
        return "\n".join(json.loads(line)["text"] for line in lines)

    def shown(self, *cells: str, actor: Actor | None = None, **limits: Any) -> str:
        """What a notebook that succeeds prints."""
        run = self.run(*cells, actor=actor, **limits)
        assert run.state is State.SUCCEEDED, (run.message, run.failure)
        return self.log(run)

    def unrecorded(self, run: Run) -> set[tuple[str, str]]:
        """Kind and name of what a run read past the record."""
        return {(read.kind, read.name) for read in self.house.runs.provenance(run.id).unrecorded}


def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.05)
