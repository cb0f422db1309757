"""STAC item search beside rustac: `python -m benchmarks.search`.

100,000 items with four assets each. Ours is asked over HTTP, through everything that a request goes through (sign-in,
who may see what, validation); rustac reads one GeoParquet file in its own process, without HTTP. A search has a box
and an interval, is sorted by time, and takes the first ten. The boxes and intervals are the same for both.
"""

import argparse
import http.client
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.peers import environment, kept
from benchmarks.served import Served
from repeatpass.assembly import open_house
from repeatpass.settings import Settings

PACKAGES = ("rustac[arrow]==0.9.17", "duckdb-extension-spatial==1.5.5", "duckdb-extension-icu==1.5.5",
            "duckdb-extension-parquet==1.5.5")  # fmt: skip
BEGUN = datetime(2016, 1, 1, tzinfo=UTC)
DAYS = 3650
PORT = 8797
PEER = """
import json, shutil, sys, time
from pathlib import Path
import rustac
folder = Path(sys.argv[1])
place = folder / "extensions" / "v1.5.5" / "linux_amd64"
place.mkdir(parents=True, exist_ok=True)
for found in Path(sys.prefix).rglob("*.duckdb_extension"):
    shutil.copy(found, place)
rustac.write_sync(str(folder / "items.parquet"), json.loads((folder / "items.json").read_text()))
client = rustac.DuckdbClient(extension_directory=folder / "extensions", install_extensions=False,
                             extensions=["spatial", "icu"])
seconds, found = [], []
for asked in json.loads((folder / "searches.json").read_text()):
    begun = time.perf_counter()
    items = client.search(str(folder / "items.parquet"), sortby="-datetime", limit=10, **asked)
    seconds.append(time.perf_counter() - begun)
    found.append([item["id"] for item in items])
print(json.dumps({"seconds": seconds, "found": found}))
"""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Milliseconds of one search."""

    who: str
    median_ms: float
    p95_ms: float


def items(number: int) -> Iterator[dict[str, Any]]:
    """Footprints of a degree all over the Earth, over ten years."""
    chance = random.Random(1)
    for each in range(number):
        west, south = chance.uniform(-179, 178), chance.uniform(-80, 78)
        box = [west, south, west + 1, south + 1]
        moment = BEGUN + timedelta(days=chance.random() * DAYS)
        ring = [[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]], [box[0], box[1]]]
        yield {
            "type": "Feature", "stac_version": "1.1.0", "stac_extensions": [], "id": f"scene-{each}",
            "collection": "scenes", "bbox": box, "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": {"datetime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "platform": "one", "gsd": 10.0},
            "links": [],
            "assets": {
                name: {"href": f"https://data.example/{each}/{name}.tif", "type": "image/tiff", "roles": ["data"]}
                for name in ("red", "green", "blue", "nir")
            },
        }  # fmt: skip


def searches(number: int) -> list[dict[str, Any]]:
    """Boxes of ten degrees and intervals of half a year."""
    chance = random.Random(2)
    found = []
    for _ in range(number):
        west, south = chance.uniform(-170, 160), chance.uniform(-70, 60)
        first = BEGUN + timedelta(days=chance.uniform(0, DAYS - 180))
        interval = "/".join(each.strftime("%Y-%m-%dT%H:%M:%SZ") for each in (first, first + timedelta(days=180)))
        found.append({"bbox": [west, south, west + 10, south + 10], "datetime": interval})
    return found


def ours(home: Path, bodies: list[dict[str, Any]], asked: list[dict[str, Any]]) -> tuple[list[float], list[list[str]]]:
    """Seconds and ids of each search over HTTP."""
    house = open_house(Settings(home=home, environment=sys.prefix, demo=False))
    house.environments.install("earth")
    collection = {"type": "Collection", "id": "scenes", "title": "Scenes", "description": "For a measurement.",
                  "license": "CC0-1.0", "version": "1"}  # fmt: skip
    house.catalog.register(house.owner, collection, bodies, [])
    house.close()
    seconds, found = [], []
    served = Served(home, PORT)
    served.environ["REPEATPASS_DEMO"] = "0"
    with served.up(lambda health: bool(health.get("filled"))):
        client = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        for search in [asked[0], *asked]:  # the first one warms
            body = search | {"limit": 10, "sortby": [{"field": "properties.datetime", "direction": "desc"}]}
            begun = time.perf_counter()
            answer = _posted(client, body)
            seconds.append(time.perf_counter() - begun)
            found.append([each["id"] for each in answer["features"]])
        client.close()
    return seconds[1:], found[1:]


def _posted(client: http.client.HTTPConnection, body: dict[str, Any]) -> dict[str, Any]:
    """Ask over one kept connection, with the standard library: a heavier client would be measured, too."""
    client.request("POST", "/stac/search", json.dumps(body), {"Content-Type": "application/json"})
    answer = client.getresponse()
    read: dict[str, Any] = json.loads(answer.read())
    if answer.status != 200:
        raise SystemExit(f"A search was answered with {answer.status}: {read}")
    return read


def measure(number: int, rounds: int) -> list[Figure]:
    """Both, over the same items and the same searches; raise SystemExit if they do not find the same."""
    bodies, asked = list(items(number)), searches(rounds)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "items.json").write_text(json.dumps(bodies))
        (folder / "searches.json").write_text(json.dumps(asked))
        mine, found = ours(folder / "home", bodies, asked)
        command = [str(environment(kept("rustac"), PACKAGES)), "-c", PEER, str(folder)]
        said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    differing = sum(set(one) != set(other) for one, other in zip(found, said["found"], strict=True))
    if differing:
        raise SystemExit(f"{differing} of {rounds} searches found something else.")
    return [_figure("Repeatpass, over HTTP", mine), _figure("rustac 0.9.17, in its process", said["seconds"])]


def _figure(who: str, seconds: list[float]) -> Figure:
    ordered = sorted(seconds)
    return Figure(who=who, median_ms=1e3 * statistics.median(ordered), p95_ms=1e3 * ordered[int(0.95 * len(ordered))])


def table(figures: list[Figure], number: int) -> Table:
    """The figures for people."""
    shown = Table("who", "median", "95 %", title=f"Box and interval, sorted, first ten of {number:,} items")
    for each in figures:
        shown.add_row(each.who, f"{each.median_ms:.1f} ms", f"{each.p95_ms:.1f} ms")
    return shown


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measure(options.items, options.rounds)
    if options.json:
        print(json.dumps([asdict(each) for each in figures]))
    else:
        Console().print(table(figures, options.items))


if __name__ == "__main__":
    main()
