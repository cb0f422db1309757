"""The house is killed in the middle of everything; afterwards nothing is lost and nothing is doubled."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from tests.houses import indicator, notebook
from tests.loss.lives import settings

from repeatpass.assembly import House, open_house
from repeatpass.runs.records import Purpose, State
from repeatpass.runs.room import Wanted
from repeatpass.verification.comparison.records import Verdict

pytestmark = pytest.mark.slow

PUBLISH = """
import pandas as pd, repeatpass

time = pd.Timestamp("2000-01-01") + pd.Timedelta(days=number)
table = pd.DataFrame({"place": ["here"], "time": [time.strftime("%Y-%m-%d")], "value": [number / 1000]})
repeatpass.publish(table, "values", unit="K")
"""
POINTS = [
    ("runs.enqueue", "after", 2),
    ("runs.claim", "after", 3),
    ("folders.prepare", "after", 2),
    ("runner.start", "before", 2),
    ("runner.start", "after", 2),
    ("runs.keep_ticket", "before", 3),
    ("runs.keep_ticket", "after", 2),
    ("folders.take_out", "before", 2),
    ("folders.take_out", "after", 2),
    ("runs.finish", "before", 2),
    ("runs.finish", "after", 2),
    ("folders.remove", "before", 1),
    ("collecting.collect", "before", 2),
    ("collecting.collect", "after", 2),
    ("events._advance", "before", 4),
    ("repeating.repeat", "after", 1),
    ("repeating._judge", "before", 1),
    ("repeats.finish", "before", 1),
    ("repeats.finish", "after", 1),
]


class Lives:
    """A home whose lives are cut short."""

    def __init__(self, home: Path) -> None:
        self.home, self.number = home, 0
        command = [sys.executable, str(Path(__file__).with_name("lives.py")), str(home)]
        self.mother = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def live(self, seconds: float = 30.0, **order: object) -> bool:
        """Have one life; kill it after so many seconds, or let it kill itself. Say whether it did so itself."""
        assert self.mother.stdin is not None
        assert self.mother.stdout is not None
        (self.home / "living").unlink(missing_ok=True)
        self.number += 1
        order = {"seed": self.number, "first": self.number * 100, **order}
        self.mother.stdin.write(json.dumps(order) + "\n")
        self.mother.stdin.flush()
        pid = int(self.mother.stdout.readline())
        until = time.monotonic() + 30
        while not (self.home / "living").exists() and psutil.pid_exists(pid) and time.monotonic() < until:
            time.sleep(0.005)
        died = self._died(pid, seconds)
        if not died:
            os.kill(pid, signal.SIGKILL)
        assert self.mother.stdout.readline() == "gone\n"
        return died

    def _died(self, pid: int, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE if psutil.pid_exists(pid) else True:
                return True
            time.sleep(0.005)
        return False

    def close(self) -> None:
        self.mother.communicate(timeout=20)


@pytest.fixture
def lives(tmp_path: Path) -> Iterator[Lives]:
    home = tmp_path / "home"
    house = open_house(settings(home))
    house.environments.install("earth")
    house.shelf.add(house.owner, "warmth", notebook(PUBLISH, parameters="number = 0"))
    house.indicators.apply(house.owner, indicator())
    house.close()
    made = Lives(home)
    yield made
    made.close()


def settled(house: House, seconds: float = 90.0) -> None:
    """Wait until every run has ended and every repeat has its verdict."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        counts = house.runs.counts()
        if counts[State.QUEUED] + counts[State.RUNNING] == 0:
            heard = house.events.waiting() == 0
            if heard and all(repeat.verdict for repeat in house.repeats.recent(1000)) and not _waiting(house):
                return
        time.sleep(0.1)
    open_ones = [repeat for repeat in house.repeats.recent() if not repeat.verdict]
    raise AssertionError(f"Not settled: {house.runs.counts()}, {house.events.waiting()} events, {open_ones}")


def _waiting(house: House) -> bool:
    counts = house.runs.counts()
    return counts[State.QUEUED] + counts[State.RUNNING] > 0


def require_nothing_lost(house: House) -> Counter[State]:
    """Assert what must hold after any history; return how the runs ended."""
    runs, _ = house.runs.page(Wanted(limit=10_000))
    assert {run.state for run in runs} <= {State.SUCCEEDED, State.CRASHED}, [run.message for run in runs]
    assert all(run.message.endswith(".") for run in runs)
    updates = [run for run in runs if run.purpose is Purpose.UPDATE and run.state is State.SUCCEEDED]
    brought = {run.parameters["number"]: run.id for run in updates}
    values = house.indicators.current("warmth")
    assert {round((value.value or 0) * 1000): value.run for value in values} == brought
    assert all(value.revision == 1 for value in values)  # nothing came twice
    assert Counter(delivery.run for delivery in house.indicators.deliveries("warmth")) == Counter(brought.values())
    repeats = house.repeats.recent(10_000)
    assert {repeat.verdict for repeat in repeats} <= {Verdict.IDENTICAL, Verdict.NOT_REPEATABLE}
    known = {run.id for run in runs}
    repeating = {run.id for run in runs if run.purpose is Purpose.REPEAT}
    assert {id for repeat in repeats for id in repeat.runs} == repeating <= known
    assert house.database.check() == "ok"
    assert house.events.set_aside() == []
    for checksum in house.runs.needed_files():
        if house.files.has(checksum):
            house.files.verify(checksum)
    return Counter(run.state for run in runs)


def processes_of(home: Path) -> list[str]:
    """Return the command lines of the processes that serve a home."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        command = " ".join(process.info["cmdline"] or ())
        if str(home) in command and "lives.py" not in command:
            found.append(command)
    return found


def finish(home: Path) -> Counter[State]:
    """Open the house a last time, let it come to rest, and look."""
    house = open_house(settings(home))
    house.start()
    try:
        settled(house)
        counts = require_nothing_lost(house)
    finally:
        house.runner.shutdown()
        house.close()
    until = time.monotonic() + 15
    while processes_of(home) and time.monotonic() < until:
        time.sleep(0.1)
    assert processes_of(home) == []
    return counts


def test_killed_at_every_point_where_something_is_kept(lives: Lives) -> None:
    for point, when, nth in POINTS:
        assert lives.live(dies_at=point, when=when, nth=nth), f"never came {when} {point}"
    counts = finish(lives.home)
    assert counts[State.SUCCEEDED] > len(POINTS)


def test_killed_at_random_moments(lives: Lives) -> None:
    dice = random.Random(20260521)
    for _ in range(25):
        lives.live(seconds=dice.uniform(0.0, 0.8))
    finish(lives.home)
