"""Execute of WPS 1.0.0: documents, raw outputs, and status documents that stay readable."""

import base64
import json
import time

import pytest
from tests.api.wps.asking import NS, Answered, Asking, document_v1, execute_v1, input_v1, literal_v1
from tests.served import Served

BYTES = bytes(range(256)) * 16
RAW = (
    '<wps:ResponseForm><wps:RawDataOutput mimeType="{}"><ows:Identifier>{}</ows:Identifier></wps:RawDataOutput>'
    "</wps:ResponseForm>"
)
OUTPUT = "wps1:ProcessOutputs/wps1:Output[ows1:Identifier='{}']/wps1:{}"


def value(answered: Answered, name: str) -> str:
    """Return the complex data of an output."""
    return answered.text(OUTPUT.format(name, "Data/wps1:ComplexData"))


def until_ended(wps: Asking, location: str, seconds: float = 60) -> Answered:
    """Read a status document until the job has ended."""
    until = time.monotonic() + seconds
    while (status := wps.raw(location)).root.find("wps1:Status/wps1:ProcessAccepted", NS) is not None or (
        status.root.find("wps1:Status/wps1:ProcessStarted", NS) is not None
    ):
        assert time.monotonic() < until
        time.sleep(0.1)
    return status


def test_a_document_carries_inputs_to_the_notebook_and_values_back(wps: Asking) -> None:
    inputs = (
        literal_v1("count", "9")
        + literal_v1("flag", "true")
        + input_v1("steps", '<wps:Data><wps:ComplexData mimeType="application/json">[8]</wps:ComplexData></wps:Data>')
        + input_v1(
            "box",
            '<wps:Data><wps:BoundingBoxData crs="urn:ogc:def:crs:EPSG::4326"><ows:LowerCorner>45 5</ows:LowerCorner>'
            "<ows:UpperCorner>48 10</ows:UpperCorner></wps:BoundingBoxData></wps:Data>",
        )
    )
    told = wps.post(execute_v1("kinds", inputs, document_v1("got.json", "bytes.bin", "note.txt@reference")))
    assert told.root.get("statusLocation") is None
    assert told.root.find("wps1:Status/wps1:ProcessSucceeded", NS) is not None
    got = json.loads(value(told, "got.json"))
    assert (got["count"], got["flag"], got["steps"], got["box"]) == (9, True, [8], [5, 45, 10, 48])
    assert base64.b64decode(value(told, "bytes.bin")) == BYTES
    reference = told.root.find(OUTPUT.format("note.txt", "Reference"), NS)
    assert reference is not None
    assert wps.raw(reference.attrib["href"]).content == "<a> & ü\r\nsecond line ]]>\n".encode()


def test_without_a_response_form_everything_is_in_the_document(wps: Asking) -> None:
    told = wps.post(execute_v1("kinds"))
    names = told.texts("wps1:ProcessOutputs/wps1:Output/ows1:Identifier")
    assert set(names) == {"got.json", "bytes.bin", "note.txt", "odd.txt", "values"}


def test_the_echo_process_answers_in_version_1_too(wps: Asking) -> None:
    told = wps.post(
        execute_v1("echo", literal_v1("number", "4"), document_v1("number", "bounds", "binary", lineage=True))
    )
    assert told.text(OUTPUT.format("number", "Data/wps1:LiteralData")) in {"4", "4.0"}
    assert told.text(OUTPUT.format("bounds", "Data/wps1:BoundingBoxData/ows1:UpperCorner")) == "10.5 47.8"
    assert base64.b64decode(value(told, "binary")) == b"Hello, world!"


def test_a_raw_output_is_the_stored_file(wps: Asking, wps_served: Served) -> None:
    told = wps.post(execute_v1("kinds", "", RAW.format("application/octet-stream", "bytes.bin")))
    assert (told.status, told.content) == (200, BYTES)
    run = wps_served.ask("/ogc/jobs?processID=kinds&limit=1")["jobs"][0]["jobID"]
    assert wps.raw(f"/runs/{run}/outputs/bytes.bin").content == told.content


def test_a_stored_document_can_be_read_again_with_its_lineage(wps: Asking) -> None:
    form = document_v1("got.json@reference", storeExecuteResponse=True, lineage=True)
    told = wps.post(execute_v1("kinds", literal_v1("count", "4"), form))
    location = told.root.get("statusLocation")
    assert location is not None
    for each in (told, wps.raw(location)):
        count = each.root.find("wps1:DataInputs/wps1:Input[ows1:Identifier='count']//wps1:LiteralData", NS)
        assert count is not None
        assert count.text == "4"
        box = each.root.find("wps1:DataInputs//wps1:BoundingBoxData/ows1:LowerCorner", NS)
        assert box is not None
        definition = each.root.find("wps1:OutputDefinitions/wps1:Output", NS)
        assert definition is not None
        assert definition.get("asReference") == "true"
        assert each.root.find(OUTPUT.format("got.json", "Reference"), NS) is not None
    plain = wps.post(execute_v1("kinds", "", document_v1("got.json"))).root
    assert plain.find("wps1:DataInputs", NS) is None


def test_an_asynchronous_job_is_followed_at_its_status_location(wps: Asking) -> None:
    form = document_v1("outputs", storeExecuteResponse=True, status=True)
    told = wps.post(execute_v1("sleepy", literal_v1("pause", "1.5"), form))
    assert told.root.find("wps1:ProcessOutputs", NS) is None
    location = told.root.get("statusLocation")
    assert location is not None
    ended = until_ended(wps, location)
    assert ended.root.find("wps1:Status/wps1:ProcessSucceeded", NS) is not None
    assert "notebook" in json.loads(value(ended, "outputs"))


def test_a_failed_job_says_why_in_its_status(wps: Asking) -> None:
    told = wps.post(execute_v1("failing", "", document_v1("outputs", storeExecuteResponse=True, status=True)))
    location = told.root.get("statusLocation")
    assert location is not None
    failed = until_ended(wps, location)
    path = "wps1:Status/wps1:ProcessFailed/ows1:ExceptionReport/ows1:Exception/ows1:ExceptionText"
    assert "the sea is <too> warm" in failed.text(path)
    at_once = wps.post(execute_v1("failing"))
    assert (at_once.status, "the sea" in at_once.text(path)) == (200, True)
    raw = wps.post(execute_v1("failing", "", RAW.format("application/x-ipynb+json", "notebook")))
    assert raw.trouble[:2] == (400, "NoApplicableCode")


def test_a_dismissed_job_stays_readable_in_version_1(wps: Asking) -> None:
    form = document_v1("outputs", storeExecuteResponse=True, status=True)
    told = wps.post(execute_v1("sleepy", literal_v1("pause", "300"), form))
    location = told.root.get("statusLocation")
    assert location is not None
    wps.job("Dismiss", location.rpartition("/")[2])
    assert until_ended(wps, location).root.find("wps1:Status/wps1:ProcessFailed", NS) is not None


def test_a_job_begun_in_another_way_has_a_status_document(wps: Asking, wps_served: Served) -> None:
    job = wps_served.ask("/ogc/processes/sleepy/execution", {"inputs": {}}, Prefer="respond-async")["jobID"]
    ended = until_ended(wps, f"/wps/status/{job}")
    assert ended.text("wps1:Process/ows1:Identifier") == "sleepy"
    assert wps.raw("/wps/status/nosuchjob").trouble == (400, "InvalidParameterValue", "nosuchjob")


def test_execute_stands_in_an_address(wps: Asking) -> None:
    asked = {"service": "WPS", "version": "1.0.0", "request": "Execute", "Identifier": "kinds"}
    inputs = 'count=6@datatype=integer;box=45,5,48,10,urn:ogc:def:crs:EPSG::4326;options={"a":"b"}'
    told = wps.get(token=True, **asked, DataInputs=inputs, ResponseDocument="got.json;note.txt@asReference=true")
    got = json.loads(value(told, "got.json"))
    assert (got["count"], got["box"], got["options"]) == (6, [5, 45, 10, 48], {"a": "b"})
    assert told.root.find(OUTPUT.format("note.txt", "Reference"), NS) is not None
    raw = wps.get(token=True, **asked, RawDataOutput="bytes.bin@mimeType=application/octet-stream")
    assert raw.content == BYTES
    stored = wps.get(token=True, **asked, storeExecuteResponse="true", status="true", ResponseDocument="outputs")
    location = stored.root.get("statusLocation")
    assert location is not None
    assert until_ended(wps, location).status == 200


@pytest.mark.parametrize("flags", [{"status": True}, {"status": True, "storeExecuteResponse": False}])
def test_a_status_that_nobody_could_read_is_refused(wps: Asking, flags: dict[str, bool]) -> None:
    told = wps.post(execute_v1("sleepy", "", document_v1("outputs", **flags)))
    assert told.trouble == (400, "InvalidParameterValue", "storeExecuteResponse")


def test_version_1_has_no_operations_on_jobs(wps: Asking) -> None:
    told = wps.get(service="WPS", version="1.0.0", request="GetStatus", jobid="x")
    assert told.trouble == (501, "OperationNotSupported", "request")
