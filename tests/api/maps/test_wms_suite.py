"""The requests of the OGC's executable test suite for WMS 1.3.0 (ets-wms13), as far as other tests do not show them.

Its groups getcapabilities, getmap and getfeatureinfo; each report must be valid by the published schema.
"""

import io
from typing import Any

import httpx
import pytest
from lxml import etree
from PIL import Image
from tests.api.maps.asking_wms import get_map
from tests.schemas import OGC, valid_xml

pytestmark = [pytest.mark.xdist_group("maps"), pytest.mark.slow]

REPORT = f"{OGC}/wms/1.3.0/exceptions_1_3_0.xsd"
NS = {"w": "http://www.opengis.net/wms"}
RAIN, BOTH, THREE = "warmth:rain", "warmth:rain,ice:cover", "warmth:rain,ice:cover,sea:salt"
INFO = {"request": "GetFeatureInfo", "query_layers": RAIN, "i": "100", "j": "50", "info_format": "text/plain",
        "layers": RAIN, "width": "200", "height": "100"}  # fmt: skip


def asked(client: httpx.Client, **given: str) -> httpx.Response:
    """Ask for a map of the world in longitude and latitude, changed by *given*."""
    return get_map(client, **({"crs": "CRS:84", "bbox": "-180,-90,180,90", "layers": RAIN, "width": "200",
                               "height": "100"} | given))  # fmt: skip


@pytest.mark.parametrize(
    "given",
    [{}, {"bbox": "-1.8e2,-9.0E+1,180.0e0,9e1"}, {"layers": "vienna:visual", "bbox": "100,0,110,10"},
     {"bbox": "-200,-100,-190,-95"}, {"bbox": "-400,-200,400,200"}, {"layers": BOTH, "styles": ","},
     {"layers": THREE, "styles": ""}, {"layers": BOTH, "styles": "viridis,"}, {"width": "1", "height": "1"},
     {"width": "4096", "height": "64"}, {"fOo": "bar"}, {"format": "image/jpeg"}, {"format": "image/webp"},
     {"transparent": "FALSE"}, {"transparent": "FALSE", "bgcolor": "0x0000FF"}],
)  # fmt: skip
def test_a_right_map_comes_in_the_format_that_is_asked_for(anybody: httpx.Client, given: dict[str, str]) -> None:
    answer = asked(anybody, **given)
    assert (answer.status_code, answer.headers["content-type"]) == (200, given.get("format", "image/png"))
    size = int(given.get("width", "200")), int(given.get("height", "100"))
    assert Image.open(io.BytesIO(answer.content)).size == size


@pytest.mark.parametrize(
    ("given", "code"),
    [({"bbox": "0,0,0,10"}, "InvalidParameterValue"), ({"bbox": "10,0,0,10"}, "InvalidParameterValue"),
     ({"bbox": "0,5,10,5"}, "InvalidParameterValue"), ({"bbox": "0,10,10,5"}, "InvalidParameterValue"),
     ({"crs": "UNDEFINED"}, "InvalidCRS"), ({"format": "image/nope"}, "InvalidFormat"),
     ({"layers": "nope"}, "LayerNotDefined"), ({"layers": f"nope,{RAIN}", "styles": ","}, "LayerNotDefined"),
     ({"layers": f"{RAIN},nope", "styles": ","}, "LayerNotDefined"), ({"styles": "nope"}, "StyleNotDefined"),
     ({"layers": BOTH, "styles": ",nope"}, "StyleNotDefined"), ({"layers": BOTH, "styles": "nope,"}, "StyleNotDefined"),
     ({"layers": ",".join([RAIN] * 9)}, "InvalidParameterValue"), ({"width": "4097"}, "InvalidParameterValue"),
     ({"layers": "nope", "exceptions": "XML"}, "LayerNotDefined"),
     (INFO | {"layers": "nope", "query_layers": "nope"}, "LayerNotDefined"),
     (INFO | {"query_layers": "nope"}, "LayerNotDefined"), (INFO | {"info_format": "nope/x"}, "InvalidFormat"),
     (INFO | {"i": "200"}, "InvalidPoint"), (INFO | {"j": "-1"}, "InvalidPoint")],
)  # fmt: skip
def test_a_wrong_request_is_told_in_a_valid_report(anybody: httpx.Client, given: dict[str, str], code: str) -> None:
    answer = asked(anybody, **given)
    assert answer.headers["content-type"] == "text/xml"
    assert valid_xml(answer.content, REPORT).xpath("//@code") == [code]


@pytest.mark.parametrize("form", ["image/png", "image/jpeg", "image/webp"])
def test_exceptions_come_as_pictures_where_they_are_asked_for_so(anybody: httpx.Client, form: str) -> None:
    for way in ("INIMAGE", "BLANK"):
        answer = asked(anybody, layers="nope", exceptions=way, format=form, transparent="FALSE")
        assert (answer.status_code, answer.headers["content-type"]) == (200, form)
    red = asked(anybody, layers="nope", exceptions="BLANK", format=form, transparent="FALSE", bgcolor="0xFF0000")
    shown = Image.open(io.BytesIO(red.content)).convert("RGB").getpixel((100, 50))
    assert shown == pytest.approx((255, 0, 0), abs=2)


def test_a_blank_exception_is_transparent_where_that_is_asked_for(anybody: httpx.Client) -> None:
    answer = asked(anybody, layers="nope", exceptions="BLANK", bgcolor="0xFF0000")
    assert Image.open(io.BytesIO(answer.content)).convert("RGBA").getextrema()[3] == (0, 0)
    odd = asked(anybody, exceptions="BLANK", bgcolor="nonsense", transparent="FALSE")
    assert Image.open(io.BytesIO(odd.content)).convert("RGBA").getpixel((0, 0)) == (255, 255, 255, 255)


@pytest.mark.parametrize("form", ["text/plain", "application/json", "application/geo+json", "text/html"])
def test_values_come_in_each_format_that_is_listed(anybody: httpx.Client, form: str) -> None:
    answer = asked(anybody, **INFO | {"info_format": form, "layers": BOTH, "styles": ","})
    assert (answer.status_code, answer.headers["content-type"]) == (200, form)
    assert asked(anybody, **INFO | {"query_layers": BOTH, "layers": BOTH, "styles": ","}).status_code == 200


@pytest.mark.parametrize("form", ["text/xml", "invalid", ""])
def test_capabilities_come_as_text_xml_whatever_format_is_named(anybody: httpx.Client, form: str) -> None:
    words = {"SeRvIcE": "WMS", "ReQuEsT": "GetCapabilities", "VeRsIoN": "1.3.0", **({"FoRmAt": form} if form else {})}
    answer = anybody.get("/wms", params=words)
    assert answer.headers["content-type"] == "text/xml"
    assert etree.fromstring(answer.content).tag == f"{{{NS['w']}}}WMS_Capabilities"


def test_the_properties_of_layers_are_as_the_suite_wants_them(anybody: httpx.Client) -> None:
    root = etree.fromstring(anybody.get("/wms?service=WMS&request=GetCapabilities&version=1.3.0").content)

    def found(element: Any, path: str) -> list[Any]:
        return list(element.xpath(path, namespaces=NS))

    assert "text/xml" in found(root, "w:Capability/w:Request/w:GetCapabilities/w:Format/text()")
    assert "XML" in found(root, "w:Capability/w:Exception/w:Format/text()")
    for layer in found(root, "//w:Layer[w:Name]"):
        systems = found(layer, "ancestor-or-self::w:Layer/w:CRS/text()")
        boxes = found(layer, "w:BoundingBox/@CRS")
        assert boxes and len(boxes) == len(set(boxes)) and set(boxes) <= set(systems)
        [box] = found(layer, "w:EX_GeographicBoundingBox")
        west, east, south, north = (float(each.text) for each in box)
        assert -180 <= west <= east <= 180 and -90 <= south <= north <= 90
        styles = found(layer, "w:Style/w:Name/text()")
        assert styles and len(styles) == len(set(styles))
        for legend in found(layer, "w:Style/w:LegendURL")[:2]:
            [address] = legend.xpath("w:OnlineResource/@x:href", namespaces=NS | {"x": "http://www.w3.org/1999/xlink"})
            picture = anybody.get(address)
            assert picture.headers["content-type"] == found(legend, "w:Format/text()")[0]
        names = found(layer, "w:Dimension/@name")
        assert len(names) == len(set(names)), "no dimension is declared twice"
        for time in found(layer, "w:Dimension[@name='time']"):
            assert time.get("units") == "ISO8601"
    assert not [each for each in found(root, "//w:CRS/text()") if each.startswith("AUTO2:")]


def test_each_layer_is_drawn_in_each_of_its_styles_and_systems(anybody: httpx.Client) -> None:
    root = etree.fromstring(anybody.get("/wms?service=WMS&request=GetCapabilities&version=1.3.0").content)
    for layer in root.xpath("//w:Layer[w:Name]", namespaces=NS):
        [name] = layer.xpath("w:Name/text()", namespaces=NS)
        boxes = [(box.get("CRS"), ",".join(box.get(side) for side in ("minx", "miny", "maxx", "maxy")))
                 for box in layer.xpath("w:BoundingBox", namespaces=NS)]  # fmt: skip
        asked_for = [(style, *boxes[0]) for style in layer.xpath("w:Style/w:Name/text()", namespaces=NS)]
        for style, crs, box in [*asked_for, *(("", *each) for each in boxes)]:
            answer = asked(anybody, layers=name, styles=style, crs=crs, bbox=box, width="16", height="16")
            assert answer.headers["content-type"] == "image/png", (name, style, crs, answer.text)
