"""The abstract tests of OGC API – Common, Part 1 (19-072, annex A) and Part 2 (20-024), and queryables as JSON Schema.

The annexes could be read in part only (the published pages begin, but do not end, in the copy at hand); the order here is that
of the conformance classes: core, landing page, JSON, HTML, OpenAPI 3.0; collections, JSON, HTML.
"""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema
import pytest
from tests.served import Served

pytestmark = [pytest.mark.xdist_group("features"), pytest.mark.slow]
JSON, HTML, SCHEMA = "application/json", "text/html", "application/schema+json"
COMMON = "http://www.opengis.net/spec/ogcapi-common-{}/1.0/conf"
CLASSES = [
    *(f"{COMMON.format(1)}/{name}" for name in ("core", "landing-page", "json", "html", "oas30")),
    *(f"{COMMON.format(2)}/{name}" for name in ("collections", "json", "html")),
]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
SCHEMAS = ("/ogc/collections/{}/queryables", "/ogc/collections/{}/sortables", "/ogc/collections/{}/schema",
           "/stac/collections/{}/queryables", "/stac/queryables")  # fmt: skip
HOSTILE = ("", "0", "-1", "1e999", "NaN", "%00", "'\"<>", "..", "x" * 3000, "🛰")


@pytest.fixture
def anyone(features_served: Served) -> Iterator[httpx.Client]:
    """A client that shows no token and keeps no session, which answers in HTML would begin."""
    with httpx.Client(base_url=features_served.address, timeout=60) as client:
        client.event_hooks = {"response": [lambda _answer: client.cookies.clear()]}
        yield client


def linked(client: httpx.Client, address: str) -> Any:
    """Return a document and fail unless it has links to itself in its own form, and as a page."""
    body = client.get(address, headers={"Accept": JSON}).json()
    found = {(each["rel"], each["type"]) for each in body["links"]}
    assert {("self", JSON), ("alternate", HTML)} <= found, (address, found)
    return body


def test_the_classes_are_declared(anyone: httpx.Client) -> None:
    assert set(CLASSES) <= set(linked(anyone, "/ogc/conformance")["conformsTo"])


def test_it_speaks_http_1_1_and_names_its_errors(anyone: httpx.Client) -> None:
    assert anyone.get("/ogc").http_version == "HTTP/1.1"
    assert anyone.head("/ogc").status_code == 200
    assert anyone.get("/ogc/nothing").status_code == 404
    assert anyone.put("/ogc/conformance", json={}).status_code in (401, 403, 405)
    assert anyone.get("/ogc/collections", params={"f": "nonsense"}).status_code == 400
    unacceptable = anyone.get("/ogc", headers={"Accept": "application/x-nothing"})
    assert unacceptable.status_code in (200, 406)


def test_the_landing_page_leads_to_the_definition_the_declaration_and_the_data(anyone: httpx.Client) -> None:
    for body in (linked(anyone, "/ogc"), anyone.get("/ogc/").json()):
        rels = {each["rel"]: each for each in body["links"]}
        assert body["title"] and body["description"]
        for rel in ("service-desc", "service-doc", "conformance", "data"):
            found = anyone.get(rels[rel]["href"], headers={"Accept": rels[rel]["type"]})
            assert found.status_code == 200
            assert found.headers["content-type"].partition(";")[0] == rels[rel]["type"].partition(";")[0]


def test_the_definition_is_of_openapi_3_0_and_names_what_there_is(anyone: httpx.Client) -> None:
    document = anyone.get("/ogc/api").json()
    assert document["openapi"].startswith("3.0.")
    assert {"/", "/conformance", "/collections", "/collections/{id}"} <= set(document["paths"])


@pytest.mark.parametrize("path", ["/ogc", "/ogc/conformance", "/ogc/collections", "/ogc/collections/places"])
def test_every_resource_comes_as_json_and_as_html(anyone: httpx.Client, path: str) -> None:
    for form, media_type in (("json", JSON), ("html", HTML)):
        for asked in (anyone.get(path, headers={"Accept": media_type}), anyone.get(path, params={"f": form})):
            assert asked.status_code == 200
            assert asked.headers["content-type"].partition(";")[0] == media_type
            assert "accept" in asked.headers["vary"].lower()
    linked(anyone, path)


def test_every_collection_is_in_the_list_as_it_is_alone(anyone: httpx.Client) -> None:
    body = linked(anyone, "/ogc/collections")
    assert body["numberReturned"] == len(body["collections"]) <= body["numberMatched"]
    ids = [each["id"] for each in body["collections"]]
    assert len(ids) == len(set(ids)) and "places" in ids and "hidden" not in ids
    for each in body["collections"]:
        [own] = [link["href"] for link in each["links"] if link["rel"] == "self"]
        alone = linked(anyone, own)
        for member in ("id", "title", "description", "extent", "crs", "itemType"):
            assert alone.get(member) == each.get(member)
        for west, south, east, north in each["extent"]["spatial"]["bbox"]:
            assert -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90
        assert all(len(interval) == 2 for interval in each["extent"].get("temporal", {}).get("interval", []))
        assert all(link["href"] and link["rel"] for link in each["links"])


def test_the_list_comes_in_pages(anyone: httpx.Client) -> None:
    page, seen = linked(anyone, "/ogc/collections?limit=2"), []
    while True:
        seen += [each["id"] for each in page["collections"]]
        following = [each["href"] for each in page["links"] if each["rel"] == "next"]
        if not following:
            break
        page = anyone.get(following[0]).json()
    assert len(seen) == len(set(seen)) == page["numberMatched"]


@pytest.mark.parametrize("path", SCHEMAS)
def test_what_can_be_asked_of_is_a_schema_of_2020(anyone: httpx.Client, path: str) -> None:
    for id in ("places", "quakes", "states", "samples"):
        address = path.format(id)
        answer = anyone.get(address, headers={"Accept": SCHEMA})
        assert answer.headers["content-type"].partition(";")[0] == SCHEMA
        body = answer.json()
        jsonschema.Draft202012Validator.check_schema(body)
        assert (body["$schema"], body["type"]) == (DIALECT, "object")
        assert body["$id"].partition("?")[0] == str(anyone.base_url.join(address))
        for name, each in body["properties"].items():
            assert "type" in each or "$ref" in each or "format" in each or each.get("title"), name


def test_each_queryable_can_be_filtered_by_and_each_sortable_sorted_by(anyone: httpx.Client) -> None:
    for id in ("places", "quakes", "states"):
        here = f"/ogc/collections/{id}"
        for name in anyone.get(f"{here}/queryables", headers={"Accept": SCHEMA}).json()["properties"]:
            asked = {"filter": json.dumps({"op": "isNull", "args": [{"property": name}]}), "filter-lang": "cql2-json"}
            assert anyone.get(f"{here}/items", params=asked).status_code == 200, name
        for name in anyone.get(f"{here}/sortables", headers={"Accept": SCHEMA}).json()["properties"]:
            assert anyone.get(f"{here}/items", params={"sortby": f"-{name}", "limit": "1"}).status_code == 200, name


@pytest.mark.parametrize("template", [
    "ACCENTI(name) = accenti('{}')", "CASEI(ACCENTI(name)) LIKE casei(accenti('{}%'))", "A_CONTAINS(tags, ('{}'))",
    "A_OVERLAPS(('{}'), tags)", "T_EQUALS(day, DATE('{}'))", "S_INTERSECTS(geometry, BBOX({},0,1,1))", "{}", "true {}",
])  # fmt: skip
def test_odd_filters_never_fail(anyone: httpx.Client, template: str) -> None:
    for odd in HOSTILE:
        for path in ("/ogc/collections/places/items", "/stac/search"):
            answer = anyone.get(path, params={"filter": template.format(odd), "limit": "1"})
            assert answer.status_code in (200, 400, 414, 431), (path, template, odd, answer.text)


ODD_TREES: list[Any] = [
    {"op": "accenti", "args": ["a"]}, {"op": "=", "args": [{"op": "accenti", "args": []}, "a"]},
    {"op": "=", "args": [{"op": "accenti", "args": [5]}, "a"]}, {"op": "a_equals", "args": [[], {"property": "tags"}]},
    {"op": "a_contains", "args": [{"property": "tags"}, [{"a": 1}, None, [1], True]]},
    {"op": "a_overlaps", "args": [[1], [1, 2]]}, {"op": "a_equals", "args": [{"property": "tags"}, 5]},
    {"op": "s_within", "args": [{"bbox": [1]}, {"bbox": [0, 0, 1, 1]}]}, {"op": "s_equals", "args": [5, 6]},
    {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": ["a", 0, 1, 1]}]},
    {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [0, 0, 0, 0]}]},
    {"op": "t_equals", "args": [{"property": "day"}, {"date": "9999-12-31"}]},
    {"op": "t_equals", "args": [{"property": "day"}, {"date": 5}]}, True, False, None, [], "true", 5,
]  # fmt: skip


def test_odd_trees_never_fail(anyone: httpx.Client) -> None:
    for tree in ODD_TREES:
        asked = {"filter": json.dumps(tree), "filter-lang": "cql2-json"}
        for path in ("/ogc/collections/places/items", "/stac/search"):
            answer = anyone.get(path, params=asked)
            assert answer.status_code in (200, 400), (path, tree, answer.text)
        posted = anyone.post("/stac/search", json={"filter": tree, "filter-lang": "cql2-json"})
        assert posted.status_code in (200, 400), (tree, posted.text)
