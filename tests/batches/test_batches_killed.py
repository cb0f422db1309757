"""Whoever is killed in the middle of a batch: no part is lost, and none is done twice."""

import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.houses import notebook
from tests.served import Served, small_home

from repeatpass.assembly import open_house
from repeatpass.settings import Settings

pytestmark = pytest.mark.slow

PARTS = 12
NOTED = """
import time
from pathlib import Path
time.sleep(0.4)
with open(Path(folder) / f"{number}", "a") as file: file.write("done\\n")
import repeatpass
repeatpass.publish({"number": number}, "result.json")
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with a notebook that notes each of its executions in a folder."""
    folder = tmp_path_factory.mktemp("killed")
    home, noted = small_home(folder / "home"), folder / "noted"
    noted.mkdir()
    house = open_house(Settings(home=home, environment=sys.prefix, demo=False))
    house.shelf.add(house.owner, "noted", notebook(NOTED, parameters=f"number = 0\nfolder = {str(noted)!r}"))
    house.close()
    made = Served(home).start()
    yield made
    made.close()
    for process in cluster_of(home):
        with suppress(psutil.NoSuchProcess):
            process.kill()


def cluster_of(home: Path) -> list[psutil.Process]:
    """Return the process that holds the scheduler, then those of its workers."""
    try:
        pid = json.loads((home / "dask" / "cluster.json").read_text())["pid"]
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except (OSError, psutil.Error):
        return []


def words(process: psutil.Process) -> str:
    """Return how a process was begun; empty if it has gone."""
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


def begun(served: Served, first: int) -> str:
    """Begin a batch of the parts from *first* on, and wait until some of it is done."""
    body = {"notebook": "noted", "vary": {"number": list(range(first, first + PARTS))}}
    id: str = served.ask("/batches", body)["batch"]["id"]
    until(lambda: counts(served, id).get("done", 0) >= 3)
    return id


def counts(served: Served, id: str) -> dict[str, int]:
    """Return how many parts are in each state."""
    found = served.ask(f"/batches/{id}.json")["counts"]
    return {state: count for state, count in found.items() if count}


def until(true: Callable[[], Any], seconds: float = 150) -> None:
    """Wait until something is true."""
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit
        time.sleep(0.1)


def require_every_part_once(served: Served, id: str) -> None:
    """Assert that the batch comes to its end, with every part done by one run that succeeded."""
    until(lambda: served.ask(f"/batches/{id}.json")["batch"]["state"] == "finished")
    assert counts(served, id) == {"done": PARTS}
    parts = served.ask(f"/batches/{id}/parts.json?limit=1000")["parts"]
    assert len({part["parameters"]["number"] for part in parts}) == PARTS
    jobs = served.ask("/ogc/jobs?limit=1000")["jobs"]
    ended = Counter(job["status"] for job in jobs if job["jobID"].startswith(id))
    assert ended["successful"] == PARTS
    assert ended["running"] + ended["accepted"] == 0


def executions(served: Served, first: int) -> set[int]:
    """Return how often the notebook came to its end for the parts from *first* on."""
    files = [served.home.parent / "noted" / str(number) for number in range(first, first + PARTS)]
    return {len(path.read_text().split()) for path in files}


def test_the_server_is_killed(served: Served) -> None:
    id = begun(served, 0)
    served.kill(signal.SIGKILL)
    time.sleep(1)
    served.start()
    require_every_part_once(served, id)
    assert executions(served, 0) == {1}  # what the cluster had went on, and was taken up


def test_a_dask_worker_is_killed(served: Served) -> None:
    id = begun(served, 100)
    workers = [each for each in cluster_of(served.home) if "spawn_main" in words(each)]
    assert workers
    workers[0].kill()
    require_every_part_once(served, id)
    assert executions(served, 100) == {1}  # the executor went on with what the worker watched over


def test_the_scheduler_is_killed_and_comes_back(served: Served) -> None:
    id = begun(served, 200)
    scheduler = cluster_of(served.home)[0]
    os.kill(scheduler.pid, signal.SIGKILL)
    require_every_part_once(served, id)
    assert cluster_of(served.home)[0].pid != scheduler.pid
    assert executions(served, 200) == {1}


def test_server_scheduler_and_executor_are_killed_together(served: Served) -> None:
    id = begun(served, 300)
    doomed = [served.executor(), *cluster_of(served.home)]
    served.kill(signal.SIGKILL)
    for process in doomed:  # the workers may end with their scheduler
        with suppress(psutil.NoSuchProcess):
            process.kill()
    served.start()
    require_every_part_once(served, id)
    assert max(executions(served, 300)) <= 2  # what was under way is done again, as crashed runs are
