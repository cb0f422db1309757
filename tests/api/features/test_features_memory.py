"""A file of a hundred thousand features needs hardly more memory than one of twenty thousand, in each form and database."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import shapely
from tests.storage.rooms import EDITOR

from repeatpass.catalog.room import Catalog
from repeatpass.features import Features, Field
from repeatpass.features.importing import Table
from repeatpass.storage.database import Database

pytestmark = pytest.mark.slow
FEW, MANY = 20_000, 100_000
CORNERS = 60
MOST = 48 * 1024  # KiB that the larger file may need more
# What a server does, in a process of its own whose largest memory can be told: prints features, bytes, KiB.
CHILD = """
import sys
from starlette.requests import Request
from repeatpass.api.features.asked import asked_of
from repeatpass.api.features.files import file_answer
from repeatpass.catalog.room import Catalog
from repeatpass.features import Features
from repeatpass.storage.database import Database
import geopandas, pyarrow.parquet, pyogrio, shapely, asyncio

async def size(answer):
    return sum([len(piece) async for piece in answer.body_iterator])

def peak():  # of this program; what getrusage tells begins with that of the one it was started from
    return next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))

url, form = sys.argv[1:]
database = Database(url)
features = Features(Catalog(database))
request = Request({"type": "http", "method": "GET", "path": "/ogc/collections/many/items", "scheme": "http",
                   "query_string": f"f={form}".encode(), "headers": [], "server": ("localhost", 80)})
known = features.known("many")
answer = file_answer(request, features, known, asked_of(request, known), {})
sent = asyncio.run(size(answer))
assert sent == int(answer.headers["content-length"])
print(answer.headers["ogc-numberreturned"], sent, peak())
"""
# Files may grow to a tenth of a megabyte only: writing more fails as it does on a full disk, on every machine.
SMALL = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"


def polygons(number: int) -> Table:
    """Return polygons of sixty corners each, all over the world."""
    chance = np.random.default_rng(7)
    around = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    ring = np.column_stack([np.cos(around), np.sin(around)])
    centres = np.column_stack([chance.uniform(-178, 178, number), chance.uniform(-80, 80, number)])
    shapes = shapely.polygons(centres[:, None, :] + ring)
    fields = (Field(name="name", kind="text"), Field(name="count", kind="integer"), Field(name="seen", kind="moment"))
    seen = datetime(2026, 5, 3, tzinfo=UTC).isoformat()
    rows = [(f"p{at}", shape, {"name": f"Place {at}", "count": at, "seen": seen}) for at, shape in enumerate(shapes)]
    return Table(fields=fields, crs="OGC:CRS84", geometry="Polygon", time=(), features=rows)


def many(database: Database) -> Features:
    """Return the room with an empty collection."""
    catalog = Catalog(database)
    catalog.register(EDITOR, {"id": "many", "title": "Many"}, [], [])
    return Features(catalog)


def test_memory_does_not_grow_with_the_features_of_a_file(
    database: Database, record_property: Callable[[str, object], None]
) -> None:
    room = many(database)
    peaks: dict[tuple[str, int], int] = {}
    for number in (FEW, MANY):
        room.fill("many", polygons(number), f"checksum of {number}")
        for form in ("geojson-file", "csv", "fgb", "parquet"):
            done = subprocess.run(
                [sys.executable, "-c", CHILD, database.engine.url.render_as_string(hide_password=False), form],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            found, size, peak = map(int, done.stdout.split())
            assert found == number
            assert size > number * 500
            peaks[form, number] = peak
            record_property(f"KiB of {form} of {number}", peak)
    for form in ("geojson-file", "csv", "fgb", "parquet"):
        assert peaks[form, MANY] - peaks[form, FEW] < MOST, peaks


def test_a_full_disk_is_said_and_leaves_no_file(database: Database, tmp_path: Path) -> None:
    many(database).fill("many", polygons(2_000), "checksum")
    address = database.engine.url.render_as_string(hide_password=False)
    folder = tmp_path / "temporary"
    folder.mkdir()
    for form in ("geojson-file", "csv", "fgb", "parquet"):
        done = subprocess.run(
            [sys.executable, "-c", SMALL + CHILD, address, form],
            env=os.environ | {"TMPDIR": str(folder)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "Unavailable: The disk for temporary files is full" in done.stderr, done.stderr
        assert list(folder.iterdir()) == []
