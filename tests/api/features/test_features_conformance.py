"""The requests of the OGC's executable test suite for Features (ets-ogcapi-features10), Parts 1 and 2, made here again.

What it asks of every feature collection, in the order of its abstract tests; the schemas are the standard's.
"""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import shapely
from pyproj import CRS, Transformer
from tests.api.features.official_features import conforms

pytestmark = pytest.mark.xdist_group("features")
GEOJSON = "application/geo+json"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
LIMIT = 20
CLASSES = [
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" for name in ("core", "geojson", "html", "oas30")
]


@pytest.fixture(scope="module")
def document(anyone: httpx.Client) -> Any:
    """The API's description, found as the suite finds it."""
    links = anyone.get("/ogc").json()["links"]
    [address] = [each["href"] for each in links if each["rel"] == "service-desc"]
    return anyone.get(address).json()


@pytest.fixture(scope="module")
def collections(anyone: httpx.Client) -> list[Any]:
    """The collections that the suite takes: those with items."""
    listed = anyone.get("/ogc/collections").json()["collections"]
    return [each for each in listed if any(link["rel"] == "items" for link in each["links"])]


def items_url(collection: Any) -> str:
    """Return where the suite reads features: the link “items” of GeoJSON."""
    found = [each["href"] for each in collection["links"] if each["rel"] == "items" and each["type"] == GEOJSON]
    return str(found[0])


def get(client: httpx.Client, url: str, **given: Any) -> httpx.Response:
    """Ask for GeoJSON; the query of *url* stays."""
    asked = httpx.URL(url).copy_merge_params({name.replace("_", "-"): value for name, value in given.items()})
    return client.get(asked, headers={"Accept": GEOJSON})


def features(client: httpx.Client, collection: Any, **given: Any) -> Any:
    """Return a page of features, checked as every such answer is."""
    answer = get(client, items_url(collection), **given)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == GEOJSON
    body = answer.json()
    assert body["type"] == "FeatureCollection"
    assert body["numberReturned"] == len(body["features"])
    links = {(each["rel"], each["type"]) for each in body["links"]}
    assert {("self", GEOJSON), ("alternate", "text/html")} <= links
    conforms(body, "featureCollectionGeoJSON")
    return body


def in_crs84(body: Any) -> None:
    """Fail unless all coordinates are degrees."""
    for each in body["features"]:
        if each["geometry"]:
            west, south, east, north = shapely.geometry.shape(each["geometry"]).bounds
            assert -180 <= west <= east <= 180 and -90 <= south <= north <= 90


def test_the_landing_page_and_the_conformance_are_as_the_standard_wants_them(anyone: httpx.Client) -> None:
    landing = anyone.get("/ogc")
    assert landing.headers["content-type"] == "application/json"
    conforms(landing.json(), "landingPage")
    rels = {each["rel"] for each in landing.json()["links"]}
    assert {"service-desc", "service-doc", "conformance", "data", "self", "alternate"} <= rels
    body = anyone.get("/ogc/conformance").json()
    conforms(body, "confClasses")
    assert set(CLASSES) <= set(body["conformsTo"])
    assert "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs" in body["conformsTo"]


def test_the_collections_are_as_the_standard_wants_them(anyone: httpx.Client, collections: list[Any]) -> None:
    body = anyone.get("/ogc/collections", headers={"Accept": "application/json"}).json()
    conforms(body, "collections")
    assert body["crs"][0] == CRS84
    assert {each["id"] for each in collections} == {"places", "quakes", "states", "samples"}
    for listed in collections:
        conforms(listed, "collection")
        alone = anyone.get(f"/ogc/collections/{listed['id']}").json()
        conforms(alone, "collection")
        assert {name: alone[name] for name in ("id", "title", "description", "extent")} == {
            name: listed[name] for name in ("id", "title", "description", "extent")
        }
        types = {each["type"] for each in listed["links"] if each["rel"] == "items"}
        assert {GEOJSON, "text/html"} <= types
        assert {"self", "alternate"} <= {each["rel"] for each in alone["links"]}


PARAMETERS: dict[str, Callable[[Any], bool]] = {
    "limit": lambda schema: schema["type"] == "integer" and schema["minimum"] >= 0 and schema["default"] >= 0,
    "bbox": lambda schema: [each["minItems"] for each in schema["oneOf"]] == [4, 6],
    "datetime": lambda schema: schema["type"] == "string",
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_the_description_defines_the_parameters_of_items(document: Any, name: str) -> None:
    path = document["paths"]["/collections/{id}/items"]["get"]
    [found] = [each for each in path["parameters"] if each.get("name") == name]
    assert (found["in"], found["required"], found["style"], found["explode"]) == ("query", False, "form", False)
    assert PARAMETERS[name](found["schema"])


def test_every_collection_gives_features(anyone: httpx.Client, collections: list[Any]) -> None:
    for each in collections:
        in_crs84(features(anyone, each))


def test_wrong_and_unknown_parameters_are_refused(anyone: httpx.Client, collections: list[Any]) -> None:
    for each in collections:
        assert get(anyone, items_url(each), limit="unlimited").status_code == 400
        assert get(anyone, items_url(each), unknownQueryParameter12345="1").status_code == 400


def test_a_page_is_no_longer_than_its_limit(anyone: httpx.Client, collections: list[Any]) -> None:
    for each in collections:
        for limit in (1, 100):
            assert len(features(anyone, each, limit=limit)["features"]) <= limit


def test_the_pages_together_hold_what_was_matched(anyone: httpx.Client, collections: list[Any]) -> None:
    for each in collections:
        page = first = features(anyone, each, limit=130)
        seen = [feature["id"] for feature in page["features"]]
        while following := [link["href"] for link in page["links"] if link["rel"] == "next"]:
            page = anyone.get(following[0], headers={"Accept": GEOJSON}).json()
            seen += [feature["id"] for feature in page["features"]]
        assert len(seen) == len(set(seen)) == first["numberMatched"]


def boxes(collection: Any) -> Iterator[list[float]]:
    """Yield the boxes that the suite makes of a spatial extent."""
    west, south, east, north = collection["extent"]["spatial"]["bbox"][0]
    middle = [(west + east) / 2, (south + north) / 2]
    yield [west, south, east, north]
    yield [west, south, *middle]
    yield [*middle, east, north]
    yield [177, 65, -177, 70]
    yield [-180, 85, 180, 90]
    yield [-177, -90, -176, -80]


def test_a_box_gives_what_it_meets(anyone: httpx.Client, collections: list[Any]) -> None:
    for each in collections:
        every = features(anyone, each, limit=1000)["features"]
        for box in boxes(each):
            found = features(anyone, each, bbox=",".join(map(str, box)), limit=1000)
            in_crs84(found)
            assert {feature["id"] for feature in found["features"]} == {
                feature["id"] for feature in every if feature["geometry"] and _meets(feature, box)
            }, (each["id"], box)


def _meets(feature: Any, box: list[float]) -> bool:
    west, south, east, north = box
    halves = [(west, east)] if west <= east else [(west, 180), (-180, east)]
    shape = shapely.geometry.shape(feature["geometry"])
    # What is given is rounded to nine digits; what is searched for is not.
    return any(shape.intersects(shapely.box(left, south, right, north).buffer(2e-9)) for left, right in halves)


def test_a_time_gives_what_is_then_and_what_says_none(anyone: httpx.Client, collections: list[Any]) -> None:
    timed = [
        each for each in collections if "temporal" in each["extent"] and each["extent"]["temporal"]["interval"][0][0]
    ]
    assert {each["id"] for each in timed} == {"places", "quakes"}
    for each in timed:
        start, end = each["extent"]["temporal"]["interval"][0]
        for asked in (start, f"{start}/{end}", f"{start[:10]}/P2D", "../" + start, end + "/..", start[:10]):
            in_crs84(features(anyone, each, datetime=asked))
    [places] = [each for each in timed if each["id"] == "places"]
    found = features(anyone, places, datetime="2020-01-02", limit=100)["features"]
    assert {each["properties"].get("day") for each in found} == {"2020-01-02", None}


def test_a_feature_is_given_by_its_id(anyone: httpx.Client, collections: list[Any]) -> None:
    for each in collections:
        first = features(anyone, each)["features"][0]
        answer = anyone.get(f"/ogc/collections/{each['id']}/items/{first['id']}", headers={"Accept": GEOJSON})
        assert answer.headers["content-type"] == GEOJSON
        conforms(answer.json(), "featureGeoJSON")
        links = {(link["rel"], link["type"]) for link in answer.json()["links"]}
        assert {("self", GEOJSON), ("alternate", "text/html"), ("collection", "application/json")} <= links
        assert {name: answer.json()[name] for name in ("id", "geometry", "properties")} == {
            name: first[name] for name in ("id", "geometry", "properties")
        }


# Part 2 ----------------------------------------------------------------------------------------------------------------


def test_collections_say_their_systems(collections: list[Any]) -> None:
    for each in collections:
        assert each["crs"][0] == CRS84
        assert each["storageCrs"] in each["crs"]
    assert next(each["storageCrs"] for each in collections if each["id"] == "samples").endswith("/EPSG/0/3358")


def test_features_come_in_every_system_that_is_offered(anyone: httpx.Client, collections: list[Any]) -> None:
    for each in collections:
        plain = features(anyone, each, limit=LIMIT)["features"]
        for uri in each["crs"]:
            answer = get(anyone, items_url(each), crs=uri, limit=LIMIT)
            assert answer.headers["content-crs"] == f"<{uri}>"
            for before, after in zip(plain, answer.json()["features"], strict=True):
                _same_place(before["geometry"], after["geometry"], uri)
            one = get(anyone, f"/ogc/collections/{each['id']}/items/{plain[0]['id']}", crs=uri)
            assert one.headers["content-crs"] == f"<{uri}>"
            _same_place(plain[0]["geometry"], one.json()["geometry"], uri)


def _same_place(before: Any, after: Any, uri: str) -> None:
    """PROJ turns the coordinates by the authority's own definition of the system, and of its axes."""
    if before is None:
        assert after is None
        return
    target = CRS.from_authority(*(("OGC", "CRS84") if "CRS84" in uri else ("EPSG", uri.rsplit("/", 1)[-1])))
    move = Transformer.from_crs("OGC:CRS84", target)
    first = shapely.get_coordinates(shapely.geometry.shape(before))[0]
    found = shapely.get_coordinates(shapely.geometry.shape(after))[0]
    tolerance = 1e-6 if target.is_geographic else 0.2
    assert found == pytest.approx(move.transform(*first), abs=tolerance)


def test_a_box_in_another_system_finds_the_same(anyone: httpx.Client, collections: list[Any]) -> None:
    for each in collections:
        box = each["extent"]["spatial"]["bbox"][0]
        plain = {
            feature["id"] for feature in features(anyone, each, bbox=",".join(map(str, box)), limit=1000)["features"]
        }
        for uri in each["crs"]:
            code = "OGC:CRS84" if "CRS84" in uri else f"EPSG:{uri.rsplit('/', 1)[-1]}"
            if code == "EPSG:3857" and (box[1] < -85 or box[3] > 85):
                continue
            turned = Transformer.from_crs("OGC:CRS84", code).transform_bounds(*box)
            wide = [turned[0] - 1e-4, turned[1] - 1e-4, turned[2] + 1e-4, turned[3] + 1e-4]
            wide = wide if "CRS84" not in uri and "4326" not in uri else list(turned)
            found = features(anyone, each, bbox=",".join(map(str, wide)), bbox_crs=uri, limit=1000)
            assert {feature["id"] for feature in found["features"]} == plain, (each["id"], uri)


def test_an_unknown_system_is_refused(anyone: httpx.Client, collections: list[Any]) -> None:
    unknown = "http://www.opengis.net/def/crs/0/unknown/crs"
    for each in collections:
        url, one = items_url(each), features(anyone, each)["features"][0]["id"]
        assert get(anyone, url, crs=unknown).status_code == 400
        assert get(anyone, url, bbox="0,0,1,1", bbox_crs=unknown).status_code == 400
        assert get(anyone, f"/ogc/collections/{each['id']}/items/{one}", crs=unknown).status_code == 400
        assert get(anyone, url, crs="http://www.opengis.net/def/crs/EPSG/0/2056").status_code == 400


def test_without_a_system_the_answer_is_in_crs84_and_says_so(anyone: httpx.Client, collections: list[Any]) -> None:
    for each in collections:
        assert get(anyone, items_url(each)).headers["content-crs"] == f"<{CRS84}>"


# Tiles (ets-ogcapi-tiles10), and – Maps, requirement 47 ----------------------------------------------------------------


def test_vector_tiles_are_found_from_their_list(anyone: httpx.Client, collections: list[Any]) -> None:
    assert (
        "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt" in anyone.get("/ogc/conformance").json()["conformsTo"]
    )
    for each in collections:
        [address] = [link["href"] for link in each["links"] if link["rel"].endswith("/tilesets-vector")]
        for item in anyone.get(address).json()["tilesets"]:
            assert all(anyone.get(link["href"]).status_code == 200 for link in item["links"])
            [own] = [link["href"] for link in item["links"] if link["rel"] == "self"]
            [template] = [link["href"] for link in anyone.get(own).json()["links"] if link["rel"] == "item"]
            for row, wanted in ((0, (200, 204)), (1, (400, 404))):
                place = (("{tileMatrix}", "0"), ("{tileRow}", str(row)), ("{tileCol}", "0"))
                tile = template
                for name, value in place:
                    tile = tile.replace(name, value)
                assert anyone.get(tile).status_code in wanted


def test_an_extent_is_stated_in_the_system_that_features_are_kept_in(collections: list[Any]) -> None:
    for each in collections:
        boxes = each["extent"]["spatial"].get("storageCrsBbox")
        assert (boxes is None) == (each["storageCrs"] == CRS84)
        if boxes:
            code = each["storageCrs"].rsplit("/", 1)[-1]
            around = Transformer.from_crs("OGC:CRS84", f"EPSG:{code}").transform_bounds(
                *each["extent"]["spatial"]["bbox"][0]
            )
            assert boxes[0] == pytest.approx(around, abs=1.0)
