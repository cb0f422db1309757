"""The official schemas of OGC API – Features 1.0, from a folder beside the repository; skipped where it is not."""

from functools import cache
from typing import Any

import jsonschema
import yaml
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4
from tests.api.official import plain
from tests.conftest import cannot
from tests.schemas import COPY

PLACE = "schemas.opengis.net/ogcapi/features/part1/1.0/openapi/schemas"


@cache
def _registry() -> Registry[Any]:
    folder = COPY / PLACE
    if not folder.is_dir():
        return Registry()
    read = {path: yaml.safe_load(path.read_text()) for path in folder.glob("*.yaml")}
    return Registry().with_resources(
        (f"https://{PLACE}/{path.name}", Resource(contents=plain(schema), specification=DRAFT4))
        for path, schema in read.items()
    )


def conforms(document: Any, name: str) -> None:
    """Fail unless *document* conforms to the official schema *name*; skip where the schemas are not here."""
    uri = f"https://{PLACE}/{name}.yaml"
    if uri not in _registry():
        cannot(f"There is no copy of {uri}.")
    jsonschema.Draft4Validator({"$ref": uri}, registry=_registry()).validate(_with_places(document))


def _with_places(document: Any) -> Any:
    """The standard's schema wants a geometry in every feature; RFC 7946, which it follows, allows null."""
    if isinstance(document, dict) and document.get("type") == "FeatureCollection":
        return {**document, "features": [_with_places(each) for each in document["features"]]}
    if isinstance(document, dict) and document.get("type") == "Feature" and document["geometry"] is None:
        return {**document, "geometry": {"type": "Point", "coordinates": [0, 0]}}
    return document
