"""The requests of the OGC's executable test suite for OGC API – Tiles (ets-ogcapi-tiles10), made here again.

Abstract tests A.2 to A.9, A.12, A.13, A.23 and A.24; A.10 is of tiles of the whole house, which are not offered, nor said
to be.
"""

from typing import Any

import httpx
import pytest

pytestmark = [pytest.mark.xdist_group("maps"), pytest.mark.slow]

JSON = {"Accept": "application/json"}
REL = "http://www.opengis.net/def/rel/ogc/1.0"
CLASS = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf"


def get(client: httpx.Client, address: str) -> Any:
    """Follow a link as the suite does: as JSON, which must come."""
    answer = client.get(address, headers=JSON)
    assert answer.status_code == 200, (address, answer.text)
    return answer.json()


@pytest.fixture(scope="module")
def lists(anybody: httpx.Client) -> dict[str, Any]:
    """Every list of tilesets, by its address."""
    found = {
        link["href"]: None
        for each in get(anybody, "/ogc/collections")["collections"]
        for link in each["links"]
        if link["rel"].startswith(f"{REL}/tilesets-")
    }
    assert found
    return {address: get(anybody, address) for address in found}


def test_the_landing_page_leads_there_and_what_is_declared_holds(anybody: httpx.Client) -> None:
    landing = anybody.get("/ogc/", headers=JSON)
    assert (landing.http_version, landing.status_code) == ("HTTP/1.1", 200)
    assert "data" in {each["rel"] for each in landing.json()["links"]}
    declared = set(get(anybody, "/ogc/conformance")["conformsTo"])
    wanted = ("core", "tileset", "tilesets-list", "geodata-tilesets", "png", "jpeg", "oas30")
    assert {f"{CLASS}/{name}" for name in wanted} <= declared
    assert f"{CLASS}/dataset-tilesets" not in declared
    assert f"{CLASS}/mvt" in declared


def test_lists_lead_to_tilesets_and_these_to_tiles(anybody: httpx.Client, lists: dict[str, Any]) -> None:
    for address, listed in lists.items():
        assert "/tiles" in address
        for item in listed["tilesets"]:
            for link in item["links"]:
                if not link.get("templated"):
                    get(anybody, link["href"])
            [own] = [link["href"] for link in item["links"] if link["rel"] == "self"]
            templates = [link["href"] for link in get(anybody, own)["links"] if link["rel"] == "item"]
            assert templates
            for name in ("tileMatrix", "tileRow", "tileCol"):
                assert all(f"{{{name}}}" in each for each in templates)


def test_every_link_of_a_list_can_be_followed(lists: dict[str, Any]) -> None:
    """The suite asks for each as it stands; one with braces in it would be refused."""
    links = [link["href"] for listed in lists.values() for item in listed["tilesets"] for link in item["links"]]
    assert not [each for each in links if "{" in each]


def test_tiles_are_given_within_the_limits_and_refused_beyond(anybody: httpx.Client, lists: dict[str, Any]) -> None:
    for listed in lists.values():
        for item in listed["tilesets"]:
            [own] = [link["href"] for link in item["links"] if link["rel"] == "self"]
            tileset = get(anybody, own)
            template = next(link["href"] for link in tileset["links"] if link["rel"] == "item")
            for limits in tileset["tileMatrixSetLimits"][:5]:
                zoom, row, column = limits["tileMatrix"], limits["maxTileRow"], limits["minTileCol"]
                assert anybody.get(placed(template, zoom, row, column)).status_code in (200, 204)
                assert anybody.get(placed(template, zoom, row + 1, column)).status_code in (400, 404)
                assert anybody.get(placed(template, zoom, 2**31 - 1, 2**31 - 1)).status_code in (400, 404)


def placed(template: str, *place: object) -> str:
    """Fill in a template."""
    for name, value in zip(("tileMatrix", "tileRow", "tileCol"), place, strict=True):
        template = template.replace(f"{{{name}}}", str(value))
    return template


def test_nothing_lies_beyond_the_limits(anybody: httpx.Client) -> None:
    """What is refused beyond the limits is empty where the same tile is drawn without regard to them."""
    for collection in ("warmth", "vienna", "ice", "sea"):
        layer = next(each["id"] for each in get(anybody, f"/tiles?collection={collection}")["layers"])
        for item in get(anybody, f"/ogc/collections/{collection}/map/tiles")["tilesets"]:
            [own] = [link["href"] for link in item["links"] if link["rel"] == "self"]
            tileset = get(anybody, own)
            [limits] = [each for each in tileset["tileMatrixSetLimits"] if each["tileMatrix"] == "2"]
            for row in range(4):
                for column in range(4):
                    xyz = anybody.get(f"/tiles/{layer}/{own.rpartition('/')[2]}/2/{column}/{row}.png")
                    within = (limits["minTileRow"] <= row <= limits["maxTileRow"]
                              and limits["minTileCol"] <= column <= limits["maxTileCol"])  # fmt: skip
                    assert within or xyz.status_code == 404 or is_empty(xyz), (own, row, column)


def is_empty(answer: httpx.Response) -> bool:
    """Whether nothing is drawn in a picture."""
    import io

    from PIL import Image

    return Image.open(io.BytesIO(answer.content)).convert("RGBA").getextrema()[3] == (0, 0)


def test_the_tile_matrix_sets_can_be_read(anybody: httpx.Client) -> None:
    for each in get(anybody, "/ogc/tileMatrixSets")["tileMatrixSets"]:
        [address] = [link["href"] for link in each["links"] if link["rel"] == "item"]
        assert get(anybody, address)["tileMatrices"]


def test_operations_end_as_the_standard_names_them(anybody: httpx.Client) -> None:
    operations = [
        facts["operationId"]
        for item in get(anybody, "/ogc/api")["paths"].values()
        for method, facts in item.items()
        if method == "get"
    ]
    for kind in ("map", "vector"):
        for ending in ("getTileSetsList", "getTileSet", "getTile"):
            assert any(each.endswith(f".collection.{kind}.{ending}") for each in operations)
