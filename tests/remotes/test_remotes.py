"""Catalogues elsewhere, mounted and harvested: a real static one and a real STAC API, both of which go down."""

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import rasterio
from tests.remotes.catalogues import Folder, collection, item, served_api, write
from tests.storage.rooms import READER

from repeatpass.assembly import House, open_house
from repeatpass.catalog.search import Search
from repeatpass.core.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from repeatpass.remotes.harvesting import Harvesting
from repeatpass.remotes.records import Kind, Remote
from repeatpass.settings import Settings

DAYS = {"a": (1, 0.0), "b": (2, 5.0), "c": (20, 10.0)}


def opened(home: Path) -> House:
    return open_house(Settings(home=home, environment=sys.prefix, demo=False))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """A static catalogue of two collections; one item has a raster."""
    root = tmp_path / "elsewhere"
    scenes = {f"scenes/{id}.json": item(id, *facts) for id, facts in DAYS.items()}
    scenes["scenes/a.json"]["assets"] = {
        "cells": {"href": "./a.tif", "type": "image/tiff; application=geotiff", "roles": ["data"]},
        "thumbnail": {"href": "./a.png", "roles": ["thumbnail"]},
    }
    links = [{"rel": "child", "href": f"./{name}/collection.json"} for name in ("scenes", "Maps+2")]
    write(root, {"catalog.json": {"type": "Catalog", "stac_version": "1.0.0", "id": "far", "title": "Far away",
                                  "description": "-", "links": links},
                 "scenes/collection.json": collection("scenes", list(DAYS)),
                 "Maps+2/collection.json": collection("Maps+2", []), **scenes})  # fmt: skip
    transform = rasterio.Affine(0.1, 0, 0, 0, -0.1, 1)
    facts = {"driver": "GTiff", "crs": "EPSG:4326", "transform": transform, "dtype": "uint8"}
    with rasterio.open(root / "scenes" / "a.tif", "w", count=1, height=10, width=10, **facts) as sink:
        sink.write(np.ones((1, 10, 10), "uint8"))
    made = Folder(root)
    yield made
    made.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An empty house; its clock stands still until a test moves it."""
    made = opened(tmp_path / "home")
    yield made
    made.close()


def mount(house: House, folder: Folder, **how: object) -> Remote:
    return house.mounted.remotes.mount(house.owner, "far", folder.url, **how)  # type: ignore[arg-type]


def again(house: House, remote: Remote) -> Remote:
    """Harvest once more, as if its time had come."""
    room = house.mounted.remotes
    room.keep(replace(room.remote(remote.id), next_look=datetime.now(UTC)))
    return house.mounted.harvesting.harvest(room.remote(remote.id))


def test_a_static_catalogue_is_looked_through_by_words_place_and_time(house: House, folder: Folder) -> None:
    remote = mount(house, folder)
    assert (remote.kind, remote.title) == (Kind.STATIC, "Far away")
    browsing = house.mounted.browsing
    assert [each["id"] for each in browsing.collections(remote).collections] == ["scenes", "Maps+2"]
    assert [each["id"] for each in browsing.collections(remote, "maps").collections] == ["Maps+2"]
    page = browsing.search(remote, Search(collections=("scenes",), bbox=(4, -1, 30, 2), limit=1))
    assert ([each["id"] for each in page.items], page.next) == (["b"], "1")
    page = browsing.search(remote, Search(collections=("scenes",), bbox=(4, -1, 30, 2), limit=1, token=page.next))
    assert ([each["id"] for each in page.items], page.next) == (["c"], "")
    early = Search(start=datetime(2024, 5, 1, tzinfo=UTC), end=datetime(2024, 5, 3, tzinfo=UTC))
    assert [each["id"] for each in browsing.search(remote, early).items] == ["a", "b"]
    (whole,) = browsing.search(remote, Search(ids=("a",))).items
    assert whole["assets"]["cells"]["href"] == folder.url.replace("catalog.json", "scenes/a.tif")
    assert whole["stac_version"] == "1.1.0"


def test_what_was_read_is_shown_when_it_is_down_and_said_so(house: House, folder: Folder) -> None:
    remote = mount(house, folder)
    before = house.mounted.browsing.collections(remote)
    folder.down = True
    house.mounted.browsing.fresh_s = 0
    after = house.mounted.browsing.collections(remote)
    assert (before.trouble, "503" in after.trouble) == ("", True)
    assert after.collections == before.collections
    with pytest.raises(Unavailable):  # never read before
        house.mounted.browsing.reading.read(folder.url.replace("catalog", "other"))
    assert house.catalog.collections() == []  # and ours goes on


def test_items_that_cannot_be_asked_for_are_not_called_missing(house: House, folder: Folder) -> None:
    remote, browsing = mount(house, folder), house.mounted.browsing
    assert browsing.item(remote, "scenes", "a")["id"] == "a"
    folder.down = True  # “b” and “c” were not read before
    with pytest.raises(Unavailable, match="503"):
        browsing.item(remote, "scenes", "b")
    page = browsing.search(remote, Search(collections=("scenes",)))
    assert ([each["id"] for each in page.items], "503" in page.trouble) == (["a"], True)
    folder.down = False
    with pytest.raises(NotFound, match="no item “none”"):
        browsing.item(remote, "scenes", "none")


def test_harvested_collections_are_found_like_our_own(house: House, folder: Folder) -> None:
    seen = house.mounted.harvesting.harvest(mount(house, folder, harvest=True))
    assert (seen.error, seen.collections, seen.items) == ("", 2, 3)
    assert {each.id for each in house.catalog.collections()} == {"far.scenes", "far.maps-2"}
    found = house.searching.search(Search(collections=("far.scenes",), bbox=(4, -1, 6, 2)))
    assert [each.id for each in found.items] == ["b"]
    body = house.catalog.collection("far.scenes").body
    assert (body["repeatpass:remote"], body["stac_version"], body["keywords"]) == ("far", "1.1.0", ["far"])
    assert any(each["rel"] == "via" for each in body["links"])


def test_an_unchanged_catalogue_costs_nothing_but_304s_and_changes_nothing(house: House, folder: Folder) -> None:
    remote = house.mounted.harvesting.harvest(mount(house, folder, harvest=True))
    before, _ = house.catalog.collection("far.scenes"), folder.statuses()
    remote = again(house, remote)
    assert set(folder.statuses()) == {304}
    assert house.catalog.collection("far.scenes").updated == before.updated
    write(
        folder.root, {"scenes/d.json": item("d", 25, 15), "scenes/collection.json": collection("scenes", [*DAYS, "d"])}
    )
    remote = again(house, remote)
    assert folder.statuses().count(200) == 2  # the collection and the new item
    assert [each.id for each in house.catalog.items("far.scenes")] == ["a", "b", "c", "d"]
    assert remote.changed is not None


def test_one_that_is_down_breaks_nothing_and_is_tried_again_later_and_later(house: House, folder: Folder) -> None:
    remote = house.mounted.harvesting.harvest(mount(house, folder, harvest=True))
    folder.down = True
    pauses = []
    for _ in range(3):
        remote = again(house, remote)
        pauses.append(round((remote.next_look - datetime.now(UTC)).total_seconds(), -1))
    assert (remote.failures, pauses) == (3, [60, 120, 240])
    assert "503" in remote.error
    assert len(house.catalog.items("far.scenes")) == 3  # what was harvested stays
    folder.down = False
    remote = again(house, remote)
    assert (remote.failures, remote.error) == (0, "")


def test_it_is_harvested_by_itself_as_often_as_asked_and_by_one_server_only(house: House, folder: Folder) -> None:
    room = house.mounted.remotes
    remote = mount(house, folder, harvest=True, every="PT1H")
    other = Harvesting(room, house.catalog, lambda _: house.owner)
    assert room.claim(remote, remote.next_look + timedelta(hours=1))
    assert other.harvest(remote) == remote  # it was taken: nothing is done twice
    room.keep(remote)
    house.mounted.harvesting.start()
    until = time.monotonic() + 20
    while room.remote("far").looked is None and time.monotonic() < until:
        time.sleep(0.05)
    seen = room.remote("far")
    assert seen.looked is not None
    assert (seen.next_look - seen.looked) == timedelta(hours=1)


def test_only_wanted_collections_are_taken_and_our_own_are_left_alone(house: House, folder: Folder) -> None:
    house.catalog.register(house.owner, {"id": "far.maps-2", "title": "Ours"}, [], [])
    remote = mount(house, folder, harvest=True, wanted=("Maps+2", "gone"))
    seen = house.mounted.harvesting.harvest(remote)
    assert "has no collection “gone”" in seen.error
    assert "collection of our own" in seen.error
    assert [each.title for each in house.catalog.collections()] == ["Ours"]


def test_documents_that_are_wrong_in_any_way_are_left_out_and_counted(house: House, folder: Folder) -> None:
    good = item("good", 1, 0)
    wrong = [
        5, [], {"type": "Feature"}, good | {"id": "a/b"}, good | {"properties": {"datetime": "yesterday"}},
        good | {"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, "x"]]]}}, good | {"bbox": [1]},
        good | {"assets": {"a": {"href": "http://[broken"}}}, good | {"links": 7}, good | {"properties": None},
    ]  # fmt: skip
    names = ["good", *(f"w{number}" for number in range(len(wrong)))]
    write(folder.root, {f"scenes/{name}.json": each for name, each in zip(names, [good, *wrong], strict=True)})
    odd_links = [{"rel": "child", "href": "http://[::1"}, {"rel": "child"}, 3, {"rel": "item", "href": 5}]
    catalog = {"type": "Catalog", "stac_version": "1.0.0", "id": "far", "description": "-",
               "links": [*odd_links, {"rel": "child", "href": "./scenes/collection.json"}]}  # fmt: skip
    write(folder.root, {"catalog.json": catalog, "scenes/collection.json": collection("scenes", names)})
    (folder.root / "scenes" / "w0.json").write_text("[" * 100_000)
    remote = mount(house, folder, harvest=True)
    page = house.mounted.browsing.search(remote, Search(collections=("scenes",)))
    assert "good" in [each["id"] for each in page.items]
    write(folder.root, {"scenes/w0.json": 5})
    seen = house.mounted.harvesting.harvest(remote)
    assert (seen.items, seen.failures) == (1, 0)
    assert f"{len(wrong)} items are no valid STAC" in seen.error
    assert [each.id for each in house.catalog.items("far.scenes")] == ["good"]


def test_an_item_that_cannot_be_asked_for_is_not_taken_for_gone(house: House, folder: Folder) -> None:
    remote = house.mounted.harvesting.harvest(mount(house, folder, harvest=True))
    whole = folder.answer
    folder.answer = lambda path, known: (503, b"") if "b.json" in path else whole(path, known)  # type: ignore[method-assign]
    remote = again(house, remote)
    assert remote.failures == 1
    assert len(house.catalog.items("far.scenes")) == 3


def test_files_are_fetched_here_and_later_harvests_leave_them(house: House, folder: Folder) -> None:
    remote = house.mounted.harvesting.harvest(mount(house, folder, harvest=True))
    before = house.contexts.read(house.contexts.current(house.owner.id)).collections["far.scenes"]
    assert before.items == ()  # a run is given what it can open
    made = house.mounted.fetching.fetch(house.owner, "far", "scenes", ["a"])
    after = house.contexts.read(house.contexts.current(house.owner.id)).collections["far.scenes"]
    assert [(each.id, list(each.assets)) for each in after.items] == [("a", ["cells"])]
    assert made.version == "2"
    (asset,) = house.catalog.assets("far.scenes")
    assert (asset.item, asset.key, house.files.has(asset.checksum)) == ("a", "cells", True)
    (layer,) = house.layers.of("far.scenes")
    assert layer.times == ("2024-05-01T00:00:00Z",)
    write(folder.root, {"scenes/a.json": item("a", 3, 0.0), "scenes/collection.json": collection("scenes", ["a"])})
    again(house, remote)
    assert len(house.catalog.items("far.scenes")) == 1
    assert [each.key for each in house.catalog.assets("far.scenes")] == ["cells"]


def test_files_that_are_gone_or_none_are_told(house: House, folder: Folder) -> None:
    mount(house, folder)
    fetching = house.mounted.fetching
    with pytest.raises(Invalid, match="None of these items has files"):
        fetching.fetch(house.owner, "far", "scenes", ["b"])
    with pytest.raises(NotFound, match=r"a\.png"):
        fetching.fetch(house.owner, "far", "scenes", ["a"], ["thumbnail"])
    with pytest.raises(NotFound, match="no item “z”"):
        fetching.fetch(house.owner, "far", "scenes", ["z"])
    with pytest.raises(Forbidden):
        fetching.fetch(READER, "far", "scenes", ["a"])


def test_what_cannot_be_mounted_is_refused_with_a_sentence(house: House, folder: Folder) -> None:
    room = house.mounted.remotes
    write(folder.root, {"list.json": [1], "plain.json": {"type": "Catalog", "links": 3}})
    for name, wrong in (("list.json", "no STAC"), ("plain.json", "stac_version"), ("scenes/a.tif", "is no JSON")):
        with pytest.raises((Invalid, Unavailable), match=wrong):
            room.mount(house.owner, "odd", folder.url.replace("catalog.json", name))
    for given, wrong in (
        ({"id": "Not Good"}, "cannot name"),
        ({"every": "PT1S"}, "shortest"),
        ({"every": "x"}, "duration"),
    ):
        with pytest.raises(Invalid, match=wrong):
            room.mount(house.owner, **({"id": "odd", "url": folder.url} | given))  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="http or https"):
        room.mount(house.owner, "odd", "file:///etc/passwd")
    with pytest.raises(Forbidden):
        room.mount(READER, "odd", folder.url)
    mount(house, folder)
    with pytest.raises(Conflict):
        mount(house, folder)
    room.unmount(house.owner, "far")
    with pytest.raises(NotFound):
        room.remote("far")


def test_private_addresses_are_asked_only_where_that_is_allowed(tmp_path: Path, folder: Folder) -> None:
    home = open_house(Settings(home=tmp_path / "several", environment=sys.prefix, demo=False, private_targets="none"))
    try:
        with pytest.raises(Forbidden, match="REPEATPASS_PRIVATE_TARGETS"):
            home.mounted.remotes.mount(home.owner, "far", folder.url)
    finally:
        home.close()
    assert folder.asked == []


def test_a_stac_api_is_looked_through_page_by_page_and_harvested(tmp_path: Path, house: House) -> None:
    other = opened(tmp_path / "other")
    many = [item(f"i{number:03}", 1 + number % 28, number % 20) | {"collection": "many"} for number in range(300)]
    body = {name: value for name, value in collection("many", []).items() if name != "links"}
    other.catalog.register(other.owner, body, many, [])
    try:
        with served_api(other) as url:
            remote = house.mounted.remotes.mount(house.owner, "near", url, harvest=True)
            assert remote.kind is Kind.API
            page = house.mounted.browsing.search(remote, Search(collections=("many",), limit=10))
            following = house.mounted.browsing.search(remote, Search(limit=10, token=page.next))
            assert len({each["id"] for each in (*page.items, *following.items)}) == 20
            assert house.mounted.browsing.item(remote, "many", "i007")["id"] == "i007"
            seen = house.mounted.harvesting.harvest(remote)
            assert (seen.error, seen.items) == ("", 300)
            with pytest.raises(Invalid, match="token"):
                house.mounted.browsing.search(remote, Search(token="aHR0cDovL290aGVyLmV4YW1wbGUv"))
        assert len(house.catalog.items("near.many")) == 300
        assert again(house, seen).failures == 1  # it is gone now; ours stays
    finally:
        other.close()
