"""The map browser in Chromium: by mouse, by keys, on a phone, without scripts; what is set is in the address."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from browser_house import fill, serving
from test_pages_in_a_browser import opened, soon, violations

pytestmark = [pytest.mark.timeout(180), pytest.mark.slow]
WIDE = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PIXELS = """() => [...document.querySelectorAll('.pane canvas')].map((canvas) => {
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data, width, height } = copy.getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Set();
  for (let at = 0; at < data.length; at += 4 * 97)
    if (data[at + 3]) colours.add(data[at] * 65536 + data[at + 1] * 256 + data[at + 2]);
  return { width, height, colours: colours.size };
})"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, built: None) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("map"), fill) as address:
        yield address


def drawn(page: Any, least: int = 12) -> bool:
    """Whether every map shows more colours than its base has."""
    found = page.evaluate(PIXELS)
    return bool(found) and all(each["colours"] >= least for each in found)


def query(page: Any) -> httpx.QueryParams:
    """The address as the page has it now; `page.url` is only told of changes while something else is asked."""
    return httpx.URL(page.evaluate("location.href")).params


def ready(browser: Any, url: str, **options: Any) -> tuple[Any, list[str]]:
    page, wrong = opened(browser, url, **options)
    soon(lambda: page.locator("rp-browser.alive").count() == 1)
    return page, wrong


def test_a_layer_is_chosen_from_the_list_and_the_way_back_leads_back(address: str, browser: Any) -> None:
    page, wrong = ready(browser, f"{address}/browser", **WIDE)
    page.locator("#find").fill("world")
    soon(lambda: page.locator("[data-add]").count() == 2)
    page.locator('[data-add="world:sst"]').click()
    soon(lambda: query(page).get("layer") == "world:sst" and drawn(page))
    soon(lambda: page.locator(".timebar output").inner_text() == "June 2002")
    page.go_back()
    soon(lambda: page.locator(".stack").count() == 0)
    assert "layer" not in query(page) and wrong == []
    page.context.close()


def test_paper_shows_the_map_its_time_and_its_legend(address: str, browser: Any) -> None:
    page, _ = ready(browser, f"{address}/browser?layer=world:sst", **WIDE)
    soon(lambda: drawn(page))
    page.emulate_media(media="print")
    for shown in (".pane canvas", "#legend", ".timebar output", ".stack .name"):
        assert page.locator(shown).first.is_visible(), shown
    for hidden in (".top", ".list", ".map-tools", ".timebar button", "#s-colormap", "#takehome"):
        assert not page.locator(hidden).first.is_visible(), hidden
    page.context.close()


def test_a_layer_that_would_be_a_speck_is_gone_to(address: str, browser: Any) -> None:
    page, wrong = ready(browser, f"{address}/browser", **WIDE)
    page.locator('[data-add="scene:data"]').click()
    soon(lambda: float(query(page).get("at", "0,0,0").split(",")[2]) > 8 and drawn(page))
    page.locator("#s-combination").select_option("Infrared, plants red")
    soon(lambda: query(page).get("bands") == "B08,B04,B03")
    assert wrong == []
    page.context.close()


def test_only_times_that_exist_can_be_chosen(address: str, browser: Any) -> None:
    page, wrong = ready(browser, f"{address}/browser?layer=world:sst&time=2001-11", **WIDE)
    assert page.locator(".timebar output").inner_text() == "November 2001"
    page.get_by_role("slider", name="Time").press("ArrowRight")
    soon(lambda: query(page).get("time") == "2001-12-01")
    page.get_by_role("button", name="Later").click()
    soon(lambda: query(page).get("time") == "2002-01-01")
    assert page.get_by_label("Month").locator("option").all_inner_texts() == [
        "January", "February", "March", "April", "May", "June"
    ]  # fmt: skip
    page.get_by_label("Year").select_option("2001")
    soon(lambda: page.locator(".timebar output").inner_text() == "January 2001")
    page.get_by_role("button", name="Latest").click()
    soon(lambda: query(page).get("time") == "2002-06-01")
    assert wrong == []
    page.context.close()


def test_a_formula_is_checked_while_it_is_typed_and_shown_once_it_is_right(address: str, browser: Any) -> None:
    page, wrong = ready(browser, f"{address}/browser?layer=scene:data", **WIDE)
    page.get_by_label("Formula", exact=True).first.check()
    field = page.locator("#s-expression")
    field.fill("(B08 - B0")
    soon(lambda: "cannot be read" in page.locator('[data-note="expression"]').inner_text())
    assert "expression" not in query(page)
    field.fill("(B08 - B04) / B99")
    soon(lambda: "uses B99" in page.locator('[data-note="expression"]').inner_text())
    field.fill("(B08 - B04) / (B08 + B04)")
    soon(lambda: query(page).get("expression") == "(B08 - B04) / (B08 + B04)" and drawn(page))
    page.get_by_label("Index", exact=True).first.check()
    page.locator("#s-index").select_option("NDWI")
    soon(lambda: query(page).get("index") == "NDWI" and "B03" in page.locator(".formula").inner_text())
    assert "expression" not in query(page)
    assert [each for each in wrong if "400" not in each] == []  # the refused formulas
    page.context.close()


def test_colours_range_and_opacity_are_set_and_the_range_is_taken_from_the_data(address: str, browser: Any) -> None:
    page, wrong = ready(browser, f"{address}/browser?layer=world:sst&time=2001-01", **WIDE)
    page.locator("#s-colormap").select_option("thermal")
    soon(lambda: query(page).get("colormap") == "thermal")
    page.locator("#s-from").select_option("Lowest to highest of the layer")
    soon(lambda: "rescale" in query(page))
    low, high = map(float, query(page)["rescale"].split(","))
    assert low == pytest.approx(271.2, abs=0.1) and high == pytest.approx(288.8, abs=0.1)
    page.locator("#s-opacity").fill("40")
    soon(lambda: query(page).get("opacity") == "40")
    soon(lambda: page.locator("#legend .scale span").first.inner_text().startswith("271"))
    assert wrong == []
    page.context.close()


def test_a_press_gives_the_values_and_the_series_there(address: str, browser: Any) -> None:
    page, wrong = ready(browser, f"{address}/browser?layer=world:sst&time=2001-03&at=20,30,3", **WIDE)
    box = page.locator(".pane .canvas").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    soon(lambda: "point" in query(page))
    soon(lambda: page.locator("#at .num").count() == 1)
    said = page.locator("#at .num").inner_text()
    assert said.endswith(" K") and float(said.split()[0]) == pytest.approx(285, abs=0.6)
    soon(lambda: page.locator("#series svg").count() == 1)
    assert page.locator("#series a", has_text="CSV").count() == 1
    assert wrong == []
    page.context.close()


def test_an_area_is_drawn_measured_kept_in_the_address_and_taken_home(address: str, browser: Any) -> None:
    page, wrong = ready(browser, f"{address}/browser?layer=world:sst&time=2001-03&at=20,30,3", **WIDE)
    page.get_by_role("button", name="Draw a box").click()
    box = page.locator(".pane .canvas").bounding_box()
    page.mouse.click(box["x"] + 250, box["y"] + 250)
    page.mouse.move(box["x"] + 400, box["y"] + 400)
    page.mouse.click(box["x"] + 450, box["y"] + 450)
    soon(lambda: "area" in query(page))
    soon(lambda: "Mean" in page.locator("#in").inner_text() and page.locator("#in svg").count() == 1)
    soon(lambda: page.locator("#series svg").count() == 1)
    soon(lambda: "area=" in (page.locator("#takehome a", has_text="GeoTIFF").get_attribute("href") or ""))
    href = page.locator("#takehome a", has_text="GeoTIFF").get_attribute("href")
    found = httpx.get(address + href)
    assert found.status_code == 200 and found.content[:2] in (b"II", b"MM")
    before = page.locator("#in dd").all_inner_texts()
    page.reload()
    soon(lambda: page.locator("#in dd").all_inner_texts() == before)
    page.get_by_role("button", name="Remove area and point").click()
    soon(lambda: "area" not in query(page) and page.locator("#in").is_hidden())
    assert wrong == []
    page.context.close()


def test_an_area_is_uploaded_or_typed(address: str, browser: Any) -> None:
    page, wrong = ready(browser, f"{address}/browser?layer=world:sst", **WIDE)
    ring = [[0, 10], [40, 10], [20, 60], [0, 10]]
    content = json.dumps({"type": "Polygon", "coordinates": [ring]}).encode()
    page.locator(".map-tools input[type=file]").set_input_files(
        {"name": "a.geojson", "mimeType": "", "buffer": content}
    )
    soon(lambda: query(page).get("area", "").startswith("POLYGON"))
    assert "a.geojson: 4 corners." in page.locator(".said").inner_text()
    page.locator(".map-tools input[type=file]").set_input_files({"name": "b.kml", "mimeType": "", "buffer": b"<kml"})
    soon(lambda: "cannot be read as KML" in page.locator(".said").inner_text())
    page.locator("summary", has_text="View").click()
    for side, value in (("west", "-20"), ("south", "-10"), ("east", "20"), ("north", "10")):
        page.locator(f"input[data-side={side}]").fill(value)
        page.locator(f"input[data-side={side}]").press("Tab")
    soon(lambda: query(page).get("area") == "-20,-10,20,10")
    assert [each for each in wrong if "400" not in each] == []
    page.context.close()


def test_two_dates_are_compared_by_swipe_and_side_by_side(address: str, browser: Any) -> None:
    page, wrong = ready(browser, f"{address}/browser?layer=world:sst&time=2001-03", **WIDE)
    page.locator("summary", has_text="View").click()
    page.locator("#compare").select_option("swipe")
    soon(lambda: query(page).get("side.2") == "right" and drawn(page))
    dates = [f"world: sea surface temperature, {month} 2001" for month in ("February", "March")]
    soon(lambda: page.locator(".chip").all_inner_texts() == dates)
    divider = page.get_by_label("Divider between")
    divider.focus()
    divider.press("ArrowRight")
    soon(lambda: query(page).get("split") == "51")
    if not page.locator("#compare").is_visible():
        page.locator("summary", has_text="View").click()
    page.locator("#compare").select_option("side")
    soon(lambda: page.locator(".pane").count() == 2 and drawn(page))
    if not page.locator("#compare").is_visible():
        page.locator("summary", has_text="View").click()
    page.locator("#compare").select_option("")
    soon(lambda: page.locator(".pane").count() == 1 and "side" not in query(page))
    assert wrong == []
    page.context.close()


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ("layer=arctic:data&view=EPSG:3413&point=45,85", "arctic"),
        ("layer=scene:data&view=EPSG:32632&point=9.1,47", "scene"),
        ("layer=world:sst&view=EPSG:3031&base=marble", "world"),
        ("layer=world:sst&view=EPSG:4326&base=relief", "world"),
    ],
)
def test_layers_are_drawn_in_polar_projections_and_in_utm(address: str, browser: Any, asked: str, place: str) -> None:
    page, wrong = ready(browser, f"{address}/browser?{asked}", **WIDE)
    soon(lambda: drawn(page, 8))
    lon, lat, _zoom = map(float, query(page)["at"].split(",")) if "at" in query(page) else (0, 0, 0)
    if place == "arctic":
        assert lat > 85
    if place == "scene":
        assert (lon, lat) == (pytest.approx(9.08, abs=0.05), pytest.approx(47.0, abs=0.05))
    assert wrong == []
    page.context.close()


def test_the_map_is_used_by_keys_alone(address: str, browser: Any) -> None:
    page, wrong = ready(browser, f"{address}/browser?layer=world:sst&at=20,30,3", **WIDE)
    page.locator(".pane .canvas").focus()
    page.keyboard.press("ArrowRight")
    soon(lambda: not query(page).get("at", "").startswith("20,"))
    page.keyboard.press("+")
    soon(lambda: query(page)["at"].split(",")[2] != "3")
    page.keyboard.press("Enter")
    soon(lambda: "point" in query(page))
    looked = query(page)["at"]
    page.locator('[data-act="hide"]').press("Enter")
    soon(lambda: query(page).get("hidden") == "1")
    assert query(page)["at"] == looked
    page.locator('[data-act="remove"]').press("Enter")
    soon(lambda: "layer" not in query(page))
    assert wrong == []
    page.context.close()


SEEN = [
    "",
    "layer=world:sst&area=0,10,40,40&point=20,30",
    "layer=scene:data&index=NDVI",
    "layer=world:sst&side=left&layer.2=world:ice&side.2=right&compare=swipe",
]


@pytest.mark.parametrize("asked", SEEN)
def test_the_browser_meets_wcag_wide_and_on_a_phone_light_and_dark(address: str, browser: Any, asked: str) -> None:
    page, wrong = ready(browser, f"{address}/browser?{asked}", color_scheme="light", **WIDE)
    page.wait_for_load_state("networkidle")
    assert violations(page) == []
    page.locator("summary", has_text="View").click()
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert wrong == []
    page.context.close()


def test_on_a_phone_a_tap_gives_the_values(address: str, browser: Any) -> None:
    page, wrong = ready(browser, f"{address}/browser?layer=world:sst&at=20,30,3", **PHONE)
    soon(lambda: drawn(page, 6))
    box = page.locator(".pane .canvas").bounding_box()
    assert box["height"] > 300
    page.touchscreen.tap(box["x"] + 150, box["y"] + 200)
    soon(lambda: page.locator("#at .num").count() == 1)
    assert page.locator("#at").is_visible()
    assert wrong == []
    page.context.close()


def test_without_scripts_a_view_is_read_changed_and_taken_home(address: str, browser: Any) -> None:
    page, wrong = opened(browser, f"{address}/browser?layer=world:sst&time=2001-03", java_script_enabled=False, **WIDE)
    assert page.locator(".flat svg image").count() == 1
    assert not page.locator(".map-tools").is_visible()
    page.locator("#s-time").select_option(label="May 2001")
    page.locator("#settings button").click()
    assert query(page)["time"] == "2001-05-01T00:00:00Z"
    page.get_by_role("link", name="Remove").first.click()
    assert "layer" not in query(page)
    page.locator("#find").fill("scene")
    page.get_by_role("button", name="Search").click()
    page.locator('[data-add="scene:data"]').click()
    assert query(page)["layer"] == "scene:data"
    assert page.get_by_role("link", name="Notebook of this view").is_visible()
    assert wrong == []
    page.context.close()
