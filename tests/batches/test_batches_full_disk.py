"""A disk that is full in the middle of a batch: it waits, says why, and goes on once there is room; nothing is lost."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.batches.waiting import begun, counted, ended
from tests.conftest import cannot
from tests.houses import notebook, working_house

from repeatpass.assembly import House
from repeatpass.batches.records import BatchState
from repeatpass.runs.records import State
from repeatpass.runs.room import Wanted

pytestmark = pytest.mark.slow

PARTS = 16
NAP = 'import time; time.sleep(0.3)\nimport repeatpass\nrepeatpass.publish({"number": number}, "result.json")'


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes, for a whole home."""
    mounted = tmp_path / "small"
    mounted.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(mounted)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        cannot("mounting a small disk needs rights that this user does not have")
    yield mounted
    subprocess.run(["umount", "--lazy", str(mounted)], check=True)


def fill(disk: Path) -> Path:
    """Leave no room at all."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"1" * size)
            except OSError:
                continue
    return ballast


def troubled(house: House) -> bool:
    """Whether what stands in the way is said somewhere: by the worker, or at a part."""
    try:
        reasons = [part.reason for batch in house.batches.page()[0] for part in house.batches.parts(batch.id)]
    except sa.exc.OperationalError:
        return True
    return bool(house.upscaling.trouble) or any(reasons)


def test_a_batch_waits_for_room_and_then_goes_on(small_disk: Path) -> None:
    with working_house(small_disk / "home") as house:
        house.shelf.add(house.owner, "nap", notebook(NAP, parameters="number = 0"))
        batch = begun(house, notebook="nap", vary={"number": list(range(PARTS))})
        while counted(house, batch.id).get("done", 0) < 3:
            time.sleep(0.1)
        ballast = fill(small_disk)
        until = time.monotonic() + 15
        while not troubled(house) and time.monotonic() < until:
            time.sleep(0.2)
        assert troubled(house)
        time.sleep(2)
        assert house.batches.batch(batch.id).state is BatchState.RUNNING
        ballast.unlink()
        ended(house, batch.id)
        assert counted(house, batch.id) == {"done": PARTS}
        succeeded, _ = house.runs.page(Wanted(states=(State.SUCCEEDED,), limit=1000))
        assert len({str(run.parameters) for run in succeeded}) == len(succeeded) == PARTS
        for run in house.batches.runs(batch.id).values():
            (output,) = house.runs.provenance(run).outputs
            assert house.files.read(output.checksum)
