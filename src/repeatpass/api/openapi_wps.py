"""WPS 2.0 and 1.0.0 for the API's description (14-065, 05-007r7)."""

from repeatpass.api.openapi_operations import TOKEN, Operation, path, query
from repeatpass.api.openapi_ows import PAGES, XML, choice, described, needed
from repeatpass.api.openapi_schemas import ANY_VALUE, TEXT, Schema
from repeatpass.api.wps.kvp import OPERATIONS as ASKED

SCHEMAS: dict[str, Schema] = {}
DOCUMENT = {XML: {"schema": TEXT}}
REPORTS = (XML,)
RAW = {"*/*": {"schema": ANY_VALUE}}  # one output as it is
PARAMETERS = (
    query("service", "The service.", choice("WPS")),
    query("version", "The version; 2.0.0 without it.", choice("2.0.0", "1.0.0")),
    needed("request", "The operation.", choice(*map(str, ASKED))),
    query("identifier", "The process.") | {"example": "echo"},
    query("DataInputs", "Inputs: name=value;other=value.") | {"example": "string=hello"},
    query("jobId", "The job that is meant."),
    query("AcceptVersions", "Versions that are understood.") | {"example": "2.0.0"},
    query("language", "The language.", choice("en", "*")),
)
JOB = path("id", "Id of the job.")
OPERATIONS: dict[tuple[str, str], Operation] = {
    ("/wps", "get"): described(
        "wps", "The notebooks as a WPS; a page for a browser that asks nothing. Execute and Dismiss need a token.",
        {**DOCUMENT, **PAGES, **RAW}, REPORTS, *PARAMETERS),
    ("/wps", "post"): described(
        "wpsPosted", "The same, asked in XML", {**DOCUMENT, **RAW}, REPORTS, security=TOKEN,
        requestBody={"required": True, "content": {XML: {"schema": TEXT}, "application/xml": {"schema": TEXT}}}),
    ("/wps/status/{id}", "get"): described(
        "wpsStatus", "How a job of version 1.0.0 stands", DOCUMENT, REPORTS, JOB,
        query("lineage", "Whether the inputs are told, too.", choice("true", "false"))),
    ("/wps/outputs/{id}", "get"): described(
        "wpsOutputs", "Every output of a job in one document", {"application/json": {"schema": ANY_VALUE}}, REPORTS, JOB),
}  # fmt: skip
