"""A scheduler of somebody else's, by its address: parts run there, its death loses none, and it is told no secret."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.batches.foreign import Foreign
from tests.batches.waiting import begun, counted, ended
from tests.houses import notebook, working_house

from repeatpass.assembly import House
from repeatpass.batches.records import BatchState
from repeatpass.core.errors import Conflict
from repeatpass.runs.records import State
from repeatpass.runs.room import Wanted

pytestmark = pytest.mark.slow

NOTED = """
import os, time
from pathlib import Path
time.sleep(0.3)
with open(Path(folder) / f"{number}", "a") as file: file.write("done\\n")
import repeatpass
repeatpass.publish({"number": number, "told": "SEA_TOKEN" in os.environ}, "result.json")
"""


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    """A scheduler and a worker of somebody else's."""
    made = Foreign(tmp_path_factory.mktemp("foreign")).start()
    yield made
    made.close()


@pytest.fixture(scope="module")
def noted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which each part notes that it was done."""
    return tmp_path_factory.mktemp("noted")


@pytest.fixture(scope="module")
def house(foreign: Foreign, noted: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose batches go there."""
    with working_house(tmp_path_factory.mktemp("far") / "home", dask=foreign.address) as made:
        made.shelf.add(made.owner, "noted", notebook(NOTED, parameters=f"number = 0\nfolder = {str(noted)!r}"))
        yield made


def done(noted: Path) -> Counter[int]:
    """How often each part came to its end."""
    return Counter({int(path.name): len(path.read_text().split()) for path in noted.iterdir()})


def test_parts_are_carried_out_on_the_scheduler_that_is_named(house: House, foreign: Foreign, noted: Path) -> None:
    batch = begun(house, notebook="noted", vary={"number": list(range(6))})
    ended(house, batch.id)
    assert counted(house, batch.id) == {"done": 6}
    assert set(done(noted).values()) == {1}
    assert house.upscaling.cluster.present() == foreign.address
    assert not (house.settings.home / "dask" / "cluster.json").exists()  # none of our own was started
    assert house.upscaling.lanes() >= 2


def test_a_scheduler_that_is_killed_and_started_again_at_its_address_loses_no_part(
    house: House, foreign: Foreign, noted: Path
) -> None:
    batch = begun(house, notebook="noted", vary={"number": list(range(100, 116))})
    while counted(house, batch.id).get("done", 0) < 3:
        time.sleep(0.1)
    foreign.kill("scheduler")
    time.sleep(2)
    foreign.kill("worker")  # some leave with their scheduler; whoever runs them starts them again
    foreign.start()
    ended(house, batch.id)
    assert counted(house, batch.id) == {"done": 16}
    assert set(done(noted).values()) == {1}
    succeeded, _ = house.runs.page(Wanted(notebook="noted", states=(State.SUCCEEDED,), limit=100))
    assert len([run for run in succeeded if run.batch == batch.id]) == 16


def test_a_worker_that_is_killed_loses_no_part(house: House, foreign: Foreign, noted: Path) -> None:
    batch = begun(house, notebook="noted", vary={"number": list(range(200, 210))})
    while counted(house, batch.id).get("done", 0) < 2:
        time.sleep(0.1)
    foreign.kill("worker")
    foreign.start()
    ended(house, batch.id)
    assert counted(house, batch.id) == {"done": 10}
    assert set(done(noted).values()) == {1}


def test_a_batch_of_somebody_with_secrets_is_not_begun_where_they_would_travel_in_clear(house: House) -> None:
    house.secrets.set(house.owner, "SEA_TOKEN", "salt-and-water")
    try:
        before = house.batches.page()[1]
        with pytest.raises(Conflict, match=r"tcp://127\.0\.0\.1.*SEA_TOKEN.*tls://"):
            begun(house, notebook="noted", vary={"number": [300]})
        assert house.batches.page()[1] == before
    finally:
        house.secrets.remove(house.owner, "SEA_TOKEN")


def test_a_batch_with_a_secret_parameter_is_not_begun_there_either(house: House) -> None:
    house.shelf.add(house.owner, "asks", notebook("1", parameters='number = 0\napi_key = ""'))
    with pytest.raises(Conflict, match="api_key"):
        begun(house, notebook="asks", parameters={"api_key": "salt-and-water"}, vary={"number": [1]})


def test_a_secret_that_is_kept_after_the_start_does_not_travel_either(house: House, noted: Path) -> None:
    batch = begun(house, notebook="noted", vary={"number": list(range(400, 440))})
    while not counted(house, batch.id).get("done", 0):
        time.sleep(0.1)
    house.secrets.set(house.owner, "SEA_TOKEN", "salt-and-water")
    try:
        assert ended(house, batch.id).state is BatchState.FINISHED
        assert set(counted(house, batch.id)) == {"done", "failed"}
        (trouble,) = house.batches.troubles(batch.id)
        assert "can be read on the way" in trouble.reason
        assert "salt-and-water" not in trouble.reason
        told = [house.runs.provenance(run).outputs[0].checksum for run in house.batches.runs(batch.id).values()]
        assert all('"told": false' in house.files.read(checksum).decode() for checksum in told)
        with pytest.raises(Conflict, match="SEA_TOKEN"):
            house.batching.retry(house.owner, batch.id)
    finally:
        house.secrets.remove(house.owner, "SEA_TOKEN")
