"""The official schemas of OGC API – Tiles 1.0, from a folder beside the repository; skipped where it is not."""

from functools import cache
from typing import Any

import jsonschema
import yaml
from tests.api.official import FOLDER
from tests.conftest import cannot

PATH = FOLDER / "schemas.opengis.net/ogcapi/tiles/part1/1.0/openapi/ogcapi-tiles-1.yaml"


@cache
def _document() -> Any:
    return yaml.safe_load(PATH.read_text()) if PATH.exists() else None


def conforms(document: Any, name: str) -> None:
    """Fail unless *document* conforms to the official schema *name*."""
    if _document() is None:
        cannot("the official schemas are not here (REPEATPASS_SCHEMAS)")
    schema = {"$ref": f"#/components/schemas/{name}", "components": _document()["components"]}
    jsonschema.Draft202012Validator(schema).validate(document)
