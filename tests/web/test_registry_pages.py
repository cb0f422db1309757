"""The registry's pages: what a person finds, chooses, reads and copies, on a real house with files of every kind."""

import html
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
import sqlalchemy as sa
from real_house import Site
from registry_house import EVIL, body, registry_site
from test_pages_in_a_browser import opened, soon, violations
from tests.houses import notebook

from repeatpass.access import SYSTEM
from repeatpass.runs.records import State

ATOM = "{http://www.w3.org/2005/Atom}"
LINK = re.compile(r'(?:href|src|action)="([^"]+)"')
ANYWHERE = "Python, anywhere"
OPENED = {  # collection: what the lines make of it
    "ostia-sst-monthly": "Dataset",
    "co2-mauna-loa-weekly": "DataFrame",
    "landsat7-raleigh": "DataArray",
    "linke-turbidity": "Dataset",
    "levels": "DataFrame",
    "stations": "GeoDataFrame",
}
READ = re.compile(r"FROM (collections|assets|items|item_index|notebooks|revisions|runs|run_inputs)\b")
RUNNING = """
import json, rasterio
found = {{}}
for id, text in {lines!r}.items():
    known = {{}}
    exec(compile(text, id, "exec"), known)
    assert len(known["data"])
    found[id] = type(known["data"]).__name__
    if id == "landsat7-raleigh":
        address = "/vsicurl/" + known["href"]
        print("BANDS", rasterio.open(address).count, address)
print(json.dumps(found))
"""
PAGES = ["/collections", "/collections?q=sea&tag=ocean&from=2006&sort=title", "/registry/tags", "/registry/tags/el%20nino",
         "/registry/providers", "/registry/examples", "/registry/examples/ocean", "/registry/changes",
         "/collections/ostia-sst-monthly", "/collections/tracks", "/collections/odd", "/collections/stations",
         "/collections/sentinel2-sample"]  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with registry_site(tmp_path_factory.mktemp("registry") / "home") as made:
        yield made


@pytest.fixture(scope="module")
def visitor(place: Site) -> Iterator[httpx.Client]:
    """The owner, at the machine itself."""
    with place.visitor() as client:
        client.get("/")
        yield client


def shown(client: httpx.Client, path: str) -> str:
    """The text of a page."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def found(client: httpx.Client, **asked: Any) -> list[str]:
    """The collections that a search lists, by its twin."""
    return [row["id"] for row in client.get("/collections.json", params=asked).json()["rows"]]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers_and_has_a_twin_that_says_the_same(visitor: httpx.Client, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 200
    twin = html.unescape(re.search(r'<link rel="alternate" type="application/json" href="([^"]+)"', answer.text)[1])  # type: ignore[index]
    by_end = visitor.get(twin)
    by_accept = visitor.get(path, headers={"accept": "application/json"})
    assert by_end.headers["content-type"] == "application/json"
    assert by_end.json() == by_accept.json()
    assert by_end.json()["title"] in html.unescape(answer.text)


@pytest.mark.slow
def test_no_link_of_the_registry_is_broken(visitor: httpx.Client) -> None:
    links = {html.unescape(link).split("#")[0] for path in PAGES for link in LINK.findall(visitor.get(path).text)}
    here = sorted(link for link in links if link.startswith("/") and not link.startswith(("/files/", "/static/")))
    answers = {link: visitor.get(link).status_code for link in here}
    gone = {"/collections/lost/preview.png?v=1"}  # a collection whose file was lost
    assert {link for link, status in answers.items() if status >= 400} <= gone
    assert len(links) > 100


def test_nothing_of_a_document_is_taken_as_markup_or_as_script(visitor: httpx.Client) -> None:
    for path in ("/collections", "/collections/odd", "/collections/tracks", "/registry/tags", "/registry/providers"):
        page = visitor.get(path).text
        assert EVIL not in page
        assert "javascript:" not in page


def test_the_list_says_how_many_match_and_that_it_is_a_part(visitor: httpx.Client) -> None:
    assert "11 matching collections" in shown(visitor, "/collections")
    assert "1 matching collection of 11: a part of the registry." in shown(visitor, "/collections?q=turbidity")
    assert "No collection matches." in shown(visitor, "/collections?q=qwertz")


def test_words_that_are_misspelt_are_offered_as_collections_spell_them(visitor: httpx.Client) -> None:
    path = "/collections?q=turbiditty&sort=title"
    assert "No collection matches. Did you mean turbidity ?" in shown(visitor, path)
    meant = visitor.get(path, headers={"accept": "application/json"}).json()["meant"]
    assert meant == {"text": "turbidity", "href": "/collections?q=turbidity&sort=title"}
    assert "1 matching collection of 11" in shown(visitor, meant["href"])
    assert visitor.get("/collections.json?q=turbidity").json()["meant"] is None
    assert visitor.get("/collections.json?q=qwertz").json()["meant"] is None


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({"q": "tags:el niño"}, ["ostia-sst-monthly"]),
        ({"q": "tags:el niño,solar energy"}, ["linke-turbidity", "ostia-sst-monthly"]),
        ({"search": "managedBy:met office"}, ["ostia-sst-monthly"]),
        ({"kind": "Features"}, ["stations"]),
        ({"bbox": "175,-15,-175,-12", "q": '-sample -"made up"'}, ["linke-turbidity", "odd"]),
        ({"from": "2009", "to": "2009", "tag": "ocean"}, ["ostia-sst-monthly"]),
    ],
)
def test_the_original_searches_and_the_facets_find(
    visitor: httpx.Client, asked: dict[str, str], ids: list[str]
) -> None:
    assert sorted(found(visitor, **asked)) == ids


def test_a_choice_can_be_taken_back(visitor: httpx.Client) -> None:
    twin = visitor.get("/collections.json", params={"q": "sea", "tag": "ocean", "kind": "Cubes"}).json()
    assert [each["text"] for each in twin["chosen"]] == ["ocean", "Cubes"]
    without = visitor.get(twin["chosen"][1]["href"].replace("/collections?", "/collections.json?")).json()
    assert [each["text"] for each in without["chosen"]] == ["ocean"]
    selected = [value for facet in twin["facets"] for value in facet["values"] if value["selected"]]
    assert {each["text"] for each in selected} == {"ocean", "Cubes"}
    assert all("q=sea" in each["href"] for each in selected)


@pytest.mark.parametrize("query", ["page=0", "page=one", "sort=best", "bbox=1,2,3", "bbox=0,0,nan,1", "from=soon", "to=x",
                                   "datetime=1/2/3", "from=2010&to=2000"])  # fmt: skip
def test_a_wrong_parameter_is_refused_by_name(visitor: httpx.Client, query: str) -> None:
    answer = visitor.get(f"/collections?{query}", headers={"accept": "application/json"})
    assert answer.status_code == 400
    assert query.split("=")[0] in answer.text


@pytest.mark.parametrize("path", ["/collections/none", "/collections/none.json", "/collections/none/feed.atom",
                                  "/registry/tags/none", "/registry/examples/none", "/collections/mine-alone",
                                  "/collections/mine-alone/feed.atom", "/collections/mine-alone.json"])  # fmt: skip
def test_what_is_not_there_or_not_to_be_seen_is_not_found(place: Site, path: str) -> None:
    assert httpx.get(f"{place.address}{path}", headers={"accept": "application/json"}).status_code == 404


def test_a_private_collection_is_counted_for_its_owner_alone(place: Site, visitor: httpx.Client) -> None:
    assert "mine-alone" in found(visitor)
    assert "Only its owner sees this collection." in shown(visitor, "/collections/mine-alone")
    stranger = httpx.get(f"{place.address}/collections.json").json()
    assert "mine-alone" not in json.dumps(stranger)
    assert "mine-alone" not in httpx.get(f"{place.address}/feeds/collections.atom").text
    assert "mine-alone" not in httpx.get(f"{place.address}/registry/changes.json").text


def test_a_page_says_what_the_files_hold(visitor: httpx.Client) -> None:
    def names(id: str) -> list[str]:
        return [row[0]["text"] for row in visitor.get(f"/collections/{id}.json").json()["variables"]["rows"]]

    assert names("landsat7-raleigh") == ["B1", "B2", "B3", "B4", "B5", "B7"]
    assert names("ostia-sst-monthly") == ["surface_temperature"]
    assert names("co2-mauna-loa-weekly") == ["time", "co2"]
    assert names("sentinel2-sample") == ["B02", "B03", "B04", "B08"]


def test_a_licence_is_said_in_plain_words_with_its_own_text(visitor: httpx.Client) -> None:
    page = shown(visitor, "/collections/ostia-sst-monthly")
    assert "Any use, naming the makers" in page
    assert "UK Open Government Licence" in page
    assert "Nobody said what is allowed." in shown(visitor, "/collections/odd")


def test_what_states_no_place_says_so_and_is_not_drawn_as_the_world(visitor: httpx.Client) -> None:
    twin = {row["id"]: row for row in visitor.get("/collections.json").json()["rows"]}
    assert twin["sentinel2-sample"]["where"] == "No place stated"
    assert twin["sentinel2-sample"]["box"] is None
    assert twin["odd"]["box"] == [170, -20, -170, -10]
    page = visitor.get("/collections/sentinel2-sample").text
    assert "<rp-map>" not in page and 'class="collection-picture"' in page
    assert "<rp-map>" in visitor.get("/collections/ostia-sst-monthly").text


def test_a_lost_file_does_not_take_the_page_with_it(visitor: httpx.Client) -> None:
    assert "About lost." in shown(visitor, "/collections/lost")
    assert visitor.get("/collections/lost/preview.png").status_code == 404


def test_a_collection_of_many_items_shows_the_newest_and_when_they_are(visitor: httpx.Client) -> None:
    page = visitor.get("/collections/tracks").text
    assert "The newest 50 of 120 items" in page
    assert len(re.findall(r'<i style="left:[^"]*height:', page)) == 20, "a bar for each year that has items"
    assert "https://data.example/" in page


def test_notebooks_that_open_a_collection_are_found_and_others_are_linked(visitor: httpx.Client) -> None:
    def hrefs(id: str) -> list[str]:
        return [each["href"] for each in visitor.get(f"/collections/{id}.json").json()["examples"]]

    assert hrefs("ostia-sst-monthly") == ["/notebooks/nino34", "/notebooks/sst-map"]
    assert hrefs("levels") == ["/notebooks/reads-levels"]
    linked = visitor.get("/collections/tracks.json").json()["examples"]
    assert [(each["href"], each["kind"], each["by"]) for each in linked] == [
        ("https://paper.example/1", "Publication", "A. Author")
    ]
    by_tag = shown(visitor, "/registry/examples/el%20ni%C3%B1o")
    assert "Niño 3.4: El Niño and La Niña" in by_tag
    assert "Linke turbidity" not in by_tag
    assert found(visitor)[0] == "ostia-sst-monthly", "the most used comes first"


@pytest.mark.slow
def test_the_lines_for_python_open_the_data_from_anywhere(visitor: httpx.Client, tmp_path: Path) -> None:
    """In a process of its own: GDAL asks the server while it holds Python."""
    snippets = {id: _snippets(visitor, id) for id in OPENED}
    for id, known in snippets.items():  # QGIS and R, as most have them, read no Parquet
        foreign = [] if id == "co2-mauna-loa-weekly" else ["QGIS", "R"]
        assert list(known) == ["Python, in a notebook here", ANYWHERE, *foreign, "Terminal"]
    lines = {id: known[ANYWHERE] for id, known in snippets.items()}
    (tmp_path / "run.py").write_text(RUNNING.format(lines=lines))
    done = subprocess.run(
        [sys.executable, "run.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == OPENED
    raster = snippets["landsat7-raleigh"]
    address = re.search(r"gdalinfo (\S+)", raster["Terminal"])
    assert address is not None
    assert f"BANDS 6 {address[1]}" in done.stdout, "what QGIS, R and gdalinfo are given opens"
    assert address[1].removeprefix("/vsicurl/") in raster["QGIS"]


def _snippets(client: httpx.Client, id: str) -> dict[str, str]:
    return {each["name"]: each["text"] for each in client.get(f"/collections/{id}.json").json()["snippets"]}


@pytest.mark.slow
def test_the_lines_for_a_notebook_here_run_in_a_run(place: Site, visitor: httpx.Client) -> None:
    names = ["ostia-sst-monthly", "co2-mauna-loa-weekly", "landsat7-raleigh", "linke-turbidity", "levels"]
    cells = [visitor.get(f"/collections/{id}.json").json()["snippets"][0]["text"] for id in names]
    place.house.shelf.add(place.house.owner, "reads-all", notebook(*cells))
    run = place.house.submitting.submit(place.house.owner, "reads-all", {})
    ended = place.house.runs.wait(run.id, 90)
    assert ended.state is State.SUCCEEDED, ended.message
    assert {each.collection for each in place.house.runs.provenance(run.id).inputs} == set(names)
    assert "reads-all" in place.house.usage.of("linke-turbidity")


def test_every_address_of_a_service_answers(visitor: httpx.Client) -> None:
    for id in ("ostia-sst-monthly", "landsat7-raleigh"):
        facts = {each["label"]: each["copy"] for each in visitor.get(f"/collections/{id}.json").json()["services"]}
        assert {"WMS", "WMTS", "XYZ", "TileJSON", "OGC API", "STAC"} <= set(facts)
        for address in facts.values():
            answer = httpx.get(address.replace("{z}/{x}/{y}", "0/0/0"), timeout=60)
            assert answer.status_code in (200, 204), address
    tracks = {each["label"]: each for each in visitor.get("/collections/tracks.json").json()["services"]}
    assert tracks["WMTS"]["copy"] == "https://maps.example/wmts"


def test_the_feeds_are_atom_with_lasting_ids_and_are_not_sent_again(place: Site, visitor: httpx.Client) -> None:
    place.house.editing.patch_collection(SYSTEM, "tracks", {"description": "New words."})
    for path in ("/feeds/collections.atom", "/collections/tracks/feed.atom"):
        answer = visitor.get(path)
        assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
        root = ElementTree.fromstring(answer.content)
        assert all(root.find(f"{ATOM}{name}") is not None for name in ("id", "title", "updated", "author"))
        entries = root.findall(f"{ATOM}entry")
        ids = [each.findtext(f"{ATOM}id") for each in entries]
        assert len(set(ids)) == len(ids) >= 2
        assert entries[0].findtext(f"{ATOM}title") == "Tracks: What it says of itself, or its items, changed"
        assert entries[0].findtext(f"{ATOM}content") == "changed: description"
        assert root.find(f"{ATOM}link[@rel='self']").get("href") == f"{place.address}{path}"  # type: ignore[union-attr]
        assert visitor.get(path, headers={"if-none-match": answer.headers["etag"]}).status_code == 304


def test_the_changelog_lists_versions_and_edits(visitor: httpx.Client) -> None:
    rows = visitor.get("/collections/tracks.json").json()["changes"]
    assert rows[-1]["sentence"] == "Registered, version 1"
    assert "Carbon dioxide at Mauna Loa" in shown(visitor, "/registry/changes")


def test_the_number_of_questions_to_the_database_does_not_grow_with_the_collections(
    place: Site, visitor: httpx.Client
) -> None:
    def questions(path: str) -> int:
        asked: list[str] = []
        visitor.get(path)
        listener = lambda *given: asked.append(given[2])  # noqa: E731
        sa.event.listen(place.house.database.engine, "before_cursor_execute", listener)
        try:
            assert visitor.get(path).status_code == 200
        finally:
            sa.event.remove(place.house.database.engine, "before_cursor_execute", listener)
        return len([each for each in asked if READ.search(each)])

    paths = ("/collections", "/stac/collections?f=json", "/registry/examples", "/notebooks", "/stac", "/stac?f=json")
    before = {path: questions(path) for path in paths}
    for number in range(40):
        place.house.catalog.register(SYSTEM, body(f"more-{number}"), [], [])
        place.house.shelf.add(
            place.house.owner, f"more-{number}", notebook(f'import repeatpass\nrepeatpass.open("more-{number}")')
        )
    while place.house.events.waiting():  # listeners ask, too
        time.sleep(0.1)
    after = {path: questions(path) for path in paths}
    assert all(after[path] <= before[path] + 6 for path in paths), (before, after)
    assert "31 to 51 of 51" in shown(visitor, "/collections?page=2")


def test_the_list_follows_what_is_typed_and_the_address_with_it(place: Site, browser: Any, built: None) -> None:
    page, wrong = opened(browser, f"{place.address}/collections", viewport={"width": 1280, "height": 900})
    page.get_by_label("Search collections").press_sequentially("turbid", delay=30)
    soon(lambda: page.locator("#results [role=status]").inner_text().startswith("1 matching collection"))
    assert page.url.endswith("/collections?q=turbid")
    assert page.locator("#results h3").all_inner_texts() == ["Linke turbidity of the air, by month of the year"]
    assert page.evaluate("document.activeElement.id") == "q", "who types goes on typing"
    page.get_by_text("Place and time").click()
    page.get_by_label("From", exact=True).fill("soon")
    soon(lambda: "2006-04" in page.locator("[data-refused]").inner_text())
    assert page.locator("#results h3").count() == 1, "what was found stays"
    page.get_by_label("From", exact=True).fill("")
    page.get_by_label("Search collections").fill("")
    soon(lambda: page.locator("#results h3").count() > 3)
    assert page.locator("[data-refused]").is_hidden()
    assert page.url.endswith("/collections")
    assert [each for each in wrong if "400" not in each] == []
    page.context.close()


def test_without_scripts_the_form_is_sent_and_a_facet_is_a_link(place: Site, browser: Any) -> None:
    page, wrong = opened(browser, f"{place.address}/collections", java_script_enabled=False)
    page.get_by_label("Search collections").fill("tags:solar energy")
    page.get_by_role("button", name="Search").click()
    assert page.locator("#results h3").all_inner_texts() == ["Linke turbidity of the air, by month of the year"]
    page.goto(f"{place.address}/collections")
    page.get_by_role("link", name=re.compile(r"^Features")).click()
    assert page.locator("#results h3").all_inner_texts() == ["Stations"]
    assert [each for each in wrong if "404" not in each] == [], "but for the picture of the file that was lost"
    page.context.close()


@pytest.mark.slow
def test_on_a_phone_the_collections_come_before_what_narrows_them(place: Site, browser: Any) -> None:
    page, wrong = opened(browser, f"{place.address}/collections", viewport={"width": 390, "height": 844})
    assert page.locator("#results h3").first.bounding_box()["y"] < 1000
    page.get_by_text("Narrow the list").click()
    assert page.get_by_role("link", name=re.compile(r"^Features")).is_visible()
    assert wrong == []
    page.context.close()


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/collections?tag=ocean", "/collections/ostia-sst-monthly", "/collections/tracks",
                                  "/registry/tags", "/registry/providers", "/registry/examples",
                                  "/registry/changes"])  # fmt: skip
def test_a_page_of_the_registry_meets_wcag_and_fits_a_phone(place: Site, browser: Any, built: None, path: str) -> None:
    page, wrong = opened(browser, place.address + path, color_scheme="light", viewport={"width": 1280, "height": 900})
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert wrong == []
    page.context.close()
