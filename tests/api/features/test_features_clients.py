"""Other people's clients read features from a served house: OWSLib, and GDAL, which QGIS and geopandas read by."""

from pathlib import Path

import geopandas as gpd
import httpx
import pyogrio
import pytest
from owslib.ogcapi.features import Features
from tests.conftest import cannot
from tests.served import Served

pytestmark = pytest.mark.xdist_group("features")


@pytest.fixture
def owslib(features_served: Served) -> Features:
    """OWSLib's client of OGC API – Features."""
    return Features(f"{features_served.address}/ogc", headers={"Authorization": f"Bearer {features_served.token}"})


@pytest.fixture
def gdal(features_served: Served) -> str:
    """The address as GDAL wants it."""
    if "OAPIF" not in pyogrio.list_drivers():
        cannot("GDAL was built without its driver OAPIF")
    return f"OAPIF:{features_served.address}/ogc"


def test_owslib_reads_what_is_here(owslib: Features) -> None:
    assert {"places", "quakes", "states", "samples"} <= set(owslib.feature_collections())
    assert owslib.api()["openapi"] == "3.0.3"
    assert owslib.collection("quakes")["itemType"] == "feature"
    assert "mag" in owslib.collection_queryables("quakes")["properties"]
    assert "mag" in owslib.collection_schema("quakes")["properties"]


def test_owslib_asks_for_features(owslib: Features) -> None:
    found = owslib.collection_items("quakes", limit=5, sortby="-mag", filter="mag > 5", properties=["mag"])
    assert len(found["features"]) == 5
    assert found["numberMatched"] > 5
    box = owslib.collection_items("states", bbox=[-100, 30, -99, 31])
    assert [each["properties"]["state"] for each in box["features"]] == ["Texas"]
    one = found["features"][0]["id"]
    assert owslib.collection_item("quakes", one)["id"] == one


def test_owslib_adds_changes_and_deletes(owslib: Features, owner: httpx.Client) -> None:
    owner.post("/ogc/collections", json={"id": "owslib", "schema": {"properties": {"a": {"type": "integer"}}}})
    body = '{"type": "Feature", "id": "one", "geometry": null, "properties": {"a": 1}}'
    assert owslib.collection_item_create("owslib", body)
    assert owslib.collection_item_update("owslib", "one", body.replace("1", "2"))
    assert owslib.collection_item("owslib", "one")["properties"] == {"a": 2}
    assert owslib.collection_item_delete("owslib", "one")
    owner.delete("/ogc/collections/owslib").raise_for_status()


def test_gdal_lists_the_collections(gdal: str) -> None:
    layers = dict(pyogrio.list_layers(gdal))
    assert {"places", "quakes", "states", "samples"} <= set(layers)


def test_gdal_reads_every_feature_page_by_page(gdal: str) -> None:
    quakes = gpd.read_file(gdal, layer="quakes", engine="pyogrio", PAGE_SIZE="100")
    assert len(quakes) == 596
    assert quakes.crs.to_authority() in (("OGC", "CRS84"), ("EPSG", "4326"))
    assert quakes["mag"].max() == pytest.approx(7.1)
    assert quakes.geometry[0].coords[0] == (112.6357, -5.7711)


def test_gdal_filters_on_the_server(gdal: str) -> None:
    big = gpd.read_file(gdal, layer="quakes", engine="pyogrio", where="mag >= 6.5")
    every = gpd.read_file(gdal, layer="quakes", engine="pyogrio")
    assert sorted(big["mag"]) == sorted(every.loc[every["mag"] >= 6.5, "mag"])
    texas = gpd.read_file(gdal, layer="states", engine="pyogrio", bbox=(-100, 30, -99, 31))
    assert texas["state"].tolist() == ["Texas"]


def test_gdal_reads_the_system_that_features_are_kept_in(gdal: str) -> None:
    metres = gpd.read_file(gdal, layer="samples", engine="pyogrio", CRS="EPSG:3358")
    degrees = gpd.read_file(gdal, layer="samples", engine="pyogrio")
    assert metres.crs.to_epsg() == 3358
    again = degrees.to_crs(3358)
    assert metres.geometry[0].distance(again.geometry[0]) < 0.01
    assert len(metres) == len(degrees) == 200
    latitude_first = gpd.read_file(gdal, layer="states", engine="pyogrio", CRS="EPSG:4326")
    assert latitude_first.total_bounds == pytest.approx([-124.8, 24.4, -66.98, 49.37], abs=0.02)


def test_gdal_reads_the_files_that_are_offered(features_served: Served) -> None:
    for form in ("fgb", "json"):
        found = gpd.read_file(f"{features_served.address}/ogc/collections/states/items?f={form}&limit=100")
        assert len(found) == 49


def test_gdal_reads_vector_tiles(anyone: httpx.Client, tmp_path: Path) -> None:
    if "MVT" not in pyogrio.list_drivers():
        cannot("GDAL was built without its driver MVT")
    tile = tmp_path / "0.pbf"
    tile.write_bytes(anyone.get("/ogc/collections/states/tiles/WebMercatorQuad/0/0/0").content)
    found = gpd.read_file(f"MVT:{tile}", layer="states", engine="pyogrio", X="0", Y="0", Z="0")
    assert set(found["state"]) >= {"Texas", "California", "Maine"}
    assert found.crs.to_epsg() == 3857
    assert found.to_crs(4326).total_bounds == pytest.approx([-124.8, 24.4, -66.98, 49.37], abs=0.2)
