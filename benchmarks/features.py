"""Features beside tipg over PostGIS: ``python -m benchmarks.features [--features 100000] [--rounds 20]``.

Both are served over HTTP on this machine and answer the same questions about the same squares: ours from SQLite in its
one file, tipg from a PostgreSQL with PostGIS that is started for it, with indexes on the geometry and on each column.
Answers are compared by the ids of what was found where the question has an order, by their number where it has none.
Without PostGIS on the machine, ours are shown alone.
"""

import argparse
import contextlib
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import geopandas as gpd
import numpy as np
import shapely
import sqlalchemy as sa
from rich.console import Console
from rich.table import Table
from tests.postgresql import Cluster, NotHere, binaries

from benchmarks.peers import environment, kept
from benchmarks.served import Served
from repeatpass.assembly import open_house
from repeatpass.features.documents import collection_document
from repeatpass.features.importing import read_table
from repeatpass.settings import Settings

PACKAGES = ("tipg==1.6.1", "uvicorn==0.54.0")
IDLE = 3.0  # seconds after which a server may close a connection
OURS, THEIRS = "/ogc/collections/many", "/collections/public.many"
QUESTIONS: dict[str, dict[str, Any]] = {
    "First page of 10": {"limit": 10},
    "A box, page of 100": {"bbox": "5,45,12,52", "limit": 100},
    "A box of half the world, page of 10": {"bbox": "0,-90,180,90", "limit": 10},
    "depth > 999, counted": {"filter": "depth > 999", "limit": 10},
    "depth > 990 and a box, page of 100": {"filter": "depth > 990", "bbox": "0,0,90,60", "limit": 100},
    "name LIKE 'Place 99%', counted": {"filter": "name LIKE 'Place 99%'", "limit": 10},
    "name LIKE '%99%', counted": {"filter": "name LIKE '%99%'", "limit": 10},
    "Sorted by a number": {"sortby": "depth", "limit": 10},
    "Sorted by a text, downwards": {"sortby": "-name", "limit": 10},
    "A page at 90 %, sorted": {"sortby": "depth", "limit": 100, "offset": "90%"},
    "A page of 1,000": {"limit": 1000},
}
TILES = {"New vector tiles (zoom 6)": (6, 24), "A vector tile of the whole world": (0, 1)}


@dataclass(frozen=True, kw_only=True)
class Line:
    """Milliseconds of one question, the middle one; how many were found by each."""

    what: str
    here_ms: float
    peer_ms: float | None = None
    found: int = 0
    peer_found: int | None = None


class Door:
    """One kept connection to a served house."""

    def __init__(self, port: int, collection: str) -> None:
        self.client, self.collection = http.client.HTTPConnection("127.0.0.1", port, timeout=120), collection
        self.last = 0.0

    def get(self, path: str, query: dict[str, Any]) -> tuple[float, bytes]:
        """Return milliseconds and the answer; raise SystemExit for one that went wrong."""
        if time.perf_counter() - self.last > IDLE:
            self.client.close()  # and opened again by the next question
            self.client.connect()
        begun = time.perf_counter()
        self.client.request("GET", f"{self.collection}{path}?{urlencode(query)}", headers={"Accept": "*/*"})
        answer = self.client.getresponse()
        body = answer.read()
        if answer.status not in (200, 204):
            raise SystemExit(f"{self.collection}{path} {query}: {answer.status} {body[:300]!r}")
        self.last = time.perf_counter()
        return (self.last - begun) * 1000, body


def made(number: int) -> gpd.GeoDataFrame:
    """Return squares all over the world, with a number, a text and a day each."""
    random = np.random.default_rng(7)
    west, south = random.uniform(-179, 178, number), random.uniform(-84, 83, number)
    columns = {
        "depth": random.permutation(number) * 1000 / number, "name": [f"Place {at}" for at in range(number)],
        "day": (np.datetime64("2020-01-01") + random.integers(0, 1500, number)).astype(str),
    }  # fmt: skip
    return gpd.GeoDataFrame(columns, geometry=shapely.box(west, south, west + 0.2, south + 0.2), crs="OGC:CRS84")


def fill(home: Path, frame: gpd.GeoDataFrame) -> float:
    """Make a house with the squares; return the seconds that reading them in took."""
    path = home.parent / "many.gpkg"
    frame.to_file(path, engine="pyogrio")
    house = open_house(Settings(home=home, environment=sys.prefix, demo=False))
    house.environments.install("earth")
    house.catalog.register(house.owner, collection_document("many"), [], [])
    house.features.begin(house.owner, "many")
    begun = time.perf_counter()
    house.features.add_table(house.owner, "many", read_table(path, "application/geopackage+sqlite3"))
    house.close()
    return time.perf_counter() - begun


@contextmanager
def ours(home: Path) -> Iterator[Door]:
    """Serve the house."""
    served = Served(home, port := _free())
    served.environ["REPEATPASS_DEMO"] = "0"
    with served.up(lambda health: bool(health.get("filled"))):
        yield Door(port, OURS)


@contextmanager
def theirs(folder: Path, frame: gpd.GeoDataFrame) -> Iterator[Door | None]:
    """Serve the same by tipg; None where PostGIS is not installed."""
    try:
        cluster = Cluster(binaries())
    except NotHere:
        yield None
        return
    try:
        with cluster.database() as address, _tipg(cluster, address, folder, frame) as door:
            yield door
    except sa.exc.DBAPIError as error:
        if "postgis" not in str(error):
            raise
        yield None
    finally:
        cluster.close()


@contextmanager
def _tipg(cluster: Cluster, address: str, folder: Path, frame: gpd.GeoDataFrame) -> Iterator[Door]:
    _load(address, frame)
    port, name = _free(), sa.make_url(address).database
    environ = os.environ | {
        "DATABASE_URL": f"postgresql://postgres@{quote(str(cluster.folder), safe='')}/{name}",
        "TIPG_DEBUG": "0",
    }
    command = [str(environment(kept("tipg"), PACKAGES)), "-m", "uvicorn", "tipg.main:app", "--port", str(port)]
    with (folder / "tipg.log").open("wb") as log:
        process = subprocess.Popen([*command, "--log-level", "warning"], env=environ, stdout=log, stderr=log)
    try:
        _wait(port, process, folder / "tipg.log")
        yield Door(port, THEIRS)
    finally:
        process.terminate()
        process.wait(30)


def _load(address: str, frame: gpd.GeoDataFrame) -> None:
    """Write the squares into a table of PostGIS with the indexes that its keepers would make."""
    engine = sa.create_engine(address)
    geometry = shapely.to_wkb(frame.geometry.to_numpy(), hex=True)
    columns = zip(frame["depth"], frame["name"], frame["day"], geometry, strict=True)
    with engine.begin() as connection:
        for statement in (
            "create extension postgis",
            "create table many (id serial primary key, depth double precision, name text, day date, "
            "geom geometry(Polygon, 4326))",
        ):
            connection.exec_driver_sql(statement)
        with connection.connection.cursor().copy("copy many (depth, name, day, geom) from stdin") as copy:
            for depth, name, day, shape in columns:
                copy.write_row((depth, name, day, f"SRID=4326;{shape}"))
        for statement in (
            "create index on many using gist (geom)", "create index on many (depth)",
            "create index on many (name)", "create index on many (name text_pattern_ops)", "create index on many (day)",
        ):  # fmt: skip
            connection.exec_driver_sql(statement)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("vacuum analyze many")
    engine.dispose()


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit(f"tipg does not start: {log.read_text()[-1000:]}")


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure(number: int, rounds: int) -> tuple[list[Line], float]:
    """Return every figure, in turns in the same run, and the seconds of reading the features in."""
    frame = made(number)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        seconds = fill(folder / "home", frame)
        with ours(folder / "home") as here, theirs(folder, frame) as there:
            lines = [_asked(what, _query(query, number), here, there, rounds) for what, query in QUESTIONS.items()]
            return lines + [_tiles(what, *facts, here, there) for what, facts in TILES.items()], seconds


def _query(query: dict[str, Any], number: int) -> dict[str, Any]:
    return query | ({"offset": int(number * 0.9)} if "offset" in query else {})


def _asked(what: str, query: dict[str, Any], here: Door, there: Door | None, rounds: int) -> Line:
    """Ask both in turns; raise SystemExit where they find something else."""
    language = {"filter-lang": "cql2-text"} if "filter" in query else {}
    spent: dict[Door, list[float]] = {door: [] for door in (here, there) if door}
    found: dict[Door, Any] = {}
    for _ in range(rounds + 1):  # the first warms
        for door, times in spent.items():
            milliseconds, body = door.get("/items", query | language | {"f": "json" if door is here else "geojson"})
            times.append(milliseconds)
            found[door] = json.loads(body)
    matched = [each["numberMatched"] for each in found.values()]
    names = [[each["properties"]["name"] for each in answer["features"]] for answer in found.values()]
    if len(set(matched)) > 1 or ("sortby" in query and any(each != names[0] for each in names)):
        raise SystemExit(f"{what}: something else is found, {matched}.")
    middle = [statistics.median(times[1:]) for times in spent.values()]
    return Line(what=what, here_ms=middle[0], peer_ms=middle[1] if there else None, found=matched[0],
                peer_found=matched[1] if there else None)  # fmt: skip


def _tiles(what: str, zoom: int, number: int, here: Door, there: Door | None) -> Line:
    """Ask for tiles that nobody asked for before; what was found are the bytes of them all."""
    middle, sizes = [], []
    for door in (here, there) if there else (here,):
        spent, size = [], 0
        for at in range(number):
            column, row = (at % 8 + 24, at // 8 + 20) if zoom else (0, 0)
            order = (row, column) if door is here else (column, row)
            milliseconds, body = door.get(f"/tiles/WebMercatorQuad/{zoom}/{order[0]}/{order[1]}", {})
            spent.append(milliseconds)
            size += len(body)
        middle.append(statistics.median(spent))
        sizes.append(size)
    return Line(what=f"{what} (bytes)", here_ms=middle[0], peer_ms=middle[1] if there else None, found=sizes[0],
                peer_found=sizes[1] if there else None)  # fmt: skip


def table(lines: list[Line], number: int) -> Table:
    """The figures for people."""
    shown = Table(title=f"{number:,} features over HTTP, milliseconds")
    for column in ("question", "here", "tipg, PostGIS", "found", "tipg"):
        shown.add_column(column, justify="left" if column == "question" else "right")
    for each in lines:
        peer = "" if each.peer_ms is None else f"{each.peer_ms:.1f}"
        other = "" if each.peer_found is None else f"{each.peer_found:,}"
        shown.add_row(each.what, f"{each.here_ms:.1f}", peer, f"{each.found:,}", other)
    return shown


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--features", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    lines, seconds = measure(asked.features, asked.rounds)
    if asked.json:
        print(json.dumps({"filled_s": seconds, "lines": [asdict(each) for each in lines]}))
        return
    Console().print(table(lines, asked.features))
    Console().print(f"{asked.features:,} features were read in from a GeoPackage in {seconds:.1f} s.")


if __name__ == "__main__":
    main()
