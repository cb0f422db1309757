"""The API's description: valid OpenAPI 3.0.3, complete, and in the words of 3.0."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from repeatpass.api.dialect30 import in_30
from repeatpass.api.openapi import MEDIA_TYPE

pytestmark = pytest.mark.xdist_group("api")


@pytest.fixture(scope="module")
def document(web: httpx.Client) -> Any:
    """The description as it is served."""
    answer = web.get("/ogc/api")
    assert answer.headers["content-type"] == MEDIA_TYPE
    return answer.json()


def test_it_is_valid_and_self_contained(document: Any) -> None:
    assert document["openapi"] == "3.0.3"
    OpenAPIV30SpecValidator(document).validate()
    text = json.dumps(document)
    assert text.count('"$ref"') == text.count('"$ref": "#/components/')


def test_it_has_no_words_of_later_versions(document: Any) -> None:
    for name in ("const", "examples", "prefixItems", "$schema", "$defs"):
        assert name not in set(_names(document))
    assert '"null"' not in json.dumps(document)


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _names(each)


def test_every_operation_says_what_it_is_and_how_it_fails(document: Any) -> None:
    items = document["paths"].values()
    found = [facts for item in items for method, facts in item.items() if method != "servers"]
    ids = [facts["operationId"] for facts in found]
    assert len(ids) == len(set(ids))
    assert {"getLandingPage", "getConformanceClasses", "getProcesses", "getProcessDescription", "execute"} <= set(ids)
    assert {"getJobs", "getStatus", "getResult", "dismiss"} <= set(ids)
    for facts in found:
        assert facts["summary"], facts
        assert "application/problem+json" in facts["responses"]["default"]["content"], facts
        assert "422" not in facts["responses"]


def test_it_describes_what_programs_use_and_no_page(document: Any) -> None:
    paths = set(document["paths"])
    assert {"/", "/processes/{id}/execution", "/jobs/{id}/results", "/stac/collections"} <= paths
    assert not {"/notebooks", "/indicators/{id}", "/runs/{id}"} & paths


def test_it_describes_the_services_of_layers(document: Any) -> None:
    paths = document["paths"]
    tile = paths["/tiles/{layer}/{tms}/{z}/{x}/{y}.{form}"]["get"]
    assert {"image/png", "image/jpeg", "image/webp"} == set(tile["responses"]["200"]["content"])
    assert {"resampling", "colormap", "rescale", "time"} <= {each["name"] for each in tile["parameters"]}
    for service, operations in (("wms", 4), ("wmts", 3), ("wps", 6)):
        stated = paths[f"/{service}"]["get"]
        [asked] = [each["schema"]["enum"] for each in stated["parameters"] if each["name"] == "request"]
        assert len(asked) == operations
        assert "text/xml" in stated["responses"]["400"]["content"]
    assert "post" in paths["/wps"] and "/wms/{collection}" in paths and "/wmts/1.0.0/WMTSCapabilities.xml" in paths


def test_paths_are_counted_from_the_landing_page_and_others_say_from_where(document: Any, web: httpx.Client) -> None:
    """The OGC's test suites look for /collections, as the standards write it; 20-024, 18-062r2 and 17-069r4 do so."""
    house = str(web.base_url).rstrip("/")
    for path, item in document["paths"].items():
        of_ogc = path.split("/")[1] in ("", "api", "conformance", "collections", "processes", "jobs", "tileMatrixSets")
        assert ("servers" in item) != of_ogc, path
        assert of_ogc or item["servers"][0]["url"] == house
    plain = [path for path, item in document["paths"].items() if "{" not in path and "get" in item]
    for path in plain:
        before = (document["paths"][path].get("servers") or document["servers"])[0]["url"]
        assert web.get(f"{before}{path}").status_code in (200, 400), path


def test_the_page_of_it_leads_to_the_addresses(web: httpx.Client) -> None:
    page = web.get("/ogc/api?f=html").text
    for path in ("/ogc/collections", "/ogc", "/tiles", "/stac/search"):
        assert f'href="{path}"' in page, path


def test_what_it_says_of_lists_holds(document: Any, web: httpx.Client) -> None:
    names = {
        each.get("name") or each["$ref"].rsplit("/", 1)[-1] for each in document["paths"]["/jobs"]["get"]["parameters"]
    }
    wanted = {"type", "processID", "status", "datetime", "minDuration", "maxDuration", "limit", "offset", "f"}
    assert names == wanted
    assert document["servers"][0]["url"] == str(web.base_url).rstrip("/") + "/ogc"


@pytest.mark.parametrize(
    ("schema", "in_words_of_30"),
    [
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, {"nullable": True, "type": "string"}),
        ({"type": ["number", "null"]}, {"nullable": True, "type": "number"}),
        ({"type": ["number", "string"]}, {"anyOf": [{"type": "number"}, {"type": "string"}]}),
        ({"const": 3}, {"enum": [3]}),
        ({"type": "number", "exclusiveMinimum": 0}, {"type": "number", "minimum": 0, "exclusiveMinimum": True}),
        ({"type": "array", "prefixItems": [{}]}, {"type": "array", "items": {}}),
        ({"type": "array"}, {"type": "array", "items": {}}),
        ({"type": "string", "examples": ["a"], "$comment": "b"}, {"type": "string", "example": "a"}),
        (True, {}),
    ],
)
def test_a_schema_of_2020_is_said_in_the_words_of_3_0(schema: Any, in_words_of_30: Any) -> None:
    assert in_30(schema) == in_words_of_30
