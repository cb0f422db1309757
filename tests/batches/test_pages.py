"""The pages and addresses of batches, through a real server and a real browser."""

import json
import re
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.batches.conftest import PARAMETERS, PUBLISH
from tests.conftest import cannot
from tests.houses import notebook
from tests.served import Served, command, small_home

from repeatpass.assembly import open_house
from repeatpass.settings import Settings

pytestmark = pytest.mark.slow

BODY = {
    "notebook": "greenness",
    "name": "Two by two",
    "parameters": {"year": 2011},  # that no other test asks for
    "areas": {"tiles": {"bbox": [5, 45, 7, 47], "size": 1}},
    "times": {"interval": "2020-01/2020-02", "step": "P1M"},
}
FORM = {"notebook": "greenness", "where": "tiles", "bbox": "5, 45, 7, 47", "size": "1", "interval": "2020-01/2020-02",
        "step": "P1M", "p.index": "ndvi; evi"}  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    import sys

    home = small_home(tmp_path_factory.mktemp("pages") / "home")
    house = open_house(Settings(home=home, environment=sys.prefix, demo=False))
    house.shelf.add(house.owner, "greenness", notebook(PUBLISH, parameters=PARAMETERS))
    house.shelf.add(house.owner, "secretive", notebook("1", parameters='api_token = ""\npassword = ""\nyear = 2000'))
    house.close()
    made = Served(home).start()
    yield made
    made.close()
    end_cluster(home)


def end_cluster(home: Path) -> None:
    """End the cluster that the server began."""
    from repeatpass.compute.cluster import Cluster

    Cluster(home / "dask").shutdown()


@pytest.fixture(scope="module")
def finished(served: Served) -> str:
    """A batch that came to its end."""
    import time

    id = str(served.ask("/batches", BODY)["batch"]["id"])
    until = time.monotonic() + 120
    while served.ask(f"/batches/{id}.json")["batch"]["state"] == "running":
        assert time.monotonic() < until
        time.sleep(0.3)
    return id


def test_programs_plan_start_and_read_batches(served: Served, finished: str) -> None:
    planned = served.ask("/batches/plan", BODY)
    assert (planned["parts"], planned["done_already"]) == (8, 8)
    twin = served.ask(f"/batches/{finished}.json")
    assert twin["counts"] == {"done": 8}
    page = served.ask(f"/batches/{finished}/parts.json?state=done&limit=3&offset=2")
    assert (page["total"], [part["number"] for part in page["parts"]]) == (8, [2, 3, 4])
    assert page["parts"][0]["parameters"]["bbox"] == [6, 46, 7, 47]
    areas = served.ask(f"/batches/{finished}/parts.geojson")
    assert areas["features"][0]["properties"] == {"name": "r0c0", "done": 2}
    assert "Two by two" in [row["name"] for row in served.ask("/batches.json")["rows"]]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/batches/nothing.json", 404),
        ("/batches/nothing/parts.json", 404),
        ("/batches/{id}/parts.json?state=sleeping", 400),
        ("/batches/{id}/parts.json?limit=many", 400),
    ],
)
def test_bad_addresses_are_answered_in_words(served: Served, finished: str, path: str, status: int) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        served.ask(path.format(id=finished))
    assert refused.value.code == status
    assert json.loads(refused.value.read())


def test_a_wrong_specification_names_the_field(served: Served) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        served.ask("/batches", BODY | {"times": {"interval": "2020", "step": "sometimes"}})
    assert refused.value.code == 400
    assert "times.step" in refused.value.read().decode()


def test_nobody_begins_a_batch_without_a_token(served: Served) -> None:
    answer = httpx.post(f"{served.address}/batches", json=BODY)
    assert answer.status_code in (401, 403)


def test_what_is_secret_is_masked_wherever_a_batch_is_shown(served: Served) -> None:
    told, vary = "told-to-nobody-1", ["told-to-nobody-2", "told-to-nobody-3"]
    body = {"notebook": "secretive", "parameters": {"api_token": told}, "vary": {"password": vary, "year": [2001]}}
    planned = served.ask("/batches/plan", body)
    started = served.ask("/batches", body)
    id = started["batch"]["id"]
    said = [planned, started, served.ask(f"/batches/{id}/parts.json"), served.ask("/batches.json")]
    said += [served.page(f"/batches/{id}"), served.ask(f"/batches/{id}.json")]
    file = served.home.parent / "secretive.json"
    file.write_text(json.dumps(body))
    for words in (["show", id], ["show", id, "--json"], ["list", "--json"], ["plan", str(file)],
                  ["plan", str(file), "--json"]):  # fmt: skip
        done = command(served.home, "batches", *words)
        assert done.stdout, done.stderr
        said.append(done.stdout)
    form = {"notebook": "secretive", "p.api_token": told, "p.password": "; ".join(vary)}
    headers = {"Authorization": f"Bearer {served.token}"}
    page = httpx.post(f"{served.address}/batches/new", data=form, headers=headers, timeout=60).text
    assert "2 parts" in page and "•••••" in page
    assert re.search(r'<input id="p.api_token"[^>]* type="password"', page)
    assert served.ask(f"/batches/{id}.json")["batch"]["specification"]["body"]["vary"]["year"] == [2001]
    assert not [each for each in said if "told-to-nobody" in str(each)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        try:
            import shutil

            opened = started.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        except playwright.Error as error:
            cannot(f"Chromium cannot be started: {error}")
        yield opened
        opened.close()


def test_the_form_works_without_scripts_from_plan_to_end(served: Served, browser: Any) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{served.address}/batches/new?notebook=greenness")
    for name, value in FORM.items():
        if name == "where":
            page.select_option("#where", value)
        elif name != "notebook":
            page.fill(f'[name="{name}"]', value)
    page.click("text=Plan")
    assert "16 parts" in page.inner_text("main")
    assert page.locator(".partmap path.waiting").count() == 4
    page.click("text=Start 16 parts")
    assert "/batches/" in page.url
    assert "Parts" in page.inner_text("main")
    page.goto(f"{served.address}/batches/new?notebook=greenness")
    page.fill("#interval", "yesterday")
    page.fill("#step", "P1M")
    page.click("text=Plan")
    assert "times.interval" in page.inner_text("[role=alert]")


def test_a_batch_page_follows_the_batch_until_its_end(served: Served, browser: Any) -> None:
    body = {"notebook": "greenness", "vary": {"year": list(range(1990, 1996))}}
    id = served.ask("/batches", body)["batch"]["id"]
    page = browser.new_page()
    page.goto(f"{served.address}/batches/{id}")
    page.wait_for_selector("text=Every part is final: 6 done.", timeout=120_000)
    assert page.locator(".state.big").inner_text() == "Finished"


def test_a_batch_page_is_readable_by_everyone_and_fits_a_phone(served: Served, finished: str, browser: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for width, path in (
        (1280, f"/batches/{finished}"),
        (390, f"/batches/{finished}"),
        (390, "/batches/new?notebook=greenness"),
        (390, "/batches"),
    ):
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.goto(served.address + path)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), (width, path)
        found = axe.run(page).response["violations"]
        assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found] == []
        page.close()


def test_boxes_are_typed_without_scripts_and_become_areas(served: Served, browser: Any) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{served.address}/batches/new?notebook=greenness")
    assert not page.locator("rp-boxes").is_visible()
    page.select_option("#where", "boxes")
    assert not page.locator("#bbox").is_visible()
    for side, value in {"west": "5", "south": "45", "east": "7.5", "north": "47"}.items():
        page.fill(f"#box1\\.{side}", value)
    page.click("button:text-is('Plan')")
    assert "1 part" in page.inner_text("main")
    assert "[5.0, 45.0, 7.5, 47.0]" in page.inner_text("main")
    page.fill("#box2\\.west", "9")  # one more row is there for one more box
    page.click("button:text-is('Plan')")
    assert "box2.south: “” is no number from -90 to 90" in page.inner_text("[role=alert]")
    for side, value in {"south": "50", "east": "8", "north": "51"}.items():
        page.fill(f"#box2\\.{side}", value)
    page.click("button:text-is('Plan')")
    assert "west 9 must be less than east 8" in page.inner_text("[role=alert]")


def numbers(page: Any) -> list[str]:
    """What stands in the rows of number fields."""
    found = page.evaluate("[...document.querySelectorAll('.boxrow')].map(r => [...r.querySelectorAll('input')]"
                          ".map(i => i.value).join(' ').trim())")  # fmt: skip
    return [str(each) for each in found]


@pytest.mark.parametrize("width", [1280, 390])
def test_boxes_are_drawn_moved_and_removed_on_the_map(served: Served, browser: Any, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{served.address}/batches/new?notebook=greenness")
    page.select_option("#where", "boxes")
    svg = page.locator("rp-boxes svg")
    svg.scroll_into_view_if_needed()
    page.wait_for_function("Boolean(customElements.get('rp-boxes'))")
    frame = svg.bounding_box()

    def drag(*places: tuple[float, float]) -> None:
        (first, *others) = [(frame["x"] + x * frame["width"], frame["y"] + y * frame["height"]) for x, y in places]
        page.mouse.move(*first)
        page.mouse.down()
        for place in others:
            page.mouse.move(*place, steps=4)
        page.mouse.up()

    drag((0.5, 0.2), (0.6, 0.3))
    west, south, east, north = map(float, numbers(page)[0].split())
    assert (round(west), round(east)) == (0, 36)
    assert abs(south - 36) <= 1 and abs(north - 54) <= 1
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    moved = list(map(float, numbers(page)[0].split()))
    assert moved == [west + 1, south, east + 1, north + 1]
    drag((0.56, 0.25), (0.66, 0.25))  # inside of the box: it moves
    assert abs(float(numbers(page)[0].split()[0]) - 37) <= 1
    drag((0.1, 0.6), (0.2, 0.7))
    assert len([row for row in numbers(page) if row]) == 2
    page.keyboard.press("Delete")
    assert len([row for row in numbers(page) if row]) == 1
    page.click("text=Add a box")
    assert page.inner_text("rp-boxes [role=status]") == "2 boxes."
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    assert [each["id"] for each in axe.run(page).response["violations"]] == []
    page.select_option("#where", "tiles")
    page.fill("#bbox", "5, 45, 15, 55")
    page.fill("#size", "2.5 2")
    assert page.inner_text("rp-boxes [role=status]") == "4 × 5 = 20 tiles."
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
    assert [url for url in asked if not url.startswith((served.address, "data:"))] == []
    page.close()
