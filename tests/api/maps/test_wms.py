"""WMS 1.3.0 and 1.1.1: documents valid by the published schemas, maps in the right place, order of axes, times."""

import json

import httpx
import numpy as np
import pytest
from lxml import etree
from tests.api.maps.asking_wms import get_map, pixels
from tests.api.maps.mapped import TIMES, value_at
from tests.conftest import cannot
from tests.schemas import COPY, OGC, valid_xml
from tests.served import Served

pytestmark = pytest.mark.xdist_group("maps")

NS = {"w": "http://www.opengis.net/wms", "o": "http://www.opengis.net/ogc"}
SCHEMA = f"{OGC}/sld/1.1.0/sld_capabilities.xsd"  # brings that of WMS with it


def capabilities(client: httpx.Client, version: str = "1.3.0", path: str = "/wms") -> httpx.Response:
    return client.get(path, params={"service": "WMS", "request": "GetCapabilities", "version": version})


def published_dtd(name: str) -> etree.DTD:
    """Return a DTD of WMS 1.1.1; skip the test where there is no copy."""
    path = COPY / "schemas.opengis.net/wms/1.1.1" / name
    if not path.exists():
        cannot(f"There is no copy of {name}.")
    return etree.DTD(str(path))


def test_the_capabilities_of_1_3_0_are_valid_and_list_every_layer_with_its_times(anybody: httpx.Client) -> None:
    answer = capabilities(anybody)
    assert answer.headers["content-type"] == "text/xml"
    root = valid_xml(answer.content, SCHEMA)
    names = root.xpath("//w:Layer/w:Name/text()", namespaces=NS)
    assert set(names) == {"warmth:temperature", "warmth:rain", "vienna:visual", "ice:cover", "sea:salt"}
    [dimension] = root.xpath("//w:Layer[w:Name='warmth:temperature']/w:Dimension", namespaces=NS)
    assert dimension.text == ",".join(TIMES)
    assert dimension.get("default") == TIMES[-1]


def test_the_capabilities_state_boxes_in_the_order_of_each_system(anybody: httpx.Client) -> None:
    root = etree.fromstring(capabilities(anybody).content)
    found = {
        each.get("CRS"): [float(each.get(name)) for name in ("minx", "miny", "maxx", "maxy")]
        for each in root.xpath("//w:Layer[w:Name='vienna:visual']/w:BoundingBox", namespaces=NS)
    }
    assert found["EPSG:32633"] == [590000, 5330000, 610000, 5350000]
    assert found["EPSG:4326"][0] == pytest.approx(48.11, abs=0.02)
    assert found["CRS:84"][0] == pytest.approx(16.2, abs=0.02)
    assert "EPSG:3031" not in found, "Vienna is not near the south pole"


def test_the_capabilities_of_1_1_1_are_valid_by_the_published_dtd(anybody: httpx.Client) -> None:
    answer = capabilities(anybody, "1.1.1")
    assert answer.headers["content-type"] == "application/vnd.ogc.wms_xml"
    root = etree.fromstring(answer.content)
    dtd = published_dtd("capabilities_1_1_1.dtd")
    assert dtd.validate(root), dtd.error_log
    assert root.xpath("//Layer[Name='warmth:temperature']/Extent/@default") == [TIMES[-1]]


@pytest.mark.parametrize(
    ("asked", "spoken"), [("", "1.3.0"), ("1.3.0", "1.3.0"), ("2.0.0", "1.3.0"), ("1.2.0", "1.1.1"), ("1.0.0", "1.1.1")]
)
def test_the_highest_version_not_above_the_asked_one_is_spoken(anybody: httpx.Client, asked: str, spoken: str) -> None:
    assert etree.fromstring(capabilities(anybody, asked).content).get("version") == spoken


def test_a_collection_has_capabilities_of_its_own(anybody: httpx.Client) -> None:
    root = valid_xml(capabilities(anybody, path="/wms/vienna").content, SCHEMA)
    assert root.xpath("//w:Layer/w:Name/text()", namespaces=NS) == ["vienna:visual"]
    [address] = root.xpath("//w:GetMap//w:Get/w:OnlineResource/@*[local-name()='href']", namespaces=NS)
    assert address.endswith("/wms/vienna?")
    other = get_map(anybody, "/wms/vienna")
    assert other.status_code == 400
    assert b'code="LayerNotDefined"' in other.content


def test_a_private_collection_is_there_for_its_owner_only(anybody: httpx.Client, mapped: Served) -> None:
    assert b"secret" not in capabilities(anybody).content
    refused = get_map(anybody, layers="secret:temperature")
    assert (refused.status_code, b'code="LayerNotDefined"' in refused.content) == (400, True)
    owner = {"Authorization": f"Bearer {mapped.token}"}
    found = httpx.get(f"{mapped.address}/wms?request=GetCapabilities", headers=owner)
    assert b"secret:temperature" in found.content


def test_latitude_comes_first_in_1_3_0_and_longitude_in_1_1_1(anybody: httpx.Client) -> None:
    new = get_map(anybody, bbox="0,20,40,100", width="80", height="40")
    old = get_map(anybody, version="1.1.1", crs="", srs="EPSG:4326", bbox="20,0,100,40", width="80", height="40")
    crs84 = get_map(anybody, crs="CRS:84", bbox="20,0,100,40", width="80", height="40")
    assert new.content == old.content == crs84.content
    turned = get_map(anybody, bbox="20,0,100,40", width="80", height="40")
    assert turned.status_code != 200 or turned.content != new.content


def test_pixels_have_the_colours_of_their_values(anybody: httpx.Client) -> None:
    drawn = pixels(get_map(anybody, styles="gray", rescale="-40,60", time=TIMES[0]))
    for row, column in ((20, 10), (60, 100), (150, 350)):
        value = value_at(column - 180 + 0.5, 90 - row - 0.5, 0)
        assert drawn[row, column, 0] == pytest.approx((value + 40) / 100 * 255, abs=1)
    hole = drawn[90:100, 160:180, 3]
    assert (hole == 0).all(), "where there is no data nothing is drawn"


def test_times_are_chosen_and_said_when_they_are_only_near(anybody: httpx.Client) -> None:
    newest, named = get_map(anybody), get_map(anybody, time=TIMES[-1])
    assert newest.content == named.content
    assert "warning" not in named.headers
    near = get_map(anybody, time="2020-01-30T00:00:00Z")
    assert near.headers["warning"] == f"99 Nearest value used: time={TIMES[1]} ISO8601"
    assert near.content == get_map(anybody, time="2020-02").content
    outside = get_map(anybody, time="1999-01-01")
    assert (outside.status_code, b'code="InvalidDimensionValue"' in outside.content) == (400, True)


def test_further_dimensions_are_listed_and_asked_for(anybody: httpx.Client) -> None:
    root = etree.fromstring(capabilities(anybody).content)
    [depth] = root.xpath("//w:Layer[w:Name='sea:salt']/w:Dimension", namespaces=NS)
    assert depth.get("name") == "depth"
    values = depth.text.split(",")
    assert [float(each) for each in values] == [0, 10, 100]
    info = {"request": "GetFeatureInfo", "layers": "sea:salt", "query_layers": "sea:salt", "i": "180", "j": "45"}
    for value, salt in zip(values, (30, 30.1, 31), strict=True):
        answer = get_map(anybody, **info, info_format="application/json", DIM_DEPTH=value)
        assert answer.json()["features"][0]["properties"]["salt"] == pytest.approx(salt, abs=1e-4)
    wrong = get_map(anybody, layers="sea:salt", dim_depth="7")
    assert (wrong.status_code, b"depth" in wrong.content) == (400, True)


def test_an_interval_shows_every_picture_in_it_with_the_newest_on_top(anybody: httpx.Client) -> None:
    given = {"layers": "vienna:visual", "bbox": "48.15,16.25,48.25,16.4", "width": "50", "height": "50"}
    whole = get_map(anybody, **given, time="2021-05-01/2021-05-31")
    newest = get_map(anybody, **given, time="2021-05-11")
    assert (pixels(whole) == pixels(newest)).all()
    outside = get_map(anybody, **given, time="2021-06-01/2021-06-30")
    assert b'code="InvalidDimensionValue"' in outside.content


@pytest.mark.parametrize("code", ["EPSG:3857", "EPSG:3413", "EPSG:32633", "EPSG:3035"])
def test_maps_are_drawn_in_other_systems(anybody: httpx.Client, code: str) -> None:
    boxes = {
        "EPSG:3857": ("ice:cover", "-20037508,14000000,20037508,20037508"),
        "EPSG:3413": ("ice:cover", "-1000000,-1000000,1000000,1000000"),
        "EPSG:32633": ("vienna:visual", "590000,5330000,610000,5350000"),
        "EPSG:3035": ("vienna:visual", "2800000,4780000,2815000,4795000"),
    }
    layer, box = boxes[code]
    drawn = pixels(get_map(anybody, layers=layer, crs=code, bbox=box, width="100", height="100"))
    assert (drawn[..., 3] > 0).mean() > 0.5


def test_pictures_in_their_own_grid_come_back_pixel_for_pixel(anybody: httpx.Client) -> None:
    box = "590000,5330000,610000,5350000"
    given = {"layers": "vienna:visual", "crs": "EPSG:32633", "bbox": box, "width": "200", "height": "200"}
    drawn = pixels(get_map(anybody, **given, rescale="0,255", time="2021-05-01T10:00:00Z"))
    rows, columns = np.mgrid[0:200, 0:200]
    assert np.abs(drawn[..., 0].astype(int) - rows).max() <= 1
    assert np.abs(drawn[..., 1].astype(int) - columns).max() <= 1
    assert np.unique(drawn[..., 2]).tolist() in ([40], [39], [41])


def test_layers_lie_over_one_another_on_the_background_that_is_asked_for(anybody: httpx.Client) -> None:
    both = pixels(get_map(anybody, layers="warmth:temperature,ice:cover", styles=","))
    assert (both[..., 3] > 0).mean() > 0.9
    blue = pixels(get_map(anybody, layers="ice:cover", transparent="FALSE", bgcolor="0x0000FF"))
    assert blue[170, 10].tolist() == [0, 0, 255, 255]
    jpeg = get_map(anybody, format="image/jpeg")
    assert jpeg.headers["content-type"] == "image/jpeg"


def test_a_picture_that_the_client_has_is_not_sent_again(anybody: httpx.Client) -> None:
    first = get_map(anybody)
    same = anybody.get(str(first.url), headers={"If-None-Match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")


@pytest.mark.parametrize("form", ["text/plain", "application/json", "application/geo+json", "text/html"])
@pytest.mark.parametrize("version", ["1.3.0", "1.1.1"])
def test_the_value_under_a_pixel_is_told(anybody: httpx.Client, version: str, form: str) -> None:
    axes = {"i": "250", "j": "40"} if version == "1.3.0" else {"x": "250", "y": "40"}
    system = {"crs": "EPSG:4326"} if version == "1.3.0" else {"crs": "", "srs": "EPSG:4326", "bbox": "-180,-90,180,90"}
    given = {"request": "GetFeatureInfo", "query_layers": "warmth:temperature", "info_format": form, "version": version}
    answer = get_map(anybody, **given, **axes, **system, time=TIMES[1])
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(form)
    value = value_at(70.5, 49.5, 1)
    assert f"{value:.4g}"[:4] in answer.text
    if form == "application/geo+json":
        [feature] = json.loads(answer.content)["features"]
        assert feature["properties"]["temperature"] == pytest.approx(value, abs=1e-4)
        assert feature["properties"]["time"] == TIMES[1]


def test_a_legend_is_drawn_for_each_style_that_is_listed(anybody: httpx.Client) -> None:
    root = etree.fromstring(capabilities(anybody).content)
    found = root.xpath("//w:Layer[w:Name='ice:cover']/w:Style/w:LegendURL", namespaces=NS)
    assert len(found) > 3
    for each in found[:3]:
        [address] = each.xpath(".//@*[local-name()='href']")
        drawn = pixels(anybody.get(address))
        assert drawn.shape[:2] == (int(each.get("height")), int(each.get("width")))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"layers": "nothing"}, "LayerNotDefined"),
        ({"layers": "warmth:nothing"}, "LayerNotDefined"),
        ({"layers": ""}, "MissingParameterValue"),
        ({"styles": "nonsense"}, "StyleNotDefined"),
        ({"styles": "viridis,magma"}, "StyleNotDefined"),
        ({"crs": "EPSG:1"}, "InvalidCRS"),
        ({"crs": "EPSG:2056"}, "InvalidCRS"),
        ({"crs": "nonsense"}, "InvalidCRS"),
        ({"format": "image/tiff"}, "InvalidFormat"),
        ({"bbox": "1,2,3"}, "InvalidParameterValue"),
        ({"bbox": "10,0,-10,20"}, "InvalidParameterValue"),
        ({"bbox": "a,b,c,d"}, "InvalidParameterValue"),
        ({"bbox": "0,0,1e300,nan"}, "InvalidParameterValue"),
        ({"bbox": ""}, "MissingParameterValue"),
        ({"width": "0"}, "InvalidParameterValue"),
        ({"width": "999999"}, "InvalidParameterValue"),
        ({"height": "ten"}, "InvalidParameterValue"),
        ({"time": "tomorrow"}, "InvalidDimensionValue"),
        ({"time": "2020-01-01,2020-02-01"}, "InvalidDimensionValue"),
        ({"bgcolor": "red"}, "InvalidParameterValue"),
        ({"transparent": "maybe"}, "InvalidParameterValue"),
        ({"request": "GetNothing"}, "OperationNotSupported"),
        ({"request": ""}, "MissingParameterValue"),
        ({"service": "WFS"}, "InvalidParameterValue"),
        ({"version": "7"}, "InvalidParameterValue"),
        ({"expression": "import os"}, "StyleNotDefined"),
        ({"colormap": "nonsense"}, "StyleNotDefined"),
        ({"sld": "http://127.0.0.1/style"}, "OperationNotSupported"),
        ({"request": "GetFeatureInfo", "query_layers": "warmth:temperature", "i": "999", "j": "0"}, "InvalidPoint"),
        ({"request": "GetFeatureInfo", "query_layers": "ice:cover", "i": "9", "j": "0"}, "LayerNotDefined"),
        ({"request": "GetFeatureInfo", "i": "9", "j": "0"}, "MissingParameterValue"),
        ({"request": "GetLegendGraphic"}, "MissingParameterValue"),
    ],
)
def test_what_is_wrong_is_told_in_a_valid_report(anybody: httpx.Client, changes: dict[str, str], code: str) -> None:
    answer = get_map(anybody, **changes)
    assert answer.status_code == 400, answer.text
    root = valid_xml(answer.content, f"{OGC}/wms/1.3.0/exceptions_1_3_0.xsd")
    [found] = root.xpath("//o:ServiceException", namespaces=NS)
    assert found.get("code") == code
    assert len(found.text) > 20, "it says what would be right"


def test_a_report_of_1_1_1_is_valid_by_the_published_dtd(anybody: httpx.Client) -> None:
    answer = get_map(anybody, version="1.1.1", crs="", srs="EPSG:1")
    assert answer.headers["content-type"] == "application/vnd.ogc.se_xml"
    assert b'code="InvalidSRS"' in answer.content
    dtd = published_dtd("WMS_exception_1_1_1.dtd")
    assert dtd.validate(etree.fromstring(answer.content)), dtd.error_log


@pytest.mark.parametrize(("version", "word"), [("1.3.0", "INIMAGE"), ("1.1.1", "application/vnd.ogc.se_inimage")])
def test_a_client_that_shows_only_pictures_gets_the_trouble_as_one(
    anybody: httpx.Client, version: str, word: str
) -> None:
    drawn = pixels(get_map(anybody, version=version, layers="nothing", exceptions=word, width="300", height="100"))
    assert drawn.shape == (100, 300, 4)
    assert 0 < (drawn[..., 3] > 0).sum() < 20000, "letters on nothing"
    empty = pixels(
        get_map(anybody, version=version, layers="nothing", exceptions=word.lower().replace("inimage", "blank"))
    )
    assert not empty[..., 3].any()


def test_the_update_sequence_says_whether_anything_changed(anybody: httpx.Client) -> None:
    known = etree.fromstring(capabilities(anybody).content).get("updateSequence")
    asked = {"service": "WMS", "request": "GetCapabilities"}
    same = anybody.get("/wms", params=asked | {"updateSequence": known})
    assert b'code="CurrentUpdateSequence"' in same.content
    newer = anybody.get("/wms", params=asked | {"updateSequence": "9999"})
    assert b'code="InvalidUpdateSequence"' in newer.content
    assert anybody.get("/wms", params=asked | {"updateSequence": "1999"}).status_code == 200


def test_a_person_who_opens_the_address_reads_what_is_there(anybody: httpx.Client) -> None:
    page = anybody.get("/wms", headers={"Accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    assert "GetCapabilities" in page.text
    assert anybody.get("/wms").status_code == 400, "programs are told that something is missing"
