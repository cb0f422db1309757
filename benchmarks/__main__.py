"""Every benchmark, one command: ``python -m benchmarks`` (or ``make bench``).

Batches are small here; in full: ``--parts 1000 --peer 40 --most 10000``. Each alone: ``python -m benchmarks.batches``,
``.sandboxed``, ``.cubes``, ``.execution``, ``.tiles``, ``.elsewhere``, ``.series``, ``.search``, ``.features``,
``.registry``.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from benchmarks import batches, execution, sandboxed, served
from repeatpass.runs.sandbox import works

ALONE = ("cubes", "tiles", "elsewhere", "series", "search", "features", "registry")


def main() -> None:
    """Measure, then print the figures beside the peer's."""
    options = execution.asked(__doc__, parts=40, peer=10, most=1000)
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
        boxed = _sandboxed(Path(folder) / "boxed", options, progress)
        scales = tuple(scale for scale in batches.SCALES if scale <= options.most)
        carried = batches.measure(batches.WORKERS, options.parts, options.peer, scales, _telling(progress, task))
    if options.json:
        print(json.dumps(_plain(lines, figures, boxed, *carried), indent=1))
        return
    tables = [_table(lines), execution.table(figures), *batches.tables(*carried)]
    Console().print(*tables, *([sandboxed.table(boxed)] if boxed else []))
    for each in ALONE:
        subprocess.run([sys.executable, "-m", f"benchmarks.{each}"], check=True)


def _telling(progress: Progress, task: TaskID) -> batches.Say:
    return lambda what: progress.update(task, description=what)


def _sandboxed(home: Path, options: Any, progress: Progress) -> sandboxed.Figures | None:
    """What a sandbox costs, where one can be had."""
    if not works().works:
        return None
    bench = sandboxed.Both(home)
    try:
        return sandboxed.measure(bench, options.rounds, options.seconds, progress)
    finally:
        bench.runner.shutdown()


def _plain(
    lines: list[served.Line],
    figures: execution.Figures,
    boxed: sandboxed.Figures | None,
    carried: list[batches.Figure],
    scales: list[batches.Scale],
) -> dict[str, Any]:
    return {
        "platform": [asdict(line) for line in lines],
        "execution": asdict(figures),
        "sandboxed": asdict(boxed) if boxed else None,
        "batches": [asdict(each) for each in carried],
        "coordinating": [asdict(each) for each in scales],
    }


def _table(lines: list[served.Line]) -> Table:
    shown = Table("what", "here", "papermill", "ratio", "goal", title="The platform, through its own door")
    for line in lines:
        peer = f"{line.peer_ms:.0f} ms" if line.peer_ms else ""
        shown.add_row(line.what, f"{line.here_ms:.0f} ms", peer, line.ratio, line.goal)
    return shown


if __name__ == "__main__":
    main()
