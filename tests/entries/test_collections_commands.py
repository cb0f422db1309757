"""The commands that add and check collections, as they are typed; files at an http address among them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from tests.answering import answering
from tests.entries.test_documents_and_folders import cube, stac, tiff
from tests.served import command

REGISTRY = Path(__file__).parent / "registry"
pytestmark = pytest.mark.slow


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A folder behind a web server that gives parts of files, as most do; its address and the folder."""
    root = tmp_path / "site"
    root.mkdir()
    app = Starlette(routes=[Mount("/", StaticFiles(directory=root))])
    with answering(app, lifespan="off") as address:
        yield address, root


def test_check_says_what_is_wrong_where_and_ends_so_that_ci_notices(tmp_path: Path) -> None:
    told = command(tmp_path, "collections", "check", str(REGISTRY))
    assert told.returncode == 1
    assert "table-of-places.yaml:7: error: “To access the data" in told.stderr
    assert "of 8 can be taken" in told.stdout
    good = str(REGISTRY / "alpine-snow-cover.yaml")
    assert command(tmp_path, "collections", "check", good).returncode == 0
    assert command(tmp_path, "collections", "check", good, "--strict").returncode == 0  # notes are no warnings
    twin = json.loads(command(tmp_path, "collections", "check", good, "--json").stdout)
    assert twin[0]["ok"] is True
    assert json.loads(command(tmp_path, "collections", "schema").stdout)["type"] == "object"
    assert not (tmp_path / "repeatpass.db").exists()  # nothing was made


def test_add_takes_entries_documents_and_files_here_and_elsewhere(tmp_path: Path, site: tuple[str, Path]) -> None:
    address, root = site
    tiff(root / "far_2024-05-31.tif")
    cube(root / "sea.nc")
    stac(root / "static")
    home = tmp_path / "home"
    for words in (
        (str(REGISTRY / "alpine-snow-cover.yaml"),),
        (f"{address}/far_2024-05-31.tif", "--license", "CC-BY-4.0", "--id", "far"),
        (f"{address}/sea.nc", "--license", "CC0-1.0", "--title", "Sea"),
        (f"{address}/static/catalog.json",),
    ):
        told = command(home, "collections", "add", *words)
        assert told.returncode == 0, told.stderr
        assert "is in the registry" in told.stdout
    listed = json.loads(command(home, "collections", "list", "--json").stdout)
    assert sorted(each["id"] for each in listed) == ["alpine-snow-cover", "far", "scenes", "sea"]
    refused = command(home, "collections", "add", f"{address}/none.tif", "--license", "CC0-1.0")
    assert (refused.returncode, "none.tif" in refused.stderr) == (2, True)
