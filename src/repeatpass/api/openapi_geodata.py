"""The collections of OGC API – Common – Part 2 for the API's description; what each face adds stands beside it."""

from repeatpass.api.openapi_operations import FORM, OFFSET, Operation, operation, page, path, problem, query
from repeatpass.api.openapi_schemas import MOMENT, NUMBER, TEXT, Schema, listed, record, ref

COLLECTION = path("id", "Id of the collection.")
NO_COLLECTION = problem("There is no such collection, or it is not for the asker to see.")

SCHEMAS: dict[str, Schema] = {
    "extent": record(
        spatial=record(bbox=listed({**listed(NUMBER), "minItems": 4, "maxItems": 6}), crs=TEXT),
        temporal=record(interval=listed(listed({**MOMENT, "nullable": True})), trs=TEXT),
    ),
    "collection": {
        **record(
            "id links",
            id=TEXT,
            title=TEXT,
            description=TEXT,
            keywords=listed(TEXT),
            extent=ref("extent"),
            itemType=TEXT,
            crs=listed(TEXT),
            storageCrs=TEXT,
            links=listed(ref("link")),
        ),
        "additionalProperties": True,
    },
    "collections": record(
        "links collections",
        links=listed(ref("link")),
        crs=listed(TEXT),
        numberMatched={"type": "integer"},
        numberReturned={"type": "integer"},
        collections=listed(ref("collection")),
    ),
}

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("/ogc/collections", "get"): operation(
        "getCollections", "The collections", {"200": page("collections", "A page of the list.")},
        query("limit", "Collections on a page.", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1000}),
        OFFSET, FORM),
    ("/ogc/collections/{id}", "get"): operation(
        "describeCollection", "A collection and what can be read of it",
        {"200": page("collection", "The collection.")}, COLLECTION, FORM, failures={"404": NO_COLLECTION}),
}  # fmt: skip
