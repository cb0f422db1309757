"""The official schemas of OGC API – Processes 1.0, from a folder beside the repository; skipped where it is not."""

import base64
import os
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4
from tests.conftest import cannot

FOLDER = Path(os.environ.get("REPEATPASS_SCHEMAS", Path(__file__).parents[3] / "shared" / "schemas"))
PLACE = "schemas.opengis.net/ogcapi/processes/part1/1.0/openapi/schemas"
FORMATS = jsonschema.FormatChecker([])


@FORMATS.checks("byte")
def _is_base64(value: object) -> bool:
    # Without this every text is both a string and a binary value, and "oneOf" fails for all of them.
    try:
        return not isinstance(value, str) or bool(base64.b64decode(value, validate=True))
    except ValueError:
        return False


@cache
def _registry() -> Registry[Any]:
    folder = FOLDER / PLACE
    if not folder.is_dir():
        return Registry()
    found = {f"https://{PLACE}/{path.name}": yaml.safe_load(path.read_text()) for path in folder.glob("*.yaml")}
    resources = [(id, Resource(contents=plain(schema), specification=DRAFT4)) for id, schema in found.items()]
    return Registry().with_resources(resources)


def plain(schema: Any) -> Any:
    """Say “nullable” of OpenAPI in the words of JSON Schema."""
    if isinstance(schema, list):
        return [plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: plain(each) for name, each in schema.items()}
    if made.pop("nullable", None) is True and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    return made


def conforms(document: Any, name: str) -> None:
    """Fail unless *document* conforms to the official schema *name*; skip where the schemas are not here."""
    registry = _registry()
    uri = f"https://{PLACE}/{name}.yaml"
    if uri not in registry:
        cannot("the official schemas are not here (REPEATPASS_SCHEMAS)")
    validator = jsonschema.Draft4Validator({"$ref": uri}, registry=registry, format_checker=FORMATS)
    validator.validate(document)
