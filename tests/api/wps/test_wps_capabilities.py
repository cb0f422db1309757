"""GetCapabilities of WPS: which version answers, and what it says."""

import pytest
from tests.api.wps.asking import NS, Asking

GET_V2 = (
    f'<wps:GetCapabilities xmlns:wps="{NS["wps"]}" xmlns:ows="{NS["ows"]}" service="WPS"{{}}>{{}}</wps:GetCapabilities>'
)
GET_V1 = (
    f'<wps:GetCapabilities xmlns:wps="{NS["wps1"]}" xmlns:ows="{NS["ows1"]}" service="WPS">{{}}</wps:GetCapabilities>'
)


def accept(prefix: str, *versions: str) -> str:
    """Return AcceptVersions as XML."""
    listed = "".join(f"<{prefix}:Version>{each}</{prefix}:Version>" for each in versions)
    return f"<{prefix}:AcceptVersions>{listed}</{prefix}:AcceptVersions>"


@pytest.mark.parametrize(
    ("asked", "namespace"),
    [
        ({}, "wps"),
        ({"version": "2.0.0"}, "wps"),
        ({"version": "1.0.0"}, "wps1"),
        ({"AcceptVersions": "1.0.0"}, "wps1"),
        ({"AcceptVersions": "1.0.0,2.0.0"}, "wps1"),
        ({"AcceptVersions": "3.1.4, 2.0.0"}, "wps"),
        ({"acceptversions": "2.0.0,1.0.0", "version": "1.0.0"}, "wps"),
    ],
)
def test_the_version_that_the_client_likes_best_answers(wps: Asking, asked: dict[str, str], namespace: str) -> None:
    root = wps.get(SERVICE="WPS", Request="GetCapabilities", **asked).root
    assert root.tag == f"{{{NS[namespace]}}}Capabilities"
    assert root.attrib["version"] == {"wps": "2.0.0", "wps1": "1.0.0"}[namespace]


def test_every_notebook_is_offered_in_both_versions(wps: Asking) -> None:
    in_v2 = wps.get(service="WPS", request="GetCapabilities").texts("wps:Contents/wps:ProcessSummary/ows:Identifier")
    in_v1 = wps.get(service="WPS", request="GetCapabilities", version="1.0.0").texts(
        "wps1:ProcessOfferings/wps1:Process/ows1:Identifier"
    )
    assert in_v1 == in_v2
    assert {"execute-notebook", "kinds", "sleepy", "failing"} <= set(in_v2)


def test_a_posted_request_negotiates_in_the_same_way(wps: Asking) -> None:
    assert wps.post(GET_V2.format("", "")).root.attrib["version"] == "2.0.0"
    assert wps.post(GET_V1.format("")).root.attrib["version"] == "1.0.0"
    assert wps.post(GET_V2.format("", accept("ows", "1.0.0"))).root.attrib["version"] == "1.0.0"
    assert wps.post(GET_V1.format(accept("ows", "2.0.0"))).root.attrib["version"] == "2.0.0"


def test_no_version_in_common_is_said(wps: Asking) -> None:
    told = wps.get(service="WPS", request="GetCapabilities", AcceptVersions="0.4.0,3.0.0")
    assert told.trouble == (400, "VersionNegotiationFailed", "AcceptVersions")
    assert "2.0.0" in told.said
    assert wps.post(GET_V2.format("", accept("ows", "9.9.9"))).trouble[1] == "VersionNegotiationFailed"


def test_sections_are_left_out_except_the_list_of_processes(wps: Asking) -> None:
    def parts(sections: str) -> set[str]:
        root = wps.get(service="WPS", request="GetCapabilities", sections=sections).root
        return {each.tag.rpartition("}")[2] for each in root}

    assert parts("ServiceIdentification") == {"ServiceIdentification", "Contents"}
    assert parts("OperationsMetadata,Languages") == {"OperationsMetadata", "Languages", "Contents"}
    assert len(parts("All")) == 5
    told = wps.get(service="WPS", request="GetCapabilities", sections="Prices")
    assert told.trouble == (400, "InvalidParameterValue", "sections")


def test_a_client_that_knows_the_present_state_gets_little(wps: Asking) -> None:
    root = wps.get(service="WPS", request="GetCapabilities").root
    again = wps.get(service="WPS", request="GetCapabilities", updateSequence=root.attrib["updateSequence"])
    assert [each.tag.rpartition("}")[2] for each in again.root] == ["Contents"]
    posted = wps.post(GET_V2.format(f' updateSequence="{root.attrib["updateSequence"]}"', ""))
    assert [each.tag.rpartition("}")[2] for each in posted.root] == ["Contents"]
    assert len(wps.get(service="WPS", request="GetCapabilities", updateSequence="old").root) == 5


def test_operations_lead_to_this_server(wps: Asking) -> None:
    root = wps.get(service="WPS", request="GetCapabilities").root
    names = [each.attrib["name"] for each in root.iterfind("ows:OperationsMetadata/ows:Operation", NS)]
    assert names == ["GetCapabilities", "DescribeProcess", "Execute", "GetStatus", "GetResult", "Dismiss"]
    addresses = {each.attrib[f"{{{NS['xlink']}}}href"] for each in root.iterfind(".//ows:Post", NS)}
    assert addresses == {f"{wps.address}/wps"}


def test_any_page_may_read_the_capabilities(wps: Asking) -> None:
    told = wps.get(service="WPS", request="GetCapabilities")
    assert told.headers["Access-Control-Allow-Origin"] == "*"
