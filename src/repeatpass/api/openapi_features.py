"""OGC API – Features for the API's description: parameters, documents and operations."""

from typing import Any

from repeatpass.api.openapi_operations import (
    FORM,
    HTML,
    JSON,
    OFFSET,
    REFUSED,
    TOKEN,
    Operation,
    operation,
    page,
    path,
    problem,
    query,
)  # fmt: skip
from repeatpass.api.openapi_schemas import ANY_OBJECT, MOMENT, NUMBER, TEXT, WHOLE, Schema, listed, record, ref

GEOJSON, SCHEMA, PARQUET = "application/geo+json", "application/schema+json", "application/vnd.apache.parquet"
FLATGEOBUF, PATCH, PROTOBUF = (
    "application/flatgeobuf",
    "application/merge-patch+json",
    "application/vnd.mapbox-vector-tile",
)
COLLECTION, FEATURE = path("id", "Id of the collection."), path("feature", "Id of the feature.")
NO_FEATURES = problem("There is no such collection or feature, or the collection holds no features.")
CHANGED = problem("The feature was changed since the revision that If-Match names.")
FROM_FILE = problem("The features stand in a file of the collection, or there is one of this id already.")
BINARY: Schema = {"type": "string", "format": "binary"}


def _parameter(name: str, words: str, schema: Schema) -> Operation:
    """Return a parameter as Part 1 wants it: in one piece (explode: false)."""
    return query(name, words, schema) | {"style": "form", "explode": False}


def _header(name: str, words: str) -> Operation:
    return {"name": name, "in": "header", "required": False, "description": words, "schema": TEXT}


ADDRESS: Schema = {"type": "string", "format": "uri"}
LIMIT = _parameter("limit", "Features on a page. A file (geojson-file, csv, fgb, parquet) holds all of them without it.",
                   {"type": "integer", "minimum": 1, "maximum": 10000, "default": 10})  # fmt: skip
BBOX = _parameter("bbox", "Only features whose geometry meets this box: west, south, east, north (or six numbers, with "
                  "heights, which are passed over). West is more than east across the antimeridian.",
                  {"oneOf": [listed(NUMBER) | {"minItems": 4, "maxItems": 4},
                             listed(NUMBER) | {"minItems": 6, "maxItems": 6}]})  # fmt: skip
DATETIME = _parameter("datetime", "Only features of this time, and those that say none: 2026-05-03T12:00:00Z, 2026-05-03, or "
                      "an interval with / between, of which one end may be .. or a duration.", TEXT)  # fmt: skip
CRS = _parameter("crs", "System of the answer's coordinates, one of the collection's “crs”.", ADDRESS)
TAG = {"ETag": {"description": "The revision of the feature.", "schema": TEXT}}
IF_MATCH = _header("If-Match", "Change it only if it still is of this ETag.")
CONTENT_CRS = _header("Content-Crs", "System of the coordinates in the body; CRS84 without it.")
PARAMETERS = (
    LIMIT, OFFSET, BBOX, DATETIME, CRS,
    _parameter("bbox-crs", "System of bbox.", ADDRESS),
    _parameter("filter", "CQL2: depth > 100 AND S_INTERSECTS(geometry, BBOX(0, 40, 20, 60)).", TEXT),
    _parameter("filter-lang", "Language of the filter.", {"type": "string", "enum": ["cql2-text", "cql2-json"]}),
    _parameter("filter-crs", "System of the filter's geometries.", ADDRESS),
    _parameter("sortby", "Fields in the order of their weight; - before one sorts downwards.", listed(TEXT)),
    _parameter("properties", "Only these properties.", listed(TEXT)),
    _parameter("skipGeometry", "Leave the geometries out.", {"type": "boolean", "default": False}),
    _parameter("f", "Form of the answer, instead of Accept.",
               {"type": "string", "enum": ["json", "html", "geojson-file", "csv", "fgb", "parquet"]}),
)  # fmt: skip
GEOMETRY: Schema = {**record("type", type=TEXT, coordinates=listed({})), "nullable": True, "additionalProperties": True}

SCHEMAS: dict[str, Schema] = {
    "featureGeoJSON": record(
        "type geometry properties", type={"type": "string", "enum": ["Feature"]},
        id={"oneOf": [TEXT, WHOLE]}, geometry=GEOMETRY, properties={**ANY_OBJECT, "nullable": True},
        links=listed(ref("link")),
    ),
    "featureCollectionGeoJSON": record(
        "type features", type={"type": "string", "enum": ["FeatureCollection"]}, features=listed(ref("featureGeoJSON")),
        links=listed(ref("link")), timeStamp=MOMENT, numberMatched={**WHOLE, "minimum": 0},
        numberReturned={**WHOLE, "minimum": 0},
    ),
    "jsonSchema": ANY_OBJECT,
    "newCollection": record(
        "id", id=TEXT, title=TEXT, description=TEXT, keywords=listed(TEXT), license=TEXT, storageCrs=TEXT,
        schema=ref("jsonSchema"), geometry=TEXT, visibility={"type": "string", "enum": ["private", "public"]},
    ),
    "vectorTileSet": ANY_OBJECT,
}  # fmt: skip


def _content(*kinds: str, schema: Schema) -> dict[str, Any]:
    return {kind: {"schema": schema} for kind in kinds}


ITEMS = {
    "description": "A page of features, or a file of all.",
    "headers": {"Content-Crs": {"description": "System of the coordinates.", "schema": TEXT}},
    "content": {
        **_content(GEOJSON, schema=ref("featureCollectionGeoJSON")), **_content(HTML, "text/csv", schema=TEXT),
        **_content(FLATGEOBUF, PARQUET, schema=BINARY),
    },
}  # fmt: skip
ITEM = {
    "description": "The feature.",
    "headers": TAG,
    "content": {**_content(GEOJSON, schema=ref("featureGeoJSON")), **_content(HTML, schema=TEXT)},
}
DESCRIBED = {
    "description": "A JSON Schema.",
    "content": {**_content(SCHEMA, schema=ref("jsonSchema")), **_content(HTML, schema=TEXT)},
}
ADDED = {
    "description": "It was added.",
    "headers": {"Location": {"description": "Where it is.", "schema": TEXT}},
    "content": _content(JSON, schema=record(added=listed(TEXT))),
}
METHODS = {
    "description": "The methods stand in the header.",
    "headers": {"Allow": {"description": "The methods.", "schema": TEXT}},
}
GONE = {"description": "It was deleted."}
TILE = {"description": "A vector tile.", "content": _content(PROTOBUF, schema=BINARY)}
MISSING, CHANGING = {"404": NO_FEATURES}, {"403": REFUSED, "404": NO_FEATURES, "409": FROM_FILE, "412": CHANGED}
NEW_FEATURES = {
    "required": True,
    "content": {
        **_content(GEOJSON, JSON, schema=ref("featureGeoJSON")), **_content("text/csv", schema=TEXT),
        **_content(FLATGEOBUF, PARQUET, "application/geopackage+sqlite3", schema=BINARY),
    },
}  # fmt: skip
ONE_FEATURE = {"required": True, "content": _content(GEOJSON, JSON, schema=ref("featureGeoJSON"))}
PATCHING = {"required": True, "content": _content(PATCH, GEOJSON, JSON, schema=ANY_OBJECT)}
TMS = path("tms", "Id of the tile matrix set: WebMercatorQuad or WorldCRS84Quad.")
HERE = "/ogc/collections/{id}"
OPERATIONS: dict[tuple[str, str], Operation] = {
    (f"{HERE}/items", "get"): operation(
        "getFeatures", "Features of a collection", {"200": ITEMS}, COLLECTION, *PARAMETERS, failures=MISSING),
    (f"{HERE}/items", "post"): operation(
        "addFeatures", "Add features: one, a FeatureCollection, or those of a file", {"201": ADDED}, COLLECTION,
        CONTENT_CRS, requestBody=NEW_FEATURES, security=TOKEN, failures=CHANGING),
    (f"{HERE}/items/{{feature}}", "get"): operation(
        "getFeature", "A feature", {"200": ITEM}, COLLECTION, FEATURE, CRS, FORM, failures=MISSING),
    (f"{HERE}/items/{{feature}}", "put"): operation(
        "replaceFeature", "Replace a feature", {"200": ITEM}, COLLECTION, FEATURE, IF_MATCH, CONTENT_CRS,
        requestBody=ONE_FEATURE, security=TOKEN, failures=CHANGING),
    (f"{HERE}/items/{{feature}}", "patch"): operation(
        "updateFeature", "Change some members of a feature (RFC 7396)", {"200": ITEM}, COLLECTION, FEATURE, IF_MATCH,
        CONTENT_CRS, requestBody=PATCHING, security=TOKEN, failures=CHANGING),
    (f"{HERE}/items/{{feature}}", "delete"): operation(
        "deleteFeature", "Delete a feature", {"204": GONE}, COLLECTION, FEATURE, IF_MATCH, security=TOKEN,
        failures=CHANGING),
    (f"{HERE}/items", "options"): operation(
        "getMethodsOfItems", "What can be done with the features", {"204": METHODS}, COLLECTION, failures=MISSING),
    (f"{HERE}/items/{{feature}}", "options"): operation(
        "getMethodsOfItem", "What can be done with a feature", {"204": METHODS}, COLLECTION, FEATURE, failures=MISSING),
    (f"{HERE}/schema", "get"): operation(
        "getSchema", "What the features of a collection are", {"200": DESCRIBED}, COLLECTION, FORM, failures=MISSING),
    (f"{HERE}/queryables", "get"): operation(
        "getQueryables", "What filters can speak of", {"200": DESCRIBED}, COLLECTION, FORM, failures=MISSING),
    (f"{HERE}/sortables", "get"): operation(
        "getSortables", "What features can be sorted by", {"200": DESCRIBED}, COLLECTION, FORM, failures=MISSING),
    (f"{HERE}/tiles", "get"): operation(
        "features.collection.vector.getTileSetsList", "The vector tiles of a collection",
        {"200": page("vectorTileSet", "The tile sets.")}, COLLECTION,
        FORM, failures=MISSING),
    (f"{HERE}/tiles/{{tms}}", "get"): operation(
        "features.collection.vector.getTileSet", "One set of vector tiles",
        {"200": page("vectorTileSet", "The tile set, or TileJSON.")}, COLLECTION,
        TMS, query("f", "tilejson gives TileJSON 3.0.", {"type": "string", "enum": ["json", "html", "tilejson"]}),
        failures=MISSING),
    (f"{HERE}/tiles/{{tms}}/{{z}}/{{y}}/{{x}}", "get"): operation(
        "features.collection.vector.getTile", "A vector tile (Mapbox Vector Tile 2.1)",
        {"200": TILE, "204": {"description": "An empty tile."}},
        COLLECTION, TMS, path("z", "Id of the tile matrix."), path("y", "Row."), path("x", "Column."), DATETIME,
        _parameter("filter", "CQL2 text or JSON.", TEXT), _parameter("properties", "Only these.", listed(TEXT)),
        failures=MISSING),
    ("/ogc/collections", "post"): operation(
        "createCollection", "Begin a collection of features", {"201": ADDED}, security=TOKEN,
        requestBody={"required": True, "content": _content(JSON, schema=ref("newCollection"))},
        failures={"403": REFUSED, "409": problem("There is a collection of this id already.")}),
    (HERE, "delete"): operation(
        "deleteCollection", "Delete a collection of features", {"204": GONE}, COLLECTION, security=TOKEN,
        failures=CHANGING),
}  # fmt: skip
