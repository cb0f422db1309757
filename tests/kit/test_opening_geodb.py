"""`repeatpass.open("geodb+https://…")` against a stand-in; that it is a true one, `test_geodb_client` shows."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from elsewhere import Elsewhere, elsewhere
from geodbservice import said, service

import repeatpass
from repeatpass.kit.connectors import oauth, requesting
from repeatpass.kit.errors import AccessRefused, QuotaReached, RemoteTrouble, UnknownData

ALPS = (5.0, 43.0, 17.0, 48.0)


@pytest.fixture
def geodb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    monkeypatch.setattr(requesting, "PAUSE", 0.01)
    monkeypatch.setattr(oauth, "_tokens", {})
    with elsewhere() as there:
        for name, value in {
            "REPEATPASS_CACHE": str(tmp_path / "cache"), "REPEATPASS_READS": str(tmp_path / "reads.jsonl"),
            "GEODB_AUTH_CLIENT_ID": "me", "GEODB_AUTH_CLIENT_SECRET": "very-secret", "GEODB_AUTH_DOMAIN": there.url,
            "GEODB_AUTH_AUD": "https://geodb.example.org",
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        service(there)
        yield there


def opened(geodb: Elsewhere, collection: str = "stations", **options: Any) -> Any:
    return repeatpass.open(f"geodb+{geodb.url}/{collection}", **options)


def reads(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "reads.jsonl").read_text().splitlines()]


def test_a_collection_of_ones_own_is_opened_with_its_geometries_and_crs(geodb: Elsewhere, tmp_path: Path) -> None:
    found = opened(geodb)
    assert found["id"].tolist() == [1, 2, 3] and found.crs.to_epsg() == 4326
    assert found.geometry.x.tolist() == [10, 30, 12] and found["value"].tolist() == [1.5, 3, 4.5]
    (read,) = reads(tmp_path)
    assert read["href"] == f"{geodb.url}/ann_stations?order=id" and read["checksum"].startswith("sha256:")
    assert "very-secret" not in json.dumps(read) and "a.geodb.token" not in json.dumps(read)


def test_features_in_a_box_are_asked_for_in_the_crs_of_the_collection(geodb: Elsewhere, tmp_path: Path) -> None:
    found = opened(geodb, "ann/stations", bbox=ALPS)
    assert found["id"].tolist() == [1, 3] and found.geometry.y.tolist() == [47, 45]
    mercator = (500_000, 5_300_000, 1_900_000, 6_100_000)
    assert opened(geodb, bbox=mercator, crs="EPSG:3857", database="ann")["id"].tolist() == [1, 3]
    first, other = reads(tmp_path)
    assert first["asset"].startswith("request sha256:") and first["asset"] != other["asset"]
    assert first["checksum"] == other["checksum"]


def test_a_filter_of_postgrest_is_passed_on(geodb: Elsewhere) -> None:
    assert opened(geodb, query="value=gte.3")["id"].tolist() == [2, 3]
    assert opened(geodb, query="value=gte.3", limit=1)["id"].tolist() == [2]
    table = opened(geodb, query="select=id,value")
    assert list(table.columns) == ["id", "value"] and type(table).__name__ == "DataFrame"


def test_nothing_in_a_box_is_an_empty_table_with_a_crs(geodb: Elsewhere) -> None:
    found = opened(geodb, bbox=(-10, -10, -9, -9))
    assert len(found) == 0 and found.crs.to_epsg() == 4326


def test_a_collection_that_is_not_there_is_unknown(geodb: Elsewhere) -> None:
    with pytest.raises(UnknownData, match=r"42P01, relation .*ann_ships.* does not exist"):
        opened(geodb, "ships")


@pytest.mark.parametrize(
    ("answer", "family", "words"),
    [
        (said(401, "PGRST301", "JWT expired"), AccessRefused, "JWT expired.*GEODB_AUTH_CLIENT_ID"),
        (said(403, "42501", "permission denied for table ann_stations"), AccessRefused, "permission denied"),
        (said(400, "42703", "column ann_stations.valu does not exist"), RemoteTrouble, "42703, column"),
        (said(429, "", "Too many requests", **{"Retry-After": "700"}), QuotaReached, "700 seconds"),
        ((200, {}, b"<html>"), RemoteTrouble, "no JSON"),
        ((200, {}, b'[{"id": 1, "geometry": "zz"}]'), RemoteTrouble, "no table of features"),
    ],
)  # fmt: skip
def test_what_the_service_refuses_is_told_in_its_words(geodb: Elsewhere, answer: Any, family: type, words: str) -> None:
    geodb.refusing["/ann_stations"] = answer
    with pytest.raises(family, match=words):
        opened(geodb, "ann/stations")


def test_a_client_that_is_not_known_is_told_and_a_secret_may_hold_it(
    geodb: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINE", "me:very-secret")
    monkeypatch.setenv("GEODB_AUTH_CLIENT_SECRET", "wrong")
    with pytest.raises(AccessRefused, match=r"access_denied.*GEODB_AUTH_CLIENT_ID"):
        opened(geodb)
    monkeypatch.delenv("GEODB_AUTH_DOMAIN")
    given = {"token_url": f"{geodb.url}/oauth/token", "audience": "https://geodb.example.org"}
    assert len(opened(geodb, secret="MINE", **given)) == 3


def test_where_no_address_of_tokens_is_known_a_secret_is_the_token(
    geodb: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GEODB_AUTH_DOMAIN")
    monkeypatch.setenv("MINE", "a.geodb.token")
    assert len(opened(geodb, secret="MINE")) == 3
    with pytest.raises(AccessRefused, match="GEODB_AUTH_CLIENT_ID"):
        opened(geodb)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"bbox": (1, 2)}, "bbox"), ({"mode": "near"}, "mode"), ({"where": "id>1"}, "where goes with it"),
        ({"bbox": ALPS, "query": "id=gt.1"}, "query goes without"), ({"limit": -1}, "limit"), ({"limit": "x"}, "limit"),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_is_told_with_its_field(geodb: Elsewhere, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(UnknownData, match=words):
        opened(geodb, **changes)
    assert not geodb.asked


@pytest.mark.parametrize("path", ["", "/", "/a/b/c"])
def test_an_address_without_a_collection_is_told(geodb: Elsewhere, path: str) -> None:
    with pytest.raises(UnknownData, match="names no collection"):
        repeatpass.open(f"geodb+{geodb.url}{path}")
