"""All features of a search are read a few at a time, on either database."""

import pytest
from tests.features.places import BODIES

from repeatpass.catalog.search.cql2 import from_text
from repeatpass.catalog.search.records import Sort
from repeatpass.core.errors import Invalid
from repeatpass.features import Features, FeatureSet, Wanted, searching
from repeatpass.features.reading import Reading


def test_all_are_read_a_few_at_a_time(room: Features, places: FeatureSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "FEW", 7)
    reading = Reading(room.searching, places, Wanted(limit=2**40), "OGC:CRS84")
    found = list(reading)
    assert max(map(len, found)) == 7
    assert [each.id for some in found for each in some] == list(BODIES)
    assert (reading.number, reading.more) == (100, False)
    order, chosen = (Sort(name="count", descending=True),), from_text("count < 50 AND name LIKE 'P%'")
    wanted = Wanted(limit=14, offset=2, sort=order, filter=chosen, fields=("count",))
    some = Reading(room.searching, places, wanted, "EPSG:3857")
    counts = [each.properties["count"] for few in some for each in few]
    assert counts == list(range(45, 17, -2))
    assert (some.number, some.more, room.searching.matching(places, wanted)) == (14, True, 25)
    with pytest.raises(Invalid, match="can be sorted by"):
        list(Reading(room.searching, places, Wanted(sort=(Sort(name="none"),)), "OGC:CRS84"))
