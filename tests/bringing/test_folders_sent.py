"""Folders sent file by file over HTTP: gone on with, bounded, and never outside of their place."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import xarray
from test_bringing_pages import settled
from tests.served import Served, small_home

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    server = Served(small_home(tmp_path_factory.mktemp("folders") / "home")).start(UPLOAD_MOST="2M")
    yield server
    server.close()


@pytest.fixture(scope="module")
def owner(served: Served) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {served.token}", "Accept": "application/json"}
    with httpx.Client(base_url=served.address, headers=headers, timeout=60) as client:
        yield client


def store(path: Path, version: int) -> Path:
    """Write a small Zarr store."""
    axes = {
        "time": np.array(["2024-01-01", "2024-02-01"], "datetime64[ns]"),
        "lat": np.arange(-5.0, 5),
        "lon": np.arange(20.0, 30),
    }
    cells = np.random.default_rng(1).random((2, 10, 10)).astype("float32")
    made = xarray.Dataset({"sst": (("time", "lat", "lon"), cells, {"units": "K"})}, axes, {"Conventions": "CF-1.11"})
    made["lat"].attrs["units"], made["lon"].attrs["units"] = "degrees_north", "degrees_east"
    made.chunk({"time": 1}).to_zarr(path, zarr_format=version, consolidated=version == 2)
    return path


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file()}


def begin(owner: httpx.Client, files: int, size: int, name: str = "sea.zarr") -> httpx.Response:
    return owner.post("/data/folders", json={"name": name, "files": files, "size": size})


def send(owner: httpx.Client, id: str, files: dict[str, bytes]) -> httpx.Response:
    return owner.post(f"/data/folders/{id}", files=[("files", (path, content)) for path, content in files.items()])


@pytest.mark.parametrize("version", [2, 3])
def test_a_zarr_store_is_sent_in_parts_gone_on_with_and_becomes_a_collection(
    owner: httpx.Client, tmp_path: Path, version: int
) -> None:
    files = files_of(store(tmp_path / "sea.zarr", version))
    made = begin(owner, len(files), sum(map(len, files.values())))
    id, names = made.json()["id"], list(files)
    assert made.status_code == 201 and made.headers["location"] == f"/data/folders/{id}"
    assert send(owner, id, {name: files[name] for name in names[:3]}).json()["kept"] == 3
    said = {"title": "Sea", "licence": "CC0-1.0", "id": f"sea-{version}", "uploads": [id]}
    early = owner.post("/data", json=said)
    assert (early.status_code, f"3 of {len(files)} files" in early.json()["detail"]) == (409, True)
    here = owner.get(f"/data/folders/{id}").json()["here"]
    assert here == {name: len(files[name]) for name in names[:3]}
    rest = {name: files[name] for name in names if name not in here} | {f"{names[0].rsplit('/', 1)[0]}/.DS_Store": b"x"}
    assert send(owner, id, rest).status_code == 200
    found = settled(owner, owner.post("/data", json=said).json()["id"])
    assert (found["stage"], found["files"][0]["name"]) == ("registered", "sea.zarr.zip"), found
    assert owner.get(f"/data/folders/{id}").status_code == 404
    assert owner.get(f"/series/sea-{version}:sst?point=22,0").status_code in (200, 404)


@pytest.mark.parametrize(
    "path", ["../x", "a/../../x", "/etc/passwd", "a//b", "a/./b", "..", "a\\b", "x" * 300, "/".join("a" * 30)]
)
def test_paths_that_lead_elsewhere_are_refused(owner: httpx.Client, served: Served, path: str) -> None:
    id = begin(owner, 2, 100).json()["id"]
    before = {each for each in served.home.rglob("*") if "folders" not in each.parts and each.name == "passwd"}
    answer = send(owner, id, {path: b"x"})
    assert (answer.status_code, "is no path inside a folder" in answer.text) == (400, True), answer.text
    assert owner.get(f"/data/folders/{id}").json()["here"] == {} and not before
    assert owner.delete(f"/data/folders/{id}").status_code == 204


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"name": "a.zarr", "files": 60_000, "size": 5}, "has 60,000 files"),
        ({"name": "a.zarr", "files": 0, "size": 5}, "has 0 files"),
        ({"name": "a.zarr", "files": 1, "size": 3_000_000}, "Right would be: 0.00 GB at most"),
        ({"name": "a.zarr", "files": 1, "size": 0}, "Right would be"),
        ({"name": "a.zarr", "files": "1", "size": 5}, "“files” is “1”"),
        ({"name": "a\nb", "files": 1, "size": 5}, "is no file name"),
        ({"files": 1, "size": 5}, "“name” is missing"),
        ([], "The body is no object"),
    ],
)
def test_what_is_wrong_with_an_announcement_is_named(owner: httpx.Client, body: Any, says: str) -> None:
    answer = owner.post("/data/folders", json=body)
    assert (answer.status_code, says in answer.json()["detail"]) == (400, True), answer.text


def test_a_folder_holds_to_what_was_announced_and_to_being_a_zarr(owner: httpx.Client, served: Served) -> None:
    id = begin(owner, 1, 4).json()["id"]
    assert "more were sent" in send(owner, id, {"a": b"12345"}).json()["detail"]
    assert send(owner, id, {"a": b"1234"}).status_code == 200
    assert send(owner, id, {"a/b": b"1"}).status_code in (400, 429)
    said = {"title": "x", "licence": "CC0-1.0", "uploads": [id]}
    answer = owner.post("/data", json=said)
    assert answer.status_code == 400 and "is a folder and no Zarr store" in answer.json()["detail"]
    assert send(owner, id, {"a": b"4321"}).status_code == 200  # it is kept, and can be mended
    assert owner.get(f"/data/folders/{id}", headers={"Authorization": ""}).status_code in (403, 404)
    with httpx.Client(base_url=served.address) as stranger:
        assert stranger.post("/data/folders", json={"name": "a", "files": 1, "size": 1}).status_code == 403
        assert stranger.get(f"/data/folders/{id}").status_code == 404
        assert stranger.post(f"/data/folders/{id}", files={"files": ("a", b"1")}).status_code in (403, 404)
    assert owner.post("/data/folders/..%2F..", files={"files": ("a", b"1")}).status_code in (400, 404)
