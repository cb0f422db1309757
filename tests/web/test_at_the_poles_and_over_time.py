"""Over HTTP: what covers an interval, collections about the poles, and the STAC API as people see it."""

import io
import re
from collections.abc import Iterator

import httpx
import numpy as np
import pytest
from lxml import etree
from PIL import Image
from tests.served import Served
from tests.web.polar_house import LASTING, polar_home

pytestmark = pytest.mark.slow
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
MAP = {
    "service": "WMS", "version": "1.3.0", "request": "GetMap", "layers": "seasons:data", "styles": "gray",
    "rescale": "0,255", "crs": "CRS:84", "bbox": "2,42,8,48", "width": "16", "height": "16", "format": "image/png",
}  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(polar_home(tmp_path_factory.mktemp("polar") / "home")).start()
    yield made
    made.close()


@pytest.fixture(scope="module")
def anybody(place: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=place.address, timeout=60) as client:
        client.event_hooks = {"response": [lambda _answer: client.cookies.clear()]}
        yield client


@pytest.mark.parametrize(
    ("time", "value"),
    [
        ("2019-02-15", 40),
        ("2019-04-15T12:00:00Z", 120),
        ("2019-05", 120),
        ("2019-11-30", 40),
        ("2020-03-31", 200),
        ("", 200),
    ],
)
def test_a_map_shows_what_covers_the_time_that_is_asked_for(anybody: httpx.Client, time: str, value: int) -> None:
    answer = anybody.get("/wms", params=MAP | {"time": time})
    assert answer.status_code == 200 and "warning" not in answer.headers, answer.text
    grey = np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGB"))
    assert abs(int(grey[8, 8, 0]) - value) <= 1
    series = anybody.get("/series/seasons:data", params={"point": "5,45", "time": time or "2020-02-01"})
    if series.status_code == 200 and "T" in (time or "T"):
        assert str(value) in series.text


def test_between_the_intervals_the_nearest_is_drawn_and_said(anybody: httpx.Client) -> None:
    near = anybody.get("/wms", params=MAP | {"time": "2020-01-03"})
    assert near.headers["warning"] == "99 Nearest value used: time=2019-01-01T00:00:00Z ISO8601"
    beyond = anybody.get("/wms", params=MAP | {"time": "2021-01-01"})
    assert b"InvalidDimensionValue" in beyond.content


@pytest.mark.parametrize(("service", "tag"), [("wms", "Dimension"), ("wmts", "Value")])
def test_the_services_list_intervals_with_their_ends(anybody: httpx.Client, service: str, tag: str) -> None:
    asked = {"service": service.upper(), "request": "GetCapabilities"}
    document = etree.fromstring(anybody.get(f"/{service}", params=asked).content)
    found = ",".join(each.text for each in document.iter(f"{{*}}{tag}") if each.text and "/P" in each.text)
    year, spring, last = ("/".join(each) for each in LASTING.values())
    assert found == f"{year}/P1Y,{spring}/P3M,{last}/P2M"


def test_the_map_browser_says_what_a_time_covers(anybody: httpx.Client) -> None:
    page = anybody.get("/browser", params={"layer": "seasons:data", "time": "2019-07-01"}, headers=BROWSER).text
    assert "covers 1 January 2019 to 31 December 2019" in page
    assert re.search(r'<option value="2019-01-01T00:00:00Z" selected>1 January 2019</option>', page)


@pytest.mark.parametrize(
    ("id", "projection"),
    [("arctic", "EPSG:3413"), ("antarctic", "EPSG:3031"), ("tracks", "EPSG:3413"), ("stations", "EPSG:3413")],
)
def test_what_lies_about_a_pole_is_mapped_in_its_projection(anybody: httpx.Client, id: str, projection: str) -> None:
    page = anybody.get(f"/collections/{id}", headers=BROWSER)
    assert page.status_code == 200 and f"Polar stereographic ({projection})" in page.text
    assert '<path class="land"' in page.text and f'"projection": "{projection}"' in page.text
    picture = re.search(r'<image href="([^"]+)"', page.text)
    if picture is None:
        assert page.text.count('<path class="area"') == 6  # outlines alone, bent as parallels are
        return
    drawn = anybody.get(picture[1].replace("&amp;", "&"))
    cells = np.asarray(Image.open(io.BytesIO(drawn.content)).convert("RGBA"))
    assert drawn.status_code == 200 and (cells[..., 3] > 0).any()
    if id != "stations":  # the ring is lowest at the pole, which lies in the middle
        middle, edge = cells[cells.shape[0] // 2, cells.shape[1] // 2], cells[cells.shape[0] // 2, 4]
        assert abs(cells.shape[0] - cells.shape[1]) <= 2 and edge[1] > middle[1] + 40


def test_lists_show_polar_data_as_the_pages_do(anybody: httpx.Client) -> None:
    rows = {each["id"]: each for each in anybody.get("/collections.json").json()["rows"]}
    for id in ("arctic", "antarctic"):
        assert not rows[id]["strip"]
        assert Image.open(io.BytesIO(anybody.get(rows[id]["thumbnail"]).content)).size == (720, 720)


def test_a_table_of_places_without_times_has_a_page_and_a_picture_of_its_places(anybody: httpx.Client) -> None:
    assert anybody.get("/collections/stations", headers=BROWSER).status_code == 200
    shown = anybody.get("/collections/stations/preview.png")
    assert shown.status_code == 200 and shown.headers["content-type"] == "image/png"


def test_browsers_get_pages_from_the_stac_api_and_programs_json(anybody: httpx.Client) -> None:
    for path in ("/stac", "/stac/conformance", "/stac/collections/tracks/items", "/stac/collections/tracks/items/b2"):
        page, document = anybody.get(path, headers=BROWSER), anybody.get(path)
        assert page.headers["content-type"].startswith("text/html"), path
        assert "json" in document.headers["content-type"] and "Accept" in document.headers["vary"]
        assert anybody.get(path, headers={"Accept": "application/json"}).json() == document.json()
        assert (
            anybody.get(f"{path}?f=json", headers=BROWSER).headers["content-type"] == document.headers["content-type"]
        )
    for path in ("/stac/collections", "/stac/collections/tracks"):
        there = anybody.get(path, headers=BROWSER, params={"q": "ice"})
        assert (there.status_code, there.headers["location"]) == (303, f"{path.removeprefix('/stac')}?q=ice")
        assert anybody.get(path).json()["links"]


def test_an_item_is_shown_with_its_time_place_files_and_properties(anybody: httpx.Client) -> None:
    page = anybody.get("/stac/collections/tracks/items/b2", headers=BROWSER).text
    assert "1 March 2020" in page and 'href="https://data.example/2.csv"' in page and "&lt;buoy&gt;" in page
    assert "javascript:" not in page.replace("application/javascript", "")
    lasting = anybody.get("/stac/collections/seasons/items/s120", headers=BROWSER).text
    assert "covers 1 March 2019 to 31 May 2019, 23:59 UTC" in lasting and "/files/sha256:" in lasting
    listed = anybody.get("/stac/collections/tracks/items?limit=2", headers=BROWSER).text
    assert "2 of 6 items" in listed and 'rel="next"' in listed and "/stac/collections/tracks/items/b5" in listed


def test_what_is_not_there_is_said_to_each_in_their_way(anybody: httpx.Client) -> None:
    for path in ("/stac/collections/tracks/items/none", "/stac/collections/none/items", "/stac/none"):
        page, problem = anybody.get(path, headers=BROWSER), anybody.get(path)
        assert (page.status_code, problem.status_code) == (404, 404)
        assert page.headers["content-type"].startswith("text/html") and problem.json()["status"] == 404
    assert anybody.get("/stac?f=csv").status_code == 400
