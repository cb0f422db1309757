"""Bringing data with Chromium: a file is uploaded, checked, shown; every page of it is accessible, wide and narrow."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from test_pages_in_a_browser import opened, violations
from tests.served import Served, small_home

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    server = Served(small_home(tmp_path_factory.mktemp("browsing") / "home")).start()
    yield server
    server.close()


def landsat() -> Path:
    """A real Landsat picture."""
    spec = find_spec("hvsampledata")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("hvsampledata is not installed")
    return Path(spec.submodule_search_locations[0]) / "_data/landsat_rgb.tif"


def fits(page: Any) -> None:
    """Look at a page wide and narrow, light and dark."""
    for width, scheme in ((1280, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_a_file_is_sent_checked_shown_and_withdrawn(served: Served, browser: Any, built: None) -> None:
    page, wrong = opened(browser, f"{served.address}/data/new")
    fits(page)
    page.set_input_files("#files", str(landsat()))
    page.fill("#title", "Landsat of the Bahamas")
    page.select_option("#licence", "CC-BY-4.0")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url.removeprefix(served.address)}"))
    page.get_by_role("button", name="Bring and check").click()
    page.wait_for_url(lambda address: not address.endswith("/new"), timeout=60_000)
    assert "POST /data/uploads" in asked and any(each.startswith("PATCH /data/uploads/") for each in asked)
    page.get_by_text("Registered").wait_for(timeout=90_000)  # the page asks for itself again until then
    assert page.get_by_text("Private: only you see it").count() == 1
    assert page.locator("img.brought-picture").evaluate("each => each.naturalWidth") > 100
    fits(page)
    here = page.url
    page.goto(f"{served.address}/data")
    assert page.get_by_role("link", name="Landsat of the Bahamas").count() == 1
    fits(page)
    page.goto(here)
    page.get_by_text("Withdraw", exact=True).first.click()
    page.fill("#reason", "Only a test.")
    page.locator("form[action$=withdraw] button").click()
    page.get_by_text("Only a test").first.wait_for()
    assert wrong == []
    page.context.close()


def test_a_refusal_says_what_is_wrong_beside_the_button(
    served: Served, browser: Any, built: None, tmp_path: Path
) -> None:
    empty = tmp_path / "nothing.tif"
    empty.touch()
    page, _ = opened(browser, f"{served.address}/data/new")
    page.set_input_files("#files", str(empty))
    page.fill("#title", "Nothing")
    page.select_option("#licence", "CC0-1.0")
    page.get_by_role("button", name="Bring and check").click()
    page.get_by_text("has 0 bytes").wait_for(timeout=30_000)
    assert page.locator(".sending p").inner_text() == "“nothing.tif” has 0 bytes; send a file that holds something."
    assert page.get_by_role("button", name="Bring and check").is_enabled()
    page.context.close()


def test_a_folder_that_is_a_zarr_store_is_chosen_sent_and_gone_on_with(
    served: Served, browser: Any, built: None, tmp_path: Path
) -> None:
    import numpy as np
    import xarray

    axes = {"lat": ("lat", np.arange(-5.0, 5), {"units": "degrees_north"}),
            "lon": ("lon", np.arange(20.0, 30), {"units": "degrees_east"})}  # fmt: skip
    cells = np.random.default_rng(1).random((10, 10)).astype("float32")
    made = xarray.Dataset({"sst": (("lat", "lon"), cells, {"units": "K"})}, axes, {"Conventions": "CF-1.11"})
    made.chunk({"lat": 1, "lon": 2}).to_zarr(tmp_path / "chosen" / "sea.zarr", zarr_format=2)
    page, _ = opened(browser, f"{served.address}/data/new")
    fits(page)
    page.set_input_files("#folder", str(tmp_path / "chosen"))
    page.fill("#title", "Sea")
    page.select_option("#licence", "CC0-1.0")
    page.route("**/data", lambda route: route.abort(), times=1)  # the connection breaks after the files are here
    page.get_by_role("button", name="Bring and check").click()
    page.locator(".sending.late").get_by_text("press the button again to go on").wait_for(timeout=30_000)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url.removeprefix(served.address)}"))
    page.get_by_role("button", name="Bring and check").click()
    page.wait_for_url(lambda address: not address.endswith("/new"), timeout=60_000)
    assert not [each for each in asked if each.startswith("POST /data/folders")], asked  # nothing is sent twice
    assert any(each.startswith("GET /data/folders/") for each in asked)
    page.get_by_text("Registered").wait_for(timeout=90_000)
    assert page.get_by_text("sea.zarr.zip").count() >= 1
    page.context.close()
