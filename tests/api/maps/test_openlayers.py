"""OpenLayers, in Chromium, reads the capabilities and draws every kind of layer."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import cannot
from tests.served import Served

pytestmark = pytest.mark.xdist_group("maps")

FRONTEND = Path(__file__).parents[3] / "frontend"
SCRIPT = Path(__file__).with_name("openlayers_drawing.js")
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
NAMES = ("wms", "oldWms", "wmts", "wmtsByQuery", "ogcTiles", "xyz")


@pytest.fixture(scope="module")
def page(mapped: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A page of the house with OpenLayers in it."""
    builder = FRONTEND / "node_modules" / ".bin" / "esbuild"
    if not builder.exists() or not (FRONTEND / "node_modules" / "ol").exists():
        cannot("the packages of the front end are not here (npm ci in frontend/)")
    if not CHROMIUM.exists():
        cannot("Chromium is not installed here")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    bundle = tmp_path_factory.mktemp("openlayers") / "drawing.js"
    words = [str(builder), str(SCRIPT), "--bundle", f"--outfile={bundle}", "--format=iife", "--log-level=error"]
    env = {"NODE_PATH": str(FRONTEND / "node_modules"), "PATH": "/usr/bin:/bin:/usr/local/bin"}
    subprocess.run(words, env=env, check=True, timeout=120)
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        made = browser.new_context(bypass_csp=True).new_page()  # the page's own policy lets no other script in
        made.goto(f"{mapped.address}/ogc/conformance?f=html")
        made.add_script_tag(path=str(bundle))
        yield made
        browser.close()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", NAMES)
def test_openlayers_draws(page: Any, name: str) -> None:
    assert page.evaluate("window.names") == list(NAMES)
    assert page.evaluate("name => window.drawn(name)", name) > 0.8
