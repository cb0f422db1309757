"""The examples of the documentation, carried out as they stand there."""

import json
import re
import shlex
from pathlib import Path

import pytest
from owslib.wps import WebProcessingService
from tests.api.wps.asking import NS, Asking
from tests.schemas import OGC, valid_xml

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "wps.md").read_text()
POSTED = re.findall(r"```xml\n(.*?)```", PAGE, re.DOTALL)
ADDRESSES = [
    word
    for line in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for word in shlex.split(line)
    if "/wps?" in word
]
REQUESTS = {"2.0": "wps/2.0/wps.xsd", "1.0.0": "wps/1.0.0/wpsExecute_request.xsd"}


def test_posted_examples_are_valid_and_work(wps: Asking) -> None:
    assert len(POSTED) == 2
    for body in POSTED:
        version = "2.0" if "/wps/2.0" in body else "1.0.0"
        valid_xml(body.encode(), f"{OGC}/{REQUESTS[version]}")
        told = wps.post(body)
        assert told.status == 200
        job = (
            told.root.findtext("wps:JobID", namespaces=NS) or (told.root.get("statusLocation") or "").rpartition("/")[2]
        )
        assert job


@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses_of_the_examples_answer(wps: Asking, address: str) -> None:
    job = wps.execute("sst-anomaly").text("wps:JobID")
    target = address.replace("http://127.0.0.1:8765", wps.address).replace("…", job)
    told = wps.raw(target, token="Execute" in target)
    assert told.status == 200, told.content
    if "Execute" in target:
        assert told.content.startswith(b"place,time,value")
    else:
        assert told.root is not None


def test_the_landing_page_of_the_other_api_leads_here(wps: Asking) -> None:
    landing = wps.raw("/ogc", Accept="application/json")
    xml = [each["href"] for each in json.loads(landing.content)["links"] if each["type"] == "text/xml"]
    links = [each for each in xml if "/wps" in each]
    href = links[0] if links[0].startswith("http") else wps.address + links[0]
    assert WebProcessingService(href.partition("?")[0], version="1.0.0").processes


def test_a_person_who_opens_the_address_finds_a_page_and_a_program_an_exception(wps: Asking) -> None:
    shown = wps.raw("/wps", Accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert shown.headers["Content-Type"].startswith("text/html")
    assert b"request=GetCapabilities" in shown.content
    twin = json.loads(wps.raw("/wps?f=json").content)
    assert any(each["href"].endswith("version=1.0.0") for each in twin["links"])
    assert wps.raw("/wps", Accept="*/*").trouble == (400, "MissingParameterValue", "service")
