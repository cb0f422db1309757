"""The requests of the OGC's executable test suite for WMS 1.1.1 (ets-wms11), as far as other tests do not show them.

Its groups basic service elements, getcapabilities, getmap and getfeatureinfo, without those of its own test data; each report
must be valid by the published DTD. In this version x always comes before y.
"""

import io

import httpx
import numpy as np
import pytest
from lxml import etree
from PIL import Image
from tests.api.maps.asking_wms import pixels
from tests.conftest import cannot
from tests.schemas import COPY

pytestmark = [pytest.mark.xdist_group("maps"), pytest.mark.slow]

RAIN, BOTH = "warmth:rain", "warmth:rain,ice:cover"
MAP = {"SERVICE": "WMS", "VERSION": "1.1.1", "REQUEST": "GetMap", "LAYERS": RAIN, "STYLES": "", "SRS": "EPSG:4326",
       "BBOX": "-180,-90,180,90", "WIDTH": "200", "HEIGHT": "100", "FORMAT": "image/png"}  # fmt: skip
INFO = {"REQUEST": "GetFeatureInfo", "QUERY_LAYERS": RAIN, "X": "100", "Y": "50"}
XML, INIMAGE, BLANK = (f"application/vnd.ogc.se_{name}" for name in ("xml", "inimage", "blank"))


def asked(client: httpx.Client, **given: str) -> httpx.Response:
    """Ask for a map of the world, changed by *given*; what is None is left out."""
    return client.get("/wms", params={name: value for name, value in (MAP | given).items() if value != "-"})


def capabilities(client: httpx.Client, **given: str) -> httpx.Response:
    """Ask for the capabilities of 1.1.1, changed by *given*."""
    usual = {"SERVICE": "WMS", "VERSION": "1.1.1", "REQUEST": "GetCapabilities"}
    return client.get("/wms", params={name: value for name, value in (usual | given).items() if value != "-"})


def valid(content: bytes, name: str) -> etree._Element:
    """Return the root of a document, which must be valid by a published DTD."""
    path = COPY / "schemas.opengis.net/wms/1.1.1" / name
    if not path.exists():
        cannot(f"There is no copy of {name}.")
    root, dtd = etree.fromstring(content), etree.DTD(str(path))
    assert dtd.validate(root), dtd.error_log
    return root


def code_of(answer: httpx.Response) -> str:
    """Return the code of a report, which must be as 1.1.1 has it."""
    assert answer.headers["content-type"] == XML, answer.text
    [code] = valid(answer.content, "WMS_exception_1_1_1.dtd").xpath("//@code")
    return str(code)


@pytest.mark.parametrize(
    ("version", "spoken"),
    [("1.1.1", "1.1.1"), ("0.0.0", "1.1.1"), ("1.1.0", "1.1.1"), ("1.2.9", "1.1.1"), ("100.0.0", "1.3.0"), ("-", "1.3.0")],
)  # fmt: skip
def test_the_version_is_agreed_upon(anybody: httpx.Client, version: str, spoken: str) -> None:
    assert etree.fromstring(capabilities(anybody, VERSION=version).content).get("version") == spoken
    older = capabilities(anybody, VERSION="-", WMTVER=version)
    assert etree.fromstring(older.content).get("version") == spoken, "of WMS 1.0"


def test_names_of_parameters_come_in_any_case_and_order_and_unknown_ones_change_nothing(anybody: httpx.Client) -> None:
    plain = asked(anybody)
    turned = {name.title(): value for name, value in reversed(MAP.items())} | {"BoGuS": "1"}
    assert anybody.get("/wms", params=turned).content == plain.content
    assert anybody.get("/wms", params={name.lower(): value for name, value in MAP.items()}).content == plain.content


def test_the_capabilities_are_valid_whatever_format_is_named(anybody: httpx.Client) -> None:
    for form in ("-", "application/vnd.ogc.wms_xml", "text/html", "nonsense"):
        answer = capabilities(anybody, FORMAT=form)
        assert answer.headers["content-type"] == "application/vnd.ogc.wms_xml"
        root = valid(answer.content, "capabilities_1_1_1.dtd")
    assert root.xpath("Service/Name/text()") == ["OGC:WMS"]
    assert root.xpath("Capability/Exception/Format/text()") == [XML, INIMAGE, BLANK]
    formats = root.xpath("Capability/Request/GetMap/Format/text()")
    assert "image/png" in formats
    for layer in root.xpath("//Layer[Name]"):
        assert "EPSG:4326" in layer.xpath("ancestor-or-self::Layer/SRS/text()")
        [box] = layer.xpath("LatLonBoundingBox")
        west, south, east, north = (float(box.get(side)) for side in ("minx", "miny", "maxx", "maxy"))
        assert -180 <= west < east <= 180 and -90 <= south < north <= 90
        [turned] = layer.xpath("BoundingBox[@SRS='EPSG:4326']") or [box]
        assert float(turned.get("minx")) == pytest.approx(west, abs=0.01), "x before y"


def test_the_update_sequence_is_compared(anybody: httpx.Client) -> None:
    known = etree.fromstring(capabilities(anybody).content).get("updateSequence")
    assert capabilities(anybody, UPDATESEQUENCE="1900-01-01T00:00:00Z").status_code == 200
    assert code_of(capabilities(anybody, UPDATESEQUENCE=str(known))) == "CurrentUpdateSequence"
    assert code_of(capabilities(anybody, UPDATESEQUENCE="9999-01-01T00:00:00Z")) == "InvalidUpdateSequence"


@pytest.mark.parametrize(
    "given",
    [{}, {"LAYERS": BOTH, "STYLES": ","}, {"LAYERS": BOTH}, {"LAYERS": BOTH, "STYLES": "viridis,"},
     {"BBOX": "-1.8e2,-9.0E+1,180.0e0,9e1"}, {"BBOX": "-200,-100,-190,-95"}, {"BBOX": "-400,-200,400,200"},
     {"FORMAT": "image/jpeg"}, {"WIDTH": "8", "HEIGHT": "5"}, {"EXCEPTIONS": XML}, {"REQUEST": "map"},
     {"SRS": "EPSG:3857", "BBOX": "-20037508,-20037508,20037508,20037508"}],
)  # fmt: skip
def test_a_right_map_comes(anybody: httpx.Client, given: dict[str, str]) -> None:
    answer = asked(anybody, **given)
    assert (answer.status_code, answer.headers["content-type"]) == (200, given.get("FORMAT", "image/png")), answer.text
    size = int(given.get("WIDTH", "200")), int(given.get("HEIGHT", "100"))
    assert Image.open(io.BytesIO(answer.content)).size == size


@pytest.mark.parametrize(
    ("given", "code"),
    [({"LAYERS": "nope"}, "LayerNotDefined"), ({"LAYERS": f"{RAIN},nope"}, "LayerNotDefined"),
     ({"STYLES": "nope"}, "StyleNotDefined"), ({"LAYERS": BOTH, "STYLES": ",nope"}, "StyleNotDefined"),
     ({"SRS": "EPSG:1"}, "InvalidSRS"), ({"SRS": "UNDEFINED"}, "InvalidSRS"), ({"FORMAT": "image/nope"}, "InvalidFormat"),
     ({"BBOX": "10,0,0,10"}, "InvalidParameterValue"), ({"BBOX": "0,5,0,10"}, "InvalidParameterValue"),
     ({"SRS": "-"}, "MissingParameterValue"), ({"BBOX": "-"}, "MissingParameterValue"),
     ({"REQUEST": "nope"}, "OperationNotSupported"), ({"LAYERS": "nope", "EXCEPTIONS": XML}, "LayerNotDefined"),
     (INFO | {"QUERY_LAYERS": "nope"}, "LayerNotDefined"), (INFO | {"LAYERS": "ice:cover"}, "LayerNotDefined"),
     (INFO | {"INFO_FORMAT": "nope/x"}, "InvalidFormat"), (INFO | {"X": "200"}, "InvalidPoint"),
     (INFO | {"X": "-1"}, "InvalidPoint"), (INFO | {"Y": "100"}, "InvalidPoint"), (INFO | {"Y": "1e1"}, "InvalidPoint"),
     (INFO | {"X": "-"}, "MissingParameterValue")],
)  # fmt: skip
def test_a_wrong_request_is_told_in_a_report_of_this_version(
    anybody: httpx.Client, given: dict[str, str], code: str
) -> None:
    assert code_of(asked(anybody, **given)) == code


def test_a_report_comes_as_a_picture_where_that_is_asked_for(anybody: httpx.Client) -> None:
    shown = pixels(asked(anybody, LAYERS="nope", EXCEPTIONS=INIMAGE))
    assert shown.shape == (100, 200, 4) and len(np.unique(shown.reshape(-1, 4), axis=0)) > 1, "it has letters"
    red = {"LAYERS": "nope", "EXCEPTIONS": BLANK, "BGCOLOR": "0xFF0000"}
    assert (pixels(asked(anybody, **red)) == (255, 0, 0, 255)).all()
    assert not pixels(asked(anybody, **red, TRANSPARENT="TRUE"))[..., 3].any()
    answer = asked(anybody, **red, FORMAT="image/jpeg")
    assert answer.headers["content-type"] == "image/jpeg"


def test_the_background_is_white_or_what_is_named_or_nothing(anybody: httpx.Client) -> None:
    away = {"LAYERS": "vienna:visual", "BBOX": "100,0,110,10"}
    assert (pixels(asked(anybody, **away)) == (255, 255, 255, 255)).all()
    assert (pixels(asked(anybody, **away, BGCOLOR="0x00ff00", TRANSPARENT="FALSE")) == (0, 255, 0, 255)).all()
    assert not pixels(asked(anybody, **away, TRANSPARENT="TRUE"))[..., 3].any()


def test_values_come_in_each_format_that_is_listed(anybody: httpx.Client) -> None:
    formats = etree.fromstring(capabilities(anybody).content).xpath("//GetFeatureInfo/Format/text()")
    assert len(formats) > 2
    for form in formats:
        answer = asked(anybody, **INFO, INFO_FORMAT=form)
        assert (answer.status_code, answer.headers["content-type"]) == (200, form)
    assert asked(anybody, **INFO).status_code == 200, "INFO_FORMAT may be left out"
    assert asked(anybody, **INFO, FORMAT="-", FEATURE_COUNT="5").status_code == 200
