"""Items and their files that are read together are of one moment, whatever is written meanwhile."""

from typing import Any

from tests.storage.rooms import EDITOR

from repeatpass.catalog.records import CollectionAsset
from repeatpass.catalog.room import Catalog
from repeatpass.catalog.search import Search, Searching
from repeatpass.storage.database import Database


def register(catalog: Catalog, version: str) -> None:
    """Register a version of one item with one file."""
    item: dict[str, Any] = {
        "type": "Feature", "stac_version": "1.1.0", "id": "one", "geometry": None, "links": [], "assets": {},
        "properties": {"datetime": "2020-01-01T00:00:00Z", "title": f"As of version {version}"},
    }  # fmt: skip
    file = CollectionAsset(
        collection="some", version=version, item="one", key="data", href=f"{version}.tif", media_type="image/tiff",
        size=1, checksum=f"sha256:{version * 64}",
    )  # fmt: skip
    catalog.register(EDITOR, {"id": "some", "title": "Some", "version": version}, [item], [file])


def told(catalog: Catalog, moment: Any = None) -> list[str]:
    """The titles of the items, and the addresses of their files."""
    found = Searching(catalog.database).search(Search(collections=("some",)), moment)
    files = catalog.assets_of({(each.collection, each.id) for each in found.items}, moment)
    return [*(each.body["properties"]["title"] for each in found.items), *(each.href for each in files["some", "one"])]


def test_a_new_version_between_the_two_changes_neither(database: Database) -> None:
    catalog = Catalog(database)
    register(catalog, "1")
    before = ["As of version 1", "1.tif"]
    assert told(catalog) == before
    with database.read() as moment:
        assert told(catalog, moment) == before
        register(catalog, "2")
        assert told(catalog, moment) == before
    assert told(catalog) == ["As of version 2", "2.tif"]
