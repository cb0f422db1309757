"""Memory stays flat as a cube grows: measured as the peak of a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.cubes.conftest import Sources, axis

pytestmark = pytest.mark.slow

PROGRAM = """
import json, resource, sys, warnings
from pathlib import Path
from repeatpass.kit.cubes.generating import generate
from repeatpass.kit.cubes.specification import read_specification
folder, years = Path(sys.argv[1]), int(sys.argv[2])
folder.mkdir()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
body = {"id": "cube", "area": [-180, -90, 180, 90], "resolution": 0.5,
        "time": {"start": "2001", "end": str(2000 + years), "step": "P1M"}, "variables": {"v": {"collection": "a"}},
        "chunks": {"series": {"time": 12, "y": 40, "x": 40}}}
made = generate(read_specification(body), folder)
print(json.dumps({"before": before, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
                  "size": made.files["map"].stat().st_size}))
"""


def test_four_times_as_many_steps_take_no_more_memory(sources: Sources, tmp_path: Path) -> None:
    import xarray as xr

    lat, lon = axis(-90, 90, 0.5), axis(-180, 180, 0.5)
    months = pd.date_range("2001-01-01", periods=48, freq="MS").values
    random = np.random.default_rng(1)
    values = random.integers(0, 100, (48, len(lat), len(lon))).astype("float32")
    array = xr.DataArray(values, {"time": months, "lat": lat, "lon": lon}, ("time", "lat", "lon"))
    sources.dataset("a", array.to_dataset(name="v"))
    one, four = measured(tmp_path / "one", 1), measured(tmp_path / "four", 4)
    assert four["size"] > 3.5 * one["size"]
    assert four["peak"] < one["peak"] * 1.05, (one, four)


def measured(folder: Path, years: int) -> dict[str, int]:
    """Make a cube of so many years in a fresh interpreter; its peak resident memory in KiB."""
    said = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder), str(years)], check=True, capture_output=True, text=True
    )
    found: dict[str, int] = json.loads(said.stdout.splitlines()[-1])
    return found
