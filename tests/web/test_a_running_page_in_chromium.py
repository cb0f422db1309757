"""Pages that are open while something happens, and pages of long words, in Chromium."""

from typing import Any

import pytest
from real_house import Site
from test_pages_in_a_browser import opened, soon
from test_pages_refuse_and_begin import begin

pytestmark = pytest.mark.slow
LONG = "Supercalifragilistic" * 12


def test_an_open_page_of_a_run_follows_its_state_and_its_steps(real: Site, browser: Any, built: None) -> None:
    id = begin(real, "slow", steps="50")
    page = browser.new_page()
    page.goto(f"{real.address}/runs/{id}")
    soon(lambda: page.locator("h1").inner_text() == "The notebook is being executed.")
    soon(lambda: page.locator(".side .state").inner_text() == "Running")
    page.close()
    real.owner().post(f"/runs/{id}/cancel")


@pytest.mark.parametrize("path", ["/collections", "/collections/long"])
def test_words_without_an_end_make_no_page_wider_than_a_phone(real: Site, browser: Any, built: None, path: str) -> None:
    when = {"interval": [["2000-01-01T00:00:00Z", None]]}
    body = {"type": "Collection", "stac_version": "1.1.0", "id": "long", "title": LONG, "description": "W" * 500,
            "license": "CC-BY-4.0", "keywords": ["x" * 80], "links": [],
            "extent": {"spatial": {"bbox": [[0, 0, 1, 1]]}, "temporal": when}}  # fmt: skip
    assert real.owner().post("/stac/collections", json=body).status_code in (201, 409)
    page, wrong = opened(browser, f"{real.address}{path}", viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert wrong == []
    page.context.close()
