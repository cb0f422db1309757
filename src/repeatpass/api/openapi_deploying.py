"""OGC API – Processes – Part 2 (20-044) for the API's description: deploy, replace, undeploy."""

from repeatpass.api.openapi_operations import (
    JSON,
    NO_PROCESS,
    PROCESS,
    REFUSED,
    TOKEN,
    Operation,
    operation,
    problem,
    query,
)
from repeatpass.api.openapi_schemas import ANY_OBJECT, TEXT, Schema, listed, record, ref
from repeatpass.api.packages import NOTEBOOK, PACKAGE

UNIT: Schema = {"oneOf": [ref("executionUnit"), listed(ref("executionUnit"))]}
SCHEMAS: dict[str, Schema] = {
    "executionUnit": record(href=TEXT, type=TEXT, title=TEXT, value=ANY_OBJECT),
    "applicationPackage": record(
        "executionUnit", processDescription={**record(id=TEXT), "additionalProperties": True}, executionUnit=UNIT
    ),
}
SENT: Operation = {
    "required": True,
    "content": {
        **{name: {"schema": ref("applicationPackage")} for name in (PACKAGE, JSON)},
        NOTEBOOK: {"schema": ANY_OBJECT},
    },
}
TAKEN = problem("There is a process of this name already.")
NOT_TAKEN = problem("Packages are sent as JSON, or a notebook as it is.")
DEPLOYED: Operation = {
    "description": "It was deployed.",
    "headers": {"Location": {"description": "The process.", "schema": TEXT}},
    "content": {JSON: {"schema": ref("processSummary")}},
}
PACKED: Operation = {"description": "The package.", "content": {PACKAGE: {"schema": ref("applicationPackage")}}}
DONE: Operation = {"description": "It is done."}
FAILURES = {"403": REFUSED, "404": NO_PROCESS, "409": TAKEN, "415": NOT_TAKEN}
OPERATIONS: dict[tuple[str, str], Operation] = {
    ("/ogc/processes", "post"): operation(
        "deploy", "Deploy a process: a notebook", {"201": DEPLOYED},
        query("id", "Name of the process, where the package states none."), requestBody=SENT, security=TOKEN,
        failures=FAILURES),
    ("/ogc/processes/{id}", "put"): operation(
        "replace", "Replace a process", {"204": DONE}, PROCESS, requestBody=SENT, security=TOKEN, failures=FAILURES),
    ("/ogc/processes/{id}", "delete"): operation(
        "undeploy", "Withdraw a process", {"204": DONE}, PROCESS, security=TOKEN, failures=FAILURES),
    ("/ogc/processes/{id}/package", "get"): operation(
        "getPackage", "What would deploy the process elsewhere", {"200": PACKED}, PROCESS,
        failures={"404": NO_PROCESS}),
}  # fmt: skip
