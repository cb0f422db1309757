"""STAC Browser, built as published, in Chromium, from an address of its own: it reads ours as any page elsewhere does.

`make test-clients` builds it, and runs this; without it these are skipped.
"""

import functools
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.conftest import cannot
from tests.schemas import COPY
from tests.served import Served

BUILT = Path(__file__).parents[2] / "tools" / "stac-browser" / "dist"
CHROMIUM = Path("/usr/bin/chromium")
CATALOGUE, API = "/eodash/catalog.json", "/stac"
WITHOUT_NETWORK = "net::ERR_FAILED"  # the tiles of its base map, which lie on another host

Opening = Callable[[str], Any]


class Files(http.server.SimpleHTTPRequestHandler):
    """The built files, with a configuration that names the catalogue to open."""

    opens = ""

    def do_GET(self) -> None:
        """Answer with a file, or with the configuration."""
        if urlsplit(self.path).path != "/config.js":
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript")
        self.end_headers()
        self.wfile.write(f"window.STAC_BROWSER_CONFIG = {json.dumps({'catalogUrl': self.opens})}".encode())
        return None

    def log_message(self, *words: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def files() -> Iterator[str]:
    """Return the address of the built files."""
    if not (BUILT / "index.html").exists():
        pytest.skip("STAC Browser is not built; make test-clients does it")
    handler = functools.partial(Files, directory=str(BUILT))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser; skip without one."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed here")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Any, files: str, dashboard: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opening]:
    """Open a catalogue of the platform; at the end nothing may have been wrong on the console or refused by us."""
    page = chromium.new_page(viewport={"width": 1280, "height": 1000})
    wrong: list[str] = []
    page.set_default_timeout(15_000)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("response", lambda answer: wrong.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    page.route("**/*", _from_the_copy)

    def at(path: str) -> Any:
        monkeypatch.setattr(Files, "opens", dashboard.address + path)
        page.goto(files)
        return page

    yield at
    page.close()
    assert not [each for each in wrong if WITHOUT_NETWORK not in each]


def _from_the_copy(route: Any) -> None:
    """Let it reach this machine, and the published schemas in their copy; nothing else."""
    url = urlsplit(route.request.url)
    copy = COPY / f"{url.netloc}{url.path}"
    if url.hostname == "127.0.0.1":
        route.continue_()
    elif copy.is_file():
        route.fulfill(body=copy.read_bytes(), headers={"Access-Control-Allow-Origin": "*"})
    else:
        route.abort()


def test_it_goes_down_from_the_catalogue_to_a_map(opened: Opening) -> None:
    page, tiles = opened(CATALOGUE), []
    page.on("request", lambda request: tiles.append(request.url) if "/tiles/" in request.url else None)
    page.get_by_role("link", name="Warmth").first.click()
    page.get_by_text("For tests.").first.wait_for()
    page.goto(f"{page.url.partition('#')[0]}#/indicators/warmth/map/collection.json")
    page.get_by_text("2020-04-01 0:00:00 UTC").first.wait_for()
    with page.expect_response(lambda answer: "/indicators/warmth/tiles/" in answer.url) as drawn:
        page.goto(f"{page.url.partition('#')[0]}#/indicators/warmth/items/20200101T000000Z.json")
    assert drawn.value.status == 200
    page.get_by_text("Time of Data").first.wait_for()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "indicators/warmth/collection.json",
        "indicators/warmth/map/collection.json",
        "indicators/warmth/places/collection.json",
        "indicators/warmth/places/here/collection.json",
        "indicators/warmth/items/20200101T000000Z.json",
        "collections/snow/collection.json",
        "processes/paint/collection.json",
    ],
)
def test_it_finds_what_the_catalogue_says_valid(opened: Opening, path: str) -> None:
    valid(opened(CATALOGUE), path)


@pytest.mark.parametrize("path", ["", "stac/collections/snow", "stac/collections/snow/items/snow_2020-01-01"])
def test_it_finds_what_the_api_says_valid(opened: Opening, path: str) -> None:
    valid(opened(API), path)


def valid(page: Any, path: str) -> None:
    """Have its report made of a document: the core, and each extension of which there is a schema."""
    if not COPY.exists():
        cannot("There is no copy of the schemas.")
    page.get_by_role("link", name="Repeatpass").first.wait_for()
    page.goto(f"{page.url.partition('#')[0]}#/validation/{path}")
    page.get_by_text("Result").first.wait_for()
    page.get_by_text("Valid", exact=True).first.wait_for()
    assert not page.get_by_text("Invalid").count()


def test_it_opens_the_api_down_to_the_files_of_an_item(opened: Opening) -> None:
    page = opened(API)
    page.get_by_role("link", name="Snow").first.click()
    page.get_by_text("Where snow lies.").first.wait_for()
    page.get_by_role("link", name="snow_2020-02-01").first.click()
    page.get_by_text("Assets").first.wait_for()
    page.get_by_text("Cloud-optimized GeoTIFF").first.wait_for()


def test_its_search_finds_items_of_the_api(opened: Opening) -> None:
    page = opened(API)
    page.get_by_role("link", name="Search").first.click()
    page.get_by_text("Search for Items").first.click()
    page.get_by_role("button", name="Submit").first.click()
    page.get_by_text("snow_2020-01-01").first.wait_for()
    page.get_by_text("snow_2020-02-01").first.wait_for()
