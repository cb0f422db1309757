"""Batches: 1,000 parts of a small real notebook, beside papermill in a Dask task: `python -m benchmarks.batches`.

On 1 and on 2 workers. The notebook draws a map of a synthetic field with xarray and matplotlib and works for about
one CPU second. Overhead is what the machine had to give besides the notebook's own CPU seconds: wall time × workers,
over the sum of what the kernels used. The cost per part from 100 to 10,000 parts is that of the coordinator alone
(planning, feeding, settling): runs are ended at once, without a kernel.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat
from rich.console import Console
from rich.table import Table

from repeatpass.assembly import House, open_house
from repeatpass.batches.records import BatchState
from repeatpass.batches.specification import checked
from repeatpass.core.times import now
from repeatpass.runs.records import Provenance, State
from repeatpass.settings import Settings

PARAMETERS = "number = 0"
IMPORTS = "import time\nimport matplotlib.pyplot as plt\nimport numpy as np\nimport xarray as xr"
WORK = """
field = xr.DataArray(np.random.default_rng(number).normal(size=(240, 480)), dims=("lat", "lon"))
begun = time.process_time()
while time.process_time() - begun < 0.75:
    smooth = field.rolling(lat=5, lon=5, center=True).mean()
smooth.plot()
"""
KEEP = 'import repeatpass\nrepeatpass.publish({"mean": float(smooth.mean())}, "mean.json")'
NOTHING = Provenance(outputs=(), inputs=(), unrecorded=())
WARMING = 1_000_000  # numbers of parts that only warm up
TOLD_S = 10.0  # between two words on how far it is: looking costs, too
LOOK_S = 2.0
SCALES = (100, 1000, 10_000)
WORKERS = (1, 2)
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One way of carrying parts out. *overhead* in percent over the notebook's own CPU time."""

    how: str
    workers: int
    parts: int
    per_second: float
    cpu_s: float  # the notebook's own, of one part
    overhead: float


@dataclass(frozen=True, kw_only=True)
class Scale:
    """What the coordinator costs."""

    parts: int
    plan_ms: float  # of one part
    carry_ms: float


def cells(keep: bool) -> list[nbformat.NotebookNode]:
    """The notebook's cells."""
    first = nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    return [first, *(nbformat.v4.new_code_cell(text) for text in ([IMPORTS, WORK, KEEP] if keep else [IMPORTS, WORK]))]


def content(keep: bool = True) -> bytes:
    """The notebook."""
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells(keep), metadata=spec)).encode()


@contextmanager
def house_with(home: Path, workers: int) -> Iterator[House]:
    """A house with so many places."""
    house = open_house(Settings(home=home, environment=sys.prefix, demo=False, slots=workers))
    house.environments.install("earth")
    house.shelf.add(house.owner, "work", content())
    try:
        yield house
    finally:
        house.upscaling.cluster.shutdown()
        house.runner.shutdown()
        house.close()


def ours(folder: Path, workers: int, parts: int, say: Callable[[str], None]) -> Figure:
    """Carry out a batch, from its start to its end; the cluster is up, as it is for the second batch of a day."""
    with house_with(folder / f"home{workers}", workers) as house:
        house.start()
        _batch(house, range(WARMING, WARMING + workers), say)
        begun = now()
        id = _batch(house, range(parts), say)
        seconds = ((house.batches.batch(id).finished or now()) - begun).total_seconds()
        counts = house.batches.counts([id])[id]
        if set(map(str, counts)) != {"done"}:
            raise SystemExit(f"Not every part succeeded: {counts}")
        used = house.batches.standing(house.batches.batch(id)).cpu_s
    return _figure("Repeatpass", workers, parts, seconds, used)


def _batch(house: House, numbers: range, say: Callable[[str], None]) -> str:
    specification = checked({"notebook": "work", "vary": {"number": list(numbers)}})
    batch = house.batching.start(house.owner, house.batching.plan(specification))
    begun = time.monotonic()
    while house.batches.batch(batch.id).state is BatchState.RUNNING:
        if time.monotonic() - begun > TOLD_S:
            begun = time.monotonic()
            say(f"{house.settings.slots} workers: {house.batches.standing(batch).final} of {len(numbers)} parts")
        time.sleep(LOOK_S)
    return batch.id


def _figure(how: str, workers: int, parts: int, seconds: float, used: float) -> Figure:
    own = used / parts
    overhead = 100 * (seconds * workers / used - 1)
    return Figure(how=how, workers=workers, parts=parts, per_second=parts / seconds, cpu_s=own, overhead=overhead)


def papermill_part(source: str, target: str, number: int) -> float:
    """What a Dask task does with papermill; returns the CPU seconds that the kernel's cells used."""
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", "-p", "number", str(number), source, target]
    subprocess.run(command, check=True, capture_output=True)
    return 0.0


def papermill(folder: Path, workers: int, parts: int, own: float, say: Callable[[str], None]) -> Figure:
    """The same with papermill in a Dask task; *own* is the notebook's CPU time as measured with ours."""
    from distributed import Client, LocalCluster

    source = folder / "work.ipynb"
    source.write_bytes(content(keep=False))
    say(f"papermill on {workers} workers")
    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        client.gather(
            client.map(papermill_part, *_tasks(source, folder, range(WARMING, WARMING + workers)), pure=False)
        )
        begun = time.perf_counter()
        client.gather(client.map(papermill_part, *_tasks(source, folder, range(parts)), pure=False))
        seconds = time.perf_counter() - begun
    return _figure("papermill in a Dask task", workers, parts, seconds, own * parts)


def _tasks(source: Path, folder: Path, numbers: range) -> tuple[list[str], list[str], list[int]]:
    targets = [str(folder / f"out{number}.ipynb") for number in numbers]
    return [str(source)] * len(numbers), targets, list(numbers)


def coordinating(folder: Path, parts: int, say: Callable[[str], None]) -> Scale:
    """What planning and moving a part through its states costs, without a kernel."""
    say(f"coordinating {parts} parts")
    with house_with(folder / f"scale{parts}", 2) as house:
        begun = time.perf_counter()
        plan = house.batching.plan(checked({"notebook": "work", "vary": {"number": list(range(parts))}}))
        batch = house.batching.start(house.owner, plan)
        planned = time.perf_counter()
        feeding = house.batching.feeding
        while not feeding.finish(batch):
            feeding.feed(batch, 50)
            while run := house.runs.claim("bench-1"):
                house.runs.finish(run.to(State.SUCCEEDED, finished=now(), message="For a measurement."), NOTHING)
            feeding.settle(batch)
        ended = time.perf_counter()
    return Scale(parts=parts, plan_ms=1e3 * (planned - begun) / parts, carry_ms=1e3 * (ended - planned) / parts)


def measure(
    numbers: tuple[int, ...], parts: int, peer: int, scales: tuple[int, ...], say: Callable[[str], None]
) -> tuple[list[Figure], list[Scale]]:
    """All figures."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for workers in numbers:
            figures.append(ours(folder, workers, parts, say))
            figures.append(papermill(folder, workers, peer, statistics.mean(each.cpu_s for each in figures[:1]), say))
        return figures, [coordinating(folder, each, say) for each in scales]


def tables(figures: list[Figure], scales: list[Scale]) -> Iterator[Table]:
    """The figures for people."""
    shown = Table(
        "how", "workers", "parts", "parts/s", "CPU s of a part", "overhead", title=f"Batches on {os.cpu_count()} cores"
    )
    for each in figures:
        row = (
            each.how,
            each.workers,
            each.parts,
            f"{each.per_second:.2f}",
            f"{each.cpu_s:.2f}",
            f"{each.overhead:.0f} %",
        )
        shown.add_row(*map(str, row))
    yield shown
    cost = Table("parts", "planning, ms a part", "coordinating, ms a part", title="The coordinator alone")
    for scale in scales:
        cost.add_row(f"{scale.parts:,}", f"{scale.plan_ms:.2f}", f"{scale.carry_ms:.2f}")
    yield cost


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", type=int, default=1000)
    parser.add_argument("--workers", type=int, nargs="+", default=WORKERS)
    parser.add_argument("--peer", type=int, default=40, help="parts for papermill, which is slow")
    parser.add_argument("--scales", type=int, nargs="*", default=SCALES)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    console = Console(stderr=True)
    with console.status("") as status:
        asked = tuple(options.workers), options.parts, options.peer, tuple(options.scales)
        figures, scales = measure(*asked, status.update)
    if options.json:
        print(
            json.dumps(
                {"batches": [asdict(each) for each in figures], "coordinating": [asdict(each) for each in scales]}
            )
        )
    else:
        Console().print(*tables(figures, scales))


if __name__ == "__main__":
    main()
