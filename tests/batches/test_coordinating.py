"""Two coordinators on one PostgreSQL, and a database that goes away: no part is asked for twice, none is lost."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.batches.conftest import PARAMETERS, PUBLISH
from tests.batches.waiting import begun, counted, ended
from tests.houses import notebook, working_house
from tests.postgresql import QUICK, Cluster, binaries

from repeatpass.assembly import House, open_house
from repeatpass.batches.records import PartState
from repeatpass.core.times import now
from repeatpass.runs.records import Provenance, Run, State
from repeatpass.runs.room import Wanted
from repeatpass.settings import Settings

pytestmark = pytest.mark.slow

NOTHING = Provenance(outputs=(), inputs=(), unrecorded=())


def opened(home: Path, database: str, files: Path) -> House:
    """Open a house that does not work."""
    settings = {"database": database, "files": str(files), "environment": sys.prefix, "demo": False}
    house = open_house(Settings(home=home, **settings))  # type: ignore[arg-type]
    house.environments.install("earth")
    return house


@contextmanager
def two_houses(database: str, tmp_path: Path) -> Iterator[tuple[House, House]]:
    """Two servers' houses on one PostgreSQL."""
    first, second = (opened(tmp_path / name, database, tmp_path / "files") for name in ("first", "second"))
    first.shelf.add(first.owner, "greenness", notebook(PUBLISH, parameters=PARAMETERS))
    yield first, second
    first.close()
    second.close()


def carry_out(house: House, worker: str, stop: threading.Event) -> None:
    """Take runs and end them at once, every seventh as if its machine had failed: what counts here is who asks."""
    number = 0
    while not stop.is_set():
        run = house.runs.claim(worker)
        if run is None:
            time.sleep(0.01)
            continue
        number += 1
        state = State.CRASHED if number % 7 == 0 else State.SUCCEEDED
        house.runs.finish(_ended(run, state), NOTHING)


def _ended(run: Run, state: State) -> Run:
    return run.to(state, finished=now(), message="For a test.")


def test_two_coordinators_never_ask_for_a_part_twice(empty_postgresql: str, tmp_path: Path) -> None:
    with two_houses(empty_postgresql, tmp_path) as houses:
        batch = begun(houses[0], vary={"year": list(range(1950, 2050))})
        stop = threading.Event()
        threads = [
            threading.Thread(target=carry_out, args=(house, f"host-w{number}", stop))
            for number, house in enumerate(houses)
        ]
        threads += [threading.Thread(target=_coordinate, args=(house, stop)) for house in (*houses, *houses)]
        for thread in threads:
            thread.start()
        ended(houses[0], batch.id)
        stop.set()
        for thread in threads:
            thread.join()
        assert counted(houses[0], batch.id) == {"done": 100}
        runs, total = houses[0].runs.page(Wanted(limit=1000))
        done = [str(run.parameters) for run in runs if run.state is State.SUCCEEDED]
        assert len(done) == len(set(done)) == 100
        assert total == sum(part.tries for part in houses[0].batches.parts(batch.id))
        news = [event for event in _events(houses[0]) if event == "batch.finished"]
        assert len(news) == 1


def _coordinate(house: House, stop: threading.Event) -> None:
    """Coordinate without the lock that keeps coordinators from working at the same time: it must hold without."""
    feeding = house.batching.feeding
    while not stop.is_set():
        for batch in feeding.open():
            feeding.settle(batch)
            if not feeding.feed(batch, 5) and feeding.has_ended(batch):
                feeding.finish(batch)


def _events(house: House) -> list[str]:
    from sqlalchemy import select

    from repeatpass.storage.events import events

    with house.database.read() as connection:
        return list(connection.execute(select(events.c.name)).scalars())


def _restart(cluster: Cluster) -> None:
    """Kill the server without a word, wait a moment, start it again on the same data."""
    pid = int((cluster.folder / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, 3)
    cluster.server.wait(20)
    (cluster.folder / ".s.PGSQL.5432").unlink(missing_ok=True)
    time.sleep(2)
    options = [part for setting in QUICK for part in ("-c", setting)]
    place = ["-D", str(cluster.folder / "data"), "-k", str(cluster.folder)]
    command = [*cluster.prefix, str(binaries() / "postgres"), *place, *options]
    with (cluster.folder / "log").open("ab") as log:
        cluster.server = subprocess.Popen(command, cwd=cluster.folder, stdout=log, stderr=log)
    cluster._wait()
    _until_it_answers(cluster.address("postgres"))


def _until_it_answers(address: str) -> None:
    engine = sa.create_engine(address)
    for _ in range(300):
        try:
            engine.connect().close()
            break
        except sa.exc.OperationalError:
            time.sleep(0.1)
    engine.dispose()


def test_a_batch_outlives_a_restart_of_the_database(own_cluster: Cluster, tmp_path: Path) -> None:
    with own_cluster.database() as url, working_house(tmp_path / "home", database=url) as house:
        house.shelf.add(house.owner, "nap", notebook("import time; time.sleep(0.4)", parameters="number = 0"))
        batch = begun(house, notebook="nap", vary={"number": list(range(12))})
        while counted(house, batch.id).get("done", 0) < 3:
            time.sleep(0.1)
        _restart(own_cluster)
        house.database.engine.dispose()
        ended(house, batch.id)
        assert counted(house, batch.id) == {"done": 12}
        succeeded, total = house.runs.page(Wanted(states=(State.SUCCEEDED,), limit=100))
        assert total == 12
        assert len({str(run.parameters) for run in succeeded}) == 12
        assert all(part.state is PartState.DONE for part in house.batches.parts(batch.id))
