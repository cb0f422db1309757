"""A house with layers whose every value is known: a world in time, scenes in UTM and at the pole, one of somebody's own."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import nbformat
import numpy as np
from fastapi.testclient import TestClient
from tests.answering import answering
from tests.layers import COG, File, register
from tests.rasters import grid, write_cog, write_netcdf
from tests.served import free_port

from repeatpass.access import SYSTEM
from repeatpass.assembly import House, open_house
from repeatpass.demo.filling import Filling
from repeatpass.runs.records import State
from repeatpass.server import make_app
from repeatpass.settings import Settings

UTM = (500_000.0, 5_200_000.0, 512_800.0, 5_212_800.0)  # metres of zone 32; 12.8 km
UTM_BOX = (9.0, 46.93, 9.17, 47.07)
ARCTIC = (-1_600_000.0, -1_600_000.0, 1_600_000.0, 1_600_000.0)  # metres of EPSG:3413
PARQUET = "application/vnd.apache.parquet"
BANDS = ("B02", "B03", "B04", "B08")
COMMON = ("blue", "green", "red", "nir")
STATED = {"bands": [{"name": n, "eo:common_name": c} for n, c in zip(BANDS, COMMON, strict=True)]}


def fill(house: House, folder: Path) -> None:
    """Register the layers."""
    folder.mkdir(exist_ok=True)
    lat, lon = np.arange(-88.0, 90, 4), np.arange(2.0, 360, 4)
    world = grid(lat, lon, 18, sst=lambda y, x, t: 280 + y / 10 + t, ice=lambda y, x, t: np.abs(y) / 90)
    world["sst"].attrs.update(units="K", long_name="sea surface temperature")
    put(house, "world", File(path=write_netcdf(folder / "world.nc", world)))
    x = np.linspace(0, 1, 128, dtype="float32")[None].repeat(128, 0)
    scene = np.stack([400 + 0 * x, 600 + 0 * x, 1000 - 600 * x, 1000 + 2000 * x]).astype("uint16")
    scene[:, :16, :16] = 0
    path = write_cog(folder / "scene.tif", scene, UTM, crs="EPSG:32632", nodata=0, bands=BANDS)
    put(house, "scene", File(path=path, media_type=COG, bbox=UTM_BOX, stated=STATED))
    ring = np.hypot(*np.meshgrid(np.linspace(-1, 1, 128), np.linspace(-1, 1, 128)))[None].astype("float32")
    path = write_cog(folder / "arctic.tif", ring, ARCTIC, crs="EPSG:3413", bands=("share",))
    put(house, "arctic", File(path=path, media_type=COG, bbox=(-180, 70, 180, 90)))
    for id, keyword in (("planet", "commercial data"), ("ships", "on-demand")):
        bare(house, id, keyword)


def client_of(house: House) -> httpx.Client:
    """Ask a house in this process for JSON, as if from the machine that it is on."""
    host = f"http://127.0.0.1:{house.settings.port}"
    client = TestClient(make_app(house, Filling(done=True)), base_url=host, client=("127.0.0.1", 50000))
    client.headers["accept"] = "application/json"
    return client


@contextmanager
def serving(home: Path, *fillings: Callable[[House, Path], None]) -> Iterator[str]:
    """Serve a house that was filled, from a thread of this process; gives its address."""
    port = free_port()
    house = open_house(Settings(home=home / "home", port=port, environment=sys.prefix, demo=False))
    for filling in fillings:
        filling(house, home / "made")
    app = make_app(house, Filling(done=True))
    with answering(app, port) as address:
        yield address
        house.runner.shutdown()


def told(house: House, made: Any) -> dict[str, list[float]]:
    """Run a notebook in the real executor; what it published as “told”."""
    house.shelf.add(house.owner, "the-view", nbformat.writes(made).encode())
    run = house.submitting.submit(house.owner, "the-view", {})
    ended = house.runs.wait(run.id, timeout=120)
    assert ended.state is State.SUCCEEDED, ended.message
    output = next(each for each in house.runs.provenance(run.id).outputs if each.name == "told")
    text = json.loads(house.files.path(output.checksum).read_text())
    found: dict[str, list[float]] = json.loads(text) if isinstance(text, str) else text
    return found


def put(house: House, id: str, *files: File) -> None:
    """Register one collection."""
    register(house.catalog, house.files, id, files)


def bare(house: House, id: str, keyword: str) -> None:
    """A collection that is described here, and offered elsewhere."""
    body: dict[str, Any] = {
        "id": id, "title": id.title(), "description": "Offered elsewhere.", "license": "other",
        "keywords": [keyword],
        "extent": {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [["2020-01-01T00:00:00Z", None]]}},
        "providers": [{"name": "A Company", "roles": ["host"], "url": "https://company.example/prices"}],
    }  # fmt: skip
    house.catalog.register(SYSTEM, body, [], [])


def fill_features(house: House, folder: Path) -> None:
    """Register collections of features: quakes as a table with two columns of degrees, states as GeoParquet, stations
    at the pole, points in metres that are entered one by one; and a table that says nothing of places."""
    import geopandas as gpd
    import pandas as pd
    from tests.api.features.houses_of_features import package_file, read_samples

    data = package_file("hvsampledata", "_data")
    put(house, "quakes", File(path=data / "earthquakes.csv", media_type="text/csv"))
    states = gpd.read_file(data / "us_states.geojson")
    states.to_parquet(folder / "states.parquet")
    put(house, "states", File(path=folder / "states.parquet", media_type=PARQUET))
    polar = pd.DataFrame({"lon": [0.0, 90.0, 180.0, -90.0] * 3, "lat": [72.0] * 4 + [80.0] * 4 + [88.0] * 4})
    polar["ice"] = [float(number) for number in range(12)]
    polar["year"] = ["2019-09-15", "2020-09-15", "2021-09-15"] * 4
    polar.rename(columns={"year": "date"}).to_csv(folder / "polar.csv", index=False)
    put(house, "polar", File(path=folder / "polar.csv", media_type="text/csv"))
    pd.DataFrame({"year": [2019, 2020], "mean": [1.5, 2.5]}).to_csv(folder / "series.csv", index=False)
    put(house, "yearly", File(path=folder / "series.csv", media_type="text/csv"))
    for id in ("quakes", "states", "polar", "yearly"):
        house.offering.registered(id)
    body = {"id": "samples", "title": "Samples", "description": "Points.", "license": "CC0-1.0",
            "extent": {"spatial": {"bbox": [[-79, 35, -78, 36]]}, "temporal": {"interval": [[None, None]]}}}  # fmt: skip
    house.catalog.register(house.owner, body, [], [])
    house.features.begin(house.owner, "samples")
    house.features.add_table(house.owner, "samples", read_samples())
