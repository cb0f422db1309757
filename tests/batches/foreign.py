"""A Dask scheduler and a worker that are not ours, as somebody else would start them."""

import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.served import free_port

MODULES = {"scheduler": "distributed.cli.dask_scheduler", "worker": "distributed.cli.dask_worker"}
RESOURCES = "CPU=2 MEMORY=8e9"


@dataclass
class Foreign:
    """One scheduler with one worker of two CPUs, on loopback in clear; files in *folder*."""

    folder: Path
    port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where the scheduler is."""
        return f"tcp://127.0.0.1:{self.port}"

    def start(self) -> "Foreign":
        """Start the scheduler and the worker; what lives already is left alone."""
        self._start("scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard", "--no-jupyter")
        own = ("--nworkers", "1", "--nthreads", "2", "--no-nanny", "--host", "127.0.0.1", "--no-dashboard")
        self._start("worker", self.address, *own, "--resources", RESOURCES, "--local-directory", str(self.folder))
        return self

    def _start(self, role: str, *words: str) -> None:
        if (known := self.processes.get(role)) and known.poll() is None:
            return
        command = [sys.executable, "-m", MODULES[role], *words]
        with (self.folder / f"{role}.log").open("ab") as log:
            self.processes[role] = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)

    def kill(self, role: str) -> None:
        """Kill one of the two without a word."""
        self.processes[role].kill()
        self.processes[role].wait(20)

    def close(self) -> None:
        """End both."""
        for role in self.processes:
            with suppress(OSError):
                self.kill(role)
