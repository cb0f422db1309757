"""How fast notebooks are executed, beside papermill in the same run: `python -m benchmarks.execution`.

Measured from `start` to the outcome, outputs and executed notebook written, watcher and limits on. The peer
is the papermill command line with the kernel of the same environment.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from repeatpass.notebooks.kit_copy import kit_folder
from repeatpass.runs.runner import ExecutionRequest, LocalRunner, Outcome

PREFIX = Path(sys.prefix)
IMPORTS = "import xarray, numpy, matplotlib"
TRIVIAL = "1 + 1"


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Milliseconds (medians) from start to outcome, and notebooks per second."""

    cores: int
    cold_ms: float  # no executor yet: starting it, importing everything, the first run
    warm_ms: float
    warm_best_ms: float
    drained_ms: float  # eight at once, two kernels ready
    papermill_ms: float
    per_second: float
    papermill_per_second: float

    @property
    def ratio(self) -> float:
        """How many times faster one notebook is."""
        return self.papermill_ms / self.warm_ms


class Bench:
    """Runs notebooks in a temporary home."""

    def __init__(self, home: Path) -> None:
        self.home, self.kit = home, kit_folder(home / "kit")
        self.runner = LocalRunner(home, ready=4, linger=5)
        self.count = 0
        self.lock = threading.Lock()

    def ours(self, code: str) -> float:
        """Seconds from start to the outcome of one notebook."""
        with self.lock:
            self.count += 1
            folder = self.home / "runs" / str(self.count)
        folder.mkdir(parents=True)
        notebook_file(folder / "notebook.ipynb", code)
        request = ExecutionRequest(run=folder.name, prefix=PREFIX, kit=self.kit)
        start = time.perf_counter()
        outcome = self.runner.wait(self.runner.start(request, folder), 60)
        seconds = time.perf_counter() - start
        if not isinstance(outcome, Outcome) or outcome.state != "succeeded":
            raise SystemExit(f"A run did not succeed: {outcome}")
        return seconds

    def papermill(self, code: str) -> float:
        """Seconds of the papermill command line for the same notebook."""
        with tempfile.TemporaryDirectory(dir=self.home) as folder:
            source = notebook_file(Path(folder) / "in.ipynb", code)
            command = [PREFIX / "bin" / "papermill", "--no-progress-bar", source, Path(folder) / "out.ipynb"]
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            return time.perf_counter() - start


def notebook_file(path: Path, code: str) -> Path:
    """Write a notebook of one cell."""
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [nbformat.v4.new_code_cell(code)]
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec})))
    return path


def sustained(one: Callable[[], object], seconds: float, threads: int) -> float:
    """How many per second *threads* carry out for *seconds*."""
    end = time.perf_counter() + seconds
    done: list[float] = []

    def work() -> None:
        while time.perf_counter() < end:
            one()
            done.append(time.perf_counter())

    workers = [threading.Thread(target=work) for _ in range(threads)]
    start = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return len(done) / (max(done) - start)


def at_once(one: Callable[[], float], count: int) -> float:
    """The median time when *count* begin at the same moment."""
    times: list[float] = []
    workers = [threading.Thread(target=lambda: times.append(one())) for _ in range(count)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return statistics.median(times)


def measure(bench: Bench, rounds: int, seconds: float, progress: Progress) -> Figures:
    """All figures; ours and papermill's rounds take turns, so that both meet the same machine."""
    task = progress.add_task("starting cold", total=rounds + 4)
    cold = bench.ours(IMPORTS)
    ours, peer = [], []
    for number in range(rounds):
        progress.update(task, advance=1, description=f"one notebook, round {number + 1} of {rounds}")
        peer.append(bench.papermill(IMPORTS))
        time.sleep(1.0)
        ours += [_after_a_pause(bench) for _ in range(3)]
    progress.update(task, advance=1, description="eight at once")
    time.sleep(1.0)
    drained = at_once(lambda: bench.ours(IMPORTS), 8)
    progress.update(task, advance=1, description="trivial notebooks, sustained")
    rate = sustained(lambda: bench.ours(TRIVIAL), seconds, 4)
    progress.update(task, advance=1, description="papermill, sustained")
    peer_rate = sustained(lambda: bench.papermill(TRIVIAL), seconds, os.cpu_count() or 1)
    progress.update(task, advance=1)
    return Figures(
        cores=os.cpu_count() or 1,
        cold_ms=1e3 * cold,
        warm_ms=1e3 * statistics.median(ours),
        warm_best_ms=1e3 * min(ours),
        drained_ms=1e3 * drained,
        papermill_ms=1e3 * statistics.median(peer),
        per_second=rate,
        papermill_per_second=peer_rate,
    )


def _after_a_pause(bench: Bench) -> float:
    time.sleep(0.5)
    return bench.ours(IMPORTS)


def table(figures: Figures) -> Table:
    """The figures for people."""
    shown = Table("what", "here", "papermill", "ratio", title=f"Executing notebooks on {figures.cores} cores")
    here, there = figures.warm_ms, figures.papermill_ms
    shown.add_row(
        "import xarray, numpy, matplotlib (median)", f"{here:.0f} ms", f"{there:.0f} ms", f"{there / here:.0f} ×"
    )
    shown.add_row("  the best of them", f"{figures.warm_best_ms:.0f} ms", "", "")
    shown.add_row("  eight at once", f"{figures.drained_ms:.0f} ms", "", f"{there / figures.drained_ms:.0f} ×")
    shown.add_row("  from a cold start", f"{figures.cold_ms:.0f} ms", "", "")
    rate, peer = figures.per_second, figures.papermill_per_second
    shown.add_row("trivial notebooks, sustained", f"{rate:.1f} /s", f"{peer:.2f} /s", f"{rate / peer:.0f} ×")
    return shown


def asked(description: str | None, **numbers: int) -> argparse.Namespace:
    """What the command line asks for: rounds, seconds, json, and more *numbers* with their defaults."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=8.0, help="for each sustained figure")
    parser.add_argument("--json", action="store_true")
    for name, value in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    return parser.parse_args()


def main() -> None:
    """Measure and print."""
    options = asked(__doc__)
    with tempfile.TemporaryDirectory() as home, Progress(console=Console(stderr=True), transient=True) as progress:
        bench = Bench(Path(home))
        try:
            figures = measure(bench, options.rounds, options.seconds, progress)
        finally:
            bench.runner.shutdown()
    if options.json:
        print(json.dumps(asdict(figures)))
    else:
        Console().print(table(figures))


if __name__ == "__main__":
    main()
