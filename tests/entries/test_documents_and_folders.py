"""Entries from STAC documents of several versions, and from folders and buckets of real files, taken into a catalog."""

import json
from pathlib import Path
from typing import Any

import fsspec
import geopandas
import numpy as np
import pytest
import rasterio
import shapely
import xarray as xr
from tests.entries.validating_stac_documents import validate
from tests.storage.rooms import EDITOR, SCIENTIST

from repeatpass.catalog.room import Catalog
from repeatpass.core.errors import Forbidden, Invalid, NotFound
from repeatpass.data.layers import Layers
from repeatpass.entries import Draft, Level
from repeatpass.entries.adding import Adding, read_drafts
from repeatpass.entries.folders import Said
from repeatpass.storage.database import Database
from repeatpass.storage.files import FileArea

REGISTRY = Path(__file__).parent / "registry"


@pytest.fixture
def adding(database: Database, tmp_path: Path) -> Adding:
    """An empty catalog and a file area."""
    return Adding(Catalog(database), FileArea(tmp_path / "area"))


def tiff(path: Path, zone: int = 33, cells: int = 40) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    transform = rasterio.Affine(100, 0, 500000, 0, -100, 5300000)
    facts = {"driver": "GTiff", "crs": f"EPSG:326{zone}", "transform": transform, "dtype": "uint16", "nodata": 0}
    with rasterio.open(path, "w", count=2, height=cells, width=cells, **facts) as sink:
        sink.write(np.full((2, cells, cells), zone, "uint16"))
        sink.set_band_description(1, "red")
        sink.set_band_description(2, "nir")
        sink.scales = (0.0001, 0.0001)
    return path


def cube(path: Path) -> Path:
    time = np.array(["2024-01-01", "2024-02-01"], "datetime64[ns]")
    lat = ("lat", [10.0, 0.0, -10.0], {"units": "degrees_north"})
    lon = ("lon", [170.0, 180.0, 190.0], {"units": "degrees_east"})
    field = (("time", "lat", "lon"), np.ones((2, 3, 3), "float32"), {"units": "K"})
    made = xr.Dataset({"sst": field}, {"time": time, "lat": lat, "lon": lon}, {"title": "Warm sea"})
    if path.suffix == ".zarr":
        made.to_zarr(path, zarr_format=3, consolidated=False)
    else:
        made.to_netcdf(path, engine="h5netcdf")
    return path


def one(source: str | Path, **said: Any) -> Draft:
    (draft,) = read_drafts(str(source), Said(**said))
    return draft


def test_a_folder_of_rasters_becomes_a_collection_with_an_item_for_each_date(tmp_path: Path, adding: Adding) -> None:
    for name in ("red_nir_2024-05-31.tif", "red_nir_2024-06.tif", "deep/red_nir_20240715.tif"):
        tiff(tmp_path / "fields" / name)
    draft = one(tmp_path / "fields", licence="CC-BY-4.0", title="Fields", provider="Institute", keywords=("open data",))
    validate(dict(draft.body or {}))
    for item in draft.items:
        validate(dict(item))
    made = adding.add(EDITOR, draft)
    assert made.body["extent"]["temporal"]["interval"] == [["2024-05-31T00:00:00Z", "2024-07-15T00:00:00Z"]]
    items = {each.id: each for each in adding.catalog.items("fields")}
    assert list(items) == ["red_nir_2024-05-31", "red_nir_2024-06", "red_nir_20240715"]
    assert items["red_nir_2024-06"].body["properties"]["end_datetime"] == "2024-06-30T23:59:59Z"
    asset = items["red_nir_2024-05-31"].body["assets"]["data"]
    assert asset["proj:code"] == "EPSG:32633"
    assert asset["bands"][0] == {
        "name": "red", "data_type": "uint16", "nodata": 0, "raster:scale": 0.0001, "raster:offset": 0,
    }  # fmt: skip
    assert len(adding.catalog.assets("fields")) == 3
    layers = Layers(adding.catalog, adding.files, tmp_path / "facts").of("fields")  # the map finds them at once
    assert [len(each.times) for each in layers] == [3]


def test_cubes_and_tables_are_read_too_and_a_zarr_folder_is_kept_as_one_file(tmp_path: Path, adding: Adding) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    cube(folder / "sea.nc")
    cube(folder / "sea2.zarr")
    frame = geopandas.GeoDataFrame({"name": ["a"]}, geometry=[shapely.Point(1, 2)], crs="EPSG:4326")
    frame.to_parquet(folder / "places.parquet")
    frame.to_file(folder / "places_2024.gpkg")
    draft = one(folder, licence="CC0-1.0")
    assert {each["id"] for each in draft.items} == {"sea", "sea2", "places_2024"}
    assert draft.body is not None
    assert "places.parquet" not in draft.body["assets"]["data"].get("href", "")  # kept here, served by us
    validate(dict(draft.body))
    for item in draft.items:
        validate(dict(item))
    sea = next(each for each in draft.items if each["id"] == "sea")
    assert sea["bbox"] == [165.0, -15.0, -165.0, 15.0]
    assert sea["geometry"]["type"] == "MultiPolygon"  # cut at the antimeridian
    assert sea["assets"]["data"]["cube:variables"]["sst"]["unit"] == "K"
    adding.add(EDITOR, draft)
    kinds = {asset.item: asset.media_type for asset in adding.catalog.assets("mixed")}
    assert kinds["sea2"] == "application/vnd.zarr+zip"
    assert kinds["places_2024"] == "application/geopackage+sqlite3"


def test_files_of_a_bucket_stay_where_they_are(tmp_path: Path, adding: Adding) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe("/bucket/fields/a_2024-05-31.tif", tiff(tmp_path / "a.tif").read_bytes())
    draft = one("memory://bucket/fields", id="far-fields", licence="CC-BY-4.0")
    adding.add(EDITOR, draft)
    (item,) = adding.catalog.items("far-fields")
    assert item.body["assets"]["data"]["href"] == "memory:///bucket/fields/a_2024-05-31.tif"
    assert adding.catalog.assets("far-fields") == []


def test_the_same_again_changes_nothing_and_other_files_make_a_new_version(tmp_path: Path, adding: Adding) -> None:
    folder = tmp_path / "fields"
    tiff(folder / "a_2024-05-31.tif")
    first = adding.add(EDITOR, one(folder, licence="CC-BY-4.0"))
    again = adding.add(EDITOR, one(folder, licence="CC-BY-4.0"))
    assert (first.version, again.version) == ("1", "1")
    tiff(folder / "a_2024-05-31.tif", cells=50)
    assert adding.add(EDITOR, one(folder, licence="CC-BY-4.0")).version == "2"
    assert len(adding.catalog.assets("fields", "1")) == 1  # a passport may rest on it


def test_what_files_cannot_say_is_asked_for_by_name(tmp_path: Path) -> None:
    tiff(tmp_path / "fields" / "a_2024-05-31.tif")
    with pytest.raises(Invalid, match="licence"):
        read_drafts(str(tmp_path / "fields"), Said())
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "empty.tif").write_bytes(b"")
    with pytest.raises(Invalid, match=r"empty.tif is empty"):
        read_drafts(str(tmp_path / "bad"), Said(licence="CC0-1.0"))
    with pytest.raises(NotFound, match="nowhere"):
        read_drafts(str(tmp_path / "nowhere"))
    (tmp_path / "none").mkdir()
    with pytest.raises(NotFound, match="no files"):
        read_drafts(str(tmp_path / "none"))


def test_a_broken_file_is_left_out_and_told_and_the_others_are_taken(tmp_path: Path) -> None:
    tiff(tmp_path / "fields" / "a_2024-05-31.tif")
    (tmp_path / "fields" / "b_2024-06-30.tif").write_bytes(b"II*\0nothing")
    draft = one(tmp_path / "fields", licence="CC-BY-4.0")
    assert [each["id"] for each in draft.items] == ["a_2024-05-31"]
    assert any("b_2024-06-30.tif" in str(each) and each.level is Level.WARNING for each in draft.remarks)


def stac(folder: Path, version: str = "1.0.0", **more: Any) -> Path:
    """Write a catalog of one collection of one item with one file, as they are found in the wild."""
    tiff(folder / "scenes" / "one" / "one.tif")
    item = {
        "type": "Feature", "stac_version": version, "id": "one", "collection": "scenes",
        "geometry": {"type": "Point", "coordinates": [15.0, 47.8]}, "bbox": [15.0, 47.8, 15.0, 47.8],
        "properties": {"datetime": "2024-05-31T10:00:00Z", "proj:epsg": 32633},
        "stac_extensions": ["https://stac-extensions.github.io/projection/v1.1.0/schema.json",
                            "https://stac-extensions.github.io/eo/v1.0.0/schema.json"],
        "links": [{"rel": "collection", "href": "../collection.json"}, {"rel": "about", "href": "https://a.example"}],
        "assets": {"cells": {"href": "./one.tif", "type": "image/tiff; application=geotiff", "roles": ["data"],
                             "eo:bands": [{"name": "red", "common_name": "red"}, {"name": "nir", "common_name": "nir"}],
                             "raster:bands": [{"scale": 0.0001, "nodata": 0}, {"scale": 0.0001, "nodata": 0}]},
                   "far": {"href": "https://data.example/one.tif"}},
    }  # fmt: skip
    collection = {
        "type": "Collection", "stac_version": version, "id": "scenes", "description": "Scenes", "license": "proprietary",
        "extent": {"spatial": {"bbox": [[14, 47, 16, 48]]}, "temporal": {"interval": [["2024-01-01T00:00:00Z", None]]}},
        "links": [{"rel": "item", "href": "./one/one.json"}, {"rel": "license", "href": "https://a.example/licence"}],
    } | more  # fmt: skip
    catalog = {"type": "Catalog", "stac_version": version, "id": "c", "description": "C",
               "links": [{"rel": "child", "href": "./scenes/collection.json"}]}  # fmt: skip
    for name, document in {
        "catalog.json": catalog,
        "scenes/collection.json": collection,
        "scenes/one/one.json": item,
    }.items():
        (folder / name).write_text(json.dumps(document))
    return folder


def test_a_static_catalog_is_taken_whole_and_brought_to_stac_1_1(tmp_path: Path, adding: Adding) -> None:
    (draft,) = read_drafts(str(stac(tmp_path / "static")))
    validate(dict(draft.body or {}))
    (item,) = draft.items
    validate(dict(item))
    assert item["properties"]["proj:code"] == "EPSG:32633"
    assert item["assets"]["cells"]["bands"] == [
        {"name": "red", "eo:common_name": "red", "raster:scale": 0.0001, "nodata": 0},
        {"name": "nir", "eo:common_name": "nir", "raster:scale": 0.0001, "nodata": 0},
    ]
    made = adding.add(EDITOR, draft)
    assert made.body["license"] == "other"
    assert [(each.item, each.key) for each in adding.catalog.assets("scenes")] == [("one", "cells")]
    assert item["assets"]["far"]["href"] == "https://data.example/one.tif"
    assert [each["rel"] for each in made.body["links"]] == ["license"]


def test_a_document_that_is_no_stac_is_refused_with_the_field(tmp_path: Path) -> None:
    stac(tmp_path / "static", extent={"spatial": {"bbox": "everywhere"}})
    (draft,) = read_drafts(str(tmp_path / "static"))
    assert not draft.ok
    assert any(each.field == "extent.spatial.bbox" for each in draft.remarks)
    (tmp_path / "list.json").write_text("[]")
    (draft,) = read_drafts(str(tmp_path / "list.json"))
    assert "no STAC collection" in draft.remarks[0].message
    (tmp_path / "text.json").write_text("hello")
    with pytest.raises(Invalid, match="no JSON"):
        read_drafts(str(tmp_path / "text.json"))


def test_a_broken_item_or_child_does_not_keep_the_others_out(tmp_path: Path) -> None:
    folder = stac(tmp_path / "static")
    catalog = json.loads((folder / "catalog.json").read_text())
    catalog["links"].append({"rel": "child", "href": "./gone.json"})
    (folder / "catalog.json").write_text(json.dumps(catalog))
    (folder / "scenes" / "one" / "one.json").write_text('{"type": "Feature"}')
    good, gone = read_drafts(str(folder))
    assert good.ok
    assert good.items == []
    assert any("item is left out" in each.message for each in good.remarks)
    assert "gone.json" in gone.remarks[0].message


def test_a_folder_of_entries_is_taken_those_that_can_be(adding: Adding) -> None:
    drafts = read_drafts(str(REGISTRY))
    made = [adding.add(EDITOR, each) for each in drafts if each.ok]
    assert len(made) == len(drafts) - 2
    assert [each.key for each in adding.catalog.own_assets("alpine-snow-cover")] == ["readme", "thumbnail"]
    with pytest.raises(Invalid, match=r"nameless\.yaml"):
        adding.add(EDITOR, next(each for each in drafts if each.name == "nameless.yaml"))
    with pytest.raises(Forbidden):
        adding.add(SCIENTIST, drafts[0])
