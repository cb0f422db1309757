"""What a sandbox costs: notebooks executed with and without one, in turns: `python -m benchmarks.sandboxed`.

Measured from `start` to the outcome, as in `benchmarks.execution`, with the same kit, environment and machine.
"""

import argparse
import json
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.execution import IMPORTS, PREFIX, TRIVIAL, Bench, asked, notebook_file, sustained
from repeatpass.runs import sandbox
from repeatpass.runs.runner import ExecutionRequest, Outcome


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Milliseconds (medians) from start to outcome, and notebooks per second."""

    warm_ms: float
    sandboxed_ms: float
    per_second: float
    sandboxed_per_second: float


class Both(Bench):
    """Runs notebooks in a temporary home, in a sandbox or not."""

    def once(self, code: str, *, sandboxed: bool) -> float:
        """Seconds from start to the outcome of one notebook."""
        with self.lock:
            self.count += 1
            folder = self.home / "runs" / str(self.count)
        folder.mkdir(parents=True)
        notebook_file(folder / "notebook.ipynb", code)
        request = ExecutionRequest(run=folder.name, prefix=PREFIX, kit=self.kit, workspace="bench", sandbox=sandboxed)
        start = time.perf_counter()
        outcome = self.runner.wait(self.runner.start(request, folder), 60)
        if not isinstance(outcome, Outcome) or outcome.state != "succeeded":
            raise SystemExit(f"A run did not succeed: {outcome}")
        return time.perf_counter() - start


def measure(bench: Both, rounds: int, seconds: float, progress: Progress) -> Figures:
    """All figures; the two kinds take turns, so that both meet the same machine."""
    task = progress.add_task("warming up", total=rounds + 3)
    times: dict[bool, list[float]] = {False: [], True: []}
    for kind in times:
        bench.once(IMPORTS, sandboxed=kind)
    for number in range(rounds):
        progress.update(task, advance=1, description=f"one notebook, round {number + 1} of {rounds}")
        for kind, found in times.items():
            time.sleep(0.7)
            found.append(bench.once(IMPORTS, sandboxed=kind))
    rates = {}
    for kind in times:
        progress.update(task, advance=1, description="trivial notebooks, sustained")
        rates[kind] = sustained(lambda kind=kind: bench.once(TRIVIAL, sandboxed=kind), seconds, 4)  # type: ignore[misc]
    progress.update(task, advance=1)
    return Figures(
        warm_ms=1e3 * statistics.median(times[False]),
        sandboxed_ms=1e3 * statistics.median(times[True]),
        per_second=rates[False],
        sandboxed_per_second=rates[True],
    )


def table(figures: Figures) -> Table:
    """The figures for people."""
    shown = Table("what", "plain", "sandboxed", "ratio", title="What a sandbox costs")
    plain, boxed = figures.warm_ms, figures.sandboxed_ms
    shown.add_row("import xarray, numpy, matplotlib", f"{plain:.0f} ms", f"{boxed:.0f} ms", f"{boxed / plain:.2f}")
    rate, slower = figures.per_second, figures.sandboxed_per_second
    shown.add_row("trivial notebooks, sustained", f"{rate:.1f} /s", f"{slower:.1f} /s", f"{slower / rate:.2f}")
    return shown


def main() -> None:
    """Measure and print."""
    options: argparse.Namespace = asked(__doc__)
    if not (found := sandbox.works()).works:
        raise SystemExit(found.words)
    with tempfile.TemporaryDirectory() as home, Progress(console=Console(stderr=True), transient=True) as progress:
        bench = Both(Path(home))
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
