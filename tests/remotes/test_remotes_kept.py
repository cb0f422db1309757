"""What is kept of catalogues elsewhere, on both databases, and the commands for them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.remotes.catalogues import Folder, collection, item, write
from tests.storage.rooms import EDITOR
from typer.testing import CliRunner

from repeatpass.access.room import Access
from repeatpass.catalog.room import Catalog
from repeatpass.cli.main import app
from repeatpass.core.errors import NotFound
from repeatpass.notices.targets import Targets
from repeatpass.remotes.building import mounted
from repeatpass.storage.database import Database
from repeatpass.storage.files import FileArea

LATER = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """A static catalogue of one collection and one item."""
    cells = {"cells": {"href": "./a.txt", "type": "text/plain"}}
    links = [{"rel": "child", "href": "./collection.json"}]
    far = {"type": "Catalog", "stac_version": "1.0.0", "id": "far", "description": "-", "links": links}
    root = tmp_path / "elsewhere"
    write(
        root, {"catalog.json": far, "collection.json": collection("scenes", ["a"]), "a.json": item("a", 1, 0, **cells)}
    )
    (root / "a.txt").write_text("content")
    made = Folder(root)
    yield made
    made.close()


def test_a_catalogue_is_kept_claimed_once_harvested_and_forgotten(
    database: Database, tmp_path: Path, folder: Folder
) -> None:
    catalog, access = Catalog(database), Access(database)
    owner = access.owner()
    made = mounted(catalog, FileArea(tmp_path / "area"), access, Targets.read("all"), tmp_path / "read")
    room = made.remotes
    remote = room.mount(EDITOR, "far", folder.url, harvest=True, wanted=("scenes",), every="PT1H")
    assert room.remotes() == [remote]
    assert room.claim(remote, LATER)
    assert not room.claim(remote, LATER + timedelta(days=1))  # another server came first
    room.unmount(owner, "far")
    remote = room.mount(owner, "far", folder.url, harvest=True)
    seen = made.harvesting.harvest(remote)
    assert (seen.items, room.remote("far")) == (1, seen)
    assert [each.id for each in catalog.items("far.scenes")] == ["a"]
    room.unmount(owner, "far")
    room.keep(seen)  # a harvest that ends after it was unmounted brings nothing back
    with pytest.raises(NotFound):
        room.remote("far")
    made.harvesting.stop()


def test_catalogues_are_mounted_harvested_and_fetched_from_the_command_line(tmp_path: Path, folder: Folder) -> None:
    home = ["--home", str(tmp_path / "home")]

    def told(*words: str) -> str:
        found = CliRunner().invoke(app, ["remotes", *words, *home])
        assert found.exception is None, found.exception
        return found.output

    assert "mounts one" in told("list")
    assert "far is mounted as far (static)" in told("mount", "far", folder.url, "--harvest", "--every", "PT6H")
    assert "1 collection, 1 item." in told("harvest", "far")
    assert "far.scenes 2 holds them" in told("fetch", "far", "scenes", "a")
    assert '"every": "PT6H"' in told("list", "--json")
    assert "far is unmounted" in told("unmount", "far")
