"""`repeatpass.open("xcube+https://…")` against a stand-in of an xcube server: its list and its S3-like endpoint."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from elsewhere import Elsewhere, elsewhere

import repeatpass
from repeatpass.kit.connectors import recording, requesting
from repeatpass.kit.errors import AccessRefused, QuotaReached, RemoteTrouble, UnknownData

LISTED = {"datasets": [{"id": "sst.zarr", "title": "Sea surface", "bbox": [0, 50, 5, 52.5]}, {"id": "wind.levels"},
                       {"id": "ice", "title": "Ice"}]}  # fmt: skip


def cube(step: int) -> xr.Dataset:
    """A cube of every *step*-th cell."""
    values = np.arange(40.0).reshape(2, 4, 5)[:, ::step, ::step]
    return xr.Dataset({"t": (("time", "y", "x"), values)}).chunk({"time": 1})


def lay_down(there: Elsewhere, path: str, data: xr.Dataset, folder: Path) -> None:
    data.to_zarr(folder, zarr_format=2, consolidated=True)
    for file in folder.rglob("*"):
        if file.is_file():
            there.put(f"{path}/{file.relative_to(folder).as_posix()}", file.read_bytes(), "binary/octet-stream")


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    monkeypatch.setenv("REPEATPASS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("REPEATPASS_READS", str(tmp_path / "reads.jsonl"))
    monkeypatch.setattr(requesting, "PAUSE", 0.01)
    with elsewhere() as there:
        there.put("/api/datasets", json.dumps(LISTED).encode(), "application/json")
        # The buckets call data sets with their own suffix: wind.levels is wind.zarr among the data sets.
        for number, name in enumerate(("sst.zarr", "wind.zarr", "ice.zarr")):
            lay_down(there, f"/api/s3/datasets/{name}", cube(1), tmp_path / f"a{number}")
        for level in (0, 1):
            lay_down(there, f"/api/s3/pyramids/sst.levels/{level}.zarr", cube(level + 1), tmp_path / f"b{level}")
        prefixes = "".join(
            f"<CommonPrefixes><Prefix>sst.levels/{each}.zarr/</Prefix></CommonPrefixes>" for each in (0, 1)
        )
        there.answers["/api/s3/pyramids"] = lambda path, body: (
            200, {"Content-Type": "application/xml"}, f"<ListBucketResult>{prefixes}</ListBucketResult>".encode()
        )  # fmt: skip
        yield there


def reads(folder: Path) -> list[dict[str, Any]]:
    recording.tell_all()
    return [json.loads(line) for line in (folder / "reads.jsonl").read_text().splitlines()]


def test_what_a_server_offers_is_listed(server: Elsewhere, tmp_path: Path) -> None:
    found = repeatpass.open(f"xcube+{server.url}/api")
    assert found["id"].tolist() == ["sst.zarr", "wind.levels", "ice"] and found["bbox"][0] == [0, 50, 5, 52.5]
    (read,) = reads(tmp_path)
    assert read["href"] == f"{server.url}/api/datasets" and read["checksum"].startswith("sha256:")


@pytest.mark.parametrize("id", ["sst.zarr", "wind.levels", "ice"])
def test_a_data_set_is_opened_by_its_id_whatever_its_suffix(server: Elsewhere, tmp_path: Path, id: str) -> None:
    found = repeatpass.open(f"xcube+{server.url}/api/datasets/{id}")
    xr.testing.assert_equal(found.load(), cube(1))
    (read,) = reads(tmp_path)
    assert read["media_type"] == "application/vnd.zarr" and "/api/s3/datasets/" in read["href"]


def test_a_level_of_the_pyramid_is_opened(server: Elsewhere) -> None:
    found = repeatpass.open(f"xcube+{server.url}/api/datasets/sst.zarr", level=1)
    xr.testing.assert_equal(found.load(), cube(2))
    with pytest.raises(UnknownData, match=r"level is 7; 'sst\.zarr' has 0, 1"):
        repeatpass.open(f"xcube+{server.url}/api/datasets/sst.zarr", level=7)
    with pytest.raises(UnknownData, match="level is -1"):
        repeatpass.open(f"xcube+{server.url}/api/datasets/sst.zarr", level=-1)


def test_a_data_set_that_is_not_there_is_told_with_those_that_are(server: Elsewhere) -> None:
    with pytest.raises(UnknownData, match=r"no data set 'salt'; it offers: ice, sst\.zarr, wind\.levels"):
        repeatpass.open(f"xcube+{server.url}/api/datasets/salt")


def test_refusals_quotas_and_nonsense_are_told_each_in_its_family(server: Elsewhere) -> None:
    said = {"error": {"status_code": 401, "message": "Unauthorized. Bearer token missing."}}
    server.refusing["/api/datasets"] = (401, {}, json.dumps(said).encode())
    with pytest.raises(AccessRefused, match=r"Bearer token missing.*HTTP_TOKEN_127_0_0_1"):
        repeatpass.open(f"xcube+{server.url}/api")
    server.refusing["/api/datasets"] = (429, {"Retry-After": "900"}, b"")
    with pytest.raises(QuotaReached):
        repeatpass.open(f"xcube+{server.url}/api/datasets/ice")
    server.refusing["/api/datasets"] = (200, {}, b"<html></html>")
    with pytest.raises(RemoteTrouble, match="no list of data sets"):
        repeatpass.open(f"xcube+{server.url}/api/datasets/ice")


def test_a_token_is_shown_for_the_list_and_for_every_object(server: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    server.token = "very-secret"
    monkeypatch.setenv("XCUBE_TOKEN", "very-secret")
    repeatpass.open(f"xcube+{server.url}/api/datasets/ice", secret="XCUBE_TOKEN").load()
    assert all(headers.get("Authorization") == "Bearer very-secret" for _, _, headers in server.asked)


def test_levels_that_lie_in_a_folder_are_opened_as_well(server: Elsewhere, tmp_path: Path) -> None:
    address = f"{server.url}/api/s3/pyramids/sst.levels"
    xr.testing.assert_equal(repeatpass.open(address).load(), cube(1))
    xr.testing.assert_equal(repeatpass.open(address, level=1).load(), cube(2))
    server.put("/api/s3/pyramids/sst.levels/0.link", b"../other.zarr")
    lay_down(server, "/api/s3/pyramids/other.zarr", cube(4), tmp_path / "other")
    xr.testing.assert_equal(repeatpass.open(address).load(), cube(4))
    server.put("/api/s3/pyramids/sst.levels/0.link", b"s3://bucket/far.zarr")
    with pytest.raises(UnknownData, match=r"link to s3://bucket/far\.zarr; open that"):
        repeatpass.open(address)
    with pytest.raises(UnknownData, match="level is 'fine'"):
        repeatpass.open(address, level="fine")
