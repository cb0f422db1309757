"""A real house, filled with two real indicators by the real executor, served by a real server on loopback."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from tests.answering import answering
from tests.houses import notebook
from tests.served import free_port

from repeatpass.access import SYSTEM
from repeatpass.assembly import House, open_house
from repeatpass.demo import content
from repeatpass.demo.filling import Filling, register
from repeatpass.demo.preparing import prepare
from repeatpass.indicators.definition import read_definition
from repeatpass.runs.records import Purpose, State
from repeatpass.server import make_app
from repeatpass.settings import Settings

COLLECTIONS = ["ostia-sst-monthly", "co2-mauna-loa-weekly"]
INDICATORS = {"nino34": "nino34", "co2-growth": "co2-mauna-loa"}  # indicator -> its notebook
BROWSER = {"accept": "text/html,application/xhtml+xml"}
SLOW = 'import time\nfor step in range(steps):\n    print(f"step {step}", flush=True)\n    time.sleep(0.1)'
BROKEN = 'raise ValueError("The sky <b>fell</b>.")'


@dataclass(frozen=True, kw_only=True)
class Site:
    """A served house, and a browser's way to it."""

    house: House
    address: str

    def visitor(self) -> httpx.Client:
        """Somebody who has just come: no session."""
        return httpx.Client(base_url=self.address, headers=BROWSER, timeout=60)

    def owner(self) -> httpx.Client:
        """A browser that has opened a page: it holds the session and says where it comes from."""
        client = self.visitor()
        client.get("/")
        client.headers["origin"] = self.address
        return client


@contextmanager
def real_site(home: Path) -> Iterator[Site]:
    """Open, serve and fill a house in *home*."""
    port = free_port()
    house = open_house(Settings(home=home, port=port, environment=sys.prefix, demo=False))
    house.environments.install("earth")
    shelve(house)
    with answering(make_app(house, Filling(done=True)), port) as address:
        update(house)
        yield Site(house=house, address=address)
        house.runner.shutdown()


def shelve(house: House) -> None:
    """Register the collections and put the notebooks and indicators on their shelves."""
    for collection in prepare(house.settings.home / "drafts", lambda _step: None, only=COLLECTIONS):
        register(house, collection)
    for path in content.notebooks():
        if path.stem in INDICATORS.values():
            house.shelf.add(SYSTEM, path.stem, path.read_bytes(), curated=True)
    for path in content.indicators():
        if path.stem in INDICATORS:
            house.indicators.apply(SYSTEM, read_definition(path.read_text(), path.name))
    house.shelf.add(house.owner, "slow", notebook(SLOW, parameters="steps = 3  # 1..50: how many steps"))
    house.shelf.add(house.owner, "broken", notebook(BROKEN))


def update(house: House) -> None:
    """Run the notebooks of the indicators, and wait until their values are there."""
    runs = [
        house.submitting.submit(
            SYSTEM, indicator.notebook, indicator.parameters, purpose=Purpose.UPDATE, subject=indicator.id
        )
        for indicator in map(house.indicators.indicator, INDICATORS)
    ]
    for run in runs:
        ended = house.runs.wait(run.id, timeout=120)
        assert ended.state is State.SUCCEEDED, ended.message
    waiting = threading.Event()
    for _ in range(100):
        if all(house.indicators.deliveries(id) for id in INDICATORS):
            return
        waiting.wait(0.1)
    raise AssertionError("The values were not collected.")
