"""Houses whose clock the tests set."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from repeatpass.access import SYSTEM
from repeatpass.assembly import House, open_house
from repeatpass.catalog.records import Collection, CollectionAsset
from repeatpass.schedules.records import Tick
from repeatpass.settings import Settings
from tests.houses import indicator, notebook

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
COUNT = """
import pandas as pd, repeatpass
items = [item for item in repeatpass.items("sea") if start <= f"{item}-01" < (end or "9999")]
rows = [(f"{item}-01", float(repeatpass.open("sea", item).value.iloc[0])) for item in items]
table = pd.DataFrame({"place": "here", "time": [row[0] for row in rows], "value": [row[1] for row in rows]})
repeatpass.publish(table, "values", unit="K")
"""
WINDOW = "start: str = ''\nend: str = ''"


@dataclass
class Time:
    """A clock that goes only when it is set."""

    moment: datetime = START

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **delta: float) -> datetime:
        """Let time pass."""
        self.moment += timedelta(**delta)
        return self.moment


@dataclass
class Timed:
    """A house and its time. Its own clock thread is not started: the tests look at the time themselves."""

    house: House
    time: Time
    id: str = "warmth"  # of the indicator, and of its notebook, of this test
    sea_id: str = "sea"  # of its collection

    @property
    def update(self) -> str:
        """The schedule of the indicator's updates."""
        return f"update-{self.id}"

    def schedule(self, cells: str, *, parameters: str = "", id: str = "", **definition: Any) -> None:
        """Put a notebook and its indicator into the house; definition["schedule"] says when."""
        self.house.shelf.add(self.house.owner, id or self.id, notebook(cells, parameters=parameters))
        self.apply(id=id, **definition)

    def apply(self, id: str = "", **definition: Any) -> None:
        """Apply the definition of an indicator."""
        name = id or self.id
        self.house.indicators.apply(self.house.owner, indicator(name, name, **definition))
        self.house.scheduling.schedules.follow(name)

    def put_away(self) -> None:
        """Leave nothing that comes due or gets stale in the test after this one."""
        for name in self.house.indicators.stamps():
            self.apply(name)
        self.house.scheduling.alerts.look_again()
        self.time.moment = START

    def tick(self) -> None:
        """Look at the time once, as the clock does."""
        self.house.scheduling.clock.tick()

    def settled(self, schedule: str = "", seconds: float = 90) -> Tick:
        """Look at the time until nothing of a schedule is under way; return its newest tick."""
        schedule, until = schedule or self.update, time.monotonic() + seconds
        while time.monotonic() < until:
            self.tick()
            self.time.forward(milliseconds=1)  # two ticks never begin in the same moment
            found = self.ticks(schedule)
            if found and found[0].state.final and not self.house.scheduling.schedules.schedule(schedule).wanted:
                return found[0]
            time.sleep(0.05)
        raise AssertionError(f"{schedule} does not settle: {self.ticks(schedule)}")

    def ticks(self, schedule: str = "") -> list[Tick]:
        """The ticks of a schedule, newest first."""
        return self.house.scheduling.schedules.ticks(schedule or self.update)

    def values(self, id: str = "") -> dict[tuple[str, str], float | None]:
        """The current values by place and date."""
        return {(v.place, v.time.date().isoformat()): v.value for v in self.house.indicators.current(id or self.id)}

    def sea(self, months: Mapping[str, float], version: str) -> Collection:
        """Register the collection of this test with one item a month."""
        made = [self._item(month, value) for month, value in months.items()]
        assets = [self._asset(month, value, version) for month, value in months.items()]
        body = {
            "type": "Collection",
            "id": self.sea_id,
            "version": version,
            "title": "Sea",
            "description": "For tests.",
        }
        kept = self.house.catalog.register(SYSTEM, body, made, assets)
        eventually(lambda: self.house.events.waiting() == 0)
        return kept

    def _item(self, month: str, value: float) -> dict[str, Any]:
        return {"type": "Feature", "id": month, "geometry": None, "properties": {"datetime": f"{month}-01T00:00:00Z"}}

    def _asset(self, month: str, value: float, version: str) -> CollectionAsset:
        stored = self.house.files.put_bytes(f"value\n{value}\n".encode())
        return CollectionAsset(
            collection=self.sea_id, version=version, item=month, key="data", href=f"/files/{stored.checksum}",
            media_type="text/csv", size=stored.size, checksum=stored.checksum,
        )  # fmt: skip


@contextmanager
def timed_house(home: Path, **settings: Any) -> Iterator[Timed]:
    """Open a house whose clock is set by hand; it works on runs, but looks at the time only when it is told to."""
    given = {"environment": sys.prefix, "demo": False, "slots": 2, "repeat": "never"} | settings
    moment = Time()
    house = open_house(Settings(home=home, **given), moment)
    house.environments.install("earth")
    house.start(clock=False)
    try:
        yield Timed(house, moment)
    finally:
        house.runner.shutdown()
        house.close()


def eventually(found: Callable[[], Any], seconds: float = 30) -> Any:
    """Return what *found* gives as soon as it is true."""
    until = time.monotonic() + seconds
    while not (value := found()) and time.monotonic() < until:
        time.sleep(0.1)
    return value
