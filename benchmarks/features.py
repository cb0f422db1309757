"""Features: searches, pages, changes and tiles of a hundred thousand, beside GDAL on the same in a GeoPackage.

    python benchmarks/features.py [--number 100000]

Both read the same boxes and filters; the peer is pyogrio on a GeoPackage with its R*Tree, which has no server between.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from repeatpass.access import SYSTEM
from repeatpass.assembly import House, open_house
from repeatpass.catalog.search.cql2 import from_text
from repeatpass.catalog.search.records import Sort
from repeatpass.features import Wanted
from repeatpass.features.crs import areas_of
from repeatpass.features.documents import collection_document
from repeatpass.features.importing import read_table
from repeatpass.features.tiles import VectorTiles
from repeatpass.settings import Settings

BOX = (5.0, 45.0, 7.0, 47.0)


def made(number: int, folder: Path) -> Path:
    """Return a GeoPackage of squares all over the world, with a number, a text and a day each."""
    random = np.random.default_rng(7)
    west, south = random.uniform(-179, 178, number), random.uniform(-89, 88, number)
    frame = gpd.GeoDataFrame(
        {"depth": random.uniform(0, 1000, number).round(2), "name": [f"Place {at}" for at in range(number)],
         "day": (np.datetime64("2020-01-01") + random.integers(0, 1500, number)).astype(str)},
        geometry=shapely.box(west, south, west + 0.2, south + 0.2), crs="OGC:CRS84",
    )  # fmt: skip
    path = folder / "features.gpkg"
    frame.to_file(path, engine="pyogrio")
    return path


def measured(words: str, action: Callable[[], object], times: int = 20) -> None:
    """Print the middle one of some durations in milliseconds."""
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        spent.append((time.perf_counter() - start) * 1000)
    print(f"{words:<55} {statistics.median(spent):8.1f} ms   (slowest {max(spent):.1f})")


def compare(house: House, path: Path) -> None:
    """Print what each of the usual questions takes, here and in the GeoPackage."""
    known, room = house.features.known("many"), house.features
    square = shapely.geometry.mapping(shapely.box(6, 46, 6.2, 46.2))
    feature = {"type": "Feature", "geometry": square, "properties": {"name": "new"}}
    tiles = VectorTiles(room)
    measured("first page of 10", lambda: room.search(known, Wanted()))
    measured("box, page of 100", lambda: room.search(known, Wanted(area=areas_of(BOX), limit=100)))
    measured("  the same by GDAL", lambda: gpd.read_file(path, bbox=BOX, max_features=100, engine="pyogrio"))
    measured(
        "depth > 990 AND box, page of 100",
        lambda: room.search(known, Wanted(area=areas_of((0, 0, 90, 60)), filter=from_text("depth > 990"), limit=100)),
    )
    measured(
        "  the same by GDAL", lambda: gpd.read_file(path, bbox=(0, 0, 90, 60), where="depth > 990", engine="pyogrio")
    )
    measured("depth > 999, counted", lambda: room.search(known, Wanted(filter=from_text("depth > 999"))))
    measured("  the same by GDAL", lambda: gpd.read_file(path, where="depth > 999", engine="pyogrio"))
    measured("sorted by depth, page of 10", lambda: room.search(known, Wanted(sort=(Sort(name="depth"),))), 5)
    measured("page at 90 %", lambda: room.search(known, Wanted(offset=int(known.number * 0.9), limit=100)))
    measured("add one feature", lambda: room.add(SYSTEM, "many", [feature]), 10)
    tiles_of = iter(range(40))
    measured(
        "vector tile, new (zoom 6)",
        lambda: tiles.tile(known, "WebMercatorQuad", 6, 12 + next(tiles_of), 20, Wanted()),
        20,
    )
    measured("vector tile, again", lambda: tiles.tile(known, "WebMercatorQuad", 6, 12, 20, Wanted()))
    measured(
        "vector tile of the whole world", lambda: VectorTiles(room).tile(known, "WebMercatorQuad", 0, 0, 0, Wanted()), 1
    )


def main() -> None:
    """Make the features, read them in, ask."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--number", type=int, default=100_000)
    number = asked.parse_args().number
    with tempfile.TemporaryDirectory() as name:
        path = made(number, Path(name))
        house = open_house(Settings(home=Path(name) / "home", demo=False))
        house.catalog.register(SYSTEM, collection_document("many"), [], [])
        house.features.begin(SYSTEM, "many")
        start = time.perf_counter()
        house.features.add_table(SYSTEM, "many", read_table(path, "application/geopackage+sqlite3"))
        print(f"{number} features were read in {time.perf_counter() - start:.1f} s")
        compare(house, path)
        house.close()


if __name__ == "__main__":
    main()
