"""Real batches merged: every road from the parts to the collection, and what happens when a merge is cut off."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.batches.waiting import MONTHS, TILES, begun, ended
from tests.houses import notebook

from repeatpass.access import SYSTEM
from repeatpass.access.records import Role
from repeatpass.assembly import House
from repeatpass.batches.merging import cubing
from repeatpass.batches.merging.records import CannotMerge, wish_of
from repeatpass.batches.records import Batch
from repeatpass.core.errors import Conflict, Exhausted, Forbidden
from repeatpass.kit.opening import ZARR_ZIP, open_file

pytestmark = pytest.mark.slow

GRID = """
import numpy as np, xarray as xr, repeatpass

west, south, east, north = bbox
lat, lon = np.arange(north - 0.05, south, -0.1), np.arange(west + 0.05, east, 0.1)
values = (lat[:, None] + 100 * lon[None, :] + int(month[-2:]) * 10000).astype("float32")
grid = xr.DataArray(values, {"lat": lat, "lon": lon}, ("lat", "lon"), name="height", attrs={"units": "m"})
repeatpass.publish(grid, "height", title="Height", unit="m")
repeatpass.publish({"rows": len(lat)}, "facts")
"""
PARAMETERS = 'bbox = [0.0, 0.0, 1.0, 1.0]  # where\nmonth = "2020-01"  # when'


@pytest.fixture
def house(working: House) -> House:
    """A working house with a notebook that leaves rows, and one that leaves tiles."""
    working.shelf.add(working.owner, "heights", notebook(GRID, parameters=PARAMETERS))
    return working


def done(house: House, **body: Any) -> Batch:
    """Carry out a batch over four tiles and two months."""
    return ended(house, begun(house, **{"areas": TILES, "times": MONTHS} | body).id)


def merged(house: House, batch: Batch, **body: Any) -> Any:
    """Merge a batch as its owner."""
    return house.merging.merge(house.owner, wish_of(batch.id, body))


def test_tiles_become_a_cube_and_mosaics_each_traced_to_every_run(house: House) -> None:
    import numpy as np
    import pyarrow.parquet as pq
    import rasterio

    batch = done(house, notebook="heights")
    cube = merged(house, batch, **{"as": "zarr", "name": "heights-cube"})
    assert (cube.owner, cube.version) == ("owner", "1")
    assert cube.body["repeatpass:made_by"] == f"/batches/{batch.id}"
    files = {file.key: house.files.path(file.checksum) for file in house.catalog.assets("heights-cube")}
    found = open_file(files["data"], ZARR_ZIP, {})["height"].load()
    assert found.shape == (2, 20, 20)
    right = found.lat.values[:, None] + 100 * found.lon.values[None, :] + 10000 * np.array([1, 2])[:, None, None]
    np.testing.assert_allclose(found.values, right, rtol=1e-6)
    parts = pq.read_table(files["parts"]).to_pylist()
    runs = house.batches.runs(batch.id)
    assert {row["part"]: row["run"] for row in parts} == runs and len(parts) == 8
    first = next(each for each in house.runs.provenance(runs[0]).outputs if each.name == "height")
    assert parts[0]["checksum"] == first.checksum
    (item,) = house.catalog.items("heights-cube")
    assert {f"/runs/{run}" for run in runs.values()} <= {link["href"] for link in item.body["links"]}

    maps = merged(house, batch, **{"as": "cog", "name": "heights-maps", "overlap": "refuse"})
    items = house.catalog.items(maps.id)
    assert [item.id for item in items] == ["heights-maps-2020-01", "heights-maps-2020-02"]
    assert items[0].body["bbox"] == [0, 0, 2, 2] and items[0].body["properties"]["repeatpass:parts"] == 4
    asset = items[0].body["assets"]["data"]
    assert (
        asset["proj:code"] == "EPSG:4326" and asset["proj:shape"] == [20, 20] and asset["bands"][0]["name"] == "height"
    )
    data = next(file for file in house.catalog.assets(maps.id) if file.item == items[1].id and file.key == "data")
    with rasterio.open(house.files.path(data.checksum)) as source:
        np.testing.assert_allclose(source.read(1), right[1], rtol=1e-6)

    again = merged(house, batch, **{"as": "cog", "name": "heights-maps", "overlap": "refuse"})
    assert again.version == "1"  # the same parts are the same collection
    with pytest.raises(CannotMerge, match=r"Part 0 .*has no single values or table; it left: .*height \(raster\)"):
        merged(house, batch, **{"as": "geoparquet"})


def test_a_batch_whose_specification_says_merge_is_merged_when_it_has_ended(house: House) -> None:
    batch = done(house, merge={"as": "geoparquet", "name": "all-rows", "title": "All rows"})
    until = time.monotonic() + 60
    while not (standing := house.merges.standing(batch.id)) or standing[0]["state"] in ("asked", "begun"):
        assert time.monotonic() < until, standing
        time.sleep(0.1)
    assert (standing[0]["state"], len(standing)) == ("done", 1)
    found = house.catalog.collection("all-rows")
    (item,) = house.catalog.items("all-rows")
    assert found.title == "All rows" and item.body["properties"]["start_datetime"] == "2020-01-01T00:00:00Z"
    event = next(each for each in _finished(house, batch.id))
    house.merges.batch_finished(event)  # the same news again
    assert len(house.merges.standing(batch.id)) == 1
    import geopandas

    table = geopandas.read_parquet(
        house.files.path(next(f for f in house.catalog.assets("all-rows") if f.key == "data").checksum)
    )
    assert len(table) == 8 and set(table["run"]) == set(house.batches.runs(batch.id).values())
    assert found.body["repeatpass:batch"] == batch.id


def _finished(house: House, batch: str) -> list[Any]:
    import sqlalchemy as sa

    from repeatpass.storage.events import Event, events

    query = sa.select(events).where(events.c.name == "batch.finished", events.c.subject == batch)
    with house.database.read() as connection:
        return [Event(**row) for row in connection.execute(query).mappings()]


@pytest.fixture
def by_hand(house: House) -> Iterator[House]:
    """The house, which for one test looks for merges only when it is told to."""
    house.merges.stop()
    house.merges._stopping.clear()
    yield house
    house.merges.start()


def test_a_merge_that_was_cut_off_leaves_nothing_and_is_taken_up_again(
    by_hand: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = by_hand
    batch = done(house, notebook="heights")

    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(cubing, "zip_store", full)
        with pytest.raises(Exhausted, match=r"No space left on device. Nothing was registered; merge it again."):
            merged(house, batch, **{"as": "zarr", "name": "cut-cube"})
    assert not list(house.merging.scratch.iterdir())
    assert "cut-cube" not in {each.id for each in house.catalog.collections()}

    # A process of its own that is killed while it writes; the merge was asked for and begun.
    house.merges.ask(house.owner, batch.id, {"as": "zarr", "name": "cut-cube"})
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(house.settings.home)], capture_output=True, text=True, env=dict(os.environ)
    )
    assert killed.returncode == -9, killed.stderr
    assert [each["state"] for each in house.merges.standing(batch.id)] == ["begun"]
    assert "cut-cube" not in {each.id for each in house.catalog.collections()}
    assert house.merges.work() == 1
    assert [each["state"] for each in house.merges.standing(batch.id)] == ["done"]
    assert house.catalog.collection("cut-cube").version == "1"
    assert house.merges.work() == 0


KILLED = """
import os, signal, sys
from pathlib import Path
from repeatpass.assembly import open_house
from repeatpass.batches.merging import cubing
from repeatpass.settings import Settings
cubing.zip_store = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
house = open_house(Settings(home=Path(sys.argv[1]), environment=sys.prefix, demo=False))
house.merges.work()
"""


def test_a_merge_is_for_its_owner_for_an_ended_batch_and_for_a_name_that_is_free(house: House) -> None:
    batch = done(house, times={"interval": "2020-01/2020-01", "step": "P1M"})
    other = house.access.add_user(SYSTEM, "ada", "Ada", Role.SCIENTIST)
    with pytest.raises(Forbidden, match="belongs to owner"):
        house.merging.merge(other, wish_of(batch.id, {"as": "geoparquet"}))
    observed = {"id": "observed", "title": "Observed", "description": "", "version": "1"}
    house.catalog.register(house.owner, observed, [], [])
    with pytest.raises(Conflict, match="nobody made here"):
        merged(house, batch, **{"as": "geoparquet", "name": "observed"})
    with pytest.raises(CannotMerge, match=r"left: rows \(table\)"):
        merged(house, batch, **{"as": "geoparquet", "output": "lines"})
    slow = begun(house, areas=TILES, times={"interval": "2021-01/2021-06", "step": "P1M"})
    with pytest.raises(CannotMerge, match="is running; it can be merged when it has ended"):
        merged(house, slow, **{"as": "geoparquet"})
    house.batching.cancel(house.owner, slow.id)


def test_the_command_merges(house: House) -> None:
    batch = done(house, times={"interval": "2020-01/2020-01", "step": "P1M"})
    words = ["batches", "merge", batch.id, "--as", "geoparquet", "--name", "by-command"]
    environ = os.environ | {"REPEATPASS_HOME": str(house.settings.home), "COLUMNS": "200"}
    program = str(Path(sys.executable).with_name("repeatpass"))
    said = subprocess.run([program, *words], env=environ, capture_output=True, text=True)
    assert said.returncode == 0 and "collection by-command, version 1" in said.stdout, said.stderr
    wrong = subprocess.run([program, *words[:3], "--as", "csv"], env=environ, capture_output=True, text=True)
    assert wrong.returncode == 2 and "use one of geoparquet, cog, zarr" in wrong.stderr
