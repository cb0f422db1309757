"""Counts of items, on both databases, each worked out a second time in plain Python."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.storage.rooms import EDITOR, READER, Rooms
from tests.storage.test_search import FIRST, ITEMS, TRIANGLE

from repeatpass.catalog.search import Search, Searching
from repeatpass.catalog.search.aggregating import Aggregating, suiting
from repeatpass.catalog.search.aggregations import OFFERS, Aggregation, Asked
from repeatpass.catalog.search.cql2 import from_text
from repeatpass.catalog.search.geohash import geohash_of
from repeatpass.core.errors import Invalid

CLOUD = {name: body["properties"].get("eo:cloud_cover") for name, body in ITEMS.items()}


@pytest.fixture
def counting(rooms: Rooms) -> Aggregating:
    """A catalog of a hundred items in one collection and one, without a place, in another."""
    rooms.catalog.register(EDITOR, {"id": "scenes", "title": "Scenes"}, list(ITEMS.values()), [])
    table = {"id": "other", "type": "Feature", "geometry": None, "properties": {"datetime": "1999-12-31T23:00:00Z"}}
    rooms.catalog.register(EDITOR, {"id": "tables", "title": "Tables"}, [table], [])
    return Aggregating(Searching(rooms.database))


def asked(room: Aggregating, *names: str, interval: str = "", letters: int = 1, **wanted: Any) -> list[Aggregation]:
    return room.aggregate(Search(**wanted), Asked(names=names, interval=interval, letters=letters))


def counts(made: Aggregation) -> dict[str, int]:
    return {each.key: each.frequency for each in made.buckets or ()}


def test_single_values_are_those_of_the_items_that_match(counting: Aggregating) -> None:
    number, first, last = asked(counting, "total_count", "datetime_min", "datetime_max", collections=["scenes"])
    assert (number.value, first.value) == (100, FIRST)
    assert last.value == FIRST + timedelta(days=95 + 10)  # the last that lasts ten days ends after the last begins
    (everything,) = asked(counting, "total_count")
    assert everything.value == 101
    (none,) = asked(counting, "datetime_min", start=datetime(2300, 1, 1, tzinfo=UTC))
    assert none.value is None


def test_the_same_conditions_as_those_of_a_search_count(counting: Aggregating) -> None:
    search = counting.searching.search
    for wanted in (
        {"bbox": (0, -30, 60, 30)},
        {"start": FIRST + timedelta(days=50), "end": FIRST + timedelta(days=60)},
        {"filter": from_text("eo:cloud_cover >= 50 AND platform = 'a'")},
        {"ids": ["i001", "i002", "nothing"]},
        {"collections": ["scenes"], "filter": from_text("T_AFTER(datetime, TIMESTAMP('2020-03-01T00:00:00Z'))")},
    ):
        found = len(search(Search(**wanted, limit=1000)).items)
        assert asked(counting, "total_count", **wanted)[0].value == found > 1
    if counting.sqlite:  # PostgreSQL needs PostGIS for this
        found = len(search(Search(intersects=TRIANGLE, limit=1000)).items)
        assert asked(counting, "total_count", intersects=TRIANGLE)[0].value == found > 1


def test_items_are_counted_by_collection_and_platform(counting: Aggregating) -> None:
    collections, platforms = asked(counting, "collection_frequency", "platform_frequency")
    assert counts(collections) == {"scenes": 100, "tables": 1} and collections.overflow == 0
    assert counts(platforms) == Counter("abc"[number % 3] for number in range(100)) and platforms.overflow == 1


@pytest.mark.parametrize(("interval", "form"), [("year", "%Y-01-01"), ("month", "%Y-%m-01"), ("day", "%Y-%m-%d")])
def test_items_are_counted_by_when_they_begin(counting: Aggregating, interval: str, form: str) -> None:
    (made,) = asked(counting, "datetime_frequency", interval=interval)
    begins = [FIRST + timedelta(days=number) for number in range(100)] + [datetime(1999, 12, 31, 23, tzinfo=UTC)]
    expected = Counter(f"{each:{form}}T00:00:00Z" for each in begins)
    assert made.data_type == f"interval_{interval}"
    assert list(counts(made).items()) == sorted(expected.items())


def test_weeks_begin_on_monday_and_hours_are_told_apart(counting: Aggregating) -> None:
    (weeks,) = asked(counting, "datetime_frequency", interval="week", ids=["i000", "i005", "i011", "i012"])
    assert counts(weeks) == {"2019-12-30T00:00:00Z": 1, "2020-01-06T00:00:00Z": 2, "2020-01-13T00:00:00Z": 1}
    (hours,) = asked(counting, "datetime_frequency", interval="hour", collections=["tables"])
    assert counts(hours) == {"1999-12-31T23:00:00Z": 1}


def test_an_interval_is_found_that_suits(counting: Aggregating) -> None:
    (of_all,) = asked(counting, "datetime_frequency")
    (of_some,) = asked(counting, "datetime_frequency", collections=["scenes"])
    (of_none,) = asked(counting, "datetime_frequency", ids=["nothing"])
    assert [of_all.data_type, of_some.data_type] == ["interval_year", "interval_day"]
    assert of_none.buckets == () and suiting(FIRST, FIRST + timedelta(days=900)) == "month"


@pytest.mark.parametrize("letters", [1, 2, 3, 7])
def test_items_are_counted_by_geohash_of_their_middle(counting: Aggregating, letters: int) -> None:
    (made,) = asked(counting, "centroid_geohash_grid_frequency", letters=letters)
    middles = [(-175 + number * 3.5 + 2, -60 + (number * 17) % 100 + 2) for number in range(100)]
    assert counts(made) == Counter(halved(lon, lat, letters) for lon, lat in middles)
    assert made.overflow == 1  # the table lies nowhere


def halved(lon: float, lat: float, letters: int) -> str:
    """Return a geohash as its inventor describes it: by halving the world again and again."""
    bits, east, north = "", [-180.0, 180.0], [-90.0, 90.0]
    while len(bits) < 5 * letters:
        ends, value = (east, lon) if len(bits) % 2 == 0 else (north, lat)
        middle = sum(ends) / 2
        ends[0 if value >= middle else 1] = middle
        bits += "1" if value >= middle else "0"
    return "".join("0123456789bcdefghjkmnpqrstuvwxyz"[int(bits[at : at + 5], 2)] for at in range(0, len(bits), 5))


def test_a_geohash_is_the_one_that_everybody_knows() -> None:
    column, row = int((10.40744 + 180) / 360 * 2**28), int((57.64911 + 90) / 180 * 2**27)
    assert geohash_of(column, row, 11) == "u4pruydqqvj"


def test_cloud_cover_is_counted_in_steps_of_ten_per_cent(counting: Aggregating) -> None:
    (made,) = asked(counting, "cloud_cover_frequency", collections=["scenes"])
    known = [each for each in CLOUD.values() if isinstance(each, int)]
    assert counts(made) == {
        f"{low}-{low + 10}": sum(low <= each < low + 10 for each in known) for low in range(0, 100, 10)
    }
    assert made.overflow == 100 - len(known)
    assert [(each.least, each.below) for each in (made.buckets or ())][-1] == (90, 100)


def test_a_collection_offers_what_its_items_can_answer(counting: Aggregating) -> None:
    assert [each.name for each in counting.offers("scenes")] == list(OFFERS)
    lacking = set(OFFERS) - {each.name for each in counting.offers("tables")}
    assert lacking == {"cloud_cover_frequency", "platform_frequency"}


def test_what_is_hidden_is_not_counted(rooms: Rooms, counting: Aggregating) -> None:
    hidden = {"id": "hidden", "title": "Hidden"}
    rooms.catalog.register(EDITOR, hidden, [ITEMS["i001"]], [], visibility="private")
    theirs = Aggregating(counting.searching.as_seen_by(READER))
    assert asked(theirs, "total_count")[0].value == 101 and asked(counting, "total_count")[0].value == 102
    assert "hidden" not in counts(asked(theirs, "collection_frequency")[0])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"names": ("sum",)}, "“sum”; there are total_count, "),
        ({"names": ("total_count",), "interval": "decade"}, "decade”; it can be year, month"),
        ({"names": ("total_count",), "letters": 13}, "1 to 12"),
    ],
)
def test_what_cannot_be_counted_is_said_with_what_can(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        Asked(**wrong)
