"""What files say of themselves: real files of the demonstration's packages, and small ones made to be awkward."""

from pathlib import Path

import geopandas
import numpy as np
import pytest
import rasterio
import shapely
import xarray as xr

from repeatpass.data.metadata import FileFacts, UnreadableFile, read_metadata
from repeatpass.demo.formats import zarr_zip


def tiff(path: Path, crs: str | None, transform: rasterio.Affine, cells: np.ndarray, **given: object) -> Path:
    count, height, width = cells.shape
    profile = {"driver": "GTiff", "crs": crs, "transform": transform, "dtype": cells.dtype} | given
    with rasterio.open(path, "w", count=count, height=height, width=width, **profile) as sink:
        sink.write(cells)
    return path


def cube(times: int = 3, **attributes: object) -> xr.Dataset:
    coordinates = {
        "time": np.array(["2024-01-01", "2024-02-01", "2024-03-01"][:times], "datetime64[ns]"),
        "lat": ("lat", np.arange(60.0, 40.0, -5), {"units": "degrees_north"}),
        "lon": ("lon", np.arange(0.0, 20, 5), {"units": "degrees_east"}),
    }
    values = np.zeros((times, 4, 4), "float32")
    field = (("time", "lat", "lon"), values, {"units": "K", "long_name": "Air temperature"})
    return xr.Dataset({"t2m": field}, coordinates, attributes)


def test_a_netcdf_file_says_where_and_when_and_what_it_holds(tmp_path: Path) -> None:
    made = cube(title="Warm air", license="CC-BY-4.0")
    made.to_netcdf(tmp_path / "warm.dat", engine="h5netcdf")
    facts = read_metadata(tmp_path / "warm.dat")  # the content decides, not the name
    assert (facts.kind, facts.format, facts.crs, facts.shape) == ("cube", "NetCDF", "EPSG:4326", (4, 4))
    assert facts.bbox == (-2.5, 42.5, 17.5, 62.5)  # the cells' edges, not their centres
    assert facts.times == ("2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z")
    assert [(each.name, each.unit, each.title) for each in facts.variables] == [("t2m", "K", "Air temperature")]
    assert facts.dimensions["time"] == {"type": "temporal", "extent": ["2024-01-01T00:00:00Z", "2024-03-01T00:00:00Z"]}
    assert facts.stated == {"title": "Warm air", "license": "CC-BY-4.0"}


def test_zarr_is_read_from_a_folder_and_from_a_zip_file_alike(tmp_path: Path) -> None:
    cube().to_zarr(tmp_path / "warm.zarr", zarr_format=3, consolidated=False)
    zarr_zip(cube(), tmp_path / "warm.zip", title="Warm", chunks={"time": 1})
    folder, zipped = read_metadata(tmp_path / "warm.zarr"), read_metadata(tmp_path / "warm.zip")
    assert (folder.format, folder.bbox, folder.times) == (zipped.format, zipped.bbox, zipped.times)
    assert zipped.media_type == "application/vnd.zarr+zip"


def test_longitudes_from_0_to_360_are_turned_into_degrees_as_maps_have_them(tmp_path: Path) -> None:
    made = cube().assign_coords(lon=("lon", [170.0, 175.0, 180.0, 185.0], {"units": "degrees_east"}))
    made.to_netcdf(tmp_path / "date-line.nc", engine="h5netcdf")
    facts = read_metadata(tmp_path / "date-line.nc")
    assert facts.bounds == (167.5, 42.5, 187.5, 62.5)
    assert facts.bbox == (167.5, 42.5, -172.5, 62.5)  # west is greater than east: RFC 7946, 5.2


@pytest.mark.parametrize(
    ("crs", "origin", "bbox"),
    [
        ("EPSG:32633", (500000, 5300000), (15.0, 47.38, 15.66, 47.85)),
        ("EPSG:3413", (-2500000, 2500000), (-180.0, 58.17, 180.0, 90.0)),
    ],
)
def test_a_raster_in_another_crs_is_placed_in_degrees(
    tmp_path: Path, crs: str, origin: tuple[int, int], bbox: tuple[float, ...]
) -> None:
    cell = 100 if crs.endswith("33") else 10000
    transform = rasterio.Affine(cell, 0, origin[0], 0, -cell, origin[1])
    path = tiff(tmp_path / "grid.tif", crs, transform, np.ones((1, 500, 500), "uint8"), nodata=0)
    facts = read_metadata(path)
    assert facts.crs == crs
    assert facts.bbox is not None
    assert facts.bbox == pytest.approx(bbox, abs=0.1)
    assert facts.bands[0].nodata == 0


def test_a_raster_tells_what_it_lacks(tmp_path: Path) -> None:
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        path = tiff(tmp_path / "bare.tif", None, rasterio.Affine.identity(), np.ones((1, 600, 600), "uint8"))
        facts = read_metadata(path)
    said = " ".join(facts.remarks)
    assert "no coordinate reference system" in said
    assert "no geotransform" in said
    assert "not cloud-optimised" in said
    assert facts.bbox is None


def test_tables_with_geometries_are_read_in_their_formats(tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame(
        {"name": ["Graz", "Wien"]}, geometry=[shapely.Point(15.4, 47.1), shapely.Point(16.4, 48.2)], crs="EPSG:4326"
    )
    frame.to_parquet(tmp_path / "towns.parquet")
    for name, driver in (("towns.gpkg", "GPKG"), ("towns.geojson", "GeoJSON"), ("towns.fgb", "FlatGeobuf")):
        frame.to_file(tmp_path / name, driver=driver)
    found = {facts.format: facts for facts in map(read_metadata, sorted(tmp_path.iterdir()))}
    assert sorted(found) == ["FlatGeobuf", "GeoJSON", "GeoPackage", "GeoParquet"]
    for facts in found.values():
        assert (facts.kind, facts.crs, facts.shape) == ("table", "EPSG:4326", (2,))
        assert facts.bbox == pytest.approx((15.4, 47.1, 16.4, 48.2))
        assert "name" in [column.name for column in facts.columns]


def test_parquet_without_geometry_is_read_and_the_lack_is_told(tmp_path: Path) -> None:
    import pandas

    pandas.DataFrame({"time": ["2024"], "value": [1.0]}).to_parquet(tmp_path / "plain.parquet")
    facts = read_metadata(tmp_path / "plain.parquet")
    assert facts.format == "Parquet"
    assert "no geometry column" in facts.remarks[0]


def test_files_at_an_address_are_read_where_they_are(tmp_path: Path) -> None:
    import fsspec

    cube().to_netcdf(tmp_path / "warm.nc", engine="h5netcdf")
    transform = rasterio.Affine(100, 0, 500000, 0, -100, 5300000)
    tiff(tmp_path / "grid.tif", "EPSG:32633", transform, np.ones((1, 50, 50), "uint8"))
    memory = fsspec.filesystem("memory")
    for name in ("warm.nc", "grid.tif"):
        memory.pipe(f"/bucket/{name}", (tmp_path / name).read_bytes())
        here, there = read_metadata(tmp_path / name), read_metadata(f"memory://bucket/{name}")
        assert here == there
    cube().to_zarr("memory://bucket/warm.zarr", zarr_format=3, consolidated=False)
    assert read_metadata("memory://bucket/warm.zarr").bbox == (-2.5, 42.5, 17.5, 62.5)


def broken(tmp_path: Path) -> dict[str, Path]:
    """Return files that are none of what their names say."""
    cube().to_netcdf(tmp_path / "whole.nc", engine="h5netcdf")
    whole = (tmp_path / "whole.nc").read_bytes()
    made = {"empty.tif": b"", "cut.nc": whole[: len(whole) // 3], "text.tif": b"hello", "cut.tif": b"II*\0\x08\0\0",
            "cut.parquet": b"PAR1abcPAR", "cut.gpkg": b"SQLite format 3\0" + b"x" * 100, "cut.zip": b"PK\x03\x04abc",
            "no.geojson": b'{"a": '}  # fmt: skip
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder").mkdir()
    return {name: tmp_path / name for name in [*made, "folder", "nothing.tif"]}


def test_broken_files_get_a_sentence_that_names_them(tmp_path: Path) -> None:
    for name, path in broken(tmp_path).items():
        with pytest.raises(UnreadableFile) as caught:
            read_metadata(path)
        assert name in caught.value.message, caught.value.message
        assert str(tmp_path) not in caught.value.message, caught.value.message


def test_each_real_file_of_the_demonstration_is_read(tmp_path: Path) -> None:
    import iris_sample_data

    found: dict[str, FileFacts] = {}
    for path in sorted(Path(iris_sample_data.path).glob("*.nc")):
        found[path.name] = read_metadata(path)
    assert len(found) > 5
    gridded = [facts for facts in found.values() if facts.bbox]
    assert all(facts.crs and facts.shape for facts in gridded)
    assert len(gridded) > 3
