"""The API's description in OpenAPI 3.0.3: every route for programs, no page, and nothing fetched from elsewhere.

The routes are those that the application has; what the framework cannot know of them (18-062r2's parameters, bodies
and answers) stands in `openapi_operations`.
"""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from repeatpass.api import (
    openapi_aggregation,
    openapi_deploying,
    openapi_features,
    openapi_files,
    openapi_geodata,
    openapi_maps,
    openapi_series,
    openapi_stac,
    openapi_tiles,
    openapi_wms,
    openapi_wmts,
    openapi_wps,
)
from repeatpass.api.dialect30 import in_30
from repeatpass.api.openapi_operations import OPERATIONS as PROCESSES
from repeatpass.api.openapi_operations import problem
from repeatpass.api.openapi_schemas import SCHEMAS as COMMON
from repeatpass.api.openapi_schemas import TEXT
from repeatpass.api.segments import routes_of

MEDIA_TYPE = "application/vnd.oai.openapi+json;version=3.0"
# What each part of the API states of its own operations and schemas; a new part is added here.
PARTS = (
    openapi_deploying,
    openapi_files,
    openapi_maps,
    openapi_geodata,
    openapi_features,
    openapi_series,
    openapi_stac,
    openapi_aggregation,
    openapi_tiles,
    openapi_wms,
    openapi_wmts,
    openapi_wps,
)
OPERATIONS = PROCESSES | {place: each for part in PARTS for place, each in part.OPERATIONS.items()}
SCHEMAS = COMMON | {name: each for part in PARTS for name, each in part.SCHEMAS.items()}
ROOT = "/ogc"  # of the OGC APIs: their landing page, from which the standards count their paths
PREFIXES = (ROOT, "/series/", "/stac", "/files/", "/health", "/tiles", "/wms", "/wmts", "/wps")
FILES = ("/runs/{id}/outputs/", "/runs/{id}/crate.zip", "/runs/{id}/executed.ipynb")
PARAMETERS = {
    "f": {"name": "f", "in": "query", "required": False, "description": "Form of the answer, instead of Accept.",
          "schema": {"type": "string", "enum": ["json", "html"]}},
    "limit": {"name": "limit", "in": "query", "required": False, "description": "Entries on a page.",
              "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 50}},
    "offset": {"name": "offset", "in": "query", "required": False, "description": "Entries to pass over.",
               "schema": {"type": "integer", "minimum": 0, "default": 0}},
}  # fmt: skip
DESCRIPTION = """Every notebook on the shelf is a process. `repeatpass token` prints the token that executing needs,
which is sent as `Authorization: Bearer …`; reading needs none."""
TAGS = {
    "landing": "What is here.",
    "processes": "Notebooks as processes.",
    "jobs": "Executions and their results.",
    "collections": "The collections of data under the OGC APIs.",
    "series": "Layers in time: at a point, or over an area.",
    "edr": "OGC API – Environmental Data Retrieval: values at points and in areas.",
    "features": "Features of collections: read, filtered, changed, as vector tiles.",
    "stac": "Collections and items of data.",
    "maps": "OGC API – Maps: pictures of any part of the world.",
    "map tiles": "OGC API – Tiles: the same pictures as tiles.",
    "tiles": "Layers: tiles as XYZ, values, statistics and cut-outs.",
    "wms": "The layers as an OGC Web Map Service.",
    "wmts": "The layers as an OGC Web Map Tile Service.",
    "wps": "Notebooks as an OGC Web Processing Service.",
    "files": "Files by checksum, and what runs left.",
    "health": "How the house is.",
}


def openapi(app: FastAPI, base: str) -> dict[str, Any]:
    """Return the description of *app* as it is reached at *base*.

    The standards count the paths of the OGC APIs from the landing page, and so do the OGC's test suites and other
    clients; every other path says itself that it is counted from *base*.
    """
    if not hasattr(app.state, "described"):  # the routes stay the same for the life of the application
        app.state.described = _described(app)
    found, here = app.state.described, base.rstrip("/")
    house = [{"url": here or "/", "description": "This house"}]
    paths = dict(_placed(path, methods, house) for path, methods in found["paths"].items())
    servers = [{"url": f"{here}{ROOT}", "description": "The OGC APIs of this house"}]
    return {**found, "servers": servers, "paths": paths}


def _placed(path: str, methods: Mapping[str, Any], house: list[dict[str, str]]) -> tuple[str, dict[str, Any]]:
    if path == ROOT or path.startswith(f"{ROOT}/"):
        return path.removeprefix(ROOT) or "/", dict(methods)
    return path, {"servers": house, **methods}


def _described(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(title="Repeatpass", version=version("repeatpass"), routes=routes_of(app))
    known = found["paths"] | {path: {"get": {}} for path in openapi_tiles.UNSEEN}
    paths = {
        path: {method: _operation(path, method, facts) for method, facts in methods.items()}
        for path, methods in known.items()
        if _is_for_programs(path)
    }
    used = {tag for methods in paths.values() for facts in methods.values() for tag in facts.get("tags", ())}
    schemas = {name: in_30(schema) for name, schema in found.get("components", {}).get("schemas", {}).items()}
    unneeded = {"HTTPValidationError", "ValidationError"}
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Repeatpass",
            "version": version("repeatpass"),
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "tags": [
            {"name": tag, "description": TAGS.get(tag, "")} for tag in [*TAGS, *sorted(used - set(TAGS))] if tag in used
        ],
        "paths": paths,
        "components": {
            "schemas": {name: schema for name, schema in schemas.items() if name not in unneeded} | SCHEMAS,
            "parameters": PARAMETERS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _is_for_programs(path: str) -> bool:
    return path.startswith((*PREFIXES, *FILES))


def _operation(path: str, method: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    stated = OPERATIONS.get((path, method))
    if stated is not None:
        return {"tags": facts.get("tags", []), **stated}
    failed = {"default": problem("The request could not be answered.")}
    return {
        "tags": facts.get("tags", []),
        "operationId": _id(path, method),
        "summary": facts.get("summary", ""),
        **({"description": facts["description"]} if facts.get("description") else {}),
        "parameters": [_parameter(each) for each in facts.get("parameters", ())],
        **({"requestBody": _content(facts["requestBody"])} if "requestBody" in facts else {}),
        "responses": {code: _content(each) for code, each in facts["responses"].items() if code != "422"} | failed,
    }


def _id(path: str, method: str) -> str:
    words = [part for part in path.replace("{", "by/").replace("}", "").replace(".", "/").split("/") if part]
    return method + "".join(word[:1].upper() + word[1:] for word in words)


def _parameter(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {**facts, "schema": in_30(facts.get("schema", TEXT))}


def _content(facts: Mapping[str, Any]) -> dict[str, Any]:
    if "content" not in facts:
        return dict(facts)
    content = {name: {**each, "schema": in_30(each.get("schema", {}))} for name, each in facts["content"].items()}
    return {**facts, "content": content}
