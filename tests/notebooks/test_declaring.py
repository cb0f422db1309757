"""Forms of parameters: dates, intervals, bounding boxes, geometries, and what metadata lay over them."""

from typing import Any

import pytest

from repeatpass.core.errors import Invalid
from repeatpass.notebooks.parameters import checked_parameters, parameters_schema
from repeatpass.notebooks.source import revision_of


def schema_of(source: str, **stated: Any) -> dict[str, Any]:
    """The schema of a notebook whose parameters cell is *source*."""
    cell = {"cell_type": "code", "source": source, "metadata": {"tags": ["parameters"]}}
    return parameters_schema({"cells": [cell], "metadata": {"repeatpass": {"parameters": stated}}})


def only(source: str, **stated: Any) -> Any:
    """The schema of its one parameter."""
    (facts,) = schema_of(source, **stated)["properties"].values()
    return facts


def test_a_date_is_said_by_the_comment() -> None:
    facts = {"type": "string", "format": "date", "description": "first day", "default": "2006-04-01"}
    assert only('start = "2006-04-01"  # date: first day') == facts


@pytest.mark.parametrize(
    "source",
    ["x = [5.9, 45.8, 10.5, 47.8]  # bbox: the area", "bbox = [5.9, 45.8, 10.5, 47.8]", "search_aoi = (1, 2, 3, 4)"],
)
def test_a_bounding_box_is_known_by_comment_or_name(source: str) -> None:
    facts = only(source)
    assert (facts["type"], facts["format"], facts["minItems"], facts["maxItems"]) == ("array", "ogc-bbox", 4, 4)


def test_a_list_of_four_numbers_with_another_name_is_a_list() -> None:
    assert "format" not in only("weights = [1, 2, 3, 4]")


def test_a_date_interval_is_known_by_comment_or_name() -> None:
    for source in ('x = ["2020-01-01", "2020-12-31"]  # date interval', 'period = ["2020-01-01", "2020-12-31"]'):
        facts = only(source)
        assert (facts["format"], facts["items"]) == ("date-interval", {"type": "string", "format": "date"})


def test_a_geometry_is_known_by_its_value() -> None:
    facts = only('place = {"type": "Point", "coordinates": [8.0, 45.5]}  # where')
    assert (facts["format"], facts["description"]) == ("geojson-geometry", "where")
    assert "Polygon" in facts["properties"]["type"]["enum"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("x = [1, 2]  # bbox", "declared as a bbox, but its default is not: write four numbers"),
        ('x = "soon"  # date: when', "declared as a date, but its default is not"),
        ("x = 3  # date interval", "write two dates"),
        ("x = {}  # geometry", "another geometry of GeoJSON"),
    ],
)
def test_a_default_that_is_not_of_the_declared_form_is_refused(source: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        schema_of(source)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"bbox": [1, 2, 3]}, "Parameter bbox: "),
        ({"bbox": [1, 50, 3, 40]}, "south .50. lies north of north"),
        ({"bbox": [1, 500, 3, 600]}, "not in degrees"),
        ({"period": ["2020-01-01", "2019-01-01"]}, "is after 2019-01-01"),
        ({"period": ["2020-01-01", "2020-13-01"]}, "Parameter period.1: '2020-13-01' is not a 'date'"),
        ({"day": "yesterday"}, "Parameter day: 'yesterday' is not a 'date'"),
        ({"place": {"type": "Circle", "coordinates": []}}, "Parameter place.type"),
    ],
)
def test_a_value_that_cannot_be_right_is_refused(given: dict[str, Any], words: str) -> None:
    source = (
        'bbox = [1, 2, 3, 4]\nperiod = ["2020-01-01", "2020-02-01"]\nday = "2020-01-01"  # date\n'
        'place = {"type": "Point", "coordinates": [1, 2]}\n'
    )
    with pytest.raises(Invalid, match=words):
        checked_parameters(schema_of(source), given)


def test_a_parameter_may_be_left_empty() -> None:
    assert only("threshold: float | None = None")["type"] == ["number", "null"]
    assert only("threshold: Optional[float] = None")["type"] == ["number", "null"]
    assert checked_parameters(schema_of("x: int = None"), {"x": None}) == {"x": None}


def test_metadata_are_laid_over_what_the_cell_declares() -> None:
    facts = only("months = 3  # how many", months={"title": "Months", "maximum": 12})
    assert facts == {"type": "integer", "description": "how many", "default": 3, "title": "Months", "maximum": 12}
    mixed = only('mixed = "a"', mixed={"oneOf": [{"type": "string"}, {"type": "number"}]})
    assert mixed == {"default": "a", "oneOf": [{"type": "string"}, {"type": "number"}]}


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({"month": {}}, "describe month, which its parameters cell does not assign; it assigns: months"),
        ({"months": {"type": "nothing"}}, "not JSON Schema"),
        ({"months": {"minimum": 4}}, "The default of months does not fit"),
    ],
)
def test_metadata_that_contradict_the_cell_are_refused(stated: dict[str, Any], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        schema_of("months = 3", **stated)


def test_a_declaration_in_the_metadata_makes_a_revision() -> None:
    cell = {"cell_type": "code", "source": "x = 1", "metadata": {"tags": ["parameters"]}}
    plain: dict[str, Any] = {"cells": [cell], "metadata": {}}
    other: dict[str, Any] = {"cells": [cell], "metadata": {"repeatpass": {"title": "Other"}}}
    stated: dict[str, Any] = {"cells": [cell], "metadata": {"repeatpass": {"parameters": {"x": {"maximum": 2}}}}}
    assert revision_of(plain) == revision_of(other) != revision_of(stated)
