"""Parameters are read from the tagged cell, and checked before anything starts."""

import nbformat
import pytest
from tests.houses import notebook

from repeatpass.core.errors import Invalid
from repeatpass.notebooks.parameters import checked_parameters, parameters_schema

CELL = """
months = 3              # 1..60: months to average over
box = "nino34"          # {nino3, nino34, nino4}: region of the index
start: str = "2006-04"  # first month
weights = [1.0, 2.0]
strict = True
offset = -0.5           # -1..1
made = months * 2       # computed, therefore no parameter
"""


def schema(cell: str = CELL) -> dict[str, object]:
    return parameters_schema(nbformat.reads(notebook("pass", parameters=cell).decode(), as_version=4))


def test_names_types_defaults_help_ranges_and_choices_come_from_the_cell() -> None:
    properties = schema()["properties"]
    assert properties == {
        "months": {
            "type": "integer",
            "minimum": 1,
            "maximum": 60,
            "description": "months to average over",
            "default": 3,
        },
        "box": {
            "type": "string",
            "enum": ["nino3", "nino34", "nino4"],
            "description": "region of the index",
            "default": "nino34",
        },
        "start": {"type": "string", "description": "first month", "default": "2006-04"},
        "weights": {"type": "array", "default": [1.0, 2.0]},
        "strict": {"type": "boolean", "default": True},
        "offset": {"type": "number", "minimum": -1, "maximum": 1, "default": -0.5},
    }


def test_what_is_not_given_has_its_default() -> None:
    assert checked_parameters(schema(), {"months": 5})["months"] == 5
    assert checked_parameters(schema(), {"months": 5})["box"] == "nino34"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"months": 0}, "Parameter months: 0 is less than the minimum of 1"),
        ({"months": "three"}, "Parameter months: 'three' is not of type 'integer'"),
        ({"months": True}, "Parameter months: True is not of type 'integer'"),
        ({"box": "nino5"}, "Parameter box: 'nino5' is not one of"),
        ({"mnths": 3}, "Unknown parameter mnths; this notebook takes: box, months"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_it_must_be(given: dict[str, object], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        checked_parameters(schema(), given)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(Invalid, match=r"months.*strict|strict.*months"):
        checked_parameters(schema(), {"months": 0, "strict": "yes"})


def test_a_notebook_without_the_cell_takes_none() -> None:
    empty = parameters_schema(nbformat.reads(notebook("x = 1").decode(), as_version=4))
    assert empty["properties"] == {}
    with pytest.raises(Invalid, match="this notebook takes: none"):
        checked_parameters(empty, {"x": 2})


def test_a_parameters_cell_that_is_not_python_is_refused_with_its_line() -> None:
    with pytest.raises(Invalid, match=r"not Python: .* in its line 2"):
        schema("a = 1\nb = = 2")
