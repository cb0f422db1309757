"""Repeats on a real house: every verdict, and one test for each cause."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.houses import indicator, notebook, working_house
from tests.repeated import executed, repeated, settled

from repeatpass.access import ANYONE
from repeatpass.assembly import House
from repeatpass.catalog.records import CollectionAsset
from repeatpass.core.errors import Forbidden, Invalid, NotFound
from repeatpass.core.times import now
from repeatpass.notebooks.store import environments
from repeatpass.runs.records import Purpose, State
from repeatpass.verification.comparison.records import Verdict

TABLE = 'import pandas as pd, repeatpass\nrepeatpass.publish(pd.DataFrame({"x": [%s]}), "table")'


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with working_house(tmp_path_factory.mktemp("home")) as opened:
        yield opened


def test_a_repeat_with_everything_pinned_is_identical_byte_for_byte(house: House) -> None:
    repeat = repeated(house, executed(house, "steady", TABLE % "1.0, 2.0"))
    assert repeat.verdict is Verdict.IDENTICAL
    assert repeat.comparison and repeat.comparison["bytes_identical"]
    assert repeat.cause == "" and len(repeat.runs) == 1


def test_repeating_a_run_never_publishes_and_keeps_the_history(house: House) -> None:
    run = executed(house, "again", TABLE % "3.0")
    first, second = repeated(house, run), repeated(house, run)
    assert [repeat.id for repeat in house.repeats.of(run.id)] == [second.id, first.id]
    assert house.repeats.latest({run.id})[run.id].id == second.id


def test_cause_code_when_another_revision_is_swapped_in(house: House) -> None:
    first = executed(house, "revised", TABLE % "1.0")
    newer = executed(house, "revised", TABLE % "1.5")
    repeat = repeated(house, first, revision=newer.legs.revision)
    assert (repeat.verdict, repeat.cause) == (Verdict.DIFFERENT, "code")


def test_cause_parameters_when_one_is_swapped(house: House) -> None:
    run = executed(house, "scaled", TABLE % "scale * 1.0", parameters="scale = 2  # 1..9: factor")
    repeat = repeated(house, run, parameters={"scale": 3})
    assert (repeat.verdict, repeat.cause) == (Verdict.DIFFERENT, "parameters")
    assert "scale is 3 instead of 2" in repeat.summary


def test_cause_inputs_when_a_collection_has_a_newer_version(house: House, tmp_path: Path) -> None:
    register(house, tmp_path, "1", "x\n1\n")
    run = executed(house, "reader", 'import repeatpass\nrepeatpass.publish(repeatpass.open("gauge"), "table")')
    register(house, tmp_path, "2", "x\n5\n")
    assert repeated(house, run).verdict is Verdict.IDENTICAL, "the pinned version is read although a newer one is there"
    repeat = repeated(house, run, inputs="latest")
    assert (repeat.verdict, repeat.cause) == (Verdict.DIFFERENT, "inputs")
    assert "version 2 instead of 1" in repeat.summary


def test_cause_environment_when_another_one_is_swapped_in(house: House, tmp_path: Path) -> None:
    other = second_environment(house, tmp_path / "other")
    cell = 'import importlib.util\nmore = importlib.util.find_spec("one_module_more") is not None'
    run = executed(house, "looking", cell, TABLE % "float(more)")
    repeat = repeated(house, run, environment=other)
    assert (repeat.verdict, repeat.cause) == (Verdict.DIFFERENT, "environment")
    assert "one-module-more 2.0 instead of (none)" in repeat.summary


def second_environment(house: House, prefix: Path) -> str:
    """Make and register a real prefix of its own: the packages of the first, and one module more."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(prefix)], check=True)
    digest = house.environments.digest("earth")
    first = house.environments.prefix(digest)
    site = next((prefix / "lib").glob("python*/site-packages"))
    (site / "first.pth").write_text(str(next((first / "lib").glob("python*/site-packages"))) + "\n")
    (site / "one_module_more.py").write_text("")
    row = {"digest": "sha256:" + "e" * 64, "name": "other", "python": "3", "prefix": str(prefix), "created": now()}
    text = house.environments.lock(digest) + f"\none-module-more==2.0 --hash=sha256:{'0' * 64}\n"
    lock = house.files.put_bytes(text.encode()).checksum
    with house.database.write() as connection:
        connection.execute(environments.insert().values(lock=lock, **row))
    return str(row["digest"])


def test_cause_randomness_when_nothing_is_seeded(house: House) -> None:
    cell = 'import numpy as np, pandas as pd, repeatpass\nrepeatpass.publish(pd.DataFrame({"x": np.random.rand(3)}), "table")'
    repeat = repeated(house, executed(house, "dice", cell))
    assert (repeat.verdict, repeat.cause) == (Verdict.DIFFERENT, "randomness")
    assert len(repeat.runs) == 3, "the difference was confirmed twice"


def test_cause_unexplained_when_something_that_no_leg_records_has_changed(house: House, tmp_path: Path) -> None:
    hidden = tmp_path / "hidden.txt"
    hidden.write_text("1")
    run = executed(house, "hidden", TABLE % f"float(open({str(hidden)!r}).read())")
    hidden.write_text("2")
    repeat = repeated(house, run)
    assert (repeat.verdict, repeat.cause) == (Verdict.DIFFERENT, "unexplained")
    assert not repeat.full_seal
    assert "not fully known" in repeat.summary


def test_an_input_that_was_altered_on_disk_is_named(house: House, tmp_path: Path) -> None:
    register(house, tmp_path, "3", "x\n7\n")
    run = executed(house, "victim", 'import repeatpass\nrepeatpass.publish(repeatpass.open("gauge"), "table")')
    kept = house.files.path(house.runs.provenance(run.id).inputs[0].checksum)
    kept.chmod(0o644)
    before = kept.read_bytes()
    kept.write_bytes(b"x\n8\n")
    repeat = repeated(house, run)
    kept.write_bytes(before)
    assert (repeat.verdict, repeat.cause) == (Verdict.NOT_REPEATABLE, "inputs")
    assert "gauge" in repeat.summary and "altered" in repeat.summary


def test_a_source_that_is_missing_is_named(house: House) -> None:
    run = executed(house, "lost", TABLE % "11.0")
    path = house.files.path(run.legs.source)
    shutil.move(path, path.with_suffix(".away"))
    repeat = repeated(house, run)
    shutil.move(path.with_suffix(".away"), path)
    assert (repeat.verdict, repeat.cause) == (Verdict.NOT_REPEATABLE, "code")
    assert "source" in repeat.summary and "missing" in repeat.summary


def test_a_repeat_that_fails_says_in_which_cell(house: House, tmp_path: Path) -> None:
    once = tmp_path / "once"
    once.write_text("")
    run = executed(house, "once", f"import os\nos.remove({str(once)!r})", TABLE % "1")
    repeat = repeated(house, run)
    assert repeat.verdict is Verdict.NOT_REPEATABLE
    assert "FileNotFoundError" in repeat.summary


def test_a_repeat_that_was_cancelled_says_nothing_of_the_original(house: House, tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    cell = f"import time, pathlib\ntime.sleep(60 if pathlib.Path({str(slow)!r}).exists() else 0)"
    run = executed(house, "slowed", cell, TABLE % "1")
    proven = repeated(house, run)
    slow.touch()
    begun = house.repeating.repeat(house.owner, run.id)
    house.worker.cancel(house.owner, begun.runs[0])
    ended = settled(house, begun.id)
    assert (ended.verdict, ended.cause) == (Verdict.NOT_REPEATABLE, "cancelled")
    assert house.repeats.latest({run.id})[run.id].id == proven.id


def test_a_run_that_failed_cannot_be_repeated(house: House) -> None:
    house.shelf.add(house.owner, "broken", notebook("1 / 0"))
    run = house.runs.wait(house.submitting.submit(house.owner, "broken").id, 60)
    assert run.state is State.FAILED and run.failure and run.failure.ename == "ZeroDivisionError"
    with pytest.raises(Invalid, match="only a run that succeeded"):
        house.repeating.repeat(house.owner, run.id)


def test_everything_that_rests_on_an_input_is_repeated_from_it_onwards(house: House, tmp_path: Path) -> None:
    register(house, tmp_path, "4", "place,time,value\nhere,2020-01-01,1\n")
    cell = 'import repeatpass\nrepeatpass.publish(repeatpass.open("gauge"), "values", unit="K")'
    house.shelf.add(house.owner, "warmth", notebook(cell))
    house.indicators.apply(house.owner, indicator())
    update = {"purpose": Purpose.UPDATE, "subject": "warmth"}
    run = house.runs.wait(house.submitting.submit(house.owner, "warmth", **update).id, 60)
    house.collecting.collect(run.id)
    (begun,) = house.repeating.repeat_from(house.owner, "gauge")
    assert begun.original == run.id
    assert settled(house, begun.id).verdict is Verdict.IDENTICAL
    with pytest.raises(NotFound, match="No current value rests on air"):
        house.repeating.repeat_from(house.owner, "air")


def test_unknown_legs_are_refused_and_the_known_ones_named(house: House) -> None:
    run = executed(house, "legs", TABLE % "1")
    with pytest.raises(Invalid, match="weather cannot be swapped; choose among environment, inputs"):
        house.repeating.repeat(house.owner, run.id, {"weather": "sunny"})


def test_who_is_not_signed_in_cannot_repeat(house: House) -> None:
    run = executed(house, "guarded", TABLE % "1")
    with pytest.raises(Forbidden, match="not signed in"):
        house.repeating.repeat(ANYONE, run.id)


def register(house: House, folder: Path, version: str, text: str) -> None:
    path = folder / "gauge.csv"
    path.write_text(text)
    stored = house.files.put(path)
    body = {"type": "Collection", "id": "gauge", "version": version, "title": "Gauge"}
    asset = CollectionAsset(
        collection="gauge",
        version=version,
        item=None,
        key="data",
        href="",
        media_type="text/csv",
        size=stored.size,
        checksum=stored.checksum,
    )
    house.catalog.register(house.owner, body, [], [asset])
