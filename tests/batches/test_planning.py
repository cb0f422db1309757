"""A plan says what would happen; whatever is wrong is named, with its value and what would be right."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.batches.waiting import MONTHS, TILES, plan

from repeatpass.assembly import House
from repeatpass.batches.specification import checked, read_specification
from repeatpass.core.errors import Invalid, NotFound, RepeatpassError
from repeatpass.core.times import parse_time

SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}


def test_every_area_meets_every_time_and_every_combination(planning: House) -> None:
    made = plan(planning, areas=TILES, times=MONTHS, vary={"index": ["ndvi", "evi"]})
    assert made.total == 4 * 2 * 2
    assert made.area_parameter == "bbox"
    all_ = [made.parameters(part) for part in made.parts]
    assert len({str(each) for each in all_}) == 16
    assert all_[0] == {"bbox": [0, 1, 1, 2], "month": "2020-01", "index": "ndvi", "year": 2020}
    assert all_[-1] == {"bbox": [1, 0, 2, 1], "month": "2020-02", "index": "evi", "year": 2020}
    assert made.estimate.cpu_s is None
    assert made.estimate.sentence.startswith("No run of greenness was measured yet")


def test_tiles_of_a_grid_in_metres_are_given_in_degrees_or_in_its_own_crs(planning: House) -> None:
    tiles = {"bbox": [4_000_000, 2_500_000, 4_250_000, 2_700_000], "size": 100_000, "crs": "EPSG:3035"}
    made = plan(planning, areas={"tiles": tiles})
    assert made.total == 6  # the last column is half as wide: the bbox ends there
    west, south, east, north = made.areas[0].value
    assert 4 < west < east < 13
    assert 43 < south < north < 50
    last = made.areas[2].value
    assert last[2] - last[0] < east - west
    from tests.houses import notebook

    planning.shelf.add(planning.owner, "metres", notebook("1", parameters='box = [0, 0, 1, 1]\ncrs = "EPSG:4326"'))
    own = plan(planning, notebook="metres", areas={"tiles": tiles, "parameter": "box", "crs_parameter": "crs"})
    assert own.parameters(own.parts[0]) == {"box": [4_000_000, 2_600_000, 4_100_000, 2_700_000], "crs": "EPSG:3035"}


def test_only_tiles_that_touch_a_geometry_are_kept(planning: House) -> None:
    triangle = {"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [0, 4], [0, 0]]]}
    tiles = {"bbox": [0, 0, 8, 8], "size": 1, "touching": triangle}
    assert {tuple(area.value) for area in plan(planning, areas={"tiles": tiles}).areas} >= {(0, 0, 1, 1), (3, 0, 4, 1)}
    assert plan(planning, areas={"tiles": tiles}).total < 20


def test_features_are_named_by_a_property_and_given_as_geometry_where_the_notebook_takes_one(planning: House) -> None:
    from tests.houses import notebook

    planning.shelf.add(planning.owner, "fields", notebook("1", parameters='geometry = {}\nstart = "2020-01-01"'))
    features = [{"type": "Feature", "properties": {"code": name}, "geometry": SQUARE} for name in ("A", "B")]
    areas = {"features": {"type": "FeatureCollection", "features": features}, "name_property": "code"}
    made = plan(planning, notebook="fields", areas=areas)
    assert [area.name for area in made.areas] == ["A", "B"]
    assert made.areas[0].value["type"] == "Polygon"


@pytest.mark.parametrize(
    ("interval", "step", "names"),
    [
        ("2020/2022", "P1Y", ["2020", "2021", "2022"]),
        ("2020-11/2021-01", "P1M", ["2020-11", "2020-12", "2021-01"]),
        ("2020-01-31/2020-04-30", "P1M", ["2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30"]),
        ("2020-01-01/2020-01-03", "P1D", ["2020-01-01", "2020-01-02", "2020-01-03"]),
        ("2020-01-01T00:00:00Z/2020-01-01T12:00:00Z", "PT6H", ["2020-01-01", "2020-01-01T06:00:00Z"]),
        ("2020-01-01/2020-01-20", "P1W", ["2020-01-01", "2020-01-08", "2020-01-15"]),
    ],
)
def test_time_steps_follow_the_calendar(interval: str, step: str, names: list[str]) -> None:
    from repeatpass.batches.times import steps

    made = steps({"interval": interval, "step": step})
    assert [each.name for each in made] == names
    assert all(first.end <= second.start for first, second in pairwise(made))


def test_a_step_is_written_as_the_notebook_writes_its_own(planning: House) -> None:
    assert plan(planning, times=MONTHS).parts[1].parameters["month"] == "2020-02"
    years = plan(planning, times={"interval": "2020/2021", "step": "P1Y", "parameter": "year"})
    assert [part.parameters["year"] for part in years.parts] == [2020, 2021]
    from tests.houses import notebook

    cell = 'start = "2020-01-01"\nend = "2020-02-01"'
    planning.shelf.add(planning.owner, "spans", notebook("1", parameters=cell))
    spans = plan(planning, notebook="spans", times=MONTHS | {"end_parameter": "end"})
    assert spans.parts[0].parameters == {"start": "2020-01-01", "end": "2020-02-01"}


WRONG = [
    ({"notebook": "greeness"}, "no notebook “greeness”"),
    ({"tims": {}}, "tims"),
    ({"areas": {}}, "exactly one of tiles, features and collection"),
    ({"areas": {"tiles": {"bbox": [0, 0, 1], "size": 1}}}, "areas.tiles.bbox"),
    ({"areas": {"tiles": {"bbox": [2, 0, 1, 1], "size": 1}}}, "Right would be: [west, south, east, north]"),
    ({"areas": {"tiles": {"bbox": [0, 0, 1, 1], "size": -1}}}, "areas.tiles.size"),
    ({"areas": {"tiles": {"bbox": [0, 0, 1, 1], "size": 1, "crs": "EPSG:x"}}}, "“EPSG:x” is no CRS"),
    ({"areas": {"tiles": {"bbox": [0, 0, 1, 1], "size": 1e-6}}}, "1,000,000,000,000 tiles"),
    ({"areas": {"tiles": {"bbox": [0, 0, 400, 400], "size": 1}}}, "160,000 tiles"),
    ({"areas": {"collection": "nothing"}}, "no collection “nothing”"),
    ({"areas": {"features": {"type": "Feature", "geometry": None}}}, "is no GeoJSON geometry"),
    ({"areas": {"features": {"type": "FeatureCollection", "features": []}}}, "no part"),
    ({"areas": TILES | {"parameter": "box"}}, "no parameter “box”. Right would be one of: bbox, index, month, year"),
    ({"times": {"interval": "2020-05/2020-01", "step": "P1M"}}, "ends before it begins"),
    ({"times": {"interval": "last year", "step": "P1M"}}, "times.interval"),
    ({"times": {"interval": "2020/2021", "step": "monthly"}}, "times.step"),
    ({"times": MONTHS | {"parameter": "when"}}, "no parameter “when”"),
    ({"times": {"interval": "1900/1901", "step": "P1Y", "parameter": "year"}}, "year"),
    ({"vary": {"index": []}}, "vary.index"),
    ({"vary": {"index": ["ndvi", "msavi"]}}, "msavi"),
    ({"parameters": {"colour": 1}}, "Unknown parameter colour"),
    ({"parameters": {"index": "evi"}, "vary": {"index": ["ndvi"]}}, "index is set more than once"),
    ({"parameters": {"month": "2020-01"}, "times": MONTHS}, "month is set more than once"),
    ({"retries": 99}, "retries"),
    ({"flavour": "huge"}, "huge"),
]


@pytest.mark.parametrize(("body", "said"), WRONG, ids=[said[:40] for _, said in WRONG])
def test_what_is_wrong_is_named(planning: House, body: dict[str, Any], said: str) -> None:
    with pytest.raises(RepeatpassError) as refused:
        plan(planning, **body)
    assert isinstance(refused.value, Invalid | NotFound)
    assert said in refused.value.message, refused.value.message
    assert refused.value.message.endswith((".", "?"))


def test_yaml_that_is_none_is_named_with_its_line() -> None:
    with pytest.raises(Invalid, match="line 2"):
        read_specification("notebook: a\n  b: c", "batch.yaml")
    with pytest.raises(Invalid, match="holds no batch"):
        checked(["notebook"])


def test_dates_of_yaml_are_read_as_dates(planning: House) -> None:
    text = "notebook: greenness\nparameters: {month: 2020-05-01}\n"
    assert planning.batching.plan(read_specification(text)).parts[0].parameters["month"] == "2020-05-01"
    assert parse_time("2020-05-01")


def test_a_plan_changes_nothing(planning: House, tmp_path: Path) -> None:
    plan(planning, areas=TILES)
    assert planning.batches.page() == ([], 0)
