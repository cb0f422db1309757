"""What a notebook reads past the record is noticed."""

import socket
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import rasterio
from runs_bench import Bench, lines, shown

Found = list[tuple[str, str, int | None]]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside of every run, with one raster, one HDF5 file, one table and one plain array."""
    folder = tmp_path_factory.mktemp("data")
    values = np.random.default_rng(1).integers(0, 9, (2, 64, 64), dtype="uint8")
    profile = {"driver": "GTiff", "width": 64, "height": 64, "count": 2, "dtype": "uint8", "crs": "EPSG:4326"}
    with rasterio.open(folder / "a.tif", "w", transform=rasterio.transform.from_origin(0, 1, 1, 1), **profile) as out:
        out.write(values)
    with h5py.File(folder / "a.h5", "w") as out:
        out["values"] = values
    pd.DataFrame({"x": range(100)}).to_parquet(folder / "a.parquet")
    np.save(folder / "a.npy", values)
    (folder / "large.bin").write_bytes(b"1" * 20_000_000)
    return folder


def _found(bench: Bench, *cells: str) -> Found:
    outcome, folder = bench.run(*cells)
    assert outcome.state == "succeeded", outcome.message
    return [(line["kind"], line["name"], line["cell"]) for line in lines(folder / "unrecorded.jsonl")]


@pytest.mark.parametrize(
    "code",
    [
        "open('{data}/a.npy', 'rb').read()",
        "import pathlib; pathlib.Path('{data}/a.npy').read_bytes()",
        "import os; os.chdir('{data}'); open('a.npy', 'rb')",
        "import numpy; numpy.load('{data}/a.npy')",
        "import numpy; a = numpy.load('{data}/a.npy', mmap_mode='r')",
        "import os; os.symlink('{data}/a.npy', 'link'); open('link', 'rb').read()",
        "import os; fd = os.open('{data}/a.npy', os.O_RDONLY)",
    ],
)
def test_a_file_opened_by_python_code_is_noticed(bench: Bench, data: Path, code: str) -> None:
    assert _found(bench, "1", code.format(data=data)) == [("file", f"{data}/a.npy", 2)]


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("a.tif", "import rasterio\nwith rasterio.open('{path}') as d: d.read()"),
        ("a.tif", "import rioxarray; rioxarray.open_rasterio('{path}').load().close()"),
        ("a.h5", "import h5py\nwith h5py.File('{path}') as f: f['values'][:]"),
        ("a.h5", "import xarray; xarray.open_dataset('{path}', engine='h5netcdf', phony_dims='sort').load().close()"),
        ("a.h5", "import xarray; d = xarray.open_dataset('{path}', engine='netcdf4')"),
        ("a.parquet", "import pandas; pandas.read_parquet('{path}')"),
        ("a.npy", "import ctypes; libc = ctypes.CDLL(None); fd = libc.open(b'{path}', 0)"),
    ],
)
def test_a_file_opened_by_compiled_code_is_noticed(bench: Bench, data: Path, file: str, code: str) -> None:
    path = str(data / file)
    assert ("file", path, 1) in _found(bench, code.format(path=path))


def test_bytes_read_and_gone_are_counted(bench: Bench, data: Path) -> None:
    code = "import ctypes; c = ctypes.CDLL(None); b = ctypes.create_string_buffer(20000000)\n"
    code += f"fd = c.open(b'{data}/large.bin', 0); c.read(fd, b, 20000000); c.close(fd)"
    [(kind, name, cell)] = _found(bench, code)
    assert (kind, cell) == ("bytes", 1)
    assert 12_000_000 < int(name.split()[0]) < 21_000_000  # some of it other open files might explain


def test_processes_and_connections_are_noticed(bench: Bench) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = f"import socket; socket.create_connection(('127.0.0.1', {port}))"
        found = _found(bench, "import subprocess; subprocess.run(['echo', 'hi'], check=True)", code)
    assert ("process", "echo hi", 1) in found
    assert ("network", f"127.0.0.1:{port}", 2) in found


def test_a_connection_made_by_compiled_code_is_noticed(bench: Bench) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        found = _found(bench, f"import zmq; s = zmq.Context().socket(zmq.REQ); s.connect('tcp://127.0.0.1:{port}'); "
                       "import time; time.sleep(0.2)")  # fmt: skip
    assert ("network", f"127.0.0.1:{port}", 1) in found


def test_a_helper_process_is_watched_too(bench: Bench, data: Path) -> None:
    code = f"import os\nif os.fork() == 0:\n    open('{data}/a.npy', 'rb').read(); os._exit(0)\n_ = os.wait()"
    assert ("file", f"{data}/a.npy", None) in _found(bench, code)


def test_what_belongs_to_the_run_or_its_environment_is_no_finding(bench: Bench) -> None:
    sample = "import iris_sample_data, xarray, pathlib; p = pathlib.Path(iris_sample_data.path) / 'ostia_monthly.nc'"
    cells = [
        "open('mine.txt', 'w').write('x'); open('mine.txt').read()",
        "import tempfile; f = tempfile.NamedTemporaryFile(); open(f.name).read()",
        "import json, statistics, scipy.stats, statsmodels.api; open('/etc/hosts').read()",
        sample + "; d = xarray.open_dataset(p, decode_timedelta=False, engine='h5netcdf' if 0 else None)",
        "float(d.surface_temperature.mean())",
        "import os; open(os.environ['REPEATPASS_OUTPUTS'] + '/a.txt', 'w').write('1')",
        "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.title('$x^2$ Niño'); plt.savefig('a.png')",
        "for k in range(3): f, a = plt.subplots(2, 2); f.suptitle('äöü μ²'); f.savefig('b.png')",
        "import rasterio.crs, pyproj; pyproj.CRS(32633), rasterio.crs.CRS.from_epsg(32633).to_wkt()",
    ]
    assert _found(bench, *cells) == []


def test_an_announced_file_is_no_finding(bench: Bench, data: Path) -> None:
    announce = f"from repeatpass.kit.watching import announce; announce('{data}/large.bin')"
    read = f"open('{data}/large.bin', 'rb').read()"
    assert _found(bench, read + "\n" + announce, read) == []


def test_announcing_without_a_watcher_is_harmless() -> None:
    code = "from repeatpass.kit.watching import announce; announce('nowhere'); announce('https://example.org/a')"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)


def test_watching_costs_little(bench: Bench) -> None:
    code = "import timeit, time; opening = 'f = open(\"/proc/self/statm\"); f.close()'"
    code += "\ntimeit.timeit(opening, number=2000, timer=time.process_time) / 2000"
    _, folder = bench.run(code)
    assert float(shown(folder)) < 100e-6
