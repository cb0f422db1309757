"""OGC API – Maps: which part of the world, how large, in which system and style, on which background."""

import httpx
import pytest
from tests.api.maps.asking_wms import get_map, pixels
from tests.api.maps.mapped import TIMES, value_at

pytestmark = pytest.mark.xdist_group("maps")

MAP = "/ogc/collections/warmth/map"
URI = "http://www.opengis.net/def/crs/EPSG/0/"


def numbers(answer: httpx.Response) -> list[float]:
    """Return what a map says that it shows."""
    assert answer.status_code == 200, answer.text
    return [float(each) for each in answer.headers["content-bbox"].split(",")]


def test_a_map_shows_the_whole_layer_unless_told_otherwise(anybody: httpx.Client) -> None:
    answer = anybody.get(MAP)
    assert numbers(answer) == [-180, -90, 180, 90]
    assert answer.headers["content-crs"] == "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    assert pixels(answer).shape == (512, 1024, 4)
    assert answer.headers["content-datetime"] == TIMES[-1]


def test_a_map_and_a_wms_draw_the_same(anybody: httpx.Client) -> None:
    ours = anybody.get(MAP, params={"bbox": "20,0,100,40", "width": "80", "height": "40", "datetime": "2020-02"})
    assert ours.content == get_map(anybody, bbox="0,20,40,100", width="80", height="40", time=TIMES[1]).content


def test_boxes_are_in_the_order_of_their_system(anybody: httpx.Client) -> None:
    size = {"width": "80", "height": "40"}
    plain = anybody.get(MAP, params={"bbox": "20,0,100,40", **size})
    swapped = anybody.get(MAP, params={"bbox": "0,20,40,100", "bbox-crs": f"{URI}4326", **size})
    cornered = anybody.get(MAP, params={"subset": "Lat(0:40),Lon(20:100)", **size})
    assert plain.content == swapped.content == cornered.content
    told = anybody.get(MAP, params={"bbox": "20,0,100,40", "crs": "[EPSG:4326]", **size})
    assert numbers(told) == [0, 20, 40, 100]


def test_sizes_follow_from_what_is_given(anybody: httpx.Client) -> None:
    box = {"bbox": "0,0,40,20"}
    assert pixels(anybody.get(MAP, params={**box, "width": "200"})).shape[:2] == (100, 200)
    assert pixels(anybody.get(MAP, params={**box, "height": "50"})).shape[:2] == (50, 100)
    scaled = anybody.get(MAP, params={**box, "scale-denominator": "100000000"})
    assert pixels(scaled).shape[:2] == (80, 159)
    about = anybody.get(MAP, params={"center": "10,20", "scale-denominator": "1e8", "width": "100", "height": "50"})
    west, south, east, north = numbers(about)
    assert ((west + east) / 2, (south + north) / 2) == pytest.approx((10, 20))
    assert east - west == pytest.approx(100 * 1e8 * 0.00028 / 111319.49, rel=1e-6)


def test_maps_come_in_other_systems(anybody: httpx.Client) -> None:
    polar = anybody.get("/ogc/collections/ice/map", params={"crs": f"{URI}3413", "width": "100"})
    assert polar.headers["content-crs"] == f"{URI}3413"
    assert numbers(polar) == [-1000000, -1000000, 1000000, 1000000]
    utm = anybody.get("/ogc/collections/vienna/map", params={"crs": f"{URI}32633", "bbox": "16.25,48.15,16.4,48.25"})
    west, south, east, north = numbers(utm)
    assert 590000 < west < east < 610000
    assert 5330000 < south < north < 5350000


def test_a_style_names_a_variable_and_its_colours(anybody: httpx.Client) -> None:
    styles = anybody.get("/ogc/collections/warmth/styles").json()
    names = [each["id"] for each in styles["styles"]]
    assert {"default", "temperature", "rain", "rain:magma"} <= set(names)
    for each in styles["styles"][:4]:
        for one in each["links"]:
            assert anybody.get(one["href"]).status_code == 200, one
    rain = anybody.get("/ogc/collections/warmth/styles/rain:magma/map", params={"width": "60", "height": "30"})
    same = get_map(anybody, layers="warmth:rain", styles="magma", width="60", height="30")
    assert rain.content == same.content


def test_pixels_have_the_colours_of_their_values(anybody: httpx.Client) -> None:
    asked = {"width": "360", "height": "180", "rescale": "-40,60", "datetime": TIMES[0]}
    drawn = pixels(anybody.get("/ogc/collections/warmth/styles/temperature:gray/map", params=asked))
    value = value_at(10.5, 49.5, 0)
    assert drawn[40, 190, 0] == pytest.approx((value + 40) / 100 * 255, abs=1)


def test_the_background_is_what_is_asked_for(anybody: httpx.Client) -> None:
    ice = "/ogc/collections/ice/map"
    given = {"bbox": "-180,-90,180,90", "width": "90", "height": "45"}
    assert pixels(anybody.get(ice, params=given))[40, 5, 3] == 0
    assert pixels(anybody.get(ice, params={**given, "bgcolor": "0x0000FF"}))[40, 5].tolist() == [0, 0, 255, 255]
    assert pixels(anybody.get(ice, params={**given, "transparent": "false"}))[40, 5].tolist() == [255] * 4
    assert anybody.get(ice, params={**given, "f": "jpg"}).headers["content-type"] == "image/jpeg"


def test_a_box_may_cross_the_antimeridian(anybody: httpx.Client) -> None:
    answer = anybody.get(MAP, params={"bbox": "170,-10,-170,10", "width": "80"})
    assert numbers(answer) == [170, -10, 190, 10]
    assert (pixels(answer)[..., 3] > 0).mean() > 0.9


def test_a_map_that_the_client_has_is_not_sent_again(anybody: httpx.Client) -> None:
    first = anybody.get(MAP)
    same = anybody.get(MAP, headers={"If-None-Match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bbox", "1,2,3"), ("bbox", "a,b,c,d"), ("bbox", "0,10,10,0"), ("bbox", "0,0,1e300,1"), ("bbox", "nan,0,1,1"),
        ("bbox-crs", "EPSG:1"), ("crs", "nonsense"), ("crs", f"{URI}2056"),
        ("width", "0"), ("width", "99999"), ("height", "-3"), ("height", "tall"),
        ("subset", "Lat(a:b)"), ("subset", "Depth(0:1)"), ("subset", "nonsense"), ("subset", "Lat(5:1)"),
        ("center", "1"), ("scale-denominator", "0"), ("scale-denominator", "x"),
        ("datetime", "tomorrow"), ("bgcolor", "nonsense"), ("transparent", "maybe"),
        ("f", "tiff"), ("rescale", "1"), ("colormap", "nonsense"), ("expression", "1 +"), ("nonsense", "1"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_as_a_problem(anybody: httpx.Client, name: str, value: str) -> None:
    bbox = {"bbox": "0,0,10,10"} if name == "bbox-crs" else {}
    answer = anybody.get(MAP, params={**bbox, name: value})
    assert answer.status_code == 400, answer.text
    assert len(answer.json()["detail"]) > 20
