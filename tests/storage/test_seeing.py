"""Who sees which collections, items, files and runs: every reader and every state, on both databases."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.storage.rooms import EDITOR, LEGS, READER, SCIENTIST, Rooms, make_run

from repeatpass.access import ANYONE, SYSTEM, Actor, Role
from repeatpass.batches.records import Batch, BatchState, Estimate, Specification
from repeatpass.batches.room import Batches
from repeatpass.batches.store import batch_row, batches
from repeatpass.bringing.keeping import Submissions
from repeatpass.bringing.records import BroughtFile, Stage, Submission
from repeatpass.bringing.wishing import read_wish
from repeatpass.catalog.editing import Editing
from repeatpass.catalog.products import Product, ProductFile, ProductItem, register_product
from repeatpass.catalog.records import AlreadyThere, CollectionAsset, Visibility, Withdrawn
from repeatpass.catalog.search import Search, Searching
from repeatpass.catalog.sharing import Sharing
from repeatpass.core.errors import Forbidden, Invalid, NotFound
from repeatpass.runs.context import Contexts
from repeatpass.runs.narrowing import Wanted
from repeatpass.runs.records import Provenance, RunInput, State
from repeatpass.storage.files import StoredFile

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
FRIEND = Actor(id="fay", name="Fay", role=Role.SCIENTIST)
OTHER = Actor(id="otto", name="Otto", role=Role.SCIENTIST)
EVERYBODY = (ANYONE, READER, SCIENTIST, FRIEND, OTHER, EDITOR, SYSTEM)


@pytest.fixture
def shelf(rooms: Rooms) -> Rooms:
    """Four collections of Sam's with an item and a file each, named after who sees them."""
    sharing = Sharing(rooms.catalog)
    for number, name in enumerate(("public", "private", "shared", "offered")):
        checksum = f"sha256:{number:064}"
        item = {
            "id": f"of-{name}", "type": "Feature", "geometry": {"type": "Point", "coordinates": [number, 0]},
            "properties": {"datetime": "2024-01-01T00:00:00Z"},
        }  # fmt: skip
        file = CollectionAsset(
            collection=name, version="1", item=item["id"], key="data", href=f"/files/{checksum}", media_type="text/csv",
            size=1, checksum=checksum,
        )  # fmt: skip
        visibility = Visibility.PUBLIC if name == "public" else Visibility.PRIVATE
        body = {"id": name, "title": name.title()}
        rooms.catalog.register(SCIENTIST, body, [item], [file], own=True, visibility=visibility)
    sharing.share(SCIENTIST, "shared", [FRIEND.id])
    sharing.offer(SCIENTIST, "offered")
    return rooms


SEEN = {
    ANYONE: {"public"}, READER: {"public"}, OTHER: {"public"}, FRIEND: {"public", "shared"},
    EDITOR: {"public", "offered"}, SCIENTIST: {"public", "private", "shared", "offered"},
    SYSTEM: {"public", "private", "shared", "offered"},
}  # fmt: skip


@pytest.mark.parametrize("viewer", EVERYBODY, ids=lambda each: each.id)
def test_each_reading_method_shows_the_same_to_a_reader(shelf: Rooms, viewer: Actor) -> None:
    seen, expected = shelf.catalog.as_seen_by(viewer), SEEN[viewer]
    assert {each.id for each in seen.collections()} == expected
    assert {each.collection for each in seen.current_assets()} == expected
    assert set(seen.known(SEEN[SYSTEM])) == expected
    assert set(seen.closed()) == expected - {"public"}
    keys = {(name, f"of-{name}") for name in SEEN[SYSTEM]}
    assert {name for name, _ in seen.assets_of(keys)} == expected
    found = Searching(shelf.database).as_seen_by(viewer).search(Search())
    assert {each.collection for each in found.items} == expected and found.matched == len(expected)
    for number, name in enumerate(("public", "private", "shared", "offered")):
        checksum = f"sha256:{number:064}"
        if name in expected:
            assert (
                seen.collection(name).id == name and seen.items(name) and seen.assets(name) and seen.assets(name, "1")
            )
            assert seen.open_file(checksum) is (name == "public")
            continue
        for ask in (seen.collection, seen.kept, seen.items, seen.assets, lambda id: seen.assets(id, "1")):
            with pytest.raises(NotFound, match=f"There is no collection “{name}”"):
                ask(name)
        with pytest.raises(NotFound):
            seen.open_file(checksum)
        assert seen.own_assets(name, f"of-{name}") == []
    assert seen.open_file("sha256:" + "f" * 64) is None


def test_searching_by_name_box_or_id_finds_nothing_that_is_hidden(shelf: Rooms) -> None:
    searching = Searching(shelf.database).as_seen_by(OTHER)
    for wanted in (Search(collections=("private",)), Search(ids=("of-private",)), Search(bbox=(0.5, -1, 3.5, 1))):
        assert searching.search(wanted).items == []


@pytest.mark.parametrize("editor", [OTHER, EDITOR], ids=lambda each: each.id)
def test_editing_answers_as_if_a_hidden_collection_did_not_exist(shelf: Rooms, editor: Actor) -> None:
    editing = Editing(shelf.catalog)
    for change in (
        lambda: editing.patch_collection(editor, "private", {"title": "Mine"}),
        lambda: editing.delete_item(editor, "private", "of-private"),
        lambda: editing.patch_item(editor, "private", "of-private", {}),
        lambda: editing.patch_item(editor, "private", "nothing", {}),
        lambda: editing.delete_collection(editor, "private"),
    ):
        with pytest.raises(NotFound, match="There is no collection “private”"):
            change()


def test_every_change_makes_the_stamp_another_and_is_an_event(shelf: Rooms) -> None:
    sharing, stamps = Sharing(shelf.catalog), [shelf.catalog.stamp()]
    for change in (
        lambda: sharing.share(SCIENTIST, "private", [OTHER.id]),
        lambda: sharing.share(SCIENTIST, "private", [FRIEND.id]),
        lambda: sharing.offer(SCIENTIST, "private"),
        lambda: sharing.decline(EDITOR, "private", "More words."),
        lambda: sharing.withdraw(SCIENTIST, "private", "Wrong."),
    ):
        change()
        stamps.append(shelf.catalog.stamp())
    assert len(set(stamps)) == len(stamps)


def test_only_owners_share_and_only_editors_accept(shelf: Rooms) -> None:
    sharing = Sharing(shelf.catalog)
    with pytest.raises(Forbidden):
        sharing.share(FRIEND, "shared", [OTHER.id])
    with pytest.raises(Forbidden):
        sharing.offered(SCIENTIST)
    with pytest.raises(Forbidden):
        sharing.accept(SCIENTIST, "offered")
    with pytest.raises(Invalid, match="501 people are too many"):
        sharing.share(SCIENTIST, "private", [f"u{number}" for number in range(501)])
    assert sharing.accept(EDITOR, "offered").visibility == "public"
    assert shelf.catalog.as_seen_by(ANYONE).collection("offered").offered is None


def test_a_withdrawn_collection_keeps_its_record_its_files_and_its_id(shelf: Rooms) -> None:
    sharing = Sharing(shelf.catalog)
    sharing.withdraw(SCIENTIST, "public", "The sensor was broken")
    for viewer in EVERYBODY:
        seen = shelf.catalog.as_seen_by(viewer)
        with pytest.raises(Withdrawn, match=r"was withdrawn on .*: The sensor was broken\."):
            seen.collection("public")
        assert "public" not in {each.id for each in seen.collections()}
        assert seen.open_file(f"sha256:{0:064}") is True
        found = Searching(shelf.database).as_seen_by(viewer).search(Search())
        assert "public" not in {each.collection for each in found.items}
    assert f"sha256:{0:064}" in shelf.catalog.needed_files()
    assert shelf.catalog.complete_index() == 0
    assert "public" not in {each.collection for each in Searching(shelf.database).search(Search()).items}
    with pytest.raises(AlreadyThere, match="its id stays taken"):
        shelf.catalog.register(SCIENTIST, {"id": "public", "title": "Again"}, [], [], own=True)


def test_a_run_can_open_what_is_public_its_owners_own_and_what_is_shared_with_them(shelf: Rooms) -> None:
    contexts = Contexts(shelf.catalog, shelf.files)
    for viewer in (ANYONE, FRIEND, SCIENTIST):
        assert set(contexts.read(contexts.current(viewer.id)).collections) == SEEN[viewer]
    for viewer in (EDITOR, SYSTEM):  # what they may see as editors and operators is not what their runs write down
        assert set(contexts.read(contexts.current(viewer.id)).collections) == {"public"}
    assert set(contexts.read(contexts.everything()).collections) == SEEN[SYSTEM]
    assert contexts.current(OTHER.id) == contexts.current() != contexts.current(FRIEND.id)
    assert (contexts.closed(contexts.current()), contexts.closed(contexts.current(FRIEND.id))) == (False, True)
    assert {contexts.current(), contexts.everything()} <= contexts.needed_files()


def read(run: str, collection: str, number: int) -> RunInput:
    """Return a read of a collection's only file."""
    facts: dict[str, Any] = {"item": "", "asset": "data", "href": "", "media_type": "text/csv", "cell": 1}
    return RunInput(run=run, collection=collection, version="1", size=1, checksum=f"sha256:{number:064}", **facts)


def test_runs_are_seen_by_those_who_may_see_what_they_read(shelf: Rooms) -> None:
    inputs = {
        "open": (),
        "of-public": (read("of-public", "public", 0),),
        "of-shared": (read("of-shared", "public", 0), read("of-shared", "shared", 2)),
        "of-arrival": (read("of-arrival", "arrival", 9),),
    }
    for id, found in inputs.items():
        shelf.runs.enqueue(SCIENTIST, make_run(id=id, closed=id != "open"))
        run = shelf.runs.claim("worker")
        assert run is not None and {each.id for each in shelf.runs.as_seen_by(OTHER).page(Wanted())[0]} >= {"open"}
        with pytest.raises(NotFound) if id != "open" else nullcontext():
            shelf.runs.as_seen_by(FRIEND).run(id)  # it is under way: nobody knows yet what it reads
        ended = run.to(State.SUCCEEDED, finished=datetime.now(UTC))
        shelf.runs.finish(ended, Provenance(outputs=(), inputs=found, unrecorded=()))
    expected = {
        ANYONE: {"open", "of-public"}, OTHER: {"open", "of-public"}, EDITOR: {"open", "of-public"},
        FRIEND: {"open", "of-public", "of-shared"}, SCIENTIST: set(inputs), SYSTEM: set(inputs),
    }  # fmt: skip
    for viewer, ids in expected.items():
        seen = shelf.runs.as_seen_by(viewer)
        found_runs, total = seen.page(Wanted())
        assert {each.id for each in found_runs} == ids and total == len(ids)
        if "of-shared" not in ids:
            with pytest.raises(NotFound, match="There is no run of-shared"):
                seen.run("of-shared")
        if "of-arrival" not in ids:
            with pytest.raises(NotFound):
                seen.require_open_file(f"sha256:{9:064}")


def test_what_is_made_of_closed_data_is_private_and_of_public_data_is_not(shelf: Rooms) -> None:
    stored = StoredFile(checksum="sha256:" + "a" * 64, size=1)
    file = ProductFile(key="data", file=stored, media_type="text/csv", title="")
    item = ProductItem(id="i", title="I", bbox=(0, 0, 1, 1), start=None, end=None, files=[file])
    product = Product(
        id="of-both", title="", description="", items=[item], sources=["public", "shared"], made_by="/runs/1"
    )
    assert register_product(shelf.catalog, shelf.files, SCIENTIST, product).visibility == "private"
    product = replace(product, id="of-public", sources=["public"])
    assert register_product(shelf.catalog, shelf.files, SCIENTIST, product).visibility == "public"


def test_submissions_are_their_owners_alone_and_their_files_are_needed_until_refused(shelf: Rooms) -> None:
    room, moment = Submissions(shelf.database), datetime(2026, 1, 1, tzinfo=UTC)
    wish = read_wish({"title": "Reefs", "licence": "cc-by-4.0"})
    assert (wish.id, wish.licence) == ("reefs", "CC-BY-4.0")
    one = Submission(
        id="one", owner=SCIENTIST.id, collection="reefs", wish=wish, stage=Stage.CHECKING, created=moment, updated=moment,
        files=(BroughtFile(name="a.tif", checksum="sha256:b", size=3),), run="r",
    )  # fmt: skip
    with shelf.database.write() as connection:
        room.add_in(connection, one)
    assert room.find(SCIENTIST, "one") == one == room.of_run("r") and room.mine(SCIENTIST) == [one]
    assert room.find(SYSTEM, "one") == one and room.mine(OTHER) == []
    for stranger in (ANYONE, OTHER, EDITOR):
        with pytest.raises(NotFound):
            room.find(stranger, "one")
    assert room.needed_files() == {"sha256:b"}
    room.change("one", stage=Stage.REFUSED, message="No.")
    assert room.needed_files() == set()


def test_a_batch_over_a_closed_collection_is_shown_to_those_who_may_see_that(shelf: Rooms) -> None:
    room = Batches(shelf.database)
    for id, areas in (
        ("of-shared", {"areas": {"collection": "shared"}}),
        ("of-tiles", {"areas": {"tiles": {}}}),
        ("plain", {}),
    ):
        made = Batch(
            id=id, name=id, actor=SCIENTIST.id, state=BatchState.FINISHED, specification=Specification(body=areas),
            notebook="warmth", legs=LEGS, parts=1, estimate=Estimate(measured=0, lanes=1, sentence=""),
            created=NOON, resumed=NOON,
        )  # fmt: skip
        with shelf.database.write() as connection:
            connection.execute(batches.insert().values(**batch_row(made)))
    shelf.runs.enqueue(SCIENTIST, make_run(id="part", closed=True, batch="of-tiles"))
    expected = {
        OTHER: {"plain"}, FRIEND: {"plain", "of-shared"}, SCIENTIST: {"plain", "of-shared", "of-tiles"},
        SYSTEM: {"plain", "of-shared", "of-tiles"},
    }  # fmt: skip
    for viewer, ids in expected.items():
        found, total = room.as_seen_by(viewer).page()
        assert {each.id for each in found} == ids and total == len(ids)
    with pytest.raises(NotFound, match="There is no batch of-shared"):
        room.as_seen_by(OTHER).batch("of-shared")
