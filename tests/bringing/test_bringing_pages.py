"""Bringing data over HTTP: forms, uploads by a real client of tus, and what strangers are shown of it on every face."""

import html
import os
import re
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pystac_client
import pytest
from tests.served import Served, small_home

from repeatpass.assembly import open_house
from repeatpass.settings import Settings

pytestmark = pytest.mark.slow
STATES: dict[str, str] = {"title": "States", "licence": "CC0-1.0", "id": "states"}


def landsat() -> Path:
    """A real Landsat picture."""
    spec = find_spec("hvsampledata")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("hvsampledata is not installed")
    return Path(spec.submodule_search_locations[0]) / "_data/landsat_rgb.tif"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server where one file may have 2 MB."""
    server = Served(small_home(tmp_path_factory.mktemp("bring") / "home")).start(UPLOAD_MOST="2M")
    yield server
    server.close()


@pytest.fixture(scope="module")
def owner(served: Served) -> Iterator[httpx.Client]:
    """Who may bring data."""
    headers = {"Authorization": f"Bearer {served.token}", "Accept": "application/json"}
    with httpx.Client(base_url=served.address, headers=headers, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def stranger(served: Served) -> Iterator[httpx.Client]:
    """A program without a token, which keeps no session: a browser on this machine is given the owner's."""
    with httpx.Client(base_url=served.address, headers={"Accept": "application/json"}, timeout=60) as client:
        client.event_hooks = {"response": [lambda _answer: client.cookies.clear()]}
        yield client


def settled(owner: httpx.Client, id: str) -> dict[str, Any]:
    """Wait for the end of a check."""
    until = time.monotonic() + 120
    while True:
        found: dict[str, Any] = owner.get(f"/data/{id}.json").json()
        if found["stage"] not in ("fetching", "checking") or time.monotonic() > until:
            return found
        time.sleep(0.2)


@pytest.fixture(scope="module")
def bahamas(owner: httpx.Client, served: Served) -> dict[str, Any]:
    """A private collection, uploaded in pieces by tuspy, which broke off in between, and brought with JSON."""
    client = pytest.importorskip("tusclient.client", reason="tuspy is not installed")
    tus = client.TusClient(f"{served.address}/data/uploads", headers={"Authorization": f"Bearer {served.token}"})
    first = tus.uploader(str(landsat()), chunk_size=50_000, metadata={"filename": "landsat_rgb.tif"})
    first.upload_chunk()
    again = tus.uploader(str(landsat()), chunk_size=50_000, url=first.url)
    assert again.offset == 50_000
    again.upload()
    upload = first.url.rsplit("/", 1)[-1]
    said = {"title": "Landsat of the Bahamas", "id": "bahamas", "licence": "CC-BY-4.0", "uploads": [upload]}
    made = owner.post("/data", json=said)
    assert made.status_code == 201, made.text
    assert owner.get(f"/data/uploads/{upload}").status_code == 404
    found = settled(owner, made.json()["id"])
    assert found["stage"] == "registered", found
    assert found["files"][0]["size"] == landsat().stat().st_size
    return found


def test_the_owner_sees_it_on_every_face_and_a_stranger_on_none(
    owner: httpx.Client, stranger: httpx.Client, bahamas: dict[str, Any]
) -> None:
    stac = owner.get("/stac/collections/bahamas/items").json()["features"][0]
    data = stac["assets"]["data"]["href"]
    addresses = [
        "/collections/bahamas", "/collections/bahamas.json", "/collections/bahamas/preview.png", "/stac/collections/bahamas",
        "/stac/collections/bahamas/items", f"/stac/collections/bahamas/items/{stac['id']}",
        "/stac/collections/bahamas/queryables", "/ogc/collections/bahamas", f"/runs/{bahamas['run']}",
        f"/runs/{bahamas['run']}.json", f"/runs/{bahamas['run']}/log.txt", f"/ogc/jobs/{bahamas['run']}",
        f"/ogc/jobs/{bahamas['run']}/results", f"/runs/{bahamas['run']}/outputs/report.json",
        f"/runs/{bahamas['run']}/crate.zip", f"/runs/{bahamas['run']}/executed.ipynb", f"/data/{bahamas['id']}.json",
        httpx.URL(data).path, f"/files/{bahamas['files'][0]['checksum']}",
    ]  # fmt: skip
    seen = {address: (owner.get(address).status_code, stranger.get(address).status_code) for address in addresses}
    raw = f"/files/{bahamas['files'][0]['checksum']}"
    assert seen == dict.fromkeys(addresses, (200, 404)) | {raw: seen[raw]}, seen
    assert seen[raw][1] == 404
    assert "private" in owner.get(httpx.URL(data).path).headers["cache-control"]
    for listed in ("/stac", "/stac/collections", "/stac/search", "/collections.json", "/ogc/collections", "/runs.json",
                   "/ogc/jobs", "/feeds/collections.atom", "/tiles", "/browser", "/notebooks.json", "/batches/new"):  # fmt: skip
        assert "bahamas" not in stranger.get(listed).text.lower(), listed


def test_its_page_shows_the_data_on_the_map_and_counts_no_small_picture_among_them(
    owner: httpx.Client, bahamas: dict[str, Any]
) -> None:
    page = owner.get("/collections/bahamas", headers={"Accept": "text/html"}).text
    drawn = html.unescape(re.search(r'href="(/tiles/bahamas:data/map[^"]+)"', page)[1])  # type: ignore[index]
    picture = owner.get(drawn)
    assert picture.status_code == 200 and picture.headers["content-type"] == "image/png"
    assert len(picture.content) > 20_000
    assert re.search(r"Kind of data</dt>\s*<dd[^>]*>\s*Images\s*<", page)


def of_places(owner: httpx.Client, id: str, title: str) -> dict[str, Any]:
    """Bring a small table of places as the collection *id*."""
    places = f"name;longitude;latitude;depth\n{title};7.5;43.1;12\nB;7.6;43.2;\n".encode()
    form = {"title": title, "licence": "CC0-1.0", "id": id}
    made = owner.post("/data", data=form, files={"files": (f"{id}.csv", places)}, follow_redirects=True).json()
    found = settled(owner, made["id"])
    assert found["stage"] == "registered", found
    return found


def test_places_without_a_time_are_valid_stac_that_the_printed_lines_can_open(
    owner: httpx.Client, stranger: httpx.Client, served: Served
) -> None:
    of_places(owner, "soundings", "Soundings")
    catalogue = pystac_client.Client.open(f"{served.address}/stac", headers=dict(owner.headers))
    (item,) = catalogue.search(collections=["soundings"]).items()
    assert item.datetime is None and item.common_metadata.start_datetime is not None
    columns = {each["name"]: each for each in item.assets["data"].extra_fields["table:columns"]}
    assert columns["depth"]["statistics"]["valid_percent"] == 50
    for _ in range(100):  # features are read from the files a moment after the collection is there
        page = owner.get("/collections/soundings", headers={"Accept": "text/html"}).text
        if "Map of Soundings: 2 places" in page:
            break
        time.sleep(0.2)
    assert "Map of Soundings: 2 places" in page
    picture = owner.get("/collections/soundings/places.png")
    assert picture.status_code == 200 and picture.headers["cache-control"].startswith("private")
    assert stranger.get("/collections/soundings/places.png").status_code == 404
    assert "geopandas.read_parquet" in page and "No date is stated" in page


def test_no_service_draws_or_describes_it_for_a_stranger(
    owner: httpx.Client, stranger: httpx.Client, bahamas: dict[str, Any]
) -> None:
    layer = next(each["id"] for each in owner.get("/tiles").json()["layers"] if each["id"].startswith("bahamas"))
    named = f"/tiles/{layer}"
    capabilities = "request=GetCapabilities"
    for address in (
        named, f"{named}/tilejson.json", f"{named}/WebMercatorQuad/7/36/54.png",
        f"{named}/map?bbox=-79,23,-76,26&width=64&height=64",
        f"{named}/point?lon=-77.5&lat=24.5", f"{named}/statistics", f"{named}/legend", f"/series/{layer}?point=-77.5,24.5",
        "/ogc/collections/bahamas/map", "/ogc/collections/bahamas/map/tiles", "/ogc/collections/bahamas/styles",
        f"/wms?service=WMS&version=1.3.0&request=GetMap&layers={layer}&styles=&crs=CRS:84&bbox=-79,23,-76,26&width=64&height=64&format=image/png",
        "/collections/bahamas/feed.atom", f"/browser?layer={layer}", f"/browser/notebook.ipynb?layer={layer}",
    ):  # fmt: skip
        mine, theirs = owner.get(address), stranger.get(address)
        assert mine.status_code in (200, 204), (address, mine.status_code, mine.text[:300])
        assert "Landsat of the Bahamas" not in theirs.text and theirs.status_code < 500, address
        assert theirs.status_code in (400, 404) or address.startswith(("/browser", "/wms")), (
            address,
            theirs.status_code,
        )
    for listed in (
        f"/wms?service=WMS&{capabilities}", f"/wmts?service=WMTS&{capabilities}", "/registry/changes", "/registry/tags",
        "/registry/providers", "/registry/examples", "/eodash/catalog.json", "/ogc", "/stac/queryables", "/collections?q=landsat",
        "/stac/collections?q=landsat", "/data/review",
    ):  # fmt: skip
        assert "Landsat of the Bahamas" not in stranger.get(listed).text, listed
        assert "/bahamas" not in stranger.get(listed).text, listed


def test_a_stranger_changes_nothing(stranger: httpx.Client, bahamas: dict[str, Any]) -> None:
    for verb in ("share", "offer", "accept", "decline", "withdraw"):
        assert stranger.post(f"/collections/bahamas/{verb}", json={"reason": "x"}).status_code in (403, 404), verb
    assert stranger.post("/data/uploads", headers={"Upload-Length": "5"}).status_code in (400, 403)
    assert stranger.post("/data", json={"title": "x", "licence": "CC0-1.0"}).status_code == 403
    assert stranger.get("/data.json").status_code == 403
    assert stranger.patch("/stac/collections/bahamas", json={"title": "Mine"}).status_code in (403, 404)


def test_the_form_works_without_scripts_and_gives_back_what_was_typed(owner: httpx.Client) -> None:
    html = {"Accept": "text/html"}
    refused = owner.post(
        "/data/new", data={"title": "Reefs & more"}, files={"files": ("a.tif", b"II*\0")}, headers=html
    )
    assert refused.status_code == 400 and "“licence” is empty" in refused.text and "Reefs &amp; more" in refused.text
    said = {"title": "Cut", "licence": "CC0-1.0", "id": "cut"}
    sent = owner.post("/data/new", data=said, files={"files": ("a.tif", landsat().read_bytes()[:80_000])}, headers=html)
    assert sent.status_code == 303
    id = sent.headers["location"].rsplit("/", 1)[-1]
    assert settled(owner, id)["stage"] == "refused"
    page = owner.get(f"/data/{id}", headers=html).text
    assert "cannot be read to its end" in page and "Bring it again" in page
    assert 'value="Cut"' in owner.get(f"/data/new?again={id}", headers=html).text
    assert "Cut" in owner.get("/data", headers=html).text


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"title": "x"}, 400, "“licence” is empty"),
        ({"title": "x", "licence": "mine"}, 400, "“licence” is “mine”, which SPDX does not list"),
        ({"title": "x", "licence": "other"}, 400, "“licence_title” is empty"),
        ({"licence": "CC0-1.0"}, 400, "“title” is empty"),
        ({"title": "x", "licence": "CC0-1.0"}, 400, "No file was sent"),
        ({"title": "x", "licence": "CC0-1.0", "id": "Ü b"}, 400, "“id”: “Ü b” cannot name a collection"),
        ({"title": "x", "licence": "CC0-1.0", "start": "May"}, 400, "“start” is “May”"),
        ({"title": "x", "licence": "CC0-1.0", "nature": "dream"}, 400, "“nature” is “dream”"),
        ({"title": "x", "licence": "CC0-1.0", "colour": "red"}, 400, "“colour” is not known here"),
        ({"title": "x", "licence": "CC0-1.0", "uploads": ["nobody"]}, 404, "There is no upload nobody"),
        ({"title": "x", "licence": "CC0-1.0", "uploads": ["../../etc"]}, 404, "There is no upload"),
        (
            {"title": "x", "licence": "CC0-1.0", "address": "file:///etc/passwd.csv"},
            400,
            "not an http or https address",
        ),
        ({"title": "x", "licence": "CC0-1.0", "address": "http://127.0.0.1:1/"}, 400, "is no file name"),
        (["x"], 400, "The body is no object"),
    ],
)
def test_what_is_wrong_with_a_request_is_named(owner: httpx.Client, body: Any, status: int, says: str) -> None:
    answer = owner.post("/data", json=body)
    assert (answer.status_code, says in answer.json()["detail"]) == (status, True), answer.text


def test_uploads_hold_to_what_was_announced(owner: httpx.Client) -> None:
    def begin(size: int | str, name: str = "YS50aWY=") -> httpx.Response:
        return owner.post("/data/uploads", headers={"Upload-Length": str(size), "Upload-Metadata": f"filename {name}"})

    def add(address: str, offset: int, content: bytes, kind: str = "application/offset+octet-stream") -> httpx.Response:
        return owner.patch(address, headers={"Upload-Offset": str(offset), "Content-Type": kind}, content=content)

    assert begin(0).status_code == 400 and begin("x").status_code == 400 and begin(5, "%%").status_code == 400
    assert "one file may have 0.00 GB" in begin(3_000_000).json()["detail"]
    made = begin(5)
    address = made.headers["location"]
    assert (made.status_code, made.headers["upload-offset"]) == (201, "0")
    assert add(address, 0, b"abc", "text/plain").status_code == 415
    assert add(address, 0, b"abc").headers["upload-offset"] == "3"
    assert add(address, 0, b"abc").status_code == 409
    assert add(address, 3, b"defg").status_code == 400
    said = {"title": "x", "licence": "CC0-1.0", "uploads": [address.rsplit("/", 1)[-1]]}
    assert "3 of 5 bytes" in owner.post("/data", json=said).json()["detail"]
    assert owner.head(address).headers["upload-offset"] == "3"
    assert owner.delete(address).status_code == 204 and owner.head(address).status_code == 404
    assert owner.options("/data/uploads").headers["tus-max-size"] == "2000000"


def test_a_form_that_is_too_large_is_refused_before_it_is_kept(owner: httpx.Client) -> None:
    said = {"title": "x", "licence": "CC0-1.0"}
    answer = owner.post("/data", data=said, files={"files": ("a.tif", os.urandom(4_000_000))})
    assert answer.status_code == 400 and "larger than 0.00 GB" in answer.json()["detail"]


def test_a_file_is_fetched_from_an_address_and_one_that_is_not_there_is_said_to_be(
    owner: httpx.Client, served: Served, tmp_path: Path
) -> None:
    said = {"title": "Fetched", "licence": "CC0-1.0", "id": "fetched"}
    made = owner.post("/data", json=said | {"address": f"{served.address}/static/nothing-here.tif"}).json()
    found = settled(owner, made["id"])
    assert (found["stage"], "answers 404" in found["message"]) == ("failed", True), found
    made = owner.post("/data", json=said | {"address": f"{served.address}/static/mark.svg"}).json()
    found = settled(owner, made["id"])
    assert found["stage"] == "refused" and found["problems"][0]["kind"] == "unknown-format", found
    assert found["fetched"] == found["files"][0]["size"] > 100


def test_from_private_to_public_to_withdrawn(owner: httpx.Client, stranger: httpx.Client) -> None:
    wells = of_places(owner, "wells", "Wells of the coast")
    unknown = owner.post("/collections/wells/share", json={"users": "nobody"})
    assert unknown.status_code == 400 and "There is no active user “nobody”" in unknown.text
    assert owner.post("/collections/wells/offer", json={}).json()["offered"]
    html = {"Accept": "text/html"}
    assert "Wells of the coast" in owner.get("/data/review", headers=html).text
    accepted = owner.post("/collections/wells/accept", headers=html)
    assert (accepted.status_code, accepted.headers["location"]) == (303, "/data/review")
    assert stranger.get("/stac/collections/wells").status_code == 200
    assert "wells" in stranger.get("/stac/search").text
    assert owner.post("/collections/wells/withdraw", json={}).status_code == 400
    assert owner.post("/collections/wells/withdraw", json={"reason": "Wrong depths."}).json()["withdrawn"]
    for address in ("/collections/wells", "/stac/collections/wells", "/collections/wells.json"):
        gone = stranger.get(address)
        assert (gone.status_code, "Wrong depths" in gone.json()["detail"]) == (410, True), gone.text
    tombstone = stranger.get("/collections/wells", headers=html)
    assert "keep their passports" in tombstone.text and "was withdrawn on" in tombstone.text
    assert "wells" not in stranger.get("/stac/collections").text
    assert "was withdrawn on" in owner.get(f"/data/{wells['id']}", headers=html).text


def test_unknown_verbs_and_submissions_are_not_found(owner: httpx.Client) -> None:
    assert owner.post("/collections/nothing/offer", json={}).status_code == 404
    assert owner.post("/collections/nothing/sell", json={}).status_code == 404
    assert owner.get("/data/nothing").status_code == 404


def test_what_was_fetched_when_the_house_closed_is_said_to_have_failed(tmp_path: Path) -> None:
    import sys
    from dataclasses import replace

    from repeatpass.bringing.records import Stage
    from repeatpass.bringing.room import _new
    from repeatpass.bringing.wishing import read_wish

    house = open_house(Settings(home=tmp_path / "home", environment=sys.prefix, demo=False))
    one = replace(_new(house.owner, read_wish(STATES)), stage=Stage.FETCHING, address="https://data.example/a.tif")
    with house.database.write() as connection:
        house.submissions.add_in(connection, one)
    house.bringing.start()
    assert house.submissions.find(house.owner, one.id).stage is Stage.FAILED
    house.close()
