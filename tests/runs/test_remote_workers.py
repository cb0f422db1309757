"""Workers beside the server: welcome on PostgreSQL, refused with a sentence on SQLite."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.houses import notebook
from tests.served import COMMAND, command, environ, small_home

from repeatpass.assembly import open_house
from repeatpass.runs.records import State
from repeatpass.settings import Settings

pytestmark = pytest.mark.slow


def test_on_sqlite_a_worker_is_refused_with_a_sentence(tmp_path: Path) -> None:
    done = command(small_home(tmp_path / "home"), "worker")
    assert done.returncode == 2
    assert "keeps its database in SQLite" in " ".join(done.stderr.split())


def test_on_postgresql_a_worker_takes_runs_from_the_queue_and_stops_on_ctrl_c(
    empty_postgresql: str, tmp_path: Path
) -> None:
    files = str(tmp_path / "files")
    known = {"database": empty_postgresql, "files": files, "environment": sys.prefix, "demo": False}
    house = open_house(Settings(home=tmp_path / "asking", **known))  # type: ignore[arg-type]
    house.environments.install("earth")
    house.shelf.add(house.owner, "n", notebook("1 + 1"))
    given = environ(tmp_path / "working", DATABASE=empty_postgresql, FILES=files)
    with subprocess.Popen([*COMMAND, "worker"], env=given, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        while "Working on the queue" not in worker.stdout.readline():
            assert worker.poll() is None
        run = house.runs.wait(house.submitting.submit(house.owner, "n").id, 60)
        assert (run.state, run.message) == (State.SUCCEEDED, "1 cell executed.")
        house.shelf.add(house.owner, "slow", notebook("import time; time.sleep(60)"))
        slow = house.submitting.submit(house.owner, "slow")
        while not house.runs.run(slow.id).ticket:
            time.sleep(0.05)
        house.worker.cancel(house.owner, slow.id)  # its worker is elsewhere
        cancelled = house.runs.wait(slow.id, 30)
        assert cancelled.state is State.CANCELLED
        assert cancelled.message.startswith("Cancelled by Owner.")
        worker.send_signal(signal.SIGINT)
        assert worker.wait(20) == 0
    house.close()
    from repeatpass.runs.runner import LocalRunner

    LocalRunner(tmp_path / "working").shutdown()
