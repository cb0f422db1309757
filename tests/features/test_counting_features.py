"""Number, extent and times of a set follow each change without counting all of its features anew, on either database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from tests.features.places import BODIES, body
from tests.storage.rooms import EDITOR

from repeatpass.features import Features, FeatureSet
from repeatpass.features import indexes as module
from repeatpass.features.store import features


def counted(room: Features) -> tuple[Any, ...]:
    """What is known of the places, counted from the rows themselves."""
    column, function = features.c, sa.func
    edges = [choose(column[name]) for choose, names in ((function.min, ("west", "south")), (function.max, ("east", "north")))
             for name in names]  # fmt: skip
    query = sa.select(function.count(), *edges, function.min(column.start), function.max(column.end))
    with room.database.read() as connection:
        number, *box, start, end = connection.execute(query.where(column.collection == "places")).one()
    return number, None if box[0] is None else tuple(box), start, end


def kept(room: Features) -> tuple[Any, ...]:
    known = room.known("places")
    return known.number, known.extent, known.start, known.end


@contextmanager
def statements(room: Features) -> Iterator[list[str]]:
    """Collect what is sent to the database meanwhile."""
    told: list[str] = []

    def note(_connection: sa.Connection, _cursor: object, query: str, *_: object) -> None:
        told.append(query.lower())

    sa.event.listen(room.database.engine, "before_cursor_execute", note)
    try:
        yield told
    finally:
        sa.event.remove(room.database.engine, "before_cursor_execute", note)


def test_what_is_known_stays_exact_through_many_changes(room: Features, places: FeatureSet) -> None:
    chance, there = Random(7), list(BODIES)
    for step in range(130):
        id = chance.choice(there)
        if step % 2 and len(there) > 1:
            room.delete(EDITOR, "places", id)
            there.remove(id)
        else:
            number = chance.randrange(100)
            room.replace(EDITOR, "places", id, body(number) | {"id": id})
        if step % 10 == 0:
            assert kept(room) == counted(room), step
    for id in there:
        room.delete(EDITOR, "places", id)
    assert kept(room) == counted(room) == (0, None, None, None)


def test_a_feature_in_the_middle_leaves_without_the_others_being_looked_at(room: Features, places: FeatureSet) -> None:
    for change in (
        lambda: room.delete(EDITOR, "places", "p051"),
        lambda: room.replace(EDITOR, "places", "p053", BODIES["p053"] | {"geometry": {"type": "Point", "coordinates": [0, 0]}}),
    ):  # fmt: skip
        with statements(room) as told:
            change()
        assert not [each for each in told if "count(" in each or "min(" in each or "max(" in each]
        assert kept(room) == counted(room)


def test_the_outermost_feature_leaves_and_its_edge_alone_is_looked_for(room: Features, places: FeatureSet) -> None:
    with statements(room) as told:
        room.delete(EDITOR, "places", "p000")
    looked = [each for each in told if "min(" in each or "max(" in each]
    assert 1 <= len(looked) <= 2
    assert all("west" in each or "south" in each for each in looked)
    assert kept(room) == counted(room)


def test_changes_side_by_side_are_all_counted(room: Features, places: FeatureSet) -> None:
    def change(number: int) -> None:
        if number % 3 == 0:
            room.delete(EDITOR, "places", f"p{number:03}")
        elif number % 3 == 1:
            room.replace(EDITOR, "places", f"p{number:03}", body(99 - number) | {"id": f"p{number:03}"})
        else:
            room.add(EDITOR, "places", [body(number) | {"id": f"new{number}"}])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(change, range(60)))
    assert kept(room) == counted(room)
    assert kept(room)[0] == 100


def test_a_start_without_anything_missing_writes_nothing(
    room: Features, places: FeatureSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MANY", 50)
    room.complete_indexes()  # now they are large, and get theirs
    with statements(room) as told:
        room.complete_indexes()
    assert told
    assert not [each for each in told if not each.startswith(("select", "begin"))]
    with room.database.write() as connection:
        module.drop_indexes(connection, "places")
        connection.exec_driver_sql(f"create index {module.PREFIX}0123456789abcdef_x on features (revision)")
    with statements(room) as told:
        room.complete_indexes()
    assert sum(each.startswith("create index") for each in told) >= 3
    assert sum(each.startswith("drop index") for each in told) == 1
