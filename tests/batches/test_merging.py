"""Merged files hold every number of the parts, and each can be read by the libraries people use."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import rasterio
import xarray as xr

from repeatpass.batches.merging.cubing import merge_cube
from repeatpass.batches.merging.mosaics import merge_tiles
from repeatpass.batches.merging.records import CannotMerge, Overlap, Piece, wish_of
from repeatpass.batches.merging.rows import merge_rows
from repeatpass.batches.merging.tiles import Tile, look
from repeatpass.core.errors import Invalid
from repeatpass.kit.opening import CSV, NETCDF, PARQUET, ZARR_ZIP, open_file
from repeatpass.runs.records import RunOutput

BOX = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}


def piece(number: int, media_type: str, **changes: Any) -> Piece:
    """A part with one output, numbered."""
    run = f"run{number}"
    output = RunOutput(
        run=run, name="out", path="out", kind="table", media_type=media_type, title="", unit="", cell=1,
        checksum="sha256:0", size=1,
    )  # fmt: skip
    return Piece(
        **{"number": number, "name": f"tile {number}", "run": run, "output": output, "geometry": BOX} | changes
    )


# rows ----------------------------------------------------------------------------------------------------------


def tables(folder: Path, *frames: pd.DataFrame) -> tuple[list[Piece], Callable[[Piece], Path]]:
    """Parts whose outputs are these frames as CSV."""
    for number, frame in enumerate(frames):
        frame.to_csv(folder / f"{number}.csv", index=False)
    return [piece(number, CSV) for number in range(len(frames))], lambda one: folder / f"{one.number}.csv"


def test_rows_of_all_parts_become_one_geoparquet_that_geopandas_and_pyarrow_read(tmp_path: Path) -> None:
    import geopandas
    import pyarrow.parquet as pq

    one = pd.DataFrame({"place": ["a", "b"], "value": [1, 2], "time": ["2001-01-01", "2001-01-02"]})
    two = pd.DataFrame({"place": ["c"], "value": [2.5], "time": ["2001-01-03"]})
    pieces, find = tables(tmp_path, one, two)
    number, box = merge_rows(pieces, find, tmp_path / "all.parquet")
    assert (number, box) == (3, [0, 0, 1, 1])
    found = geopandas.read_parquet(tmp_path / "all.parquet")
    assert found["value"].tolist() == [1, 2, 2.5] and found["run"].tolist() == ["run0", "run0", "run1"]
    assert found["part"].tolist() == [0, 0, 1] and found.crs.to_epsg() in (None, 4326)
    assert found.geometry.bounds.values.tolist() == [[0, 0, 1, 1]] * 3
    table = pq.read_table(tmp_path / "all.parquet")
    assert b'"version": "1.1.0"' in table.schema.metadata[b"geo"] and table.column_names[-1] == "geometry"


def test_rows_with_their_own_geometry_keep_it(tmp_path: Path) -> None:
    import geopandas
    import shapely

    for number in range(2):
        frame = geopandas.GeoDataFrame({"n": [number]}, geometry=[shapely.Point(number, 50)], crs="EPSG:3035")
        frame.to_parquet(tmp_path / f"{number}.parquet")
    merge_rows(
        [piece(n, PARQUET) for n in range(2)], lambda one: tmp_path / f"{one.number}.parquet", tmp_path / "all.parquet"
    )
    found = geopandas.read_parquet(tmp_path / "all.parquet")
    assert found.geometry.x.tolist() == [0, 1] and found.crs.to_epsg() == 3035


def test_the_same_parts_give_the_same_bytes(tmp_path: Path) -> None:
    pieces, find = tables(tmp_path, pd.DataFrame({"v": [1]}), pd.DataFrame({"v": [2]}))
    for name in ("one", "two"):
        merge_rows(pieces, find, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ({"w": [1]}, r"Part 1 \(tile 1; run run1\).*column 'v' of the first part \(tile 0\) is missing"),
        ({"v": [1], "w": [1]}, r"Part 1.*column 'w' is not there in the first part"),
        ({"v": ["warm"]}, r"Part 1.*column 'v' holds string, in the parts before it int64"),
    ],
)
def test_tables_that_do_not_fit_name_part_and_column(tmp_path: Path, second: dict[str, Any], words: str) -> None:
    pieces, find = tables(tmp_path, pd.DataFrame({"v": [1]}), pd.DataFrame(second))
    with pytest.raises(CannotMerge, match=words):
        merge_rows(pieces, find, tmp_path / "all.parquet")


def test_a_column_that_is_empty_in_one_part_takes_the_type_of_the_others(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    pieces, find = tables(tmp_path, pd.DataFrame({"v": [None, None]}), pd.DataFrame({"v": ["x"]}))
    merge_rows(pieces, find, tmp_path / "all.parquet")
    assert pq.read_table(tmp_path / "all.parquet")["v"].to_pylist() == [None, None, "x"]


# tiles ---------------------------------------------------------------------------------------------------------


def tiff(folder: Path, number: int, values: Any, left: float, top: float, **changes: Any) -> Tile:
    """A part that left a GeoTIFF of 10 m in UTM."""
    path = folder / f"{number}.tif"
    size = changes.pop("size", 10)
    profile = {
        "driver": "GTiff", "height": values.shape[0], "width": values.shape[1], "count": 1, "dtype": values.dtype, "nodata": -1,
        "crs": "EPSG:32633", "transform": rasterio.Affine(size, 0, left, 0, -size, top),
    } | changes  # fmt: skip
    with rasterio.open(path, "w", **profile) as sink:
        sink.write(values, 1)
        sink.set_band_description(1, "ndvi")
        sink.scales, sink.offsets = (0.001,), (0.5,)
        sink.set_band_unit(1, "1")
    return look(piece(number, "image/tiff; application=geotiff"), path)


def numbers(seed: int, shape: tuple[int, int] = (300, 300)) -> Any:
    """Random numbers of 16 bits."""
    return np.random.default_rng(seed).integers(0, 1000, shape).astype("int16")


def test_a_mosaic_is_a_strictly_valid_cog_with_every_number_and_note_of_the_parts(tmp_path: Path) -> None:
    cogeo = pytest.importorskip("rio_cogeo.cogeo", reason="rio-cogeo is not installed")
    parts = [numbers(seed) for seed in range(3)]
    places = [(600_000, 5_003_000), (603_000, 5_003_000), (600_000, 5_000_000)]
    tiles = [tiff(tmp_path, n, values, *place) for n, (values, place) in enumerate(zip(parts, places, strict=True))]
    target = tmp_path / "mosaic.tif"
    merge_tiles(tiles, target, Overlap.REFUSE)
    valid, errors, warnings = cogeo.cog_validate(target, strict=True, quiet=True)
    assert valid and not errors and not warnings
    with rasterio.open(target) as found:
        assert found.crs.to_epsg() == 32633 and found.bounds == (600_000, 4_997_000, 606_000, 5_003_000)
        assert (found.scales, found.offsets, found.nodata, found.units) == ((0.001,), (0.5,), -1, ("1",))
        assert found.descriptions == ("ndvi",) and found.overviews(1)
        values = found.read(1)
    right = np.full((600, 600), -1, dtype="int16")
    right[:300, :300], right[:300, 300:], right[300:, :300] = parts
    assert (values == right).all()


@pytest.mark.parametrize("rule", [Overlap.FIRST, Overlap.LAST])
def test_where_parts_overlap_the_rule_decides_and_gaps_hide_nothing(tmp_path: Path, rule: Overlap) -> None:
    one, two = numbers(1, (20, 20)), numbers(2, (20, 20))
    one[5:8, 12:15] = -1
    two[0:3, 0:3] = -1
    tiles = [tiff(tmp_path, 0, one, 600_000, 5_000_000), tiff(tmp_path, 1, two, 600_100, 5_000_000)]
    merge_tiles(tiles, tmp_path / "m.tif", rule)
    with rasterio.open(tmp_path / "m.tif") as found:
        values = found.read(1)
    left, right = one[:, 10:], two[:, :10]
    shared = np.where(left != -1, left, right) if rule is Overlap.FIRST else np.where(right != -1, right, left)
    assert (values == np.hstack([one[:, :10], shared, two[:, 10:]])).all()


@pytest.mark.parametrize(
    ("changes", "left", "words"),
    [
        ({"crs": "EPSG:32634"}, 600_200, r"Part 1 .*its CRS is EPSG:32634, in the first part \(tile 0\) EPSG:32633"),
        ({"size": 20}, 600_200, r"its cells are 20 by 20, in the first part \(tile 0\) 10 by 10"),
        ({}, 600_203, r"its cells lie between those in the first part"),
        ({"nodata": -2}, 600_200, r"its band ndvi is int16, no data -2.0.*no data -1"),
        ({}, 600_100, r"it overlaps a part before it"),
    ],
)
def test_tiles_that_do_not_fit_name_the_part_and_what_differs(
    tmp_path: Path, changes: Any, left: float, words: str
) -> None:
    one = tiff(tmp_path, 0, numbers(1, (20, 20)), 600_000, 5_000_000)
    two = tiff(tmp_path, 1, numbers(2, (20, 20)), left, 5_000_000, **changes)
    with pytest.raises(CannotMerge, match=words):
        merge_tiles([one, two], tmp_path / "m.tif", Overlap.REFUSE)
    assert not list(tmp_path.glob("*.draft.tif")) and not (tmp_path / "m.tif").exists()


# cubes ---------------------------------------------------------------------------------------------------------


def netcdf(folder: Path, number: int, month: int, west: float) -> tuple[Tile, xr.DataArray]:
    """A part that published a grid of one degree over ten, for one month."""
    values = np.random.default_rng(number).normal(size=(10, 10)).astype("float32")
    values[0, number % 10] = np.nan
    coords = {"lat": np.arange(9.5, 0, -1), "lon": west + np.arange(10) + 0.5}
    array = xr.DataArray(values, coords, ("lat", "lon"), name="sst", attrs={"units": "K", "long_name": "Temperature"})
    array.to_netcdf(folder / f"{number}.nc", engine="h5netcdf")
    start = datetime(2001, month, 1, tzinfo=UTC)
    times = {"start": start, "end": datetime(2001, month + 1, 1, tzinfo=UTC), "time": f"2001-{month:02}"}
    return look(piece(number, NETCDF, **times), folder / f"{number}.nc"), array


def test_tiles_of_several_months_become_one_cube_of_time_y_x(tmp_path: Path) -> None:
    made = [
        netcdf(tmp_path, n, month, west) for n, (month, west) in enumerate([(1, 0), (1, 10), (2, 0), (2, 10), (3, 10)])
    ]
    files, frame, _ = merge_cube([tile for tile, _ in made], tmp_path, {"title": "SST"}, Overlap.REFUSE)
    for path in files.values():
        found = open_file(path, ZARR_ZIP, {}).load()
        assert found["sst"].dims == ("time", "lat", "lon") and found["sst"].shape == (3, 10, 20)
        for month, (tile, array) in zip([0, 0, 1, 1, 2], made, strict=True):
            there = found["sst"][month].sel(lon=slice(tile.left, tile.left + 10))
            np.testing.assert_array_equal(there.values, array.values)
        assert found["sst"][2, :, :10].isnull().all()
        assert found["sst"].attrs["units"] == "K" and found["sst"].attrs["long_name"] == "Temperature"
        assert [str(each)[:7] for each in found["time"].values] == ["2001-01", "2001-02", "2001-03"]
        assert str(found["time_bnds"].values[2, 1])[:10] == "2001-04-01"
    assert list(files) == ["map", "series"] and len(frame.steps) == 3


def test_a_part_without_a_time_has_no_place_in_a_cube(tmp_path: Path) -> None:
    tile = tiff(tmp_path, 0, numbers(1, (20, 20)), 600_000, 5_000_000)
    with pytest.raises(CannotMerge, match="neither the part nor its file states a time"):
        merge_cube([tile], tmp_path, {}, Overlap.FIRST)


# asking --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "merge.as: it is missing; use one of geoparquet, cog, zarr"),
        ({"as": "csv"}, "merge.as: 'csv' cannot be used; use one of geoparquet, cog, zarr"),
        ({"as": "cog", "overlap": "mean"}, "merge.overlap: 'mean' cannot be used; use one of first, last, refuse"),
        ({"as": "cog", "colour": "red"}, "merge.colour: 'red' cannot be used: there is no such field"),
        ({"as": "cog", "name": "My Map"}, "cannot name a collection"),
        ({"as": 3}, "merge.as: 3 cannot be used: give a text"),
    ],
)
def test_a_wrong_wish_names_the_field(body: dict[str, Any], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        wish_of("b1", body)


def test_a_collection_is_named_after_output_and_batch_unless_it_is_said() -> None:
    assert wish_of("b1", {"as": "cog", "output": "NDVI"}).name == "ndvi-b1"
    assert wish_of("b1", {"as": "zarr", "name": "mine"}).name == "mine"
