"""Catalogues elsewhere that were harvested: their rasters are layers here, and one that goes down breaks its own alone."""

import io
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from tests.kit.elsewhere import Elsewhere, elsewhere
from tests.rasters import write_cog
from tests.remotes.catalogues import collection, item
from tests.served import Served, small_home

from repeatpass.assembly import open_house
from repeatpass.settings import Settings

pytestmark = pytest.mark.slow

TIFF = "image/tiff; application=geotiff; profile=cloud-optimized"
DAYS = {"a": (1, 0.0), "b": (2, 0.0)}
TILE = "WebMercatorQuad/8/128/127.png?rescale=0,100&colormap=gray"


def static(server: Elsewhere, folder: Path, values: dict[str, int]) -> str:
    """Lay a static catalogue of one collection and its rasters on a server; return its address."""
    for id, (day, west) in DAYS.items():
        cells = np.full((1, 512, 512), values[id], "uint8") + np.arange(512, dtype="uint8")[:, None] // 64
        path = write_cog(folder / f"{id}.tif", cells, (west, 0.0, west + 1, 1.0))
        server.put(f"/scenes/{id}.tif", path.read_bytes(), TIFF)
        put(
            server,
            f"/scenes/{id}.json",
            item(id, day, west, cells={"href": f"./{id}.tif", "type": TIFF, "roles": ["data"]}),
        )
    put(server, "/scenes/collection.json", collection("scenes", list(DAYS)))
    links = [{"rel": "child", "href": "./scenes/collection.json"}]
    body = {"type": "Catalog", "stac_version": "1.0.0", "id": "far", "title": "Far", "description": "-", "links": links}
    return put(server, "/catalog.json", body)


def put(server: Elsewhere, path: str, body: dict[str, Any]) -> str:
    return server.put(path, json.dumps(body).encode(), "application/json")


@pytest.fixture(scope="module")
def there() -> Iterator[tuple[Elsewhere, Elsewhere]]:
    with elsewhere() as one, elsewhere() as other:
        yield one, other


@pytest.fixture(scope="module")
def home(there: tuple[Elsewhere, Elsewhere], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house that mounted and harvested two catalogues."""
    home = small_home(tmp_path_factory.mktemp("harvested") / "home")
    house = open_house(Settings(home=home, environment=sys.prefix, demo=False))
    for name, server, values in zip(("one", "other"), there, ({"a": 10, "b": 60}, {"a": 30, "b": 40}), strict=True):
        address = static(server, tmp_path_factory.mktemp(name), values)
        seen = house.mounted.harvesting.harvest(house.mounted.remotes.mount(house.owner, name, address, harvest=True))
        assert (seen.error, seen.items) == ("", 2)
    house.close()
    return home


@contextmanager
def served(home: Path) -> Iterator[httpx.Client]:
    server = Served(home).start()
    with httpx.Client(base_url=server.address, timeout=60) as client:
        for name in ("one", "other"):
            until(client, f"/tiles/{name}.scenes", "cells")
        yield client
    server.close()


@pytest.fixture
def web(home: Path) -> Iterator[httpx.Client]:
    with served(home) as client:
        yield client


def until(web: httpx.Client, path: str, word: str) -> httpx.Response:
    end = time.monotonic() + 30
    while word not in (answer := web.get(path)).text:
        assert time.monotonic() < end, answer.text[:2000]
        time.sleep(0.1)
    return answer


def pixel(web: httpx.Client, layer: str, time: str) -> list[int]:
    answer = web.get(f"/tiles/{layer}/{TILE}&time={time}")
    assert answer.status_code == 200, answer.text
    found: list[int] = np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGBA"))[128, 128].tolist()
    return found


def test_what_was_harvested_is_on_the_map_in_tiles_at_points_and_in_series(web: httpx.Client) -> None:
    listed = {each["id"] for each in web.get("/tiles").json()["layers"]}
    assert {"one.scenes:cells", "other.scenes:cells"} <= listed
    page = web.get("/browser?layer=one.scenes:cells", headers={"accept": "text/html"})
    assert page.status_code == 200 and "The scenes" in page.text
    value = web.get("/tiles/one.scenes:cells/point?lon=0.5&lat=0.99&time=2024-05-02").json()["values"][0]["value"]
    assert value == 60
    first, second = (pixel(web, "one.scenes:cells", f"2024-05-0{day}") for day in (1, 2))
    assert first[3] == second[3] == 255 and second[0] - first[0] == pytest.approx(50 * 2.55, abs=2)
    found = web.get("/series/one.scenes:cells?point=0.5,0.99&f=csv")
    rows = [line.split(",") for line in found.text.splitlines() if line.startswith("2024")]
    assert [(row[0][:10], float(row[1])) for row in rows] == [("2024-05-01", 10.0), ("2024-05-02", 60.0)]
    area = web.get("/series/other.scenes:cells?area=0.2,0.9,0.4,0.98&f=csv")
    assert area.status_code == 200 and "2024-05-02" in area.text
    collection = web.get("/collections/one.scenes", headers={"accept": "text/html"})
    assert "/browser?layer=one.scenes:cells" in collection.text


def test_one_that_goes_down_says_so_in_a_sentence_and_the_others_go_on(
    home: Path, there: tuple[Elsewhere, Elsewhere]
) -> None:
    with served(home):
        pass  # by now both were looked at; what a server held of them in memory goes with it
    there[1].refusing = dict.fromkeys(there[1].files, (503, {"Retry-After": "3600"}, b""))
    try:
        with served(home) as web:
            for path in (TILE, "point?lon=0.5&lat=0.99"):
                answer = web.get(f"/tiles/other.scenes:cells/{path}")
                assert answer.status_code == 503 and "cannot be reached since" in answer.json()["detail"]
            assert web.get("/series/other.scenes:cells?point=0.5,0.99").status_code == 503
            for path in ("/collections/other.scenes", "/browser?layer=other.scenes:cells"):
                page = web.get(path, headers={"accept": "text/html"})
                assert page.status_code == 200 and "cannot be reached since" in page.text
            listed = {each["id"]: each["trouble"] for each in web.get("/tiles").json()["layers"]}
            assert "cannot be reached since" in listed["other.scenes:cells"] and not listed["one.scenes:cells"]
            assert pixel(web, "one.scenes:cells", "2024-05-01")[3] == 255
            assert web.get("/series/one.scenes:cells?point=0.5,0.99&f=csv").status_code == 200
            assert web.get("/browser?layer=one.scenes:cells").status_code == 200
            assert {each["id"] for each in web.get("/tiles").json()["layers"]} >= {
                "one.scenes:cells",
                "other.scenes:cells",
            }
    finally:
        there[1].refusing.clear()
