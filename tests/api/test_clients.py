"""Other people's clients: OWSLib and ogc-api-processes-client drive a served house through the life of a job."""

import time
from typing import Any

import httpx
import ogc_api_processes_client as client
import pytest
from owslib.ogcapi.processes import Processes
from tests.api.asking import ended
from tests.served import Served

pytestmark = pytest.mark.xdist_group("api")


@pytest.fixture
def owslib(served: Served, web: httpx.Client) -> Processes:
    """OWSLib's client of OGC API – Processes."""
    del web  # the echo is on the shelf
    return Processes(f"{served.address}/ogc", headers={"Authorization": f"Bearer {served.token}"})


def test_owslib_reads_what_is_here(owslib: Processes) -> None:
    assert owslib.links
    assert any(each.endswith("/conf/core") for each in owslib.conformance()["conformsTo"])
    assert owslib.api()["openapi"] == "3.0.3"
    assert {"echo", "warmth"} <= {each["id"] for each in owslib.processes()}
    assert owslib.process("echo")["inputs"]["string"]["title"] == "String"


def test_owslib_executes_now_and_later(owslib: Processes, web: httpx.Client) -> None:
    found = owslib.execute("echo", {"string": "teststring"}, {"string": {"transmissionMode": "value"}})
    assert found == {"string": "teststring"}
    assert owslib.execute("echo", {"string": "raw"}, {"string": {}}, response="raw") == "raw"
    job = owslib.execute("echo", {"number": 2.5}, async_=True)
    assert job["type"] == "process"
    assert owslib.response_headers["Location"].endswith(job["jobID"])
    assert ended(web, job["jobID"])["status"] == "successful"


def test_the_generated_client_lives_through_a_job(served: Served, web: httpx.Client) -> None:
    del web
    configuration = client.Configuration(host=f"{served.address}/ogc")
    with client.ApiClient(configuration, "Authorization", f"Bearer {served.token}") as api:
        assert client.CapabilitiesApi(api).get_landing_page().links
        assert client.ConformanceDeclarationApi(api).get_conformance_classes().conforms_to
        assert "echo" in {each.id for each in client.ProcessListApi(api).get_processes().processes}
        assert client.ProcessDescriptionApi(api).get_process_description("warmth").version
        api.set_default_header("Prefer", "respond-async")
        body = client.Execute.from_dict({"inputs": {}, "response": "document"})
        answer = client.ExecuteApi(api).execute_with_http_info("echo", body)
        headers = {name.lower(): value for name, value in (answer.headers or {}).items()}
        job = headers["location"].rsplit("/", 1)[-1]
        status = _wait(client.StatusApi(api), job)
        assert (status.status, status.process_id) == (client.StatusCode.SUCCESSFUL, "echo")
        assert client.ResultApi(api).get_result_without_preload_content(job).status == 200
        assert job in {each.job_id for each in client.JobListApi(api).get_jobs().jobs}
        assert client.DismissApi(api).dismiss(job).job_id == job


def _wait(api: Any, job: str) -> Any:
    until = time.monotonic() + 60
    while (found := api.get_status(job)).status in (client.StatusCode.ACCEPTED, client.StatusCode.RUNNING):
        assert time.monotonic() < until
        time.sleep(0.1)
    return found
