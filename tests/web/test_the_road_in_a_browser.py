"""A newcomer's road through a real house in Chromium: read, open the passport, repeat, be told identical."""

from typing import Any

import pytest
from real_house import Site
from test_pages_in_a_browser import opened, soon, violations

pytestmark = pytest.mark.timeout(180)
WIDE = {"viewport": {"width": 1280, "height": 900}}


def test_a_value_leads_to_its_passport_and_repeat_to_its_verdict(real: Site, browser: Any, built: None) -> None:
    page, wrong = opened(browser, f"{real.address}/indicators/nino34?t=2007-12-01", **WIDE)
    assert "La Niña" in page.locator("h1").inner_text()
    page.get_by_role("link", name="Read the whole passport").click()
    assert "December 2007" in page.locator("h1").inner_text()
    assert "−1.64" in page.locator("main").inner_text()
    page.get_by_role("button", name="Repeat this value").click()
    soon(lambda: "/repeats/" in page.url)
    soon(lambda: "identical, byte for byte" in page.locator("h1").inner_text())
    page.goto(f"{real.address}/indicators/nino34")
    assert "Identical" in page.locator(".headline").inner_text()
    assert wrong == []
    page.context.close()


def test_a_form_runs_a_notebook_and_its_page_shows_the_end(real: Site, browser: Any, built: None) -> None:
    page, wrong = opened(browser, f"{real.address}/notebooks/slow", **WIDE)
    page.get_by_label("steps").fill("5")
    page.locator("form").get_by_role("button", name="Run", exact=True).click()
    soon(lambda: "/runs/" in page.url)
    soon(lambda: "Succeeded" in page.locator("main").inner_text())
    soon(lambda: "step 4" in page.locator("main").inner_text())  # the page is asked for once more at the end
    assert wrong == []
    page.context.close()


@pytest.mark.parametrize(
    "path", ["/", "/indicators", "/indicators/nino34", "/collections", "/runs", "/trust", "/nowhere"]
)
def test_a_real_page_meets_wcag_wide_and_on_a_phone_in_the_dark(
    real: Site, browser: Any, built: None, path: str
) -> None:
    page, wrong = opened(browser, real.address + path, **WIDE)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert [word for word in wrong if "404" not in word] == []
    page.context.close()
