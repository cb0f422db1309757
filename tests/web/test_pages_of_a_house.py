"""Every page of a real house: it answers, its links lead somewhere, its twin says the same."""

import csv
import html
import io
import re

import httpx
import pytest
from real_house import INDICATORS, Site

LINK = re.compile(r'(?:href|src|data-spec|action)="([^"]+)"')
FORM = re.compile(r'<form[^>]*method="post"[^>]*action="([^"]*)"')
PAGES = {
    "/": "The equatorial Pacific swung",
    "/indicators": "Search indicators",
    "/indicators/nino34": "Niño 3.4, central equatorial Pacific",
    "/indicators/nino34/values/nino34/2007-12-01": "Passport of a value",
    "/indicators/co2-growth": "Mauna Loa",
    "/notebooks": "Niño 3.4: El Niño and La Niña from satellite sea-surface temperature",
    "/notebooks/nino34": "Run it",
    "/collections": "OSTIA monthly",
    "/collections/ostia-sst-monthly": "Open it in a notebook",
    "/runs": "Update of El Niño and La Niña",
    "/trust": "values have been made again",
}


@pytest.mark.parametrize(("path", "headline"), PAGES.items())
def test_every_page_answers_with_its_headline(real: Site, path: str, headline: str) -> None:
    answer = real.visitor().get(path)
    assert answer.status_code == 200
    assert headline in html.unescape(re.sub(r"\s+", " ", answer.text))
    assert "default-src 'self'" in answer.headers["content-security-policy"]


QUERIES = re.compile(r"/(position|area|cube|radius)$")  # of OGC API – EDR: they need to be told where


def kind_of(path: str) -> str:
    """Return what pages that are alike share: facets can be combined without end."""
    head, asked, _ = path.partition("?")
    alike = r"(/values|/frames|/registry/tags|/registry/examples|/files|/tiles|/browser/bases)/.*"
    return re.sub(alike, r"\1", head) + asked


def test_no_link_of_any_page_is_broken(real: Site) -> None:
    client, todo = real.visitor(), [("/", "")]
    seen: dict[str, int] = {}
    kinds: dict[str, int] = {}
    broken, posted_to = [], set()
    while todo:
        path, source = todo.pop(0)
        kind = kind_of(path)
        if (
            QUERIES.search(path) or path in seen or kinds.get(kind, 0) >= 12
        ):  # passports and times are alike: twelve of each page are enough
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        answer = client.get(path)
        seen[path] = answer.status_code
        if answer.status_code >= 400 and not (answer.status_code == 405 and path in posted_to):
            broken.append(f"{path} ({answer.status_code}) on {source}")
        if answer.headers.get("content-type", "").startswith("text/html"):
            posted_to |= {html.unescape(each) for each in FORM.findall(answer.text)}  # asked for with POST alone
            links = {html.unescape(link).split("#")[0] for link in LINK.findall(answer.text)}
            todo += [(link, path) for link in sorted(links) if link.startswith("/") and not link.startswith("//")]
    assert not broken
    assert len(seen) > 60


def test_nothing_is_asked_of_another_host(real: Site) -> None:
    client = real.visitor()
    for path in PAGES:
        loaded = re.findall(
            r'<(?:script|img|link|iframe|image|use)\b[^>]*?(?:src|href)="([^"]+)"', client.get(path).text
        )
        assert [each for each in loaded if not each.startswith(("/", "data:", "#"))] == []


@pytest.mark.parametrize("id", INDICATORS)
def test_the_twin_of_an_indicator_says_what_its_page_says(real: Site, id: str) -> None:
    page = real.visitor().get(f"/indicators/{id}").text
    by_end = real.visitor().get(f"/indicators/{id}.json").json()
    by_accept = httpx.get(f"{real.address}/indicators/{id}", headers={"accept": "application/json"}).json()
    assert by_end == by_accept
    shown = re.search(r'<data value="([^"]+)">', page)
    assert shown
    assert float(shown[1]) == by_end["latest"]["value"]
    assert html.escape(" ".join(by_end["finding"].split()), quote=False)[:20] in html.unescape(page)
    assert by_end["latest"]["run"] in page


def test_the_passport_and_its_twin_name_the_same_run_and_inputs(real: Site) -> None:
    path = "/indicators/nino34/values/nino34/2007-12-01"
    page, twin = real.visitor().get(path).text, real.visitor().get(f"{path}.json").json()
    assert twin["run"]["id"] in page
    assert [each["checksum"] for each in twin["inputs"]]
    assert all(each["checksum"] in page for each in twin["inputs"])
    assert twin["output"]["checksum"] in page
    assert repr(twin["value"]["value"]) in page


@pytest.mark.parametrize("path", ["/home.json", "/indicators.json", "/notebooks.json", "/collections.json", "/runs.json",
                                  "/trust.json", "/notebooks/nino34.json", "/collections/ostia-sst-monthly.json"])  # fmt: skip
def test_every_list_has_a_twin(real: Site, path: str) -> None:
    answer = real.visitor().get(path)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()


def test_the_csv_holds_every_current_value(real: Site) -> None:
    answer = real.visitor().get("/indicators/nino34.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    current = real.house.indicators.current("nino34")
    assert [float(row["value"]) for row in rows] == [value.value for value in current]
    assert {row["run"] for row in rows} == {value.run for value in current}
    assert rows[0]["time"].endswith("Z")


def test_points_are_not_sent_again_while_nothing_changes(real: Site) -> None:
    first = real.visitor().get("/indicators/nino34/points")
    assert len(first.json()["points"]) == 52
    again = real.visitor().get("/indicators/nino34/points", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304


def test_the_permalink_brings_back_place_and_time(real: Site) -> None:
    page = html.unescape(real.visitor().get("/indicators/nino34?place=nino34&t=2007-12-01").text)
    assert 'value="-1.64' in page.partition('id="proof"')[2]
    assert "/indicators/nino34?place=nino34&t=2007-12-01" in page
    assert '<option value="2007-12-01" selected>December 2007' in page


def test_the_map_has_a_picture_for_every_time_and_no_other(real: Site) -> None:
    frame = real.visitor().get("/indicators/nino34/frames/2007-12-01.png")
    assert frame.content.startswith(b"\x89PNG")
    assert "immutable" in frame.headers["cache-control"]
    assert real.visitor().get("/indicators/nino34/frames/1999-01-01.png").status_code == 404
    assert real.visitor().get("/indicators/nino34/legend").json()["unit"] == "K"


@pytest.mark.parametrize("form", ["png", "svg"])
def test_the_chart_can_be_taken_home(real: Site, form: str) -> None:
    answer = real.visitor().get(f"/indicators/nino34.{form}")
    assert answer.status_code == 200
    assert answer.content[:4] in (b"\x89PNG", b"<svg")


def test_the_chart_is_drawn_on_the_server_with_its_periods_and_its_cursor(real: Site) -> None:
    first, later = (real.visitor().get(f"/indicators/nino34?t={time}").text for time in ("2006-05-01", "2010-08-01"))
    assert "La Niña 2007/08" in first
    cursor = re.compile(r'<line transform="translate\(([\d.]+),0\)"[^>]*stroke-width="1\.25"/>')
    positions = [float(found[1]) for page in (first, later) if (found := cursor.search(page))]
    assert len(positions) == 2
    assert positions[0] < 40
    assert positions[1] > 1000


def test_lists_are_narrowed_by_words_and_facets(real: Site) -> None:
    page = real.visitor().get("/indicators?q=carbon&theme=Climate").text
    assert "Growth of carbon dioxide" in page
    assert "El Niño and La Niña (Niño 3.4)" not in page
    assert "No indicator matches" in real.visitor().get("/indicators?q=penguins").text
