"""A form gives back what the declaration of a parameter wants."""

from typing import Any

import pytest

from repeatpass.web.pages.parameters import fields_of, read_form

POINT = {"type": "Point", "coordinates": [8.0, 45.5]}
PARAMETERS: list[tuple[dict[str, Any], str, str, Any]] = [
    ({"type": ["number", "null"], "default": None}, "number", "", None),
    ({"type": ["number", "null"], "default": None}, "number", "2.5", 2.5),
    ({"type": "string", "format": "date", "default": "2020-01-01"}, "date", "2021-02-03", "2021-02-03"),
    ({"type": "array", "format": "ogc-bbox", "default": [1, 2, 3, 4]}, "list", "[1, 2, 3, 5]", [1, 2, 3, 5]),
    (
        {"type": "object", "format": "geojson-geometry", "default": POINT},
        "text",
        '{"type": "Point"}',
        {"type": "Point"},
    ),
    ({"oneOf": [{"type": "string"}, {"type": "number"}], "default": "a"}, "text", "b", "b"),
]


@pytest.mark.parametrize(("facts", "kind", "text", "value"), PARAMETERS)
def test_a_field_is_drawn_and_read_as_declared(facts: dict[str, Any], kind: str, text: str, value: Any) -> None:
    schema = {"properties": {"x": facts}}
    (field,) = fields_of(schema, {})
    assert field.kind == kind
    assert read_form(schema, {"x": text}) == {"x": value}
