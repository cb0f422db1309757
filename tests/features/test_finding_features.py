"""Finding features, on both databases, each answer worked out a second time in plain Python."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import shapely
import sqlalchemy as sa
from tests.conftest import cannot
from tests.features.places import BODIES

from repeatpass.catalog.search.cql2 import from_json, from_text
from repeatpass.catalog.search.records import Sort
from repeatpass.core.errors import Invalid
from repeatpass.features import Features, FeatureSet, Wanted
from repeatpass.features.crs import areas_of

BOX = (-100.0, -40.0, 20.0, 30.0)
TRIANGLE = "POLYGON((0 -30, 60 0, 0 30, 0 -30))"


def ids(room: Features, known: FeatureSet, **wanted: Any) -> list[str]:
    """Return the ids of all features found."""
    return [each.id for each in room.search(known, Wanted(**{"limit": 1000, **wanted})).features]


def where(test: Callable[[dict[str, Any]], bool]) -> list[str]:
    """Return the ids of the features that pass *test*."""
    return [id for id, each in BODIES.items() if test(each)]


def shape(each: dict[str, Any]) -> shapely.Geometry:
    """Return the geometry of a feature; an empty one where it has none."""
    return shapely.geometry.shape(each["geometry"]) if each["geometry"] else shapely.Point()


def facts(each: dict[str, Any]) -> Any:
    """Return the properties of a feature."""
    return each["properties"]


def day(each: dict[str, Any]) -> date | None:
    """Return the day of a feature."""
    return date.fromisoformat(facts(each)["day"]) if facts(each)["day"] else None


def inside(text: str) -> shapely.Geometry:
    """Return a geometry in degrees."""
    return shapely.from_wkt(text)


FILTERS: list[tuple[str, Callable[[dict[str, Any]], bool]]] = [
    ("depth < 200", lambda each: facts(each).get("depth") is not None and facts(each)["depth"] < 200),
    ("depth IS NULL", lambda each: facts(each).get("depth") is None),
    ("name LIKE 'ort%' AND count >= 90", lambda each: facts(each)["name"][:3] == "ort" and facts(each)["count"] > 89),
    ("CASEI(name) = CASEI('place 001')", lambda each: facts(each)["name"] == "Place 001"),
    ("count IN (3, 5, 500)", lambda each: facts(each)["count"] in (3, 5)),
    ("count BETWEEN 10 AND 12", lambda each: facts(each)["count"] in (10, 11, 12)),
    ("count * 2 = 20", lambda each: facts(each)["count"] == 10),
    ("depth = count * 10.5", lambda each: facts(each).get("depth") == facts(each)["count"] * 10.5),
    ("good = true AND NOT count > 5", lambda each: facts(each)["good"] and facts(each)["count"] <= 5),
    ("A_CONTAINS(tags, ('x', 'y'))", lambda each: {"x", "y"} <= set(facts(each)["tags"])),
    ("id = 'p007'", lambda each: each["id"] == "p007"),
    ("day = DATE('2020-01-03')", lambda each: day(each) == date(2020, 1, 3)),
    ("day > '2020-04-01'", lambda each: day(each) is not None and day(each) > date(2020, 4, 1)),
    ("T_DURING(day, INTERVAL('2020-01-10', '2020-02-01'))",
     lambda each: day(each) is not None and date(2020, 1, 10) < day(each) < date(2020, 2, 1)),
    ("seen < TIMESTAMP('2021-06-03T00:00:00Z')", lambda each: facts(each)["seen"] < "2021-06-03"),
    ("seen > TIMESTAMP('2021-06-01T12:00:00Z') AND seen < TIMESTAMP('2021-06-01T13:00:00Z')",
     lambda each: facts(each)["seen"] == "2021-06-01T12:00:00.5Z"),
    (f"S_INTERSECTS(geometry, {TRIANGLE})", lambda each: shape(each).intersects(inside(TRIANGLE))),
    (f"S_WITHIN(geometry, {TRIANGLE})", lambda each: shape(each).within(inside(TRIANGLE))),
    (f"S_CONTAINS({TRIANGLE}, geometry)", lambda each: shape(each).within(inside(TRIANGLE))),
    (f"S_DISJOINT(geometry, {TRIANGLE})",
     lambda each: each["geometry"] is not None and shape(each).disjoint(inside(TRIANGLE))),
    (f"NOT S_INTERSECTS(geometry, {TRIANGLE}) AND good = true",
     lambda each: facts(each)["good"] and each["geometry"] and not shape(each).intersects(inside(TRIANGLE))),
    ("S_INTERSECTS(geometry, BBOX(-100, -40, 20, 30))", lambda each: shape(each).intersects(shapely.box(*BOX))),
    ("geometry IS NULL", lambda each: each["geometry"] is None),
]  # fmt: skip


def test_filters_find_what_plain_python_finds(room: Features, places: FeatureSet) -> None:
    for text, test in FILTERS:
        assert ids(room, places, filter=from_text(text)) == where(test) != [], text


RELATIONS = [
    f"{name}(geometry, {TRIANGLE})" for name in ("S_INTERSECTS", "S_WITHIN", "S_DISJOINT", "S_TOUCHES", "S_CROSSES")
]


def test_postgis_and_our_own_relations_agree(room: Features, places: FeatureSet) -> None:
    """On PostgreSQL geometries are compared here where there is no PostGIS, and by it where there is."""
    ours = [ids(room, places, filter=from_text(text)) for text in RELATIONS]
    assert all(ours[:3])
    if not room.database.is_sqlite:
        with room.database.write() as connection:
            if not connection.scalar(sa.text("select 1 from pg_available_extensions where name = 'postgis'")):
                cannot("PostGIS is not installed; Debian's package is called postgresql-15-postgis-3.")
            connection.execute(sa.text("create extension postgis"))
        try:
            assert [ids(room, places, filter=from_text(text)) for text in RELATIONS] == ours
            assert room.searching._postgis
        finally:
            with room.database.write() as connection:
                connection.execute(sa.text("drop extension postgis"))


def test_a_box_finds_what_it_meets_in_any_system(room: Features, places: FeatureSet) -> None:
    expected = where(lambda each: shape(each).intersects(shapely.box(*BOX)))
    assert ids(room, places, area=areas_of(BOX)) == expected != []
    turned = [BOX[1], BOX[0], BOX[3], BOX[2]]  # EPSG:4326 is latitude first
    assert ids(room, places, area=areas_of(turned, "EPSG:4326")) == expected
    assert (
        ids(room, places, area=areas_of([-11131949.08, -4865942.28, 2226389.82, 3503549.84], "EPSG:3857")) == expected
    )


def test_a_box_across_the_antimeridian_finds_both_sides(room: Features, places: FeatureSet) -> None:
    halves = shapely.union(shapely.box(165, -90, 180, 90), shapely.box(-180, -90, -165, 90))
    found = ids(room, places, area=areas_of((165, -90, -165, 90)))
    assert found == where(lambda each: shape(each).intersects(halves))
    assert {"p000", "p098"} <= set(found)


def test_an_interval_finds_whole_days_and_what_says_no_time(room: Features, places: FeatureSet) -> None:
    start, end = datetime(2020, 1, 3, 15, tzinfo=UTC), datetime(2020, 1, 6, tzinfo=UTC)
    found = ids(room, places, start=start, end=end)
    assert found == where(lambda each: day(each) is None or date(2020, 1, 3) <= day(each) <= date(2020, 1, 6))
    assert ids(room, places, start=end) == where(lambda each: day(each) is None or day(each) >= end.date())


def test_features_are_sorted_by_any_field_and_those_without_come_last(room: Features, places: FeatureSet) -> None:
    found = ids(room, places, sort=(Sort(name="depth", descending=True),))
    deep = sorted(where(lambda each: "depth" in facts(each)), reverse=True)
    assert found == deep + where(lambda each: "depth" not in facts(each))
    named = ids(room, places, sort=(Sort(name="name"), Sort(name="id")))
    by_code_point = sorted(BODIES, key=lambda id: facts(BODIES[id])["name"])
    assert sorted(named) == sorted(by_code_point) and named[:3] != sorted(BODIES)[:3]
    with pytest.raises(Invalid, match="can be sorted by"):
        room.search(places, Wanted(sort=(Sort(name="none"),)))


def test_pages_follow_each_other_and_all_are_counted(room: Features, places: FeatureSet) -> None:
    pages = [room.search(places, Wanted(limit=30, offset=first)) for first in (0, 30, 60, 90)]
    assert [each.id for page in pages for each in page.features] == list(BODIES)
    assert [page.matched for page in pages] == [100] * 4
    assert [page.more for page in pages] == [True, True, True, False]
    some = room.search(places, Wanted(limit=2, filter=from_text("good = true")))
    assert (some.matched, len(some.features)) == (50, 2)


def test_only_the_fields_that_are_wanted_are_given(room: Features, places: FeatureSet) -> None:
    [first] = room.search(places, Wanted(limit=1, fields=("count",), geometry=False)).features
    assert (dict(first.properties), first.geometry) == ({"count": 0}, None)


WRONG = [
    ("nothing = 1", "no property of these features of places"),
    ("geometry = 1", "spatial operators"),
    ("S_WITHIN(name, POINT(0 0))", "geometry"),
    ("day > 'soon'", "is no time"),
    ("T_AFTER(name, DATE('2020-01-01'))", "not a time"),
    ("shout(name) = 'X'", "not known here"),
]


def test_a_wrong_filter_says_what_is_wrong(room: Features, places: FeatureSet) -> None:
    for wrong, said in WRONG:
        with pytest.raises(Invalid, match=said):
            room.search(places, Wanted(filter=from_text(wrong)))


def test_names_and_values_never_become_sql(room: Features, places: FeatureSet) -> None:
    assert ids(room, places, filter=from_text("name = 'a'' OR 1=1 --'")) == []
    with pytest.raises(Invalid, match="cannot be the name"):
        room.search(places, Wanted(filter=from_json({"op": "=", "args": [{"property": 'x" OR 1'}, 1]})))
