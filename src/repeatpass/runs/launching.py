"""Finding the executor of a home, or starting it."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

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

    def connect(self, *, launch: bool) -> socket.socket | None:
        """A connected socket, or None where there is no executor and none shall be started.

        Raises Unavailable if it does not come up.
        """
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            line = self._reach()
            if line is not None or not launch:
                return line
            with self._lock:
                line = self._reach()  # another thread may have started it meanwhile
                if line is not None:
                    return line
                self._launch()
        raise Unavailable(f"The program that carries out runs does not start; see {self.home / LOG_FILE}.")

    def _reach(self) -> socket.socket | None:
        try:
            address = json.loads((self.home / ADDRESS_FILE).read_text())["socket"]
        except (OSError, ValueError, KeyError):
            return None
        line = socket.socket(socket.AF_UNIX)
        with suppress(OSError):
            line.connect(address)
            return line
        line.close()
        return None

    def _launch(self) -> None:
        """Start it and wait until it takes requests, or has ended (another one may be there already)."""
        self.home.mkdir(parents=True, exist_ok=True)
        ours, theirs = os.pipe()
        command = [sys.executable, "-m", "repeatpass.runs.executor", "--home", str(self.home)]
        options = ["--linger", str(self.linger), "--ready", str(self.ready), "--ready-fd", str(theirs)]
        options += [] if self.fork else ["--no-fork"]
        with (self.home / LOG_FILE).open("ab") as log:
            self._process = subprocess.Popen(
                command + options,
                pass_fds=[theirs],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self.home,
            )
        os.close(theirs)
        with os.fdopen(ours, "rb") as told:
            if not told.readline():
                self._process.wait()
                time.sleep(0.05)
        # Reaping without keeping this process from leaving: the executor may well outlive it.
        threading.Thread(target=self._process.wait, name="executor-reaper", daemon=True).start()

    def wait_for_end(self, timeout: float = 20.0) -> None:
        """Wait until an executor that we started has ended."""
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout)
