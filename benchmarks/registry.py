"""How fast the registry is with many collections: ``python -m benchmarks.registry [--collections 10000]``.

A house is filled, served, and asked as a browser asks; the time is that of the whole answer over HTTP.
"""

import argparse
import random
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from rich.console import Console
from rich.table import Table

from repeatpass.assembly import House, open_house
from repeatpass.catalog.store import assets, collections
from repeatpass.core.times import now
from repeatpass.demo.filling import Filling
from repeatpass.server import make_app
from repeatpass.settings import Settings
from repeatpass.storage import events

TEXT = (
    "sea ice temperature salinity chlorophyll land cover vegetation soil moisture aerosol ozone nitrogen dioxide snow "
    "river lake forest fire urban night light rain wind wave current height gravity magnetic radar optical thermal"
)
WORDS = TEXT.split()
LICENCES = ("CC-BY-4.0", "CC0-1.0", "ODbL-1.0", "other", "CC-BY-NC-4.0")
PATHS = {
    "All collections": "/collections",
    "A word that most have": "/collections?q=ice",
    "Three words": "/collections?q=sea+temperature+radar",
    "A tag and a kind": "/collections?tag=ice&kind=Images",
    "A place and a time": "/collections?bbox=0,0,40,40&from=2000&to=2005",
    "A page far down": "/collections?page=200",
    "One collection": "/collections/many-00007",
    "Subjects": "/registry/tags",
    "STAC: 10 collections": "/stac/collections?limit=10",
    "STAC: a search by words": "/stac/collections?limit=10&q=ice",
    "Notebooks": "/notebooks",
}


def body(number: int, chance: random.Random) -> dict[str, Any]:
    """A collection with a text, tags, a place and a time."""
    tags = [*chance.sample(WORDS, 4), f"mission {number % 40}"]
    west, south, year = chance.uniform(-180, 100), chance.uniform(-90, 50), chance.randrange(1980, 2024)
    end = None if number % 3 else f"{year + 1}-01-01T00:00:00Z"
    return {
        "type": "Collection", "stac_version": "1.1.0", "id": f"many-{number:05}", "version": "1", "keywords": tags,
        "title": f"{' '.join(chance.sample(WORDS, 3)).capitalize()}, {number}", "license": chance.choice(LICENCES),
        "description": f"The {tags[0]} of {tags[1]}. {' '.join(chance.choices(WORDS, k=80))}.", "links": [],
        "providers": [{"name": f"Agency {number % 60}", "roles": ["producer"]}, {"name": "Host", "roles": ["host"]}],
        "extent": {"spatial": {"bbox": [[west, south, west + chance.uniform(1, 80), south + chance.uniform(1, 40)]]},
                   "temporal": {"interval": [[f"{year}-01-01T00:00:00Z", end]]}},
    }  # fmt: skip


def fill(house: House, number: int) -> None:
    """Write collections with one file each in one transaction, as a harvest would."""
    chance, moment = random.Random(7), now()
    bodies = [body(each, chance) for each in range(number)]
    facts = {"owner": house.owner.id, "created": moment, "updated": moment, "version": "1"}
    file = {"version": "1", "item": "", "key": "data", "href": "", "media_type": "image/tiff", "size": 1000}
    with house.database.write() as connection:
        rows = [{"id": each["id"], "title": each["title"], "body": each, **facts} for each in bodies]
        connection.execute(collections.insert(), rows)
        files = [file | {"collection": each["id"], "checksum": f"sha256:{int(each['id'][5:]):064x}"} for each in bodies]
        connection.execute(assets.insert(), files)
        for each in bodies:
            events.record(connection, "collection.registered", each["id"], version="1", by=house.owner.id)


def measure(number: int, rounds: int) -> dict[str, tuple[float, float]]:
    """Return for each question the median and the slowest answer, in milliseconds; the first of all is told apart."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        served(Path(folder), number) as address,
        httpx.Client(base_url=address, headers={"accept": "text/html"}, timeout=120) as client,
    ):
        found = {"The first look, everything read": _timed(client, "/collections", 1)}
        return found | {name: _timed(client, path, rounds) for name, path in PATHS.items()}


@contextmanager
def served(home: Path, number: int) -> Iterator[str]:
    """Fill a house with *number* collections, serve it, and give its address."""
    port = free_port()
    house = open_house(Settings(home=home, port=port, environment=sys.prefix, demo=False))
    house.environments.install("earth")
    fill(house, number)
    config = uvicorn.Config(make_app(house, Filling(done=True)), port=port, log_level="error", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        house.runner.shutdown()
        server.should_exit = True
        thread.join(20)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _timed(client: httpx.Client, path: str, rounds: int) -> tuple[float, float]:
    accepted = {"accept": "application/json"} if path.startswith("/stac") else {}  # a browser is led to the pages
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        client.get(path, headers=accepted).raise_for_status()
        taken.append(1000 * (time.perf_counter() - begun))
    return statistics.median(taken), max(taken)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--collections", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=20)
    asked = parser.parse_args()
    table = Table(title=f"The registry with {asked.collections:,} collections, milliseconds over HTTP")
    for column in ("question", "median", "slowest"):
        table.add_column(column, justify="left" if column == "question" else "right")
    for name, (median, slowest) in measure(asked.collections, asked.rounds).items():
        table.add_row(name, f"{median:.1f}", f"{slowest:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
