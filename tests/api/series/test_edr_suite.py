"""The requests of the OGC's executable test suite for EDR (ets-ogcapi-edr10), made here again.

Abstract tests 1 to 19, 24 to 27, 34 to 62 (position and area), 66 to 80 (cube). The suite takes every collection for one of
EDR; here those are asked that offer its queries. It wants ``z`` to be required where there is one, against the standard.
"""

from typing import Any

import httpx
import pytest
from covjson_pydantic.coverage import Coverage, CoverageCollection

pytestmark = pytest.mark.slow

JSON = {"Accept": "application/json"}
CORE = "http://www.opengis.net/spec/ogcapi-edr-1"


@pytest.fixture(scope="module")
def collections(ask: httpx.Client) -> list[Any]:
    """The collections with queries of EDR."""
    listed = ask.get("/ogc/collections", headers=JSON).json()["collections"]
    found = [each for each in listed if "data_queries" in each]
    assert {"deep", "ostia", "scenes"} <= {each["id"] for each in found}
    return found


def test_the_landing_page_and_the_conformance_are_found(ask: httpx.Client) -> None:
    landing = ask.get("/ogc/?f=json", headers=JSON)
    assert landing.http_version == "HTTP/1.1"
    rels = {each["rel"] for each in landing.json()["links"]}
    assert {"service-desc", "service-doc", "conformance", "data"} <= rels
    found = ask.get("/ogc/conformance?f=json", headers=JSON).json()["conformsTo"]
    assert {f"{CORE}/{version}/conf/core" for version in ("1.0", "1.1")} <= set(found)
    assert not [each for each in found if each.endswith("edr-geojson")], "there is no GeoJSON"
    for path in ("/ogc", "/ogc/api", "/ogc/conformance", "/ogc/collections"):
        page = ask.get(path, headers={"Accept": "text/html"})
        assert page.status_code == 200 and "</body>" in page.text and "</html>" in page.text


def test_collections_say_what_is_needed_to_ask_them(ask: httpx.Client, collections: list[Any]) -> None:
    for listed in collections:
        found = ask.get(f"/ogc/collections/{listed['id']}", headers=JSON).json()
        assert found["id"] == listed["id"]
        assert "CRS84" in str(found["crs"]) and found["extent"]["spatial"]["bbox"]
        assert {"self", "alternate", "data"} <= {each["rel"] for each in found["links"]}
        assert all(each["rel"] and each["type"] for each in found["links"])
        assert found["parameter_names"]
        for each in found["parameter_names"].values():
            assert each["type"] == "Parameter" and each["observedProperty"]


def test_a_query_without_a_place_is_refused(ask: httpx.Client, collections: list[Any]) -> None:
    for each in collections:
        here = f"/ogc/collections/{each['id']}"
        for query, word in (("position", "POINT"), ("area", "POLYGON"), ("radius", "POINT")):
            for words in ("", "?coords=", f"?coords={word}()", "?coords=nonsense"):
                assert ask.get(f"{here}/{query}{words}").status_code == 400, (here, query, words)
        for words in ("", "?bbox=", "?bbox=nonsense"):
            assert ask.get(f"{here}/cube{words}").status_code == 400


@pytest.mark.parametrize("query", ["position", "area", "cube"])
def test_what_a_collection_says_of_itself_can_be_asked(ask: httpx.Client, collections: list[Any], query: str) -> None:
    for listed in collections:
        found = ask.get(f"/ogc/collections/{listed['id']}", headers=JSON).json()
        variables = found["data_queries"][query]["link"]["variables"]
        assert "CoverageJSON" in variables["output_formats"]
        west, south, east, north = found["extent"]["spatial"]["bbox"][0]
        lon, lat = (west + east) / 2, (south + north) / 2
        half = min(1.0, (east - west) / 4, (north - south) / 4)
        start, end = found["extent"]["temporal"]["interval"][0]
        left, bottom, right, top = lon - half, lat - half, lon + half, lat + half
        ring = f"{left} {bottom},{left} {top},{right} {top},{right} {bottom},{left} {bottom}"
        place = {"position": {"coords": f"POINT({lon} {lat})"}, "area": {"coords": f"POLYGON(({ring}))"},
                 "cube": {"bbox": f"{left},{bottom},{right},{top}"}}[query]  # fmt: skip
        words = place | {"parameter-name": next(iter(found["parameter_names"])), "crs": found["crs"][0],
                         "f": "CoverageJSON", "datetime": f"{start}/{end}"}  # fmt: skip
        answer = ask.get(f"/ogc/collections/{listed['id']}/{query}", params=words)
        if listed["id"] == "scenes" and query == "position":  # the middle of what it says of itself is beside its files
            assert answer.status_code == 204
            continue
        assert answer.status_code == 200, answer.text
        many = answer.json()["type"] == "CoverageCollection"
        (CoverageCollection if many else Coverage).model_validate_json(answer.content)
        for crs in ("CRS84", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"):
            assert ask.get(f"/ogc/collections/{listed['id']}/{query}", params=words | {"crs": crs}).status_code == 200


@pytest.mark.parametrize("query", ["position", "area", "cube", "radius"])
def test_the_description_defines_the_parameters(ask: httpx.Client, query: str) -> None:
    stated = ask.get("/ogc/api", headers=JSON).json()["paths"][f"/collections/{{id}}/{query}"]["get"]["parameters"]
    found = {each["name"]: each for each in stated if each.get("in") == "query"}
    assert {"datetime", "parameter-name", "crs", "f", "z"} <= set(found)
    for name in ("datetime", "parameter-name", "crs", "f"):
        assert (found[name]["required"], found[name]["style"], found[name]["explode"]) == (False, "form", False)
    place = found["bbox" if query == "cube" else "coords"]
    assert (place["required"], place["schema"]["type"], place["explode"]) == (True, "string", False)
