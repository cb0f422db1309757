"""How fast the whole platform is, through its own door: a served house with the demonstration in it.

From POST to *succeeded* with outputs stored, pages, starts and imports. The peer is the papermill command line on
the same notebook and interpreter, in turns in the same run.
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.execution import IMPORTS, PREFIX, notebook_file

COMMAND = [str(PREFIX / "bin" / "repeatpass")]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One measured thing, and its peer where there is one."""

    what: str
    here_ms: float
    peer_ms: float | None = None
    goal: str = ""

    @property
    def ratio(self) -> str:
        """How many times faster than the peer."""
        return f"{self.peer_ms / self.here_ms:.0f} ×" if self.peer_ms else ""


class Served:
    """A served house."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home
        self.base = f"http://127.0.0.1:{port}"
        self.environ = os.environ | {
            "REPEATPASS_HOME": str(home),
            "REPEATPASS_PORT": str(port),
            "REPEATPASS_NO_BROWSER": "1",
            "REPEATPASS_ENVIRONMENT": str(PREFIX),
        }
        self.token = ""

    @contextmanager
    def up(self, ready: Callable[[dict[str, Any]], bool]) -> Iterator[float]:
        """Start the server and yield the seconds until /health is *ready*."""
        begin = time.perf_counter()
        process = subprocess.Popen([*COMMAND, "up"], env=self.environ, stdout=subprocess.DEVNULL)
        try:
            while not self._is(ready):
                time.sleep(0.02)
            yield time.perf_counter() - begin
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)

    def _is(self, ready: Callable[[dict[str, Any]], bool]) -> bool:
        try:
            return ready(self.get("/health"))
        except OSError:
            return False

    def run(self, *arguments: str) -> str:
        """Run a command of the command line."""
        return subprocess.run(
            [*COMMAND, *arguments], env=self.environ, check=True, capture_output=True, text=True
        ).stdout

    def get(self, path: str) -> dict[str, Any]:
        """Read JSON."""
        with urllib.request.urlopen(self.base + path, timeout=60) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def page(self, path: str) -> float:
        """Return the seconds that one page takes."""
        begin = time.perf_counter()
        with urllib.request.urlopen(self.base + path, timeout=60) as answer:
            answer.read()
        return time.perf_counter() - begin

    def execute(self, process: str) -> float:
        """Execute a notebook and return the seconds from POST to its results, stored."""
        self.token = self.token or self.run("token").strip()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(
            f"{self.base}/ogc/processes/{process}/execution", data=b'{"inputs": {}}', headers=headers
        )
        begin = time.perf_counter()
        with urllib.request.urlopen(request, timeout=120) as answer:
            answer.read()
        return time.perf_counter() - begin


def measure(home: Path, rounds: int, say: Callable[[str], None], port: int = 8790) -> list[Line]:
    """Return every figure, in the order in which they are shown."""
    house = Served(home, port)
    say("first start, with the demonstration")
    with house.up(lambda health: bool(health["filled"])) as first:
        lines = [Line(what="first start until everything is filled (environment at hand)", here_ms=1e3 * first)]
    say("second start")
    with house.up(lambda _health: True) as second:
        lines.append(Line(what="second start until pages are served", here_ms=1e3 * second, goal="< 5 s"))
        notebook = notebook_file(home / "imports.ipynb", IMPORTS)
        house.run("notebooks", "add", str(notebook))
        lines.append(Line(what="first notebook after it", here_ms=1e3 * house.execute("imports")))
        lines += [_imports(house, notebook, rounds, say), *_curated(house, rounds, say), *_pages(house, say)]
    return [*lines, *_commands()]


def _imports(house: Served, notebook: Path, rounds: int, say: Callable[[str], None]) -> Line:
    ours, peer = [], []
    for number in range(rounds):
        say(f"one notebook through HTTP, round {number + 1} of {rounds}")
        peer.append(_papermill(notebook, house.home))
        time.sleep(1)
        for _ in range(3):
            time.sleep(0.5)
            ours.append(house.execute("imports"))
    return _line("POST to succeeded: import xarray, numpy, matplotlib", ours, statistics.median(peer), "≥ 20 ×")


def _curated(house: Served, rounds: int, say: Callable[[str], None]) -> Iterator[Line]:
    for process in house.get("/ogc/processes")["processes"]:
        if process["id"] not in {"imports", "execute-notebook"}:
            say(f"notebook {process['id']}")
            yield _line(f"POST to succeeded: {process['id']}", [house.execute(process["id"]) for _ in range(rounds)])


def _pages(house: Served, say: Callable[[str], None]) -> Iterator[Line]:
    for path in ("/", "/indicators", *(f"/indicators/{id}" for id in house.get("/health")["indicators"])):
        say(f"page {path}")
        house.page(path)
        yield _line(f"page {path}, p50", [house.page(path) for _ in range(50)], goal="< 30 ms")


def _commands() -> Iterator[Line]:
    python = [sys.executable, "-c"]
    bare = statistics.median(_timed([*python, "pass"]) for _ in range(9))
    kit = [_timed([*python, "import repeatpass; repeatpass.open"]) - bare for _ in range(9)]
    yield _line("import repeatpass (the kit), over a bare interpreter", kit, goal="< 100 ms")
    yield _line("repeatpass --help", [_timed([*COMMAND, "--help"]) for _ in range(9)], goal="< 300 ms")


def _line(what: str, seconds: list[float], peer: float | None = None, goal: str = "") -> Line:
    peer_ms = None if peer is None else 1e3 * peer
    return Line(what=what, here_ms=1e3 * statistics.median(seconds), peer_ms=peer_ms, goal=goal)


def _papermill(notebook: Path, folder: Path) -> float:
    return _timed([str(PREFIX / "bin" / "papermill"), "--no-progress-bar", str(notebook), str(folder / "out.ipynb")])


def _timed(command: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begin
