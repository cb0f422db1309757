"""A file of a hundred thousand features needs hardly more memory than one of twenty thousand, in each form and database."""

import os
import subprocess
import sys
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
BATCH = 80 * 1024  # KiB more in FlatGeobuf, which GDAL sorts by place 100 MB at a time, of however many features
# What a server does, in a process of its own; prints of each form: its features, its bytes, and the largest memory in KiB.
CHILD = """
import asyncio, sys
from pathlib import Path
from starlette.requests import Request
from repeatpass.api.features.asked import asked_of
from repeatpass.api.features.files import file_answer
from repeatpass.catalog.room import Catalog
from repeatpass.features import Features
from repeatpass.storage.database import Database

async def size(answer):
    return sum([len(piece) async for piece in answer.body_iterator])

def peak():  # since it was last forgotten, which the five does (proc(5), clear_refs)
    return next(line.split()[1] for line in Path("/proc/self/status").open() if line.startswith("VmHWM"))

url, id, *forms = sys.argv[1:]
database = Database(url)
features = Features(Catalog(database))
known = features.known(id)
for form in forms:
    Path("/proc/self/clear_refs").write_text("5")
    request = Request({"type": "http", "method": "GET", "path": f"/ogc/collections/{id}/items", "scheme": "http",
                       "query_string": f"f={form}".encode(), "headers": [], "server": ("localhost", 80)})
    answer = file_answer(request, features, known, asked_of(request, known), {})
    sent = asyncio.run(size(answer))
    assert sent == int(answer.headers["content-length"])
    print(form, answer.headers["ogc-numberreturned"], sent, peak())
"""
FORMS = ("csv", "geojson-file", "parquet", "fgb")
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


def house_of(database: Database, **numbers: int) -> str:
    """Fill collections with so many polygons each; return the address of the database."""
    catalog = Catalog(database)
    for id, number in numbers.items():
        catalog.register(EDITOR, {"id": id, "title": id}, [], [])
        Features(catalog).fill(id, polygons(number), f"checksum of {id}")
    return database.engine.url.render_as_string(hide_password=False)


def told(*words: str, before: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the other process."""
    command = [sys.executable, "-c", before + CHILD, *words]
    return subprocess.run(command, env=os.environ | environ, capture_output=True, text=True, check=False)


def test_memory_does_not_grow_with_the_features_of_a_file(database: Database) -> None:
    address = house_of(database, few=FEW, many=MANY)
    peaks: dict[tuple[str, str], int] = {}
    for id, number in {"few": FEW, "many": MANY}.items():
        done = told(address, id, *FORMS)
        assert done.returncode == 0, done.stderr
        for line in done.stdout.splitlines():
            form, found, size, peak = line.split()
            assert int(found) == number
            assert int(size) > number * 500
            peaks[id, form] = int(peak)
    assert len(peaks) == 2 * len(FORMS)
    for form in FORMS:
        assert peaks["many", form] - peaks["few", form] < MOST + (BATCH if form == "fgb" else 0), peaks


def test_a_full_disk_is_said_and_leaves_no_file(database: Database, tmp_path: Path) -> None:
    address = house_of(database, few=2_000)
    folder = tmp_path / "temporary"
    folder.mkdir()
    for form in FORMS:
        done = told(address, "few", form, before=SMALL, TMPDIR=str(folder))
        assert "Unavailable: The disk for temporary files is full" in done.stderr, done.stderr
        assert list(folder.iterdir()) == []
