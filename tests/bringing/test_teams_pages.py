"""Sharing with teams over HTTP: an owner, a member, a stranger; who leaves sees nothing any more, on no face."""

import sys
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from rasterio.io import MemoryFile
from rasterio.transform import from_origin
from test_bringing_pages import settled
from tests.served import Served, small_home

from repeatpass.access import SYSTEM, Role
from repeatpass.assembly import open_house
from repeatpass.settings import Settings

pytestmark = pytest.mark.slow
PEOPLE = {"ann": Role.SCIENTIST, "ben": Role.SCIENTIST, "cy": Role.SCIENTIST}


def grid() -> bytes:
    """Return a small GeoTIFF in the Gulf of Guinea."""
    place = {"crs": "EPSG:4326", "transform": from_origin(1, 3, 0.1, 0.1)}
    with MemoryFile() as file:
        with file.open(driver="GTiff", height=20, width=20, count=1, dtype="uint8", **place) as dataset:
            dataset.write(np.full((1, 20, 20), 7, "uint8"))
        return bytes(file.read())


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, httpx.Client]]:
    """Three people with their tokens, at a server."""
    home = small_home(tmp_path_factory.mktemp("teams") / "home")
    house = open_house(Settings(home=home, environment=sys.prefix, demo=False))
    for id, role in PEOPLE.items():
        house.access.add_user(SYSTEM, id, id.title(), role)
    house.quotas.set(SYSTEM, "cy", {"kept_bytes": 1000})
    tokens = {id: house.access.issue_token(SYSTEM, id, "tests").secret for id in PEOPLE}
    house.close()
    server = Served(home).start()
    clients = {
        id: httpx.Client(
            base_url=server.address,
            timeout=60,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        )
        for id, token in tokens.items()
    }
    yield clients
    for client in clients.values():
        client.close()
    server.close()


@pytest.fixture(scope="module")
def guinea(people: dict[str, httpx.Client]) -> str:
    """The address of the data of a private collection of Ann's, and a team of hers that Ben is in."""
    said = {"title": "Gulf of Guinea", "licence": "CC0-1.0", "id": "guinea", "start": "2024-05-03"}
    made = people["ann"].post("/data", data=said, files={"files": ("guinea.tif", grid())})
    assert settled(people["ann"], made.json()["id"])["stage"] == "registered"
    assert people["ann"].post("/teams", json={"id": "coast", "name": "Coastal group"}).status_code == 201
    item = people["ann"].get("/stac/collections/guinea/items").json()["features"][0]
    return httpx.URL(item["assets"]["data"]["href"]).path


@pytest.fixture
def shared(people: dict[str, httpx.Client], guinea: str) -> str:
    """The same, with Ben in the team and the collection shared with it."""
    ann = people["ann"]
    assert ann.post("/teams/coast/put", json={"user": "ben"}).status_code == 200
    made = ann.post("/collections/guinea/share", json={"users": [], "teams": ["coast"]})
    assert (made.status_code, made.json()["visibility"]) == (200, "shared"), made.text
    return guinea


def addresses(data: str) -> list[str]:
    """Return what a member may open of it."""
    return [
        "/collections/guinea", "/collections/guinea.json", "/stac/collections/guinea", "/stac/collections/guinea/items",
        "/ogc/collections/guinea", "/ogc/collections/guinea/map", "/tiles/guinea:data",
        "/tiles/guinea:data/map?bbox=1,1,3,3&width=64&height=64", "/tiles/guinea:data/statistics", data,
        "/series/guinea:data?point=2,2", "/collections/guinea/preview.png",
    ]  # fmt: skip


def lists(client: httpx.Client) -> set[str]:
    """Return which lists and searches of somebody name it."""
    asked = ["/collections.json", "/collections.json?q=gulf", "/stac/collections", "/stac/search?bbox=0,0,4,4",
             "/ogc/collections", "/tiles", "/browser", "/data.json"]  # fmt: skip
    return {each for each in asked if "guinea" in client.get(each).text.lower()}


def test_members_see_what_is_shared_with_their_team_on_every_face_and_strangers_nothing(
    people: dict[str, httpx.Client], shared: str
) -> None:
    seen = {each: [people[who].get(each).status_code for who in ("ann", "ben", "cy")] for each in addresses(shared)}
    assert {each: found[:2] for each, found in seen.items()} == {key: [200, 200] for key in seen}, seen
    assert all(found[2] in (400, 404) for found in seen.values()), seen
    assert lists(people["ben"]) >= {"/collections.json", "/stac/search?bbox=0,0,4,4", "/ogc/collections", "/tiles"}
    assert lists(people["cy"]) == set()
    html = {"Accept": "text/html"}
    assert "Shared with you" in people["ben"].get("/data", headers=html).text


def test_who_leaves_a_team_loses_what_is_shared_with_it_and_who_is_taken_out_too(
    people: dict[str, httpx.Client], shared: str
) -> None:
    for leave in (lambda: people["ben"], lambda: people["ann"]):
        people["ann"].post("/teams/coast/put", json={"user": "ben"})
        assert people["ben"].get(shared).status_code == 200
        assert leave().post("/teams/coast/remove", json={"user": "ben"}).status_code == 200
        assert {people["ben"].get(each).status_code for each in addresses(shared)} <= {400, 404}
        assert lists(people["ben"]) == set()
        assert people["ben"].get("/teams/coast.json").status_code == 404


def test_members_change_nothing_of_what_is_shared_and_strangers_nothing_of_a_team(
    people: dict[str, httpx.Client], shared: str
) -> None:
    ben, cy = people["ben"], people["cy"]
    assert ben.post("/collections/guinea/share", json={"users": ["cy"]}).status_code == 403
    assert ben.post("/collections/guinea/withdraw", json={"reason": "x"}).status_code == 403
    assert ben.get("/collections/guinea/sharing").status_code == 403
    assert ben.post("/teams/coast/put", json={"user": "cy"}).status_code == 403
    for verb in ("put", "remove", "hand-over", "rename", "end"):
        assert cy.post(f"/teams/coast/{verb}", json={"user": "cy", "name": "Mine"}).status_code == 404, verb
    assert cy.get("/teams/coast").status_code == 404
    assert "coast" not in [each["id"] for each in cy.get("/teams.json").json()["teams"]]
    stranger = httpx.Client(base_url=cy.base_url, timeout=60)
    assert stranger.get("/teams.json").status_code == 403
    assert stranger.post("/teams", json={"id": "mine"}).status_code == 403
    stranger.close()


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        ("/collections/guinea/share", {"teams": ["nobody"]}, 400, "There is no team “nobody” that you are in"),
        ("/collections/guinea/share", {"teams": "divers"}, 400, "There is no team “divers” that you are in"),
        ("/collections/guinea/share", {"users": ["nobody"]}, 400, "There is no active user “nobody”"),
        ("/teams", {"id": "coast"}, 409, "There is or was a team “coast”"),
        ("/teams", {"id": "Ü b"}, 400, "cannot name a team"),
        ("/teams", {"id": "reef", "name": "x" * 201}, 400, "“name” is"),
        ("/teams", {"id": "reef", "name": "a\u0000b"}, 400, "“name” holds a control character"),
        ("/teams/coast/put", {"user": "nobody"}, 400, "There is no active user “nobody”"),
        ("/teams/coast/put", {"user": "ben", "part": "king"}, 400, "“part” is “king”"),
        ("/teams/coast/put", {"user": "ben", "part": "owner"}, 400, "hands it over"),
        ("/teams/coast/put", {"user": "ann"}, 409, "hand it over first"),
        ("/teams/coast/remove", {"user": "ann"}, 409, "hand it over or end it"),
        ("/teams/coast/remove", {"user": "cy"}, 404, "is not in “Coastal group”"),
        ("/teams/coast/hand-over", {"user": "cy"}, 400, "take them in first"),
        ("/teams/coast/sell", {}, 404, "cannot be asked to “sell”"),
    ],
)
def test_what_is_wrong_is_named(
    people: dict[str, httpx.Client], shared: str, path: str, body: dict[str, Any], status: int, says: str
) -> None:
    people["cy"].post("/teams", json={"id": "divers"})
    answer = people["ann"].post(path, json=body)
    assert (answer.status_code, says in answer.json()["detail"]) == (status, True), answer.text


def test_the_forms_work_without_scripts_and_give_back_what_was_typed(
    people: dict[str, httpx.Client], shared: str
) -> None:
    ann, html = people["ann"], {"Accept": "text/html"}
    page = ann.get("/collections/guinea/sharing", headers=html).text
    assert 'name="team:coast" value="on" checked' in page and "Shared with the team Coastal group" in page
    ticked = ann.post("/collections/guinea/share", data={"users": "", "team:coast": "on"}, headers=html)
    assert ticked.status_code == 303 and people["ben"].get(shared).status_code == 200
    assert ann.post("/collections/guinea/share", data={"users": ""}, headers=html).status_code == 303
    assert people["ben"].get(shared).status_code == 404
    refused = ann.post("/collections/guinea/share", data={"users": "nobody"}, headers=html)
    assert refused.status_code == 400 and "There is no active user “nobody”" in refused.text
    typed = ann.post("/teams", data={"id": "coast", "name": "Rivers & lakes"}, headers=html)
    assert typed.status_code == 400 and "Rivers &amp; lakes" in typed.text
    assert "Guinea" not in ann.get("/teams/coast", headers=html).text
    wrong = ann.post("/teams/coast/put", data={"user": "nobody"}, headers=html)
    assert wrong.status_code == 400 and 'value="nobody"' in wrong.text


def test_a_team_is_handed_over_and_ended_and_its_id_stays_taken(people: dict[str, httpx.Client], shared: str) -> None:
    ann, ben, cy = people["ann"], people["ben"], people["cy"]
    ann.post("/teams", json={"id": "short", "name": "Short"})
    ann.post("/teams/short/put", json={"user": "ben", "part": "manager"})
    assert ben.post("/teams/short/put", json={"user": "cy"}).status_code == 200
    assert cy.post("/teams/short/remove", json={"user": "ben"}).status_code == 403
    assert ben.post("/teams/short/put", json={"user": "cy", "part": "manager"}).status_code == 403
    assert ann.post("/teams/short/hand-over", json={"user": "ben"}).json()["members"][0]["user"] == "ben"
    assert ann.post("/teams/short/end", json={}).status_code == 403
    assert ann.post("/collections/guinea/share", json={"teams": ["short"]}).status_code == 200
    assert cy.get(shared).status_code == 200
    assert ben.post("/teams/short/end", json={}).status_code == 200
    assert cy.get(shared).status_code == 404
    assert "Private" in ann.get("/collections/guinea/sharing", headers={"Accept": "text/html"}).text
    assert cy.post("/teams", json={"id": "short"}).status_code == 409


def test_what_will_not_fit_into_a_quota_is_refused_before_it_is_sent(people: dict[str, httpx.Client]) -> None:
    name = {"Upload-Length": "3000000000", "Upload-Metadata": "filename YS50aWY="}
    for answer in (
        people["cy"].post("/data/uploads", headers=name),
        people["cy"].post("/data/folders", json={"name": "a.zarr", "files": 3, "size": 5000}),
        people["cy"].post("/data", data={"title": "x", "licence": "CC0-1.0"}, files={"files": ("a.tif", grid() * 9)}),
    ):
        assert (answer.status_code, "do not fit into your quota" in answer.json()["detail"]) == (429, True), answer.text


def test_of_two_who_bring_the_same_id_at_once_one_gets_it_and_neither_learns_whose_it_is(
    people: dict[str, httpx.Client],
) -> None:
    said = {"title": "Twin", "licence": "CC0-1.0", "id": "twin"}
    made = {who: people[who].post("/data", data=said, files={"files": ("a.tif", grid())}) for who in ("ann", "ben")}
    found = {who: settled(people[who], answer.json()["id"]) for who, answer in made.items()}
    assert sorted(each["stage"] for each in found.values()) == ["failed", "registered"], found
    lost = next(each for each in found.values() if each["stage"] == "failed")
    assert "choose another id" in lost["message"] and "belongs to" not in lost["message"]
