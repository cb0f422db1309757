"""GDAL, HDF5 and Arrow read correctly in forked kernels: 525 reads in 25 kernels, five at a time."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import rasterio
from runs_bench import Bench, shown

KERNELS, ROUNDS = 25, 7
READ = """
import hashlib, h5py, numpy, pandas, rasterio, xarray
found = set()
for k in range({rounds}):
    with rasterio.open(f'{data}/a.tif', sharing=False) as d:
        raster = d.read()
    with xarray.open_dataset(f'{data}/a.h5', engine='h5netcdf', phony_dims='sort') as d:
        cube = d['values'].values
    table = pandas.read_parquet(f'{data}/a.parquet').x.to_numpy()
    for values in (raster, cube, table):
        found.add(hashlib.sha256(numpy.ascontiguousarray(values).tobytes()).hexdigest())
print(' '.join(sorted(found)))
"""


def _sample(folder: Path) -> set[str]:
    """Compressed, tiled files with random content; returns the checksums of their values."""
    values = np.random.default_rng(7).integers(0, 2**15, (3, 256, 256), dtype="int16")
    form = {"driver": "GTiff", "width": 256, "height": 256, "count": 3, "dtype": "int16", "crs": "EPSG:3857"}
    form["transform"] = rasterio.transform.from_origin(0, 0, 10, 10)
    with rasterio.open(folder / "a.tif", "w", tiled=True, compress="deflate", **form) as out:
        out.write(values)
    with h5py.File(folder / "a.h5", "w") as out:
        out.create_dataset("values", data=values + 1, chunks=(1, 64, 64), compression="gzip")
    column = np.arange(50_000) ** 2
    pd.DataFrame({"x": column}).to_parquet(folder / "a.parquet")
    return {hashlib.sha256(array.tobytes()).hexdigest() for array in (values, values + 1, column)}


def test_five_hundred_reads_in_forked_kernels_are_right(bench: Bench, tmp_path: Path) -> None:
    expected = " ".join(sorted(_sample(tmp_path)))
    code = READ.replace("{data}", str(tmp_path)).replace("{rounds}", str(ROUNDS))

    def one(_: int) -> tuple[str, str]:
        outcome, folder = bench.run(code)
        return outcome.message, shown(folder).strip()

    with ThreadPoolExecutor(5) as threads:
        assert set(threads.map(one, range(KERNELS))) == {("1 cell executed.", expected)}
