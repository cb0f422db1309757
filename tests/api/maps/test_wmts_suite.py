"""The requests of the OGC's executable test suite for WMTS 1.0.0 (ets-wmts10), those by query and by path.

CommonOperations, GetCapabilities, GetTile and GetFeatureInfo; every report must be valid by the published schema.
"""

import httpx
import pytest
from lxml import etree
from tests.schemas import OGC, valid_xml

pytestmark = [pytest.mark.xdist_group("maps"), pytest.mark.slow]

REPORT, DOCUMENT = f"{OGC}/ows/1.1.0/owsAll.xsd", f"{OGC}/wmts/1.0/wmts.xsd"
NS = {"t": "http://www.opengis.net/wmts/1.0", "o": "http://www.opengis.net/ows/1.1"}
TILE = {"service": "WMTS", "request": "GetTile", "version": "1.0.0", "layer": "warmth:rain", "style": "default",
        "format": "image/png", "TileMatrixSet": "WebMercatorQuad", "TileMatrix": "0", "TileRow": "0", "TileCol": "0"}  # fmt: skip
INFO = TILE | {"request": "GetFeatureInfo", "InfoFormat": "text/plain", "I": "5", "J": "6"}
MISSING, WRONG, OUTSIDE = "MissingParameterValue", "InvalidParameterValue", "TileOutOfRange"


def refused(client: httpx.Client, query: dict[str, str] | str) -> tuple[int, str, str]:
    """Return status, code and locator of a valid report."""
    answer = client.get(f"/wmts?{query}") if isinstance(query, str) else client.get("/wmts", params=query)
    report = valid_xml(answer.content, REPORT)
    return answer.status_code, report.xpath("//@exceptionCode")[0], (report.xpath("//@locator") or [""])[0]


def test_what_is_no_request_at_all_is_told(anybody: httpx.Client) -> None:
    assert refused(anybody, "request~GetCapabilities!service~!'WMTS'version~'1.0.0") == (400, MISSING, "service")
    assert refused(anybody, "service=BOGUS&request=GetCapabilities") == (400, WRONG, "service")
    assert refused(anybody, "service=WMTS&request=GetBOGUS") == (400, WRONG, "request")
    assert refused(anybody, "service=WMTS") == (400, MISSING, "request")
    wanted = (400, "VersionNegotiationFailed", "AcceptVersions")
    assert refused(anybody, "service=WMTS&request=GetCapabilities&AcceptVersions=9.9.9") == wanted
    assert anybody.get("/wmtsBOGUS?service=WMTS").status_code == 404


@pytest.mark.parametrize("usual", [TILE, INFO], ids=["GetTile", "GetFeatureInfo"])
def test_each_parameter_that_is_missing_is_named(anybody: httpx.Client, usual: dict[str, str]) -> None:
    assert anybody.get("/wmts", params=usual).status_code == 200
    for name in usual:
        without = {each: value for each, value in usual.items() if each != name}
        assert refused(anybody, without) == (400, MISSING, name)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [("service", "BOGUS", WRONG), ("version", "2.0.0", WRONG), ("layer", "BOGUS", WRONG), ("style", "BOGUS", WRONG),
     ("format", "image/bogus", WRONG), ("TileMatrixSet", "BOGUS", WRONG), ("TileMatrix", "BOGUS", WRONG),
     ("TileMatrix", "99", WRONG), ("TileRow", "1", OUTSIDE), ("TileCol", "1", OUTSIDE), ("TileRow", "-1", WRONG),
     ("TileCol", "-1", WRONG)],
)  # fmt: skip
def test_each_wrong_value_is_named(anybody: httpx.Client, name: str, value: str, code: str) -> None:
    for usual in (TILE, INFO):
        assert refused(anybody, usual | {name: value}) == (400, code, name)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [("I", "256", "PointIJOutOfRange"), ("J", "256", "PointIJOutOfRange"), ("I", "-1", "PointIJOutOfRange"),
     ("InfoFormat", "x/bogus", WRONG)],
)  # fmt: skip
def test_each_wrong_value_of_a_pixel_is_named(anybody: httpx.Client, name: str, value: str, code: str) -> None:
    assert refused(anybody, INFO | {name: value}) == (400, code, name)


def test_a_style_may_be_empty(anybody: httpx.Client) -> None:
    assert anybody.get("/wmts", params=TILE | {"style": ""}).status_code == 200


@pytest.mark.parametrize(
    "more", ["", "&AcceptVersions=2.0.0,1.0.0", "&AcceptFormats=text/xml", "&sections=Contents", "&sections=All",
             "&updateSequence=0", "&VeRsIoN=1.0.0"]
)  # fmt: skip
def test_capabilities_are_valid_however_they_are_asked_for(anybody: httpx.Client, more: str) -> None:
    answer = anybody.get(f"/wmts?SERVICE=WMTS&REQUEST=GetCapabilities{more}")
    root = valid_xml(answer.content, DOCUMENT)
    assert (answer.headers["content-type"], root.get("version")) == ("text/xml", "1.0.0")
    assert root.xpath("t:Contents/t:Layer/o:Identifier", namespaces=NS)


def test_each_layer_gives_tiles_within_the_limits_of_each_set(anybody: httpx.Client) -> None:
    root = etree.fromstring(anybody.get("/wmts?service=WMTS&request=GetCapabilities").content)
    for layer in root.xpath("t:Contents/t:Layer", namespaces=NS):
        [name] = layer.xpath("o:Identifier/text()", namespaces=NS)
        for linked in layer.xpath("t:TileMatrixSetLink", namespaces=NS):
            [tms] = linked.xpath("t:TileMatrixSet/text()", namespaces=NS)
            for limits in linked.xpath("t:TileMatrixSetLimits/t:TileMatrixLimits", namespaces=NS)[:2]:
                zoom, first, _, _, last = (each.text for each in limits)
                place = {"layer": name, "TileMatrixSet": tms, "TileMatrix": zoom, "TileRow": first, "TileCol": last}
                answer = anybody.get("/wmts", params=TILE | place)
                assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png"), (place, answer.text)
                told = anybody.get("/wmts", params=INFO | place)
                assert told.status_code in (200, 400), place
