"""Several people add features to the same collection at once; none is lost, on either database."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.features.places import BODIES
from tests.storage.rooms import EDITOR, SCIENTIST

from repeatpass.catalog.editing import Outdated
from repeatpass.core.errors import Forbidden
from repeatpass.features import Features, FeatureSet, Wanted


def point(id: str, **properties: Any) -> dict[str, Any]:
    """Return a feature with a name."""
    return {"type": "Feature", "id": id, "geometry": {"type": "Point", "coordinates": [1, 2]}, "properties": properties}


def test_features_added_at_once_are_all_there(room: Features) -> None:
    room.begin(EDITOR, "places")
    room.add(EDITOR, "places", [point("first", name="a")])

    def add(number: int) -> None:
        room.add(EDITOR, "places", [point(f"{number}-{each}", name="b") for each in range(5)])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(12)))
    known = room.known("places")
    found = room.search(known, Wanted(limit=200)).features
    assert (known.number, len(found), known.revision) == (61, 61, 13)


def test_of_two_who_saw_the_same_one_changes_it(room: Features, places: FeatureSet) -> None:
    seen = room.feature(places, "p001").revision

    def change(count: int) -> str:
        body = BODIES["p001"]
        try:
            room.replace(EDITOR, "places", "p001", body | {"properties": {"name": "x", "count": count}}, (seen,))
        except Outdated:
            return "outdated"
        return "changed"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(change, range(4))) == ["changed", "outdated", "outdated", "outdated"]
    again = room.search(room.known("places"), Wanted(limit=200)).features
    assert [each.id for each in again] == list(BODIES)  # where it stood


def test_extents_and_numbers_follow_every_change(room: Features, places: FeatureSet) -> None:
    assert (places.number, places.extent and places.extent[0]) == (100, -175.0)
    room.delete(EDITOR, "places", "p000")
    moved = BODIES["p001"] | {"geometry": {"type": "Point", "coordinates": [179, 80]}}
    room.replace(EDITOR, "places", "p001", moved)
    known = room.known("places")
    assert (known.number, known.extent) == (99, (-168.0, -59.0, 179.0, 80.0))
    room.end(EDITOR, "places")
    assert room.sets() == {}


def test_only_owners_and_editors_change_what_is_public(room: Features, places: FeatureSet) -> None:
    for act in (
        lambda: room.add(SCIENTIST, "places", [BODIES["p001"]]), lambda: room.delete(SCIENTIST, "places", "p001"),
        lambda: room.replace(SCIENTIST, "places", "p001", BODIES["p001"]), lambda: room.end(SCIENTIST, "places"),
        lambda: room.begin(SCIENTIST, "places"),
    ):  # fmt: skip
        with pytest.raises(Forbidden):
            act()
    assert room.known("places") == places
