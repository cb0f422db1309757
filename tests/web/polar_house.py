"""A house with what lies about the poles, and with pictures that each cover an interval."""

from pathlib import Path
from typing import Any

import numpy as np
from tests.layers import COG, File, register
from tests.rasters import write_cog

from repeatpass.access import SYSTEM
from repeatpass.assembly import House, open_house
from repeatpass.settings import Settings

METRES = (-1_600_000.0, -1_600_000.0, 1_600_000.0, 1_600_000.0)  # about either pole
EUROPE = (0.0, 40.0, 10.0, 50.0)
LASTING = {  # value of the picture: when it begins and ends
    40: ("2019-01-01T00:00:00Z", "2019-12-31T23:59:59Z"),
    120: ("2019-03-01T00:00:00Z", "2019-05-31T23:59:59Z"),
    200: ("2020-02-01T00:00:00Z", "2020-03-31T23:59:59Z"),
}


def polar_home(home: Path) -> Path:
    """Make the house and close it again."""
    house = open_house(Settings(home=home, demo=False))
    drafts = home / "drafts"
    drafts.mkdir()
    _poles(house, drafts)
    _seasons(house, drafts)
    _tracks(house)
    _table(house, drafts)
    house.close()
    return home


def _poles(house: House, drafts: Path) -> None:
    ring = np.hypot(*np.meshgrid(np.linspace(-1, 1, 64), np.linspace(-1, 1, 64)))[None].astype("float32")
    for id, crs, box in (
        ("arctic", "EPSG:3413", (-180, 70, 180, 90)),
        ("antarctic", "EPSG:3031", (-180, -90, 180, -70)),
    ):
        path = write_cog(drafts / f"{id}.tif", ring, METRES, crs=crs, bands=("share",))
        register(house.catalog, house.files, id, [File(path=path, media_type=COG, bbox=box)])


def _seasons(house: House, drafts: Path) -> None:
    files = []
    for value, (start, end) in LASTING.items():
        path = write_cog(drafts / f"{value}.tif", np.full((1, 32, 32), value, "uint8"), EUROPE)
        times = {"datetime": None, "start_datetime": start, "end_datetime": end}
        files.append(File(path=path, item=f"s{value}", media_type=COG, bbox=EUROPE, time=start, properties=times))
    register(house.catalog, house.files, "seasons", files)


def _tracks(house: House) -> None:
    """Items of files elsewhere: only their outlines are known."""
    body = {
        "id": "tracks", "title": "Tracks of buoys", "description": "Under the ice.", "license": "CC0-1.0",
        "extent": {"spatial": {"bbox": [[-40, 72, 60, 84]]}, "temporal": {"interval": [["2020-01-01T00:00:00Z", None]]}},
    }  # fmt: skip
    house.catalog.register(SYSTEM, body, [_track(number) for number in range(6)], [])


def _track(number: int) -> dict[str, Any]:
    west, south = -40 + number * 10, 72 + number
    ring = [[west, south], [west + 10, south], [west + 10, south + 4], [west, south + 4], [west, south]]
    return {
        "id": f"b{number}", "type": "Feature", "bbox": [west, south, west + 10, south + 4],
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"datetime": f"2020-0{number + 1}-01T00:00:00Z", "platform": "<buoy>"},
        "assets": {
            "data": {"href": f"https://data.example/{number}.csv", "type": "text/csv", "title": "Positions"},
            "bad": {"href": "javascript:alert(1)", "type": "text/plain"},
        },
    }  # fmt: skip


def _table(house: House, drafts: Path) -> None:
    """A table of places that knows no times."""
    import geopandas as gpd
    from shapely import Point

    stations = gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=[Point(20, 82), Point(-60, 85)], crs="EPSG:4326")
    stations.to_parquet(drafts / "stations.parquet")
    kept = File(path=drafts / "stations.parquet", media_type="application/vnd.apache.parquet", bbox=(-60, 82, 20, 85))
    register(house.catalog, house.files, "stations", [kept])
