"""Parameters: a JSON Schema made from the cell tagged ``parameters``, never written by hand.

In the cell, every assignment of a plain value is a parameter. Its comment is the help, and may begin with a
range or a choice::

    months = 3              # 1..60: months to average over
    box = "nino34"          # {nino3, nino34, nino4}: region of the index
    start: str = "2006-04"  # first month
"""

import ast
import io
import re
import tokenize
from collections.abc import Mapping
from typing import Any

import jsonschema

from repeatpass.core.errors import Invalid

RANGE = re.compile(r"^\s*(-?[\d.]+(?:e-?\d+)?)\s*\.\.\s*(-?[\d.]+(?:e-?\d+)?)\s*(?::|$)\s*(.*)$", re.IGNORECASE)
CHOICE = re.compile(r"^\s*\{([^}]*)\}\s*(?::|$)\s*(.*)$")
TYPES: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    tuple: "array",
    dict: "object",
}
ANNOTATIONS = {
    "bool": "boolean",
    "int": "integer",
    "float": "number",
    "str": "string",
    "list": "array",
    "dict": "object",
}


def parameters_schema(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a notebook's parameters; one without such a cell takes none."""
    properties: dict[str, Any] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and "parameters" in cell.get("metadata", {}).get("tags", []):
            properties |= _declared(cell["source"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
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
            declared[name] = _property(value, annotation, comments.get(statement.end_lineno or 0, ""))
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


def _property(value: Any, annotation: str, comment: str) -> dict[str, Any]:
    stated = ANNOTATIONS.get(annotation.split("[")[0], TYPES.get(type(value), ""))
    schema: dict[str, Any] = {"type": stated} if stated else {}
    if match := RANGE.match(comment):
        schema |= {"minimum": _number(match[1]), "maximum": _number(match[2])}
        comment = match[3]
    elif match := CHOICE.match(comment):
        schema["enum"] = [_choice(text.strip(), value) for text in match[1].split(",")]
        comment = match[2]
    if comment.strip():
        schema["description"] = comment.strip()
    return schema | {"default": list(value) if isinstance(value, tuple) else value}


def _number(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() and "." not in text else number


def _choice(text: str, like: Any) -> Any:
    return type(like)(text.strip("\"'")) if isinstance(like, int | float | str) else text.strip("\"'")


def checked_parameters(schema: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters to run with: those given, defaults for the rest.

    Raise Invalid, naming every parameter that is wrong and those that exist, before anything starts.
    """
    properties = schema["properties"]
    problems = [_problem(error, properties) for error in _validator(schema).iter_errors(dict(given))]
    if problems:
        raise Invalid(" ".join(problems), known=sorted(properties))
    return {name: facts["default"] for name, facts in properties.items()} | dict(given)


def _validator(schema: Mapping[str, Any]) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema)


def _given(error: jsonschema.ValidationError) -> Mapping[str, Any]:
    return error.instance if isinstance(error.instance, Mapping) else {}


def _problem(error: jsonschema.ValidationError, properties: Mapping[str, Any]) -> str:
    if error.validator == "additionalProperties":
        unknown = sorted(set(_given(error)) - set(properties))
        known = ", ".join(sorted(properties)) or "none"
        return f"Unknown parameter {', '.join(unknown)}; this notebook takes: {known}."
    name = ".".join(str(part) for part in error.absolute_path)
    return f"Parameter {name}: {error.message}."
