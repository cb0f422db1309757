"""Features out of the files of collections: read once for each version, of several forms, and refused with a reason."""

import io
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from tests.api.features.houses_of_features import package_file
from tests.storage.rooms import EDITOR, file_area

from repeatpass.catalog.records import CollectionAsset
from repeatpass.catalog.room import Catalog
from repeatpass.core.errors import Conflict, Invalid
from repeatpass.features import Features, Wanted
from repeatpass.features.importing import read_table
from repeatpass.features.offering import Offering
from repeatpass.features.records import NoFeatures
from repeatpass.storage.database import Database
from repeatpass.storage.files import FileArea

PARQUET, GPKG, GEOJSON, FGB = (
    "application/vnd.apache.parquet", "application/geopackage+sqlite3", "application/geo+json", "application/flatgeobuf",
)  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> FileArea:
    return file_area(tmp_path)


@pytest.fixture
def offering(database: Database, files: FileArea) -> Offering:
    catalog = Catalog(database)
    return Offering(Features(catalog), catalog, files)


def countries(name: str = "name") -> gpd.GeoDataFrame:
    """Return the countries of Natural Earth, as pyogrio carries them."""
    path = package_file("pyogrio", "tests", "fixtures", "naturalearth_lowres", "naturalearth_lowres.shp")
    if not path.exists():
        pytest.skip("This release of pyogrio carries no countries.")
    return gpd.read_file(path).rename(columns={"name": name})


def written(frame: gpd.GeoDataFrame, tmp_path: Path, media_type: str) -> Path:
    """Return *frame* as a file of a kind."""
    if media_type == PARQUET:
        frame.to_parquet(tmp_path / "a.parquet")
        return tmp_path / "a.parquet"
    ending = {GPKG: "gpkg", GEOJSON: "geojson", FGB: "fgb"}[media_type]
    frame.to_file(tmp_path / f"a.{ending}", engine="pyogrio")
    return tmp_path / f"a.{ending}"


def register(offering: Offering, version: str, *content: tuple[Path, str, str]) -> None:
    """Register a version of the collection “countries” with files: a path, its media type, its item or nothing."""
    assets = []
    for path, media_type, item in content:
        stored = offering.files.put(path)
        assets.append(CollectionAsset(
            collection="countries", version=version, item=item or None, key=path.stem, href=path.name,
            media_type=media_type, size=stored.size, checksum=stored.checksum,
        ))  # fmt: skip
    body = {"id": "countries", "title": "Countries", "version": version}
    geometry = {"type": "Point", "coordinates": [0, 0]}
    items = [
        {"id": item, "type": "Feature", "geometry": geometry, "properties": {"datetime": "2020-01-01T00:00:00Z"}}
        for item in dict.fromkeys(item for *_, item in content if item)
    ]
    offering.catalog.register(EDITOR, body, items, assets)


@pytest.mark.parametrize("media_type", [PARQUET, GPKG, GEOJSON, FGB])
def test_a_file_of_countries_is_offered(offering: Offering, tmp_path: Path, media_type: str) -> None:
    register(offering, "1", (written(countries(), tmp_path, media_type), media_type, ""))
    offering.registered("countries")
    known = offering.features.known("countries")
    assert (known.number, known.geometry, known.crs) == (177, "MultiPolygon", "OGC:CRS84")
    assert {each.name: each.kind for each in known.fields} == {
        "pop_est": "integer", "continent": "text", "name": "text", "iso_a3": "text", "gdp_md_est": "number"
    }  # fmt: skip
    [fiji] = [
        each
        for each in offering.features.search(known, Wanted(limit=500)).features
        if each.properties["name"] == "Fiji"
    ]
    assert fiji.geometry is not None
    assert fiji.geometry.equals_exact(countries().geometry[0], 1e-9)


def test_a_version_is_read_once_and_a_new_one_anew(offering: Offering, tmp_path: Path) -> None:
    frame = countries()
    register(offering, "1", (written(frame, tmp_path, PARQUET), PARQUET, ""))
    offering.registered("countries")
    first = offering.features.known("countries")
    offering.registered("countries")
    assert offering.features.known("countries") == first
    register(offering, "2", (written(frame[:10], tmp_path, PARQUET), PARQUET, ""))
    offering.registered("countries")
    second = offering.features.known("countries")
    assert (second.number, second.revision) == (10, first.revision + 1)
    with pytest.raises(Conflict, match="stand in a file"):
        offering.features.add(EDITOR, "countries", [{"type": "Feature", "geometry": None, "properties": {}}])


def test_items_are_offered_together(offering: Offering, tmp_path: Path) -> None:
    (tmp_path / "north").mkdir()
    (tmp_path / "south").mkdir()
    frame = countries()
    parts = {"north": frame[:5], "south": frame[5:12]}
    register(offering, "1", *((written(part, tmp_path / item, FGB), FGB, item) for item, part in parts.items()))
    offering.registered("countries")
    known = offering.features.known("countries")
    ids = [each.id for each in offering.features.search(known, Wanted(limit=100)).features]
    assert (known.number, ids[0].partition(".")[0], len(set(ids))) == (12, "north", 12)


def test_tables_without_places_and_broken_files_are_not_offered(
    offering: Offering, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "plain.parquet")
    register(offering, "1", (tmp_path / "plain.parquet", PARQUET, ""))
    offering.registered("countries")
    with pytest.raises(NoFeatures):
        offering.features.known("countries")
    (tmp_path / "broken.gpkg").write_bytes(b"SQLite format 3\x00 and no more")
    register(offering, "2", (tmp_path / "broken.gpkg", GPKG, ""))
    offering.registered("countries")
    assert "not offered as features" in caplog.text
    offering.registered("gone")  # registered once, and deleted meanwhile: nothing to do


def test_features_go_with_their_collection(offering: Offering, tmp_path: Path) -> None:
    offering.catalog.register(EDITOR, {"id": "loose", "title": "Loose"}, [], [])
    offering.features.begin(EDITOR, "loose")
    offering.features.add(EDITOR, "loose", [{"type": "Feature", "geometry": None, "properties": {"a": 1}}])
    offering.deleted("loose")  # told too early, or twice: it is still there
    assert offering.features.known("loose").number == 1
    from repeatpass.catalog.editing import Editing

    Editing(offering.catalog).delete_collection(EDITOR, "loose")
    offering.deleted("loose")
    with pytest.raises(NoFeatures):
        offering.features.known("loose")
    assert offering.features.sets() == {}


WRONG: list[tuple[bytes, str, str]] = [
    (b"", GEOJSON, "cannot be read as geojson"),
    (b"{", GEOJSON, "cannot be read as geojson"),
    (b"PAR1", PARQUET, "cannot be read as parquet"),
    (b"\x89PNG", FGB, "cannot be read as fgb"),
    (b"a,b\n1,2\n", "text/csv", "no columns that say where"),
    (b"lon,lat\nx,y\n", "text/csv", "cannot be read as csv"),
    (b"x", "image/png", "not read from “image/png”"),
]


@pytest.mark.parametrize(("content", "media_type", "said"), WRONG)
def test_a_file_that_holds_no_features_says_so(tmp_path: Path, content: bytes, media_type: str, said: str) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(Invalid, match=said) as caught:
        read_table(tmp_path / "file", media_type)
    assert str(tmp_path) not in caught.value.message


def test_a_file_without_a_system_is_refused(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(600000, 5200000)])
    frame.to_parquet(tmp_path / "file")
    with pytest.raises(Invalid, match="does not say in which reference system"):
        read_table(tmp_path / "file", PARQUET)


def test_a_system_that_lies_is_found_out(offering: Offering, tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(600000, 5200000)], crs=4326)
    frame.to_parquet(tmp_path / "a.parquet")
    register(offering, "1", (tmp_path / "a.parquet", PARQUET, ""))
    with pytest.raises(Invalid, match="leaves the world"):
        offering.offer("countries")


def test_columns_become_fields_of_their_kind(tmp_path: Path) -> None:
    days = pd.to_datetime(["2020-01-01T00:00", None, "2020-03-01T12:00"])
    frame = gpd.GeoDataFrame(
        {"id": ["x", "y", "z"], "when": days, "flag": [True, None, False], "many": [[1, 2], [], None],
         "geometry ": [1.0, float("nan"), float("inf")], 'odd "name"': ["a", "b", None]},
        geometry=[shapely.Point(0, 0), None, shapely.Point()], crs="OGC:CRS84",
    )  # fmt: skip
    buffer: Any = io.BytesIO()
    frame.to_parquet(buffer)
    (tmp_path / "file").write_bytes(buffer.getvalue())
    table = read_table(tmp_path / "file", PARQUET)
    assert {each.name: each.kind for each in table.fields} == {
        "when": "moment", "flag": "boolean", "many": "any", "geometry_": "number", "odd _name_": "text"
    }  # fmt: skip
    assert (table.time, table.geometry, [id for id, *_ in table.features]) == (("when",), "Point", ["x", "y", "z"])
    assert table.features[0][2]["when"] == "2020-01-01T00:00:00Z"
    assert table.features[2][1] is None
    assert table.features[1][2] == {"many": [], "odd _name_": "b"}
