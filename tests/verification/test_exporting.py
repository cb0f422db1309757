"""A run of the platform leaves as one file, which a stranger repeats without the platform."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.houses import notebook, working_house

from repeatpass.assembly import House
from repeatpass.catalog.records import CollectionAsset
from repeatpass.core.errors import Invalid
from repeatpass.runs.records import Run, State
from repeatpass.verification.comparison import Verdict
from repeatpass.verification.crate import broken_pins, read_crate
from repeatpass.verification.laptop import repeat_crate

pytestmark = pytest.mark.slow

CELL = """
import repeatpass

table = repeatpass.open("gauge", asset="table")
table["x"] = table["x"] * factor
repeatpass.publish(table, "doubled", unit="K")
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with working_house(tmp_path_factory.mktemp("home")) as opened:
        yield opened


@pytest.fixture(scope="module")
def run(house: House, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run that read a collection and published a table."""
    path = tmp_path_factory.mktemp("data") / "gauge.csv"
    path.write_text("x\n1.5\n2.5\n")
    kept = house.files.put(path)
    asset = CollectionAsset(
        collection="gauge",
        version="1",
        item=None,
        key="table",
        href="",
        media_type="text/csv",
        size=kept.size,
        checksum=kept.checksum,
    )
    body = {"type": "Collection", "id": "gauge", "version": "1", "title": "Gauge"}
    house.catalog.register(house.owner, body, [], [asset])
    house.shelf.add(house.owner, "doubling", notebook(CELL, parameters="factor = 2.0"))
    return ended(house, "doubling", factor=4.0)


def ended(house: House, name: str, **given: object) -> Run:
    return house.runs.wait(house.submitting.submit(house.owner, name, given).id, 60)


def test_a_run_of_the_platform_repeats_identically_on_a_laptop(house: House, run: Run, tmp_path: Path) -> None:
    assert run.state is State.SUCCEEDED, run.message
    crate = house.exporting.write(run.id, tmp_path / "crate.zip")
    found = repeat_crate(crate, home=tmp_path / "laptop", here=True, folder=tmp_path / "repeat")
    assert found.verdict is Verdict.IDENTICAL, found.sentence
    assert found.comparison.bytes_identical
    assert [each.checksum for each in found.footing.inputs] == [each.checksum for each in found.content.footing.inputs]


def test_a_crate_of_the_platform_pins_every_leg_and_no_pin_is_broken(house: House, run: Run, tmp_path: Path) -> None:
    read = read_crate(house.exporting.write(run.id, tmp_path / "crate.zip"), tmp_path / "in")
    assert broken_pins(read) == []
    assert read.footing.parameters == {"factor": 4.0}
    assert read.footing.revision == run.legs.revision
    assert read.environment.digest == run.legs.environment
    assert [each.pin.name for each in read.inputs] == ["gauge/table"]
    assert [each.path for each in read.outputs] == ["doubled.csv"]


def test_the_same_run_leaves_as_the_same_bytes(house: House, run: Run, tmp_path: Path) -> None:
    one, other = (house.exporting.write(run.id, tmp_path / name) for name in ("one.zip", "other.zip"))
    assert one.read_bytes() == other.read_bytes()


def test_a_run_that_failed_makes_no_crate(house: House, tmp_path: Path) -> None:
    house.shelf.add(house.owner, "failing", notebook("raise ValueError"))
    with pytest.raises(Invalid, match="only a run that succeeded makes a crate"):
        house.exporting.write(ended(house, "failing").id, tmp_path / "crate.zip")
    assert list(tmp_path.iterdir()) == []
