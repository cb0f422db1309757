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
    found = [facts for methods in document["paths"].values() for facts in methods.values()]
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
    assert {"/ogc", "/ogc/processes/{id}/execution", "/ogc/jobs/{id}/results", "/stac/collections"} <= paths
    assert not {"/", "/notebooks", "/indicators/{id}", "/runs/{id}"} & paths


def test_what_it_says_of_lists_holds(document: Any, web: httpx.Client) -> None:
    names = {
        each.get("name") or each["$ref"].rsplit("/", 1)[-1]
        for each in document["paths"]["/ogc/jobs"]["get"]["parameters"]
    }
    wanted = {"type", "processID", "status", "datetime", "minDuration", "maxDuration", "limit", "offset", "f"}
    assert names == wanted
    assert document["servers"][0]["url"] == str(web.base_url).rstrip("/")


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
