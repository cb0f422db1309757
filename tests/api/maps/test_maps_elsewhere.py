"""Collections whose files lie elsewhere, as a person and a program meet them at a house of several users."""

import io
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import xarray as xr
from PIL import Image
from tests.kit.elsewhere import Elsewhere, elsewhere
from tests.rasters import grid, write_cog
from tests.served import Served, small_home

pytestmark = pytest.mark.slow


BOX = [10.0, 40.0, 20.0, 50.0]
TILE = "/WebMercatorQuad/6/34/22.png"
COG = "image/tiff; application=geotiff; profile=cloud-optimized"
PATIENCE_S = 20.0


@pytest.fixture(scope="module")
def there() -> Iterator[Elsewhere]:
    with elsewhere() as server:
        yield server


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    home = small_home(tmp_path_factory.mktemp("far") / "home")
    served = Served(home).start(MULTI_USER="1", PRIVATE_TARGETS="127.0.0.1/32")
    with httpx.Client(base_url=served.address, timeout=60) as client:
        client.owner = {"Authorization": f"Bearer {served.token}"}  # type: ignore[attr-defined]
        yield client
    served.close()


def put(web: httpx.Client, id: str, *assets: dict[str, Any]) -> None:
    """Register a collection with an item for each of *assets*, by STAC's transactions."""
    extent = {"spatial": {"bbox": [BOX]}, "temporal": {"interval": [["2020-01-01T00:00:00Z", None]]}}
    body = {"type": "Collection", "stac_version": "1.1.0", "id": id, "title": id, "description": f"About {id}.",
            "license": "CC0-1.0", "extent": extent, "links": []}  # fmt: skip
    _ok(web.post("/stac/collections", json=body, headers=web.owner))  # type: ignore[attr-defined]
    for number, asset in enumerate(assets):
        item = {"type": "Feature", "stac_version": "1.1.0", "id": f"{id}-{number}", "collection": id, "bbox": BOX,
                "geometry": {"type": "Point", "coordinates": [15, 45]}, "links": [],
                "properties": {"datetime": f"2020-0{number + 1}-01T00:00:00Z"},
                "assets": {"data": {"roles": ["data"], **asset}}}  # fmt: skip
        _ok(web.post(f"/stac/collections/{id}/items", json=item, headers=web.owner))  # type: ignore[attr-defined]


def _ok(answer: httpx.Response) -> None:
    assert answer.status_code < 300, answer.text


def until(web: httpx.Client, path: str, *words: str) -> httpx.Response:
    """Ask until all of *words* are in the answer."""
    end = time.monotonic() + PATIENCE_S
    while True:
        answer = web.get(path)
        if answer.status_code == 200 and all(word in answer.text for word in words):
            return answer
        assert time.monotonic() < end, answer.text[:3000]
        time.sleep(0.1)


@pytest.fixture(scope="module")
def scene(web: httpx.Client, there: Elsewhere, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A layer of a raster elsewhere."""
    cells = np.full((1, 300, 300), 7, "uint8")
    path = write_cog(tmp_path_factory.mktemp("scene") / "scene.tif", cells, (10, 40, 20, 50))
    put(web, "scene", {"href": there.put("/scene.tif", path.read_bytes()), "type": COG})
    until(web, "/tiles/scene", '"scene:data"')
    return "/tiles/scene:data"


def test_a_raster_elsewhere_is_a_layer_of_every_service(web: httpx.Client, scene: str) -> None:
    picture = web.get(f"{scene}{TILE}?rescale=0,10&colormap=gray")
    assert np.asarray(Image.open(io.BytesIO(picture.content)).convert("RGBA"))[100, 100].tolist()[3] == 255
    assert web.get(f"{scene}/point?lon=15&lat=45").json()["values"][0]["value"] == 7
    assert web.get(f"{scene}/cutout?area=12,42,13,43&format=tif").content[:2] in (b"II", b"MM")
    assert "scene:data" in web.get("/wms?service=WMS&request=GetCapabilities").text
    assert "scene:data" in web.get("/wmts/1.0.0/WMTSCapabilities.xml").text
    until(web, "/ogc/collections/scene?f=json", "tilesets-map")
    assert web.get("/ogc/collections/scene/map?f=png").headers["content-type"] == "image/png"
    assert web.get("/browser?layer=scene:data").status_code == 200
    page = web.get("/collections/scene", headers={"accept": "text/html"}).text
    assert "/browser?layer=scene:data" in page and "repeatpass.open(" in page and "/scene.tif" in page
    assert "/scene.tif" in web.get("/browser/notebook.ipynb?layer=scene:data").text


def test_a_cube_elsewhere_gives_series(web: httpx.Client, there: Elsewhere, tmp_path: Path) -> None:
    sea = grid(np.arange(49.75, 40, -0.5), np.arange(10.25, 20, 0.5), 5, sst=lambda y, x, t: y + t)
    sea.to_netcdf(tmp_path / "sea.nc", engine="h5netcdf")
    put(web, "sea", {"href": there.put("/sea.nc", (tmp_path / "sea.nc").read_bytes()), "type": "application/x-netcdf"})
    until(web, "/tiles/sea", '"sea:sst"')
    found = web.get("/series/sea:sst?point=15.25,44.25&f=csv")
    assert found.status_code == 200, found.text
    expected = sea["sst"].sel(lat=44.25, lon=15.25).values
    read = xr.DataArray([float(line.split(",")[1]) for line in found.text.splitlines() if line[:1] == "2"])
    np.testing.assert_allclose(read, expected)


def test_nobody_waits_for_a_computer_that_does_not_answer(web: httpx.Client, scene: str) -> None:
    silent = socket.create_server(("127.0.0.1", 0), backlog=16)  # takes connections, and says nothing
    try:
        put(web, "silent", {"href": f"http://127.0.0.1:{silent.getsockname()[1]}/a.tif", "type": COG})
        begun = time.monotonic()
        for path in ("/tiles", "/browser", "/collections/silent", "/collections", "/wms?service=WMS&request=GetCapabilities",
                     "/ogc/collections/silent?f=json", "/eodash/catalog.json"):  # fmt: skip
            assert web.get(path).status_code == 200, path
        assert time.monotonic() - begun < 8  # one try alone is given as long
        assert web.get("/tiles/silent").status_code == 404
    finally:
        silent.close()


def test_a_computer_that_goes_down_breaks_its_own_layers_alone(
    web: httpx.Client, there: Elsewhere, scene: str, tmp_path: Path
) -> None:
    cells = (
        np.random.default_rng(3).integers(0, 255, (1, 2048, 2048)).astype("uint8")
    )  # more than is held of it at once
    path = write_cog(tmp_path / "large.tif", cells, (10, 40, 20, 50))
    put(web, "down", {"href": there.put("/large.tif", path.read_bytes()), "type": COG})
    until(web, "/tiles/down", '"down:data"')
    there.refusing["/large.tif"] = (503, {"Retry-After": "3600"}, b"")
    answer = web.get("/tiles/down:data/WebMercatorQuad/9/277/181.png?rescale=0,255")
    assert answer.status_code == 503 and "cannot be reached since" in answer.json()["detail"]
    assert web.get("/tiles/down:data/point?lon=13.3&lat=41.3").status_code == 503
    assert web.get("/series/down:data?point=13.3,41.3").status_code == 503
    assert web.get(f"{scene}{TILE}").status_code == 200
    for page in ("/collections/down", "/browser?layer=down:data"):
        found = web.get(page, headers={"accept": "text/html"})
        assert found.status_code == 200 and "cannot be reached since" in found.text
    assert web.get("/browser?layer=down:data&expression=b1*2").status_code == 200
    assert (
        "cannot be reached since"
        in next(each for each in web.get("/tiles").json()["layers"] if each["id"] == "down:data")["trouble"]
    )


def test_a_private_address_is_not_asked_and_its_page_says_so(web: httpx.Client) -> None:
    inner = socket.create_server(("127.0.0.2", 0))
    inner.settimeout(0.2)
    try:
        put(
            web,
            "inner",
            {"href": f"http://127.0.0.2:{inner.getsockname()[1]}/a.tif", "type": COG},
            {"href": "http://169.254.169.254/latest/meta-data/a.tif", "type": COG},
        )
        page = until(web, "/collections/inner", "REPEATPASS_PRIVATE_TARGETS")
        assert "169.254.169.254" in page.text
        assert web.get("/tiles/inner").status_code == 404
        with pytest.raises(TimeoutError):
            inner.accept()
    finally:
        inner.close()


@pytest.mark.parametrize(
    ("href", "kind", "line"),
    [
        ("https://data.example.org/a.parquet", "application/vnd.apache.parquet", "repeatpass.open("),
        ("https://data.example.org/a.gpkg", "application/geopackage+sqlite3", "geopandas.read_file("),
        ("https://data.example.org/a.csv", "text/csv", "repeatpass.open("),
        ("https://data.example.org/a.json", "application/json", "json.load("),
        ("s3://bucket/a.parquet", "application/vnd.apache.parquet", "repeatpass.open("),
        ("s3://bucket/a.gpkg", "application/geopackage+sqlite3", "/vsis3/bucket/a.gpkg"),
        ("s3://bucket/a.zarr", "application/vnd+zarr", "repeatpass.open("),
    ],
)
def test_what_lies_on_no_map_has_a_page_that_says_how_to_open_it(
    web: httpx.Client, href: str, kind: str, line: str
) -> None:
    id = f"opened-{href.replace(':', '').replace('/', '-').rpartition('.')[0]}-{href.rpartition('.')[2]}"
    put(web, id, {"href": href, "type": kind})
    page = web.get(f"/collections/{id}", headers={"accept": "text/html"}).text
    text = page.replace("&#34;", '"').replace("&quot;", '"')
    assert line in text and href.rpartition("/")[2] in text
