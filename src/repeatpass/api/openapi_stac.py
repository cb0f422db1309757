"""The STAC API for the API's description: parameters, bodies, documents and operations (STAC API 1.0.0)."""

from repeatpass.api.openapi_features import GONE, IF_MATCH, TAG
from repeatpass.api.openapi_geodata import COLLECTION, NO_COLLECTION
from repeatpass.api.openapi_operations import JSON, OFFSET, REFUSED, TOKEN, Operation, operation, path, problem, query
from repeatpass.api.openapi_schemas import ANY_OBJECT, MOMENT, NUMBER, TEXT, WHOLE, Schema, listed, record, ref

GEOJSON, SCHEMA, PATCH = "application/geo+json", "application/schema+json", "application/merge-patch+json"
ITEM = path("item_id", "Id of the item.")
NO_ITEM = problem("There is no such collection or item, or it is not for the asker to see.")
KNOWN = problem("There is a collection or an item of this id already, or it still is in use.")
CHANGED = problem("It was changed since the revision that If-Match names.")
BOX: Schema = listed(NUMBER) | {"minItems": 4, "maxItems": 6}
PAGE: Schema = {"type": "integer", "minimum": 1, "maximum": 10000, "default": 10}
LANGUAGE: Schema = {"type": "string", "enum": ["cql2-text", "cql2-json"]}
WHEN = "2026-05-03T12:00:00Z, or an interval with /, of which one end may be .. for an open one."
SEARCHED: dict[str, Schema] = {
    "collections": listed(TEXT), "ids": listed(TEXT), "bbox": BOX, "intersects": ref("stacGeometry"), "datetime": TEXT,
    "limit": PAGE, "token": TEXT, "query": {"type": "object", "additionalProperties": ANY_OBJECT},
    "filter": {"oneOf": [ANY_OBJECT, TEXT]}, "filter-lang": LANGUAGE, "filter-crs": TEXT,
    "sortby": listed(record("field", field=TEXT, direction={"type": "string", "enum": ["asc", "desc"]})),
    "fields": record(include=listed(TEXT), exclude=listed(TEXT)),
}  # fmt: skip
STAC = {"stac_version": TEXT, "stac_extensions": listed(TEXT), "id": {**TEXT, "minLength": 1}}
LINKS = listed({**record("href rel", href=TEXT, rel=TEXT, type=TEXT, title=TEXT), "additionalProperties": True})
ASSETS: Schema = {"type": "object", "additionalProperties": {**record("href", href=TEXT), "additionalProperties": True}}
PLACE = record(
    "spatial temporal",
    spatial=record("bbox", bbox={**listed(BOX), "minItems": 1}),
    temporal=record("interval", interval=listed(listed({**MOMENT, "nullable": True}))),
)

SCHEMAS: dict[str, Schema] = {
    "stacGeometry": {**record("type", type=TEXT, coordinates=listed({})), "additionalProperties": True},
    "stacCatalog": {
        **record("type stac_version id description conformsTo links", **STAC, description=TEXT, conformsTo=listed(TEXT),
                 type={"type": "string", "enum": ["Catalog"]}, links=LINKS),
        "additionalProperties": True,
    },
    "stacCollection": {
        **record("type stac_version id description license extent links", **STAC, description=TEXT, license=TEXT,
                 type={"type": "string", "enum": ["Collection"]}, extent=PLACE, links=LINKS, assets=ASSETS),
        "additionalProperties": True,
    },
    "stacCollections": record("collections links", collections=listed(ref("stacCollection")), links=LINKS,
                              numberMatched=WHOLE, numberReturned=WHOLE),
    "stacItem": {
        **record("type stac_version id geometry properties links assets", **STAC, collection=TEXT,
                 type={"type": "string", "enum": ["Feature"]}, bbox=BOX, links=LINKS, assets=ASSETS,
                 geometry={"allOf": [ref("stacGeometry")], "nullable": True}, properties=ANY_OBJECT),
        "additionalProperties": True,
    },
    "stacFound": {  # with “fields” an item may lack what nobody asked for
        **record("type id", type={"type": "string", "enum": ["Feature"]}, id=TEXT), "additionalProperties": True,
    },
    "stacItems": record("type features links", type={"type": "string", "enum": ["FeatureCollection"]}, links=LINKS,
                        features=listed(ref("stacFound")), numberMatched=WHOLE, numberReturned=WHOLE),
    "stacSearch": record(**SEARCHED),
}  # fmt: skip


def given(name: str, words: str, schema: Schema = TEXT) -> Operation:
    """Return a parameter of an address; lists are written with commas between."""
    return query(name, words, schema) | {"style": "form", "explode": False}


def answered(words: str, media_type: str, schema: str) -> dict[str, Operation]:
    """Return the answer that a request gets where all is well."""
    return {"200": {"description": words, "headers": TAG, "content": {media_type: {"schema": ref(schema)}}}}


def _made(words: str, media_type: str, *schemas: Schema) -> Operation:
    headers = {"Location": {"description": "Where it is.", "schema": TEXT}}
    content = {media_type: {"schema": schemas[0]}} | ({JSON: {"schema": schemas[1]}} if len(schemas) > 1 else {})
    return {"description": words, "headers": headers, "content": content}


def body_of(*schemas: Schema, media_type: str = JSON) -> Operation:
    """Return the body of a request, of *media_type* or plain JSON."""
    schema = schemas[0] if len(schemas) == 1 else {"oneOf": list(schemas)}
    return {"required": True, "content": {name: {"schema": schema} for name in dict.fromkeys((media_type, JSON))}}


PAGED = (
    given("bbox", "Only what meets this box: west, south, east, north in degrees (or six, with heights).", BOX),
    given("datetime", f"Only what is of this time: {WHEN}"),
    given("limit", "Entries on a page.", PAGE),
)
CHOSEN = (
    *PAGED,
    given("ids", "Only these items.", listed(TEXT)),
    given("intersects", "Only what meets this GeoJSON geometry."),
    given("filter", "CQL2: eo:cloud_cover < 20 AND S_INTERSECTS(geometry, BBOX(0, 40, 20, 60))."),
    given("filter-lang", "Language of the filter.", LANGUAGE),
    given("filter-crs", "System of the filter's geometries: CRS84."),
    given("query", 'JSON: {"eo:cloud_cover": {"lt": 20}}.'),
    given("sortby", "Fields in the order of their weight; - before one sorts downwards.", listed(TEXT)),
    given("fields", "Only these members; - before one leaves it out.", listed(TEXT)),
    given("token", "Which page: as the link to it says."),
)
COLLECTIONS = given("collections", "Only items of these collections.", listed(TEXT))
WORDS = given("q", "Words that title, description or keywords hold.")
PAGE_OF_ITEMS = answered("A page of items.", GEOJSON, "stacItems")
OF_COLLECTION, OF_ITEM = (
    answered("The collection.", JSON, "stacCollection"),
    answered("The item.", GEOJSON, "stacItem"),
)
MISSING, NONE = {"404": NO_COLLECTION}, {"404": NO_ITEM}
CHANGING = {"403": REFUSED, "404": NO_ITEM, "409": KNOWN, "412": CHANGED}
ADDED = record(added=listed(TEXT))
HERE, ONE = "/stac/collections/{id}", "/stac/collections/{id}/items/{item_id}"
WITH_ITEM, MANY = body_of(ref("stacItem"), media_type=GEOJSON), record("type features", type=TEXT, features=listed({}))
DOCUMENT = answered("A JSON Schema.", SCHEMA, "jsonSchema")

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("/stac", "get"): operation("getStac", "The catalogue", answered("The catalogue.", JSON, "stacCatalog")),
    ("/stac/conformance", "get"): operation(
        "getStacConformance", "Which parts of STAC are kept", answered("The classes.", JSON, "confClasses")),
    ("/stac/collections", "get"): operation(
        "getStacCollections", "The collections, by place, time and words",
        answered("A page of collections.", JSON, "stacCollections"), WORDS, *PAGED, OFFSET),
    ("/stac/collections", "post"): operation(
        "addStacCollection", "Add a collection", {"201": _made("It was added.", JSON, ref("stacCollection"))},
        requestBody=body_of(ref("stacCollection")), security=TOKEN, failures=CHANGING),
    (HERE, "get"): operation("getStacCollection", "A collection", OF_COLLECTION, COLLECTION, failures=MISSING),
    (HERE, "put"): operation(
        "replaceStacCollection", "Replace a collection", OF_COLLECTION, COLLECTION, IF_MATCH,
        requestBody=body_of(ref("stacCollection")), security=TOKEN, failures=CHANGING),
    (HERE, "patch"): operation(
        "updateStacCollection", "Change some members of a collection (RFC 7396)", OF_COLLECTION, COLLECTION, IF_MATCH,
        requestBody=body_of(ANY_OBJECT, media_type=PATCH), security=TOKEN, failures=CHANGING),
    (HERE, "delete"): operation(
        "deleteStacCollection", "Delete a collection", {"204": GONE}, COLLECTION, IF_MATCH, security=TOKEN,
        failures=CHANGING),
    (f"{HERE}/items", "get"): operation(
        "getStacItems", "Items of a collection", PAGE_OF_ITEMS, COLLECTION, *CHOSEN, failures=MISSING),
    (f"{HERE}/items", "post"): operation(
        "addStacItems", "Add an item, or those of a FeatureCollection",
        {"201": _made("They were added.", GEOJSON, ref("stacItem"), ADDED)}, COLLECTION,
        requestBody=body_of(ref("stacItem"), MANY, media_type=GEOJSON), security=TOKEN, failures=CHANGING),
    (ONE, "get"): operation("getStacItem", "An item", OF_ITEM, COLLECTION, ITEM, failures=NONE),
    (ONE, "put"): operation(
        "replaceStacItem", "Replace an item", OF_ITEM, COLLECTION, ITEM, IF_MATCH, requestBody=WITH_ITEM, security=TOKEN,
        failures=CHANGING),
    (ONE, "patch"): operation(
        "updateStacItem", "Change some members of an item (RFC 7396)", OF_ITEM, COLLECTION, ITEM, IF_MATCH,
        requestBody=body_of(ANY_OBJECT, media_type=PATCH), security=TOKEN, failures=CHANGING),
    (ONE, "delete"): operation(
        "deleteStacItem", "Delete an item", {"204": GONE}, COLLECTION, ITEM, IF_MATCH, security=TOKEN, failures=CHANGING),
    ("/stac/search", "get"): operation("searchStac", "Find items", PAGE_OF_ITEMS, COLLECTIONS, *CHOSEN),
    ("/stac/search", "post"): operation(
        "searchStacByBody", "Find items", PAGE_OF_ITEMS, requestBody=body_of(ref("stacSearch"))),
    ("/stac/queryables", "get"): operation("getStacQueryables", "What filters can speak of", DOCUMENT),
    (f"{HERE}/queryables", "get"): operation(
        "getStacQueryablesOfCollection", "What filters can speak of", DOCUMENT, COLLECTION, failures=MISSING),
}  # fmt: skip
