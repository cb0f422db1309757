"""Every document of the OGC API: true to the official schemas, linked, and a page as well."""

from typing import Any

import httpx
import pytest
from tests.api.asking import ECHO, ended
from tests.api.official import conforms

pytestmark = pytest.mark.xdist_group("api")
PARTS = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf"
EXCEPTIONS = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"
DOCUMENTS = [
    ("/ogc", "landingPage"),
    ("/ogc/conformance", "confClasses"),
    ("/ogc/processes", "processList"),
    ("/ogc/processes/echo", "process"),
    ("/ogc/processes/warmth", "process"),
    ("/ogc/processes/execute-notebook", "process"),
    ("/ogc/jobs", "jobList"),
]


@pytest.mark.parametrize(("path", "schema"), DOCUMENTS)
def test_a_document_is_as_the_standard_wants_it(web: httpx.Client, path: str, schema: str) -> None:
    answer = web.get(path)
    assert answer.headers["content-type"] == "application/json"
    conforms(answer.json(), schema)


@pytest.mark.parametrize("path", [path for path, _ in DOCUMENTS] + ["/ogc/api"])
def test_a_document_is_a_page_as_well(web: httpx.Client, path: str) -> None:
    for asked in (web.get(path, headers={"Accept": "text/html,*/*;q=0.8"}), web.get(path, params={"f": "html"})):
        assert asked.status_code == 200
        assert asked.headers["content-type"].startswith("text/html")
        assert "Accept" in asked.headers["vary"]
        assert '<link rel="alternate" type="application/json"' in asked.text
    assert "json" in web.get(path, params={"f": "json"}, headers={"Accept": "text/html"}).headers["content-type"]
    assert web.get(path, params={"f": "xml"}).status_code == 400


def test_the_links_of_a_document_lead_to_answers(web: httpx.Client) -> None:
    for path, _ in DOCUMENTS:
        links = web.get(path).json()["links"]
        assert {"self", "alternate"} <= {each["rel"] for each in links}
        for each in links:
            assert each["href"].startswith(str(web.base_url))
            found = web.get(each["href"], headers={"Accept": each["type"]})
            assert found.status_code == (405 if each["rel"].endswith("/execute") else 200), each
            if found.status_code == 200:
                assert found.headers["content-type"].partition(";")[0] == each["type"].partition(";")[0]


def test_the_landing_page_names_what_clients_look_for(web: httpx.Client) -> None:
    for path in ("/ogc", "/ogc/"):
        rels = {each["rel"] for each in web.get(path).json()["links"]}
        assert {"service-desc", "service-doc", "conformance", "processes"} <= rels
        assert {f"http://www.opengis.net/def/rel/ogc/1.0/{name}" for name in ("processes", "job-list")} <= rels


def test_every_class_of_the_standard_is_declared(web: httpx.Client) -> None:
    found = web.get("/ogc/conformance").json()["conformsTo"]
    names = ("core", "ogc-process-description", "json", "html", "oas30", "job-list", "callback", "dismiss")
    assert {f"{PARTS}/{name}" for name in names} <= set(found)


def test_the_list_of_processes_is_paged(web: httpx.Client) -> None:
    first = web.get("/ogc/processes", params={"limit": 1}).json()
    assert len(first["processes"]) == 1
    seen, page = [each["id"] for each in first["processes"]], first
    while after := [each["href"] for each in page["links"] if each["rel"] == "next"]:
        page = web.get(after[0]).json()
        seen += [each["id"] for each in page["processes"]]
    assert sorted(seen) == sorted(each["id"] for each in web.get("/ogc/processes").json()["processes"])
    assert len(seen) == first["numberMatched"]


def test_a_process_describes_itself_from_its_notebook(web: httpx.Client) -> None:
    process = web.get("/ogc/processes/warmth").json()
    number = process["inputs"]["number"]
    assert (number["title"], number["description"], number["minOccurs"]) == ("Number", "which year", 0)
    assert number["schema"] == {
        "type": "integer", "minimum": 0, "maximum": 20, "description": "which year", "default": 0,
    }  # fmt: skip
    web.post("/ogc/processes/warmth/execution", json={"inputs": {}})
    (output,) = web.get("/ogc/processes/warmth").json()["outputs"].items()
    assert output == (
        "values",
        {"title": "Values", "description": "In K.", "schema": {"type": "string", "contentMediaType": "text/csv"}},
    )


def test_the_echo_has_every_kind_of_input_and_output(web: httpx.Client) -> None:
    process = web.get("/ogc/processes/echo").json()
    inputs, outputs = process["inputs"], process["outputs"]
    assert next(iter(inputs)) == next(iter(outputs)) == "string"  # the CITE suite takes the first for a text
    assert inputs["bounds"]["schema"]["allOf"][0] == {"format": "ogc-bbox"}
    assert {"oneOf"} <= set(inputs["mixed"]["schema"]) & set(outputs["mixed"]["schema"])
    assert inputs["binary"]["schema"]["contentEncoding"] == "base64"
    assert {"sync-execute", "async-execute", "dismiss"} == set(process["jobControlOptions"])
    assert all(each["minOccurs"] == 0 and "default" in each["schema"] for each in inputs.values())
    assert set(outputs) == set(inputs) - {"pause"}
    assert "enum" not in str(process["inputs"])


PROBLEMS = [
    ("/ogc/processes/nothing", 404, f"{EXCEPTIONS}/no-such-process"),
    ("/ogc/jobs/nothing", 404, f"{EXCEPTIONS}/no-such-job"),
    ("/ogc/jobs/nothing/results", 404, f"{EXCEPTIONS}/no-such-job"),
    ("/ogc/nothing", 404, "about:blank"),
    ("/ogc/jobs?limit=0", 400, "about:blank"),
    ("/ogc/conformance?f=xml", 400, "about:blank"),
]


@pytest.mark.parametrize(("path", "status", "type"), PROBLEMS)
def test_what_goes_wrong_is_a_problem_in_the_form_that_is_taken(
    web: httpx.Client, path: str, status: int, type: str
) -> None:
    for accept, media_type in (("*/*", "application/problem+json"), ("application/json", "application/json")):
        answer = web.get(path, headers={"Accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (status, media_type)
        assert answer.json()["type"] == type
        conforms(answer.json(), "exception")
    page = web.get(path, headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")


def test_a_method_that_an_address_does_not_have_is_a_problem(web: httpx.Client) -> None:
    answer = web.put("/ogc/jobs", json={})
    assert answer.status_code == 405
    conforms(answer.json(), "exception")


def test_a_job_and_its_results_are_as_the_standard_wants_them(web: httpx.Client) -> None:
    body: dict[str, Any] = {"inputs": {"number": 0.5}, "outputs": {"number": {}, "string": {}, "bounds": {}}}
    answer = web.post(ECHO, json=body, headers={"Prefer": "respond-async"})
    assert (answer.status_code, answer.headers["preference-applied"]) == (201, "respond-async")
    conforms(answer.json(), "statusInfo")
    job = ended(web, answer.json()["jobID"])
    conforms(job, "statusInfo")
    assert [each["rel"] for each in job["links"]][:2] == ["self", "http://www.opengis.net/def/rel/ogc/1.0/results"]
    results = web.get(job["links"][1]["href"]).json()
    conforms(results, "results")
    assert set(results) == {"number", "string", "bounds"}
    for path in (f"/ogc/jobs/{job['jobID']}", f"/ogc/jobs/{job['jobID']}/results"):
        assert "echo" in web.get(path, params={"f": "html"}).text or "0.5" in web.get(path, params={"f": "html"}).text
