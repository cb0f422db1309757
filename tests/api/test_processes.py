"""OGC API – Processes by real curl: the original system's request as its documentation prints it, and that of 1.0."""

import json
import shutil
import subprocess
from typing import Any

import httpx
import pytest
from tests.conftest import cannot
from tests.houses import notebook
from tests.served import Served

pytestmark = pytest.mark.xdist_group("api")
PRINTED = """{"inputs": [
    {"id": "notebook", "value": "project/nb.ipynb"},
    {"id": "parameters_json", "value": {"days": 14, "x1": 8.0, "x2": 8.5}}
]}"""
JOBS = "/ogc/processes/execute-notebook/jobs?async-execute=True"
EXCEPTIONS = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"


def curl(served: Served, path: str, *options: str, token: bool = True) -> tuple[int, dict[str, str], Any]:
    """Ask with curl; return status, headers in lower case, and the JSON of the body."""
    if shutil.which("curl") is None:
        cannot("curl is not installed here")
    authorized = ["-H", f"Authorization: Bearer {served.token}"] if token else []
    command = ["curl", "-sS", "-i", "--max-time", "60", *authorized, *options, served.address + path]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    head, _, body = done.stdout.partition("\n\n")
    first, *lines = head.splitlines()
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, json.loads(body)


def post(served: Served, path: str, body: str, *options: str, token: bool = True) -> tuple[int, dict[str, str], Any]:
    """POST *body* as curl -d does with a JSON content type."""
    return curl(served, path, "-H", "Content-Type: application/json", "-d", body, *options, token=token)


@pytest.fixture
def project(served: Served) -> None:
    """The notebook of the printed request, in the owner's workspace."""
    folder = served.home / "workspaces" / "owner" / "project"
    folder.mkdir(parents=True, exist_ok=True)
    code = "import repeatpass\nrepeatpass.output('sum.txt').write_text(f'{days} {x1 + x2}')"
    (folder / "nb.ipynb").write_bytes(notebook(code, parameters="days = 1\nx1 = 0.0\nx2 = 0.0"))


@pytest.mark.usefixtures("project")
def test_the_request_that_the_original_documentation_prints(served: Served) -> None:
    status, headers, job = post(served, JOBS, PRINTED)
    assert status == 201
    assert headers["location"] == f"{served.address}/ogc/jobs/{job['jobID']}".lower()
    assert job["status"] in {"accepted", "running"}
    ended = served.job(job["jobID"])
    assert (ended["status"], ended["progress"]) == ("successful", 100)
    assert {"job_start_datetime", "job_end_datetime", "created", "finished"} <= set(ended)
    _, _, results = curl(served, f"/ogc/jobs/{job['jobID']}/results")
    (result,) = results.values()
    text = subprocess.run(["curl", "-sS", result["href"]], capture_output=True, text=True, check=True)
    assert text.stdout == "14 16.5"


@pytest.mark.usefixtures("project")
def test_the_original_request_can_wait_for_its_results(served: Served) -> None:
    status, _, results = post(served, JOBS.replace("True", "False"), PRINTED)
    assert status == 200
    assert list(results) == ["sum.txt"]


def test_the_asynchronous_form_of_the_standard(served: Served) -> None:
    body = '{"inputs": {"number": 3, "pause": {"value": 0.1}}}'
    status, headers, job = post(served, "/ogc/processes/warmth/execution", body, "-H", "Prefer: respond-async")
    assert status == 201
    assert headers["preference-applied"] == "respond-async"
    path = headers["location"].removeprefix(served.address)
    assert path == f"/ogc/jobs/{job['jobID']}".lower()
    assert (job["type"], job["processID"]) == ("process", "warmth")
    assert served.job(job["jobID"])["status"] == "successful"
    _, _, of_process = curl(served, f"/ogc/processes/warmth/jobs/{job['jobID']}", token=False)
    assert of_process["status"] == "successful"
    _, _, listed = curl(served, "/ogc/jobs?processID=warmth&status=successful", token=False)
    assert job["jobID"] in [each["jobID"] for each in listed["jobs"]]


def test_the_synchronous_form_of_the_standard(served: Served) -> None:
    body = '{"inputs": {"number": 4}, "response": "document"}'
    status, _, results = post(served, "/ogc/processes/warmth/execution", body)
    assert status == 200
    assert results["values"]["type"] == "text/csv"
    csv = subprocess.run(["curl", "-sS", results["values"]["href"]], capture_output=True, text=True, check=True)
    assert "here,2004-01-01" in csv.stdout


def test_a_job_can_be_dismissed(served: Served) -> None:
    _, _, job = post(
        served, "/ogc/processes/warmth/execution", '{"inputs": {"pause": 300}}', "-H", "Prefer: respond-async"
    )
    path = f"/ogc/jobs/{job['jobID']}"
    status, _, refused = curl(served, path, "-X", "DELETE", token=False)
    assert (status, refused["status"]) == (403, 403)
    status, _, dismissed = curl(served, path, "-X", "DELETE")
    assert status == 200
    assert served.job(job["jobID"])["status"] == "dismissed"
    assert "Cancelled by Owner" in served.job(job["jobID"])["message"]
    assert dismissed["jobID"] == job["jobID"]
    status, _, again = curl(served, path, "-X", "DELETE")
    assert (status, again["status"]) == (200, "dismissed")


def test_processes_describe_their_inputs(served: Served) -> None:
    _, _, listed = curl(served, "/ogc/processes", token=False)
    assert {"warmth", "execute-notebook"} <= {process["id"] for process in listed["processes"]}
    _, _, process = curl(served, "/ogc/processes/warmth", token=False)
    assert process["inputs"]["number"]["schema"] == {
        "type": "integer",
        "minimum": 0,
        "maximum": 20,
        "description": "which year",
        "default": 0,
    }
    assert "notebook" in curl(served, "/ogc/processes/execute-notebook", token=False)[2]["inputs"]
    assert curl(served, "/ogc/conformance", token=False)[0] == 200


EXECUTE = "/ogc/processes/warmth/execution"
WRONG = [
    ("/ogc/processes/nothing/execution", '{"inputs": {}}', 404, "no process or notebook"),
    (EXECUTE, '{"inputs": {"nunber": 1}}', 400, "Unknown parameter nunber; this notebook takes: number, pause."),
    (EXECUTE, '{"inputs": {"number": 21}}', 400, "Parameter number: 21 is greater than the maximum of 20."),
    (EXECUTE, '{"inputs": {"number": "many"}}', 400, "Parameter number: 'many' is not of type 'integer'."),
    (EXECUTE, "{inputs: 1}", 400, "The body is not JSON"),
    (EXECUTE, "", 400, "The body is not JSON"),
    (EXECUTE, "[]", 400, "Send a JSON object with “inputs”"),
    (EXECUTE, '{"inputs": 3}', 400, "Send a JSON object with “inputs”"),
    (EXECUTE, '{"inputs": [{"value": 3}]}', 400, "must be an object with “id” and “value”"),
    (JOBS, '{"inputs": []}', 400, "The input “notebook” is missing"),
    (JOBS, '{"inputs": {"notebook": "nothing.ipynb"}}', 404, "nothing"),
    (JOBS, '{"inputs": {"notebook": "warmth", "memory": 1}}', 400, "Unknown input memory"),
    (JOBS, '{"inputs": {"notebook": "warmth", "mem_limit": "much"}}', 400, "mem_limit must be an amount of bytes"),
    (JOBS, '{"inputs": {"notebook": "warmth", "parameters": "#"}}', 400, "must be base64 of YAML or JSON"),
]


@pytest.mark.parametrize(("path", "body", "status", "words"), WRONG)
def test_a_request_that_is_wrong_is_answered_with_a_problem(
    served: Served, path: str, body: str, status: int, words: str
) -> None:
    found, headers, problem = post(served, path, body)
    assert (found, problem["status"]) == (status, status)
    assert headers["content-type"] == "application/problem+json"
    assert {"type", "title", "detail", "instance"} <= set(problem)
    if "nothing/execution" in path:
        assert problem["type"] == f"{EXCEPTIONS}no-such-process"
    else:
        assert words in problem["detail"]


def test_a_process_or_job_that_is_not_there(served: Served) -> None:
    status, _, problem = curl(served, "/ogc/processes/nothing", token=False)
    assert (status, problem["type"]) == (404, f"{EXCEPTIONS}no-such-process")
    for path in ("/ogc/jobs/nothing", "/ogc/jobs/nothing/results"):
        status, _, problem = curl(served, path, token=False)
        assert (status, problem["type"]) == (404, f"{EXCEPTIONS}no-such-job")


def test_results_that_are_not_ready(served: Served) -> None:
    _, _, job = post(served, EXECUTE, '{"inputs": {"pause": 20}}', "-H", "Prefer: respond-async")
    status, _, problem = curl(served, f"/ogc/jobs/{job['jobID']}/results", token=False)
    assert (status, problem["type"]) == (404, f"{EXCEPTIONS}result-not-ready")
    curl(served, f"/ogc/jobs/{job['jobID']}", "-X", "DELETE")


def test_an_id_that_is_taken_is_a_conflict(served: Served) -> None:
    body = '{"inputs": {}, "job_id": "my-own-id"}'
    assert post(served, EXECUTE, body, "-H", "Prefer: respond-async")[2]["jobID"] == "my-own-id"
    status, _, problem = post(served, EXECUTE, body, "-H", "Prefer: respond-async")
    assert (status, problem["kind"]) == (409, "conflict")


def test_head_answers_as_get_does_without_a_body(served: Served) -> None:
    asked = httpx.head(f"{served.address}/ogc/processes")
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["content-type"] == httpx.get(f"{served.address}/ogc/processes").headers["content-type"]


def test_a_notebook_that_is_nowhere_is_told_where_to_be_put(served: Served) -> None:
    inputs = [{"id": "notebook", "value": "project/nowhere.ipynb"}]
    body = json.dumps({"inputs": inputs})
    status, _headers, problem = post(served, "/ogc/processes/execute-notebook/jobs", body)
    assert status == 404
    assert "workspaces/owner of the home" in problem["detail"] and "notebooks add" in problem["detail"]
