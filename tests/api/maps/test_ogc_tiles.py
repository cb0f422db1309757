"""OGC API – Tiles: documents valid by the official schemas, every link followed, tiles the same as elsewhere."""

from typing import Any

import httpx
import pytest
from tests.api.maps.asking_wms import pixels
from tests.api.maps.mapped import TIMES
from tests.api.maps.official_tiles import conforms
from tests.served import Served

pytestmark = pytest.mark.xdist_group("maps")

REL = "http://www.opengis.net/def/rel/ogc/1.0"
WARMTH = "/ogc/collections/warmth"


def link_of(document: Any, rel: str, media_type: str = "") -> str:
    """Return the address of the first link of a relation."""
    found = [each["href"] for each in document["links"] if each["rel"] == rel and media_type in each["type"]]
    assert found, (rel, document["links"])
    return str(found[0])


def test_a_client_finds_its_way_from_the_landing_page_to_a_tile(anybody: httpx.Client) -> None:
    landing = anybody.get("/ogc").json()
    collections = anybody.get(link_of(landing, "data")).json()["collections"]
    drawn = {each["id"] for each in collections if any(one["rel"] == f"{REL}/tilesets-map" for one in each["links"])}
    assert drawn == {"warmth", "vienna", "ice", "sea"}
    [warmth] = [each for each in collections if each["id"] == "warmth"]
    listed = anybody.get(link_of(warmth, f"{REL}/tilesets-map")).json()
    for item in listed["tilesets"]:
        conforms(item, "tileSet-item")
        tileset = anybody.get(link_of(item, "self")).json()
        conforms(tileset, "tileSet")
        scheme = anybody.get(link_of(tileset, f"{REL}/tiling-scheme")).json()
        conforms(scheme, "tileMatrixSet")
        address = link_of(tileset, "item", "image/png")
        limits = tileset["tileMatrixSetLimits"][1]
        for name, value in (("tileMatrix", limits["tileMatrix"]), ("tileRow", limits["minTileRow"]),
                            ("tileCol", limits["maxTileCol"])):  # fmt: skip
            address = address.replace(f"{{{name}}}", str(value))
        assert (pixels(anybody.get(address))[..., 3] > 0).any(), address


def test_the_tile_matrix_sets_are_listed_and_valid(anybody: httpx.Client) -> None:
    listed = anybody.get("/ogc/tileMatrixSets").json()
    assert {"WebMercatorQuad", "WorldCRS84Quad", "EPSG3413Quad"} <= {each["id"] for each in listed["tileMatrixSets"]}
    for each in listed["tileMatrixSets"]:
        conforms(each, "tileMatrixSet-item")
        found = anybody.get(link_of(each, "self")).json()
        conforms(found, "tileMatrixSet")
        assert (found["id"], found["crs"]) == (each["id"], each["crs"])


def test_limits_name_the_tiles_that_hold_something(anybody: httpx.Client) -> None:
    tileset = anybody.get("/ogc/collections/vienna/map/tiles/WebMercatorQuad").json()
    [found] = [each for each in tileset["tileMatrixSetLimits"] if each["tileMatrix"] == "8"]
    assert (found["minTileCol"], found["minTileRow"]) == (139, 88)
    path = "/ogc/collections/vienna/map/tiles/WebMercatorQuad/8"
    assert (pixels(anybody.get(f"{path}/88/139"))[..., 3] > 0).any()
    assert anybody.get(f"{path}/80/139").status_code == 404


def test_a_tile_is_the_same_by_every_service(anybody: httpx.Client) -> None:
    ours = anybody.get(f"{WARMTH}/map/tiles/WebMercatorQuad/2/1/3?datetime={TIMES[0]}")
    styled = anybody.get(f"{WARMTH}/styles/temperature/map/tiles/WebMercatorQuad/2/1/3?datetime={TIMES[0]}")
    xyz = anybody.get(f"/tiles/warmth:temperature/WebMercatorQuad/2/3/1.png?time={TIMES[0]}")
    assert ours.content == styled.content == xyz.content
    assert ours.headers["content-datetime"] == TIMES[0]
    assert ours.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("asked", "accept", "given"),
    [("f=png", "", "image/png"), ("f=jpg", "", "image/jpeg"), ("f=jpeg", "", "image/jpeg"), ("f=webp", "", "image/webp"),
     ("", "image/jpeg", "image/jpeg"), ("", "image/webp,image/*;q=0.5", "image/webp"), ("", "*/*", "image/png"),
     ("f=png", "image/jpeg", "image/png")],
)  # fmt: skip
def test_the_format_is_negotiated(anybody: httpx.Client, asked: str, accept: str, given: str) -> None:
    headers = {"Accept": accept} if accept else {}
    answer = anybody.get(f"{WARMTH}/map/tiles/WebMercatorQuad/0/0/0?{asked}", headers=headers)
    assert answer.headers["content-type"] == given


@pytest.mark.parametrize(
    ("path", "status", "named"),
    [
        ("nothing/map/tiles", 404, "nothing"),
        ("secret/map/tiles", 404, "secret"),
        ("warmth/map/tiles/Nonsense", 404, "Nonsense"),
        ("warmth/map/tiles/Nonsense/0/0/0", 404, "Nonsense"),
        ("warmth/map/tiles/WebMercatorQuad/0/0/1", 404, "0"),
        ("warmth/map/tiles/WebMercatorQuad/99/0/0", 404, "99"),
        ("warmth/map/tiles/WebMercatorQuad/a/0/0", 400, "tileMatrix"),
        ("warmth/map/tiles/WebMercatorQuad/0/-1/0", 400, "tileRow"),
        ("warmth/map/tiles/WebMercatorQuad/0/0/0?f=gif", 400, "gif"),
        ("warmth/map/tiles/WebMercatorQuad/0/0/0?datetime=tomorrow", 400, "tomorrow"),
        ("warmth/map/tiles/WebMercatorQuad/0/0/0?unknown=1", 400, "unknown"),
        ("warmth/styles/nonsense/map/tiles/WebMercatorQuad/0/0/0", 404, "nonsense"),
        ("warmth/styles/temperature:nonsense/map/tiles", 404, "nonsense"),
    ],
)
def test_what_is_wrong_is_told_as_a_problem(anybody: httpx.Client, path: str, status: int, named: str) -> None:
    answer = anybody.get(f"/ogc/collections/{path}")
    assert answer.status_code == status, answer.text
    assert named in answer.json()["detail"]


def test_the_description_of_the_api_has_every_tile_path(anybody: httpx.Client) -> None:
    paths = anybody.get("/ogc/api").json()["paths"]
    for before in ("/collections/{id}", "/collections/{id}/styles/{styleId}"):
        path = f"{before}/map/tiles/{{tileMatrixSetId}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
        assert "image/png" in paths[path]["get"]["responses"]["200"]["content"]
    classes = anybody.get("/ogc/conformance").json()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core" in classes


@pytest.mark.parametrize(
    "path",
    ["/ogc/tileMatrixSets", "/ogc/tileMatrixSets/WebMercatorQuad", f"{WARMTH}/map/tiles",
     f"{WARMTH}/map/tiles/WebMercatorQuad", f"{WARMTH}/styles", f"{WARMTH}/styles/rain:magma"],
)  # fmt: skip
def test_every_document_is_a_page_too(mapped: Served, path: str) -> None:
    page = httpx.get(f"{mapped.address}{path}?f=html")
    assert page.status_code == 200, page.text
    assert "<h1" in page.text
