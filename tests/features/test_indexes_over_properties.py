"""Large collections have indexes over their properties, which searches use and which go with them."""

from collections.abc import Iterator
from itertools import product

import pytest
import sqlalchemy as sa
from tests.storage.rooms import EDITOR

from repeatpass.catalog.room import Catalog
from repeatpass.catalog.search.cql2 import from_text
from repeatpass.catalog.search.records import Sort
from repeatpass.core.errors import Invalid
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
        "type": "Feature", "id": f"f{number}", "geometry": place, "properties": {"name": f"n{number}", ODD: number / 2, **own}
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
                cursor.execute("set local enable_seqscan = off")  # four hundred rows are sooner read one by one
            cursor.execute(explain + query, given)
            told.append(str(cursor.fetchall()))

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        room.search(known, wanted)
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return " ".join(told)


def above(value: float, name: str = "population") -> dict[str, object]:
    return {"op": ">", "args": [{"property": name}, value]}


def ids(room: Features, collection: str, **wanted: object) -> list[str]:
    found = room.search(room.known(collection), Wanted(limit=500, **wanted))  # type: ignore[arg-type]
    return [each.id for each in found.features]


FILTERS = (
    "population > 380", '"it\'s 100 % full" > 190', "population BETWEEN 7 AND 9", "name = 'n399'", "name > 'n390'",
    "name IN ('n1', 'n2')", "name LIKE 'n39%'", "name LIKE 'n399'",
)  # fmt: skip


def test_a_filter_on_one_property_of_a_large_collection_uses_its_index(room: Features) -> None:
    for text in FILTERS:
        wanted = Wanted(filter=from_text(text), limit=1)  # more than one is found, so they are counted, too
        assert "ix_features_of_" in plan(room, room.known("large"), wanted), text
        assert "ix_features_of_" not in plan(room, room.known("small"), wanted), text


def test_what_no_index_helps_with_is_read_in_the_order_of_the_table(room: Features) -> None:
    if not room.database.is_sqlite:
        pytest.skip("PostgreSQL reads the whole table then, unless it is told not to, as here")
    for text in ("NOT name LIKE '%9_9'", "population + 1 > 3", "name IS NULL"):
        found = plan(room, room.known("large"), Wanted(filter=from_text(text), limit=1))
        assert "ix_features_start" not in found
        assert "ix_features_number" in found


def test_a_sort_by_one_property_of_a_large_collection_uses_its_index_either_way(room: Features) -> None:
    for name, descending in product(("population", "name", ODD), (False, True)):
        found = plan(room, room.known("large"), Wanted(sort=(Sort(name=name, descending=descending),)))
        assert "ix_features_of_" in found
        assert "Sort Key" not in found  # PostgreSQL: as it stands in the index, missing values last either way


def test_a_text_that_is_too_long_for_an_index_is_kept_and_found_all_the_same(room: Features) -> None:
    words = "".join(chr(33 + at * 7919 % 90) for at in range(9000))  # which does not shrink when it is packed
    before = made(room)
    room.add(EDITOR, "large", [body(1) | {"id": "long", "properties": {"name": words}}])
    room.replace(EDITOR, "large", "f3", body(3) | {"properties": {"name": "z" + words}})
    assert ids(room, "large", filter=from_text("name LIKE '!%'")) == ["long"]
    assert ids(room, "large", sort=(Sort(name="name", descending=True),))[0] == "f3"
    assert len(before) - len(made(room)) == (0 if room.database.is_sqlite else 2)
    room.complete_indexes()  # as the next start does
    assert len(before) - len(made(room)) == (0 if room.database.is_sqlite else 2)


def test_patterns_know_capitals_from_small_letters_and_signs_from_wildcards(room: Features) -> None:
    odd = ["Ärger", "ärger", "a*b", "a?b", "a[b]c", "50%", "50 m", "x_y", "xzy", "back\\slash", "\uffee!"]
    room.add(EDITOR, "small", [body(1) | {"id": text, "properties": {"name": text}} for text in odd])
    asked = {
        "name LIKE 'Ä%'": ["Ärger"], "CASEI(name) LIKE CASEI('X_Y')": ["x_y", "xzy"], "name LIKE 'A%'": [],
        "name LIKE 'a*%'": ["a*b"], "name LIKE 'a[%'": ["a[b]c"], "name LIKE '50\\%'": ["50%"], "name LIKE 'a?b'": ["a?b"],
        "name LIKE 'x\\_y'": ["x_y"], "name LIKE 'x_y'": ["x_y", "xzy"], "name LIKE '\uffee%'": ["\uffee!"],
        "name LIKE 'back\\\\slash'": ["back\\slash"], "NOT (name LIKE 'n%' OR name LIKE 'a%') AND name LIKE '%y'": ["x_y", "xzy"],
    }  # fmt: skip
    if room.database.is_sqlite:  # PostgreSQL folds the letters that its locale knows
        asked["CASEI(name) LIKE CASEI('ÄR%')"] = ["Ärger", "ärger"]
    assert {text: ids(room, "small", filter=from_text(text)) for text in asked} == asked
    with pytest.raises(Invalid, match="needs a text"):
        ids(room, "small", filter={"op": "like", "args": [{"property": "name"}, {"property": "name"}]})
    with pytest.raises(Invalid, match="1000 are the most"):
        ids(room, "small", filter={"op": "like", "args": [{"property": "name"}, "%a" * 600]})


def test_texts_come_in_the_order_of_unicode_on_either_database(room: Features) -> None:
    some = ["b", "B", "ä", "a", "Z", "_"]
    room.add(EDITOR, "large", [body(1) | {"id": text, "properties": {"name": text}} for text in some])
    found = ids(room, "large", sort=(Sort(name="name"),))
    assert [each for each in found if each in some] == ["B", "Z", "_", "a", "b", "ä"]


def test_what_is_found_is_the_same_with_and_without_an_index(room: Features) -> None:
    def answers() -> list[list[str]]:
        order = (Sort(name="population", descending=True),)
        return [
            ids(room, "large", filter=above(390)), ids(room, "large", filter=above(195, ODD)),
            ids(room, "large", sort=order), ids(room, "large", sort=(Sort(name="population"),)),
            ids(room, "large", filter={"op": "=", "args": [{"property": "name"}, "n3"]}),
            ids(room, "large", filter=from_text("name LIKE 'n39%' OR name LIKE '%77'")),
            ids(room, "large", sort=(Sort(name="name", descending=True), Sort(name="population"))),
            ids(room, "small", filter=above(15)),
        ]  # fmt: skip

    indexed = answers()
    with room.database.write() as connection:
        module.drop_indexes(connection, "large")
    assert answers() == indexed
    assert indexed[0] == [f"f{number}" for number in range(391, 400) if number != 399]
    assert indexed[-1] == ["f16", "f17", "f18", "f19"]


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
        module.drop_indexes(connection, "large")
    room.complete_indexes()
    assert made(room) == before
