"""A disk that fills up while brought data are kept and checked: it is said, nothing half is left, and the next try succeeds."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_bounds
from tests.conftest import cannot
from tests.houses import working_house

from repeatpass.assembly import House
from repeatpass.bringing.records import Arrived, Stage, Submission
from repeatpass.bringing.wishing import read_wish
from repeatpass.core.errors import Unavailable

pytestmark = pytest.mark.slow
SIZE = 160_000_000  # bytes of the disk
SIDE = 2400  # cells of the picture, of random numbers: 23 MB that no compression makes smaller
WISH = {"title": "Noise", "licence": "CC0-1.0", "provider": "Test team"}
FULL = "the disk of this house is full; ask whoever keeps it to make room"


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("disk")
    mounted = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)]
    if subprocess.run(mounted, capture_output=True, check=False).returncode:
        cannot("A small disk can be mounted by the superuser only.")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture(scope="module")
def house(disk: Path) -> Iterator[House]:
    with working_house(disk / "home") as made:
        yield made


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GeoTIFF that must be written anew to become cloud-optimised. It lies on another disk."""
    path = tmp_path_factory.mktemp("brought") / "noise.tif"
    shape = {"driver": "GTiff", "width": SIDE, "height": SIDE, "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
    with rasterio.open(path, "w", transform=from_bounds(0, 40, 10, 50, SIDE, SIDE), **shape) as file:
        file.write(np.random.default_rng(7).random((SIDE, SIDE), dtype="float32"), 1)
    return path


@pytest.fixture
def ballast(disk: Path) -> Iterator[Path]:
    """A file that takes room, and is gone afterwards."""
    yield disk / "ballast"
    (disk / "ballast").unlink(missing_ok=True)


def leave(ballast: Path, free: int) -> None:
    """Take all room but *free* bytes."""
    with ballast.open("wb") as file:
        for _ in range((shutil.disk_usage(ballast.parent).free - free) // 1_000_000):
            file.write(b"\1" * 1_000_000)


def settled(house: House, id: str) -> Submission:
    until = time.monotonic() + 120
    while not (found := house.submissions.find(house.owner, id)).stage.final and time.monotonic() < until:
        time.sleep(0.1)
    return found


def bring(house: House, noise: Path, id: str) -> Submission:
    return house.bringing.bring(house.owner, read_wish(WISH | {"id": id}), [Arrived(name=noise.name, path=noise)])


def collections(house: House) -> set[str]:
    return {each.id for each in house.catalog.as_seen_by(house.owner).collections()}


def large(house: House) -> list[Path]:
    """Files of a megabyte and more in the house, without its database."""
    every = (each for each in house.settings.home.rglob("*") if each.is_file() and not each.is_symlink())
    return sorted(each for each in every if "repeatpass.db" not in each.name and each.stat().st_size > 1_000_000)


def test_files_for_which_there_is_no_room_are_refused_and_leave_nothing(
    house: House, noise: Path, ballast: Path
) -> None:
    before = large(house)
    leave(ballast, 9_000_000)
    with pytest.raises(Unavailable, match="could not keep a file: No space left on device"):
        bring(house, noise, "no-room")
    assert large(house) == before
    assert house.submissions.mine(house.owner) == []
    ballast.unlink()
    assert settled(house, bring(house, noise, "no-room").id).stage is Stage.REGISTERED


def test_a_disk_that_fills_up_during_the_check_says_nothing_about_the_data_and_the_next_try_succeeds(
    house: House, noise: Path, ballast: Path
) -> None:
    if not any(each.stage is Stage.REGISTERED for each in house.submissions.mine(house.owner)):
        assert settled(house, bring(house, noise, "before").id).stage is Stage.REGISTERED
    there, before = collections(house), large(house)  # the same bytes are kept already: only what is made needs room
    leave(ballast, 16_000_000)
    ended = settled(house, bring(house, noise, "while-full").id)
    assert ended.stage is Stage.FAILED, ended.message
    assert ended.message == f"The check failed and says nothing about the data: {FULL}. Bring it again."
    assert ended.problems == ()
    assert collections(house) == there
    assert large(house) == before
    ballast.unlink()
    again = settled(house, bring(house, noise, "while-full").id)
    assert again.stage is Stage.REGISTERED, again.message
    assert collections(house) == there | {"while-full"}
    asset = next(each for each in house.catalog.as_seen_by(house.owner).assets("while-full") if each.key == "data")
    with rasterio.open(house.files.path(asset.checksum)) as kept, rasterio.open(noise) as brought:
        assert (kept.read() == brought.read()).all()
