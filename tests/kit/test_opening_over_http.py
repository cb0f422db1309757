"""`repeatpass.open("https://…")` against a real server that answers as services do, troubles included."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import rasterio
import xarray as xr
from elsewhere import Elsewhere, elsewhere

import repeatpass
from repeatpass.kit.connectors import recording, requesting
from repeatpass.kit.connectors.places import clean
from repeatpass.kit.errors import (
    AccessRefused,
    AlteredData,
    QuotaReached,
    RemoteTrouble,
    UnknownData,
    UnreadableData,
)

TABLE = b"x,y\n1,2\n3,4\n"


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    monkeypatch.setenv("REPEATPASS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("REPEATPASS_READS", str(tmp_path / "reads.jsonl"))
    monkeypatch.setattr(requesting, "PAUSE", 0.01)
    with elsewhere() as state:
        yield state


def reads(folder: Path) -> list[dict[str, Any]]:
    recording.tell_all()
    path = folder / "reads.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A tiled GeoTIFF of 3 MB that does not compress."""
    path = tmp_path_factory.mktemp("scene") / "scene.tif"
    profile = {"driver": "GTiff", "width": 1024, "height": 1536, "count": 1, "dtype": "uint16", "crs": "EPSG:32633"}
    where = rasterio.transform.from_origin(500000, 5000000, 10, 10)
    with rasterio.open(path, "w", transform=where, tiled=True, blockxsize=256, blockysize=256, **profile) as file:
        file.write(np.random.default_rng(3).integers(1, 60000, (1, 1536, 1024), dtype="uint16"))
    return path.read_bytes()


def test_a_table_is_fetched_opened_and_on_record_with_address_size_checksum_and_etag(
    there: Elsewhere, tmp_path: Path
) -> None:
    address = there.put("/data/a.csv", TABLE)
    assert repeatpass.open(address)["y"].tolist() == [2, 4]
    (read,) = reads(tmp_path)
    assert (read["collection"], read["href"], read["size"]) == ("remote:http", address, len(TABLE))
    assert read["checksum"] == f"sha256:{hashlib.sha256(TABLE).hexdigest()}"
    assert read["version"] == hashlib.md5(TABLE).hexdigest()


def test_what_has_not_changed_is_not_fetched_again_and_what_has_is(there: Elsewhere, tmp_path: Path) -> None:
    address = there.put("/a.csv", TABLE)
    for _ in range(2):
        repeatpass.open(address)
    assert there.asked[1][2]["If-None-Match"]
    there.put("/a.csv", b"x\n9\n")
    assert repeatpass.open(address)["x"].tolist() == [9]
    assert len({read["checksum"] for read in reads(tmp_path)}) == 2


def test_a_damaged_copy_in_the_cache_is_fetched_again(there: Elsewhere, tmp_path: Path) -> None:
    address = there.put("/a.csv", TABLE)
    repeatpass.open(address)
    (kept,) = (tmp_path / "cache" / "sha256").iterdir()
    kept.write_bytes(b"x\n0\n")
    assert len(repeatpass.open(address)) == 2


def test_a_geotiff_is_read_in_parts_and_each_part_is_on_record(there: Elsewhere, tmp_path: Path, scene: bytes) -> None:
    address = there.put("/scene.tif", scene, "image/tiff")
    whole = repeatpass.open(address, whole=True)
    part = repeatpass.open(address, whole=False)
    window = part[0, :200, :200].to_numpy()
    np.testing.assert_array_equal(window, whole[0, :200, :200].to_numpy())
    assert part.rio.crs.to_epsg() == 32633
    first, second = reads(tmp_path)
    assert first["checksum"].startswith("sha256:") and first["size"] == len(scene)
    assert second["checksum"].startswith("parts-sha256:") and 0 < second["size"] < len(scene) / 2
    assert second["version"] == first["version"]


def test_the_same_parts_give_the_same_checksum_and_changed_bytes_another(
    there: Elsewhere, tmp_path: Path, scene: bytes
) -> None:
    found = []
    for content in (scene, scene, scene[:-2] + b"\0\1"):
        address = there.put("/scene.tif", content, "image/tiff")
        repeatpass.open(address, whole=False).to_numpy()
        found.append(reads(tmp_path)[-1]["checksum"])
    assert found[0] == found[1] != found[2]


def test_a_file_that_changes_while_it_is_read_in_parts_is_an_error(there: Elsewhere, tmp_path: Path) -> None:
    cube = xr.Dataset({"t": ("x", np.random.default_rng(1).normal(size=200_000))})
    cube.to_netcdf(tmp_path / "cube.nc", engine="h5netcdf")
    content = (tmp_path / "cube.nc").read_bytes()
    opened = repeatpass.open(there.put("/cube.nc", content), whole=False)
    there.put("/cube.nc", content + b"\0")
    with pytest.raises(AlteredData, match="changed while it was read"):
        opened["t"].load()


def test_netcdf_and_parquet_are_read_in_parts(there: Elsewhere, tmp_path: Path) -> None:
    cube = xr.Dataset({"t": ("x", np.arange(10.0))})
    cube.to_netcdf(tmp_path / "cube.nc", engine="h5netcdf")
    pd.DataFrame({"x": [1, 2]}).to_parquet(tmp_path / "t.parquet")
    address = there.put("/cube.nc", (tmp_path / "cube.nc").read_bytes())
    xr.testing.assert_equal(repeatpass.open(address, whole=False).load(), cube)
    address = there.put("/t.parquet", (tmp_path / "t.parquet").read_bytes())
    assert repeatpass.open(address, whole=False)["x"].tolist() == [1, 2]


@pytest.mark.parametrize("edition", [2, 3])
@pytest.mark.filterwarnings("ignore:Consolidated metadata is currently not part")
def test_a_zarr_store_is_read_object_by_object(there: Elsewhere, tmp_path: Path, edition: int) -> None:
    cube = xr.Dataset({"t": (("time", "x"), np.arange(40.0).reshape(4, 10))}).chunk({"time": 1})
    cube.to_zarr(tmp_path / "cube.zarr", zarr_format=edition, consolidated=True)
    for path in (tmp_path / "cube.zarr").rglob("*"):
        if path.is_file():
            there.put(f"/cube.zarr/{path.relative_to(tmp_path / 'cube.zarr').as_posix()}", path.read_bytes())
    opened = repeatpass.open(f"{there.url}/cube.zarr")
    xr.testing.assert_equal(opened["t"][2].load(), cube["t"][2].load())
    first = reads(tmp_path)[-1]
    xr.testing.assert_equal(opened.load(), cube.load())
    second = reads(tmp_path)[-1]
    assert first["media_type"] == "application/vnd.zarr" and first["checksum"] != second["checksum"]
    assert second["size"] > first["size"]


def test_a_token_comes_from_the_secrets_and_is_nowhere_on_record(
    there: Elsewhere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.token = "very-secret-token"
    address = there.put("/a.csv", TABLE)
    with pytest.raises(AccessRefused, match=r"401: Log in first.*repeatpass secrets set HTTP_TOKEN_127_0_0_1"):
        repeatpass.open(address)
    monkeypatch.setenv("HTTP_TOKEN_127_0_0_1", there.token)
    assert len(repeatpass.open(address)) == 2
    monkeypatch.delenv("HTTP_TOKEN_127_0_0_1")
    monkeypatch.setenv("MY_KEY", there.token)
    assert len(repeatpass.open(address, secret="MY_KEY")) == 2
    assert there.token not in (tmp_path / "reads.jsonl").read_text()


def test_what_one_may_read_is_not_given_from_the_cache_to_one_who_may_not(
    there: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.login = "anna:opensesame"
    address = there.put("/a.csv", TABLE)
    monkeypatch.setenv("HTTP_LOGIN_127_0_0_1", there.login)
    repeatpass.open(address)
    monkeypatch.delenv("HTTP_LOGIN_127_0_0_1")
    with pytest.raises(AccessRefused):
        repeatpass.open(address)


def test_a_token_does_not_follow_a_redirect_to_another_host(there: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_TOKEN_127_0_0_1", "very-secret-token")
    with elsewhere() as other:
        other.put("/b.csv", TABLE)
        there.troubles = [(302, {"Location": f"{other.url.replace('127.0.0.1', 'localhost')}/b.csv"}, b"")]
        assert len(repeatpass.open(f"{there.url}/a.csv")) == 2
        assert "Authorization" not in other.asked[0][2]


def test_signatures_and_passwords_in_an_address_are_not_kept() -> None:
    signed = "https://me:pw@h.org/a.tif?v=2&X-Amz-Signature=abc&sig=1&access_token=t"
    assert clean(signed) == "https://h.org/a.tif?v=2"


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_names_the_secret_that_would_help(there: Elsewhere, status: int) -> None:
    there.troubles = [(status, {}, b"")]
    with pytest.raises(AccessRefused, match="HTTP_TOKEN_127_0_0_1") as caught:
        repeatpass.open(f"{there.url}/a.csv")
    assert caught.value.detail["status"] == status and len(there.asked) == 1


def test_what_is_not_there_is_unknown(there: Elsewhere) -> None:
    with pytest.raises(UnknownData, match="nothing at"):
        repeatpass.open(f"{there.url}/none.csv")


def test_a_quota_is_waited_for_as_long_as_the_service_asks(there: Elsewhere) -> None:
    address = there.put("/a.csv", TABLE)
    there.troubles = [(429, {"Retry-After": "0"}, b""), (503, {}, b"")]
    assert len(repeatpass.open(address)) == 2
    assert len(there.asked) == 3


def test_a_long_wait_is_told_at_once(there: Elsewhere) -> None:
    there.troubles = [(429, {"Retry-After": "3600"}, b'{"message": "Monthly quota used up."}')]
    with pytest.raises(QuotaReached, match=r"Monthly quota used up\). It can be asked again in 3600 s") as caught:
        repeatpass.open(f"{there.url}/a.csv")
    assert caught.value.detail["wait_s"] == 3600 and len(there.asked) == 1


def test_a_service_that_fails_is_asked_four_times(there: Elsewhere) -> None:
    there.troubles = [(500, {}, b"<html>oops</html>")] * 4
    with pytest.raises(RemoteTrouble, match=r"cannot be read \(500\)"):
        repeatpass.open(f"{there.url}/a.csv")
    assert len(there.asked) == 4


def test_an_answer_that_breaks_off_is_fetched_again_and_never_opened(there: Elsewhere, tmp_path: Path) -> None:
    address = there.put("/a.csv", TABLE * 1000)
    there.cut = 2
    assert repeatpass.open(address).shape[1] == 2
    there.cut = 4
    there.put("/a.csv", TABLE)
    with pytest.raises(RemoteTrouble, match="broke off 4 times: 6 of 12 bytes"):
        repeatpass.open(address)
    assert not list((tmp_path / "cache").rglob(".part-*"))


def test_a_page_of_html_in_place_of_a_raster_is_told(there: Elsewhere) -> None:
    address = there.put("/scene.tif", b"<html>log in</html>", "text/html")
    with pytest.raises(RemoteTrouble, match="is no image/tiff"):
        repeatpass.open(address)
    with pytest.raises(UnreadableData, match="text/html"):
        repeatpass.open(there.put("/scene", b"<html>log in</html>", "text/html"))


def test_a_server_without_parts_is_told_how_to_be_read(there: Elsewhere, scene: bytes) -> None:
    there.parts = False
    with pytest.raises(RemoteTrouble, match="whole=True"):
        repeatpass.open(there.put("/scene.tif", scene), whole=False)


def test_nobody_at_an_address_is_told_with_the_host(there: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RemoteTrouble, match=r"127\.0\.0\.1:9 cannot be reached"):
        repeatpass.open("http://127.0.0.1:9/a.csv")
    monkeypatch.setenv("REPEATPASS_READS", "/job/records/reads.jsonl")
    with pytest.raises(RemoteTrouble, match=r"Ask the operator to add 127\.0\.0\.1:9 to REPEATPASS_NETWORK_ALLOW"):
        repeatpass.open("http://127.0.0.1:9/a.csv")


@pytest.mark.parametrize(
    "address", ["ftp://h/a.csv", "file:///etc/passwd", "https://", "http://a b/c.csv", "http://h:x/"]
)
def test_what_is_no_address_is_told(address: str) -> None:
    with pytest.raises(UnknownData, match="address"):
        repeatpass.open(address)
