"""The STAC API through other people's clients, and what it refuses."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pystac
import pystac_client
import pytest
from tests.conftest import cannot
from tests.schemas import COPY
from tests.served import Served

COLLECTION: dict[str, Any] = {
    "type": "Collection", "stac_version": "1.1.0", "id": "sst", "title": "Sea surface", "license": "CC-BY-4.0",
    "description": "Sea surface temperature of every ocean.", "keywords": ["ocean"], "links": [],
    "extent": {
        "spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [["2015-01-01T00:00:00Z", None]]},
    },
}  # fmt: skip


def item(number: int, **more: Any) -> dict[str, Any]:
    """Return an item: a square of five degrees, one of a hundred along a diagonal of the world."""
    west, south = -170 + number * 3, -60 + number
    ring = [[west, south], [west + 5, south], [west + 5, south + 5], [west, south + 5], [west, south]]
    facts = {
        "datetime": f"2020-{number % 12 + 1:02}-03T00:00:00Z",
        "eo:cloud_cover": number,
        "platform": "abc"[number % 3],
    }
    return {
        "type": "Feature", "stac_version": "1.1.0", "id": f"i{number:03}", "bbox": [west, south, west + 5, south + 5],
        "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": facts, "links": [],
        "assets": {"data": {"href": f"https://data.example/{number}.tif", "type": "image/tiff; application=geotiff"}},
    } | more  # fmt: skip


@pytest.fixture(scope="module")
def stac(served: Served) -> Iterator[httpx.Client]:
    """A client with the owner's token, over a collection of a hundred items that it added itself."""
    client = httpx.Client(
        base_url=f"{served.address}/stac", headers={"Authorization": f"Bearer {served.token}"}, timeout=60
    )
    made = client.post("/collections", json=COLLECTION)
    assert (made.status_code, made.headers["location"]) == (201, f"{served.address}/stac/collections/sst"), made.text
    many = {"type": "FeatureCollection", "features": [item(number) for number in range(100)]}
    assert client.post("/collections/sst/items", json=many).status_code == 201
    yield client
    client.close()


def test_pystac_client_pages_filters_and_sorts(stac: httpx.Client) -> None:
    catalog = pystac_client.Client.open(str(stac.base_url))
    assert catalog.get_collection("sst").title == "Sea surface"
    assert len(list(catalog.search(collections=["sst"], limit=30).items())) == 100
    cloudy = catalog.search(collections=["sst"], filter="eo:cloud_cover >= 95", sortby="-properties.eo:cloud_cover")
    assert [each.id for each in cloudy.items()] == ["i099", "i098", "i097", "i096", "i095"]
    by_json = catalog.search(filter={"op": "<", "args": [{"property": "eo:cloud_cover"}, 2]}, filter_lang="cql2-json")
    assert sorted(each.id for each in by_json.items()) == ["i000", "i001"]
    near = catalog.search(bbox=[-170, -60, -169, -59], datetime="2020-01-01T00:00:00Z/2020-02-01T00:00:00Z")
    assert [each.id for each in near.items()] == ["i000"]
    assert {each.id for each in catalog.get_collection("sst").get_items()} == {f"i{number:03}" for number in range(100)}
    assert [each.id for each in catalog.collection_search(q="ocean").collections()] == ["sst"]


def test_every_document_is_valid_stac(stac: httpx.Client) -> None:
    if not COPY.is_dir():
        cannot("There is no copy of the schemas.")
    found = pystac.Item.from_dict(stac.get("/collections/sst/items/i001").json())
    assert found.assets["data"].href == "https://data.example/1.tif"
    assert {link.rel for link in found.links} >= {"self", "root", "parent", "collection"}
    assert pystac.Collection.from_dict(stac.get("/collections/sst").json()).id == "sst"


def test_the_stac_api_validator_finds_no_error(stac: httpx.Client) -> None:
    if not COPY.is_dir():
        cannot("There is no copy of the schemas.")
    said = subprocess.run(
        [sys.executable, "-W", "ignore", str(Path(__file__).with_name("validating_stac.py")), str(stac.base_url)],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert "Errors: none" in said.stdout, said.stdout[-3000:] + said.stderr[-2000:]


def test_a_page_lists_what_stands_beside_it(stac: httpx.Client) -> None:
    first = stac.get("/search", params={"collections": "sst", "limit": 60}).json()
    assert (first["numberMatched"], first["numberReturned"]) == (100, 60)
    links = {link["rel"]: link["href"] for link in first["links"]}
    second = stac.get(links["next"]).json()
    assert second["numberReturned"] == 40 and {"prev"} <= {link["rel"] for link in second["links"]}
    posted = stac.post("/search", json={"collections": ["sst"], "limit": 99}).json()
    again = next(link for link in posted["links"] if link["rel"] == "next")
    assert stac.post(again["href"], json=again["body"]).json()["numberReturned"] == 1


def test_fields_leave_out_what_nobody_asked_for(stac: httpx.Client) -> None:
    one = stac.get("/search", params={"ids": "i003", "fields": "properties.platform"}).json()["features"][0]
    assert one["properties"] == {"platform": "a"} and "assets" not in one
    bare = stac.post("/search", json={"ids": ["i003"], "fields": {"exclude": ["assets"]}}).json()["features"][0]
    assert "assets" not in bare and bare["properties"]["eo:cloud_cover"] == 3


def test_an_item_is_changed_by_who_saw_it_last(stac: httpx.Client) -> None:
    assert stac.post("/collections/sst/items", json=item(90, id="changing")).status_code == 201
    tag = stac.get("/collections/sst/items/changing").headers["etag"]
    patch = {"properties": {"eo:cloud_cover": 50, "platform": None}}
    patched = stac.patch("/collections/sst/items/changing", json=patch, headers={"If-Match": tag})
    assert patched.status_code == 200 and "platform" not in patched.json()["properties"]
    late = stac.put("/collections/sst/items/changing", json=item(90, id="changing"), headers={"If-Match": tag})
    assert (late.status_code, late.json()["kind"]) == (412, "outdated")
    assert (
        stac.get("/search", params={"filter": "eo:cloud_cover = 50 AND id = 'changing'"}).json()["numberReturned"] == 1
    )
    assert stac.delete("/collections/sst/items/changing").status_code == 204
    assert stac.get("/collections/sst/items/changing").status_code == 404
    assert stac.get("/search", params={"ids": "changing"}).json()["features"] == []


def test_collections_are_replaced_and_deleted(stac: httpx.Client) -> None:
    assert stac.post("/collections", json=COLLECTION | {"id": "passing"}).status_code == 201
    assert stac.post("/collections", json=COLLECTION | {"id": "passing"}).status_code == 409
    assert stac.patch("/collections/passing", json={"title": "Other"}).json()["title"] == "Other"
    assert stac.delete("/collections/passing").status_code == 204
    assert stac.get("/collections/passing").status_code == 404


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"type": "Point"}, "Feature"),
        (item(1) | {"id": ""}, "id"),
        (item(1) | {"id": "x" * 201}, "id"),
        (item(1, id="new") | {"geometry": {"type": "Polygon", "coordinates": [[0, 1]]}}, "geometry"),
        (item(1, id="new") | {"bbox": [0, 10, 5, 5]}, "bbox"),
        (item(1, id="new") | {"bbox": [0, 0, 500, 5]}, "leaves the world"),
        (item(1, id="new") | {"properties": {}}, "datetime"),
        (item(1, id="new") | {"properties": {"datetime": None}}, "start_datetime"),
        (item(1, id="new") | {"properties": {"datetime": "yesterday"}}, "yesterday"),
        (item(1, id="new") | {"collection": "other"}, "other"),
        (item(1, id="new") | {"assets": []}, "assets"),
        ([], "Feature"),
    ],
)
def test_a_wrong_item_is_refused_with_the_reason_and_nothing_changes(stac: httpx.Client, body: Any, said: str) -> None:
    refused = stac.post("/collections/sst/items", content=json.dumps(body))
    assert refused.status_code == 400 and said in refused.json()["detail"], refused.text
    assert stac.get("/collections/sst/items/new").status_code == 404


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"bbox": "1,2,3"}, "3 numbers"),
        ({"bbox": "a,b,c,d"}, "must be numbers"),
        ({"bbox": "0,50,10,40"}, "south"),
        ({"bbox": "0,0,1,1", "intersects": '{"type":"Point","coordinates":[0,0]}'}, "not both"),
        ({"datetime": "2020"}, "RFC 3339"),
        ({"datetime": "2021-01-01T00:00:00Z/2020-01-01T00:00:00Z"}, "begins after"),
        ({"limit": "0"}, "1 to"),
        ({"limit": "many"}, "whole number"),
        ({"filter": "eo:cloud_cover <<"}, "CQL2-Text"),
        ({"filter": "{}", "filter-lang": "cql2-json"}, "CQL2-JSON"),
        ({"filter": "id = 'x'", "filter-crs": "http://www.opengis.net/def/crs/EPSG/0/3413"}, "CRS84"),
        ({"intersects": '{"type": "Circle"}'}, "GeoJSON"),
        ({"token": "nonsense"}, "token"),
    ],
)
def test_a_wrong_search_names_what_is_wrong(stac: httpx.Client, asked: dict[str, str], said: str) -> None:
    refused = stac.get("/search", params=asked)
    assert refused.status_code == 400 and said in refused.json()["detail"], refused.text


def test_strangers_read_and_change_nothing(stac: httpx.Client) -> None:
    changes = (("POST", "/collections"), ("POST", "/collections/sst/items"), ("DELETE", "/collections/sst"))
    with httpx.Client(base_url=stac.base_url, timeout=60) as stranger:
        assert stranger.get("/search").status_code == 200
        for method, path in changes:
            assert stranger.request(method, path, json=COLLECTION).status_code in (401, 403)
