"""`repeatpass.open("openeo+https://…")` against a stand-in; that it is a true one, `test_openeo_client` shows."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from elsewhere import Elsewhere, elsewhere
from openeoservice import BASE, said, service

import repeatpass
from repeatpass.kit.connectors import oauth, openeo_jobs, requesting
from repeatpass.kit.errors import AccessRefused, QuotaReached, RemoteTrouble, UnknownData

BOX = (10.0, 40.0, 12.0, 41.0)


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    for name, value in {
        "REPEATPASS_CACHE": str(tmp_path / "cache"), "REPEATPASS_READS": str(tmp_path / "reads.jsonl"),
        "OPENEO_AUTH_CLIENT_ID": "me", "OPENEO_AUTH_CLIENT_SECRET": "very-secret",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(requesting, "PAUSE", 0.01)
    monkeypatch.setattr(oauth, "_tokens", {})
    with elsewhere() as state:
        service(state, tmp_path)
        yield state


def opened(there: Elsewhere, collection: str = "S2", **changes: Any) -> Any:
    given = {"bbox": BOX, "datetime": "2024-06-01/2024-07-01", **changes}
    return repeatpass.open(f"openeo+{there.url}/openeo/collections/{collection}", **given)


def reads(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "reads.jsonl").read_text().splitlines()]


def asked(there: Elsewhere) -> list[str]:
    return [path for _, path, _ in there.asked]


def test_a_collection_is_loaded_by_a_client_of_oidc(there: Elsewhere) -> None:
    found = opened(there, bands=["B03", "B04"])
    assert set(found.data_vars) == {"B03", "B04"} and found["B04"].shape == (1, 3, 4)
    assert float(found.x.min()) == 10 and float(found.y.max()) == 41
    assert asked(there) == [
        "/openeo/.well-known/openeo", f"{BASE}/credentials/oidc", "/realms/home/.well-known/openid-configuration",
        "/realms/home/token", f"{BASE}/result",
    ]  # fmt: skip


def test_the_request_is_an_input_with_the_digest_of_its_process_graph(there: Elsewhere, tmp_path: Path) -> None:
    for bands in (["B03"], ["B03"], ["B02"]):
        opened(there, bands=bands)
    first, again, other = reads(tmp_path)
    assert first["href"] == f"{there.url}{BASE}/result" and first["checksum"].startswith("sha256:")
    assert first["asset"] == again["asset"] != other["asset"]
    assert not {"very-secret", "a.token"} & set(json.dumps(reads(tmp_path)).replace('"', " ").split())


def test_name_and_password_let_in_as_well(there: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE", "me:opensesame")
    assert "B02" in opened(there, auth="basic", secret="MINE")
    monkeypatch.delenv("OPENEO_AUTH_CLIENT_ID")
    monkeypatch.setenv("HTTP_LOGIN_127_0_0_1", "me:opensesame")
    assert "B02" in opened(there)
    monkeypatch.setenv("HTTP_LOGIN_127_0_0_1", "me:wrong")
    with pytest.raises(AccessRefused, match=r"CredentialsInvalid, Credentials are not correct.*HTTP_LOGIN_127_0_0_1"):
        opened(there)
    monkeypatch.delenv("HTTP_LOGIN_127_0_0_1")
    with pytest.raises(AccessRefused, match=r"AuthenticationRequired.*OPENEO_AUTH_CLIENT_ID"):
        opened(there)


def test_a_client_that_is_not_known_is_told(there: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENEO_AUTH_CLIENT_SECRET", "wrong")
    with pytest.raises(AccessRefused, match="Invalid client secret"):
        opened(there)
    with pytest.raises(UnknownData, match="the service lists home"):
        opened(there, provider="egi")


def test_a_process_graph_is_computed_and_saved_where_it_does_not_say_so(there: Elsewhere) -> None:
    extent = {"west": 10, "south": 40, "east": 12, "north": 41}
    arguments = {
        "id": "S2",
        "spatial_extent": extent,
        "temporal_extent": ["2024-06-01", "2024-06-02"],
        "bands": ["B02"],
    }
    graph = {"load": {"process_id": "load_collection", "arguments": arguments, "result": True}}
    for given in (graph, {"process_graph": graph}):
        found = repeatpass.open(f"openeo+{there.url}{BASE}", process=given)
        np.testing.assert_array_equal(found["B02"], np.zeros((1, 3, 4)))


@pytest.mark.parametrize(
    ("answer", "family", "words"),
    [
        (said(402, "PaymentRequired", "Not enough credits left."), QuotaReached, "used up.*PaymentRequired, Not enough"),
        (said(429, "TooManyRequests", "Only one job at a time.", **{"Retry-After": "900"}), QuotaReached, "900 seconds"),
        (said(400, "ProcessParameterInvalid", "The value passed for 'bands' is invalid."), RemoteTrouble,
         "400: ProcessParameterInvalid, The value passed"),
        (said(403, "TokenInvalid", "Session has expired."), AccessRefused, "Session has expired"),
        (said(500, "Internal", "Server error: out of memory"), RemoteTrouble, "out of memory"),
        ((200, {"Content-Type": "application/x-netcdf"}, b"no netcdf"), RemoteTrouble, "is no application/x-netcdf"),
    ],
)  # fmt: skip
def test_what_the_service_refuses_is_told_in_its_words(there: Elsewhere, answer: Any, family: type, words: str) -> None:
    there.refusing[f"{BASE}/result"] = answer
    with pytest.raises(family, match=words):
        opened(there)


def test_a_collection_that_is_not_there_is_unknown(there: Elsewhere) -> None:
    with pytest.raises(UnknownData, match="CollectionNotFound, Collection 'S9' does not exist"):
        opened(there, "S9")


def test_a_service_without_discovery_is_asked_where_it_was_named(there: Elsewhere) -> None:
    found = repeatpass.open(f"openeo+{there.url}{BASE}/collections/S2", bbox=BOX, datetime="2024-06-01")
    assert "B02" in found and f"{BASE}/.well-known/openeo" in asked(there)
    there.answers["/openeo/.well-known/openeo"] = lambda path, body: {"versions": []}
    with pytest.raises(RemoteTrouble, match="no version 1"):
        opened(there)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"bbox": None}, "bbox is missing"), ({"bbox": (1, 2)}, "bbox"), ({"crs": "nonsense"}, "crs"),
        ({"datetime": "in June"}, "datetime"), ({"format": "PNG"}, "format"), ({"auth": "magic"}, "auth"),
        ({"process": {"a": {"process_id": "x"}}}, "Name one collection"),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_is_told_with_its_field(there: Elsewhere, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(UnknownData, match=words):
        opened(there, **changes)
    assert not there.asked


@pytest.mark.parametrize(
    ("process", "words"),
    [({}, "no process graph"), ("text", "no process graph"), ({"a": {"process_id": "x"}}, "0 nodes with result")],
)
def test_a_process_that_is_none_is_told(there: Elsewhere, process: Any, words: str) -> None:
    with pytest.raises(UnknownData, match=words):
        repeatpass.open(f"openeo+{there.url}{BASE}", process=process)


def test_a_batch_job_is_made_started_and_waited_for(
    there: Elsewhere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openeo_jobs, "POLL", 0.01)
    found = opened(there, bands=["B03"], batch=True)
    assert set(found.data_vars) == {"B03"}
    made = [(method, path.removeprefix(BASE)) for method, path, _ in there.asked if "jobs" in path]
    assert made == [("POST", "/jobs"), ("POST", "/jobs/j-1/results"), ("GET", "/jobs/j-1"), ("GET", "/jobs/j-1"),
                    ("GET", "/jobs/j-1/results")]  # fmt: skip
    (read,) = reads(tmp_path)
    assert read["href"] == f"{there.url}{BASE}/jobs" and read["asset"].startswith("request sha256:"), (
        "not the job's name"
    )


@pytest.mark.parametrize(
    ("state", "words"),
    [("error", r"ended as error: Out of memory in load_collection\."), ("canceled", "ended as canceled"),
     ("running", "still running after 0 seconds; wait=")],
)  # fmt: skip
def test_a_job_that_does_not_finish_is_told(
    there: Elsewhere, monkeypatch: pytest.MonkeyPatch, state: str, words: str
) -> None:
    monkeypatch.setattr(openeo_jobs, "POLL", 0.01)
    there.answers[f"{BASE}/jobs/j-1"] = lambda path, body: {"id": "j-1", "status": state}
    with pytest.raises(RemoteTrouble, match=words):
        opened(there, batch=True, wait=0.02)


def test_a_job_without_the_one_file_is_told(there: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openeo_jobs, "POLL", 0.01)
    with pytest.raises(
        RemoteTrouble, match=r"0 files of image/tiff where one is needed\. Its files: cube\.nc, metadata"
    ):
        opened(there, batch=True, format="GTiff")
    there.refusing[f"{BASE}/jobs"] = said(402, "PaymentRequired", "Not enough credits left.")
    with pytest.raises(QuotaReached, match="Not enough credits"):
        opened(there, batch=True)
