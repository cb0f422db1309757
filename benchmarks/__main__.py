"""Every benchmark, one command: ``python -m benchmarks`` (or ``make bench``)."""

import json
import tempfile
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks import execution, served


def main() -> None:
    """Measure, then print the figures beside the peer's."""
    options = execution.asked(__doc__)
    with tempfile.TemporaryDirectory() as folder, Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("platform", total=None)
        lines = served.measure(
            Path(folder) / "home", options.rounds, lambda what: progress.update(task, description=what)
        )
        bench = execution.Bench(Path(folder) / "bench")
        try:
            figures = execution.measure(bench, options.rounds, options.seconds, progress)
        finally:
            bench.runner.shutdown()
    if options.json:
        print(json.dumps({"platform": [asdict(line) for line in lines], "execution": asdict(figures)}, indent=1))
    else:
        Console().print(_table(lines), execution.table(figures))


def _table(lines: list[served.Line]) -> Table:
    shown = Table("what", "here", "papermill", "ratio", "goal", title="The platform, through its own door")
    for line in lines:
        peer = f"{line.peer_ms:.0f} ms" if line.peer_ms else ""
        shown.add_row(line.what, f"{line.here_ms:.0f} ms", peer, line.ratio, line.goal)
    return shown


if __name__ == "__main__":
    main()
