"""The schemas of the API's description: those of 18-062r2, written in OpenAPI 3.0 and in this document alone."""

from typing import Any

from repeatpass.api.job_list import STATUS

Schema = dict[str, Any]


def ref(name: str) -> Schema:
    """Return a reference to one of the schemas here."""
    return {"$ref": f"#/components/schemas/{name}"}


def listed(items: Schema) -> Schema:
    """Return a list of *items*."""
    return {"type": "array", "items": items}


def record(required: str = "", /, **properties: Schema) -> Schema:
    """Return an object with these properties, of which those named in *required* (with spaces) must be there."""
    names = required.split()
    return {"type": "object", "properties": properties} | ({"required": names} if names else {})


TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
ADDRESS: Schema = {"type": "string", "format": "uri"}
ANY_OBJECT: Schema = {"type": "object", "additionalProperties": True}
FORMAT = {"mediaType": TEXT, "encoding": TEXT, "schema": {"oneOf": [ADDRESS, {"type": "object"}]}}
ANY_VALUE: Schema = {
    "anyOf": [TEXT, NUMBER, {"type": "boolean"}, listed({"nullable": True}), ANY_OBJECT],
    "nullable": True,
}
DESCRIBED = {"title": TEXT, "description": TEXT}
SUMMARY = {
    "id": TEXT,
    "version": TEXT,
    **DESCRIBED,
    "keywords": listed(TEXT),
    "jobControlOptions": listed({"type": "string", "enum": ["sync-execute", "async-execute", "dismiss"]}),
    "outputTransmission": listed({"type": "string", "enum": ["value", "reference"]}),
    "links": listed(ref("link")),
}
SCHEMAS: dict[str, Schema] = {
    "link": record("href", href=TEXT, rel=TEXT, type=TEXT, hreflang=TEXT, title=TEXT),
    "landingPage": record("links", **DESCRIBED, links=listed(ref("link"))),
    "confClasses": record("conformsTo", conformsTo=listed(TEXT), links=listed(ref("link"))),
    "processSummary": record("id version", **SUMMARY),
    "processList": record(
        "processes links", processes=listed(ref("processSummary")), links=listed(ref("link")), numberMatched=WHOLE
    ),
    "inputDescription": record(
        "schema",
        **DESCRIBED,
        minOccurs=WHOLE,
        maxOccurs={"oneOf": [WHOLE, {"type": "string", "enum": ["unbounded"]}]},
        schema=ANY_OBJECT,
    ),
    "outputDescription": record("schema", **DESCRIBED, schema=ANY_OBJECT),
    "process": record(
        "id version",
        **SUMMARY,
        inputs={"type": "object", "additionalProperties": ref("inputDescription")},
        outputs={"type": "object", "additionalProperties": ref("outputDescription")},
    ),
    "bbox": record("bbox", bbox={**listed(NUMBER), "minItems": 4, "maxItems": 6}, crs=ADDRESS),
    "qualifiedValue": record("value", value=ANY_VALUE, **FORMAT),
    "value": {
        "description": "A plain value, a qualified one, a bounding box, or a link to one.",
        "anyOf": [
            TEXT,
            NUMBER,
            {"type": "boolean"},
            listed({"nullable": True}),
            ref("bbox"),
            ref("qualifiedValue"),
            ref("link"),
        ],
        "nullable": True,
    },
    "output": record(
        format=record(**FORMAT),
        transmissionMode={"type": "string", "enum": ["value", "reference"], "default": "value"},
    ),
    "subscriber": record(successUri=ADDRESS, inProgressUri=ADDRESS, failedUri=ADDRESS),
    "execute": record(
        inputs={"type": "object", "additionalProperties": ref("value")},
        outputs={"type": "object", "additionalProperties": ref("output")},
        response={"type": "string", "enum": ["raw", "document"]},
        subscriber=ref("subscriber"),
        flavour={"type": "string", "description": "Name of the class of resources to run with."},
    ),
    "statusCode": {"type": "string", "enum": list(dict.fromkeys(STATUS.values()))},
    "statusInfo": record(
        "jobID status type",
        processID=TEXT,
        type={"type": "string", "enum": ["process"]},
        jobID=TEXT,
        status=ref("statusCode"),
        message=TEXT,
        created=MOMENT,
        started=MOMENT,
        finished=MOMENT,
        updated=MOMENT,
        progress={"type": "integer", "minimum": 0, "maximum": 100},
        links=listed(ref("link")),
    ),
    "jobList": record(
        "jobs links",
        jobs=listed(ref("statusInfo")),
        links=listed(ref("link")),
        numberMatched=WHOLE,
        numberReturned=WHOLE,
    ),
    "results": {"type": "object", "additionalProperties": ref("value")},
    "exception": {
        **record("type", type=TEXT, title=TEXT, status=WHOLE, detail=TEXT, instance=TEXT, kind=TEXT),
        "description": "Problem details (RFC 9457).",
        "additionalProperties": True,
    },
}
