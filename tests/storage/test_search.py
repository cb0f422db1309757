"""Searches over items, on both databases, each answer worked out a second time in plain Python."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import shapely
from tests.storage.rooms import EDITOR, Rooms

from repeatpass.catalog.search import Search, Searching, Sort
from repeatpass.catalog.search.cql2 import from_json, from_query, from_text
from repeatpass.core.errors import Invalid

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
DURING = "T_DURING(datetime, INTERVAL('2020-01-31', '2020-02-20'))"
TRIANGLE = {"type": "Polygon", "coordinates": [[[0, -30], [60, 0], [0, 30], [0, -30]]]}


def item(number: int) -> dict[str, Any]:
    """Return an item; every third is a diagonal line, every fifth lasts ten days, every seventh has no cloud cover."""
    west, south = -175 + number * 3.5, -60 + (number * 17) % 100
    square = [[west, south], [west + 4, south], [west + 4, south + 4], [west, south + 4], [west, south]]
    geometry: dict[str, Any] = {"type": "Polygon", "coordinates": [square]}
    if number % 3 == 0:
        geometry = {"type": "LineString", "coordinates": [[west, south], [west + 4, south + 4]]}
    moment = FIRST + timedelta(days=number)
    times: dict[str, Any] = {"datetime": moment.isoformat()}
    if number % 5 == 0:
        ends = {"start_datetime": moment.isoformat(), "end_datetime": (moment + timedelta(days=10)).isoformat()}
        times = {"datetime": None, **ends}
    cloud = {} if number % 7 == 0 else {"eo:cloud_cover": number if number % 11 else "many"}
    known = {"platform": "abc"[number % 3], "tags": ["x", "y", "z"][: number % 4], "good": number % 2 == 0}
    return {"id": f"i{number:03}", "type": "Feature", "geometry": geometry, "properties": times | cloud | known}


ITEMS = {f"i{number:03}": item(number) for number in range(100)}


@pytest.fixture
def searching(rooms: Rooms) -> Searching:
    """A catalog of a hundred items in one collection and one in another."""
    rooms.catalog.register(EDITOR, {"id": "scenes", "title": "Scenes"}, list(ITEMS.values()), [])
    other = item(1) | {"id": "other", "geometry": None}
    rooms.catalog.register(EDITOR, {"id": "tables", "title": "Tables"}, [other], [])
    return Searching(rooms.database)


def ids(searching: Searching, **wanted: Any) -> list[str]:
    """Return the ids of all items found."""
    return [each.id for each in searching.search(Search(**{"limit": 1000, **wanted})).items]


def where(test: Callable[[dict[str, Any]], bool]) -> list[str]:
    """Return the ids of the items that pass *test*."""
    return sorted(id for id, each in ITEMS.items() if test(each))


def cloud(each: dict[str, Any]) -> Any:
    """Return an item's cloud cover where it is a number."""
    value = each["properties"].get("eo:cloud_cover")
    return value if isinstance(value, int) else None


def facts(each: dict[str, Any]) -> Any:
    """Return an item's properties."""
    return each["properties"]


def day(number: int) -> datetime:
    """Return a day, counted from the first item's."""
    return FIRST + timedelta(days=number)


def span(each: dict[str, Any]) -> tuple[datetime, datetime]:
    """Return the beginning and end of an item."""
    known = facts(each)
    first, last = known["datetime"] or known["start_datetime"], known["datetime"] or known["end_datetime"]
    return datetime.fromisoformat(first), datetime.fromisoformat(last)


def test_the_newest_come_first_and_pages_hold_each_item_once(searching: Searching) -> None:
    found, token, pages = [], "", 0
    while page := searching.search(Search(collections=["scenes"], limit=30, token=token)):
        found += [each.id for each in page.items]
        pages, token = pages + 1, page.next
        assert page.matched == 100
        if not token:
            break
    assert (found, pages) == (sorted(ITEMS, reverse=True), 4)


def test_a_box_finds_what_its_geometries_meet_not_what_their_boxes_do(searching: Searching) -> None:
    box = (-20.0, -40.0, 70.0, 20.0)
    meets = shapely.box(*box)
    if searching.dialect == "sqlite":
        expected = where(lambda each: bool(shapely.intersects(meets, shapely.geometry.shape(each["geometry"]))))
    else:  # without PostGIS, extents decide
        expected = where(lambda each: shapely.box(*shapely.geometry.shape(each["geometry"]).bounds).intersects(meets))
    assert sorted(ids(searching, bbox=box)) == expected != []


def test_a_box_across_the_antimeridian_finds_both_sides(searching: Searching) -> None:
    found = ids(searching, bbox=(165.0, -90.0, -165.0, 90.0))
    wests = [ITEMS[id]["geometry"]["coordinates"][0] for id in found]
    assert found and any("i00" in id for id in found) and any("i09" in id for id in found) and wests


def test_a_geometry_finds_what_it_meets(searching: Searching) -> None:
    if searching.dialect != "sqlite":
        pytest.skip("comparing geometries on PostgreSQL needs PostGIS")
    shape = shapely.geometry.shape(TRIANGLE)
    expected = where(lambda each: bool(shape.intersects(shapely.geometry.shape(each["geometry"]))))
    assert sorted(ids(searching, intersects=TRIANGLE)) == expected != []
    inside = where(lambda each: bool(shapely.geometry.shape(each["geometry"]).within(shape)))
    text = "S_WITHIN(geometry, POLYGON((0 -30, 60 0, 0 30, 0 -30)))"
    assert sorted(ids(searching, filter=from_text(text))) == inside != []


def test_an_interval_finds_items_that_last_into_it(searching: Searching) -> None:
    start, end = FIRST + timedelta(days=32), FIRST + timedelta(days=41, hours=1)
    expected = where(lambda each: span(each)[0] <= end and span(each)[1] >= start)
    assert sorted(ids(searching, start=start, end=end, collections=["scenes"])) == expected
    assert "i025" in expected  # it began a week before and lasts into the interval
    after = where(lambda each: span(each)[1] >= end)
    assert sorted(ids(searching, start=end, collections=["scenes"])) == after


@pytest.mark.parametrize(
    ("text", "test"),
    [
        ("eo:cloud_cover < 20", lambda each: cloud(each) is not None and cloud(each) < 20),
        ('"properties.eo:cloud_cover" >= 90', lambda each: cloud(each) is not None and cloud(each) >= 90),
        ("eo:cloud_cover = 'many'", lambda each: facts(each).get("eo:cloud_cover") == "many"),
        ("eo:cloud_cover IS NULL", lambda each: "eo:cloud_cover" not in facts(each)),
        ("eo:cloud_cover BETWEEN 10 AND 12", lambda each: cloud(each) in (10, 12)),
        ("eo:cloud_cover + 1 > 90", lambda each: cloud(each) is not None and cloud(each) + 1 > 90),
        ("platform IN ('a', 'b') AND NOT good", lambda each: facts(each)["platform"] in "ab" and not facts(each)["good"]),
        ("platform LIKE '%c'", lambda each: facts(each)["platform"] == "c"),
        ("CASEI(platform) = CASEI('A')", lambda each: facts(each)["platform"] == "a"),
        ("id = 'i042' OR id = 'i043'", lambda each: each["id"] in ("i042", "i043")),
        ("platform <> 'a' AND good", lambda each: facts(each)["platform"] != "a" and facts(each)["good"]),
        ("A_CONTAINS(tags, ('x', 'y'))", lambda each: {"x", "y"} <= set(facts(each)["tags"])),
        ("A_OVERLAPS(tags, ('z', 'q'))", lambda each: "z" in facts(each)["tags"]),
        ("A_CONTAINEDBY(tags, ('x', 'y'))", lambda each: set(facts(each)["tags"]) <= {"x", "y"}),
        ("A_EQUALS(tags, ('x', 'y'))", lambda each: facts(each)["tags"] == ["x", "y"]),
        ("datetime < TIMESTAMP('2020-01-11T00:00:00Z')", lambda each: span(each)[0] < day(10)),
        ("T_AFTER(datetime, DATE('2020-03-31'))", lambda each: span(each)[0] > datetime(2020, 3, 31, tzinfo=UTC)),
        (DURING, lambda each: day(30) < span(each)[0] <= span(each)[1] < day(50)),
        ("T_INTERSECTS(datetime, INTERVAL('..', '2020-01-04T00:00:00Z'))", lambda each: span(each)[0] <= day(3)),
    ],
)  # fmt: skip
def test_a_filter_finds_what_plain_python_finds(
    searching: Searching, text: str, test: Callable[[dict[str, Any]], bool]
) -> None:
    assert sorted(ids(searching, filter=from_text(text), collections=["scenes"])) == where(test) != []


def test_text_and_json_say_the_same(searching: Searching) -> None:
    text = from_text("eo:cloud_cover <= 5 AND platform = 'a'")
    query = from_query({"eo:cloud_cover": {"lte": 5}, "platform": {"eq": "a"}})
    json = from_json({"op": "and", "args": [
        {"op": "<=", "args": [{"property": "eo:cloud_cover"}, 5]}, {"op": "=", "args": [{"property": "platform"}, "a"]},
    ]})  # fmt: skip
    assert ids(searching, filter=text) == ids(searching, filter=query) == ids(searching, filter=json) != []


def test_items_are_sorted_by_any_property_and_those_without_come_last(searching: Searching) -> None:
    sort = [Sort(name="platform"), Sort(name="id", descending=True)]
    found = ids(searching, sort=sort, collections=["scenes"])
    assert found == sorted(sorted(ITEMS, reverse=True), key=lambda id: ITEMS[id]["properties"]["platform"])
    cloudy = {"filter": from_text("eo:cloud_cover > 0"), "collections": ["scenes"]}
    clouds = ids(searching, sort=[Sort(name="eo:cloud_cover", descending=True)], **cloudy)
    assert [cloud(ITEMS[id]) for id in clouds] == sorted((cloud(ITEMS[id]) for id in clouds), reverse=True)


def test_an_item_without_a_place_is_found_by_everything_but_places(searching: Searching) -> None:
    assert ids(searching, collections=["tables"]) == ids(searching, ids=["other"]) == ["other"]
    assert "other" not in ids(searching, bbox=(-180.0, -90.0, 180.0, 90.0))
    assert ids(searching, filter=from_text("geometry IS NULL")) == ["other"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("eo:cloud_cover <", "not CQL2-Text"),
        ("geometry = 1", "spatial operators"),
        ("S_WITHIN(platform, POINT(0 0))", "geometry"),
        ("T_AFTER(platform, DATE('2020-01-01'))", "not a time of items"),
        ("nonsense(platform) = 1", "not known here"),
        ("datetime > 'soon'", "is no time"),
    ],
)
def test_a_wrong_filter_says_what_is_wrong(searching: Searching, wrong: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        searching.search(Search(filter=from_text(wrong)))


def test_names_and_values_never_become_sql(searching: Searching) -> None:
    assert ids(searching, filter=from_text("platform = 'a'' OR 1=1 --'")) == []
    with pytest.raises(Invalid, match="cannot be the name"):
        searching.search(Search(filter=from_json({"op": "=", "args": [{"property": 'x" OR 1'}, 1]})))


def test_registering_again_leaves_no_trace_of_what_was(searching: Searching, rooms: Rooms) -> None:
    rooms.catalog.register(EDITOR, {"id": "scenes", "title": "Scenes"}, [item(5)], [])
    assert ids(searching, collections=["scenes"]) == ["i005"]
    assert ids(searching, bbox=(-180.0, -90.0, 180.0, 90.0)) == ["i005"]


def test_items_from_before_there_was_an_index_are_indexed(searching: Searching, rooms: Rooms) -> None:
    from repeatpass.catalog.search.indexing import forget_items

    with rooms.database.write() as connection:
        forget_items(connection, "scenes")
    assert ids(searching, collections=["scenes"]) == []
    assert (rooms.catalog.complete_index(), rooms.catalog.complete_index()) == (100, 0)
    assert len(ids(searching, collections=["scenes"])) == 100
