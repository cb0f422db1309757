"""What the properties of many features are together, over a database of each kind."""

import numpy as np
import pytest
from tests.features.places import BODIES

from repeatpass.core.errors import Invalid
from repeatpass.features import Features, FeatureSet, Wanted
from repeatpass.features.filters import read_filter
from repeatpass.features.measuring import Numbers, Words


def test_numbers_and_words_are_measured_and_times_are_those_that_exist(room: Features, places: FeatureSet) -> None:
    known = [each["properties"] for each in BODIES.values()]
    depths = [each["depth"] for each in known if "depth" in each and each["count"] > 10]
    found = room.measuring.measure(places, Wanted(filter=read_filter("count > 10")), "depth")
    assert isinstance(found, Numbers) and (found.count, found.valid) == (89, len(depths))
    assert (found.mean, found.deviation) == pytest.approx((np.mean(depths), np.std(depths)))
    words = room.measuring.measure(places, Wanted(), "good")
    assert isinstance(words, Words) and dict(words.values) == {"true": 50, "false": 50}
    days = sorted({f"{each['day']}T00:00:00Z" for each in known if each["day"]})
    assert room.measuring.times(places).times == tuple(days)
    assert room.measuring.measure(places, Wanted()).count == 100
    with pytest.raises(Invalid, match="“property” is “weight”"):
        room.measuring.measure(places, Wanted(), "weight")
