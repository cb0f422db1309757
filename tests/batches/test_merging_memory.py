"""Memory stays flat as parts grow in number: the peak of a process of its own, with real files."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PROGRAM = """
import json, resource, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
import numpy as np, pyarrow as pa, pyarrow.parquet as pq, rasterio
from repeatpass.batches.merging.cubing import merge_cube
from repeatpass.batches.merging.mosaics import merge_tiles
from repeatpass.batches.merging.records import Overlap, Piece
from repeatpass.batches.merging.rows import merge_rows
from repeatpass.batches.merging.tiles import look
from repeatpass.runs.records import RunOutput

folder, form, number = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
folder.mkdir()
random = np.random.default_rng(1)

def piece(n, media_type):
    output = RunOutput(run=f"r{n}", name="o", path="o", kind="raster", media_type=media_type, title="", unit="", cell=1,
                       checksum="sha256:0", size=1)
    start = datetime(2001, 1, 1, tzinfo=UTC) + timedelta(days=n // 4)
    return Piece(number=n, name=str(n), run=f"r{n}", output=output, start=start, end=start + timedelta(days=1))

def tile(n):
    across = n % 4 if form == "zarr" else n
    place = rasterio.Affine(10, 0, 600000 + across * 5120, 0, -10, 5000000)
    profile = {"driver": "GTiff", "width": 512, "height": 512, "count": 1, "dtype": "float32", "nodata": -1, "crs": "EPSG:32633",
               "transform": place}
    with rasterio.open(folder / f"{n}.tif", "w", **profile) as sink:
        sink.write(random.integers(0, 1000, (1, 512, 512)).astype("float32"))
    return look(piece(n, "image/tiff"), folder / f"{n}.tif")

if form == "geoparquet":
    for n in range(number):
        pq.write_table(pa.table({"a": random.normal(size=60_000), "b": random.normal(size=60_000)}), folder / f"{n}.parquet")
    merge_rows([piece(n, "application/vnd.apache.parquet") for n in range(number)], lambda one: folder / f"{one.number}.parquet",
               folder / "all.parquet")
elif form == "cog":
    merge_tiles([tile(n) for n in range(number)], folder / "all.tif", Overlap.REFUSE)
else:
    merge_cube([tile(n) for n in range(number)], folder, {}, Overlap.REFUSE)
print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
"""


@pytest.mark.parametrize(("form", "number"), [("geoparquet", 12), ("cog", 40), ("zarr", 24)])
def test_four_times_as_many_parts_take_no_more_memory(tmp_path: Path, form: str, number: int) -> None:
    one, four = measured(tmp_path / "one", form, number), measured(tmp_path / "four", form, number * 4)
    assert four < one * 1.08, (one, four)


def measured(folder: Path, form: str, number: int) -> int:
    """Merge so many parts in a fresh interpreter; its peak resident memory in KiB."""
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, str(folder), form, str(number)]
    said = subprocess.run(command, check=True, capture_output=True, text=True)
    found: int = json.loads(said.stdout.splitlines()[-1])
    return found
