"""`repeatpass.open("s3://…")` against moto, which speaks S3; the data are put there by Amazon's own client."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
import numpy as np
import pytest
import xarray as xr
from elsewhere import elsewhere
from tests.buckets import served_buckets

import repeatpass
from repeatpass.kit.connectors import recording, requesting
from repeatpass.kit.errors import AccessRefused, QuotaReached, RemoteTrouble, UnknownData

TABLE = b"x,y\n1,2\n3,4\n"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with served_buckets() as address:
        yield address


@pytest.fixture
def store(endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Amazon's own client; the bucket ``data`` keeps versions."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing-secret", "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": "us-east-1", "REPEATPASS_CACHE": str(tmp_path / "cache"),
        "REPEATPASS_READS": str(tmp_path / "reads.jsonl"),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(requesting, "PAUSE", 0.01)
    client = boto3.client("s3")
    client.create_bucket(Bucket="data")
    client.put_bucket_versioning(Bucket="data", VersioningConfiguration={"Status": "Enabled"})
    yield client
    client.close()


def reads(folder: Path) -> list[dict[str, Any]]:
    recording.tell_all()
    return [json.loads(line) for line in (folder / "reads.jsonl").read_text().splitlines()]


def test_an_object_is_opened_and_its_version_is_on_record(store: Any, tmp_path: Path) -> None:
    put = store.put_object(Bucket="data", Key="a table.csv", Body=TABLE)
    assert repeatpass.open("s3://data/a table.csv")["y"].tolist() == [2, 4]
    (read,) = reads(tmp_path)
    assert (read["collection"], read["href"], read["version"]) == (
        "remote:s3",
        "s3://data/a table.csv",
        put["VersionId"],
    )
    assert read["size"] == len(TABLE)


def test_an_older_version_can_be_asked_for(store: Any, tmp_path: Path) -> None:
    old = store.put_object(Bucket="data", Key="t.csv", Body=TABLE)["VersionId"]
    store.put_object(Bucket="data", Key="t.csv", Body=b"x\n9\n")
    assert repeatpass.open("s3://data/t.csv")["x"].tolist() == [9]
    assert repeatpass.open("s3://data/t.csv", version=old)["x"].tolist() == [1, 3]
    assert repeatpass.open(f"s3://data/t.csv?versionId={old}")["x"].tolist() == [1, 3]
    assert [read["version"] == old for read in reads(tmp_path)] == [False, True, True]


def test_netcdf_is_read_in_parts_and_zarr_object_by_object(store: Any, tmp_path: Path) -> None:
    cube = xr.Dataset({"t": (("time", "x"), np.arange(40.0).reshape(4, 10))}).chunk({"time": 1})
    cube.to_netcdf(tmp_path / "cube.nc", engine="h5netcdf")
    cube.to_zarr(tmp_path / "cube.zarr", zarr_format=2, consolidated=True)
    store.put_object(Bucket="data", Key="cube.nc", Body=(tmp_path / "cube.nc").read_bytes())
    for path in (tmp_path / "cube.zarr").rglob("*"):
        if path.is_file():
            key = f"cubes/cube.zarr/{path.relative_to(tmp_path / 'cube.zarr').as_posix()}"
            store.put_object(Bucket="data", Key=key, Body=path.read_bytes())
    xr.testing.assert_equal(repeatpass.open("s3://data/cube.nc", whole=False).load(), cube.load())
    xr.testing.assert_equal(repeatpass.open("s3://data/cubes/cube.zarr").load(), cube)
    assert {read["checksum"].partition(":")[0] for read in reads(tmp_path)} == {"parts-sha256"}


def test_what_is_not_there_is_unknown(store: Any) -> None:
    with pytest.raises(UnknownData, match="NoSuchKey"):
        repeatpass.open("s3://data/none.csv")
    with pytest.raises(UnknownData, match="NoSuchBucket"):
        repeatpass.open("s3://no-such-bucket/none.csv")


@pytest.mark.parametrize("address", ["s3://data", "s3://data/", "s3:///a.csv", "s3://No_Bucket!/a.csv"])
def test_what_is_no_address_is_told(address: str) -> None:
    with pytest.raises(UnknownData, match="s3://bucket/key"):
        repeatpass.open(address)


def answer(code: str, message: str) -> bytes:
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()


def test_what_s3_answers_in_trouble_is_told_in_its_words_and_requests_are_signed(store: Any) -> None:
    with elsewhere() as there:
        there.troubles = [(403, {}, answer("AccessDenied", "Access Denied"))]
        with pytest.raises(AccessRefused, match=r"403: AccessDenied, Access Denied.*AWS_ACCESS_KEY_ID"):
            repeatpass.open("s3://data/a.csv", endpoint=there.url)
        assert there.asked[0][2]["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=testing/")
        there.troubles = [(503, {}, answer("SlowDown", "Please reduce your request rate."))]
        there.put("/data/a.csv", TABLE)
        assert len(repeatpass.open("s3://data/a.csv", endpoint=there.url)) == 2
        there.troubles = [(429, {"Retry-After": "600"}, answer("TooManyRequests", "Later."))]
        with pytest.raises(QuotaReached, match="600 seconds"):
            repeatpass.open("s3://data/a.csv", endpoint=there.url)
        there.troubles = [(301, {"x-amz-bucket-region": "eu-central-1"}, answer("PermanentRedirect", "Elsewhere"))]
        with pytest.raises(RemoteTrouble, match="region='eu-central-1'"):
            repeatpass.open("s3://data/a.csv", endpoint=there.url)
        there.cut = 4
        there.put("/data/a.csv", TABLE * 2)
        with pytest.raises(RemoteTrouble, match="broke off"):
            repeatpass.open("s3://data/a.csv", endpoint=there.url)


def test_without_credentials_or_when_asked_to_requests_are_not_signed(
    store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with elsewhere() as there:
        there.put("/data/a.csv", TABLE)
        repeatpass.open("s3://data/a.csv", endpoint=there.url, anonymous=True)
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
        repeatpass.open("s3://data/a.csv", endpoint=there.url)
        assert not any("Authorization" in headers for _, _, headers in there.asked)
        with pytest.raises(UnknownData, match="AWS_SECRET_ACCESS_KEY"):
            repeatpass.open("s3://data/a.csv", endpoint=there.url, anonymous=False)


def test_the_secret_key_is_nowhere_on_record(store: Any, tmp_path: Path) -> None:
    store.put_object(Bucket="data", Key="b.csv", Body=TABLE)
    repeatpass.open("s3://data/b.csv")
    assert "testing-secret" not in (tmp_path / "reads.jsonl").read_text()


def checking(endpoint: str, after: bytes) -> None:
    """Have moto check signatures and policies after so many requests."""
    request = Request(f"{endpoint}/moto-api/reset-auth", after, {"Content-Type": "text/plain"}, method="POST")
    urlopen(request).close()


def test_a_store_that_checks_signatures_takes_ours_and_refuses_those_of_a_wrong_key(
    store: Any, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put_object(Bucket="data", Key="Niño 3.4/a+b (1).csv", Body=TABLE)
    iam = boto3.client("iam")
    iam.create_user(UserName="ann")
    allowed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    iam.put_user_policy(UserName="ann", PolicyName="reads", PolicyDocument=json.dumps(allowed))
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    checking(endpoint, b"0")
    try:
        assert len(repeatpass.open("s3://data/Niño 3.4/a+b (1).csv")) == 2
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-the-right-one")
        with pytest.raises(AccessRefused, match="SignatureDoesNotMatch"):
            repeatpass.open("s3://data/Niño 3.4/a+b (1).csv")
    finally:
        checking(endpoint, b"inf")
        iam.close()
