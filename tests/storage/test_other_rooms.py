"""Catalog, shelf and access on both databases."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.houses import notebook
from tests.storage.rooms import EDITOR, READER, SCIENTIST, Rooms

from repeatpass.access import SYSTEM
from repeatpass.access.records import Actor, Right, Role
from repeatpass.catalog.records import AlreadyThere, CollectionAsset
from repeatpass.core.errors import Conflict, Forbidden, Invalid, NotFound
from repeatpass.core.times import now

SST: dict[str, Any] = {"id": "sst", "version": "1", "title": "Sea", "type": "Collection"}
ITEM = {"id": "i1", "properties": {"datetime": "2020-05-01T00:00:00Z"}}


def asset(content: str, **changed: Any) -> CollectionAsset:
    made = CollectionAsset(
        collection="sst",
        version="1",
        item="i1",
        key="data",
        href="/files/x",
        media_type="image/tiff",
        size=2**33,
        checksum=f"sha256:{content * 64}",
    )
    return replace(made, **changed)


# the catalog


def test_a_collection_comes_back_with_its_items_and_files(rooms: Rooms) -> None:
    rooms.catalog.register(EDITOR, SST, [ITEM], [asset("a"), asset("b", item=None, key="thumbnail")])
    assert rooms.catalog.collection("sst").title == "Sea"
    assert [item.id for item in rooms.catalog.items("sst")] == ["i1"]
    assert rooms.catalog.assets("sst") == [asset("b", item=None, key="thumbnail"), asset("a")]
    assert rooms.catalog.current_assets() == rooms.catalog.assets("sst")


def test_a_version_never_changes_its_files(rooms: Rooms) -> None:
    rooms.catalog.register(EDITOR, SST, [ITEM], [asset("a")])
    rooms.catalog.register(EDITOR, SST, [ITEM], [asset("a")])
    with pytest.raises(AlreadyThere, match="give the new content a new version"):
        rooms.catalog.register(EDITOR, SST, [ITEM], [asset("b")])


def test_the_files_of_an_older_version_are_kept_for_the_passports_that_rest_on_them(rooms: Rooms) -> None:
    rooms.catalog.register(EDITOR, SST, [ITEM], [asset("a")])
    rooms.catalog.register(EDITOR, SST | {"version": "2"}, [ITEM], [asset("b", version="2")])
    assert [file.checksum for file in rooms.catalog.assets("sst")] == [asset("b").checksum]
    assert rooms.catalog.assets("sst", "1") == [asset("a")]
    assert rooms.catalog.needed_files() == {asset("a").checksum, asset("b").checksum}


def test_only_editors_register_collections(rooms: Rooms) -> None:
    for actor in (READER, SCIENTIST):
        with pytest.raises(Forbidden):
            rooms.catalog.register(actor, SST, [], [])
    with pytest.raises(NotFound):
        rooms.catalog.collection("sst")


# the shelf


def test_a_notebook_has_a_revision_for_every_source_it_had(rooms: Rooms) -> None:
    first = rooms.shelf.add(SCIENTIST, "n", notebook("1"))
    second = rooms.shelf.add(SCIENTIST, "n", notebook("2"))
    assert rooms.shelf.find("n") == second
    assert rooms.shelf.find(f"n@{first.short}") == first
    assert rooms.shelf.content(first) == notebook_bytes(rooms, first.file)
    assert {first.file, second.file} == rooms.shelf.needed_files()


def notebook_bytes(rooms: Rooms, checksum: str) -> bytes:
    return rooms.files.read(checksum)


def test_the_same_source_again_is_no_new_revision(rooms: Rooms) -> None:
    first = rooms.shelf.add(SCIENTIST, "n", notebook("1"))
    assert rooms.shelf.add(SCIENTIST, "n", notebook("1")) == first
    assert len(rooms.shelf.revisions("n")) == 1


def test_a_name_on_the_shelf_belongs_to_who_took_it(rooms: Rooms) -> None:
    rooms.shelf.add(SCIENTIST, "n", notebook("1"))
    with pytest.raises(Forbidden, match="belongs to sam"):
        rooms.shelf.add(EDITOR, "n", notebook("2"))
    with pytest.raises(Forbidden):
        rooms.shelf.add(READER, "m", notebook("1"))
    assert rooms.shelf.add(SYSTEM, "n", notebook("3")).author == SYSTEM.id  # an operator may


@pytest.mark.parametrize("name", ["../x", "A", "", "x" * 81, "a/b", ".x"])
def test_a_name_that_cannot_be_part_of_an_address_is_refused(rooms: Rooms, name: str) -> None:
    with pytest.raises(Invalid, match="cannot name a notebook"):
        rooms.shelf.add(SCIENTIST, name, notebook("1"))


def test_an_ambiguous_revision_asks_for_more_digits(rooms: Rooms) -> None:
    for number in range(17):  # with 17 revisions two begin with the same hexadecimal digit
        rooms.shelf.add(SCIENTIST, "n", notebook(str(number)))
    digits = [revision.revision[0] for revision in rooms.shelf.revisions("n")]
    twice = next(digit for digit in digits if digits.count(digit) > 1)
    with pytest.raises(Conflict, match="give more digits"):
        rooms.shelf.find(f"n@{twice}")
    with pytest.raises(NotFound):
        rooms.shelf.find("n@%")


# access


@pytest.fixture
def two(rooms: Rooms) -> tuple[Actor, Actor]:
    owner = rooms.access.owner()
    return (
        rooms.access.add_user(owner, "ann", "Ann", Role.SCIENTIST),
        rooms.access.add_user(owner, "bob", "Bob", Role.READER),
    )


def test_there_is_one_owner_however_often_the_house_is_opened(rooms: Rooms) -> None:
    assert rooms.access.owner() == rooms.access.owner()
    assert rooms.access.owner().may(Right.OPERATE)


def test_a_token_stands_for_its_user_and_its_secret_is_not_kept(rooms: Rooms, two: tuple[Actor, Actor]) -> None:
    ann, _ = two
    token = rooms.access.issue_token(ann, "ann", "laptop")
    assert rooms.access.actor_of(token.secret) == ann
    assert token.secret not in repr(token)
    with rooms.database.read() as connection:
        assert token.secret not in str(connection.exec_driver_sql("select * from tokens").all())


def test_a_token_that_is_unknown_expired_or_revoked_is_refused(rooms: Rooms, two: tuple[Actor, Actor]) -> None:
    ann, bob = two
    old = rooms.access.issue_token(ann, "ann", "old", expires=now() - timedelta(seconds=1))
    revoked = rooms.access.issue_token(ann, "ann", "lost")
    with pytest.raises(Forbidden):
        rooms.access.revoke_token(bob, revoked.id)
    rooms.access.revoke_token(ann, revoked.id)
    for secret in ("", "nonsense", old.secret, revoked.secret):
        with pytest.raises(Forbidden, match="unknown or has expired"):
            rooms.access.actor_of(secret)


def test_nobody_makes_tokens_for_somebody_else(rooms: Rooms, two: tuple[Actor, Actor]) -> None:
    _, bob = two
    with pytest.raises(Forbidden):
        rooms.access.issue_token(bob, "ann", "mine now")
    assert rooms.access.issue_token(rooms.access.owner(), "ann", "for Ann").user == "ann"


def test_only_operators_make_users_and_each_id_once(rooms: Rooms, two: tuple[Actor, Actor]) -> None:
    ann, _ = two
    with pytest.raises(Forbidden):
        rooms.access.add_user(ann, "eve", "Eve", Role.OPERATOR)
    with pytest.raises(Conflict):
        rooms.access.add_user(rooms.access.owner(), "ann", "Another Ann", Role.READER)
