"""A house that was backed up and restored is the same house."""

import io
import json
import sqlite3
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from tests.houses import indicator, notebook, working_house

from repeatpass.assembly import House
from repeatpass.core.errors import Conflict, Invalid, RepeatpassError
from repeatpass.runs.records import Purpose, Run, State
from repeatpass.upkeep.backup import read_backup, write_backup
from repeatpass.upkeep.doctor import examine
from repeatpass.verification.comparison.records import Verdict
from repeatpass.verification.passport import passport_of

pytestmark = pytest.mark.slow

QUIET = Console(quiet=True)
PUBLISH = """
import pandas as pd, repeatpass
repeatpass.publish(pd.DataFrame({"place": ["here"], "time": ["2020-05-01"], "value": [4.5]}), "values", unit="K")
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with working_house(tmp_path_factory.mktemp("house") / "home") as opened:
        opened.shelf.add(opened.owner, "warmth", notebook(PUBLISH))
        opened.indicators.apply(opened.owner, indicator())
        updated(opened)
        (opened.settings.home / "workspaces" / "owner" / "project").mkdir(parents=True)
        (opened.settings.home / "workspaces" / "owner" / "project" / "nb.ipynb").write_bytes(notebook("1"))
        (opened.settings.home / "workspaces" / "owner" / "escape").symlink_to("/etc")
        yield opened


@pytest.fixture(scope="module")
def backup(house: House, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("backup") / "house.backup"
    write_backup(house, file, QUIET)
    return file


def updated(house: House) -> Run:
    asked = house.submitting.submit(house.owner, "warmth", {}, purpose=Purpose.UPDATE, subject="warmth")
    run = house.runs.wait(asked.id, 60)
    assert run.state is State.SUCCEEDED, run.message
    house.collecting.collect(run.id)
    return run


def test_values_passports_and_repeats_survive_a_restore(house: House, backup: Path, tmp_path: Path) -> None:
    read_backup(backup, tmp_path / "restored", QUIET)
    value = house.indicators.current("warmth")[0]
    with working_house(tmp_path / "restored") as restored:
        assert restored.indicators.current("warmth") == house.indicators.current("warmth")
        rooms = restored.indicators, restored.runs, restored.repeats
        passport = passport_of(*rooms, "warmth", "here", value.time)
        assert passport.run == house.runs.run(value.run)
        repeat = restored.repeating.repeat(restored.owner, value.run)
        while restored.repeats.repeat(repeat.id).verdict is None:
            restored.runs.wait(repeat.runs[0], 1)
        assert restored.repeats.repeat(repeat.id).verdict is Verdict.IDENTICAL
        assert all(finding.ok for finding in examine(restored) if finding.what != "front end")
        workspace = restored.settings.home / "workspaces" / "owner"
        assert (workspace / "project" / "nb.ipynb").is_file()
        assert not (workspace / "escape").exists()


def test_a_backup_is_for_its_owners_eyes_and_holds_no_secret_of_the_machine(backup: Path) -> None:
    assert backup.stat().st_mode & 0o077 == 0
    with tarfile.open(backup) as tar:
        names = tar.getnames()
    assert names[:2] == ["backup.json", "repeatpass.db"]
    assert not {"session.key", "owner.token"} & set(names)
    assert [path.name for path in backup.parent.iterdir()] == [backup.name]  # nothing half-written


def test_a_run_under_way_is_begun_anew_after_the_restore(house: House, tmp_path: Path) -> None:
    house.shelf.add(house.owner, "slow", notebook("import time; time.sleep(3)"))
    run = house.submitting.submit(house.owner, "slow")
    while house.runs.run(run.id).state is not State.RUNNING:
        house.runs.wait(run.id, 0.05)
    write_backup(house, tmp_path / "b", QUIET)
    read_backup(tmp_path / "b", tmp_path / "restored", QUIET)
    with working_house(tmp_path / "restored") as restored:
        assert restored.runs.wait(run.id, 60).state is State.SUCCEEDED
    assert house.runs.wait(run.id, 60).state is State.SUCCEEDED


def test_a_home_that_is_not_empty_is_left_alone(backup: Path, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("dear")
    with pytest.raises(Conflict, match="is not empty"):
        read_backup(backup, tmp_path, QUIET)
    assert [path.name for path in tmp_path.iterdir()] == ["letter"]


@pytest.mark.parametrize("cut", [0, 1, 100, 0.5, 0.99])
def test_a_backup_that_was_cut_off_restores_nothing(backup: Path, tmp_path: Path, cut: float) -> None:
    content = backup.read_bytes()
    damaged = tmp_path / "damaged"
    damaged.write_bytes(content[: int(cut * len(content)) if cut < 1 else int(cut)])
    refused(damaged, tmp_path, "damaged|no backup at all|does not begin")


def test_a_backup_whose_bits_were_flipped_restores_nothing(backup: Path, tmp_path: Path) -> None:
    with tarfile.open(backup) as tar:
        name = next(name for name in tar.getnames() if name.startswith("files/"))
    rewritten(backup, tmp_path / "damaged", lambda member, data: b"?" + data[1:] if member.name == name else data)
    refused(tmp_path / "damaged", tmp_path, f"{name} is not what it was")
    rewritten(backup, tmp_path / "damaged", lambda member, data: data[:-1] + b"?" if ".db" in member.name else data)
    refused(tmp_path / "damaged", tmp_path, "repeatpass.db is not what it was")


def test_a_letter_is_no_backup(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("dear")
    refused(tmp_path / "letter", tmp_path, "no backup at all")
    refused(tmp_path / "nothing", tmp_path, "There is no file")


HOSTILE = [
    ("../evil", tarfile.REGTYPE, ""),
    ("/tmp/evil", tarfile.REGTYPE, ""),
    ("files/../../evil", tarfile.REGTYPE, ""),
    ("workspaces/link", tarfile.SYMTYPE, "/etc"),
    ("workspaces/link", tarfile.SYMTYPE, "../../.."),
    ("files/link", tarfile.SYMTYPE, "x"),
    ("workspaces/hard", tarfile.LNKTYPE, "/etc/passwd"),
    ("workspaces/device", tarfile.CHRTYPE, ""),
    ("workspaces/pipe", tarfile.FIFOTYPE, ""),
    ("session.key", tarfile.REGTYPE, ""),
]


@pytest.mark.parametrize(("name", "kind", "link"), HOSTILE)
def test_a_hostile_archive_is_refused_as_a_whole(
    backup: Path, tmp_path: Path, name: str, kind: bytes, link: str
) -> None:
    evil = tarfile.TarInfo(name)
    evil.type, evil.linkname = kind, link
    rewritten(backup, tmp_path / "hostile", more=[evil])
    refused(tmp_path / "hostile", tmp_path, "refused as a whole|cannot be trusted|be trusted")
    assert not (tmp_path / "evil").exists()


def test_a_backup_that_a_newer_repeatpass_wrote_is_refused(backup: Path, tmp_path: Path) -> None:
    def newer(member: tarfile.TarInfo, data: bytes) -> bytes:
        return json.dumps(json.loads(data) | {"format": 2}).encode() if member.name == "backup.json" else data

    rewritten(backup, tmp_path / "newer", newer)
    refused(tmp_path / "newer", tmp_path, "has format 2; this Repeatpass reads format 1")


def test_a_backup_of_a_newer_database_is_refused(house: House, tmp_path: Path) -> None:
    with sqlite3.connect(house.settings.home / "repeatpass.db") as connection:
        ours = connection.execute("select version_num from alembic_version").fetchone()
        connection.execute("update alembic_version set version_num = '9999'")
        connection.commit()
        write_backup(house, tmp_path / "newer", QUIET)
        connection.execute("update alembic_version set version_num = ?", ours)
    refused(tmp_path / "newer", tmp_path, "written by a newer Repeatpass")


def test_a_house_on_postgresql_is_told_of_its_own_tool(empty_postgresql: str, tmp_path: Path) -> None:
    from repeatpass.assembly import open_house
    from repeatpass.settings import Settings

    house = open_house(Settings(home=tmp_path / "home", database=empty_postgresql, environment=sys.prefix, demo=False))
    with pytest.raises(Invalid, match="pg_dump"):
        write_backup(house, tmp_path / "b", QUIET)
    house.close()


def refused(file: Path, folder: Path, words: str) -> None:
    with pytest.raises(RepeatpassError, match=words):
        read_backup(file, folder / "restored", QUIET)
    assert not (folder / "restored").exists()
    assert not list(folder.glob(".restored-*"))


def rewritten(
    backup: Path, target: Path, change: object = lambda _member, data: data, more: list[tarfile.TarInfo] | None = None
) -> None:
    """Write a backup again with something changed."""
    with tarfile.open(backup) as old, tarfile.open(target, "w:gz") as new:
        for member in old:
            file = old.extractfile(member) if member.isreg() else None
            data = change(member, file.read()) if file else b""  # type: ignore[operator]
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))
        for extra in more or ():
            new.addfile(extra)
