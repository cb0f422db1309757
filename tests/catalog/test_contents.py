"""A glance at a collection's items: the newest, how many begin in each month, and where they lie."""

import pytest
from tests.storage.rooms import EDITOR, SCIENTIST

from repeatpass.catalog.records import Visibility
from repeatpass.catalog.registry.contents import contents_of
from repeatpass.catalog.room import Catalog
from repeatpass.catalog.search import Search, Searching
from repeatpass.catalog.search.aggregating import Aggregating
from repeatpass.catalog.search.aggregations import Asked
from repeatpass.core.errors import NotFound
from repeatpass.storage.database import Database

MOMENTS = ("1969-12-31T23:59:59Z", "2019-12-31T23:59:59Z", "2020-01-01T00:00:00Z", "2020-01-31T01:00:00+02:00")


def item(id: str, moment: str) -> dict[str, object]:
    place = {"type": "Polygon", "coordinates": [[[1, 2], [3, 2], [3, 4], [1, 4], [1, 2]]]}
    return {
        "type": "Feature", "stac_version": "1.1.0", "id": id, "geometry": place, "bbox": [1, 2, 3, 4],
        "properties": {"datetime": moment}, "links": [], "assets": {},
    }  # fmt: skip


@pytest.fixture
def catalog(database: Database) -> Catalog:
    made = Catalog(database)
    bodies = [item(f"at-{number}", moment) for number, moment in enumerate(MOMENTS)]
    made.register(EDITOR, {"id": "some", "title": "Some"}, bodies, [])
    made.register(EDITOR, {"id": "none", "title": "None"}, [], [])
    made.register(EDITOR, {"id": "other", "title": "Other"}, bodies[:2], [])
    return made


def test_items_are_counted_by_the_month_in_utc_as_the_stac_api_counts_them(catalog: Catalog) -> None:
    searching = Searching(catalog.database)
    found = contents_of(searching, "some", newest=2)
    assert found.months == ((1969, 12, 1), (2019, 12, 1), (2020, 1, 2))
    asked = Asked(names=("datetime_frequency",), interval="month")
    counted = Aggregating(searching).aggregate(Search(collections=("some",)), asked)[0].buckets or ()
    assert [(int(each.key[:4]), int(each.key[5:7]), each.frequency) for each in counted] == list(found.months)
    assert [each.id for each in found.newest] == ["at-3", "at-2"]
    assert found.boxes == ((1.0, 2.0, 3.0, 4.0),)
    empty = contents_of(searching, "none")
    assert (empty.newest, empty.months, empty.boxes) == ((), (), ())


def test_some_items_are_those_that_are_named_and_seen(catalog: Catalog) -> None:
    assert set(catalog.some_items("some", {"at-1", "at-3", "gone"})) == {"at-1", "at-3"}
    assert catalog.some_items("some", {"at-1"})["at-1"].body["properties"]["datetime"] == MOMENTS[1]
    assert catalog.some_items("some", ()) == {}
    catalog.register(EDITOR, {"id": "own", "title": "Own"}, [item("a", MOMENTS[0])], [], visibility=Visibility.PRIVATE)
    with pytest.raises(NotFound):
        catalog.as_seen_by(SCIENTIST).some_items("own", {"a"})
