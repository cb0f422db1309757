"""Every sample page, read by Chromium: accessible, alone on the network, allowed by its own policy."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
import samples

PAGES = [*samples.PAGES, "/runs/01K9ZP4D6TQ8?state=running", "/runs/01K9ZP4D6TQ8?state=failed"]
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


def opened(browser: Any, address: str, **options: Any) -> tuple[Any, list[str]]:
    """The page at *address*, and everything it did that it should not."""
    page = browser.new_context(**options).new_page()
    page.set_default_timeout(60_000)
    wrong: list[str] = []
    host = urlsplit(address).netloc

    def asked(route: Any) -> None:
        here = urlsplit(route.request.url)
        if here.scheme in ("data", "blob") or here.netloc == host:
            return route.continue_()
        wrong.append(f"asked for {route.request.url}")
        return route.abort()

    page.route("**/*", asked)
    page.on("console", lambda said: said.type in ("error", "warning") and wrong.append(said.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return page, wrong


def soon(done: Callable[[], bool]) -> None:
    """Wait until it is so. Chromium's own waiting would need eval, which the policy forbids."""
    for _ in range(400):
        if done():
            return
        time.sleep(0.05)
    raise AssertionError("It did not come to be within twenty seconds.")


def violations(page: Any) -> list[str]:
    """What axe finds, told shortly."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]} {v['nodes'][0]['failureSummary'][:200]}" for v in found]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_meets_wcag_and_stays_at_home(site: str, browser: Any, built: None, path: str) -> None:
    page, wrong = opened(browser, site + path, color_scheme="light", viewport={"width": 1280, "height": 900})
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert wrong == []
    page.context.close()


@pytest.mark.parametrize("path", ["/", "/indicators/nino34", "/values/v1", "/notebooks/nino34"])
def test_a_page_is_complete_without_scripts(site: str, browser: Any, path: str) -> None:
    page, wrong = opened(browser, site + path, java_script_enabled=False)
    assert page.locator("h1").count() == 1
    assert len(page.locator("main").inner_text()) > 600
    if path in ("/", "/indicators/nino34"):
        assert page.locator("rp-chart svg[role=img]").first.is_visible()
    if path == "/indicators/nino34":
        assert page.locator("table tbody tr").count() >= 54
        assert page.locator("rp-map svg image").count() == 1
        assert page.locator("select[name=t]").is_visible()
    assert wrong == []
    page.context.close()


@pytest.mark.parametrize("path", ["/indicators", "/notebooks", "/runs"])
def test_a_phone_shows_the_list_before_what_narrows_it(site: str, browser: Any, path: str) -> None:
    page, _ = opened(browser, site + path, viewport={"width": 390, "height": 844})
    choice = page.locator(".facet a").first
    chosen = page.locator(".facet a[aria-current]").count()  # what is chosen is shown
    assert choice.is_visible() is bool(chosen)
    if not chosen:
        page.locator(".narrowing summary").press("Enter")
        assert choice.is_visible()
    page.set_viewport_size({"width": 1280, "height": 900})
    assert choice.is_visible() and not page.locator(".narrowing summary").is_visible()
    page.reload()
    assert choice.is_visible()
    page.context.close()


def test_paper_shows_whole_tables_and_nothing_to_press(site: str, browser: Any) -> None:
    page, _ = opened(browser, f"{site}/indicators/nino34", viewport={"width": 794, "height": 1123})
    cut = "[...document.querySelectorAll('.table.tall')].map((each) => each.scrollHeight - each.clientHeight)"
    assert max(page.evaluate(cut)) > 100
    page.emulate_media(media="print")
    assert max(page.evaluate(cut)) <= 0
    for hidden in (".top", ".foot", "rp-time", ".copy"):
        assert not page.locator(hidden).first.is_visible(), hidden
    page.context.close()


def test_chart_map_and_slider_share_one_time(site: str, browser: Any, built: None) -> None:
    page, wrong = opened(browser, f"{site}/indicators/nino34?t=2009-12-01", viewport={"width": 1280, "height": 1400})
    page.wait_for_selector("rp-map canvas")
    page.wait_for_selector(".chart .live svg")
    assert page.locator("rp-time output").inner_text() == "December 2009"
    page.get_by_role("button", name="Earlier").click()
    assert page.url.endswith("?t=2009-11-01")
    assert page.locator("rp-time input[type=range]").get_attribute("aria-valuetext") == "November 2009"
    soon(lambda: page.locator("#proof .reading time").inner_text() == "November 2009")
    box = page.locator(".chart .live svg").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.6)
    soon(lambda: "2009-11" not in page.url)
    chosen = page.locator("rp-time output").inner_text()
    assert chosen.split()[-1] in ("2007", "2008")
    assert page.locator("rp-map .canvas").get_attribute("aria-description") == chosen
    assert wrong == []
    page.context.close()


def test_the_wheel_over_the_map_scrolls_the_page(site: str, browser: Any, built: None) -> None:
    page, _ = opened(browser, f"{site}/indicators/nino34", viewport={"width": 1280, "height": 700})
    page.wait_for_selector("rp-map canvas")
    page.locator("rp-map .canvas").hover()
    page.mouse.wheel(0, 300)
    soon(lambda: page.evaluate("scrollY") > 100)
    page.context.close()


def test_a_log_goes_on_from_the_last_line(site: str, browser: Any, built: None) -> None:
    page, wrong = opened(browser, f"{site}/runs/01K9ZP4D6TQ8?state=running")
    soon(lambda: page.locator(".log li").count() == 11)
    assert page.locator(".log li").last.get_attribute("id") == "L11"
    assert page.locator("[data-progress]").inner_text() == "Cell 4 of 9"
    assert wrong == []
    page.context.close()


def test_a_table_sorts_and_the_theme_stays(site: str, browser: Any, built: None) -> None:
    page, _ = opened(browser, f"{site}/indicators/nino34", color_scheme="light")
    heading = page.locator("th button").nth(1)
    heading.click()
    assert page.locator("tbody tr").first.locator("td").nth(1).inner_text() == "−1.74"
    page.locator("[data-theme-toggle]").click()
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.context.close()
