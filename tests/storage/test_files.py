"""The file area: once per content, whole or not at all."""

import os
import time
from pathlib import Path

import pytest

from repeatpass.core.errors import Conflict, NotFound, Unavailable
from repeatpass.storage.files import FileArea

HELLO = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"


@pytest.fixture(params=["folder", "memory"])
def area(request: pytest.FixtureRequest, tmp_path: Path) -> FileArea:
    return FileArea(tmp_path / "files" if request.param == "folder" else f"memory://{tmp_path}")


def test_a_file_is_kept_under_the_checksum_of_its_content(area: FileArea, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"hello")
    assert area.put(tmp_path / "a").checksum == HELLO
    assert area.put_bytes(b"hello").size == 5
    assert area.read(HELLO) == b"hello"
    assert [file.checksum for file in area.all()] == [HELLO]


def test_what_is_not_kept_is_not_found(area: FileArea) -> None:
    missing = "sha256:" + "0" * 64
    assert not area.has(missing)
    with pytest.raises(NotFound):
        area.read(missing)
    for name in ("../../etc/passwd", "sha256:../x", "md5:" + "0" * 64):
        with pytest.raises(NotFound):
            area.has(name)


def test_a_file_that_was_altered_on_disk_is_detected(tmp_path: Path) -> None:
    area = FileArea(tmp_path / "files")
    checksum = area.put_bytes(b"the truth").checksum
    area.verify(checksum)
    area.path(checksum).write_bytes(b"the lie!!")
    with pytest.raises(Conflict, match="altered on disk"):
        area.verify(checksum)


def test_storing_a_file_again_makes_it_young_again(tmp_path: Path) -> None:
    area = FileArea(tmp_path / "files")
    checksum = area.put_bytes(b"x").checksum
    os.utime(area.path(checksum), (1, 1))
    area.put_bytes(b"x")
    assert time.time() - area.modified(checksum) < 60


def test_half_a_file_is_never_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    area = FileArea(tmp_path / "files")

    def cut_off(_source: str, target: str) -> None:
        Path(target).write_bytes(b"ha")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(area.fs, "put_file", cut_off)
    with pytest.raises(Unavailable, match="No space left"):
        area.put_bytes(b"half")
    assert list((tmp_path / "files").rglob("*.part")) == []
    assert list(area.all()) == []


def test_what_a_killed_writer_left_is_cleared_once_it_is_old(tmp_path: Path) -> None:
    area = FileArea(tmp_path / "files")
    old, young = (Path(area.root) / name for name in ("x.1.ab.part", "y.1.ab.part"))
    old.write_bytes(b"x")
    young.write_bytes(b"y")
    os.utime(old, (1, 1))
    area.clear_parts(older_than=3600)
    assert (old.exists(), young.exists()) == (False, True)
