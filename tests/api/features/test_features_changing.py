"""Making collections of features, and adding, replacing, changing and deleting features over HTTP."""

import io
import json
from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import httpx
import pytest
from shapely.geometry import Point
from tests.api.features.houses_of_features import package_file

pytestmark = pytest.mark.xdist_group("features")
PLACES = "/ogc/collections/{}/items"
SCHEMA = {
    "properties": {
        "geometry": {"format": "geometry-point", "x-ogc-role": "primary-geometry"},
        "name": {"type": "string"},
        "height": {"type": "number", "minimum": 0, "maximum": 9000, "x-ogc-unit": "m"},
        "kind": {"type": "string", "enum": ["hut", "spring"]},
        "seen": {"type": "string", "format": "date-time", "x-ogc-role": "primary-instant"},
    },
    "required": ["name"],
}


def hut(name: str = "Eagle", **changes: Any) -> dict[str, Any]:
    """Return a feature."""
    properties = {"name": name, "height": 2100.5, "kind": "hut", "seen": "2024-05-01T10:00:00+02:00"}
    geometry = {"type": "Point", "coordinates": [11.5, 47.25]}
    return {"type": "Feature", "geometry": geometry, "properties": properties} | changes


@pytest.fixture
def huts(owner: httpx.Client) -> Iterator[str]:
    """An empty collection of features, of which everybody may read; gone afterwards."""
    body = {"id": "huts", "title": "Huts", "schema": SCHEMA, "visibility": "public"}
    made = owner.post("/ogc/collections", json=body)
    assert made.status_code == 201, made.text
    assert made.headers["location"].endswith("/ogc/collections/huts")
    yield PLACES.format("huts")
    assert owner.delete("/ogc/collections/huts").status_code == 204
    assert owner.get("/ogc/collections/huts").status_code == 404


def test_a_feature_is_added_read_replaced_changed_and_deleted(owner: httpx.Client, huts: str) -> None:
    added = owner.post(huts, json=hut())
    assert added.status_code == 201
    where = added.headers["location"]
    read = owner.get(where)
    assert read.json()["properties"]["seen"] == "2024-05-01T08:00:00Z"  # kept in UTC
    replaced = owner.put(where, json=hut("Falcon"), headers={"If-Match": read.headers["etag"]})
    assert replaced.status_code == 200
    assert replaced.json()["properties"]["name"] == "Falcon"
    patched = owner.patch(
        where, json={"properties": {"height": 2200, "kind": None}}, headers={"If-Match": replaced.headers["etag"]}
    )
    assert patched.json()["properties"] == {"name": "Falcon", "height": 2200, "seen": "2024-05-01T08:00:00Z"}
    assert patched.json()["geometry"] == hut()["geometry"]
    assert owner.delete(where, headers={"If-Match": patched.headers["etag"]}).status_code == 204
    assert owner.get(where).status_code == 404


def test_what_can_be_done_is_said_to_whoever_asks_for_options(owner: httpx.Client, huts: str) -> None:
    """The OGC's abstract tests of Part 4 ask so; a feature that there is not cannot be replaced (put/rid-exception)."""
    where = owner.post(huts, json=hut()).headers["location"]
    for address, methods in ((huts, {"POST"}), (where, {"PUT", "PATCH", "DELETE"})):
        answer = owner.options(address)
        assert answer.status_code == 204
        assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", *methods}
    assert owner.put(f"{huts}/nothing", json=hut()).status_code == 404
    assert owner.delete(f"{huts}/nothing").status_code == 404
    assert owner.options(f"{huts}/nothing").status_code == 404
    assert owner.delete(where).status_code == 204


def test_who_saw_an_older_state_changes_nothing(owner: httpx.Client, huts: str) -> None:
    where = owner.post(huts, json=hut()).headers["location"]
    seen = owner.get(where).headers["etag"]
    assert owner.put(where, json=hut("Falcon"), headers={"If-Match": seen}).status_code == 200
    for changed in (
        owner.put(where, json=hut("Kite"), headers={"If-Match": seen}),
        owner.patch(where, json={"properties": {"name": "Kite"}}, headers={"If-Match": seen}),
        owner.delete(where, headers={"If-Match": seen}),
        owner.put(where, json=hut("Kite"), headers={"If-Match": '"of-somebody-else"'}),
    ):
        assert (changed.status_code, changed.json()["kind"]) == (412, "outdated")
    assert owner.get(where).json()["properties"]["name"] == "Falcon"
    assert owner.put(where, json=hut("Kite"), headers={"If-Match": "*"}).status_code == 200


def test_what_was_read_and_has_not_changed_is_not_sent_again(owner: httpx.Client, huts: str) -> None:
    where = owner.post(huts, json=hut()).headers["location"]
    for url in (where, huts, huts + "?limit=5", huts + "?f=csv"):
        tag = owner.get(url).headers["etag"]
        assert owner.get(url, headers={"If-None-Match": tag}).status_code == 304
    tag = owner.get(huts).headers["etag"]
    owner.post(huts, json=hut("Other"))
    assert owner.get(huts, headers={"If-None-Match": tag}).status_code == 200


def test_many_are_added_at_once_or_none(owner: httpx.Client, huts: str) -> None:
    some = [hut(f"Hut {number}", id=f"h{number}") for number in range(5)]
    added = owner.post(huts, json={"type": "FeatureCollection", "features": some})
    assert (added.status_code, added.json()["added"]) == (201, [f"h{number}" for number in range(5)])
    wrong = [hut(id="new"), hut(id="bad", properties={"height": 1})]
    refused = owner.post(huts, json={"type": "FeatureCollection", "features": wrong})
    assert (refused.status_code, "Feature 2 lacks “name”" in refused.json()["detail"]) == (400, True)
    again = owner.post(huts, json={"type": "FeatureCollection", "features": [hut(id="x"), hut(id="h3")]})
    assert (again.status_code, "“h3”" in again.json()["detail"]) == (409, True)
    assert owner.get(huts).json()["numberMatched"] == 5
    extent = owner.get("/ogc/collections/huts").json()["extent"]
    assert extent["spatial"]["bbox"] == [[11.5, 47.25, 11.5, 47.25]]
    assert extent["temporal"]["interval"] == [["2024-05-01T08:00:00Z", "2024-05-01T08:00:00Z"]]


WRONG: list[tuple[Any, str]] = [
    ([1], "no GeoJSON feature"),
    ({"type": "Feature", "properties": [], "geometry": None}, "properties"),
    (hut(properties={"name": 5}), "a text is needed"),
    (hut(properties={"name": "a", "height": "high"}), "a number is needed"),
    (hut(properties={"name": "a", "height": -1}), "it must be 0 to 9000"),
    (hut(properties={"name": "a", "kind": "tent"}), "there are hut, spring"),
    (hut(properties={"name": "a", "seen": "soon"}), "a time such as"),
    (hut(properties={"name": "a", "colour": "red"}), "does not know; there are name"),
    (hut(properties={"name": None}), "required"),
    (hut(id="a/b"), "without “/”"),
    (hut(id=True), "an id is"),
    (hut(geometry={"type": "Point", "coordinates": ["a", 1]}), "cannot be read"),
    (hut(geometry={"type": "Point", "coordinates": [500, 1]}), "leaves the world"),
    (hut(geometry={"type": "Point", "coordinates": []}), "empty"),
    (hut(geometry={"type": "LineString", "coordinates": [[0, 0], [1, 1]]}), "is a LineString"),
    (hut(geometry={"type": "Circle"}), "GeoJSON geometry"),
    ({"type": "FeatureCollection", "features": []}, "“features” must be"),
]


@pytest.mark.parametrize(("body", "said"), WRONG, ids=[said for _, said in WRONG])
def test_a_wrong_feature_is_refused_with_what_would_be_right(
    owner: httpx.Client, empty: str, body: Any, said: str
) -> None:
    answer = owner.post(empty, json=body)
    assert answer.status_code == 400, answer.text
    assert said in answer.json()["detail"]
    assert owner.get(empty).json()["numberMatched"] == 0


@pytest.fixture(scope="module")
def empty(owner: httpx.Client) -> Iterator[str]:
    """A collection that nothing is added to."""
    owner.post("/ogc/collections", json={"id": "empty", "schema": SCHEMA}).raise_for_status()
    yield PLACES.format("empty")
    owner.delete("/ogc/collections/empty").raise_for_status()


def test_only_owners_and_editors_change_features(anyone: httpx.Client, owner: httpx.Client, huts: str) -> None:
    where = owner.post(huts, json=hut()).headers["location"]
    refused = [anyone.post(huts, json=hut()), anyone.put(where, json=hut()), anyone.patch(where, json={}),
               anyone.delete(where), anyone.post("/ogc/collections", json={"id": "mine"}),
               anyone.delete("/ogc/collections/huts")]  # fmt: skip
    assert [each.status_code for each in refused] == [403] * 6
    assert anyone.get(where).status_code == 200


def test_a_private_collection_is_there_for_its_owner_only(anyone: httpx.Client, owner: httpx.Client) -> None:
    assert owner.get("/ogc/collections/hidden").status_code == 200
    assert "hidden" not in {each["id"] for each in anyone.get("/ogc/collections").json()["collections"]}
    for path in ("", "/items", "/items/1", "/schema", "/queryables", "/sortables", "/tiles", "/tiles/WebMercatorQuad",
                 "/tiles/WebMercatorQuad/0/0/0"):  # fmt: skip
        assert anyone.get(f"/ogc/collections/hidden{path}").status_code == 404


def test_coordinates_may_come_in_another_system(owner: httpx.Client, huts: str) -> None:
    turned = hut(id="turned", geometry={"type": "Point", "coordinates": [47.25, 11.5]})  # EPSG:4326: latitude first
    crs = {"Content-Crs": "<http://www.opengis.net/def/crs/EPSG/0/4326>"}
    assert owner.post(huts, json=turned, headers=crs).status_code == 201
    metres = hut(id="metres", geometry={"type": "Point", "coordinates": [1280174.15, 5982976.33]})
    crs = {"Content-Crs": "<http://www.opengis.net/def/crs/EPSG/0/3857>"}
    assert owner.post(huts, json=metres, headers=crs).status_code == 201
    for id in ("turned", "metres"):
        found = owner.get(f"{huts}/{id}").json()["geometry"]["coordinates"]
        assert found == pytest.approx([11.5, 47.25], abs=1e-3)
    wrong = owner.post(huts, json=hut(), headers={"Content-Crs": "<elsewhere>"})
    assert (wrong.status_code, "Content-Crs" in wrong.json()["detail"]) == (400, True)


def test_files_are_added_whole(owner: httpx.Client) -> None:
    owner.post("/ogc/collections", json={"id": "files"}).raise_for_status()
    frame = gpd.GeoDataFrame(
        {"name": ["a", "b"], "size": [1.5, None]}, geometry=[Point(600000, 5200000), None], crs="EPSG:32632"
    )
    parquet = io.BytesIO()
    frame.to_parquet(parquet)
    kind = {"Content-Type": "application/vnd.apache.parquet"}
    assert owner.post(PLACES.format("files"), content=parquet.getvalue(), headers=kind).json() == {"added": ["0", "1"]}
    known = owner.get("/ogc/collections/files").json()
    assert known["storageCrs"].endswith("/32632")
    schema = owner.get("/ogc/collections/files/schema").json()["properties"]
    assert (schema["name"]["type"], schema["size"]["type"]) == ("string", "number")
    assert schema["geometry"]["format"] == "geometry-point"
    broken = owner.post(PLACES.format("files"), content=b"no parquet", headers=kind)
    assert (broken.status_code, "cannot be read as parquet" in broken.json()["detail"]) == (400, True)
    other = owner.post(PLACES.format("files"), content=b"x", headers={"Content-Type": "image/png"})
    assert other.status_code == 415
    csv = package_file("hvsampledata", "_data", "earthquakes.csv").read_bytes()
    foreign = owner.post(PLACES.format("files"), content=csv, headers={"Content-Type": "text/csv"})
    assert (foreign.status_code, "does not know" in foreign.json()["detail"]) == (400, True)
    owner.delete("/ogc/collections/files").raise_for_status()


def test_a_collection_without_a_schema_takes_that_of_its_first_features(owner: httpx.Client) -> None:
    owner.post("/ogc/collections", json={"id": "loose"}).raise_for_status()
    first = {"a": 1, "b": "2020-01-01", "c": None, "d": [1, {"e": True}], "e": 1.5}
    owner.post(PLACES.format("loose"), json=hut(properties=first)).raise_for_status()
    found = owner.get("/ogc/collections/loose/schema").json()["properties"]
    assert {name: each.get("format") or each.get("type") for name, each in found.items() if len(name) == 1} == {
        "a": "integer", "b": "date", "c": None, "d": None, "e": "number"
    }  # fmt: skip
    assert owner.get(PLACES.format("loose")).json()["features"][0]["properties"] == first
    owner.delete("/ogc/collections/loose").raise_for_status()


FOUNDING: list[tuple[Any, int, str]] = [
    ([], 400, "JSON object"),
    ({}, 400, "cannot name a collection"),
    ({"id": "A B"}, 400, "cannot name a collection"),
    ({"id": "x", "colour": 1}, 400, "There is no member “colour”"),
    ({"id": "x", "schema": []}, 400, "JSON Schema"),
    ({"id": "x", "schema": {"properties": {"a": {"type": "money"}}}}, 400, "has the type “money”"),
    ({"id": "x", "schema": {"properties": {"a": 1}}}, 400, "must be an object"),
    ({"id": "x", "schema": {"properties": {'a"': {}}}}, 400, "cannot be the name of a property"),
    ({"id": "x", "geometry": "Blob"}, 400, "“geometry” is “Blob”"),
    ({"id": "x", "storageCrs": "EPSG:1"}, 400, "no reference system known"),
    ({"id": "x", "visibility": "shared"}, 400, "private and public"),
    ({"id": "x", "keywords": "a"}, 400, "list of texts"),
    ({"id": "places"}, 409, "already"),
]


@pytest.mark.parametrize(("body", "status", "said"), FOUNDING, ids=[said for *_, said in FOUNDING])
def test_a_wrong_collection_is_refused(owner: httpx.Client, body: Any, status: int, said: str) -> None:
    answer = owner.post("/ogc/collections", json=body)
    assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.text
    assert owner.get("/ogc/collections/x").status_code == 404


def test_a_body_that_is_no_json_is_refused(owner: httpx.Client, empty: str) -> None:
    for content in (b"{", b'{"type": "Feature", "id": "\\ud800"}', b"[" * 5000, b""):
        for method, url in (
            ("POST", empty),
            ("PUT", empty + "/1"),
            ("PATCH", empty + "/1"),
            ("POST", "/ogc/collections"),
        ):
            answer = owner.request(method, url, content=content, headers={"Content-Type": "application/json"})
            assert answer.status_code in (400, 404), (method, content, answer.text)
            assert json.loads(answer.text)["detail"]
