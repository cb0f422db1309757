"""Series of a cube of 1,000 × 720 × 1440 numbers over HTTP, beside plain xarray on the same store.

`python -m benchmarks.series` (or with ``--steps 100 --degrees 1`` for a small one) writes a global Zarr, a map a chunk, as
most cubes come; serves it; asks for a point and a country-size polygon: first from the store as it is, then, when the
server has made its copy in long chunks, from that. Plain xarray reads a point and the polygon's box with cosine weights,
without the polygon: less work than ours. Goals: a point under 0.5 s, the polygon under 3 s.
"""

import argparse
import json
import statistics
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.execution import PREFIX
from benchmarks.served import Line, Served

TIMES = 5  # of each measurement; the first one is left out of the middle
PORT = 8795


def write(path: Path, steps: int, degrees: float) -> None:
    """Write the cube: a climate of cosines with noise of 0.01, one map a chunk, as one zip file."""
    import pandas as pd
    import xarray as xr
    import zarr
    from zarr.codecs import ZstdCodec

    from repeatpass.kit.cubes.zipping import zip_store

    lat, lon = np.arange(90 - degrees / 2, -90, -degrees), np.arange(-180 + degrees / 2, 180, degrees)
    warm = (250 + 50 * np.cos(np.radians(lat)))[:, None] * np.ones(len(lon))
    moments = pd.date_range("1940-01-01", periods=steps, freq="MS").values
    attributes = {"lat": {"units": "degrees_north"}, "lon": {"units": "degrees_east"}}
    empty = xr.Dataset(
        coords={"time": moments, "lat": ("lat", lat, attributes["lat"]), "lon": ("lon", lon, attributes["lon"])}
    )
    folder = path.with_suffix(".store")
    empty.to_zarr(folder, zarr_format=3, consolidated=False)
    group = zarr.open_group(folder, mode="r+")
    array = group.create_array(
        "t", shape=(steps, len(lat), len(lon)), chunks=(1, len(lat), len(lon)), dtype="float32",
        compressors=[ZstdCodec(level=1)], dimension_names=["time", "lat", "lon"], fill_value=float("nan"),
        attributes={"units": "K", "long_name": "temperature"},
    )  # fmt: skip
    random = np.random.default_rng(1)
    for step in range(steps):
        noise = random.normal(8 * np.sin(step / 6), 3, warm.shape)
        array[step] = np.round(warm + noise, 2).astype("float32")
    zip_store(folder, path)


def country(corners: int = 500) -> dict[str, Any]:
    """A polygon of the size of a large country, with a coast."""
    turns = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    radius = 12 + 3 * np.sin(5 * turns) + 0.5 * np.sin(41 * turns)
    ring = np.stack([-55 + radius * np.cos(turns), -10 + radius * np.sin(turns)], 1).round(4).tolist()
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def register(home: Path, cube: Path) -> None:
    """Make a house with the cube in it."""
    from repeatpass.access import SYSTEM
    from repeatpass.assembly import open_house
    from repeatpass.catalog.records import CollectionAsset
    from repeatpass.kit.opening import ZARR_ZIP
    from repeatpass.settings import Settings

    house = open_house(Settings(home=home, environment=str(PREFIX), demo=False))
    kept = house.files.put(cube)
    extent = {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [["1940-01-01T00:00:00Z", None]]}}
    body = {"id": "cube", "title": "Cube", "description": "For measuring.", "license": "CC0-1.0", "extent": extent}
    item = {
        "id": "all",
        "bbox": [-180, -90, 180, 90],
        "geometry": None,
        "properties": {"datetime": "1940-01-01T00:00:00Z"},
    }
    asset = CollectionAsset(
        collection="cube", version="1", item="all", key="data", href=cube.name, media_type=ZARR_ZIP,
        size=kept.size, checksum=kept.checksum,
    )  # fmt: skip
    house.catalog.register(SYSTEM, body, [{**item, "assets": {"data": {"type": ZARR_ZIP}}}], [asset])
    house.close()


def middle(what: Callable[[], object], times: int = TIMES) -> float:
    """Return the median of several, in milliseconds; the first only warms up."""
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        what()
        taken.append(1000 * (time.perf_counter() - begin))
    return statistics.median(taken[1:] or taken)


def plain(opened: Callable[[], Any]) -> tuple[Callable[[], object], Callable[[], object]]:
    """What somebody with xarray alone would write: a point; the mean over a box with cosine weights."""
    box = {"lat": slice(5, -25), "lon": slice(-70, -40)}

    def mean() -> object:
        found = opened().sel(box)
        return found.weighted(np.cos(np.radians(found["lat"]))).mean(("lat", "lon")).values

    return lambda: opened().sel(lat=-10, lon=-55, method="nearest").values, mean


def measure(house: Served, store: Callable[[], Any], steps: int) -> list[Line]:
    """Ask the served house, and xarray, for the same."""
    import xarray as xr

    point = "/series/cube?" + urllib.parse.urlencode({"point": "-55,-10"})
    area = "/series/cube?" + urllib.parse.urlencode(
        {"area": json.dumps(country()), "statistics": "mean,std,min,max,valid"}
    )
    first, peers = {}, plain(store)
    house.get("/series/cube?" + urllib.parse.urlencode({"point": "-55,-10", "time": "1940-01"}))  # imports, facts
    for name, address in (("point", point), ("polygon", area)):
        begin = time.perf_counter()
        assert len(house.get(address)["times"]) == steps
        first[name] = 1000 * (time.perf_counter() - begin)
    begin = time.perf_counter()
    made = 0.0
    while not made and time.perf_counter() - begin < 600:
        time.sleep(0.5)
        if house.get(f"{point}&time=1940-01")["read"].startswith("copy"):
            made = 1000 * (time.perf_counter() - begin)
    lines = [
        Line(what="point, store as it is (first question)", here_ms=first["point"], peer_ms=middle(peers[0], 2)),
        Line(what="polygon, store as it is", here_ms=first["polygon"], peer_ms=middle(peers[1], 2)),
        Line(what="until the copy was made, in the background", here_ms=made),
        Line(
            what="point, from the copy",
            here_ms=middle(lambda: house.get(point)),
            peer_ms=middle(peers[0], 2),
            goal="< 500 ms",
        ),
        Line(
            what="polygon, from the copy",
            here_ms=middle(lambda: house.get(area)),
            peer_ms=middle(peers[1], 2),
            goal="< 3,000 ms",
        ),
    ]
    copy = next((house.home / "cache" / "series").glob("*/*"), None)
    if copy is not None:
        same = plain(lambda: xr.open_zarr(copy, consolidated=False, chunks=None)["t"])
        lines += [
            Line(what="point, xarray on the copy, too", here_ms=lines[3].here_ms, peer_ms=middle(same[0])),
            Line(what="polygon, xarray's box on the copy, too", here_ms=lines[4].here_ms, peer_ms=middle(same[1])),
        ]
    return lines


def table(lines: Sequence[Line], title: str) -> Table:
    """Return the figures as a table."""
    shown = Table("what", "here", "plain xarray", "ratio", "goal", title=title)
    for line in lines:
        peer = f"{line.peer_ms:,.0f} ms" if line.peer_ms else ""
        ratio = f"{line.peer_ms / line.here_ms:.1f} ×" if line.peer_ms and line.here_ms else ""
        shown.add_row(line.what, f"{line.here_ms:,.0f} ms", peer, ratio, line.goal)
    return shown


def main() -> None:
    """Measure and print."""
    import xarray as xr
    from zarr.storage import ZipStore

    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--steps", type=int, default=1000)
    asked.add_argument("--degrees", type=float, default=0.25)
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "cube.zarr.zip", options.steps, options.degrees)
        register(folder / "home", folder / "cube.zarr.zip")
        house = Served(folder / "home", PORT)
        house.environ["REPEATPASS_DEMO"] = "0"
        with house.up(lambda _health: True):
            store = ZipStore(folder / "cube.zarr.zip", mode="r")
            lines = measure(house, lambda: xr.open_zarr(store, consolidated=False, chunks=None)["t"], options.steps)
    if options.json:
        print(
            json.dumps(
                [{"what": line.what, "here_ms": line.here_ms, "peer_ms": line.peer_ms} for line in lines], indent=1
            )
        )
    else:
        shape = f"{options.steps} × {round(180 / options.degrees)} × {round(360 / options.degrees)}"
        Console().print(table(lines, f"Series of a cube of {shape} over HTTP"))


if __name__ == "__main__":
    main()
