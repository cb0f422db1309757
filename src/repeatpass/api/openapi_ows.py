"""What the descriptions of the OGC's services in XML share: WMS, WMTS and WPS.

Their parameters are read in any case; in the descriptions they stand as the standards write them.
"""

from typing import Any

from repeatpass.api.maps import telling
from repeatpass.api.maps.composing import FORMATS
from repeatpass.api.openapi_operations import HTML, JSON, Operation, query
from repeatpass.api.openapi_schemas import TEXT, Schema, record, ref

XML = "text/xml"
BINARY: Schema = {"type": "string", "format": "binary"}
WHOLE: Schema = {"type": "integer", "minimum": 0}
PAGES = {HTML: {"schema": TEXT}, JSON: {"schema": ref("servicePage")}}  # what a browser is shown
PICTURES = {each: {"schema": BINARY} for each in FORMATS}
VALUES = {each: {"schema": TEXT} for each in telling.FORMATS}
KNOWN = {"304": {"description": "The asker has this already."}}
SCHEMAS: dict[str, Schema] = {
    "servicePage": {**record("", title=TEXT, description=TEXT), "additionalProperties": True},
}


def choice(*values: str, **more: Any) -> Schema:
    """Return the schema of one of *values*."""
    return {"type": "string", "enum": list(values), **more}


def needed(name: str, words: str, schema: Schema = TEXT) -> Operation:
    """Return a parameter of the query that must be there."""
    return {**query(name, words, schema), "required": True}


def described(
    id: str, summary: str, kinds: dict[str, Any], reports: tuple[str, ...], *parameters: Operation, **more: Any
) -> Operation:
    """Return one operation: *kinds* are the forms that it answers in, *reports* those in which it says what is wrong."""
    wrong = "An exception report: the code, the parameter, and what would be right."
    return {
        "operationId": id,
        "summary": summary,
        "parameters": list(parameters),
        "responses": {
            "200": {"description": "What was asked for.", "content": kinds},
            **more.pop("answers", {}),
            "400": _report(wrong, reports),
            "404": _report("There is no such layer, collection or job; the report names it.", reports),
            "default": _report(wrong, reports),
        },
        **more,
    }


def _report(words: str, kinds: tuple[str, ...]) -> Operation:
    """Return an answer in XML; what is refused before the service reads it is told as problem details."""
    content = {each: {"schema": TEXT} for each in kinds}
    return {"description": words, "content": content | {"application/problem+json": {"schema": ref("exception")}}}
