"""Requests in the query of an address (KVP): 14-065, 9; 05-007r7, 10.2.2.

Version 2.0 has no such form of Execute; here it takes that of 1.0.0, with ``mode`` and ``response``.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote, unquote_plus

from repeatpass.api.ows.query import Query as Words
from repeatpass.api.wps.asked import (
    AboutJob,
    Asked,
    AskedOutput,
    DescribeProcess,
    Execute,
    GetCapabilities,
    GivenInput,
    JobOperation,
    Mode,
)
from repeatpass.api.wps.dialect import V1, V2, Dialect
from repeatpass.api.wps.exceptions import WpsError
from repeatpass.api.wps.reading import check_language, check_service, check_version, flag, negotiated

OPERATIONS = ("GetCapabilities", "DescribeProcess", "Execute", *JobOperation)
# What may follow a value after @. Other @ belong to the value, such as those of e-mail addresses.
ATTRIBUTE = re.compile(
    r"@(?=(?:xlink:href|href|method|mimetype|encoding|schema|uom|datatype|asreference)=)", re.IGNORECASE
)


class Query(Words):
    """The parameters of an address, as WPS uses them."""

    def required(self, name: str) -> str:
        """Return a value; raise MissingParameterValue."""
        if not (found := self.get(name)):
            raise WpsError("MissingParameterValue", f"The parameter {name} is missing.", name)
        return found

    def entries(self, *names: str) -> Iterator[tuple[str, str, Mapping[str, str]]]:
        """Yield the entries of a list such as ``name=value@uom=m;other``: name, value and attributes."""
        raw = next((self._raw[each.lower()] for each in names if each.lower() in self._raw), "")
        # Some clients encode each value, as the standard says, others the whole list, or both.
        listed = raw if re.search("[=;@]", raw) else unquote_plus(raw)
        for entry in (part for part in listed.split(";") if part.strip()):
            head, *attributes = ATTRIBUTE.split(entry)
            name, _, value = head.partition("=")
            pairs = (each.partition("=") for each in attributes)
            known = {key.lower().removeprefix("xlink:"): unquote(text) for key, _, text in pairs}
            yield unquote_plus(name).strip(), unquote_plus(value) if listed is raw else unquote(value), known


def version_of(query: Query) -> Dialect:
    """Say which version to answer in, even if the rest of the request is wrong."""
    accepted = query.words("AcceptVersions")
    named = query.get("version") or next(iter(accepted), "")
    return V1 if named == V1.version else V2


def asked_in(query: Query) -> tuple[Dialect, Asked]:
    """Read a request from the query of an address; raise WpsError."""
    check_service(query.get("service"))
    operation = next((each for each in OPERATIONS if each.lower() == query.required("request").lower()), None)
    if operation is None:
        known = ", ".join(OPERATIONS)
        raise WpsError(
            "OperationNotSupported", f"There is no operation {query.get('request')}; {known} are.", "request"
        )
    check_language(query.get("language", "lang", "AcceptLanguages").partition(",")[0])
    if operation == "GetCapabilities":
        accepted = query.words("AcceptVersions") or query.words("version")
        wanted = GetCapabilities(sections=query.words("sections"), update_sequence=query.get("updateSequence"))
        return negotiated(accepted), wanted
    dialect = check_version(query.get("version"))
    return dialect, _asked(operation, query, dialect)


def _asked(operation: str, query: Query, dialect: Dialect) -> Asked:
    if operation == "DescribeProcess":
        query.required("identifier")
        return DescribeProcess(processes=query.words("identifier"))
    if operation == "Execute":
        return _execute(query, dialect)
    if dialect is V1:
        raise WpsError("OperationNotSupported", f"Version 1.0.0 has no operation {operation}.", "request")
    return AboutJob(operation=JobOperation(operation), job=query.required("jobid"))


def _execute(query: Query, dialect: Dialect) -> Execute:
    raw = [*query.entries("RawDataOutput")]
    listed = raw or [*query.entries("ResponseDocument", "outputs")]
    stored, status = (flag(query.get(each), each) for each in ("storeExecuteResponse", "status"))
    return Execute(
        process=query.required("identifier"),
        inputs=tuple(_input(*entry) for entry in query.entries("DataInputs", "inputs")),
        outputs=tuple(_output(*entry) for entry in listed),
        mode=mode_of(query.get("mode") or "sync") if dialect is V2 else mode_of_v1(stored, status),
        raw=bool(raw) or is_raw(query.get("response") or "document"),
        stored=stored,
        lineage=flag(query.get("lineage"), "lineage"),
    )


def mode_of(text: str) -> Mode:
    """Read the mode of an Execute of 2.0; raise WpsError."""
    if not text:
        raise WpsError("MissingParameterValue", "The mode is missing; it must be sync, async or auto.", "mode")
    if text not in set(Mode):
        raise WpsError("NoSuchMode", f"There is no mode “{text}”; choose sync, async or auto.", "mode")
    return Mode(text)


def mode_of_v1(stored: bool, status: bool) -> Mode:
    """Read the mode from the flags of 1.0.0; raise WpsError for a status that nobody could read."""
    if status and not stored:
        text = "Status needs storeExecuteResponse=true: without it there is no address to read it from."
        raise WpsError("InvalidParameterValue", text, "storeExecuteResponse")
    return Mode.ASYNC if status else Mode.SYNC


def is_raw(text: str) -> bool:
    """Read the form of the response of 2.0; raise WpsError."""
    if text not in {"raw", "document"}:
        raise WpsError("InvalidParameterValue", f"The response is “{text}”; it must be raw or document.", "response")
    return text == "raw"


def _input(name: str, value: str, attributes: Mapping[str, str]) -> GivenInput:
    return GivenInput(
        name=name,
        text=value,
        href=attributes.get("href", ""),
        media_type=attributes.get("mimetype", ""),
        encoding=attributes.get("encoding", ""),
        unit=attributes.get("uom", ""),
    )


def _output(name: str, _value: str, attributes: Mapping[str, str]) -> AskedOutput:
    asked = attributes.get("asreference", "")
    return AskedOutput(
        name=name,
        by_reference=flag(asked, "asReference") if asked else None,
        media_type=attributes.get("mimetype", ""),
        encoding=attributes.get("encoding", ""),
    )
