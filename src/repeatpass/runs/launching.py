"""Finding the executor of a home, or starting it."""

import json
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import repeatpass
from repeatpass.core.detached import launched
from repeatpass.core.errors import Unavailable

ADDRESS_FILE = "executor.json"
LOG_FILE = "executor.log"
PATIENCE_S = 60.0


class Launcher:
    """Connects to the executor of *home*; starts one, in a session of its own, where there is none."""

    def __init__(self, home: Path, *, ready: int, linger: float, fork: bool = True) -> None:
        self.home, self.ready, self.linger, self.fork = home.resolve(), ready, linger, fork
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def address(self) -> str:
        """Where the executor can be reached; starts one where there is none, or an older program's.

        Raises Unavailable if it does not come up.
        """
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if found := self.present():
                return found
            with self._lock:
                if found := self.present():  # another thread has started it meanwhile
                    return found
                self._launch()
        raise Unavailable(f"The program that carries out runs does not start; see {self.home / LOG_FILE}.")

    def present(self) -> str | None:
        """The address of an executor that answers, if there is one of our version.

        One of another version is asked to take no more runs: it finishes those it has, and leaves.
        """
        try:
            known = json.loads((self.home / ADDRESS_FILE).read_text())
            line = connected(known["socket"])
        except (OSError, ValueError, KeyError):
            return None
        with line:
            if known["version"] == repeatpass.__version__:
                return str(known["socket"])
            line.sendall(b'{"do": "retire"}\n')
            line.recv(64)
        return None

    def _launch(self) -> None:
        """Start it and wait until it takes requests, or has ended (another one may be there already)."""
        self.home.mkdir(parents=True, exist_ok=True)
        self._process = launched(self._command, self.home, self.home / LOG_FILE)
        if self._process.returncode is not None:
            time.sleep(0.05)

    def _command(self, told: int) -> list[str]:
        command = [sys.executable, "-m", "repeatpass.runs.executor", "--home", str(self.home)]
        command += ["--linger", str(self.linger), "--ready", str(self.ready), "--ready-fd", str(told)]
        return command if self.fork else [*command, "--no-fork"]

    def wait_for_end(self, timeout: float = 20.0) -> None:
        """Wait until an executor that we started has ended."""
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout)


def connected(address: str) -> socket.socket:
    """A line to the executor at *address*. Raises OSError where none answers."""
    line = socket.socket(socket.AF_UNIX)
    try:
        line.connect(address)
    except OSError:
        line.close()
        raise
    return line
