"""Many at one large raster elsewhere: ``python -m benchmarks.elsewhere``.

Sixteen clients ask the whole of this program (``repeatpass up``) for tiles of one cloud-optimised GeoTIFF that lies at
another server, which takes 20 ms for each answer. Beside it, in turns: rio-tiler reads and draws the same tiles of the
same address by itself (``Reader(address).tile(…).render()``, GDAL's own HTTP with the settings that titiler advises), with
as many threads and no server in front of it. Once nothing of the file is known to either, once all of it was read.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.served import Served
from benchmarks.tiles import places

CLIENTS = 16
LATENCY_S = 0.02
ZOOMS = (6, 7, 8, 9)
BOUNDS = (-40.0, 0.0, 40.0, 60.0)
SERVER = """
import re, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
content, port, latency = open(sys.argv[1], "rb").read(), int(sys.argv[2]), float(sys.argv[3])
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    def do_GET(self):
        time.sleep(latency)
        found = re.fullmatch(r"bytes=(\\d+)-(\\d+)", self.headers.get("Range", ""))
        start, stop = (int(found[1]), min(int(found[2]) + 1, len(content))) if found else (0, len(content))
        self.send_response(206 if found else 200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", '"1"')
        self.send_header("Content-Type", "image/tiff")
        self.send_header("Content-Length", str(stop - start))
        if found:
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{len(content)}")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(memoryview(content)[start:stop])
        self.wfile.flush()
    do_HEAD = do_GET
    def log_message(self, *_):
        pass
server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
server.daemon_threads = True
server.serve_forever()
"""
GDAL = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_HTTP_MERGE_CONSECUTIVE_RANGES": "YES",
    "GDAL_HTTP_MULTIPLEX": "YES",
    "GDAL_INGESTED_BYTES_AT_OPEN": "32768",
    "GDAL_CACHEMAX": "200",
    "VSI_CACHE": "TRUE",
    "VSI_CACHE_SIZE": "5000000",
}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Tiles in a second, and the median of one in milliseconds, here and by rio-tiler alone."""

    what: str
    here_per_second: float
    peer_per_second: float
    here_ms: float
    peer_ms: float


def scene(target: Path, cells: int) -> Path:
    """Write a picture in three bands of bytes, *cells* wide and three quarters as high, with hills, dales and noise."""
    import numpy as np
    import rasterio
    from rasterio.shutil import copy
    from rasterio.transform import from_bounds

    shape = (cells * 3 // 4, cells)
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    plain, noise = target.with_suffix(".plain.tif"), np.random.default_rng(1)
    profile = {"width": shape[1], "height": shape[0], "count": 3, "dtype": "uint8", "crs": "EPSG:4326", "tiled": True}
    with rasterio.open(plain, "w", driver="GTiff", transform=from_bounds(*BOUNDS, *shape[::-1]), **profile) as file:
        for band in (1, 2, 3):
            waves = np.sin(rows / (97.0 * band)) * np.cos(columns / (61.0 * band))
            file.write((128 + 90 * waves + noise.integers(-8, 8, shape)).astype("uint8"), band)
    copy(plain, target, driver="COG", compress="deflate", blocksize=512)
    plain.unlink()
    return target


@contextmanager
def far(file: Path, port: int) -> Iterator[str]:
    """Serve one file by a process of its own that takes its time."""
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(file), str(port), str(LATENCY_S)])
    address = f"http://127.0.0.1:{port}/scene.tif"
    try:
        _await(lambda: httpx.get(address, headers={"Range": "bytes=0-9"}).status_code == 206)
        yield address
    finally:
        process.terminate()
        process.wait()


def _await(ready: Callable[[], bool]) -> None:
    for _ in range(600):
        try:
            if ready():
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise SystemExit("A server does not answer.")


def prepare(home: Path, address: str) -> None:
    """Register a collection whose file lies at *address*."""
    from repeatpass.assembly import open_house
    from repeatpass.settings import Settings

    house = open_house(Settings(home=home, environment=sys.prefix, demo=False))
    extent = {"spatial": {"bbox": [list(BOUNDS)]}, "temporal": {"interval": [["2020-01-01T00:00:00Z", None]]}}
    asset = {"href": address, "type": "image/tiff; application=geotiff", "roles": ["data"]}
    known = {"id": "far", "title": "far", "description": "far", "license": "other", "extent": extent}
    house.catalog.register(house.owner, known | {"assets": {"data": asset}}, [], [])
    house.close()


def wanted(number: int) -> list[tuple[int, int, int]]:
    """Return tiles (z, x, y) that show the scene, the same for everybody."""
    import morecantile

    web = morecantile.tms.get("WebMercatorQuad")
    found = [tuple(map(int, each.split("/"))) for each in places(ZOOMS, 60 * number)]
    west, south, east, north = BOUNDS
    boxes = [(each, web.bounds(morecantile.Tile(z=each[0], x=each[1], y=each[2]))) for each in found]
    return [
        (z, x, y)
        for (z, x, y), box in boxes
        if west < box.left and box.right < east and south < box.bottom and box.top < north
    ][:number]


def crowd(ask: Callable[[tuple[int, int, int]], Any], tiles: Sequence[tuple[int, int, int]]) -> tuple[float, float]:
    """Have as many as there are clients ask for tiles; return tiles in a second and the median milliseconds."""

    def timed(tile: tuple[int, int, int]) -> float:
        begin = time.perf_counter()
        ask(tile)
        return 1e3 * (time.perf_counter() - begin)

    begin = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        times = list(clients.map(timed, tiles))
    return len(tiles) / (time.perf_counter() - begin), statistics.median(times)


def ours(client: httpx.Client, turn: int) -> Callable[[tuple[int, int, int]], Any]:
    """Return how we are asked; every *turn* has another picture drawn."""

    def ask(tile: tuple[int, int, int]) -> None:
        z, x, y = tile
        answer = client.get(f"/tiles/far:data/WebMercatorQuad/{z}/{x}/{y}.png?bands=1,2,3&rescale={turn},255")
        answer.raise_for_status()

    return ask


def peer(address: str, turn: int) -> Callable[[tuple[int, int, int]], Any]:
    """Return how rio-tiler is asked: plainly, as its documentation shows."""
    from rio_tiler.io import Reader

    def ask(tile: tuple[int, int, int]) -> bytes:
        z, x, y = tile
        with Reader(address) as file:
            image = file.tile(x, y, z, indexes=(1, 2, 3))
            image.rescale(in_range=((turn, 255),))
            return bytes(image.render(img_format="PNG"))

    return ask


def measure(folder: Path, number: int, cells: int) -> list[Figure]:
    """Measure both, in turns: the first time, and again with other colours."""
    house = Served(folder / "home", 8795)
    house.environ |= {"REPEATPASS_DEMO": "0", "REPEATPASS_ENVIRONMENT": sys.prefix, "REPEATPASS_PRIVATE_TARGETS": "all"}
    os.environ |= GDAL  # for the peer, which is this process
    tiles = wanted(number)
    found = []
    with far(scene(folder / "scene.tif", cells), 8796) as address:
        prepare(house.home, address)
        with house.up(lambda health: bool(health["filled"])), httpx.Client(base_url=house.base, timeout=120) as client:
            _await(lambda: client.get("/tiles/far").status_code == 200)
            peer(address, 3)((3, 4, 3)), ours(client, 3)((3, 4, 3))  # what is imported and opened at first
            for turn, what in enumerate(("nothing of it was read before", "all of it was read before"), start=1):
                there = crowd(peer(address, turn), tiles)
                here = crowd(ours(client, turn), tiles)
                found.append(
                    Figure(
                        what=what, here_per_second=here[0], peer_per_second=there[0], here_ms=here[1], peer_ms=there[1]
                    )
                )
    return found


def table(figures: Sequence[Figure]) -> Table:
    """The figures for people."""
    made = Table("what", "here", "p50", "rio-tiler", "p50", "ratio", title=f"{CLIENTS} clients at one raster elsewhere")
    for each in figures:
        made.add_row(
            each.what, f"{each.here_per_second:.0f} tiles/s", f"{each.here_ms:.0f} ms",
            f"{each.peer_per_second:.0f} tiles/s", f"{each.peer_ms:.0f} ms",
            f"{each.here_per_second / each.peer_per_second:.1f} ×",
        )  # fmt: skip
    return made


def main() -> None:
    """Measure, then print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tiles", type=int, default=400, help="tiles that are asked for in each turn")
    parser.add_argument("--cells", type=int, default=16384, help="columns of the raster")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), options.tiles, options.cells)
    if options.json:
        print(json.dumps({"elsewhere": [asdict(each) for each in figures]}))
        return
    Console().print(table(figures))


if __name__ == "__main__":
    main()
