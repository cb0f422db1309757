"""Reading a cube's YAML or JSON file, and checking it before a run is asked for."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from importlib.resources import files
from typing import Any

import jsonschema

from repeatpass.catalog.room import Catalog
from repeatpass.core.errors import Invalid
from repeatpass.core.yaml_text import read_yaml
from repeatpass.kit.cubes.records import BadSpecification, Specification
from repeatpass.kit.cubes.specification import read_specification


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a specification."""
    text = files("repeatpass.cubes").joinpath("cube.schema.json").read_text()
    found: dict[str, Any] = json.loads(text)
    return found


def parsed(text: str, name: str = "The file") -> dict[str, Any]:
    """Read YAML or JSON; raise Invalid naming the line, or each field and what it must be."""
    loaded = read_yaml(text, name)
    if not isinstance(loaded, dict):
        raise Invalid(f"{name} holds no cube: it must be a mapping with id, area, resolution, time and variables.")
    body: dict[str, Any] = json.loads(json.dumps(loaded, default=_plain))
    if not isinstance(body.get("time"), Mapping):
        return body
    years = {key: str(value) if type(value) is int else value for key, value in body["time"].items()}
    return body | {"time": years}  # YAML takes 2010 for a number


def checked(body: Mapping[str, Any], catalog: Catalog | None = None) -> Specification:
    """Return the specification; raise Invalid for every field that is wrong, sources that do not exist included."""
    try:
        found = read_specification(body)
    except BadSpecification as error:
        raise Invalid(str(error), **error.detail) from None
    problems = [
        f"{_where(each)}: {each.message}" for each in jsonschema.Draft202012Validator(schema()).iter_errors(body)
    ]
    if problems:
        raise Invalid("; ".join(sorted(problems)) + ".", problems=problems)
    if catalog is not None:
        _require_sources(found, catalog)
    return found


def _require_sources(specification: Specification, catalog: Catalog) -> None:
    known = {each.id for each in catalog.overviews.heads()}
    for variable in specification.variables:
        if variable.collection not in known:
            raise Invalid(
                f"variables.{variable.name}.collection: there is no collection {variable.collection!r}; "
                f"there are: {', '.join(sorted(known)) or 'none'}.",
                field=f"variables.{variable.name}.collection",
            )


def _where(error: jsonschema.ValidationError) -> str:
    return ".".join(str(part) for part in error.absolute_path) or "the specification"


def _plain(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise Invalid(f"{value!r} cannot stand in a cube's file.")
