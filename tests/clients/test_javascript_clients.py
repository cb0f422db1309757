"""Programs in JavaScript read maps, tiles and features: @camptocamp/ogc-client and @ogcapi-js/features, in Node.

`make test-clients` installs them; without them, and without Node, there is nothing to test.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.served import Served

FOLDER = Path(__file__).parents[2] / "tools" / "ogc-client"


@pytest.fixture(scope="module")
def read(read_by_clients: Served) -> Any:
    """What the clients made of everything."""
    if not (FOLDER / "node_modules").is_dir() or shutil.which("node") is None:
        pytest.skip("The clients are not here; “make test-clients” installs them.")
    words = ["node", "read.js", read_by_clients.address, "quakes", "warmth", "warmth:temperature"]
    done = subprocess.run(words, cwd=FOLDER, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def wrong(told: Any) -> dict[str, str]:
    """The calls that gave an error."""
    return {name: each["error"] for name, each in told.items() if isinstance(each, dict) and "error" in each}


def test_ogc_client_reads_the_ogc_api(read: Any) -> None:
    found = read["ogc"]
    assert wrong(found) == {}
    assert found["features"] == ["quakes"]
    assert set(found["mapTiles"]) == {"ice", "sea", "vienna", "warmth"} and found["vectorTiles"] == ["quakes"]
    assert found["hasTiles"] and found["hasFeatures"] and not found["records"]
    assert {"WebMercatorQuad", "WorldCRS84Quad"} <= set(found["tileMatrixSets"])
    assert found["items"] == ["2", "3", "4", "5", "6"] and found["item"]["type"] == "Feature"
    assert {"WebMercatorQuad", "WorldCRS84Quad"} == set(found["collection"]["supportedTileMatrixSets"])
    assert {each["name"] for each in found["collection"]["sortables"]} >= {"mag", "time", "id"}
    kinds = {each["name"]: each["type"] for each in found["collection"]["queryables"]}
    assert (kinds["mag"], kinds["geometry"]) == ("number", "point")
    assert "image/png" in found["rasterCollection"]["mapTileFormats"]
    assert {each["id"] for each in found["styles"]} >= {"default", "rain", "temperature:viridis"}


def test_every_address_that_ogc_client_makes_answers(read: Any) -> None:
    made = {
        name: each
        for name, each in {**read["ogc"], **read["pictures"]}.items()
        if isinstance(each, dict) and "url" in each
    }
    assert set(made) == {"itemsUrl", "csvUrl", "vectorTileset", "mapTileset", "map", "mapInDegrees", "tile"}
    assert {name: each["status"] for name, each in made.items()} == dict.fromkeys(made, 200)
    assert made["csvUrl"]["type"].startswith("text/csv")
    assert {made[name]["type"] for name in ("map", "mapInDegrees", "tile")} == {"image/png"}


def test_ogc_client_reads_wms_and_wmts(read: Any) -> None:
    found = read["pictures"]
    assert wrong(found) == {}
    assert (found["wms"]["title"], found["version"]) == ("Repeatpass", "1.3.0")
    assert {"warmth:temperature", "ice:cover", "vienna:visual"} <= set(found["layers"])
    assert "EPSG:3413" in found["layer"]["availableCrs"]
    assert {each["name"] for each in found["layer"]["styles"]} >= {"default", "viridis"}
    assert {"WebMercatorQuad", "EPSG3413Quad"} <= set(found["matrixSets"])
    assert found["dimensions"]["time"] == "2020-03-01T00:00:00Z"


def test_ogc_client_reads_stac_as_the_features_api_that_it_is(read: Any) -> None:
    found = read["stac"]
    assert found["info"]["title"] == "Repeatpass"
    assert {each["name"] for each in found["collections"]} == {"quakes", "ice", "sea", "vienna", "warmth"}
    assert found["collection"]["itemFormats"] == ["application/geo+json"]


def test_ogcapi_js_reads_features(read: Any) -> None:
    found = read["ogcapiJs"]
    assert wrong(found) == {}
    assert {"quakes", "warmth"} <= set(found["collections"]) and "mag" in found["queryables"]
    assert found["items"]["values"] == sorted(found["items"]["values"], reverse=True)
    assert found["items"]["matched"] > 4 and found["item"] == "Feature"
