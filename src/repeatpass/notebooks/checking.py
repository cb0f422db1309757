"""Checks of parameters that a JSON Schema alone does not make."""

from collections.abc import Mapping
from typing import Any

import jsonschema

from repeatpass.core.errors import Invalid
from repeatpass.notebooks.declaring import BBOX, INTERVAL


def checked_schema(name: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema that metadata state; raise Invalid if it is none, or if the default does not fit it."""
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft202012Validator(schema).validate(schema.get("default"))
    except jsonschema.SchemaError as error:
        raise Invalid(f"What the metadata state of {name} is not JSON Schema: {error.message}.") from None
    except jsonschema.ValidationError as error:
        raise Invalid(f"The default of {name} does not fit the schema in the metadata: {error.message}.") from None
    return schema


def wrong_value(schema: Mapping[str, Any], value: Any) -> str:
    """Say in a sentence's end why *value*, which fits its schema, cannot be right; empty if it can."""
    if schema.get("type") != "array":
        return ""
    if schema.get("format") == BBOX:
        return _wrong_bbox(value)
    if schema.get("format") == INTERVAL and value[0] > value[1]:
        return f"{value[0]} is after {value[1]}; give the first day, then the last"
    return ""


def _wrong_bbox(value: Any) -> str:
    # West may lie east of east: such a box crosses the antimeridian (RFC 7946, 5.2).
    west, south, east, north = value
    # Longitudes may count from 0 to 360, as many climate data do.
    if not (-360 <= west <= 360 and -360 <= east <= 360 and -90 <= south <= 90 and -90 <= north <= 90):
        return f"{value} is not in degrees; write [west, south, east, north], latitudes within ±90"
    return (
        "" if south <= north else f"south ({south:g}) lies north of north ({north:g}); write [west, south, east, north]"
    )
