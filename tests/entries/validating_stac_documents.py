"""Validating against the schemas that STAC and its extensions publish, from a copy beside the repository."""

import json
from typing import Any

import jsonschema
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7
from tests.conftest import cannot
from tests.schemas import COPY


def validate(document: dict[str, Any]) -> None:
    """Validate against STAC 1.1 and each extension that is named and of which there is a copy."""
    if not COPY.exists():
        cannot("There is no copy of the schemas.")
    kind = {"Collection": "collection", "Feature": "item"}[document["type"]]
    core = f"https://schemas.stacspec.org/v1.1.0/{kind}-spec/json-schema/{kind}.json"
    assets = {key: {"href": "x", **each} for key, each in document.get("assets", {}).items()}
    for address in [core, *document["stac_extensions"]]:
        path = COPY / address.removeprefix("https://")
        if path.exists():
            validator = jsonschema.Draft7Validator(json.loads(path.read_text()), registry=Registry(retrieve=_copied))
            links = [*document["links"], {"rel": "collection", "href": "x"}]  # as the faces write it
            found = validator.iter_errors({**document, "assets": assets, "links": links})
            errors = [f"{'.'.join(map(str, each.absolute_path))}: {each.message[:300]}" for each in found]
            assert not errors, f"{address}: {errors}"


def _copied(uri: str) -> Resource[Any]:
    path = COPY / uri.split("://")[1].split("#")[0]
    return DRAFT7.create_resource(json.loads(path.read_text()))
