"""Runners carry out runs somewhere; this one in a process of its own on this machine.

A runner never touches the database. What goes wrong inside a notebook is an ordinary Outcome. A runner
raises Unavailable only where a run could not be begun at all.
"""

import json
import socket
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from repeatpass.core.errors import Unavailable
from repeatpass.runs.execution import (
    OUTCOME_FILE,
    REQUEST_FILE,
    CellTime,
    ExecutionRequest,
    Failure,
    Limits,
    Outcome,
    Progress,
    Usage,
    read_outcome,
    write_json,
)
from repeatpass.runs.launching import Launcher, connected

__all__ = [
    "CellTime",
    "ExecutionRequest",
    "Failure",
    "Limits",
    "LocalRunner",
    "Outcome",
    "Progress",
    "Runner",
    "Usage",
]

GONE = "The program that carries out runs ended before this run did; nothing is known of its end. Run it again."


class Runner(Protocol):
    """Carries out runs somewhere: a process, a container, a cluster. Called from threads."""

    def start(self, job: ExecutionRequest, folder: Path) -> str:
        """Begin *job*, whose notebook and context lie in *folder*; return a ticket that still means
        something after a restart of everything. What was begun already is not begun again. Raises Unavailable."""

    def look(self, ticket: str) -> Progress | Outcome:
        """Say how the run stands. Cheap, and safe to ask again."""

    def wait(self, ticket: str, timeout: float) -> Progress | Outcome:
        """As `look`, but wait up to *timeout* seconds for the end."""

    def stop(self, ticket: str) -> None:
        """Ask the run to end: interrupt, then kill. Stopping twice is not an error."""


class LocalRunner:
    """Hands runs to the executor of *home*, a separate process that is started when it is not there.

    The executor survives this process and finishes its runs; their outcomes lie in their folders.
    *ready* kernels wait in each environment; *linger*: seconds the executor stays when nobody needs it;
    *fork*: False to start a new process for each kernel, as is done where forking is not to be had.
    """

    def __init__(self, home: Path, *, ready: int = 2, linger: float = 60.0, fork: bool = True) -> None:
        self.launcher = Launcher(home, ready=ready, linger=linger, fork=fork)
        self._own = threading.local()
        self._all: set[socket.socket] = set()

    def start(self, job: ExecutionRequest, folder: Path) -> str:
        """See Runner. Starts the executor where there is none."""
        folder = folder.resolve()
        if read_outcome(folder) is not None:
            return _ticket(job.run, folder, "")
        try:
            write_json(folder / REQUEST_FILE, replace(job, environ={}).to_json())  # no secret on disk
        except OSError as error:
            raise Unavailable(f"The run's folder cannot be written: {error.strerror}.", run=job.run) from error
        for _ in range(2):  # an executor may leave in the moment between finding and asking it
            address = self._address()
            answer = self._ask(address, {"do": "start", "folder": str(folder), "environ": dict(job.environ)})
            if "ok" in answer:
                return _ticket(job.run, folder, address)
        raise Unavailable(f"The run could not be begun: {answer.get('error', 'no answer')}.", run=job.run)

    def look(self, ticket: str) -> Progress | Outcome:
        """See Runner."""
        return self.wait(ticket, 0.0)

    def wait(self, ticket: str, timeout: float) -> Progress | Outcome:
        """See Runner. A run whose executor is gone, and which left no outcome, has crashed."""
        known = json.loads(ticket)
        folder = Path(known["folder"])
        if outcome := read_outcome(folder):
            return outcome
        answer = self._ask(known.get("socket", ""), {"do": "wait", "folder": str(folder), "timeout": timeout})
        if "outcome" in answer:
            return Outcome.from_json(answer["outcome"])
        if "progress" in answer:
            return Progress(**answer["progress"])
        return read_outcome(folder) or self._crashed(folder)

    def stop(self, ticket: str) -> None:
        """See Runner."""
        known = json.loads(ticket)
        self._ask(known.get("socket", ""), {"do": "stop", "folder": known["folder"]})

    def warm(self, prefix: Path, kit: Path, *, workspace: str = "", wait: bool = False) -> None:
        """Have kernels made ready for an environment, in the sandbox of *workspace* if one is named."""
        place = {"prefix": str(prefix), "kit": str(kit), "workspace": workspace}
        self._ask(self._address(), {"do": "warm", "wait": wait, **place})

    def close(self) -> None:
        """Hang up. The executor finishes its runs and then leaves by itself."""
        for line in list(self._all):
            with suppress(OSError):
                line.close()
        self._all.clear()
        self._own = threading.local()

    def shutdown(self) -> None:
        """End the executor with all its kernels, now; runs under way crash, with a sentence."""
        if address := self.launcher.present():
            self._ask(address, {"do": "end"})
        self.close()
        self.launcher.wait_for_end()

    def _crashed(self, folder: Path) -> Outcome:
        outcome = Outcome(state="crashed", message=GONE)
        with suppress(OSError):  # so that every later look says the same
            write_json(folder / OUTCOME_FILE, outcome.to_json())
        return outcome

    def _address(self) -> str:
        """Where new runs go: known from this thread's open line, or found."""
        for address in self._lines():
            return address
        return self.launcher.address()

    def _lines(self) -> dict[str, socket.socket]:
        """This thread's open lines, by address; more than one only just after an upgrade."""
        if not hasattr(self._own, "lines"):
            self._own.lines = {}
        lines: dict[str, socket.socket] = self._own.lines
        return lines

    def _ask(self, address: str, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to *request*, or {} where no executor answers at *address*."""
        lines = self._lines()
        for _ in range(2):  # a line that was cut while idle is opened anew
            try:
                if address not in lines:
                    lines[address] = connected(address)
                    self._all.add(lines[address])
                return _exchange(lines[address], request)
            except (OSError, ValueError):
                if line := lines.pop(address, None):
                    self._all.discard(line)
                    line.close()
        return {}


def _ticket(run: str, folder: Path, address: str) -> str:
    return json.dumps({"runner": "local", "run": run, "folder": str(folder), "socket": address})


def _exchange(line: socket.socket, request: dict[str, Any]) -> dict[str, Any]:
    line.sendall(json.dumps(request).encode() + b"\n")
    parts: list[bytes] = []
    while not parts or not parts[-1].endswith(b"\n"):
        part = line.recv(65536)
        if not part:
            raise ConnectionError("the executor hung up")
        parts.append(part)
    answer: dict[str, Any] = json.loads(b"".join(parts))
    return answer
