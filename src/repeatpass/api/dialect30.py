"""JSON Schema (2020-12), which notebooks declare, in the words of OpenAPI 3.0 and of 18-062r2's schema.yaml."""

from collections.abc import Mapping
from typing import Any

# What schema.yaml of 18-062r2 lets stand in a schema; everything else is left out, which only widens what is said.
WORDS = {
    "title", "multipleOf", "maximum", "minimum", "maxLength", "minLength", "pattern", "maxItems", "minItems",
    "uniqueItems", "maxProperties", "minProperties", "required", "description", "format", "default", "nullable",
    "readOnly", "writeOnly", "example", "deprecated", "contentMediaType", "contentEncoding", "contentSchema",
}  # fmt: skip
LISTS = ("oneOf", "anyOf", "allOf")
NULL = {"type": "null"}


def in_30(schema: Mapping[str, Any] | bool) -> dict[str, Any]:
    """Return *schema* without what came after OpenAPI 3.0: null as a type, const, examples, exclusive numbers."""
    if isinstance(schema, bool):
        return {} if schema else {"not": {}}
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    made = {name: value for name, value in schema.items() if name in WORDS}
    return made | _types(schema) | _choices(schema) | _bounds(schema) | _parts(schema)


def _types(schema: Mapping[str, Any]) -> dict[str, Any]:
    stated = schema.get("type")
    if not isinstance(stated, list):
        return {"type": stated} if stated not in (None, "null") else {"nullable": True} if stated else {}
    plain = [each for each in stated if each != "null"]
    null = {"nullable": True} if len(plain) < len(stated) else {}
    return null | ({"type": plain[0]} if len(plain) == 1 else {"anyOf": [{"type": each} for each in plain]})


def _choices(schema: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for word in LISTS:
        if word in schema:
            kept = [in_30(each) for each in schema[word] if each != NULL]
            made |= {"nullable": True} if len(kept) < len(schema[word]) else {}
            made |= kept[0] if len(kept) == 1 and word != "allOf" else {word: kept}
    if "const" in schema:
        made["enum"] = [schema["const"]]
    elif schema.get("enum"):
        made["enum"] = list(schema["enum"])
    if "examples" in schema and "example" not in schema:
        made["example"] = next(iter(schema["examples"]), None)
    return made


def _bounds(schema: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for exclusive, plain in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        bound = schema.get(exclusive)
        if isinstance(bound, bool):
            made[exclusive] = bound
        elif bound is not None:
            made |= {plain: bound, exclusive: True}
    return made


def _parts(schema: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if "properties" in schema:
        made["properties"] = {name: in_30(each) for name, each in schema["properties"].items()}
    if isinstance(schema.get("additionalProperties"), Mapping):
        made["additionalProperties"] = in_30(schema["additionalProperties"])
    elif "additionalProperties" in schema:
        made["additionalProperties"] = schema["additionalProperties"]
    if "not" in schema:
        made["not"] = in_30(schema["not"])
    items = schema.get("items", {} if "prefixItems" in schema else None)
    if items is not None or schema.get("type") == "array":  # an array of 3.0 must say what it holds
        made["items"] = in_30(items if items is not None and items is not True else {})
    return made
