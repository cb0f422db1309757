"""Every wrong field is named, with its value and what would be right."""

from typing import Any

import jsonschema
import pandas as pd
import pytest
from tests.cubes.conftest import Sources, axis, field, generated

from repeatpass.core.errors import Invalid
from repeatpass.cubes.specifications import checked, parsed, schema
from repeatpass.kit.cubes.records import BadSpecification
from repeatpass.kit.cubes.specification import read_specification

GOOD: dict[str, Any] = {
    "id": "cube",
    "area": [-10, -10, 10, 10],
    "resolution": 1,
    "time": {"start": "2001-01", "end": "2001-12", "step": "P1M"},
    "variables": {"v": {"collection": "a"}},
}

WRONG = [  # changes, field that is named, words that say what would be right, whether the JSON Schema sees it as well
    ({"id": "My Cube"}, "id", "lower-case", True),
    ({"id": None}, "id", "missing", True),
    ({"colour": "red"}, "colour", "known are id, title", True),
    ({"area": None}, "area", "either area", False),
    ({"area": [10, 0, 5]}, "area", "four numbers", False),
    ({"area": [0, 10, 10, -10]}, "area", "south must be less than north", False),
    ({"area": [0, -91, 10, 0]}, "area", "-90 and 90", False),
    ({"area": [-400, 0, 10, 10]}, "area", "-180 and 180", False),
    ({"bounds": [0, 0, 1, 1]}, "area", "either area", False),
    ({"area": None, "bounds": [1, 0, 0, 1]}, "bounds", "left must be less", False),
    ({"crs": "EPSG:99999"}, "crs", "EPSG:3413", False),
    ({"crs": "EPSG:4258"}, "crs", "only EPSG:4326", False),
    ({"crs": "EPSG:32633", "area": [-180, -90, 180, 90]}, "resolution", "less area", False),
    ({"resolution": 0}, "resolution", "greater than 0", True),
    ({"resolution": "fine"}, "resolution", "give a number", True),
    ({"resolution": 0.7, "area": [-180, -90, 180, 90]}, "resolution", "divides 180", False),
    ({"resolution": 0.0001, "area": [-180, -90, 180, 90]}, "resolution", "coarser", False),
    ({"resolution": 50, "area": [0, 0, 10, 10]}, "resolution", "finer", False),
    ({"time": {"start": "2001-01", "end": "2001-12"}}, "time.step", "missing", True),
    ({"time": {"start": "2001-01", "end": "2001-12", "step": "monthly"}}, "time.step", "P1M", True),
    ({"time": {"start": "2001-01", "end": "2001-12", "step": "P0D"}}, "time.step", "P1M", False),
    ({"time": {"start": "May 2001", "end": "2001-12", "step": "P1M"}}, "time.start", "2010-09", False),
    ({"time": {"start": "2001-13", "end": "2001-12", "step": "P1M"}}, "time.start", "2010-09", False),
    ({"time": {"start": "2002", "end": "2001", "step": "P1M"}}, "time.end", "not be before start", False),
    ({"time": {"start": "1900", "end": "2001", "step": "PT1H"}}, "time.step", "longer", False),
    ({"time": {"start": "2001", "stop": "2001", "step": "P1M"}}, "time.stop", "start, end, step", True),
    ({"variables": {}}, "variables", "at least one", True),
    ({"variables": {"v": {}}}, "variables.v.collection", "missing", True),
    ({"variables": {"time": {"collection": "a"}}}, "variables.time", "axis", False),
    ({"variables": {"my v": {"collection": "a"}}}, "variables.my v", "letters, digits", True),
    ({"variables": {"v": {"collection": "a", "resampling": "avg"}}}, "variables.v.resampling", "average", True),
    ({"variables": {"v": {"collection": "a", "aggregation": "median"}}}, "variables.v.aggregation", "mean", True),
    ({"variables": {"v": {"collection": "a", "expression": "open('x')"}}}, "variables.v.expression", "names, numbers", False),
    ({"variables": {"v": {"collection": "a", "expression": "a.b"}}}, "variables.v.expression", "names, numbers", False),
    ({"variables": {"v": {"collection": "a", "expression": "1 + 1"}}}, "variables.v.expression", "no variable", False),
    ({"variables": {"v": {"collection": "a", "expression": "(a +"}}}, "variables.v.expression", "names, numbers", False),
    ({"variables": {"v": {"collection": "a", "packing": {"dtype": "int16"}}}}, "variables.v.packing.nodata", "-32768", False),
    ({"variables": {"v": {"collection": "a", "packing": {"scale": 2}}}}, "variables.v.packing.dtype", "int16", False),
    ({"variables": {"v": {"collection": "a", "packing": {"dtype": "int64"}}}}, "variables.v.packing.dtype", "int32", True),
    ({"layouts": ["maps"]}, "layouts", "map or series", True),
    ({"layouts": ["map", "map"]}, "layouts", "once", True),
    ({"chunks": {"map": {"z": 1}}}, "chunks.map.z", "time, y, x", True),
    ({"chunks": {"map": {"x": 0}}}, "chunks.map.x", "at least 1", True),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "name", "right", "seen"), WRONG)
def test_a_wrong_field_is_named_with_what_would_be_right(
    changes: dict[str, Any], name: str, right: str, seen: bool
) -> None:
    body = {key: value for key, value in (GOOD | changes).items() if value is not None}
    with pytest.raises(BadSpecification) as error:
        read_specification(body)
    assert str(error.value).startswith(f"{name}: ")
    assert right in str(error.value)
    with pytest.raises(Invalid, match=r"cannot be used|missing"):
        checked(body)
    assert seen is bool(list(jsonschema.Draft202012Validator(schema()).iter_errors(body)))


def test_a_right_specification_satisfies_the_schema_which_is_itself_right() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(GOOD, schema())
    assert checked(GOOD).grid.width == 20


def test_years_that_yaml_takes_for_numbers_and_dates_are_read() -> None:
    body = parsed("id: cube\narea: [0, 0, 10, 10]\nresolution: 1\ntime: {start: 2001, end: 2001-03-04, step: P1D}\n"
                  "variables: {v: {collection: a}}\n")  # fmt: skip
    found = checked(body)
    assert (found.steps[0].start.isoformat(), len(found.steps)) == ("2001-01-01T00:00:00", 63)


@pytest.mark.parametrize(("text", "words"), [("id: [", "line 2"), ("- a\n- b\n", "mapping with id")])
def test_a_file_that_is_no_specification_is_refused(text: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        parsed(text + "\n", "cube.yaml")


SOURCES = [  # changes of the variable, what the sentence says
    ({"collection": "nothing"}, "variables.v.collection.*Known collections: a, b, c"),
    ({"variable": "w"}, r"variables.v.variable.*no variable 'w'; it has v"),
    ({"expression": "w + 1"}, r"variables.v.expression names 'w'"),
    ({"asset": "extra"}, r"variables.v.*asset 'extra'.*assets: data"),
    ({"select": {"depth": 3}}, r"variables.v.select.*no dimension 'depth'"),
    ({"collection": "b"}, r"not evenly spaced"),
    ({"collection": "c"}, r"also has the dimension depth.*select"),
    ({"packing": {"dtype": "int8", "scale": 0.001, "nodata": -128}}, r"variables.v.packing.*does not fit into int8"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "words"), SOURCES)
def test_a_source_that_does_not_fit_is_named(
    sources: Sources, tmp_path: Any, changes: dict[str, Any], words: str
) -> None:
    lat, lon, days = axis(-90, 90, 10), axis(-180, 180, 10), pd.date_range("2001-01-01", periods=3).values
    sources.dataset("a", field(lat, lon, days).to_dataset())
    sources.dataset("b", field([-80, -70, 10, 80], lon, days).to_dataset())
    sources.dataset("c", field(lat, lon, days).expand_dims(depth=[0, 1]).to_dataset())
    with pytest.raises(BadSpecification, match=words):
        generated(tmp_path / "made", variables={"v": {"collection": "a"} | changes})
    assert not list((tmp_path / "work").iterdir())


@pytest.mark.parametrize(
    "changes", [{"time": {"start": "1999", "end": "1999", "step": "P1M"}}, {"area": [100, 0, 120, 20]}]
)
def test_a_cube_without_any_data_is_refused(sources: Sources, tmp_path: Any, changes: dict[str, Any]) -> None:
    days = pd.date_range("2001-01-01", periods=3).values
    sources.dataset("a", field(axis(-20, 20, 2), axis(-20, 20, 2), days).to_dataset())
    with pytest.raises(
        BadSpecification, match=r"variables.v: a has no data in this area between .*check area and time"
    ):
        generated(tmp_path / "made", variables={"v": {"collection": "a"}}, **changes)
