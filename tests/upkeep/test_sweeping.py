"""gc removes what nothing needs and nothing else; doctor says what is wrong."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.houses import indicator, notebook, working_house

from repeatpass.assembly import House
from repeatpass.core.times import now
from repeatpass.runs.records import Purpose
from repeatpass.storage import events
from repeatpass.upkeep.doctor import Finding, examine
from repeatpass.upkeep.gc import needed_files, sweep
from repeatpass.verification.comparison.records import Verdict

PUBLISH = """
import pandas as pd, repeatpass
repeatpass.publish(pd.DataFrame({"place": ["here"], "time": ["2020-05-01"], "value": [4.5]}), "values", unit="K")
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with working_house(tmp_path / "home") as opened:
        yield opened


def aged(house: House) -> None:
    """Make everything in the home two hours old."""
    for path in sorted(house.settings.home.rglob("*"), reverse=True):
        if not path.is_symlink():
            with suppress(FileNotFoundError):  # the database's log, a run's folder that is just being removed
                os.utime(path, (time.time() - 7200,) * 2)


def of(findings: list[Finding], what: str) -> Finding:
    return next(finding for finding in findings if finding.what == what)


def test_what_a_passport_needs_is_never_swept(house: House) -> None:
    house.shelf.add(house.owner, "warmth", notebook(PUBLISH))
    house.indicators.apply(house.owner, indicator())
    update = house.submitting.submit(house.owner, "warmth", {}, purpose=Purpose.UPDATE, subject="warmth")
    own = house.submitting.submit_file(house.owner, "mine.ipynb", notebook(PUBLISH), {})
    runs = [house.runs.wait(run.id, 60) for run in (update, own)]
    useless = house.files.put_bytes(b"nobody wants me")
    aged(house)
    assert sweep(house, dry_run=True).files == 1
    assert house.files.has(useless.checksum)
    swept = sweep(house, dry_run=False)
    assert (swept.files, swept.size) == (1, 15)
    assert not house.files.has(useless.checksum)
    assert all(house.files.has(checksum) for checksum in needed_files(house))
    for run in runs:
        repeat = house.repeating.repeat(house.owner, run.id)
        while house.repeats.repeat(repeat.id).verdict is None:
            house.runs.wait(repeat.runs[0], 1)
        assert house.repeats.repeat(repeat.id).verdict is Verdict.IDENTICAL


def test_what_is_young_is_left_alone(house: House) -> None:
    stored = house.files.put_bytes(b"a run is about to name me")
    assert sweep(house, dry_run=False).files == 0
    aged(house)
    house.files.put_bytes(b"a run is about to name me")  # stored again by another run
    assert sweep(house, dry_run=False).files == 0
    assert house.files.has(stored.checksum)


def test_what_killed_processes_left_is_swept(house: House) -> None:
    home = house.settings.home
    places = [home / "runs" / "gone" / "work" / "x", home / "cache" / "demo" / "x", home / "kits" / "old" / "x.py"]
    for place in places:
        place.parent.mkdir(parents=True)
        place.write_text("x")
    assert sweep(house, dry_run=False).files == 0
    aged(house)
    assert sweep(house, dry_run=False).files == 3
    assert not any(place.exists() for place in places)
    assert house.environments.kit_folder(house.environments.kit()).is_dir()


def test_the_folder_of_a_run_under_way_is_left_alone(house: House) -> None:
    house.shelf.add(house.owner, "slow", notebook("import time; time.sleep(20)"))
    run = house.submitting.submit(house.owner, "slow")
    folder = house.folders.of(run.id)
    while not (folder / "log.jsonl").exists():
        time.sleep(0.05)
    aged(house)
    sweep(house, dry_run=False)
    assert (folder / "log.jsonl").exists()
    house.worker.cancel(house.owner, run.id)
    assert house.runs.wait(run.id, 30).message.startswith("Cancelled by Owner.")


def test_a_house_that_is_well_has_nothing_to_complain_of(house: House) -> None:
    findings = [finding for finding in examine(house) if finding.what != "front end"]
    assert [finding for finding in findings if not finding.ok] == []
    assert all(finding.words.endswith(".") for finding in findings)


def test_the_doctor_finds_what_is_wrong(house: House) -> None:
    house.shelf.add(house.owner, "warmth", notebook(PUBLISH))
    lost = house.shelf.add(house.owner, "lost", notebook("1"))
    spoilt = house.shelf.add(house.owner, "spoilt", notebook("2"))
    house.files.path(spoilt.file).write_bytes(b"?")
    house.files.remove(lost.file)
    token = house.settings.home / "owner.token"
    token.write_text("x")
    token.chmod(0o644)
    poison(house)
    findings = examine(house)
    assert "1 of" in of(findings, "needed files").words
    assert "was altered on disk" in of(findings, "kept files").words
    assert "can be read by others" in of(findings, "secrets").words
    assert "indicators.collect on run.succeeded nobody" in of(findings, "events").words
    bad = {finding.what for finding in findings if not finding.ok}
    assert bad - {"front end"} == {"needed files", "kept files", "secrets", "events"}


def poison(house: House) -> None:
    with house.database.write() as connection:
        events.record(connection, "run.succeeded", "nobody", purpose="update", notebook="none")
    until = time.monotonic() + 20
    while not house.events.set_aside() and time.monotonic() < until:
        house.events.wake()
        time.sleep(0.05)
    assert now() > house.events.set_aside()[0].event.created
