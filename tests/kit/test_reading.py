"""`repeatpass.open` with real files of every format."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import rasterio
import xarray as xr
from affine import Affine
from shapely.geometry import Point

import repeatpass
from repeatpass.kit.errors import AlteredData, NoContext, UnknownData, UnreadableData
from repeatpass.kit.opening import COG, CSV, NETCDF, PARQUET, ZARR_ZIP

Register = Callable[..., Path]


@pytest.fixture
def cube() -> xr.Dataset:
    time = pd.date_range("2010-01-01", periods=3, freq="D")
    return xr.Dataset({"t": (("time", "x"), np.arange(6.0).reshape(3, 2))}, {"time": time, "x": [0, 1]})


def test_a_zarr_in_a_zip_opens_as_a_dataset(cube: xr.Dataset, tmp_path: Path, register: Register) -> None:
    path = tmp_path / "without-a-suffix"
    cube.to_zarr(tmp_path / "cube.zarr", consolidated=False)
    shutil.move(shutil.make_archive(str(tmp_path / "cube"), "zip", tmp_path / "cube.zarr"), path)
    register(("cube", path, ZARR_ZIP))
    xr.testing.assert_identical(repeatpass.open("cube").load(), cube)


def test_netcdf_opens_as_a_dataset(cube: xr.Dataset, tmp_path: Path, register: Register) -> None:
    path = tmp_path / "without-a-suffix"
    cube.to_netcdf(path, engine="h5netcdf")
    register(("cube", path, NETCDF))
    xr.testing.assert_equal(repeatpass.open("cube").load(), cube)


def test_a_geotiff_opens_with_its_crs_and_missing_cells_as_nan(tmp_path: Path, register: Register) -> None:
    path = tmp_path / "scene"
    where = {"crs": "EPSG:32617", "transform": Affine(10, 0, 0, 0, -10, 100), "nodata": 0}
    with rasterio.open(path, "w", driver="GTiff", width=2, height=2, count=1, dtype="uint8", **where) as file:
        file.write(np.array([[[0, 1], [2, 3]]], "uint8"))
    register(("scene", path, COG))
    scene = repeatpass.open("scene")
    assert scene.rio.crs.to_epsg() == 32617
    assert np.isnan(scene.values[0, 0, 0]) and scene.values[0, 1, 1] == 3


def test_tables_open_as_frames_and_only_geoparquet_as_a_geodataframe(tmp_path: Path, register: Register) -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    places = geopandas.GeoDataFrame(frame, geometry=[Point(0, 1), Point(2, 3)], crs="EPSG:4326")
    frame.to_csv(tmp_path / "c", index=False)
    frame.to_parquet(tmp_path / "p")
    places.to_parquet(tmp_path / "g")
    register(("c", tmp_path / "c", CSV), ("p", tmp_path / "p", PARQUET), ("g", tmp_path / "g", PARQUET))
    assert repeatpass.open("c").equals(frame)
    assert type(repeatpass.open("p")) is pd.DataFrame
    assert repeatpass.open("g").crs == "EPSG:4326"
    assert list(repeatpass.open("p", columns=["a"]).columns) == ["a"]


def test_every_read_is_recorded_with_what_was_really_read(tmp_path: Path, register: Register) -> None:
    path = tmp_path / "c.csv"
    path.write_text("a\n1\n")
    register(("c", path, CSV))
    repeatpass.open("c")
    (line,) = (tmp_path / "reads.jsonl").read_text().splitlines()
    assert json.loads(line) == {
        "collection": "c",
        "version": "1",
        "item": "all",
        "asset": "data",
        "href": str(path),
        "size": 4,
        "checksum": "sha256:" + hashlib.sha256(b"a\n1\n").hexdigest(),
        "media_type": "text/csv",
        "cell": None,
        "how": "open",
    }


def test_an_altered_file_is_refused_even_when_its_size_is_the_same(tmp_path: Path, register: Register) -> None:
    path = tmp_path / "c.csv"
    path.write_text("a\n1\n")
    register(("c", path, CSV))
    path.write_text("a\n2\n")
    with pytest.raises(AlteredData, match="was altered after it was registered"):
        repeatpass.open("c")
    path.write_text("a\n22\n")
    with pytest.raises(AlteredData, match="5 bytes, registered were 4"):
        repeatpass.open("c")
    path.unlink()
    with pytest.raises(AlteredData, match="not there any more"):
        repeatpass.open("c")
    assert not (tmp_path / "reads.jsonl").exists()


def test_what_is_not_there_is_named(tmp_path: Path, register: Register) -> None:
    path = tmp_path / "c.csv"
    path.write_text("a\n1\n")
    register(("c", path, CSV), ("strange", path, "application/x-strange"))
    with pytest.raises(UnknownData, match="Known collections: c, strange"):
        repeatpass.open("d")
    with pytest.raises(UnknownData, match="has no item 'other'"):
        repeatpass.open("c", "other")
    with pytest.raises(UnknownData, match="Its assets: data"):
        repeatpass.open("c", asset="other")
    with pytest.raises(UnreadableData, match="application/x-strange"):
        repeatpass.open("strange")


def test_a_crate_is_found_beside_the_working_folder_and_may_lie_anywhere(
    tmp_path: Path, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    crate = tmp_path / "crate"
    (crate / "work").mkdir(parents=True)
    (crate / "c.csv").write_text("a\n1\n")
    context = register(("c", crate / "c.csv", CSV))
    (crate / "context.json").write_text(context.read_text().replace(f"{crate}/", ""))
    monkeypatch.delenv("REPEATPASS_CONTEXT")
    monkeypatch.chdir(crate / "work")
    assert repeatpass.open("c")["a"].tolist() == [1]
    assert repeatpass.items("c") == ["all"]


def test_without_platform_and_crate_the_error_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REPEATPASS_CONTEXT", raising=False)
    monkeypatch.setenv("REPEATPASS_URL", "http://127.0.0.1:9")  # the discard port: nobody listens
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NoContext, match=r"repeatpass up.*REPEATPASS_URL.*REPEATPASS_CONTEXT"):
        repeatpass.open("c")
    monkeypatch.setenv("REPEATPASS_CONTEXT", str(tmp_path / "none.json"))
    with pytest.raises(NoContext, match="There is no context at"):
        repeatpass.open("c")
