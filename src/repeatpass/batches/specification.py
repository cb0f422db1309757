"""Reading the specification of a batch: YAML or JSON, checked against batch.schema.json."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema

from repeatpass.batches.records import Specification
from repeatpass.core.errors import Invalid
from repeatpass.core.yaml_text import read_yaml

LONGEST = 60  # letters of a wrong value that are shown


def read_specification(text: str, name: str = "The file") -> Specification:
    """Read and check a specification in YAML (JSON is YAML, too); raise Invalid naming the line or the field."""
    return checked(read_yaml(text, name), name)


def checked(body: Any, name: str = "The specification") -> Specification:
    """Check a specification; raise Invalid naming each field that is wrong, its value and what would be right."""
    if not isinstance(body, Mapping):
        raise Invalid(f"{name} holds no batch: it must be an object with notebook, areas, times, parameters or vary.")
    plain = json.loads(json.dumps(body, default=_plain_date))  # YAML knows dates; the schema knows JSON
    problems = [_words(error) for error in _validator().iter_errors(plain)]
    if problems:
        raise Invalid(f"{name} cannot be planned. " + " ".join(sorted(set(problems))), problems=problems)
    return Specification(body=plain)


def _plain_date(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise Invalid(f"{value!r} cannot stand in the specification of a batch.")


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of a specification."""
    text = files("repeatpass.batches").joinpath("batch.schema.json").read_text()
    found: dict[str, Any] = json.loads(text)
    return found


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema())


def _words(error: jsonschema.ValidationError) -> str:
    where = ".".join(str(part) for part in error.absolute_path) or "the specification"
    rule = error.schema if isinstance(error.schema, Mapping) else {}
    right = rule.get("description", "")
    if where == "areas" and error.validator == "oneOf":
        return "areas: give exactly one of tiles, features and collection."
    if error.validator == "additionalProperties":
        known = ", ".join(sorted(rule.get("properties", {})))
        return f"{where}: {error.message}. Known are: {known}."
    return f"{where}: {_shortened(error.message)}." + (f" Right would be: {right}" if right else "")


def _shortened(message: str) -> str:
    return message if len(message) < 4 * LONGEST else f"{message[:LONGEST]} … {message[-LONGEST:]}"
