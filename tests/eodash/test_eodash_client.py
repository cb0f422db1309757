"""The real eodash client, built as published, driven in Chromium against a running platform.

Its build takes minutes and many packages: `make test-clients` makes it, and runs this; without it these are skipped.
"""

import io
import mimetypes
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.served import Served

BUILT = Path(__file__).parents[2] / "tools" / "eodash" / "dist"
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--use-gl=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
]


CORNERS = (500, 300), (740, 500)  # of the box that is drawn, in pixels of the page

RESULTS = """() => {
  const flat = (layers) => layers.flatMap((each) => (each.layers ? flat(each.layers) : [each]));
  const all = flat(document.querySelector("eox-map").layers);
  return all.filter((each) => each.properties.id.includes("_process")).map((each) => [each.properties.id, each.type]);
}"""


COLOURED = """() => {
  const flat = (layers) => layers.flatMap((each) => (each.layers ? flat(each.layers) : [each]));
  const drawn = flat(document.querySelector("eox-map").layers).filter((each) => each.properties.id.includes("_process"));
  return drawn.map((each) => each.style?.color?.[0]).filter(Boolean);
}"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser; skip without one, or without the client."""
    if not (BUILT / "assets").exists():
        pytest.skip("the eodash client is not built; make test-clients does it")
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed here")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def client(chromium: Any, dashboard: Served) -> Iterator[tuple[Any, list[str]]]:
    """The client at the platform's own address, as the owner; and the addresses that it asked the platform for."""
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.route("**/*", lambda route: _answer(route, dashboard.address))
    page.goto(dashboard.address)  # makes it the owner's session
    page.goto(f"{dashboard.address}/client/", timeout=120_000)
    yield page, asked
    page.close()


def _answer(route: Any, address: str) -> None:
    """Files of the client from its build, its fonts from nowhere, everything else from the platform."""
    url = route.request.url
    if not url.startswith(address):
        route.abort()
    elif "/client/" in url or url.endswith("/config.js"):
        name = url.partition("/client/")[2].partition("?")[0] or "index.html"
        file = BUILT / name if (BUILT / name).is_file() else BUILT / "index.html"
        script = url.endswith("config.js")
        kind = "text/javascript" if script else mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        route.fulfill(status=200, body=b"" if script else file.read_bytes(), content_type=kind)
    else:
        route.continue_()


def until(page: Any, met: Callable[[], bool], seconds: int = 60) -> None:
    """Wait until something holds."""
    for _ in range(seconds * 4):
        if met():
            return
        page.wait_for_timeout(250)
    raise AssertionError("It did not come to that.")


def chosen(page: Any, title: str) -> None:
    """Click an entry of the list."""
    page.get_by_text(title, exact=False).first.click(timeout=60_000)


def test_it_lists_what_there_is(client: tuple[Any, list[str]]) -> None:
    page, _ = client
    page.get_by_text("Warmth").first.wait_for(timeout=60_000)
    assert page.get_by_text("Filter By Theme").count()


def test_it_draws_map_time_places_and_chart(client: tuple[Any, list[str]]) -> None:
    page, asked = client
    chosen(page, "Warmth")
    until(page, lambda: drawn(asked, "2020-04"))
    until(page, lambda: any("vl.json" in each for each in asked))
    page.get_by_text("Observation Points").wait_for(timeout=30_000)
    page.locator("eox-chart").first.locator("svg, canvas").first.wait_for(timeout=30_000)
    assert not drawn(asked, "2020-03")
    page.locator("eox-timecontrol button, eox-layercontrol-timecontrol button").first.click()
    until(page, lambda: drawn(asked, "2020-03"))


def drawn(asked: list[str], month: str) -> bool:
    """Whether tiles of a month were asked for."""
    return any("/eodash/indicators/warmth/tiles/" in each and f"time={month}" in each for each in asked)


def test_it_starts_a_job_and_draws_what_it_left(client: tuple[Any, list[str]]) -> None:
    page, asked = client
    before = begun(page, asked, "Paint")
    until(page, lambda: any("/results" in each for each in asked), 120)
    until(page, lambda: any(each.endswith("painted.tif") for each in asked), 30)
    page.get_by_text("successful").first.wait_for(timeout=30_000)
    page.get_by_text("painted.tif").first.wait_for(timeout=30_000)
    assert layers(page) == {"paint_processpainted.tif": "WebGLTile"}
    assert any("/eodash/processes/paint/style.json?output=painted.tif" in each for each in asked)
    assert page.evaluate(COLOURED) == ["case"]  # its style, where without one it would be black and white
    stays_painted(page, before)


def test_it_draws_the_raster_and_the_outline_of_one_job(client: tuple[Any, list[str]]) -> None:
    page, asked = client
    before = begun(page, asked, "Outline")
    until(page, lambda: any(each.endswith("painted.tif") for each in asked), 60)
    until(page, lambda: any(each.endswith("outline.geojson") for each in asked), 30)
    page.get_by_text("outline.geojson").first.wait_for(timeout=30_000)
    assert layers(page) == {"outline_processpainted.tif": "WebGLTile", "outline_process_outline.geojson": "Vector"}
    stays_painted(page, before)


def begun(page: Any, asked: list[str], title: str) -> Any:
    """Open the form of a process, draw its box from a click to a click, and send it; return what is seen inside the box."""
    chosen(page, title)
    page.get_by_text("Execute").first.wait_for(timeout=60_000)
    page.wait_for_timeout(1000)  # the map moves to its layer, and takes no click while it does
    for x, y in (CORNERS[0], (620, 400), CORNERS[1]):
        page.mouse.move(x, y, steps=5)
        if y != 400:
            page.mouse.click(x, y)
    page.get_by_text("Execute").first.click()
    until(page, lambda: any("/execution" in each for each in asked))
    return inside(page)


def inside(page: Any) -> Any:
    """Return the pixels (row, column, colour) inside the drawn box as they are seen."""
    seen = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    (west, north), (east, south) = CORNERS
    return np.asarray(seen.crop((west + 20, north + 20, east - 20, south - 20)), dtype=int)


def stays_painted(page: Any, before: Any) -> None:
    """The box is painted over, and stays so.

    The client lists a layer before its file is read and drawn: a picture taken at once shows the map without it.
    """

    def painted() -> bool:
        return float((np.abs(inside(page) - before).sum(axis=2) > 20).mean()) > 0.9

    until(page, painted, 30)
    for _ in range(5):
        page.wait_for_timeout(500)
        assert painted()


def layers(page: Any) -> dict[str, str]:
    """Return the ids of the layers that results are drawn in, and their types."""
    return dict(page.evaluate(RESULTS))
