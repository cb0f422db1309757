"""What each operation of OGC API – Processes takes and answers, for the API's description."""

from collections.abc import Mapping
from typing import Any

from repeatpass.api.openapi_schemas import ANY_VALUE, TEXT, listed, ref

Operation = dict[str, Any]
JSON, HTML, PROBLEM = "application/json", "text/html", "application/problem+json"
FORM = {"$ref": "#/components/parameters/f"}
LIMIT = {"$ref": "#/components/parameters/limit"}
OFFSET = {"$ref": "#/components/parameters/offset"}
PROCESS_JOB = {"name": "process", "in": "path", "required": True, "schema": TEXT}


def problem(words: str) -> Operation:
    """Return the answer with problem details."""
    known = {name: {"schema": ref("exception")} for name in (PROBLEM, JSON)}
    return {"description": words, "content": {**known, HTML: {"schema": TEXT}}}  # a page for whoever asks for pages


WRONG, NO_PROCESS, NO_JOB, REFUSED, TAKEN = (
    problem("Something in the request is wrong; the detail names it and says what would be right."),
    problem("There is no such process."),
    problem("There is no such job, or its results are not ready."),
    problem("A token with the right to run is needed."),
    problem("There is a job of this id already."),
)


def page(schema: str, words: str) -> Operation:
    """Return an answer that is given as JSON and as a page."""
    return {"description": words, "content": {JSON: {"schema": ref(schema)}, HTML: {"schema": TEXT}}}


def query(name: str, words: str, schema: Mapping[str, Any] = TEXT) -> Operation:
    """Return a parameter of the query; a list is given with commas or by repeating the name."""
    return {"name": name, "in": "query", "required": False, "description": words, "schema": dict(schema)}


def path(name: str, words: str) -> Operation:
    """Return a parameter of the path."""
    return {"name": name, "in": "path", "required": True, "description": words, "schema": TEXT}


def operation(id: str, summary: str, ok: Mapping[str, Operation], *parameters: Operation, **more: Any) -> Operation:
    """Return one operation; each can be answered with problem details."""
    failures = {"400": WRONG, "default": problem("The request could not be answered.")}
    return {
        "operationId": id,
        "summary": summary,
        "parameters": list(parameters),
        "responses": {**ok, **failures, **more.pop("failures", {})},
        **more,
    }


PROCESS, JOB = path("id", "Id of the process."), path("id", "Id of the job.")
PREFER = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": "respond-async, wait=SECONDS (RFC 7240). Without it the answer comes when the run has ended.",
    "schema": TEXT,
}
RESULTS = {
    "description": "The results: a document, one output as it is, or several as multipart/related.",
    "headers": {"Link": {"description": "The job (rel=monitor).", "schema": TEXT}},
    "content": {JSON: {"schema": ref("results")}, "multipart/related": {"schema": TEXT}, "*/*": {"schema": ANY_VALUE}},
}
LINKED = {
    "description": "Every output by reference: nothing but Link headers.",
    "headers": {"Link": {"description": "Where each output is.", "schema": TEXT}},
}
STARTED = {
    "description": "A job was created.",
    "headers": {
        "Location": {"description": "The job.", "schema": TEXT},
        "Preference-Applied": {"description": "Which preference was heeded.", "schema": TEXT},
    },
    "content": {JSON: {"schema": ref("statusInfo")}},
}
TOKEN: list[dict[str, list[str]]] = [{"token": []}]
JOB_FILTERS = (
    query("type", "Type of the jobs.", listed({"type": "string", "enum": ["process"]})),
    query("processID", "Processes whose jobs are meant.", listed(TEXT)),
    query("status", "States of the jobs.", listed(ref("statusCode"))),
    query("datetime", "Moment, or interval with .. for an open end, in which the job was created."),
    query("minDuration", "Seconds that a job lasted at least.", listed({"type": "integer", "minimum": 0})),
    query("maxDuration", "Seconds that a job lasted at most.", listed({"type": "integer", "minimum": 0})),
)
EXECUTE = {
    "requestBody": {"required": True, "content": {JSON: {"schema": ref("execute")}}},
    "security": TOKEN,
    "failures": {"403": REFUSED, "404": NO_PROCESS, "409": TAKEN},
}
STATUS = operation("getStatus", "How a job stands", {"200": page("statusInfo", "The job.")}, JOB, FORM,
                   failures={"404": NO_JOB})  # fmt: skip
RESULT = operation("getResult", "The results of a job", {"200": RESULTS, "204": LINKED}, JOB, FORM,
                   failures={"404": NO_JOB})  # fmt: skip
DISMISS = operation(
    "dismiss", "Stop a job; one that has ended stays as it is", {"200": page("statusInfo", "The job.")}, JOB,
    security=TOKEN, failures={"403": REFUSED, "404": NO_JOB},
)  # fmt: skip
EXECUTED = {"200": RESULTS, "201": STARTED, "204": LINKED}


def _of_process(found: Operation) -> Operation:
    return {
        **found,
        "operationId": f"{found['operationId']}OfProcess",
        "parameters": [PROCESS_JOB, *found["parameters"]],
    }


OPERATIONS: dict[tuple[str, str], Operation] = {
    ("/ogc", "get"): operation(
        "getLandingPage", "What is here", {"200": page("landingPage", "Links to everything.")}, FORM),
    ("/ogc/conformance", "get"): operation(
        "getConformanceClasses", "Which standards are kept", {"200": page("confClasses", "The classes.")}, FORM),
    ("/ogc/api", "get"): operation(
        "getApi", "This description", {"200": {"description": "OpenAPI 3.0.3, or a page of it.", "content": {
            "application/vnd.oai.openapi+json;version=3.0": {"schema": {"type": "object"}}, HTML: {"schema": TEXT}}}},
        FORM),
    ("/ogc/processes", "get"): operation(
        "getProcesses", "The processes", {"200": page("processList", "A page of the list.")}, LIMIT, OFFSET, FORM),
    ("/ogc/processes/{id}", "get"): operation(
        "getProcessDescription", "A process with its inputs and outputs",
        {"200": page("process", "The description.")}, PROCESS, FORM, failures={"404": NO_PROCESS}),
    ("/ogc/processes/{id}/execution", "post"): operation(
        "execute", "Execute a process", EXECUTED, PROCESS, PREFER, **EXECUTE),
    ("/ogc/processes/{id}/jobs", "post"): operation(
        "executeAsBefore", "Execute a process, as the earlier platform did", EXECUTED, PROCESS,
        query("async-execute", "False waits for the end of the run."), **EXECUTE),
    ("/ogc/jobs", "get"): operation(
        "getJobs", "The jobs, newest first", {"200": page("jobList", "A page of the list.")},
        *JOB_FILTERS, LIMIT, OFFSET, FORM),
    ("/ogc/jobs/{id}", "get"): STATUS,
    ("/ogc/jobs/{id}", "delete"): DISMISS,
    ("/ogc/jobs/{id}/results", "get"): RESULT,
    ("/ogc/processes/{process}/jobs/{id}", "get"): _of_process(STATUS),
    ("/ogc/processes/{process}/jobs/{id}", "delete"): _of_process(DISMISS),
    ("/ogc/processes/{process}/jobs/{id}/results", "get"): _of_process(RESULT),
}  # fmt: skip
