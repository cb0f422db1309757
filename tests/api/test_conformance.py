"""What the CITE suite for OGC API – Processes 1.0 sends and expects, as far as other tests do not show it."""

from typing import Any

import httpx
import pytest
from tests.api.asking import ECHO, ended
from tests.api.official import conforms

pytestmark = pytest.mark.xdist_group("api")
JSON = {"Accept": "application/json"}
TEXT = "teststring"


@pytest.fixture(scope="module")
def description(web: httpx.Client) -> Any:
    """The echo as it describes itself."""
    return web.get("/ogc/processes/echo", headers=JSON).json()


def types(schema: dict[str, Any]) -> list[str]:
    """The types that the suite finds in a schema: its own, or those of its alternatives."""
    return [each["type"] for each in schema.get("oneOf", [schema]) if "type" in each]


def request_of(description: Any, **more: Any) -> dict[str, Any]:
    """The request that the suite makes: a text for each input that takes texts, every output by value."""
    inputs = {name: TEXT for name, each in description["inputs"].items() if "string" in types(each["schema"])}
    return {
        "inputs": inputs,
        "outputs": {name: {"transmissionMode": "value"} for name in description["outputs"]},
    } | more


def test_every_text_goes_in_and_everything_comes_out(web: httpx.Client, description: Any) -> None:
    for more in ({}, {"response": "document"}, {"response": "raw"}):
        answer = web.post(ECHO, json=request_of(description, **more), headers=JSON)
        assert answer.status_code == 200
        assert answer.json()["string"] == TEXT
        assert "link" not in answer.headers  # the suite cannot read a link within its angle brackets


def test_no_outputs_asked_for_means_all(web: httpx.Client, description: Any) -> None:
    for more in ({"outputs": {}}, {}):
        body = {"inputs": request_of(description)["inputs"], **more}
        assert set(web.post(ECHO, json=body, headers=JSON).json()) == set(description["outputs"])


def test_the_first_input_with_an_object_takes_a_qualified_text(web: httpx.Client, description: Any) -> None:
    inputs = request_of(description)["inputs"]
    first = next(name for name, each in description["inputs"].items() if "object" in types(each["schema"]))
    answer = web.post(ECHO, json={"inputs": {**inputs, first: {"value": TEXT}}}, headers=JSON)
    assert (answer.status_code, answer.json()[first]) == (200, TEXT)


def test_one_output_raw_holds_the_text(web: httpx.Client, description: Any) -> None:
    first = next(iter(description["inputs"]))
    body = {"inputs": {first: TEXT}, "outputs": {first: {"transmissionMode": "value"}}, "response": "raw"}
    assert TEXT in web.post(ECHO, json=body, headers=JSON).text
    job = web.post(ECHO, json=body, headers={**JSON, "Prefer": "respond-async"}).json()
    results = next(
        each["href"] for each in ended(web, job["jobID"])["links"] if each["rel"].endswith("/ogc/1.0/results")
    )
    assert TEXT in web.get(results).text


def test_a_value_of_the_wrong_form_is_told_apart(web: httpx.Client, description: Any) -> None:
    with_form = [name for name, each in description["inputs"].items() if "contentMediaType" in each["schema"]]
    assert with_form
    for name in with_form:
        body = {"inputs": {name: {"type": "wrong/type_1"}}}
        answer = web.post(ECHO, json=body, headers=JSON)
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/json")
        conforms(answer.json(), "exception")


def test_a_preference_among_others_is_heeded(web: httpx.Client, description: Any) -> None:
    answer = web.post(ECHO, json=request_of(description), headers={**JSON, "Prefer": "handling=lenient, respond-async"})
    assert answer.status_code == 201
    status = web.get(answer.headers["location"])
    conforms(status.json(), "statusInfo")
    ended(web, answer.json()["jobID"])
