"""WMTS 1.0.0: documents valid by the published schemas, tiles by query and by path, times, limits, errors."""

import io

import httpx
import numpy as np
import pytest
from lxml import etree
from PIL import Image
from tests.api.maps.asking_wms import pixels
from tests.api.maps.mapped import TIMES, value_at
from tests.schemas import OGC, valid_xml
from tests.served import Served

pytestmark = pytest.mark.xdist_group("maps")

NS = {"t": "http://www.opengis.net/wmts/1.0", "o": "http://www.opengis.net/ows/1.1"}
SCHEMA = f"{OGC}/wmts/1.0/wmtsGetCapabilities_response.xsd"
REPORT = f"{OGC}/ows/1.1.0/owsExceptionReport.xsd"


def get_tile(client: httpx.Client, path: str = "/wmts", **given: str) -> httpx.Response:
    """Ask for the tile of the whole world, changed by *given*; a parameter set to "" is left out."""
    usual = {
        "service": "WMTS",
        "version": "1.0.0",
        "request": "GetTile",
        "layer": "warmth:temperature",
        "style": "default",
        "format": "image/png",
        "tilematrixset": "WebMercatorQuad",
        "tilematrix": "0",
        "tilerow": "0",
        "tilecol": "0",
    }
    return client.get(path, params={name: value for name, value in (usual | given).items() if value})


def capabilities(client: httpx.Client, path: str = "/wmts/1.0.0/WMTSCapabilities.xml") -> etree._Element:
    answer = client.get(path)
    assert answer.headers["content-type"] == "text/xml"
    return valid_xml(answer.content, SCHEMA)


def test_the_capabilities_are_valid_by_query_and_by_path(anybody: httpx.Client) -> None:
    by_path = anybody.get("/wmts/1.0.0/WMTSCapabilities.xml")
    by_query = anybody.get("/wmts", params={"service": "WMTS", "request": "GetCapabilities"})
    assert by_path.content == by_query.content
    root = valid_xml(by_path.content, SCHEMA)
    names = root.xpath("//t:Layer/o:Identifier/text()", namespaces=NS)
    assert set(names) == {"warmth:temperature", "warmth:rain", "vienna:visual", "ice:cover", "sea:salt"}
    assert root.xpath("//t:Layer[o:Identifier='warmth:rain']//t:Value/text()", namespaces=NS) == list(TIMES)
    assert len(root.xpath("//t:Theme", namespaces=NS)) == 4


@pytest.mark.parametrize("sections", ["ServiceIdentification", "OperationsMetadata,Contents", "All", "Themes"])
def test_a_client_can_ask_for_some_sections(anybody: httpx.Client, sections: str) -> None:
    given = {"service": "WMTS", "request": "GetCapabilities", "sections": sections}
    root = valid_xml(anybody.get("/wmts", params=given).content, SCHEMA)
    assert bool(root.xpath("//t:Layer", namespaces=NS)) == (sections in {"All", "OperationsMetadata,Contents"})


def test_each_layer_is_offered_in_the_sets_that_show_it(anybody: httpx.Client) -> None:
    root = capabilities(anybody)
    sets = {
        name: root.xpath(f"//t:Layer[o:Identifier='{name}']/t:TileMatrixSetLink/t:TileMatrixSet/text()", namespaces=NS)
        for name in ("ice:cover", "vienna:visual")
    }
    assert "EPSG3413Quad" in sets["ice:cover"]
    assert "EPSG3031Quad" not in sets["ice:cover"]
    assert "EPSG32633Quad" in sets["vienna:visual"]
    described = set(root.xpath("//t:Contents/t:TileMatrixSet/o:Identifier/text()", namespaces=NS))
    assert described >= set(sets["ice:cover"]) | set(sets["vienna:visual"])


def test_corners_are_in_the_order_of_each_system(anybody: httpx.Client) -> None:
    root = capabilities(anybody)
    path = "//t:Contents/t:TileMatrixSet[o:Identifier='{}']/t:TileMatrix[1]/t:TopLeftCorner/text()"
    assert root.xpath(path.format("WGS1984Quad"), namespaces=NS) == ["90 -180"]
    assert root.xpath(path.format("WorldCRS84Quad"), namespaces=NS) == ["-180 90"]


def test_every_address_in_the_capabilities_gives_what_it_promises(anybody: httpx.Client) -> None:
    root = capabilities(anybody)
    for layer in root.xpath("//t:Contents/t:Layer", namespaces=NS):
        [tms, *_] = layer.xpath("t:TileMatrixSetLink/t:TileMatrixSet/text()", namespaces=NS)
        times = layer.xpath("t:Dimension/t:Value/text()", namespaces=NS)
        for each in layer.xpath("t:ResourceURL", namespaces=NS):
            known = {"Style": "default", "time": (times or [""])[0], "TileMatrixSet": tms, "TileMatrix": "0", "TileRow": "0",
                     "TileCol": "0", "I": "10", "J": "10"}  # fmt: skip
            address = each.get("template")
            for name, value in known.items():
                address = address.replace(f"{{{name}}}", value)
            answer = anybody.get(address)
            assert answer.status_code == 200, (address, answer.text)
            assert answer.headers["content-type"].startswith(each.get("format"))


def test_a_tile_by_query_and_by_path_is_the_same_as_in_the_xyz_tiles(anybody: httpx.Client) -> None:
    by_query = get_tile(anybody, tilematrix="2", tilerow="1", tilecol="3", time=TIMES[0])
    by_path = anybody.get(f"/wmts/1.0.0/warmth:temperature/default/{TIMES[0]}/WebMercatorQuad/2/1/3.png")
    xyz = anybody.get(f"/tiles/warmth:temperature/WebMercatorQuad/2/3/1.png?time={TIMES[0]}")
    assert by_query.content == by_path.content == xyz.content
    assert pixels(by_query).shape == (256, 256, 4)


def test_tiles_in_degrees_show_the_values_that_lie_there(anybody: httpx.Client) -> None:
    for tms in ("WGS1984Quad", "WorldCRS84Quad"):
        answer = get_tile(anybody, tilematrixset=tms, tilecol="1", style="gray", rescale="-40,60", time=TIMES[0])
        drawn = pixels(answer)
        degrees = 180 / 256
        for row, column in ((20, 20), (60, 200), (200, 100)):
            value = value_at((column + 0.5) * degrees, 90 - (row + 0.5) * degrees, 0)
            assert drawn[row, column, 0] == pytest.approx((value + 40) / 100 * 255, abs=1)


def test_tiles_about_the_pole_are_drawn(anybody: httpx.Client) -> None:
    drawn = pixels(get_tile(anybody, layer="ice:cover", tilematrixset="EPSG3413Quad"))
    shown = np.argwhere(drawn[..., 3] > 0)
    assert np.abs(shown.mean(axis=0) - 128).max() < 4, "the pole is in the middle"


def test_a_tile_beside_the_data_is_empty_and_small(anybody: httpx.Client) -> None:
    answer = get_tile(anybody, layer="vienna:visual", tilematrix="5", tilerow="20", tilecol="3")
    assert not pixels(answer)[..., 3].any()
    assert len(answer.content) < 400


def test_the_value_under_a_pixel_is_told_by_query_and_by_path(anybody: httpx.Client) -> None:
    given = {"request": "GetFeatureInfo", "infoformat": "application/json", "i": "200", "j": "100", "time": TIMES[2]}
    answer = get_tile(anybody, tilematrixset="WorldCRS84Quad", tilecol="1", **given)
    [feature] = answer.json()["features"]
    lon, lat = feature["geometry"]["coordinates"]
    assert (lon, lat) == pytest.approx((200.5 * 180 / 256, 90 - 100.5 * 180 / 256))
    assert feature["properties"]["temperature"] == pytest.approx(value_at(lon, lat, 2), abs=1e-4)
    path = f"/wmts/1.0.0/warmth:temperature/default/{TIMES[2]}/WorldCRS84Quad/0/0/1/100/200.json"
    assert anybody.get(path).json() == answer.json()


def test_jpeg_and_webp_tiles_come_as_such(anybody: httpx.Client) -> None:
    for name, known in (("image/jpeg", "JPEG"), ("image/webp", "WEBP")):
        answer = get_tile(anybody, format=name)
        assert Image.open(io.BytesIO(answer.content)).format == known


def test_a_tile_that_the_client_has_is_not_sent_again(anybody: httpx.Client) -> None:
    first = get_tile(anybody)
    assert first.headers["cache-control"].startswith("public")
    same = anybody.get(str(first.url), headers={"If-None-Match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")


def test_a_collection_has_a_service_of_its_own_and_private_ones_stay_so(anybody: httpx.Client, mapped: Served) -> None:
    root = capabilities(anybody, "/wmts/ice/WMTSCapabilities.xml")
    assert root.xpath("//t:Layer/o:Identifier/text()", namespaces=NS) == ["ice:cover"]
    assert get_tile(anybody, "/wmts/ice").status_code == 400
    assert get_tile(anybody, layer="secret:temperature").status_code == 400
    owner = {"Authorization": f"Bearer {mapped.token}"}
    path = "/wmts/1.0.0/secret:temperature/default/current/WebMercatorQuad/0/0/0.png"
    found = httpx.get(f"{mapped.address}{path}", headers=owner)
    assert found.status_code == 200
    assert found.headers["cache-control"].startswith("private")


@pytest.mark.parametrize(
    ("changes", "code", "locator"),
    [
        ({"layer": "nothing"}, "InvalidParameterValue", "layer"),
        ({"layer": ""}, "MissingParameterValue", "layer"),
        ({"style": "nonsense"}, "InvalidParameterValue", "style"),
        ({"format": "image/tiff"}, "InvalidParameterValue", "format"),
        ({"format": ""}, "MissingParameterValue", "format"),
        ({"tilematrixset": "nonsense"}, "InvalidParameterValue", "TileMatrixSet"),
        ({"tilematrixset": "EPSG32601Quad"}, "InvalidParameterValue", "TileMatrixSet"),
        ({"tilematrix": "99"}, "InvalidParameterValue", "TileMatrix"),
        ({"tilematrix": "x"}, "InvalidParameterValue", "TileMatrix"),
        ({"tilerow": "1"}, "TileOutOfRange", "TileRow"),
        ({"tilerow": "-1"}, "InvalidParameterValue", "TileRow"),
        ({"tilecol": ""}, "MissingParameterValue", "TileCol"),
        ({"time": "tomorrow"}, "InvalidParameterValue", "time"),
        ({"version": "2.0.0"}, "InvalidParameterValue", "version"),
        ({"version": ""}, "MissingParameterValue", "version"),
        ({"service": "WMS"}, "InvalidParameterValue", "service"),
        ({"service": ""}, "MissingParameterValue", "service"),
        ({"request": ""}, "MissingParameterValue", "request"),
        ({"request": "GetCapabilities", "version": "", "acceptversions": "9.9"}, "VersionNegotiationFailed", None),
        ({"request": "GetCapabilities", "sections": "Nonsense"}, "InvalidParameterValue", "sections"),
        ({"request": "GetFeatureInfo", "infoformat": "text/plain", "i": "256", "j": "0"}, "PointIJOutOfRange", "I"),
        ({"request": "GetFeatureInfo", "infoformat": "text/plain", "i": "-1", "j": "0"}, "PointIJOutOfRange", "I"),
        ({"request": "GetFeatureInfo", "i": "1", "j": "0"}, "MissingParameterValue", "InfoFormat"),
    ],
)
def test_what_is_wrong_is_told_in_a_valid_report(
    anybody: httpx.Client, changes: dict[str, str], code: str, locator: str | None
) -> None:
    answer = get_tile(anybody, **changes)
    assert answer.status_code == 400, answer.text
    [found] = valid_xml(answer.content, REPORT).xpath("//o:Exception", namespaces=NS)
    assert found.get("exceptionCode") == code
    assert locator is None or found.get("locator") == locator


def test_an_unknown_operation_is_a_wrong_value(anybody: httpx.Client) -> None:
    """As the OGC's test suite has it (InvalidRequest); 07-057r7 would allow OperationNotSupported, too."""
    answer = get_tile(anybody, request="GetNothing")
    report = valid_xml(answer.content, REPORT)
    assert (answer.status_code, report.xpath("//@exceptionCode"), report.xpath("//@locator")) == (
        400, ["InvalidParameterValue"], ["request"])  # fmt: skip


@pytest.mark.parametrize("path", ["warmth:temperature/default/current/WebMercatorQuad/0/0/0.tiff", "x/y/z/0/0/0.png",
                                  "warmth:temperature/default/current/WebMercatorQuad/0/a/0.png",
                                  "warmth:temperature/default/current/WebMercatorQuad/0/0/0/300/1.json"])  # fmt: skip
def test_a_wrong_path_is_told_in_a_report_too(anybody: httpx.Client, path: str) -> None:
    answer = anybody.get(f"/wmts/1.0.0/{path}")
    assert answer.status_code == 400
    valid_xml(answer.content, REPORT)
