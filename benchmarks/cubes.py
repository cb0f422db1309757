"""Cubes: how fast they are made, how much memory that takes, and what the two layouts are worth to readers.

`python -m benchmarks.cubes` makes a cube of N and of 4N months of a global grid in processes of their own (throughput, peak
memory), then reads one map and one series from either layout, beside plain xarray on the layout for maps.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

MONTHS, STEP, TIMES = 60, 0.5, 7  # of the smaller cube; degrees; repetitions of a reading


def source(folder: Path, months: int) -> None:
    """Write a global Zarr of random numbers, a map a chunk, and the context that names it."""
    import pandas as pd
    import xarray as xr

    from repeatpass.demo.formats import zarr_zip
    from repeatpass.kit.opening import ZARR_ZIP
    from repeatpass.kit.reading import sha256_of

    lat, lon = np.arange(90 - STEP / 2, -90, -STEP), np.arange(-180 + STEP / 2, 180, STEP)
    values = np.random.default_rng(1).normal(280, 10, (months, len(lat), len(lon))).round(1).astype("float32")
    moments = pd.date_range("1990-01-01", periods=months, freq="MS").values
    array = xr.DataArray(
        values, {"time": moments, "lat": lat, "lon": lon}, ("time", "lat", "lon"), attrs={"units": "K"}
    )
    path = folder / "source.zarr.zip"
    zarr_zip(array.to_dataset(name="v"), path, title="source", chunks={"time": 1})
    asset = {"href": str(path), "type": ZARR_ZIP, "size": path.stat().st_size, "checksum": sha256_of(path)}
    context = {"run": "", "collections": {"source": {"version": "1", "assets": {"data": asset}}}}
    (folder / "context.json").write_text(json.dumps(context))


def made(folder: Path, months: int) -> dict[str, float]:
    """Make one cube in this process; seconds and peak resident memory in MB."""
    from repeatpass.kit.cubes.generating import generate
    from repeatpass.kit.cubes.specification import read_specification

    years = months // 12
    body = {
        "id": "cube",
        "area": [-180, -90, 180, 90],
        "resolution": 2 * STEP,
        "time": {"start": "1990", "end": str(1989 + years), "step": "P1M"},
        "variables": {"v": {"collection": "source"}},
    }
    folder.mkdir()
    start, cpu = time.perf_counter(), time.process_time()
    generate(read_specification(body), folder)
    return {
        "seconds": time.perf_counter() - start,
        "cpu_s": time.process_time() - cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def readings(folder: Path) -> dict[str, float]:
    """Milliseconds (the middle of several) to open a layout and read one map, or one series of 5 by 5 degrees."""
    import xarray as xr
    from zarr.storage import ZipStore

    from repeatpass.kit.opening import ZARR_ZIP, open_file

    def ours(layout: str) -> Any:
        return open_file(folder / f"{layout}.zarr.zip", ZARR_ZIP, {})["v"]

    def plain() -> Any:
        return xr.open_zarr(ZipStore(folder / "map.zarr.zip", mode="r"), consolidated=False)["v"]

    box = {"lat": slice(5, 0), "lon": slice(0, 5)}
    return {
        "map from map layout": middle(lambda: ours("map")[30].load()),
        "map from series layout": middle(lambda: ours("series")[30].load()),
        "map by plain xarray": middle(lambda: plain()[30].load()),
        "series from series layout": middle(lambda: ours("series").sel(box).load()),
        "series from map layout": middle(lambda: ours("map").sel(box).load()),
        "series by plain xarray on the map layout": middle(lambda: plain().sel(box).load()),
    }


def middle(read: Callable[[], Any]) -> float:
    """The median time of a reading in milliseconds, the first one left out."""
    taken = []
    for _ in range(TIMES + 1):
        start = time.perf_counter()
        read()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken[1:])


def main() -> None:
    """Print both tables."""
    if len(sys.argv) == 3:
        print(json.dumps(made(Path(sys.argv[1]), int(sys.argv[2]))))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source(folder, 4 * MONTHS)
        environ = os.environ | {"REPEATPASS_CONTEXT": str(folder / "context.json")}
        print("| months | seconds | CPU seconds | source Mcells per second | peak MB |\n|---|---|---|---|---|")
        for months in (MONTHS, 4 * MONTHS):
            command = [sys.executable, "-m", "benchmarks.cubes", str(folder / f"made-{months}"), str(months)]
            said = subprocess.run(command, env=environ, cwd=Path.cwd(), check=True, capture_output=True, text=True)
            found = json.loads(said.stdout)
            rate = months * (180 / STEP) * (360 / STEP) / found["seconds"] / 1e6
            print(f"| {months} | {found['seconds']:.1f} | {found['cpu_s']:.1f} | {rate:.1f} | {found['peak_mb']:.0f} |")
        print("\n| reading | ms |\n|---|---|")
        for title, value in readings(folder / f"made-{4 * MONTHS}").items():
            print(f"| {title} | {value:.1f} |")


if __name__ == "__main__":
    main()
