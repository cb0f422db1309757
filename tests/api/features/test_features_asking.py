"""Asking for features over HTTP: filters, sorting, properties, pages, forms, tiles; and what is wrong is said."""

import io
import json
from typing import Any
from urllib.parse import quote

import geopandas as gpd
import httpx
import jsonschema
import mapbox_vector_tile
import morecantile
import pandas as pd
import pytest
import shapely
from pyproj import Transformer
from tests.features.places import BODIES
from tests.served import Served

from repeatpass.features.exporting import WRITERS

pytestmark = pytest.mark.xdist_group("features")
PLACES = "/ogc/collections/places/items"
WEB_MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
LATITUDE_FIRST = "http://www.opengis.net/def/crs/EPSG/0/4326"


def ids(client: httpx.Client, **given: Any) -> list[str]:
    """Return the ids of all features that an address finds."""
    answer = client.get(
        PLACES, params={"limit": 1000} | {name.replace("_", "-"): value for name, value in given.items()}
    )
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["features"]]


def test_a_filter_says_the_same_as_text_as_json_and_as_parameters(anyone: httpx.Client) -> None:
    tree = {"op": "and", "args": [{"op": "=", "args": [{"property": "good"}, True]},
                                  {"op": "=", "args": [{"property": "count"}, 8]}]}  # fmt: skip
    text = ids(anyone, filter="good = true AND count = 8")
    assert text == ["p008"]
    assert ids(anyone, filter=json.dumps(tree), filter_lang="cql2-json") == ids(anyone, filter=json.dumps(tree)) == text
    assert ids(anyone, good="true", count="8") == text
    assert ids(anyone, name="ort 008") == text
    assert ids(anyone, day="2020-01-02") == ["p001"]


def test_the_geometries_of_a_filter_may_be_in_another_system(anyone: httpx.Client) -> None:
    west, south, east, north = -50.3, -40.3, 20.3, 30.3
    plain = ids(anyone, filter=f"S_INTERSECTS(geometry, {shapely.box(west, south, east, north).wkt})")
    turned = f"S_INTERSECTS(geometry, {shapely.box(south, west, north, east).wkt})"
    assert ids(anyone, filter=turned, filter_crs=LATITUDE_FIRST) == plain != []
    metres = Transformer.from_crs("OGC:CRS84", "EPSG:3857").transform_bounds(west, south, east, north)
    box = f"S_INTERSECTS(geometry, BBOX({', '.join(map(str, metres))}))"
    assert ids(anyone, filter=box, filter_crs=WEB_MERCATOR) == plain
    assert ids(anyone, filter=f"S_INTERSECTS(geometry, BBOX({west}, {south}, {east}, {north}))") == plain


COUNT = {"property": "count"}
TREES: list[Any] = [
    {"op": "t_during", "args": [{"property": "day"}, {"interval": ["2020-01-01"]}]},
    {"op": "t_during", "args": [{"property": "day"}, 5]},
    {"op": "=", "args": [{"op": "casei", "args": []}, "a"]},
    {"op": "=", "args": [COUNT, 10**23]},
    {"op": "in", "args": [COUNT, [10**30]]},
    {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [1, 2]}]},
    {"op": "a_contains", "args": [{"property": "tags"}, [None]]},
    {"op": "between", "args": [COUNT, 1]},
    {"op": "isNull", "args": [5]},
    {"op": "and", "args": ["x"]},
    {"op": "=", "args": [[1], [1]]},
    {"op": "=", "args": [{"property": "name\x00"}, 1]},
]


@pytest.mark.parametrize("tree", TREES, ids=[json.dumps(tree)[:60] for tree in TREES])
def test_a_filter_that_means_nothing_is_refused_or_finds_nothing(anyone: httpx.Client, tree: Any) -> None:
    answer = anyone.get(PLACES, params={"filter": json.dumps(tree)})
    assert answer.status_code == 400 or answer.json()["features"] == [], answer.text


def test_arithmetic_with_what_is_missing_or_nothing_is_nothing(anyone: httpx.Client) -> None:
    assert ids(anyone, filter="depth div 0 = 1") == []
    assert ids(anyone, filter="count div 50 = 1") == [f"p{number:03}" for number in range(50, 100)]
    assert "p007" not in ids(anyone, filter="depth div 1 >= 0")  # it has no depth


def test_features_are_sorted_and_show_what_is_wanted(anyone: httpx.Client) -> None:
    assert ids(anyone, sortby="-count")[:2] == ["p099", "p098"]
    assert ids(anyone, sortby="good,-count")[:2] == ["p099", "p097"]
    first = anyone.get(PLACES, params={"properties": "count,name", "limit": 1, "skipGeometry": "true"}).json()[
        "features"
    ][0]
    assert (first["geometry"], set(first["properties"])) == (None, {"count", "name"})


WRONG = {
    "limit=0": "limit",
    "limit=-1": "limit",
    "offset=x": "offset",
    "bbox=1,2,3": "“bbox” has 3 numbers",
    "bbox=a,b,c,d": "must be numbers",
    "bbox=0,0,nan,1": "“bbox”",
    "bbox=0,10,1,5": "south",
    "bbox=-200,0,1,1": "leaves the world",
    f"bbox=5,0,1,1&bbox-crs={WEB_MERCATOR}": "beyond its second",
    f"bbox=1e300,1e300,2e300,2e300&bbox-crs={WEB_MERCATOR}": "",
    "crs=EPSG:9999999": "no reference system",
    "crs=here": "write an address such as",
    "crs=http://www.opengis.net/def/crs/EPSG/0/2056": "there are http",
    "datetime=soon": "write 2026-05-03",
    "datetime=2020-13-45": "write 2026-05-03",
    "datetime=../..": "one may be ..",
    "datetime=2021-01-01/2020-01-01": "begins after its end",
    "datetime=2020-01-01/P0D": "not a duration",
    "datetime=P1D/..": "needs a moment",
    "datetime=9999-12-31/P9999Y": "leaves the years",
    "filter=count": "true or false",
    "filter=count %3C": "not CQL2-Text",
    "filter=nothing = 1": "no property of these features",
    "filter=count = 1&filter-lang=sql": "filter-lang",
    "filter={&filter-lang=cql2-json": "not JSON",
    "filter=count = 1&filter-crs=here": "filter-crs",
    "filter=S_INTERSECTS(geometry, POINT(1e9 1e9))&filter-crs=http://www.opengis.net/def/crs/EPSG/0/4326": "",
    "sortby=nothing": "can be sorted by",
    "properties=nothing": "“properties” names “nothing”",
    "skipGeometry=maybe": "true or false",
    "count=many": "a whole number is needed",
    "good=maybe": "true or false is needed",
    "f=gml": "there are json, html, geojson-file, csv, fgb, parquet",
    "colour=red": "There is no parameter “colour”",
}


@pytest.mark.parametrize("query", WRONG)
def test_what_is_wrong_is_named_with_what_would_be_right(anyone: httpx.Client, query: str) -> None:
    answer = anyone.get(f"{PLACES}?{quote(query, safe='=&%/:')}")
    if WRONG[query]:
        assert answer.status_code == 400, answer.text
        assert WRONG[query] in answer.json()["detail"]
    assert answer.status_code < 500


@pytest.mark.parametrize(
    "path",
    [
        "none/items",
        "rasters/items",
        "rasters/schema",
        "rasters/tiles",
        "places/items/none",
        "places/items/%00",
        "places/none",
    ],
)
def test_what_is_not_there_is_not_found(anyone: httpx.Client, path: str) -> None:
    answer = anyone.get(f"/ogc/collections/{path}")
    assert answer.status_code == 404
    assert answer.json()["detail"]


def test_features_come_as_csv(anyone: httpx.Client) -> None:
    answer = anyone.get("/ogc/collections/quakes/items?f=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    table = pd.read_csv(io.BytesIO(answer.content))
    assert (len(table), list(table.columns)[:3]) == (596, ["id", "time", "depth"])
    assert table.loc[0, ["longitude", "latitude"]].tolist() == [112.6357, -5.7711]
    shapes = pd.read_csv(io.BytesIO(anyone.get(PLACES, params={"f": "csv", "filter": "count < 10"}).content))
    assert shapely.from_wkt(shapes["WKT"][1]).geom_type == "Point"
    assert shapes["tags"][3] == '["x", "y", "z"]'


@pytest.mark.parametrize(("form", "read"), [("fgb", gpd.read_file), ("parquet", gpd.read_parquet)])
def test_features_come_as_files_for_geography(anyone: httpx.Client, form: str, read: Any) -> None:
    found = read(io.BytesIO(anyone.get(f"{PLACES}?f={form}").content))
    assert len(found) == 100
    assert found.crs.to_authority() == ("OGC", "CRS84")
    by_id = found.set_index("id")
    for id, body in BODIES.items():
        row = by_id.loc[id]
        assert row["name"] == body["properties"]["name"]
        assert (row.geometry is None) == (body["geometry"] is None)
        if body["geometry"]:
            assert row.geometry.equals_exact(shapely.geometry.shape(body["geometry"]), 1e-9)
    assert found["count"].tolist() == list(range(100))
    assert str(by_id.loc["p001", "day"])[:10] == "2020-01-02"
    assert pd.isna(by_id.loc["p007", "depth"])
    metres = read(io.BytesIO(anyone.get(f"{PLACES}?f={form}&crs={WEB_MERCATOR}&limit=5").content))
    assert (len(metres), metres.crs.to_epsg()) == (5, 3857)


def test_the_form_follows_what_is_accepted(anyone: httpx.Client) -> None:
    for accept, kind in {
        "application/geo+json": "application/geo+json", "application/json": "application/geo+json", "*/*": "application/geo+json",
        "text/html,*/*;q=0.8": "text/html", "text/csv": "text/csv", "application/flatgeobuf": "application/flatgeobuf",
        "application/vnd.apache.parquet": "application/vnd.apache.parquet",
    }.items():  # fmt: skip
        answer = httpx.get(f"{anyone.base_url}{PLACES}", headers={"Accept": accept})
        assert answer.headers["content-type"].partition(";")[0] == kind
        assert "Accept" in answer.headers["vary"]
    assert set(WRITERS) == {"csv", "fgb", "parquet"}


def test_schemas_say_what_features_are(anyone: httpx.Client) -> None:
    schema = anyone.get("/ogc/collections/places/schema")
    assert schema.headers["content-type"] == "application/schema+json"
    body = schema.json()
    assert body["properties"]["id"]["x-ogc-role"] == "id"
    assert body["properties"]["geometry"] == {
        "title": "Place", "format": "geometry-any", "x-ogc-role": "primary-geometry"
    }  # fmt: skip
    assert body["properties"]["day"]["x-ogc-role"] == "primary-instant"
    assert body["properties"]["depth"]["x-ogc-unit"] == "m"
    jsonschema.Draft202012Validator.check_schema(body)
    for each in anyone.get(PLACES, params={"limit": 100}).json()["features"]:
        known = {name: value for name, value in each["properties"].items() if value is not None}
        jsonschema.validate({"id": each["id"], **known}, body)
    queryables = anyone.get("/ogc/collections/places/queryables").json()["properties"]
    assert set(queryables) == {*body["properties"], "datetime"}
    sortables = anyone.get("/ogc/collections/places/sortables").json()["properties"]
    assert set(sortables) == set(body["properties"]) - {"geometry"}


@pytest.mark.parametrize(
    "path", ["", "/items", "/items/p001", "/schema", "/queryables", "/sortables", "/tiles", "/tiles/WebMercatorQuad"]
)
def test_every_document_is_a_page_as_well(features_served: Served, path: str) -> None:
    reader = httpx.Client(base_url=features_served.address)  # pages give the owner's session to whoever runs the house
    page = reader.get(f"/ogc/collections/places{path}", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["content-type"].partition(";")[0]) == (200, "text/html")
    assert "<h1>" in page.text
    further = reader.get(PLACES, params={"f": "html", "limit": 3})
    assert 'rel="next"' in further.text


# vector tiles ----------------------------------------------------------------------------------------------------------


def test_a_tile_holds_what_its_area_holds(anyone: httpx.Client) -> None:
    tms = morecantile.tms.get("WebMercatorQuad")
    tile = tms.tile(-100, 40, 4)
    answer = anyone.get(f"/ogc/collections/states/tiles/WebMercatorQuad/{tile.z}/{tile.y}/{tile.x}")
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    layer = mapbox_vector_tile.decode(answer.content)["states"]
    bounds = shapely.box(*tms.bounds(tile))
    every = anyone.get("/ogc/collections/states/items?limit=100").json()["features"]
    expected = {e["properties"]["state"] for e in every if shapely.geometry.shape(e["geometry"]).intersects(bounds)}
    found = {each["properties"]["state"] for each in layer["features"]}
    assert expected <= found  # and those that its edge, which reaches a little further, meets
    assert len(found - expected) <= 3
    assert layer["extent"] == 4096
    nebraska = next(each for each in layer["features"] if each["properties"]["state"] == "Nebraska")
    assert nebraska["properties"]["median_income"] > 0


def test_a_point_is_where_it_is_in_its_tile(anyone: httpx.Client) -> None:
    tms = morecantile.tms.get("WebMercatorQuad")
    quake = anyone.get("/ogc/collections/quakes/items?limit=1").json()["features"][0]
    longitude, latitude = quake["geometry"]["coordinates"]
    tile = tms.tile(longitude, latitude, 9)
    answer = anyone.get(f"/ogc/collections/quakes/tiles/WebMercatorQuad/9/{tile.y}/{tile.x}?properties=mag")
    found = mapbox_vector_tile.decode(answer.content, default_options={"y_coord_down": True})["quakes"]["features"]
    [mine] = [each for each in found if each["properties"]["id"] == quake["id"]]
    box, (x, y) = tms.xy_bounds(tile), tms.xy(longitude, latitude)
    place = [(x - box.left) / (box.right - box.left) * 4096, (box.top - y) / (box.top - box.bottom) * 4096]
    assert mine["geometry"]["coordinates"] == pytest.approx(place, abs=1)
    assert set(mine["properties"]) == {"id", "mag"}


def test_tiles_are_filtered_cached_and_cheap_when_empty(anyone: httpx.Client) -> None:
    whole = anyone.get("/ogc/collections/quakes/tiles/WorldCRS84Quad/0/0/1")
    some = anyone.get(
        "/ogc/collections/quakes/tiles/WorldCRS84Quad/0/0/1", params={"filter": "mag >= 6", "datetime": "2024-04-01/.."}
    )
    count = [len(mapbox_vector_tile.decode(each.content)["quakes"]["features"]) for each in (whole, some)]
    assert count[0] > count[1] > 0
    again = anyone.get(whole.url, headers={"If-None-Match": whole.headers["etag"]})
    assert again.status_code == 304
    empty = anyone.get("/ogc/collections/states/tiles/WebMercatorQuad/6/0/0")
    assert (empty.status_code, empty.content) == (204, b"")


@pytest.mark.parametrize(
    ("path", "status"),
    [("Nowhere/0/0/0", 404), ("WebMercatorQuad/0/0/1", 404), ("WebMercatorQuad/99/0/0", 404), ("WebMercatorQuad/a/0/0", 404),
     ("WebMercatorQuad/0/0/-1", 404), ("Nowhere", 404), ("WebMercatorQuad/0/0/0?filter=x", 400),
     ("WebMercatorQuad/0/0/0?colour=1", 400), ("WebMercatorQuad/0/0/0?f=png", 400)],
)  # fmt: skip
def test_a_wrong_tile_is_refused(anyone: httpx.Client, path: str, status: int) -> None:
    assert anyone.get(f"/ogc/collections/places/tiles/{path}").status_code == status


def test_sets_of_tiles_lead_to_tiles(anyone: httpx.Client) -> None:
    sets = anyone.get("/ogc/collections/states/tiles").json()["tilesets"]
    assert [each["dataType"] for each in sets] == ["vector", "vector"]
    body = anyone.get("/ogc/collections/states/tiles/WebMercatorQuad").json()
    [template] = [each["href"] for each in body["links"] if each["rel"] == "item"]
    url = template.replace("{tileMatrix}", "0").replace("{tileRow}", "0").replace("{tileCol}", "0")
    assert anyone.get(url).status_code == 200
    tilejson = anyone.get("/ogc/collections/states/tiles/WebMercatorQuad?f=tilejson").json()
    assert anyone.get(tilejson["tiles"][0].format(z=0, y=0, x=0)).status_code == 200
    assert tilejson["vector_layers"][0]["fields"]["median_income"] == "Number"
