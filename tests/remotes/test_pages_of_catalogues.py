"""The pages of catalogues elsewhere and of adding to the registry, on a real application."""

import re
import sys
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient
from tests.remotes.catalogues import Folder, collection, item, write

from repeatpass.assembly import House, open_house
from repeatpass.demo.filling import Filling
from repeatpass.server import make_app
from repeatpass.settings import Settings

ENTRY = """Name: Alpine snow
Description: Daily **snow**.
Provider: "[Institute](https://snow.example.org)"
License: "[CC BY 4.0](https://creativecommons.org/licenses/by/4.0/)"
Tags: [open data, raster, systematic, sentinel hub]
GeographicalCoverage: 5, 44, 16, 48
TemporalAvailability: 2016-09-01 - ongoing
"""
PROGRAM = {"accept": "application/json"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    """A static catalogue, one of whose texts means no good."""
    root = tmp_path_factory.mktemp("elsewhere")
    ids = [f"i{number:02}" for number in range(25)]
    cells = {"cells": {"href": "./a.txt", "type": "text/plain", "roles": ["data"]}}
    documents = {f"scenes/{id}.json": item(id, 1 + number, float(number), **cells) for number, id in enumerate(ids)}
    bad = "Some *text* <script>alert(1)</script> [link](javascript:alert(1))"
    links = [{"rel": "child", "href": "./scenes/collection.json"}]
    root_catalog = {
        "type": "Catalog",
        "stac_version": "1.0.0",
        "id": "far",
        "title": "<b>Far</b>",
        "description": "-",
        "links": links,
    }
    write(
        root,
        {
            "catalog.json": root_catalog,
            "scenes/collection.json": collection("scenes", ids, description=bad),
            **documents,
        },
    )
    (root / "scenes" / "a.txt").write_text("content")
    made = Folder(root)
    yield made
    made.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An empty house that does not work by itself."""
    made = open_house(Settings(home=tmp_path_factory.mktemp("home"), environment=sys.prefix, demo=False))
    yield made
    made.close()


@pytest.fixture(scope="module")
def visitor(house: House) -> TestClient:
    """Somebody without a session."""
    return TestClient(make_app(house, Filling(done=True)), base_url="http://127.0.0.1:8765", follow_redirects=False)


@pytest.fixture(scope="module")
def owner(house: House, visitor: TestClient) -> TestClient:
    """The owner, by a token."""
    secret = house.access.issue_token(house.owner, house.owner.id, "tests").secret
    headers = {"authorization": f"Bearer {secret}", "accept": "text/html"}
    return TestClient(visitor.app, base_url="http://127.0.0.1:8765", follow_redirects=False, headers=headers)


@pytest.fixture(scope="module")
def mounted(owner: TestClient, folder: Folder) -> Folder:
    """The catalogue, mounted through the form."""
    answer = owner.post("/remotes", data={"id": "far", "url": folder.url, "every": "P1D"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/remotes/far")
    return folder


def test_a_catalogue_is_mounted_by_a_form_and_stands_in_the_list(visitor: TestClient, mounted: Folder) -> None:
    (found,) = visitor.get("/remotes", headers=PROGRAM).json()["remotes"]
    assert (found["id"], found["kind"], found["harvest"]) == ("far", "static", True)
    page = visitor.get("/remotes", headers={"accept": "text/html"}).text
    assert "&lt;b&gt;Far&lt;/b&gt;" in page
    assert "Mount a catalogue" not in page  # for editors only
    assert "Every day" in visitor.get("/remotes/far", headers={"accept": "text/html"}).text


def test_its_collections_and_items_are_shown_searched_and_paged(visitor: TestClient, mounted: Folder) -> None:
    page = visitor.get("/remotes/far?q=scenes", headers={"accept": "text/html"})
    assert (page.status_code, "The scenes" in page.text) == (200, True)
    assert "The scenes" not in visitor.get("/remotes/far?q=nothing", headers={"accept": "text/html"}).text
    page = visitor.get("/remotes/far/collections/scenes?from=2024-05-02", headers={"accept": "text/html"})
    assert "<em>text</em>" in page.text
    assert "<script>alert" not in page.text
    assert "javascript:" not in page.text
    assert "2 May 2024" in page.text
    more = re.search(r'rel="next" href="([^"]+)"', page.text)
    assert more
    again = visitor.get(more[1].replace("&amp;", "&"), headers={"accept": "text/html"}).text
    assert "25 May 2024" in again
    twin = visitor.get("/remotes/far/collections/scenes.json?bbox=2.5,0,3.5,1").json()
    assert [each["id"] for each in twin["features"]] == ["i02", "i03"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("bbox=1,2", 400),
        ("bbox=x", 400),
        ("from=soon", 400),
        ("limit=0", 400),
        ("limit=99999", 400),
        ("token=%00", 400),
    ],
)
def test_what_cannot_be_searched_is_said(visitor: TestClient, mounted: Folder, path: str, status: int) -> None:
    assert visitor.get(f"/remotes/far/collections/scenes?{path}", headers=PROGRAM).status_code == status
    if "%00" not in path:
        page = visitor.get(f"/remotes/far/collections/scenes?{path}", headers={"accept": "text/html"})
        assert 'role="alert"' in page.text


def test_unknown_catalogues_and_collections_are_not_found(visitor: TestClient, mounted: Folder) -> None:
    for path in ("/remotes/none", "/remotes/far/collections/none", "/remotes/far/collections/a%2Fb"):
        assert visitor.get(path, headers=PROGRAM).status_code == 404


def test_a_mount_that_cannot_be_is_refused_beside_the_form(
    owner: TestClient, visitor: TestClient, folder: Folder
) -> None:
    page = owner.post("/remotes", data={"id": "odd", "url": folder.url.replace("catalog", "none")})
    assert (page.status_code, "There is nothing at" in page.text, 'value="odd"' in page.text) == (400, True, True)
    for every in ("P7D", "P2M"):  # one of the choices, and one that a program may give
        page = owner.post("/remotes", data={"id": "odd", "url": folder.url.replace("catalog", "none"), "every": every})
        assert f'<option value="{every}" selected>' in page.text
    page = owner.post("/remotes", data={"id": "odd", "url": folder.url, "every": "often"})
    assert (page.status_code, "is not a duration" in page.text) == (400, True)
    assert owner.post("/remotes", data={"id": "odd", "url": "gopher://x"}).status_code == 400
    assert visitor.post("/remotes", data={"id": "odd", "url": folder.url}).status_code == 403


def test_files_are_brought_here_from_the_page_and_trouble_is_said(
    owner: TestClient, mounted: Folder, house: House
) -> None:
    answer = owner.post("/remotes/far/collections/scenes/fetch", data={"item": "i00"})
    assert answer.headers["location"] == "/collections/far.scenes"
    assert house.files.read(house.catalog.assets("far.scenes")[0].checksum) == b"content"
    mounted.down = True
    try:
        answer = owner.post("/remotes/far/collections/scenes/fetch", data={"item": "i01"})
        assert (answer.status_code, "503" in answer.text) == (400, True)
    finally:
        mounted.down = False


def test_a_catalogue_that_is_down_has_its_page_and_ours_go_on(owner: TestClient, mounted: Folder, house: House) -> None:
    assert "The scenes" in owner.get("/remotes/far").text
    mounted.down = True
    house.mounted.browsing.fresh_s = 0
    try:
        page = owner.get("/remotes/far")
        assert (page.status_code, "It does not answer now" in page.text) == (200, True)
        assert "The scenes" in page.text  # as it was read before
        assert owner.get("/collections").status_code == 200
        assert owner.get("/stac/collections", headers=PROGRAM).status_code == 200
    finally:
        mounted.down = False
        house.mounted.browsing.fresh_s = 300


def test_an_entry_is_filled_in_checked_and_added(owner: TestClient, house: House) -> None:
    filled = {"verb": "fill", "id": "snow-map", "Name": "Snow map", "Description": "Snow.", "Provider": "Institute",
              "LicenseType": "CC-BY-4.0", "Tags": "Open data, raster", "bbox": "5,44,16,48", "from": "2016-09"}  # fmt: skip
    page = owner.post("/registry/add", data=filled)
    assert (page.status_code, "It can be added" in page.text) == (200, True)
    text = re.search(r'name="text"[^>]*>(.*?)</textarea>', page.text, re.S)
    assert text
    assert "bbox" in text[1]
    answer = owner.post("/registry/add", data={"verb": "add", "id": "alpine-snow", "text": ENTRY})
    assert answer.headers["location"] == "/collections/alpine-snow"
    body = house.catalog.collection("alpine-snow").body
    assert body["extent"]["spatial"]["bbox"] == [[5.0, 44.0, 16.0, 48.0]]
    assert owner.get("/collections/alpine-snow").status_code == 200


def test_what_is_wrong_with_an_entry_stands_beside_it_with_its_line(owner: TestClient, visitor: TestClient) -> None:
    page = owner.post("/registry/add", data={"verb": "check", "text": "Name: x\nTags: [a"})
    assert (page.status_code, "It cannot be added yet" in page.text, "Line " in page.text) == (400, True, True)
    told = owner.post("/registry/add", data={"verb": "check", "text": ENTRY.replace("Name", "Nam")}, headers=PROGRAM)
    assert told.json()["remarks"][0]["level"] == "warning"  # Nam is taken as Name
    for text in ("{", "[]", '{"type": "Feature"}', '{"type": "Collection"}', "\x07", "{}" * 1000):
        assert owner.post("/registry/add", data={"verb": "add", "text": text}, headers=PROGRAM).status_code == 400
    assert visitor.post("/registry/add", data={"verb": "add", "text": ENTRY, "id": "x"}).status_code == 403


def test_what_cannot_be_added_is_not_offered_and_is_refused_with_the_same_reasons(
    owner: TestClient, house: House
) -> None:
    offered = 'value="add" class="primary"'
    wrong = ENTRY.replace("Description: Daily **snow**.\n", "").replace("5, 44, 16, 48", "somewhere & else")
    pages = [owner.post("/registry/add", data={"verb": verb, "id": "lost", "text": wrong}) for verb in ("check", "add")]
    assert [page.status_code for page in pages] == [400, 400] and offered not in pages[0].text + pages[1].text
    remarks = [re.findall(r'<ul class="rows remarks">.*?</ul>', page.text, re.S) for page in pages]
    assert remarks[0] == remarks[1] and "Line " in remarks[0][0]
    for page in pages:
        assert 'value="lost"' in page.text and "somewhere &amp; else" in page.text and "Check again" in page.text
    told = [
        owner.post("/registry/add", data={"verb": verb, "text": wrong}, headers=PROGRAM) for verb in ("check", "add")
    ]
    assert told[0].json() == told[1].json() and not told[0].json()["ok"]
    good = owner.post("/registry/add", data={"verb": "check", "id": "fresh-snow", "text": ENTRY})
    assert good.status_code == 200 and offered in good.text


def test_an_id_that_is_withdrawn_is_said_when_the_entry_is_checked(owner: TestClient, house: House) -> None:
    owner.post("/registry/add", data={"verb": "add", "id": "gone-snow", "text": ENTRY})
    house.sharing.withdraw(house.owner, "gone-snow", "Melted.")
    for verb in ("check", "add"):
        page = owner.post("/registry/add", data={"verb": verb, "id": "gone-snow", "text": ENTRY})
        assert (page.status_code, "its id stays taken" in page.text) == (400, True)
        assert 'value="add" class="primary"' not in page.text and "Alpine snow" in page.text


def test_a_stac_collection_is_pasted_and_added(owner: TestClient, house: House) -> None:
    import json

    body = collection("pasted", []) | {"assets": {"a": {"href": "https://a.example/a.tif"}, "b": {"href": "./b.tif"}}}
    answer = owner.post("/registry/add", data={"verb": "add", "text": json.dumps(body)})
    assert answer.headers["location"] == "/collections/pasted"
    assert list(house.catalog.collection("pasted").body["assets"]) == ["a"]


def test_the_schema_of_entries_is_served_to_editors(visitor: TestClient) -> None:
    assert visitor.get("/schemas/collection-entry.json").json()["title"].startswith("Entry")
