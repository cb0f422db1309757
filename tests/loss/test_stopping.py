"""A real server: killed, interrupted, left by its executor."""

import json
import signal
import sqlite3
import threading
import time
import urllib.error
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from tests.served import Served

pytestmark = pytest.mark.slow


def until(true: object, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:  # type: ignore[operator]
        time.sleep(0.05)
    assert true()  # type: ignore[operator]


def test_a_killed_server_finds_its_runs_again(served: Served) -> None:
    served.start()
    jobs = [served.run(number=number, pause=1.0)["jobID"] for number in range(5)]
    until(lambda: served.ask(f"/ogc/jobs/{jobs[0]}")["status"] == "running")
    served.kill()
    served.start()
    assert {served.job(id)["status"] for id in jobs} == {"successful"}
    with sqlite3.connect(served.home / "repeatpass.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_run_whose_executor_is_killed_has_crashed_with_a_sentence_and_the_next_one_works(served: Served) -> None:
    served.start()
    id = served.run(pause=30)["jobID"]
    log = served.home / "runs" / id / "log.jsonl"
    until(lambda: log.exists() and "Cell 3 of 3" in log.read_text())
    executor = served.executor()
    kernels = executor.children(recursive=True)
    executor.kill()
    crashed = served.job(id)
    assert crashed["status"] == "failed"
    assert "ended before this run did" in crashed["message"]
    assert served.job(served.run()["jobID"])["status"] == "successful"
    until(lambda: not any(kernel.is_running() and kernel.status() != psutil.STATUS_ZOMBIE for kernel in kernels))


def test_ctrl_c_stops_the_server_cleanly_and_leaves_only_what_is_meant_to_stay(served: Served) -> None:
    served.start()
    served.job(served.run()["jobID"])
    executor, private = served.executor(), socket_folder(served)
    started = time.monotonic()
    assert served.kill(signal.SIGINT) == 0
    assert time.monotonic() - started < 6
    assert "Traceback" not in (served.home.parent / "server.log").read_text()
    assert executor.is_running()  # it stays a minute, should the server come back
    executor.terminate()
    executor.wait(20)
    assert not private.exists()
    assert not (served.home / "executor.json").exists()


def test_ctrl_c_does_not_wait_for_a_client_that_waits_for_a_long_run(served: Served) -> None:
    served.start()
    _ = served.token

    def wait() -> None:
        with suppress(OSError, urllib.error.URLError, ConnectionError):
            served.run(later=False, pause=600)

    client = threading.Thread(target=wait)
    client.start()
    until(lambda: served.ask("/health")["runs"]["running"] == 1)
    started = time.monotonic()
    served.kill(signal.SIGINT)
    assert time.monotonic() - started < 10
    client.join(10)


def socket_folder(served: Served) -> Path:
    return Path(json.loads((served.home / "executor.json").read_text())["socket"]).parent
