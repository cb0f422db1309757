"""Large collections have indexes over their properties, which searches use and which go with them."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from tests.storage.rooms import EDITOR

from repeatpass.catalog.room import Catalog
from repeatpass.catalog.search.records import Sort
from repeatpass.features import Features, FeatureSet
from repeatpass.features import indexes as module
from repeatpass.features.records import Field, Wanted
from repeatpass.storage.database import Database

FIELDS = (
    Field(name="name", kind="text"),
    Field(name="it's 100 % full", kind="number"),
    Field(name="population", kind="integer"),
)
ODD = FIELDS[1].name


@pytest.fixture
def room(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Features]:
    """A collection that counts as large from three hundred features on, and a small one with the same fields."""
    monkeypatch.setattr(module, "MANY", 300)
    catalog = Catalog(database)
    made = Features(catalog)
    for id, number in (("large", 400), ("small", 20)):
        catalog.register(EDITOR, {"id": id, "title": id}, [], [])
        made.begin(EDITOR, id, FIELDS)
        made.add(EDITOR, id, [body(each) for each in range(number)])
    yield made


def body(number: int) -> dict[str, object]:
    """A feature whose population is its number, but for some that have none or a wrong one."""
    own = {} if number % 50 == 49 else {"population": number}
    place = {"type": "Point", "coordinates": [number / 10, 5]}
    return {
        "type": "Feature", "id": f"f{number}", "geometry": place, "properties": {"name": f"n{number % 7}", ODD: number / 2, **own}
    }  # fmt: skip


def plan(room: Features, known: FeatureSet, wanted: Wanted) -> str:
    """How the database finds what is wanted."""
    told: list[str] = []
    engine = room.database.engine

    def note(connection: sa.Connection, _cursor: object, query: str, given: object, *_: object) -> None:
        if query.startswith("SELECT") and "features" in query:
            explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
            cursor = connection.connection.cursor()
            if engine.dialect.name != "sqlite":
                cursor.execute("analyze features")  # as autovacuum does some time after many rows came
                cursor.execute("set local enable_seqscan = off")
                cursor.execute(f"set local enable_sort = {'off' if wanted.sort else 'on'}")
            cursor.execute(explain + query, given)
            told.append(str(cursor.fetchall()))

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        room.search(known, wanted)
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return told[0]


def above(value: float, name: str = "population") -> dict[str, object]:
    return {"op": ">", "args": [{"property": name}, value]}


def ids(room: Features, collection: str, **wanted: object) -> list[str]:
    found = room.search(room.known(collection), Wanted(limit=500, **wanted))  # type: ignore[arg-type]
    return [each.id for each in found.features]


@pytest.mark.parametrize(("name", "value"), [("population", 397), (ODD, 199)])
def test_a_filter_on_one_property_of_a_large_collection_uses_its_index(room: Features, name: str, value: float) -> None:
    if room.database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL weighs by size and reads four hundred rows one by one; its index is seen in the sort")
    assert "ix_features_of_" in plan(room, room.known("large"), Wanted(filter=above(value, name), limit=500))
    assert "ix_features_of_" not in plan(room, room.known("small"), Wanted(filter=above(value, name), limit=500))


def test_a_sort_by_one_property_of_a_large_collection_uses_its_index(room: Features) -> None:
    assert "ix_features_of_" in plan(room, room.known("large"), Wanted(sort=(Sort(name="population"),)))


def test_what_is_found_is_the_same_with_and_without_an_index(room: Features) -> None:
    def answers() -> list[list[str]]:
        order = (Sort(name="population", descending=True),)
        return [
            ids(room, "large", filter=above(390)), ids(room, "large", filter=above(195, ODD)),
            ids(room, "large", sort=order), ids(room, "large", sort=(Sort(name="population"),)),
            ids(room, "large", filter={"op": "=", "args": [{"property": "name"}, "n3"]}),
            ids(room, "small", filter=above(15)),
        ]  # fmt: skip

    indexed = answers()
    with room.database.write() as connection:
        module.drop_indexes(connection, room.known("large"))
    assert answers() == indexed
    assert indexed[0] == [f"f{number}" for number in range(391, 400) if number != 399]
    assert indexed[5] == ["f16", "f17", "f18", "f19"]


def made(room: Features) -> set[str]:
    found = sa.text("select name from sqlite_master where type = 'index'")
    if room.database.engine.dialect.name != "sqlite":
        found = sa.text("select indexname from pg_indexes")
    with room.database.read() as connection:
        return {name for name in connection.execute(found).scalars() if name.startswith("ix_features_of_")}


def test_indexes_follow_changes_and_go_with_the_features(room: Features) -> None:
    assert made(room)
    room.replace(EDITOR, "large", "f7", body(7) | {"properties": {"population": 5000}})
    assert ids(room, "large", filter=above(4000)) == ["f7"]
    room.delete(EDITOR, "large", "f7")
    assert ids(room, "large", filter=above(4000)) == []
    room.end(EDITOR, "large")
    assert not made(room)


def test_a_house_from_before_gets_the_indexes_that_it_lacks(room: Features) -> None:
    before = made(room)
    with room.database.write() as connection:
        module.drop_indexes(connection, room.known("large"))
    room.complete_indexes()
    assert made(room) == before
