"""Collections of features in the map browser, in Chromium: drawn, coloured, filtered, pressed, measured, taken home."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import nbformat
import pytest
from browser_house import fill, fill_features, serving
from test_map_browser_in_chromium import PHONE, WIDE, drawn, query, ready
from test_pages_in_a_browser import opened, soon, violations

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.slow,
    # the library that writes vector tiles calls what shapely will drop; elsewhere the server is another process
    pytest.mark.filterwarnings("ignore:The 'shapely.ops.transform:DeprecationWarning"),
]
HAS = """(wanted) => [...document.querySelectorAll('.pane canvas')].some((canvas) => {
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
  for (let at = 0; at < data.length; at += 4)
    if (data[at + 3] > 200 && wanted.every((value, band) => Math.abs(data[at + band] - value) < 14)) return true;
  return false;
})"""
BLUE, ORANGE, YELLOW = [0, 114, 178], [213, 94, 0], [253, 231, 36]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, built: None) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("places"), fill, fill_features) as address:
        yield address


def has(page: Any, colour: list[int]) -> bool:
    """Whether a colour is on the map."""
    return bool(page.evaluate(HAS, colour))


def test_features_are_chosen_from_the_list_coloured_and_narrowed(address: str, browser: Any) -> None:
    page, wrong = ready(browser, f"{address}/browser", **WIDE)
    page.locator('[data-add="quakes:features"]').click()
    soon(lambda: query(page).get("layer") == "quakes:features" and has(page, BLUE))
    page.locator("#s-property").select_option("mag_class")
    soon(lambda: query(page).get("property") == "mag_class" and has(page, ORANGE))
    assert page.locator("#legend .key li").all_inner_texts()[0].split() == ["Light", "547"]
    field = page.locator("#s-filter")
    field.fill("mag >")
    soon(lambda: "not CQL2-Text" in page.locator('[data-note="filter"]').inner_text())
    assert "filter" not in query(page) and field.get_attribute("aria-invalid") == "true"
    field.fill("weight > 1")
    soon(lambda: "weight" in page.locator('[data-note="filter"]').inner_text())
    field.fill("mag_class = 'Light'")
    soon(lambda: query(page).get("filter") == "mag_class = 'Light'" and not has(page, ORANGE) and has(page, BLUE))
    soon(lambda: page.locator(".matching").inner_text() == "547 of 596 features")
    assert [each for each in wrong if "400" not in each] == []  # the refused filters
    page.context.close()


def test_a_number_is_coloured_and_its_range_is_taken_from_the_data(address: str, browser: Any) -> None:
    page, wrong = ready(browser, f"{address}/browser?layer=states:features&property=median_income", **WIDE)
    soon(lambda: drawn(page, 30))
    page.locator("#s-from").select_option("all layer")
    soon(lambda: query(page).get("rescale") == "33633,70630")
    page.locator("#s-colormap").select_option("magma")
    soon(lambda: query(page).get("colormap") == "magma")
    page.locator("#s-low").fill("40000")
    page.locator("#s-low").press("Tab")
    soon(lambda: query(page).get("rescale") == "40000,70630")
    page.locator("#s-opacity").fill("50")
    soon(lambda: query(page).get("opacity") == "50")
    assert wrong == []
    page.context.close()


def test_only_dates_that_exist_can_be_chosen_and_all_of_them(address: str, browser: Any) -> None:
    page, wrong = ready(browser, f"{address}/browser?layer=polar:features&property=ice", **WIDE)
    now = page.locator(".timebar output")
    assert now.inner_text() == "All dates"
    page.get_by_role("button", name="Earlier").click()
    soon(lambda: query(page).get("time") == "2021-09-15")
    soon(lambda: page.locator(".matching").inner_text() == "4 of 12 features")
    page.get_by_role("button", name="Earlier").click()
    soon(lambda: query(page).get("time") == "2020-09-15" and now.inner_text() == "September 2020")
    page.get_by_role("button", name="All dates").click()
    soon(lambda: "time" not in query(page) and now.inner_text() == "All dates")
    assert wrong == []
    page.context.close()


def test_a_press_or_the_keyboard_gives_the_properties_of_the_features_there(address: str, browser: Any) -> None:
    start = f"{address}/browser?layer=states:features&layer.2=quakes:features&at=-106,39,5"
    page, wrong = ready(browser, start, **WIDE)
    page.locator(".canvas").focus()
    page.keyboard.press("Enter")
    soon(lambda: page.locator("#at td.word").first.is_visible())
    text = page.locator("#at table").inner_text()
    assert "Colorado" in text and "median_income" in text and "Kansas" not in text
    assert "No feature here." in text  # of the quakes
    page.goto(f"{address}/browser?layer=quakes:features&point=126.6,1.0&at=125,0,4.8")
    soon(lambda: "Ternate" in page.locator("#at table").inner_text())
    assert "UTC" in page.locator("#at table").inner_text()
    assert wrong == []
    page.context.close()


def test_an_area_is_counted_and_measured_and_the_permalink_brings_all_of_it_back(address: str, browser: Any) -> None:
    view = "layer=quakes:features&property=depth&filter=mag+%3E+4.5&area=POLYGON((115+-5,130+-5,130+5,115+-5))"
    page, wrong = ready(browser, f"{address}/browser?{view}", **WIDE)
    soon(lambda: page.locator("#in .figure svg").count() == 1)
    polygon = "S_INTERSECTS(geometry, POLYGON((115 -5,130 -5,130 5,115 -5))) AND mag > 4.5"
    asked = {"filter": polygon, "property": "depth"}
    found = httpx.get(f"{address}/ogc/collections/quakes/statistics", params=asked, timeout=60).json()
    text = page.locator("#in").inner_text()
    assert f"{found['count']} features" in text and f"{found['mean']:.1f}" in text
    asked = {name: value for name, value in query(page).items() if name != "at"}
    assert asked == dict(httpx.QueryParams(view))
    with page.expect_download() as getting:
        page.get_by_role("link", name="CSV").click()
    lines = Path(getting.value.path()).read_text().splitlines()
    assert len(lines) == found["count"] + 1
    assert wrong == []
    page.context.close()


@pytest.mark.parametrize(
    ("asked", "colour"),
    [
        ("layer=polar:features&property=ice&view=EPSG:3413", YELLOW),
        ("layer=samples:features&property=label&view=EPSG:32617", ORANGE),
        ("layer=states:features&view=EPSG:4326&property=bea_region", ORANGE),
    ],
)
def test_features_are_drawn_in_polar_views_in_utm_and_in_degrees(
    address: str, browser: Any, asked: str, colour: list[int]
) -> None:
    page, wrong = ready(browser, f"{address}/browser?{asked}", **WIDE)
    soon(lambda: has(page, colour))
    page.get_by_role("button", name="Zoom out").click()
    soon(lambda: has(page, colour))
    assert wrong == []
    page.context.close()


def test_features_lie_over_cells_and_are_swiped(address: str, browser: Any) -> None:
    start = f"{address}/browser?layer=world:sst&layer.2=quakes:features&property.2=mag_class&on=2&at=122,1,4"
    page, wrong = ready(browser, start, **WIDE)
    soon(lambda: has(page, ORANGE))
    page.get_by_text("View", exact=True).click()
    page.get_by_label("Compare").select_option("swipe")
    soon(lambda: query(page).get("side.2") == "right" and page.locator(".chip.right").inner_text().startswith("quakes"))
    page.get_by_role("slider", name="Divider").fill("100")
    soon(lambda: not has(page, ORANGE))
    assert wrong == []
    page.context.close()


def test_a_link_with_a_wrong_formula_or_filter_is_mended_where_it_stands(address: str, browser: Any) -> None:
    page, wrong = ready(browser, f"{address}/browser?layer=scene:data&expression=(B08-B04)/B99", **WIDE)
    assert "uses B99" in page.locator('[data-note="expression"]').inner_text()
    page.locator("#s-expression").fill("(B08-B04)/B03")
    soon(lambda: query(page).get("expression") == "(B08-B04)/B03" and page.locator("#s-colormap").count() == 1)
    page.context.close()
    page, more = ready(browser, f"{address}/browser?layer=quakes:features&filter=depth+%3E", **WIDE)
    assert "not CQL2-Text" in page.locator('[data-note="filter"]').inner_text()
    assert not has(page, BLUE)
    page.locator("#s-filter").fill("depth > 10")
    soon(lambda: has(page, BLUE) and query(page).get("filter") == "depth > 10")
    assert wrong == more == []
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_forms_and_findings_of_features_meet_wcag(
    address: str, browser: Any, size: dict[str, Any], scheme: str
) -> None:
    view = "layer=quakes:features&property=mag_class&area=115,-5,130,5&point=126.6,1&time=2024-05-04"
    page, wrong = ready(browser, f"{address}/browser?{view}", **size, color_scheme=scheme)
    soon(lambda: "feature" in page.locator("#in .count-in").inner_text())
    assert violations(page) == [] and wrong == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.close()


def test_without_scripts_the_first_features_are_a_table(address: str, browser: Any) -> None:
    page, wrong = opened(browser, f"{address}/browser?layer=quakes", java_script_enabled=False, **WIDE)
    assert page.locator(".first-features tbody tr").count() == 12
    page.locator("#s-property").select_option("mag")
    page.locator("#s-filter").fill("mag > 6")
    page.get_by_role("button", name="Show").click()
    assert "property=mag" in page.url and page.locator(".first-features tbody tr").count() == 3
    assert page.locator("#legend .ramp").count() == 1 and wrong == []
    page.context.close()


def test_the_notebook_of_features_without_a_file_asks_the_platform(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPEATPASS_URL", address)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    view = "layer=samples:features&property=label&filter=b1+%3E+80"
    made = nbformat.reads(httpx.get(f"{address}/browser/notebook.ipynb?{view}", timeout=60).text, as_version=4)
    names: dict[str, Any] = {}
    for cell in made.cells:
        if cell.cell_type == "code":
            exec(cell.source, names)
    found = httpx.get(f"{address}/ogc/collections/samples/items?filter=b1%20%3E%2080&limit=1000", timeout=60).json()
    assert names["shown"]["id"].tolist() == [each["id"] for each in found["features"]] != []
    assert [each.name for each in tmp_path.iterdir()] == ["shown.parquet"]
