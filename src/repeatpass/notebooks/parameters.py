"""Parameters: a JSON Schema made from the cell tagged ``parameters``, never written by hand.

In the cell, every assignment of a plain value is a parameter. Its comment is the help, and may begin with a
range, a choice or a form::

    months = 3                        # 1..60: months to average over
    box = "nino34"                    # {nino3, nino34, nino4}: region of the index
    start = "2006-04-01"              # date: first day
    area = [5.9, 45.8, 10.5, 47.8]    # bbox: west, south, east, north in degrees
    period = ["2020-01-01", "2020-12-31"]  # date interval: first and last day
    place = {"type": "Point", "coordinates": [8.0, 45.5]}  # geometry: GeoJSON, longitude first
    threshold: float | None = None    # left empty: the 90th percentile

What cannot be said so may be stated in the notebook's metadata, under ``repeatpass.parameters``: JSON Schema by
name, laid over what the cell declares.
"""

import ast
import io
import tokenize
from collections.abc import Mapping
from typing import Any

import jsonschema

from repeatpass.core.errors import Invalid
from repeatpass.notebooks.checking import checked_schema, wrong_value
from repeatpass.notebooks.declaring import property_of

COMPOSED = ("oneOf", "anyOf", "allOf", "$ref")


def parameters_schema(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a notebook's parameters; one without such a cell takes none.

    Raise Invalid where a declaration contradicts itself.
    """
    properties: dict[str, Any] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and "parameters" in cell.get("metadata", {}).get("tags", []):
            properties |= _declared(cell["source"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": _stated_over(properties, stated(notebook, "parameters")),
        "additionalProperties": False,
    }


def stated(notebook: Mapping[str, Any], what: str) -> Mapping[str, Any]:
    """Return what the notebook's metadata state of its parameters or outputs; raise Invalid if that is no object."""
    found = notebook.get("metadata", {}).get("repeatpass", {}).get(what, {})
    if not isinstance(found, Mapping) or not all(isinstance(facts, Mapping) for facts in found.values()):
        raise Invalid(f"“repeatpass.{what}” in the notebook's metadata must be an object of names and JSON Schemas.")
    return found


def _stated_over(properties: dict[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := sorted(set(schemas) - set(properties)):
        raise Invalid(
            f"The notebook's metadata describe {', '.join(unknown)}, which its parameters cell does not assign; "
            f"it assigns: {', '.join(sorted(properties)) or 'nothing'}."
        )
    return {
        name: checked_schema(name, _laid_over(declared, schemas[name])) if name in schemas else declared
        for name, declared in properties.items()
    }


def _laid_over(declared: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Lay *schema* over what the cell declares; the default stays the cell's."""
    kept = ("default", "description") if any(word in schema for word in COMPOSED) else tuple(declared)
    return {name: declared[name] for name in kept if name in declared} | {
        name: value for name, value in schema.items() if name != "default"
    }


def _declared(source: str) -> dict[str, Any]:
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise Invalid(f"The cell tagged parameters is not Python: {error.msg} in its line {error.lineno}.") from None
    comments = _comments(source)
    declared = {}
    for statement in tree.body:
        for name, value, annotation in _assignments(statement):
            declared[name] = property_of(name, value, annotation, comments.get(statement.end_lineno or 0, ""))
    return declared


def _assignments(statement: ast.stmt) -> list[tuple[str, Any, str]]:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target, annotation = statement.targets[0], ""
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        target, annotation = statement.target, ast.unparse(statement.annotation)
    else:
        return []
    try:
        value = ast.literal_eval(statement.value)  # type: ignore[arg-type]
    except ValueError:
        return []  # computed, not a parameter
    return [(target.id, value, annotation)] if isinstance(target, ast.Name) else []


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}


def checked_parameters(schema: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters to run with: those given, defaults for the rest.

    Raise Invalid, naming every parameter that is wrong and those that exist, before anything starts.
    """
    properties = schema["properties"]
    problems = [_problem(error, properties) for error in _validator(schema).iter_errors(dict(given))]
    if not problems:
        problems = [
            f"Parameter {name}: {why}." for name in given if (why := wrong_value(properties[name], given[name]))
        ]
    if problems:
        raise Invalid(" ".join(problems), known=sorted(properties))
    return {name: facts["default"] for name, facts in properties.items()} | dict(given)


def _validator(schema: Mapping[str, Any]) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker(["date"]))


def _given(error: jsonschema.ValidationError) -> Mapping[str, Any]:
    return error.instance if isinstance(error.instance, Mapping) else {}


def _problem(error: jsonschema.ValidationError, properties: Mapping[str, Any]) -> str:
    if error.validator == "additionalProperties" and not error.absolute_path:
        unknown = sorted(set(_given(error)) - set(properties))
        known = ", ".join(sorted(properties)) or "none"
        return f"Unknown parameter {', '.join(unknown)}; this notebook takes: {known}."
    name = ".".join(str(part) for part in error.absolute_path)
    return f"Parameter {name}: {error.message}."
