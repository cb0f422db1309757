"""The clients that people have open the services: OWSLib, and GDAL within rasterio and as its own tools."""

import io
import json
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import rasterio
from owslib.ogcapi.maps import Maps
from owslib.wms import WebMapService
from owslib.wmts import WebMapTileService
from PIL import Image
from rasterio.enums import Resampling
from tests.api.maps.mapped import TIMES, value_at
from tests.served import Served

pytestmark = pytest.mark.xdist_group("maps")

READER = Path(__file__).with_name("gdal_reading.py")


def picture(answer: Any) -> Any:
    """Return a picture that OWSLib fetched as (row, column, red-green-blue-alpha)."""
    return np.array(Image.open(io.BytesIO(answer.read())).convert("RGBA"))


@pytest.mark.parametrize(("version", "box"), [("1.1.1", (20, 0, 100, 40)), ("1.3.0", (20, 0, 100, 40))])
def test_owslib_lists_draws_and_asks_a_wms(mapped: Served, version: str, box: tuple[float, ...]) -> None:
    wms = WebMapService(f"{mapped.address}/wms", version=version)
    layer = wms.contents["warmth:temperature"]
    assert [each.strip() for each in layer.timepositions] == list(TIMES)
    assert layer.boundingBoxWGS84 == (-180, -90, 180, 90)
    assert {"default", "viridis"} <= set(layer.styles)
    asked = {"layers": [layer.name], "styles": ["gray"], "srs": "EPSG:4326", "bbox": box, "size": (80, 40),
             "format": "image/png", "transparent": True, "time": TIMES[0]}  # fmt: skip
    drawn = picture(wms.getmap(**asked, rescale="-40,60"))
    value = value_at(60.5, 19.5, 0)
    assert drawn[20, 40, 0] == pytest.approx((value + 40) / 100 * 255, abs=1)
    told = wms.getfeatureinfo(**asked, query_layers=[layer.name], info_format="application/json", xy=(40, 20))
    assert json.loads(told.read())["features"][0]["properties"]["temperature"] == pytest.approx(value, abs=1e-4)
    legend = wms.contents["warmth:temperature"].styles["viridis"]["legend"]
    assert "GetLegendGraphic" in legend


@pytest.mark.filterwarnings("ignore:Truth-testing of elements:FutureWarning")  # OWSLib's own
def test_owslib_lists_and_draws_a_wmts_by_query_and_by_path(mapped: Served) -> None:
    wmts = WebMapTileService(f"{mapped.address}/wmts/1.0.0/WMTSCapabilities.xml")
    layer = wmts.contents["warmth:temperature"]
    assert layer.dimensions["time"]["default"] == TIMES[-1]
    assert set(layer.tilematrixsetlinks) == {"WebMercatorQuad", "WorldCRS84Quad", "WGS1984Quad", "EPSG3413Quad",
                                             "EPSG3031Quad"}  # fmt: skip
    asked = {"layer": layer.id, "tilematrixset": "WebMercatorQuad", "tilematrix": "1", "row": 0, "column": 1,
             "format": "image/png"}  # fmt: skip
    by_query = WebMapTileService(f"{mapped.address}/wmts").gettile(**asked)
    assert picture(by_query).shape == (256, 256, 4)
    by_path = wmts.buildTileResource(**asked, time=TIMES[-1])
    assert f"/{TIMES[-1]}/WebMercatorQuad/1/0/1." in by_path


def test_owslib_lists_and_draws_maps_of_the_ogc_api(mapped: Served) -> None:
    client = Maps(f"{mapped.address}/ogc/")
    assert {"warmth", "vienna", "ice"} <= set(client.maps())
    drawn = picture(client.map("warmth", bbox=[20, 0, 100, 40], width=80, height=40, datetime_=TIMES[0]))
    assert drawn.shape == (40, 80, 4)
    styled = picture(client.map("warmth", style="rain", width=80, height=40))
    assert styled.shape == (40, 80, 4)


def read_of(place: str, folder: Path, **window: Any) -> tuple[Any, Any]:
    """Open *place* with GDAL and return an overview of its first band, and how the file describes itself."""
    with (
        rasterio.Env(GDAL_DEFAULT_WMS_CACHE_PATH=str(folder), GDAL_ENABLE_WMS_CACHE="NO"),
        rasterio.open(place) as file,
    ):
        return file.read(1, **window), file.profile | {"bounds": file.bounds}


def test_gdal_reads_a_wms(mapped: Served, tmp_path: Path) -> None:
    place = (f"WMS:{mapped.address}/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=warmth:temperature&STYLES=gray"
             f"&CRS=EPSG:4326&BBOX=-90,-180,90,180&FORMAT=image/png&TRANSPARENT=FALSE")  # fmt: skip
    shape = {"out_shape": (90, 180), "resampling": Resampling.nearest}
    band, profile = read_of(place, tmp_path, **shape)
    assert profile["crs"].to_epsg() == 4326
    assert tuple(profile["bounds"]) == (-180, -90, 180, 90)
    north, south = band[10].mean(), band[80].mean()
    assert north > south, "the picture is not upside down: it is warmer where latitude is high"
    assert band.std() > 5


def test_gdal_reads_a_wmts(mapped: Served, tmp_path: Path) -> None:
    place = (f"WMTS:{mapped.address}/wmts/1.0.0/WMTSCapabilities.xml,layer=ice:cover,"
             "tilematrixset=EPSG3413Quad,zoom_level=3")  # fmt: skip
    band, profile = read_of(place, tmp_path, out_shape=(256, 256), resampling=Resampling.nearest)
    assert profile["crs"].to_epsg() == 3413
    assert band.any()
    place = place.replace("ice:cover", "vienna:visual").replace("EPSG3413Quad", "EPSG32633Quad").replace("=3", "=12")
    band, profile = read_of(place, tmp_path, out_shape=(200, 200), resampling=Resampling.nearest)
    left, bottom, right, top = profile["bounds"]
    assert (left, bottom, right, top) == pytest.approx((590000, 5330000, 610000, 5350000), abs=20)
    assert np.ptp(band[:, 100].astype(int)) > 150


@pytest.mark.parametrize("api", ["MAP", "TILES"])
def test_gdal_reads_maps_and_tiles_of_the_ogc_api(mapped: Served, api: str) -> None:
    place = f"OGCAPI:{mapped.address}/ogc/collections/warmth"
    words = [sys.executable, str(READER), place, "180", "90", f"API={api}"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    drawn = np.array(found["cells"]).reshape(90, 180)
    assert drawn.std() > 5
    assert "WGS" in found["system"]


@pytest.mark.parametrize("collection", ["warmth", "vienna", "ice"])
def test_every_address_that_the_page_of_a_collection_prints_can_be_opened(mapped: Served, collection: str) -> None:
    page = mapped.page(f"/collections/{collection}")
    section = page[page.index('id="services"') :].split("</section>")[0]
    printed = {unescape(each) for each in re.findall(r'https?://127[^"<\s]+', section)}
    assert {each for each in printed if "/wms/" in each or "/wmts/" in each}, section
    assert any("{z}" in each for each in printed)
    for address in printed:
        found = httpx.get(address.replace("{z}", "0").replace("{x}", "0").replace("{y}", "0"))
        assert found.status_code == 200, (address, found.text)
