"""Whatever keeps the house from opening is said in a sentence that tells what to do."""

import os
import socket
import sqlite3
from pathlib import Path

import pytest
from tests.loss.disks import fill
from tests.served import Served, command, free_port, small_home

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_home(tmp_path_factory.mktemp("troubles") / "home")


def said(done: object) -> str:
    assert done.returncode != 0  # type: ignore[attr-defined]
    text = " ".join(done.stderr.split())  # type: ignore[attr-defined]
    assert "Traceback" not in text
    return text


def test_a_port_in_use(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        text = said(command(home, "up", "--port", str(taken.getsockname()[1])))
    assert "cannot be used (Address already in use)" in text
    assert "choose another with --port" in text


def test_a_home_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    text = said(command(tmp_path / "file" / "home", "up"))
    assert "cannot be made" in text
    assert "Give another with --home" in text


def test_a_home_of_somebody_else(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("the superuser can write everywhere")
    tmp_path.chmod(0o500)
    assert "cannot be written to" in said(command(tmp_path, "up"))


def test_a_database_that_a_newer_repeatpass_wrote(tmp_path: Path) -> None:
    home = small_home(tmp_path / "home")
    with sqlite3.connect(home / "repeatpass.db") as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    text = said(command(home, "up"))
    assert "written by a newer Repeatpass (schema 9999" in text
    assert "Install that version again" in text


def test_a_database_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "repeatpass.db").write_text("This is a letter, not a database. " * 100)
    text = said(command(tmp_path, "up"))
    assert "cannot be read: file is not a database" in text
    assert "restore a backup" in text


def test_a_postgresql_that_does_not_answer(tmp_path: Path) -> None:
    address = f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/nothing"
    text = said(command(tmp_path, "up", DATABASE=address))
    assert "cannot be read" in text
    assert "Start it, correct its address" in text


def test_an_address_that_others_can_reach(home: Path) -> None:
    text = said(command(home, "up", HOST="0.0.0.0"))
    assert "loopback addresses only until it has accounts" in text


def test_a_second_server_on_the_same_home(tmp_path: Path) -> None:
    served = Served(small_home(tmp_path / "home")).start()
    try:
        text = said(command(served.home, "up"))
        assert f"A server is up on {served.home} already, at {served.address}" in text
    finally:
        served.close()


def test_a_browser_that_is_missing_keeps_nothing_from_working(tmp_path: Path) -> None:
    served = Served(small_home(tmp_path / "home")).start(NO_BROWSER="0", BROWSER="/nonexistent %s")
    try:
        assert served.ask("/health")["status"] == "ok"
    finally:
        served.close()
    words = (tmp_path / "server.log").read_text()
    assert f"Repeatpass is at {served.address}" in words
    assert "Traceback" not in words


def test_a_full_disk_loses_nothing_and_work_goes_on_when_there_is_room_again(tiny_disk: Path) -> None:
    import time
    import urllib.error

    served = Served(small_home(tiny_disk / "home")).start()
    try:
        first = served.job(served.run(number=1)["jobID"])
        assert first["status"] == "successful"
        running = served.run(number=2, pause=3)["jobID"]
        while served.ask(f"/ogc/jobs/{running}")["status"] != "running":
            time.sleep(0.05)
        fill(tiny_disk / "ballast")
        with pytest.raises(urllib.error.HTTPError) as refused:
            for number in range(3, 20):
                served.run(number=number)
        assert refused.value.code == 503
        assert b"full" in (problem := refused.value.read()) or b"No space left" in problem
        time.sleep(4)
        (tiny_disk / "ballast").unlink()
        ended = served.job(running)
        assert ended["status"] in {"successful", "failed"}
        assert ended["status"] == "successful" or "pace" in ended["message"], ended
        assert served.job(served.run(number=19)["jobID"])["status"] == "successful"
        assert served.ask("/health")["problems"] == []
        jobs = served.ask("/ogc/jobs?limit=100")["jobs"]
        assert all(served.job(job["jobID"])["status"] in {"successful", "failed"} for job in jobs)
        with sqlite3.connect(served.home / "repeatpass.db") as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        served.close()
        (tiny_disk.parent / "server.log").write_text((tiny_disk / "server.log").read_text())
