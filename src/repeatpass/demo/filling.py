"""Fill a new house with the demonstration: collections, notebooks, indicators, and the runs that update them.

Every step can be repeated: what is there already is left as it is, so a fill that was cut off goes on.
"""

import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from repeatpass.access import SYSTEM
from repeatpass.assembly import House
from repeatpass.catalog.records import AlreadyThere, CollectionAsset
from repeatpass.core.errors import RepeatpassError
from repeatpass.cubes.generator import shelve
from repeatpass.demo import content
from repeatpass.demo.records import PreparedAsset, PreparedCollection, Progress
from repeatpass.indicators.definition import read_definition
from repeatpass.notebooks.shipped import shelve_shipped
from repeatpass.runs.records import Purpose, Run, State
from repeatpass.runs.room import Wanted


@dataclass(slots=True)
class Filling:
    """How far the house is filled; read by /health and by the terminal."""

    done: bool = False
    doing: str = "Looking for what is missing"
    step: int = 0  # steps that are done, of
    steps: int = 0  # those that are known of
    problems: list[str] = field(default_factory=list)
    updates: list[str] = field(default_factory=list)  # ids of the runs that make the indicators

    def tell(self, line: str) -> None:
        """Say what is being done."""
        self.doing = line

    def end(self) -> None:
        """Say that nothing more is to come."""
        self.doing = "Everything is filled" if not self.problems else f"Filled as far as possible: {self.problems[0]}"
        self.done = True


def fill(house: House, filling: Filling) -> None:
    """Do everything that is still missing, in the order in which it can be looked at soonest."""
    _attempt(filling, lambda: shelve_shipped(house.shelf))
    environment = threading.Thread(target=_attempt, args=(filling, lambda: _install(house, filling)), daemon=True)
    environment.start()
    _attempt(filling, lambda: _register(house, filling))
    _attempt(filling, lambda: _shelve(house))
    environment.join()
    _attempt(filling, lambda: _update(house, filling))
    _attempt(filling, lambda: _await(house, filling))
    _attempt(filling, lambda: _repeat(house, filling))
    filling.end()
    _attempt(filling, house.warm)


def install_only(house: House, filling: Filling) -> None:
    """Make the environments that runs need and shelve what every house has: for one without the demonstration."""
    _attempt(filling, lambda: shelve_shipped(house.shelf))
    _attempt(filling, lambda: _install(house, filling))
    filling.end()


def _attempt(filling: Filling, step: Callable[[], None]) -> None:
    try:
        step()
    except RepeatpassError as error:
        filling.problems.append(error.message)
    except Exception as error:  # a demonstration that fails must never stop the house
        filling.problems.append(f"{type(error).__name__}: {error}")


def _install(house: House, filling: Filling) -> None:
    shelve(house.shelf)
    filling.steps += 1
    house.environments.install("earth", filling.tell)
    house.environments.remake(filling.tell)  # those that older runs rest on, after a restore
    filling.step += 1


def _register(house: House, filling: Filling) -> None:
    from repeatpass.demo.collections import RECIPES  # with xarray and rasterio, which a second start does not need
    from repeatpass.demo.preparing import prepare

    known = {collection.id for collection in house.catalog.overviews.heads()}
    missing = [recipe.facts.id for recipe in RECIPES if recipe.facts.id not in known]
    if not missing:
        return

    def progress(step: Progress) -> None:
        if step.problem:
            filling.problems.append(step.message)
        filling.tell(step.message)

    filling.steps += len(missing)
    drafts = house.settings.home / "cache" / "demo"
    for id in missing:
        for collection in prepare(drafts, progress, only=[id]):
            register(house, collection)
        filling.step += 1
    shutil.rmtree(drafts, ignore_errors=True)


def register(house: House, collection: PreparedCollection) -> None:
    """Keep a prepared collection's files and register it."""
    files = [_asset(house, collection, None, asset) for asset in collection.assets]
    for item in collection.items:
        files += [_asset(house, collection, item.id, asset) for asset in item.assets]
    try:
        house.catalog.register(SYSTEM, collection.stac, [item.stac for item in collection.items], files)
    except AlreadyThere:
        return


def _asset(house: House, collection: PreparedCollection, item: str | None, asset: PreparedAsset) -> CollectionAsset:
    stored = house.files.put(Path(asset.path))
    return CollectionAsset(
        collection=collection.id,
        version=collection.version,
        item=item,
        key=asset.key,
        href=f"/files/{stored.checksum}",
        media_type=asset.media_type,
        size=stored.size,
        checksum=stored.checksum,
    )


def _shelve(house: House) -> None:
    for path in content.notebooks():
        house.shelf.add(SYSTEM, path.stem, path.read_bytes(), curated=True)
    for path in content.indicators():
        house.indicators.apply(SYSTEM, read_definition(path.read_text(), path.name))


def _update(house: House, filling: Filling) -> None:
    for path in content.indicators():
        indicator = house.indicators.indicator(path.stem)
        _runs, total = house.runs.page(Wanted(subject=indicator.id, purpose=Purpose.UPDATE, limit=1))
        if total == 0:
            run = house.submitting.submit(
                SYSTEM, indicator.notebook, indicator.parameters, purpose=Purpose.UPDATE, subject=indicator.id
            )
            filling.updates.append(run.id)
            filling.steps += 1


def _await(house: House, filling: Filling) -> None:
    for number, id in enumerate(filling.updates, start=1):
        filling.tell(f"Executing the notebooks of the indicators, {number} of {len(filling.updates)}")
        run = house.runs.wait(id, timeout=900)
        if run.state is State.SUCCEEDED:
            _await_delivery(house, run)
        else:
            filling.problems.append(f"The update of {run.subject} {run.state}: {run.message}")
        filling.step += 1


def _await_delivery(house: House, run: Run) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and run.id not in {each.run for each in house.indicators.deliveries(run.subject)}:
        time.sleep(0.1)


def _repeat(house: House, filling: Filling) -> None:
    """Repeat each update once, so that the first reader finds the values proven, or learns that they are not."""
    begun = [house.repeating.repeat(SYSTEM, id) for id in filling.updates if not house.repeats.of(id)]
    filling.steps += len(begun)
    for number, repeat in enumerate(begun, start=1):
        filling.tell(f"Repeating the indicators, {number} of {len(begun)}")
        until = time.monotonic() + 300
        while house.repeats.repeat(repeat.id).verdict is None and time.monotonic() < until:
            time.sleep(0.2)
        filling.step += 1
