"""Tiles beside titiler: ``python -m benchmarks.tiles``.

The whole of this program (``repeatpass up``, every layer of it) against a bare titiler-core for a cloud-optimised
GeoTIFF and titiler-xarray for a Zarr cube, each one process, asked for the same tiles in turns. titiler gets an
environment of its own (``--peer FOLDER`` keeps it). What is drawn is the relief of the Earth of the demonstration, as
a picture in colours, as heights with a colour map, and as a cube of twelve times with noise on it.

Checked as well: the decoded pixels are the same, how large the pictures are, and what a hundred clients get who pan.
"""

import argparse
import asyncio
import io
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import httpx
import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks import peers
from benchmarks.served import Served

PACKAGES = ("titiler-core", "titiler-xarray", "uvicorn", "h5netcdf")
APP = """
from fastapi import FastAPI
from titiler.core.factory import TilerFactory
from titiler.xarray.extensions import VariablesExtension
from titiler.xarray.factory import TilerFactory as Cubes
from titiler.xarray.io import Reader
app = FastAPI()
app.include_router(TilerFactory(router_prefix="/cog").router, prefix="/cog")
app.include_router(Cubes(router_prefix="/md", reader=Reader).router, prefix="/md")
"""
TIMES = 12
CLIENTS, STEPS = 100, 4


@dataclass(frozen=True, kw_only=True)
class Case:
    """A kind of tile, and how each of the two is asked for it; ``{place}`` is z/x/y, ``{turn}`` changes every round."""

    what: str
    ours: str
    peer: str
    zooms: tuple[int, ...] = (2, 3, 4, 5)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Milliseconds (medians) for a tile that was never drawn and for one that was; bytes; whether pixels are equal."""

    what: str
    here_ms: float
    peer_ms: float
    again_ms: float
    peer_again_ms: float
    here_bytes: float
    peer_bytes: float
    equal: str


@dataclass(frozen=True, kw_only=True)
class Panning:
    """A hundred clients."""

    what: str
    here_p50_ms: float
    here_p95_ms: float
    here_per_second: float
    peer_p50_ms: float
    peer_p95_ms: float
    peer_per_second: float


def prepare(home: Path, folder: Path) -> list[Case]:
    """Make the files, register them in a house at *home* and return what to ask for."""
    from repeatpass.assembly import open_house
    from repeatpass.demo.formats import zarr_zip
    from repeatpass.demo.preparing import prepare as convert
    from repeatpass.settings import Settings

    (relief,) = convert(folder / "demo", only=["relief"])
    heights = folder / "heights.tif"
    heights.write_bytes(relief.assets[0].path.read_bytes())
    colours, cube = coloured(heights, folder / "colours.tif"), made_cube(heights)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cube.to_zarr(folder / "cube.zarr", encoding={"height": {"chunks": (1, 720, 1440)}}, consolidated=True)
        zarr_zip(cube, folder / "cube.zarr.zip", title="cube", chunks={"time": 1})
    house = open_house(Settings(home=home, environment=sys.prefix, demo=False))
    for id, path, kind in (
        ("colours", colours, "image/tiff"),
        ("heights", heights, "image/tiff"),
        ("cube", folder / "cube.zarr.zip", "application/vnd.zarr+zip"),
    ):
        _register(house, id, path, kind)
    house.close()
    return _cases(folder)


def _cases(folder: Path) -> list[Case]:
    tiles, stretch = "WebMercatorQuad/{place}.png", "rescale={turn},255"
    ramp = "rescale={turn},4000"
    cog, zarr = (quote(str(folder / name), safe="") for name in ("colours.tif", "cube.zarr"))
    heights = quote(str(folder / "heights.tif"), safe="")
    return [
        Case(
            what="COG, three bands of bytes",
            ours=f"/tiles/colours:data/{tiles}?bands=1,2,3&{stretch}",
            peer=f"/cog/tiles/{tiles}?url={cog}&bidx=1&bidx=2&bidx=3&{stretch}",
        ),
        Case(
            what="COG, heights with a colour map",
            ours=f"/tiles/heights:data/{tiles}?{ramp}&colormap=viridis",
            peer=f"/cog/tiles/{tiles}?url={heights}&{ramp}&colormap_name=viridis",
        ),
        Case(
            what="cube (12, 720, 1440), a map a chunk",
            ours=f"/tiles/cube:height/{tiles}?{ramp}&colormap=viridis&time=2001-05-01",
            peer=f"/md/tiles/{tiles}?url={zarr}&variable=height&sel=time%3D2001-05-01&{ramp}&colormap_name=viridis",
            zooms=(1, 2, 3, 4),
        ),
    ]


def coloured(heights: Path, target: Path) -> Path:
    """Write the relief as a picture in colours with a shade, at twice its resolution: 4320 × 8640 cells."""
    import rasterio
    from rasterio.enums import Resampling
    from rasterio.shutil import copy
    from rio_tiler.colormap import cmap

    with rasterio.open(heights) as file:
        shape = (file.height * 2, file.width * 2)
        cells = file.read(1, out_shape=shape, resampling=Resampling.cubic, masked=True).filled(-500).astype("float32")
        transform = file.transform * file.transform.scale(0.5)
        profile = {"crs": file.crs, "width": shape[1], "height": shape[0], "count": 3, "dtype": "uint8"}
    table = cmap.get("gist_earth")
    shades = np.array([table[step][:3] for step in range(256)], dtype="float32")
    light = 1 + np.clip(np.gradient(cells, axis=1) / 400, -0.3, 0.3)
    places = np.clip((cells + 500) / 6000 * 255, 0, 255).astype(int)
    picture = np.clip(shades[places] * light[..., None], 0, 255).astype("uint8").transpose(2, 0, 1)
    plain = target.with_suffix(".plain.tif")
    with rasterio.open(plain, "w", driver="GTiff", transform=transform, **profile) as file:
        file.write(picture)
    copy(plain, target, driver="COG", compress="deflate", blocksize=512)
    plain.unlink()
    return target


def made_cube(heights: Path) -> Any:
    """Return the relief at a quarter of a degree, twelve times with noise: float32 (12, 720, 1440)."""
    import pandas as pd
    import rasterio
    import rioxarray  # noqa: F401  it gives datasets their .rio
    import xarray as xr

    with rasterio.open(heights) as file:
        cells = file.read(1, out_shape=(720, 1440), masked=True).astype("float32").filled(np.nan)
    noise = np.random.default_rng(1).normal(0, 50, (TIMES, 720, 1440)).astype("float32")
    coords = {
        "time": pd.date_range("2001-01-01", periods=TIMES, freq="MS"),
        "lat": ("lat", np.arange(89.875, -90, -0.25), {"units": "degrees_north", "standard_name": "latitude"}),
        "lon": ("lon", np.arange(-179.875, 180, 0.25), {"units": "degrees_east", "standard_name": "longitude"}),
    }
    made = xr.Dataset({"height": (("time", "lat", "lon"), cells + noise, {"units": "m"})}, coords)
    return made.rio.write_crs("EPSG:4326")


def _register(house: Any, id: str, path: Path, media_type: str) -> None:
    from repeatpass.catalog.records import CollectionAsset

    kept = house.files.put(path)
    extent = {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [["2001-01-01T00:00:00Z", None]]}}
    body = {"id": id, "title": id, "description": id, "license": "other", "extent": extent}
    asset = CollectionAsset(
        collection=id, version="1", item=None, key="data", href=path.name, media_type=media_type, size=kept.size,
        checksum=kept.checksum,
    )  # fmt: skip
    house.catalog.register(house.owner, body, [], [asset])


@contextmanager
def titiler(environment: Path, folder: Path, port: int) -> Iterator[str]:
    """Serve titiler by one process of uvicorn, in an environment that is made if it is not there."""
    python = peers.environment(environment, PACKAGES)
    (folder / "peer.py").write_text(APP)
    command = [str(python), "-m", "uvicorn", "peer:app", "--port", str(port), "--log-level", "error"]
    known = os.environ | {
        "PYTHONWARNINGS": "ignore",
        "GDAL_CACHEMAX": "200",
        "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    }
    process = subprocess.Popen(command, cwd=folder, env=known)
    base = f"http://127.0.0.1:{port}"
    try:
        _await(f"{base}/openapi.json", process)
        yield base
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)


def _await(address: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        try:
            if httpx.get(address, timeout=30).status_code == 200:
                return
        except httpx.HTTPError:
            if process.poll() is not None:
                raise SystemExit("titiler does not start; see above.") from None
        time.sleep(0.1)
    raise SystemExit("titiler does not answer.")


def places(zooms: Sequence[int], number: int) -> list[str]:
    """Return tiles of a web map between 60 degrees north and south, the same for everybody."""
    chance = random.Random(7)
    found: dict[str, None] = {}
    every = sum(4**zoom // 2 for zoom in zooms)
    while len(found) < min(number, every):
        zoom = chance.choice(list(zooms))
        side = 2**zoom
        low, high = (0, side) if zoom < 3 else (side // 4, side - side // 4)
        found[f"{zoom}/{chance.randrange(side)}/{chance.randrange(low, high)}"] = None
    return list(found)


def compare(case: Case, ours: httpx.Client, peer: httpx.Client, tiles: int, turn: int) -> Figure:
    """Ask both for the same tiles, in turns."""
    times: dict[str, list[float]] = {name: [] for name in ("ours", "peer", "again", "peer again")}
    sizes: dict[str, list[int]] = {"ours": [], "peer": []}
    equal, least = 0, 1.0
    wanted = places(case.zooms, tiles)
    for client, address in ((ours, case.ours), (peer, case.peer)):
        _get(client, address.format(place="1/0/0", turn=turn - 1))  # opens the file
    for place in wanted:
        pictures = {}
        for name, client, address in (("ours", ours, case.ours), ("peer", peer, case.peer)):
            at = address.format(place=place, turn=turn)
            seconds, pictures[name] = _get(client, at)
            times[name].append(seconds)
            times["again" if name == "ours" else "peer again"].append(_get(client, at)[0])
            sizes[name].append(len(pictures[name]))
        share = alike(pictures["ours"], pictures["peer"])
        equal, least = equal + (share == 1), min(least, share)
    median = {name: 1e3 * statistics.median(found) for name, found in times.items()}
    return Figure(
        what=case.what,
        here_ms=median["ours"],
        peer_ms=median["peer"],
        again_ms=median["again"],
        peer_again_ms=median["peer again"],
        here_bytes=statistics.mean(sizes["ours"]),
        peer_bytes=statistics.mean(sizes["peer"]),
        equal=f"{equal} of {len(wanted)} tiles" + ("" if equal == len(wanted) else f", least {least:.2%}"),
    )


def _get(client: httpx.Client, address: str) -> tuple[float, bytes]:
    begin = time.perf_counter()
    answer = client.get(address)
    seconds = time.perf_counter() - begin
    if answer.status_code != 200:
        raise SystemExit(f"{answer.status_code} for {address}: {answer.text[:300]}")
    return seconds, answer.content


def alike(one: bytes, other: bytes) -> float:
    """Return the share of pixels that are shown the same; what lies under a transparent one is not shown."""
    a, b = (np.asarray(Image.open(io.BytesIO(each)).convert("RGBA")) for each in (one, other))
    hidden = (a[..., 3] == 0) & (b[..., 3] == 0)
    return float(((a == b).all(axis=-1) | hidden).mean())


def pan(case: Case, base: str, path: str, turn: int) -> tuple[list[float], float]:
    """Have a hundred clients walk over the map, six tiles to a view; return the times and the seconds of all."""
    return asyncio.run(_pan(case, base, path, turn))


async def _pan(case: Case, base: str, path: str, turn: int) -> tuple[list[float], float]:
    # Six connections each, as browsers have; given up before uvicorn's five seconds, which the peer keeps to.
    connector = aiohttp.TCPConnector(limit=CLIENTS * 6, keepalive_timeout=3)
    times: list[float] = []

    async def one(client: aiohttp.ClientSession, at: str) -> None:
        begin = time.perf_counter()
        async with client.get(base + path.format(place=at, turn=turn), raise_for_status=True) as answer:
            await answer.read()
        times.append(time.perf_counter() - begin)

    async def person(client: aiohttp.ClientSession, number: int) -> None:
        chance = random.Random(number)
        zoom = max(case.zooms)
        side = 2**zoom
        x, y = chance.randrange(side), chance.randrange(side // 4, side - side // 4 - 2)
        for _ in range(STEPS):
            view = [f"{zoom}/{(x + dx) % side}/{y + dy}" for dx in range(3) for dy in range(2)]
            await asyncio.gather(*(one(client, at) for at in view))
            x = x + chance.choice((-1, 1))

    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=600)) as client:
        begin = time.perf_counter()
        await asyncio.gather(*(person(client, number) for number in range(CLIENTS)))
        return times, time.perf_counter() - begin


def panning(case: Case, ours: str, peer: str, turn: int) -> Panning:
    """Measure a hundred clients at either."""
    found = {}
    for name, base, path in (("ours", ours, case.ours), ("peer", peer, case.peer)):
        times, seconds = pan(case, base, path, turn)
        percent = statistics.quantiles(times, n=20)
        found[name] = (1e3 * statistics.median(times), 1e3 * percent[18], len(times) / seconds)
    here, there = found["ours"], found["peer"]
    return Panning(
        what=f"{CLIENTS} clients panning, {case.what}",
        here_p50_ms=here[0], here_p95_ms=here[1], here_per_second=here[2],
        peer_p50_ms=there[0], peer_p95_ms=there[1], peer_per_second=there[2],
    )  # fmt: skip


def measure(folder: Path, environment: Path, tiles: int, *, crowds: bool) -> tuple[list[Figure], list[Panning]]:
    """Measure everything."""
    home = folder / "home"
    cases = prepare(home, folder)
    house = Served(home, 8791)
    house.environ |= {"REPEATPASS_DEMO": "0", "REPEATPASS_ENVIRONMENT": sys.prefix}
    with ExitStack() as stack:
        stack.enter_context(house.up(lambda health: bool(health["filled"])))
        peer = stack.enter_context(titiler(environment, folder, 8792))
        ours_client = stack.enter_context(httpx.Client(base_url=house.base, timeout=120))
        peer_client = stack.enter_context(httpx.Client(base_url=peer, timeout=120))
        figures = [compare(case, ours_client, peer_client, tiles, 1) for case in cases]
        crowd = [panning(case, house.base, peer, 3) for case in cases] if crowds else []
    return figures, crowd


def tables(figures: Sequence[Figure], crowds: Sequence[Panning]) -> list[Table]:
    """The figures for people."""
    one = Table(
        "what", "here", "titiler", "ratio", "again", "titiler", "ratio", "size ratio", "same pixels", title="Tiles"
    )
    for each in figures:
        one.add_row(
            each.what, f"{each.here_ms:.1f} ms", f"{each.peer_ms:.1f} ms", f"{each.peer_ms / each.here_ms:.1f} ×",
            f"{each.again_ms:.1f} ms", f"{each.peer_again_ms:.1f} ms", f"{each.peer_again_ms / each.again_ms:.1f} ×",
            f"{each.here_bytes / each.peer_bytes:.2f}", each.equal,
        )  # fmt: skip
    two = Table("what", "here p50, p95", "per second", "titiler p50, p95", "per second", title="A hundred clients")
    for crowd in crowds:
        two.add_row(
            crowd.what, f"{crowd.here_p50_ms:.0f}, {crowd.here_p95_ms:.0f} ms", f"{crowd.here_per_second:.0f}",
            f"{crowd.peer_p50_ms:.0f}, {crowd.peer_p95_ms:.0f} ms", f"{crowd.peer_per_second:.0f}",
        )  # fmt: skip
    return [one, two] if crowds else [one]


def main() -> None:
    """Measure, then print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tiles", type=int, default=60, help="tiles of each kind")
    parser.add_argument("--peer", type=Path, help="folder of titiler's environment; made if it is not there")
    parser.add_argument("--no-crowds", action="store_true", help="leave the hundred clients out")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = (options.peer or Path(folder) / "peer").resolve()
        figures, crowds = measure(Path(folder), environment, options.tiles, crowds=not options.no_crowds)
    if options.json:
        print(json.dumps({"tiles": [asdict(each) for each in figures], "panning": [asdict(each) for each in crowds]}))
        return
    Console().print(*tables(figures, crowds))


if __name__ == "__main__":
    main()
