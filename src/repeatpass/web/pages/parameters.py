"""The declared parameters of a notebook as form fields, and a posted form as parameters."""

import json
import re
from collections.abc import Mapping
from typing import Any, Literal

from repeatpass.web.views import ParameterField

Kind = Literal["text", "number", "integer", "boolean", "date", "choice", "list"]
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
KINDS: Mapping[str, Kind] = {"integer": "integer", "number": "number", "boolean": "boolean", "array": "list"}


def fields_of(schema: Mapping[str, Any], given: Mapping[str, str], wrong: str = "") -> tuple[ParameterField, ...]:
    """The fields, filled with what was *given* or with the defaults; *wrong* is the sentence of the refusal."""
    return tuple(_field(name, facts, given, wrong) for name, facts in schema["properties"].items())


def _field(name: str, facts: Mapping[str, Any], given: Mapping[str, str], wrong: str) -> ParameterField:
    value = given.get(name, as_text(facts.get("default")))
    found = re.search(rf"Parameter {re.escape(name)}: [^.]*(?:\.\d[^.]*)*\.", wrong)
    return ParameterField(
        name=name,
        kind=_kind(facts),
        value=value,
        help=_help(facts),
        minimum=facts.get("minimum"),
        maximum=facts.get("maximum"),
        choices=tuple(as_text(choice) for choice in facts.get("enum", ())),
        error=found[0] if found else "",
    )


def _kind(facts: Mapping[str, Any]) -> Kind:
    if "enum" in facts:
        return "choice"
    default = facts.get("default")
    if facts.get("format") == "date" or (isinstance(default, str) and DATE.fullmatch(default)):
        return "date"
    return KINDS.get(next(iter(_types(facts)), ""), "text")


def _types(facts: Mapping[str, Any]) -> list[str]:
    stated = facts.get("type", [])
    return [each for each in (stated if isinstance(stated, list) else [stated]) if each != "null"]


def _help(facts: Mapping[str, Any]) -> str:
    text = str(facts.get("description", ""))
    if "minimum" in facts and "maximum" in facts:
        text = f"{text} ({facts['minimum']:g} to {facts['maximum']:g})".strip()
    return text[:1].upper() + text[1:]


def as_text(value: Any) -> str:
    """A value as it stands in a field."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def read_form(schema: Mapping[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
    """The parameters a form gives. What is not what the declaration wants stays text, and the check names it."""
    properties = schema["properties"]
    return {name: _read(properties[name], text) for name, text in form.items() if name in properties}


def _read(facts: Mapping[str, Any], text: str) -> Any:
    if not text.strip() and "null" in facts.get("type", ""):
        return None
    if _types(facts) == ["string"] and "enum" not in facts:
        return text
    for choice in facts.get("enum", ()):
        if as_text(choice) == text:
            return choice
    try:
        return json.loads(text.strip())
    except ValueError:
        return text
