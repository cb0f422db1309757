"""Whatever happens to servers, disks and databases, what is due is done, and done once."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.loss.clockwork import Clockwork, clockwork
from tests.loss.disks import fill
from tests.postgresql import Cluster
from tests.served import Served

from repeatpass.assembly import House, open_house
from repeatpass.schedules.lease import LENGTH
from repeatpass.schedules.records import TickState
from repeatpass.schedules.store import leases

pytestmark = pytest.mark.slow

POINTS = [
    ("before", "beginning.begin"),
    ("after", "beginning.begin"),
    ("before", "advancing._keep"),
    ("after", "advancing._keep"),
    ("before", "submitting.submit"),
    ("after", "submitting.submit"),
    ("before", "collecting.collect"),
    ("after", "collecting.collect"),
    ("before", "advancing._end"),
    ("after", "advancing._end"),
]
LIFE = Path(__file__).with_name("clocklife.py")
ROOT = Path(__file__).parents[2]


@contextmanager
def opened(work: Clockwork) -> Iterator[House]:
    house = open_house(work.settings)
    try:
        yield house
    finally:
        house.close()


def until(true: object, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:  # type: ignore[operator]
        time.sleep(0.05)
    assert true()  # type: ignore[operator]


def holder(work: Clockwork) -> str:
    with work.database() as database, database.read() as connection:
        return str(connection.execute(sa.select(leases.c.holder)).scalar() or "")


def test_of_two_servers_on_one_postgresql_the_other_goes_on_when_that_which_led_is_killed(
    empty_postgresql: str, tmp_path: Path
) -> None:
    files = tmp_path / "files"
    known = {"database": empty_postgresql, "files": str(files)}
    work = clockwork(tmp_path / "one" / "home", tmp_path / "ledger", **known)
    work.set_up()
    given = {"DATABASE": empty_postgresql, "FILES": str(files), "REPEAT": "never"}
    homes = [tmp_path / name / "home" for name in ("one", "other")]
    homes[1].mkdir(parents=True)
    leader, other = (Served(home) for home in homes)
    try:
        leader.start(**given)
        until(lambda: holder(work))
        first = holder(work)
        other.start(**given)
        work.make_due()
        assert work.settled(1)
        assert holder(work) == first
        due = work.make_due(0.5)
        killed = time.monotonic()
        leader.kill()
        until(lambda: holder(work) not in (first, ""))
        assert time.monotonic() - killed < LENGTH.total_seconds() + 4
        (tick, _) = work.settled(2)
        assert (tick.due, tick.cause) == (due, "the clock")
        with opened(work) as house:
            work.require_once(house, 2)
    finally:
        leader.close()
        other.close()


def test_a_server_killed_in_the_middle_of_a_tick_loses_nothing_and_does_nothing_twice(tmp_path: Path) -> None:
    work = clockwork(tmp_path / "home", tmp_path / "ledger")
    work.set_up(pause=1.5)
    work.make_due(-5)
    served = Served(work.settings.home)
    try:
        served.start(REPEAT="never")
        until(lambda: work.executions() == 1)
        assert [tick.state for tick in work.ticks()] == [TickState.RUNNING]
        served.kill()
        served.start(REPEAT="never")
        work.settled(1)
        with opened(work) as house:
            work.require_once(house, 1)
    finally:
        served.close()


def test_killed_at_every_step_of_a_tick(tmp_path: Path) -> None:
    work = clockwork(tmp_path / "home", tmp_path / "ledger")
    work.set_up()
    command = [sys.executable, str(LIFE), str(work.settings.home), str(work.ledger)]
    orders = "".join(f"{when} {point}\n" for when, point in POINTS)
    lives = subprocess.run(
        command, input=orders, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=200,
        check=False,
    )  # fmt: skip
    assert lives.stdout.splitlines() == ["-9"] * len(POINTS), lives.stderr[-2000:]
    house = open_house(work.settings)
    house.start()
    try:
        work.settled(len(POINTS))
        until(lambda: house.events.waiting() == 0)
        work.require_once(house, len(POINTS))
    finally:
        house.runner.shutdown()
        house.close()


def test_a_database_that_is_restarted_during_a_tick_is_waited_for(own_cluster: Cluster, tmp_path: Path) -> None:
    with own_cluster.database() as url:
        work = clockwork(tmp_path / "home", tmp_path / "ledger", database=url)
        work.set_up(pause=2.0)
        work.make_due(-5)
        served = Served(work.settings.home)
        try:
            served.start(DATABASE=url, REPEAT="never")
            until(lambda: work.executions() == 1)
            own_cluster.stop()
            time.sleep(3)  # the run ends while the database is away
            own_cluster.start()
            work.settled(1)
            with opened(work) as house:
                until(lambda: house.events.waiting() == 0)
                work.require_once(house, 1)
            assert served.ask("/health")["status"] == "ok"
        finally:
            served.close()


def test_a_disk_that_fills_up_during_a_tick_loses_nothing(tiny_disk: Path, tmp_path: Path) -> None:
    work = clockwork(tiny_disk / "home", tmp_path / "ledger")
    work.set_up(pause=1.5)
    work.make_due(-5)
    served = Served(work.settings.home)
    try:
        served.start(REPEAT="never")
        until(lambda: work.executions() == 1)
        fill(tiny_disk / "ballast")
        time.sleep(3)  # the run ends while there is no room for what it left
        (tiny_disk / "ballast").unlink()
        (tick,) = work.settled(1)
        assert tick.state is TickState.DONE or "pace" in tick.summary, tick.summary
        served.ask("/schedules/update-warmth/run-now", {}, Accept="application/json")
        (again, _) = work.settled(2)
        assert again.state is TickState.DONE
        with opened(work) as house:
            runs = [run for run in work.runs() if run.state == "succeeded"]
            assert {value.run for value in house.indicators.current("warmth")} == {run.id for run in runs}
            assert house.database.check() == "ok"
        assert served.ask("/health")["problems"] == []
    finally:
        served.close()
