"""The requests of the OGC's executable test suite for OGC API – Maps (ets-ogcapi-maps10), made here again.

Abstract tests A.1 to A.5, A.12 to A.15, A.21 to A.32, A.45 to A.47 and A.62, of each collection that can be drawn. The
suite asks the map of the whole house where there is one; here each collection has one of its own.
"""

import io
from typing import Any

import httpx
import pytest
from PIL import Image

pytestmark = [pytest.mark.xdist_group("maps"), pytest.mark.slow]

COLLECTIONS = ("warmth", "vienna", "ice", "sea")
CRS84 = "https://www.opengis.net/def/crs/OGC/1.3/CRS84"
WORLD = "-180,-90,180,90"


def status(client: httpx.Client, collection: str, *pairs: tuple[str, str]) -> int:
    """Ask for a map; a picture must come with 200, and nothing at all with 204."""
    answer = client.get(f"/ogc/collections/{collection}/map", params=[*pairs, ("f", "png")])
    if answer.status_code == 200:
        assert answer.headers["content-type"] == "image/png"
        left, bottom, right, top = (float(each) for each in answer.headers["content-bbox"].split(","))
        assert left < right and bottom < top
    assert answer.status_code != 204 or answer.content == b""
    return answer.status_code


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_map_says_where_and_when_it_is(anybody: httpx.Client, collection: str) -> None:
    links = anybody.get(f"/ogc/collections/{collection}").json()["links"]
    for scheme in ("http", "https"):
        [first, *_] = [each for each in links if each["rel"] == f"{scheme}://www.opengis.net/def/rel/ogc/1.0/map"]
        answer = anybody.get(first["href"], headers={"Accept": "*/*"})
        assert (answer.status_code, answer.headers["content-type"]) == (200, first["type"])
        assert answer.headers["content-crs"].startswith("http"), "an address, not within angle brackets"
        assert len(answer.headers["content-bbox"].split(",")) == 4
        assert any(each["rel"] == f"{scheme}://www.opengis.net/def/rel/ogc/1.0/tilesets-map" for each in links)
    timed = anybody.get(f"/ogc/collections/{collection}/map").headers.get("content-datetime")
    assert timed or collection == "sea", "which has no time"


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_boxes_subsets_and_centres_are_heeded_and_exclude_each_other(anybody: httpx.Client, collection: str) -> None:
    lat, lon = ("subset", "Lat(-90:90)"), ("subset", "Lon(-180:180)")
    box, center = ("bbox", WORLD), ("center", "0,0")
    fine = [
        (box,), (box, ("bbox-crs", "[OGC:CRS84]")), (lat, lon), (("subset", "Lat(-90:90),Lon(-180:180)"),),
        (lat, lon, ("subset-crs", CRS84)), (("subset", "Lon(170:-170)"),), (center,),
        (center, ("center-crs", "[OGC:CRS84]")), (center, ("width", "256"), ("height", "256")),
        (center, ("width", "256"), ("height", "256"), ("scale-denominator", "100000")),
        (("scale-denominator", "40000000"), ("width", "1024"), ("height", "512")),
    ]  # fmt: skip
    assert {pairs: status(anybody, collection, *pairs) for pairs in fine} == dict.fromkeys(fine, 200)
    sized = (("scale-denominator", "40000000"), ("width", "800"), ("height", "400"))
    wrong = [(box, center), (box, lat), (box, lon), (lat, center), (*sized, box), (("subset", "InvalidAxis(0:1)"),)]
    assert {pairs: status(anybody, collection, *pairs) for pairs in wrong} == dict.fromkeys(wrong, 400)
    assert status(anybody, collection, ("subset", "Lat(200:300)")) == 204


def test_a_subset_across_the_antimeridian_shows_both_sides(anybody: httpx.Client) -> None:
    answer = anybody.get("/ogc/collections/warmth/map", params={"subset": "Lon(170:-170)", "height": "90"})
    assert answer.headers["content-bbox"] == "170,-90,190,90"
    assert Image.open(io.BytesIO(answer.content)).convert("RGBA").getextrema()[3] == (255, 255)


@pytest.mark.parametrize(
    "asked",
    ["2000-01-01T00:00:00Z", "2000-01-01T00:00:00Z/2099-12-31T23:59:59Z", "../2099-12-31T23:59:59Z",
     "/2099-12-31T23:59:59Z", "2000-01-01T00:00:00Z/..", "2000-01-01T00:00:00Z/"],
)  # fmt: skip
def test_every_form_of_a_time_is_understood(anybody: httpx.Client, asked: str) -> None:
    for collection in COLLECTIONS:
        wanted = 204 if "/" not in asked and collection != "sea" else 200
        assert status(anybody, collection, ("datetime", asked)) == wanted


@pytest.mark.parametrize(
    ("asked", "shown"),
    [('"2020-02-01T00:00:00Z"', "2020-02"), ('"2020-01-01T00:00:00Z":"2020-02-15T00:00:00Z"', "2020-02"),
     ("*", "2020-03"), ("*:*", "2020-03"), ('"2020-01-01T00:00:00Z":*', "2020-03"), ('*:"2020-01-15"', "2020-01"),
     ('"2020"', "2020-03"), ('"2020-02"', "2020-02"), ('"2020-02-01"', "2020-02"), ('"2020-02-01T00Z"', "2020-02"),
     ('"2020-02-01T00:00Z"', "2020-02")],
)  # fmt: skip
def test_a_time_can_be_a_subset(anybody: httpx.Client, asked: str, shown: str) -> None:
    answer = anybody.get("/ogc/collections/warmth/map", params={"subset": f"time({asked})", "width": "36"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-datetime"].startswith(shown)
    lat = ("subset", "Lat(-90:90)")
    assert status(anybody, "warmth", ("subset", f"time({asked})"), lat) == 200


def test_times_that_there_are_not_and_axes_that_there_are_not(anybody: httpx.Client) -> None:
    then = 'time("1800-01-01T00:00:00Z":"1800-12-31T23:59:59Z")'
    assert status(anybody, "warmth", ("subset", then)) == 204
    assert status(anybody, "warmth", ("subset", 'xyz("2020-02-01")')) == 400
    assert status(anybody, "warmth", ("subset", "time(tomorrow)")) == 400
    tile = "/ogc/collections/warmth/map/tiles/WebMercatorQuad/0/0/0"
    assert anybody.get(tile, params={"subset": then}).status_code == 204
    assert anybody.get(tile, params={"datetime": "1800-01-01"}).status_code == 204


def test_tiles_come_in_the_size_that_is_asked_for(anybody: httpx.Client) -> None:
    tile = "/ogc/collections/warmth/map/tiles/WebMercatorQuad/0/0/0"
    for words, size in ((("width", "512"),), (512, 256)), ((("height", "512"),), (256, 512)), (
        (("width", "300"), ("height", "200")), (300, 200)):  # fmt: skip
        answer = anybody.get(tile, params=words)
        assert Image.open(io.BytesIO(answer.content)).size == size
    assert anybody.get(tile, params={"width": "5000"}).status_code == 400


def test_every_collection_states_its_systems(anybody: httpx.Client) -> None:
    for listed in anybody.get("/ogc/collections").json()["collections"]:
        found: Any = anybody.get(f"/ogc/collections/{listed['id']}").json()
        assert found["crs"][0] == "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
        assert found["crs"] == listed["crs"] and all(each.startswith("http") for each in found["crs"])


def test_operations_end_as_the_standards_name_them(anybody: httpx.Client) -> None:
    paths = anybody.get("/ogc/api").json()["paths"]
    ends = {"map": "getMap", "map/tiles": "map.getTileSetsList", "map/tiles/{tileMatrixSetId}": "map.getTileSet",
            "map/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}": "map.getTile"}  # fmt: skip
    for before, kind in (
        ("/collections/{id}", "collection"),
        ("/collections/{id}/styles/{styleId}", "collection.style"),
    ):
        for path, ending in ends.items():
            assert paths[f"{before}/{path}"]["get"]["operationId"].endswith(f".{kind}.{ending}")
    [asked] = [each for each in paths["/collections/{id}/map"]["get"]["parameters"] if each["name"] == "datetime"]
    assert (asked["in"], asked["required"], asked["schema"]["type"]) == ("query", False, "string")
