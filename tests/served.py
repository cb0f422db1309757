"""A real `repeatpass up` in a process of its own, with a small house and no demonstration."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from repeatpass.assembly import open_house
from repeatpass.settings import Settings
from tests.houses import indicator, notebook

COMMAND = [str(Path(sys.executable).with_name("repeatpass"))]
WARMTH = """
import pandas as pd, repeatpass, time
time.sleep(pause)
table = pd.DataFrame({"place": ["here"], "time": [f"{2000 + number}-01-01"], "value": [number / 10]})
repeatpass.publish(table, "values", unit="K")
"""
PARAMETERS = "number: int = 0  # 0..20: which year\npause = 0.0"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def small_home(home: Path) -> Path:
    """Make a house with one notebook and one indicator, both called “warmth”."""
    house = open_house(Settings(home=home, environment=sys.prefix, demo=False))
    house.environments.install("earth")
    house.shelf.add(house.owner, "warmth", notebook(WARMTH, parameters=PARAMETERS))
    house.indicators.apply(house.owner, indicator())
    house.close()
    return home


def environ(home: Path, port: int = 0, **more: str) -> dict[str, str]:
    """Return the environment of a command on *home*."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REPEATPASS_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    own = {"HOME": str(home), "PORT": str(port), "DEMO": "0", "NO_BROWSER": "1", "ENVIRONMENT": sys.prefix}
    return kept | {f"REPEATPASS_{name}": value for name, value in (own | more).items()}


def command(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the command line to its end."""
    given = environ(home, free_port(), **more)
    return subprocess.run([*COMMAND, *words], env=given, capture_output=True, text=True, timeout=240, check=False)


@dataclass
class Served:
    """A server on *home*; started, asked, killed."""

    home: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None
    _token: str = ""

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, **more: str) -> "Served":
        """Start it and wait until it answers."""
        given = environ(self.home, self.port, **more)
        log = (self.home.parent / "server.log").open("a")
        self.process = subprocess.Popen([*COMMAND, "up"], env=given, stdout=log, stderr=log, text=True)
        log.close()
        until = time.monotonic() + 180
        while time.monotonic() < until:
            with suppress(OSError, ValueError):
                if self.ask("/health")["filled"]:
                    return self
            assert self.process.poll() is None, (self.home.parent / "server.log").read_text()
            time.sleep(0.05)
        raise AssertionError("The server does not answer.")

    @property
    def token(self) -> str:
        """The owner's token."""
        if not self._token:
            self._token = command(self.home, "token").stdout.strip()
        return self._token

    def ask(self, path: str, body: Any = None, **headers: str) -> Any:
        """GET *path*, or POST *body* with the owner's token, and return the JSON; raises HTTPError."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data=data, headers=headers)
        if data is not None:
            request.add_header("Authorization", f"Bearer {self.token}")
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def page(self, path: str) -> str:
        """GET *path* as a browser does."""
        request = urllib.request.Request(self.address + path, headers={"Accept": "text/html"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return str(answer.read().decode())

    def run(self, later: bool = True, **inputs: Any) -> Any:
        """Execute “warmth”; return the job, or with *later* False the results."""
        prefer = {"Prefer": "respond-async"} if later else {}
        return self.ask("/ogc/processes/warmth/execution", {"inputs": inputs}, **prefer)

    def job(self, id: str, seconds: float = 60) -> Any:
        """Return a job once it has ended."""
        until = time.monotonic() + seconds
        while (found := self.ask(f"/ogc/jobs/{id}"))["status"] in {"accepted", "running"} and time.monotonic() < until:
            time.sleep(0.1)
        return found

    def executor(self) -> psutil.Process:
        """Return the process that carries out the runs."""
        return psutil.Process(json.loads((self.home / "executor.json").read_text())["pid"])

    def kill(self, number: int = signal.SIGKILL) -> int:
        """Send a signal and wait for the end; return the exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(30)

    def close(self) -> None:
        """End everything that belongs to this home."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(30)
        with suppress(OSError, ValueError, KeyError, psutil.Error):
            executor = self.executor()
            executor.terminate()
            executor.wait(20)
