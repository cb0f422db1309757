"""What still works in a sandbox: everything that a notebook needs."""

import hashlib
import json
import sys
from pathlib import Path

from attempts import Sandboxed

from repeatpass.catalog.records import CollectionAsset
from repeatpass.runs.records import State

COLLECTION = {"id": "numbers", "type": "Collection", "title": "Numbers", "license": "CC0-1.0"}


def test_a_sandboxed_notebook_publishes_and_says_how_it_was_kept_apart(house: Sandboxed) -> None:
    run = house.run("import repeatpass, pandas\nrepeatpass.publish(pandas.DataFrame({'a': [1, 2]}), 'table')")
    assert run.state is State.SUCCEEDED, run.message
    found = house.house.runs.provenance(run.id)
    assert [output.path for output in found.outputs] == ["table.csv"]
    assert found.fully_known
    assert "no network" in run.isolation and "processes by rlimit" in run.isolation


def test_a_kernel_is_nobody_and_alone(house: Sandboxed) -> None:
    code = """
import os, json
status = open('/proc/self/status').read().split()
print(json.dumps([os.getpid(), os.getuid() != 0, status[status.index('CapEff:') + 1],
    [int(p) for p in os.listdir('/proc') if p.isdigit()], os.getcwd(), sorted(os.listdir('/job')), os.uname().nodename]))
"""
    found = json.loads(house.shown(code).splitlines()[2])
    folders = ["given", "home", "inputs", "outputs", "records", "tmp", "work"]
    assert found == [1, True, "0" * 16, [1], "/job/work", folders, "run"]


def test_processes_threads_and_shared_memory_of_a_notebook_work(house: Sandboxed) -> None:
    code = """
import subprocess, threading, tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import shared_memory
with ProcessPoolExecutor(2) as pool:
    print(sum(pool.map(abs, range(-3, 1))))
memory = shared_memory.SharedMemory(create=True, size=1000)
memory.buf[0] = 7; print(memory.buf[0]); memory.close(); memory.unlink()
print(subprocess.run(['sh', '-c', 'echo $((40+2))'], capture_output=True, text=True).stdout)
with tempfile.TemporaryFile() as file: file.write(b'x')
"""
    if not Path(sys.prefix).is_relative_to("/tmp"):  # an environment there makes it readable only
        code += "open('/tmp/x', 'w').write('y')"
    said = house.shown(code)
    assert "\n6\n" in said and "\n7\n" in said and "\n42\n" in said


def test_usage_is_counted_across_the_border_of_the_sandbox(house: Sandboxed) -> None:
    spin = "import time\nstart = time.process_time()\nwhile time.process_time() - start < 0.4: pass"
    run = house.run(spin, "x = b'1' * 60_000_000; open('/job/work/big', 'wb').write(x[:1000000])", files_bytes=10**8)
    assert run.usage is not None and run.state is State.SUCCEEDED
    assert 0.35 < run.usage.cpu_s < 3
    assert run.usage.peak_rss_bytes > 60e6
    assert run.usage.written_bytes >= 10**6


def test_memory_and_time_are_limited_in_a_sandbox(house: Sandboxed) -> None:
    run = house.run("x = bytearray(400_000_000)", memory_bytes=150_000_000)
    assert (run.state, run.limits_by) == (State.FAILED, "memory")
    run = house.run("import time; time.sleep(60)", time_s=0.5)
    assert (run.state, run.limits_by) == (State.FAILED, "time")


def test_inputs_are_there_on_the_record_and_cannot_be_changed(house: Sandboxed) -> None:
    content = b"place,value\nhere,1\n"
    asset = _registered(house, content)
    run = house.run("import repeatpass\ntable = repeatpass.open('numbers')\nassert table['value'][0] == 1")
    assert run.state is State.SUCCEEDED, run.message
    assert [read.checksum for read in house.house.runs.provenance(run.id).inputs] == [asset]
    name = asset.partition(":")[2]
    for attempt in ("open(path, 'a').write('x')", "os.chmod(path, 0o777)", "os.unlink(path)", "os.rename(path, path + 'x')",
                    "open(f'/proc/self/fd/{os.open(path, os.O_RDONLY)}', 'a')", "os.truncate(path, 0)"):  # fmt: skip
        house.fails(f"import os\npath = '/job/inputs/{name}'\nassert os.listdir('/job/inputs') == ['{name}']\n{attempt}",
                    by=("Read-only file system", "not permitted", "Permission denied"))  # fmt: skip
    assert house.house.files.read(asset) == content
    house.house.files.verify(asset)


def _registered(house: Sandboxed, content: bytes) -> str:
    stored = house.house.files.put_bytes(content)
    assert stored.checksum == "sha256:" + hashlib.sha256(content).hexdigest()
    asset = CollectionAsset(
        collection="numbers", version="1", item=None, key="data", checksum=stored.checksum, size=stored.size,
        media_type="text/csv", href="",
    )  # fmt: skip
    body = COLLECTION | {
        "version": "1",
        "description": "For tests.",
        "extent": {},
        "links": [],
        "stac_version": "1.1.0",
    }
    house.house.catalog.register(house.house.owner, body, [], [asset])
    return stored.checksum
