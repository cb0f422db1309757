"""Real runs: over the quota, deleted, backed up and restored; flavours that end a run."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from tests.houses import notebook, working_house
from tests.web.browser_house import client_of

from repeatpass.assembly import House
from repeatpass.core.errors import Conflict, Exhausted, Gone, Invalid
from repeatpass.runs.execution import Limits
from repeatpass.runs.records import Run, State
from repeatpass.runs.room import Wanted
from repeatpass.upkeep.backup import read_backup, write_backup
from repeatpass.upkeep.gc import sweep

pytestmark = pytest.mark.slow

OLD_HOME = Path(__file__).parents[1] / "data" / "home-0001.backup"
PUBLISH = "import repeatpass\nrepeatpass.output('data.bin').write_bytes(bytes(range(256)) * {kilobytes} * 4)"
FLAVOURS = """
default: tiny
flavours:
  - {name: tiny, title: For tests, cpus: 1, memory: 256Mi, time_s: 3, disk: 2M}
  - {name: roomy, cpus: 1, memory: 1Gi, time_s: 60, disk: 1G}
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    home = tmp_path / "home"
    home.mkdir()
    (home / "flavours.yaml").write_text(FLAVOURS)
    with working_house(home) as opened:
        yield opened


def ended(house: House, *cells: str, flavour: str = "roomy", limits: Limits | None = None) -> Run:
    asked = house.submitting.submit_file(
        house.owner, "mine.ipynb", notebook(*cells), {}, flavour=flavour, limits=limits
    )
    return house.runs.wait(asked.id, 90)


def test_results_over_the_quota_fail_the_run_with_a_sentence_and_its_log(house: House) -> None:
    house.quotas.set(house.owner, house.owner.id, {"kept_bytes": 300_000})
    first = ended(house, PUBLISH.format(kilobytes=200))
    assert first.state is State.SUCCEEDED, first.message
    other = PUBLISH.format(kilobytes=200).replace("range(256)", "reversed(range(256))")
    second = ended(house, other)
    assert second.state is State.FAILED
    assert "do not fit into the 0.3 MB" in second.message and "Delete results" in second.message
    assert house.runs.provenance(second.id).outputs == []
    assert b"Succeeded" in house.files.read(second.log)
    same = ended(house, PUBLISH.format(kilobytes=200))  # the same bytes again cost nothing
    assert same.state is State.SUCCEEDED, same.message
    for run in (first, same):
        house.retention.delete(house.owner, run.id)
    assert ended(house, other).state is State.SUCCEEDED


def test_deleted_results_are_swept_and_the_house_with_its_tombstone_comes_back(house: House, tmp_path: Path) -> None:
    house.secrets.set(house.owner, "A_TOKEN", "some-value-of-ours")
    run = ended(house, PUBLISH.format(kilobytes=1))
    checksum = house.runs.provenance(run.id).outputs[0].checksum
    house.retention.delete(house.owner, run.id)
    page = client_of(house).get(f"/runs/{run.id}", headers={"accept": "text/html"}).text
    assert page.count("Deleted with the results.") == 2, "of its steps and of its log"
    aged(house)
    sweep(house, dry_run=False)
    assert not house.files.has(checksum)
    assert house.files.has(run.legs.source)
    for attempt in (
        lambda: house.exporting.write(run.id, tmp_path / "x.zip"),
        lambda: house.repeating.repeat(house.owner, run.id),
    ):
        with pytest.raises(Gone, match="its record stays"):
            attempt()
    write_backup(house, tmp_path / "house.tar.gz", Console(quiet=True))
    assert b"some-value-of-ours" not in (tmp_path / "house.tar.gz").read_bytes()
    read_backup(tmp_path / "house.tar.gz", tmp_path / "again", Console(quiet=True))
    assert not (tmp_path / "again" / "secrets.key").exists()
    with working_house(tmp_path / "again") as restored:
        assert restored.runs.run(run.id).deleted_by == "owner"
        assert [secret.name for secret in restored.secrets.shut()] == ["A_TOKEN"]
        with pytest.raises(Conflict, match="cannot be opened"):
            restored.secrets.opened("owner")
    (tmp_path / "again" / "secrets.key").write_bytes((house.settings.home / "secrets.key").read_bytes())
    with working_house(tmp_path / "again") as restored:
        assert restored.secrets.opened("owner") == {"A_TOKEN": "some-value-of-ours"}


def aged(house: House) -> None:
    for path in sorted((house.settings.home / "files").rglob("*")):
        with suppress(FileNotFoundError):
            os.utime(path, (time.time() - 7200,) * 2)


@pytest.mark.parametrize(
    ("cell", "limit", "words"),
    [
        ("import time\ntime.sleep(30)", "time", "time limit of 3 s"),
        ("block = bytearray(600 * 1024**2)", "memory", "more memory than its limit of 268 MB"),
        ("open('big', 'wb').write(bytes(9_000_000))", "files", "more to files than its limit of 2 MB"),
    ],
)
def test_a_flavour_ends_a_run_that_wants_more(house: House, cell: str, limit: str, words: str) -> None:
    run = ended(house, cell, flavour="tiny")
    assert (run.state, run.limits_by, run.flavour) == (State.FAILED, limit, "tiny")
    assert words in run.message


def test_the_flavour_comes_from_the_request_the_notebook_or_the_house_in_this_order(house: House) -> None:
    import json

    wishing = json.loads(notebook("1"))
    wishing["metadata"]["repeatpass"] = {"flavour": "roomy"}
    house.shelf.add(house.owner, "wishing", json.dumps(wishing).encode())
    house.shelf.add(house.owner, "plain", notebook("1"))
    asked = house.submitting.submit
    assert asked(house.owner, "plain").flavour == "tiny"
    assert asked(house.owner, "wishing").flavour == "roomy"
    narrowed = asked(house.owner, "wishing", flavour="tiny", limits=Limits(memory_bytes=128 * 1024**2))
    assert (narrowed.flavour, narrowed.limits["memory_bytes"], narrowed.limits["time_s"]) == ("tiny", 128 * 1024**2, 3)
    with pytest.raises(Invalid, match="There is no flavour “vast”; choose among tiny, roomy"):
        asked(house.owner, "plain", flavour="vast")
    with pytest.raises(Invalid, match=r"could never begin\. Flavours that fit: tiny, roomy"):
        asked(house.owner, "plain", limits=Limits(memory_bytes=10**15))
    original = ended(house, "1", flavour="roomy")
    repeat = house.repeating.repeat(house.owner, original.id)
    again = house.runs.wait(repeat.runs[0], 60)
    assert (again.flavour, again.limits) == ("roomy", original.limits)


def test_the_memory_of_all_runs_at_once_stays_within_the_setting(tmp_path: Path) -> None:
    with working_house(tmp_path / "home", memory="1Gi", slots=4) as house:
        sleep = notebook("import time\ntime.sleep(0.4)")
        limits = Limits(memory_bytes=400 * 1024**2)
        asked = [house.submitting.submit_file(house.owner, "a.ipynb", sleep, {}, limits=limits) for _ in range(4)]
        most = 0
        while not all(house.runs.run(run.id).state.final for run in asked):
            most = max(most, house.runs.counts()[State.RUNNING])
            time.sleep(0.02)
        assert most == 2
        assert all(house.runs.run(run.id).state is State.SUCCEEDED for run in asked)
        with pytest.raises(Exhausted):
            house.quotas.set(house.owner, "owner", {"queued": 1})
            for _ in range(9):
                house.submitting.submit_file(house.owner, "a.ipynb", sleep, {}, limits=replace(limits))


def test_a_flavour_of_one_processor_gives_one_and_the_run_says_how(house: House) -> None:
    run = ended(house, "import os\nprint('processors', len(os.sched_getaffinity(0)))", flavour="tiny")
    assert run.state is State.SUCCEEDED, run.message
    text = house.files.read(run.executed).decode()
    assert "CPU by 1 assigned processor" in run.isolation or "CPU and processes by cgroup v2" in run.isolation
    if "cgroup" not in run.isolation:
        assert "processors 1" in text


def test_what_runs_left_before_there_was_a_ledger_is_counted_too(tmp_path: Path) -> None:
    read_backup(OLD_HOME, tmp_path / "home", Console(quiet=True))
    with working_house(tmp_path / "home") as house:
        runs, _ = house.runs.page(Wanted())
        for owner in {run.actor for run in runs}:
            outputs = [house.runs.provenance(run.id).outputs for run in runs if run.actor == owner]
            sizes = {output.checksum: output.size for left in outputs for output in left}
            assert house.counting.used(owner).kept_bytes == sum(sizes.values()) > 0
