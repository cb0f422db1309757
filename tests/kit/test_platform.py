"""The kit on a laptop, against a real platform: reading over STAC, executing over OGC API – Processes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.answering import answering
from tests.houses import notebook, working_house
from tests.served import free_port

import repeatpass
from repeatpass.demo.filling import Filling, register
from repeatpass.demo.preparing import prepare
from repeatpass.kit.errors import AlteredData, ClientError, UnknownData
from repeatpass.server import make_app


@dataclass(frozen=True, kw_only=True)
class Platform:
    url: str
    token: str


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A served house with two collections and one notebook."""
    port = free_port()
    with working_house(tmp_path_factory.mktemp("home"), port=port) as house:
        for collection in prepare(tmp_path_factory.mktemp("d"), only=["soi-darwin-monthly", "sentinel2-sample"]):
            register(house, collection)
        cell = (
            "import repeatpass\n"
            "soi = repeatpass.open('soi-darwin-monthly')['soi'].head(months)\n"
            "repeatpass.publish(soi.to_frame(), 'head')"
        )
        house.shelf.add(house.owner, "head", notebook(cell, parameters="months = 3  # 1..12: months to keep"))
        token = house.access.issue_token(house.owner, house.owner.id, "test").secret
        with answering(make_app(house, Filling(done=True)), port, lifespan="off") as address:
            yield Platform(url=address, token=token)


@pytest.fixture
def laptop(platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without a crate, with the platform's address; return its cache."""
    for name in ("REPEATPASS_CONTEXT", "REPEATPASS_READS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REPEATPASS_URL", platform.url)
    monkeypatch.setenv("REPEATPASS_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "cache"


def test_a_laptop_reads_the_same_files_over_stac(laptop: Path) -> None:
    found = repeatpass.open("soi-darwin-monthly")
    assert len(found) == 1776
    assert repeatpass.items("soi-darwin-monthly") == ["soi-darwin-monthly-1866-2012"]
    assert len(list((laptop / "sha256").iterdir())) == 1
    assert repeatpass.open("soi-darwin-monthly").equals(found)


def test_a_file_of_the_whole_collection_is_found_without_an_item(laptop: Path) -> None:
    assert repeatpass.open("sentinel2-sample")["B08"].shape == (300, 300)


def test_an_altered_copy_in_the_cache_is_noticed(laptop: Path) -> None:
    repeatpass.open("soi-darwin-monthly")
    (copy,) = (laptop / "sha256").iterdir()
    copy.write_bytes(copy.read_bytes()[:-1] + b"?")
    with pytest.raises(AlteredData, match="was altered"):
        repeatpass.open("soi-darwin-monthly")


def test_a_collection_that_the_platform_does_not_have_is_named(laptop: Path) -> None:
    with pytest.raises(UnknownData, match="has no collection 'moon'"):
        repeatpass.open("moon")
    with pytest.raises(UnknownData, match="not the id of a collection"):
        repeatpass.open("../secrets")


def test_a_notebook_is_executed_and_waited_for(platform: Platform) -> None:
    client = repeatpass.Client(platform.url, platform.token)
    assert "head" in {process["id"] for process in client.processes()}
    assert client.process("head")["inputs"]["months"]
    job = client.execute("head", {"months": 5}).wait(60)
    assert job.status()["status"] == "successful"
    assert "head" in str(job.results())


def test_what_the_platform_refuses_is_said_in_its_own_words(platform: Platform) -> None:
    client = repeatpass.Client(platform.url, platform.token)
    with pytest.raises(ClientError, match="months"):
        client.execute("head", {"months": 100})
    with pytest.raises(ClientError) as caught:
        repeatpass.Client(platform.url).execute("head", {})
    assert caught.value.detail["status"] in (401, 403)
    with pytest.raises(ClientError, match="No platform answers"):
        repeatpass.Client("http://127.0.0.1:9").processes()
