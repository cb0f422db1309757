"""An indicator on the clock whose notebook writes down each time that it is executed."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from tests.houses import indicator, notebook

from repeatpass.assembly import House, open_house
from repeatpass.core.times import now
from repeatpass.runs.records import Purpose, Run, State
from repeatpass.runs.room import Runs, Wanted
from repeatpass.schedules.kept import KeptSchedules
from repeatpass.schedules.records import Tick
from repeatpass.schedules.store import schedules
from repeatpass.settings import Settings
from repeatpass.storage.database import Database

UPDATE = "update-warmth"
LEDGER = """
import pandas as pd, pathlib, repeatpass, time
with pathlib.Path({ledger!r}).open("a") as ledger:
    ledger.write("executed\\n")
number = len(pathlib.Path({ledger!r}).read_text().splitlines())
time.sleep({pause})
table = pd.DataFrame({{"place": ["here"], "time": [f"{{2000 + number}}-01-01"], "value": [number / 10]}})
repeatpass.publish(table, "values", unit="K")
"""


@dataclass(frozen=True)
class Clockwork:
    """What a schedule did, seen from outside of the servers that carry it out."""

    settings: Settings
    ledger: Path

    @contextmanager
    def database(self) -> Iterator[Database]:
        """A connection of our own."""
        made = Database(self.settings.database_url)
        yield made
        made.close()

    def set_up(self, pause: float = 0.0) -> None:
        """Make the house, its notebook and its indicator, which is due once a year."""
        house = open_house(self.settings)
        house.environments.install("earth")
        cells = LEDGER.format(ledger=str(self.ledger), pause=pause)
        house.shelf.add(house.owner, "warmth", notebook(cells))
        house.indicators.apply(house.owner, indicator(schedule="0 0 1 1 *"))
        house.scheduling.schedules.follow("warmth")
        house.close()

    def make_due(self, seconds: float = 0.0) -> datetime:
        """Have a slot come due, so many seconds from now."""
        moment = (now() + timedelta(seconds=seconds)).replace(microsecond=0)
        with self.database() as database, database.write() as connection:
            connection.execute(schedules.update().where(schedules.c.id == UPDATE).values(due=moment))
        return moment

    def ticks(self) -> list[Tick]:
        """The ticks so far, newest first."""
        with self.database() as database:
            return KeptSchedules(database).ticks(UPDATE, 1000)

    def runs(self) -> list[Run]:
        """The updates so far."""
        with self.database() as database:
            return list(Runs(database).page(Wanted(purpose=Purpose.UPDATE, limit=1000))[0])

    def executions(self) -> int:
        """How often the notebook was executed."""
        return len(self.ledger.read_text().splitlines()) if self.ledger.exists() else 0

    def settled(self, ticks: int, seconds: float = 60) -> list[Tick]:
        """Return the ticks once there are so many and nothing of them is under way."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = self._ticks_or_none()
            if len(found) >= ticks and all(tick.state.final for tick in found) and not self._wanted():
                return found
            time.sleep(0.1)
        raise AssertionError(f"Not settled: {self.ticks()}")

    def _ticks_or_none(self) -> list[Tick]:
        try:
            return self.ticks()
        except sa.exc.OperationalError:  # the database is away
            return []

    def _wanted(self) -> str:
        with self.database() as database:
            return KeptSchedules(database).schedule(UPDATE).wanted

    def require_once(self, house: House, ticks: int) -> None:
        """Assert that so many ticks led to one run, one execution and one value each."""
        found = self.ticks()
        assert len(found) == ticks
        assert [tick.summary for tick in found] == ["1 run: 1 new, 0 unchanged, 0 held."] * ticks
        runs = self.runs()
        assert {run.id for run in runs} == {planned.id for tick in found for planned in tick.runs}
        assert {run.state for run in runs} == {State.SUCCEEDED}
        assert self.executions() == len(runs) == ticks
        values = house.indicators.current("warmth")
        assert {value.run for value in values} == {run.id for run in runs}
        assert [value.revision for value in values] == [1] * ticks
        assert len(house.indicators.deliveries("warmth")) == ticks
        assert house.events.set_aside() == []


def clockwork(home: Path, ledger: Path, **known: Any) -> Clockwork:
    """Return what looks at the house at *home*."""
    return Clockwork(Settings(home=home, environment=sys.prefix, demo=False, repeat="never", **known), ledger)


def long_ago(number: int) -> datetime:
    """A slot that was missed; a later one for each number."""
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
