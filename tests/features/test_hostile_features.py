"""What somebody might send or ask who means no good is refused with a reason, or answered, on either database."""

from dataclasses import replace

import mapbox_vector_tile
import pytest
from tests.storage.rooms import EDITOR

from repeatpass.catalog.search.cql2 import from_text
from repeatpass.catalog.search.records import Sort
from repeatpass.core.errors import Invalid
from repeatpass.features import Features, FeatureSet
from repeatpass.features.crs import areas_of
from repeatpass.features.records import Wanted
from repeatpass.features.tiles import VectorTiles

REFUSED = {
    "day LIKE '2024%'": "is a time, not a text", "CASEI(day) = 'x'": "is a time, not a text",
    "count = TIMESTAMP('2020-01-01T00:00:00Z')": "is no time",
    " OR ".join(f"count = {at}" for at in range(1100)): "too long",
}  # fmt: skip
NOTHING = (
    "count IN ('a', TRUE)",
    "name IN (1, TRUE)",
    "count BETWEEN 'a' AND 5",
    "id = 5",
    "count % 0 = 1",
    "id > TRUE",
)


def found(room: Features, known: FeatureSet, text: str) -> int | None:
    return room.search(known, Wanted(filter=from_text(text))).matched


def test_filters_that_compare_what_cannot_be_compared_say_so_or_find_nothing(
    room: Features, places: FeatureSet
) -> None:
    for text, said in REFUSED.items():
        if "too long" in said and not room.database.is_sqlite:  # PostgreSQL takes it
            continue
        with pytest.raises(Invalid, match=said):
            found(room, places, text)
    assert [found(room, places, text) for text in NOTHING] == [0] * len(NOTHING)
    assert found(room, places, "count % 10 = 3") == found(room, places, "count - 10 * (count DIV 10) = 3")
    with pytest.raises(Invalid, match="20 are the most"):
        room.search(places, Wanted(sort=(Sort(name="count"),) * 30))


def test_a_number_that_no_computer_holds_is_no_coordinate(room: Features, places: FeatureSet) -> None:
    body = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [10**400, 1]}, "properties": {}}
    with pytest.raises(Invalid, match="coordinates"):
        room.add(EDITOR, places.collection, [body])


def test_a_box_finds_what_lies_in_it_and_what_only_meets_it(room: Features) -> None:
    room.begin(EDITOR, "places")
    triangle = {"type": "Polygon", "coordinates": [[[5, 5], [9, 5], [5, 9], [5, 5]]]}
    inside = {"type": "LineString", "coordinates": [[1, 1], [2, 2]]}
    room.add(EDITOR, "places", [
        {"type": "Feature", "id": id, "geometry": shape, "properties": {}}
        for id, shape in (("triangle", triangle), ("line", inside), ("nowhere", None))
    ])  # fmt: skip
    known = room.known("places")

    def ids(*box: float) -> list[str]:
        return [each.id for each in room.search(known, Wanted(area=areas_of(box))).features]

    assert ids(0, 0, 20, 20) == ids(-180, -90, 180, 90) == ["triangle", "line"]
    assert ids(8, 8, 10, 10) == []  # its extent meets the box, it does not
    assert ids(6, 6, 10, 10) == ["triangle"]
    assert ids(0, 0, 3, 3) == ["line"]


@pytest.mark.filterwarnings("ignore:The 'shapely.ops.transform:DeprecationWarning")  # of the library of tiles
def test_a_tile_holds_each_kind_of_a_mixed_geometry_and_few_of_a_crowd(room: Features) -> None:
    room.begin(EDITOR, "places")
    mixed = {"type": "GeometryCollection", "geometries": [
        {"type": "Point", "coordinates": [10, 10]}, {"type": "LineString", "coordinates": [[0, 0], [20, 20]]},
    ]}  # fmt: skip
    crowd = [{"type": "Point", "coordinates": [at % 80 * 0.5, at // 80 * 0.5]} for at in range(3200)]
    room.add(EDITOR, "places", [
        {"type": "Feature", "geometry": shape, "properties": {}} for shape in (mixed, *crowd)
    ])  # fmt: skip
    known = room.known("places")
    tile = VectorTiles(room).tile(known, "WebMercatorQuad", 0, 0, 0, Wanted())
    drawn = mapbox_vector_tile.decode(tile)["places"]["features"]
    kinds = {each["geometry"]["type"] for each in drawn}
    assert kinds == {"Point", "LineString"}
    assert 1000 < len(drawn) < 2600
    assert VectorTiles(room).tile(replace(known, revision=9), "WebMercatorQuad", 8, 3, 3, Wanted()) == b""
