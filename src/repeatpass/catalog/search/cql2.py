"""CQL2 (OGC 21-065r2): text or JSON in, checked CQL2-JSON out. The library ``cql2`` parses and validates."""

from collections.abc import Mapping
from typing import Any

import cql2

from repeatpass.core.errors import Invalid

COMPARE = {"eq": "=", "neq": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
PATTERNS = {"startsWith": "{}%", "endsWith": "%{}", "contains": "%{}%"}


def from_text(text: str) -> dict[str, Any]:
    """Read CQL2-Text; raise Invalid with the place where it stops making sense."""
    try:
        return _checked(cql2.parse_text(text))
    except cql2.ParseError as error:
        where = " ".join(line.strip() for line in str(error).splitlines() if "expected" in line or "-->" in line)
        raise Invalid(f"The filter is not CQL2-Text: {where.replace('--> ', 'at ')}.", field="filter") from None


def from_json(value: Any) -> dict[str, Any]:
    """Read CQL2-JSON; raise Invalid if it is none."""
    if isinstance(value, bool):
        return all_of_it(value)
    if not isinstance(value, Mapping):
        raise Invalid("The filter must be a CQL2-JSON object with “op” and “args”.", field="filter")
    try:
        expression = cql2.Expr(dict(value))
    except Exception as error:  # the library raises plain exceptions here
        raise Invalid(f"The filter is not CQL2-JSON: {str(error).splitlines()[0]}.", field="filter") from None
    return _checked(expression)


def _checked(expression: Any) -> dict[str, Any]:
    found = expression.to_json()
    if isinstance(found, bool):
        return all_of_it(found)
    if not isinstance(found, dict) or "op" not in found:
        raise Invalid(
            "The filter must be true or false of an item: a comparison or a combination of some.", field="filter"
        )
    return found


def all_of_it(truth: bool) -> dict[str, Any]:
    """Return the filter that is *truth* alone (21-065r2, 6.2: TRUE and FALSE are filters): of everything, or nothing."""
    return {"op": "and", "args": [truth]}


def from_query(query: Any) -> dict[str, Any] | None:
    """Turn the body of the STAC API extension *query* into CQL2-JSON; raise Invalid for unknown operators."""
    if not isinstance(query, Mapping):
        raise Invalid("“query” must be an object of properties, each with operators.", field="query")
    parts = [_term(name, operator, value) for name, terms in query.items() for operator, value in _terms(name, terms)]
    return all_of(parts)


def _terms(name: str, terms: Any) -> list[tuple[str, Any]]:
    if not isinstance(terms, Mapping):
        raise Invalid(f'“query.{name}” must be an object of operators, such as {{"lt": 10}}.', field=f"query.{name}")
    return list(terms.items())


def _term(name: str, operator: str, value: Any) -> dict[str, Any]:
    column = {"property": name}
    if operator in COMPARE:
        meant = [{"op": COMPARE[operator], "args": [column, each]} for each in _readings(value)]
        return meant[0] if len(meant) == 1 else {"op": "or", "args": meant}
    if operator == "in":
        return {"op": "in", "args": [column, value]}
    if operator in PATTERNS:
        plain = str(value).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return {"op": "like", "args": [column, PATTERNS[operator].format(plain)]}
    known = ", ".join([*COMPARE, "in", *PATTERNS])
    raise Invalid(f"“query.{name}” knows no operator “{operator}”; there are {known}.", field=f"query.{name}")


def _readings(value: Any) -> list[Any]:
    """Return what a value may mean: clients of this extension send numbers as texts, too."""
    try:
        return [value, float(value)] if isinstance(value, str) else [value]
    except ValueError:
        return [value]


def all_of(parts: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return one expression that holds where all *parts* do; None for no part."""
    if len(parts) < 2:
        return parts[0] if parts else None
    return {"op": "and", "args": parts}
