"""Executing over HTTP: now and later, raw and as a document, by value and by reference, inputs of every kind."""

import base64
import email
import json
from email.message import Message
from typing import Any

import httpx
import pytest
from tests.api.asking import ECHO, ended

pytestmark = pytest.mark.xdist_group("api")
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
LATER = {"Prefer": "respond-async"}


def execute(web: httpx.Client, body: Any, **headers: str) -> httpx.Response:
    """Execute the echo."""
    return web.post(ECHO, json=body, headers={name.replace("_", "-"): value for name, value in headers.items()})


def parts(answer: httpx.Response) -> dict[str, Message]:
    """The parts of a multipart answer by their Content-ID, as the standard library reads them."""
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    return {
        str(part["Content-ID"]).strip("<>"): part
        for part in email.message_from_bytes(head + answer.content).get_payload()
    }  # type: ignore[union-attr]


def test_one_output_raw_is_its_bytes_with_its_type(web: httpx.Client) -> None:
    for response in ({"response": "raw"}, {}):
        answer = execute(web, {"inputs": {"string": "teststring"}, "outputs": {"string": {}}, **response})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        assert answer.json() == "teststring"
        assert "rel=monitor" in answer.headers["link"]
    answer = web.post("/ogc/processes/warmth/execution", json={"inputs": {"number": 4}, "outputs": {"values": {}}})
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.startswith("place,time,value")


def test_several_outputs_raw_are_parts(web: httpx.Client) -> None:
    outputs = {"number": {}, "string": {"transmissionMode": "reference"}}
    answer = execute(web, {"outputs": outputs, "response": "raw"})
    assert answer.headers["content-type"].startswith("multipart/related")
    found = parts(answer)
    assert json.loads(str(found["number"].get_payload())) == 1.5
    assert str(found["string"].get_payload()).strip() == ""
    assert web.get(str(found["string"]["Content-Location"])).json() == "Hello, world!"


def test_several_outputs_are_a_document_for_whoever_takes_json_only_or_leaves_it_open(web: httpx.Client) -> None:
    body = {"outputs": {"number": {}, "string": {}}}
    for asked in (
        execute(web, body),
        execute(web, body, Accept="application/json"),
        execute(web, body | {"response": "raw"}, Accept="application/json"),
        execute(web, body | {"response": "document"}),
    ):
        assert asked.json() == {"number": 1.5, "string": "Hello, world!"}
        assert web.get(asked.headers["content-location"]).status_code == 200


def test_raw_by_reference_alone_is_nothing_but_links(web: httpx.Client) -> None:
    outputs = {"number": {"transmissionMode": "reference"}, "string": {"transmissionMode": "reference"}}
    answer = execute(web, {"outputs": outputs, "response": "raw"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert len([url for url in answer.headers["link"].split(", ") if "ogc/1.0/results" in url]) == 2


def test_a_file_is_given_by_value_or_by_reference(web: httpx.Client) -> None:
    path = "/ogc/processes/warmth/execution"

    def document(**output: Any) -> Any:
        return web.post(path, json={"outputs": {"values": output}, "response": "document"}).json()["values"]

    by_value, by_reference = document(), document(transmissionMode="reference")
    assert (by_value["mediaType"], by_value["value"][:5]) == ("text/csv", "place")
    assert web.get(by_reference["href"]).text == by_value["value"]
    assert document(format={"mediaType": "text/csv"})["value"] == by_value["value"]


def test_what_was_asked_of_a_job_is_remembered(web: httpx.Client) -> None:
    raw = execute(web, {"outputs": {"string": {}}, "response": "raw"}, **LATER).json()["jobID"]
    document = execute(web, {"outputs": {"string": {"transmissionMode": "reference"}}}, **LATER).json()["jobID"]
    ended(web, raw), ended(web, document)
    assert web.get(f"/ogc/jobs/{raw}/results").json() == "Hello, world!"
    (entry,) = web.get(f"/ogc/jobs/{document}/results").json().values()
    assert web.get(entry["href"]).json() == "Hello, world!"


def test_preferences_are_heeded_and_said(web: httpx.Client) -> None:
    later = execute(web, {"inputs": {"pause": 0.2}}, **LATER)
    assert (later.status_code, later.headers["preference-applied"]) == (201, "respond-async")
    assert later.headers["location"].endswith(f"/ogc/jobs/{later.json()['jobID']}")
    assert execute(web, {}, Prefer="respond-sync").headers["preference-applied"] == "respond-sync"
    waited = execute(web, {"inputs": {"pause": 20}}, Prefer="respond-async, wait=1")
    assert (waited.status_code, waited.headers["preference-applied"]) == (201, "wait=1, respond-async")
    web.delete(f"/ogc/jobs/{waited.json()['jobID']}")
    quick = execute(web, {}, Prefer="wait=30")
    assert (quick.status_code, quick.headers["preference-applied"]) == (200, "wait=30")
    assert "preference-applied" not in execute(web, {}).headers


def test_results_that_are_not_ready_are_said_so_and_not_linked(web: httpx.Client) -> None:
    job = execute(web, {"inputs": {"pause": 20}}, **LATER).json()
    assert not [each for each in job["links"] if each["rel"].endswith("/results")]
    assert [each["rel"] for each in job["links"]][1] == "monitor"
    answer = web.get(f"/ogc/jobs/{job['jobID']}/results")
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (404, "result-not-ready")
    dismissed = web.delete(f"/ogc/jobs/{job['jobID']}")
    assert dismissed.status_code == 200
    assert ended(web, job["jobID"])["status"] == "dismissed"
    assert web.get(f"/ogc/jobs/{job['jobID']}/results").status_code == 400


def test_a_job_that_has_ended_is_kept_when_it_is_dismissed(web: httpx.Client) -> None:
    job = execute(web, {}, **LATER).json()["jobID"]
    assert ended(web, job)["status"] == "successful"
    answer = web.delete(f"/ogc/jobs/{job}")
    assert (answer.status_code, answer.json()["status"]) == (200, "successful")
    assert "stays readable" in answer.json()["message"]
    assert web.get(f"/ogc/jobs/{job}/results").status_code == 200


BOX = {"bbox": [5.9, 45.8, 10.5, 47.8], "crs": CRS84}
GOOD: list[tuple[str, Any, Any]] = [
    ("string", {"value": "teststring"}, "teststring"),
    ("string", {"value": base64.b64encode(b"packed").decode(), "encoding": "base64", "mediaType": "text/plain"}, "packed"),
    ("number", 2.5, 2.5),
    ("numbers", [7, 8], [7, 8]),
    ("numbers", [{"value": 7}, {"value": 8}], [7, 8]),
    ("numbers", {"value": [7, 8]}, [7, 8]),
    ("mixed", "teststring", "teststring"),
    ("mixed", 3.5, 3.5),
    ("mixed", {"value": {"measurement": 1.5, "uom": "K"}}, {"value": {"measurement": 1.5, "uom": "K"}}),
    ("measured", {"measurement": 1.5, "uom": "K"}, {"value": {"measurement": 1.5, "uom": "K"}}),
    ("bounds", BOX, BOX),
    ("bounds", {"bbox": [345345345] * 4, "crs": "urn:ogc:def:crs:EPSG:6.6:4326"},
     {"bbox": [345345345] * 4, "crs": "urn:ogc:def:crs:EPSG:6.6:4326"}),
    ("binary", {"value": "aGVsbG8=", "encoding": "base64", "mediaType": "image/png"}, "aGVsbG8="),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given", "echoed"), GOOD)
def test_an_input_of_any_kind_comes_back(web: httpx.Client, name: str, given: Any, echoed: Any) -> None:
    body = {"inputs": {name: given}, "outputs": {name: {}}, "response": "document"}
    answer = execute(web, body)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {name: echoed}


def test_an_input_is_read_where_it_was_left_here(web: httpx.Client) -> None:
    outputs = {"string": {"transmissionMode": "reference"}}
    left = execute(web, {"inputs": {"string": "kept"}, "outputs": outputs, "response": "document"}).json()["string"]
    for href in (left["href"], left["href"].removeprefix(str(web.base_url).rstrip("/"))):
        body = {"inputs": {"string": {"href": href, "type": "application/json"}}, "outputs": {"string": {}}}
        assert execute(web, body).json() == "kept"
    binary = {"inputs": {"binary": {"href": left["href"]}}, "outputs": {"binary": {}}}
    assert base64.b64decode(execute(web, binary).json()) == b'"kept"\n'


WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"invalid-execute-request": "true"}, 400, "Unknown member invalid-execute-request; an execute request has:"),
    ({"inputs": {"strin": "x"}}, 400, "Unknown parameter strin; this notebook takes:"),
    ({"inputs": {"string": {"type": "wrong/type"}}}, 400, "Parameter string:"),
    ({"inputs": {"binary": {"type": "wrong/type"}}}, 400, "Parameter binary:"),
    ({"inputs": {"numbers": ["x"]}}, 400, "Parameter numbers.0: 'x' is not of type 'integer'"),
    ({"inputs": {"pause": 601}}, 400, "Parameter pause: 601 is greater than the maximum of 600"),
    ({"inputs": {"string": {"value": "§", "encoding": "base64"}}}, 400, "says that it is base64"),
    ({"inputs": {"string": {"href": "https://example.org/x"}}}, 403, "is elsewhere. Only addresses of this house"),
    ({"inputs": {"string": {"href": "file:///etc/passwd"}}}, 403, "is elsewhere"),
    ({"inputs": {"string": {"href": "/files/../owner.token"}}}, 404, "there is nothing at"),
    ({"outputs": {"strin": {}}}, 400, "Unknown output strin; echo gives: string, number"),
    ({"outputs": {"string": {"transmissionMode": "ref"}}}, 400, "it can be value or reference"),
    ({"outputs": {"string": 3}}, 400, "“outputs” must be an object"),
    ({"response": "xml"}, 400, "it can be raw or document"),
]


@pytest.mark.parametrize(("body", "status", "words"), WRONG)
def test_a_request_that_is_wrong_is_told_what_is_right(
    web: httpx.Client, body: dict[str, Any], status: int, words: str
) -> None:
    answer = execute(web, body, Accept="application/json")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
    assert words in answer.json()["detail"]


def test_a_format_that_is_not_given_is_refused(web: httpx.Client) -> None:
    body = {"outputs": {"values": {"format": {"mediaType": "application/x-netcdf"}}}}
    web.post("/ogc/processes/warmth/execution", json={})
    answer = web.post("/ogc/processes/warmth/execution", json=body)
    assert (answer.status_code, answer.json()["detail"]) == (
        400,
        "outputs.values cannot be given as application/x-netcdf; it is text/csv.",
    )
