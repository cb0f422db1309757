"""Other people's clients of WPS: OWSLib, asked for either version, and birdy."""

import json
from pathlib import Path

import pytest
from birdy import WPSClient
from birdy.exceptions import UnauthorizedException
from lxml import etree
from owslib.util import ServiceException
from owslib.wps import (
    ASYNC,
    SYNC,
    BoundingBoxDataInput,
    ComplexDataInput,
    WebProcessingService,
    WPSExecution,
    monitorExecution,
)
from tests.api.wps.asking import NS, Asking

BYTES = bytes(range(256)) * 16
# birdy hands its own arguments to OWSLib under names that OWSLib has given up.
BIRDY = pytest.mark.filterwarnings('ignore:The use of "username"')


def owslib(wps: Asking, version: str = "1.0.0", token: bool = True) -> WebProcessingService:
    """Return OWSLib's client with the owner's token."""
    headers = {"Authorization": f"Bearer {wps.token}"} if token else {}
    return WebProcessingService(f"{wps.address}/wps", version=version, headers=headers)


def test_owslib_reads_capabilities_and_descriptions_of_version_1(wps: Asking) -> None:
    service = owslib(wps)
    assert etree.QName(service._capabilities).namespace == NS["wps1"]
    assert service.identification.title == "Repeatpass"
    assert {"kinds", "sleepy"} <= {each.identifier for each in service.processes}
    assert {each.name for each in service.operations} == {"GetCapabilities", "DescribeProcess", "Execute"}
    inputs = {each.identifier: each for each in service.describeprocess("kinds").dataInputs}
    assert (inputs["count"].dataType, inputs["count"].defaultValue, inputs["count"].minOccurs) == ("integer", 3, 0)
    assert inputs["choice"].allowedValues == ["mean", "median"]
    assert inputs["flag"].defaultValue is False
    assert inputs["box"].dataType == "BoundingBoxData"
    assert inputs["steps"].defaultValue.mimeType == "application/json"
    assert service.languages.default == "en"


def test_owslib_asked_for_version_2_gets_version_2(wps: Asking) -> None:
    service = owslib(wps, "2.0.0")
    assert etree.QName(service._capabilities).namespace == NS["wps"]
    assert service.identification.title == "Repeatpass"
    assert {each.name for each in service.operations} >= {"Execute", "GetStatus", "GetResult", "Dismiss"}
    done = service.execute("sleepy", [], mode=SYNC)  # OWSLib always executes in 1.0.0
    assert done.isSucceeded()


def test_owslib_executes_and_waits(wps: Asking, tmp_path: Path) -> None:
    inputs = [
        ("count", "5"),
        ("steps", ComplexDataInput("[7]", mimeType="application/json")),
        ("box", BoundingBoxDataInput([5, 45, 10, 48], crs="urn:ogc:def:crs:OGC:1.3:CRS84")),
    ]
    outputs = [("got.json", False, "application/json"), ("bytes.bin", True)]
    done = owslib(wps).execute("kinds", inputs, output=outputs, mode=SYNC)
    assert done.isSucceeded(), done.errors
    found = {each.identifier: each for each in done.processOutputs}
    got = json.loads(found["got.json"].data[0])
    assert (got["count"], got["steps"], got["box"]) == (5, [7], [5, 45, 10, 48])
    assert found["bytes.bin"].retrieveData() == BYTES
    done.getOutput(str(tmp_path / "bytes.bin"), identifier="bytes.bin")
    assert (tmp_path / "bytes.bin").read_bytes() == BYTES


def test_owslib_follows_an_asynchronous_job(wps: Asking) -> None:
    job = owslib(wps).execute("sleepy", [("pause", "1")], output=[("notebook", True)], mode=ASYNC, lineage=True)
    assert job.statusLocation
    assert not job.isComplete()
    monitorExecution(job, sleepSecs=0.2)
    assert job.isSucceeded()
    assert json.loads(job.processOutputs[0].retrieveData())["nbformat"] == 4
    assert job.dataInputs[0].data == ["1.0"]
    again = WPSExecution(url=f"{wps.address}/wps")
    again.checkStatus(url=job.statusLocation, sleepSecs=0)
    assert again.isSucceeded()


def test_owslib_shows_what_went_wrong(wps: Asking) -> None:
    failed = owslib(wps).execute("failing", [], mode=SYNC)
    assert not failed.isSucceeded()
    assert "the sea is <too> warm" in failed.errors[0].text
    with pytest.raises(ServiceException, match="61 is greater than"):
        owslib(wps).execute("kinds", [("count", "61")], mode=SYNC)
    with pytest.raises(ServiceException, match="AccessForbidden"):
        owslib(wps, token=False).execute("kinds", [], mode=SYNC)


@BIRDY
def test_birdy_makes_a_function_of_every_notebook(wps: Asking) -> None:
    client = WPSClient(f"{wps.address}/wps", headers={"Authorization": f"Bearer {wps.token}"})
    assert "months to average over" in (client.kinds.__doc__ or "")
    # birdy 0.10 takes the name of the reference system for the default of a box, and fails on it: say None.
    done = client.kinds(count=8, flag=True, steps="[1, 2, 3]", box=None)
    outputs = done.get()
    assert outputs.bytes_bin.endswith("/outputs/bytes.bin")
    got = json.loads(wps.raw(outputs.got_json).content)
    assert (got["count"], got["flag"], got["steps"], got["box"]) == (8, True, [1, 2, 3], [5, 45, 10, 48])
    assert client.large(size_mib=1).get(asobj=True).large_txt == "x" * 1024**2


@BIRDY
def test_birdy_is_told_who_may_not_run(wps: Asking) -> None:
    client = WPSClient(f"{wps.address}/wps")
    with pytest.raises(UnauthorizedException):
        client.sleepy()
