"""Every class of CQL2 that the STAC API declares, by the expressions of its abstract tests, on both databases."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cql2
import pytest
import sqlalchemy as sa
from tests.conftest import cannot
from tests.features.places import BODIES
from tests.filters_of_cql2 import EXPRESSIONS, TIMES_OF_ITEMS, Test
from tests.storage.rooms import EDITOR, Rooms

from repeatpass.api.stac.landing import CONFORMANCE, CQL2, OF_PLACES
from repeatpass.catalog.search import Search, Searching
from repeatpass.catalog.search.cql2 import from_json
from repeatpass.features.filters import read_filter

pytestmark = pytest.mark.slow

CLASSES: dict[str, list[tuple[str, Test]]] = {**EXPRESSIONS, "temporal-functions": TIMES_OF_ITEMS}
ENCODINGS = {"cql2-text", "cql2-json"}


@pytest.fixture
def searching(rooms: Rooms) -> Searching:
    """The hundred places as items, each at the time it was seen."""
    items = [each | {"properties": each["properties"] | {"datetime": each["properties"]["seen"]}}
             for each in BODIES.values()]  # fmt: skip
    rooms.catalog.register(EDITOR, {"id": "places", "title": "Places"}, items, [])
    return Searching(rooms.database)


def found(searching: Searching, filter: Any) -> list[str]:
    """Return the ids of the items that a filter finds."""
    return sorted(each.id for each in searching.search(Search(limit=1000, filter=filter)).items)


@contextmanager
def comparing(searching: Searching, name: str) -> Iterator[None]:
    """With PostGIS where geometries are compared on PostgreSQL; skip the test where it cannot be had."""
    if searching.compares_geometries() or "spatial" not in name:
        yield
        return
    with searching.database.write() as connection:
        if not connection.scalar(sa.text("select 1 from pg_available_extensions where name = 'postgis'")):
            cannot("PostGIS is not installed; Debian's package is called postgresql-15-postgis-3.")
        connection.execute(sa.text("create extension postgis"))
    try:
        assert searching.compares_geometries()
        yield
    finally:
        with searching.database.write() as connection:
            connection.execute(sa.text("drop extension postgis"))


@pytest.mark.parametrize("name", CLASSES)
def test_items_are_found_by_text_and_by_json(searching: Searching, name: str) -> None:
    with comparing(searching, name):
        for text, test in CLASSES[name]:
            expected = [id for id, each in BODIES.items() if test(each)]
            assert found(searching, read_filter(text)) == expected, text
            as_json = json.loads(json.dumps(cql2.parse_text(text).to_json()))
            assert found(searching, from_json(as_json)) == expected, as_json


def test_every_class_that_is_declared_has_expressions() -> None:
    declared = {each.rsplit("/", 1)[-1] for each in [*CONFORMANCE, *OF_PLACES] if each.startswith(CQL2)}
    assert declared == set(CLASSES) | ENCODINGS
