"""What can go wrong, in the words of WPS: one table of codes, one table for the errors of the rooms."""

from repeatpass.api.errors import status_of
from repeatpass.api.wps.dialect import LANG, LANGUAGE, V1, Dialect, Element
from repeatpass.core.errors import Exhausted, Forbidden, Gone, Invalid, NotFound, RepeatpassError, Unavailable

# 06-121r9, table 28, and 14-065, tables 44, 47 and 49, with the HTTP status that goes with each.
STATUS = {
    "MissingParameterValue": 400,
    "InvalidParameterValue": 400,
    "VersionNegotiationFailed": 400,
    "OperationNotSupported": 501,
    "NoSuchProcess": 400,
    "NoSuchMode": 400,
    "NoSuchInput": 400,
    "NoSuchOutput": 400,
    "DataNotAccessible": 400,
    "SizeExceeded": 400,
    "TooManyInputs": 400,
    "TooManyOutputs": 400,
    "NoSuchJob": 400,
    "ResultNotReady": 400,
    "AccessForbidden": 403,  # of our own: neither version has a code for it; birdy knows this one
    "ServerBusy": 503,
    "NoApplicableCode": 500,
}
IN_V1 = {  # 05-007r7, table 62, has fewer words
    "NoSuchProcess": "InvalidParameterValue",
    "NoSuchMode": "InvalidParameterValue",
    "NoSuchInput": "InvalidParameterValue",
    "NoSuchOutput": "InvalidParameterValue",
    "DataNotAccessible": "InvalidParameterValue",
    "TooManyInputs": "InvalidParameterValue",
    "TooManyOutputs": "InvalidParameterValue",
    "NoSuchJob": "InvalidParameterValue",
    "ResultNotReady": "InvalidParameterValue",
    "SizeExceeded": "FileSizeExceeded",
}
OF_NOT_FOUND = {"process": "NoSuchProcess", "job": "NoSuchJob", "result": "ResultNotReady"}
OF_FAMILY: dict[type[RepeatpassError], str] = {
    Gone: "NoApplicableCode",
    NotFound: "InvalidParameterValue",
    Invalid: "InvalidParameterValue",
    Forbidden: "AccessForbidden",
    Exhausted: "ServerBusy",
    Unavailable: "ServerBusy",
}


class WpsError(Exception):
    """Something that a client is told with an ExceptionReport."""

    def __init__(self, code: str, text: str, locator: str = "", *, status: int = 0) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.locator = locator  # the parameter, input, output or job that is meant
        self.status = status or STATUS[code]


def of_room(error: RepeatpassError) -> WpsError:
    """Say an error of a room in the words of WPS, with the status that it has everywhere else."""
    if code := OF_NOT_FOUND.get(error.detail.get("ogc", "")):
        return WpsError(code, error.message)
    family = next((each for each in type(error).__mro__ if each in OF_FAMILY), None)
    code = OF_FAMILY[family] if family else "NoApplicableCode"
    locator = error.detail.get("field", "")
    return WpsError(code, error.message, str(locator), status=400 if family is NotFound else status_of(error))


def report(dialect: Dialect, error: WpsError) -> bytes:
    """Write the ExceptionReport of one error."""
    schema = "../../ows/1.1.0/owsAll.xsd" if dialect is V1 else "../../ows/2.0/owsExceptionReport.xsd"
    return dialect.document(report_element(dialect, error), schema)


def report_element(dialect: Dialect, error: WpsError) -> Element:
    """Return the ExceptionReport as an element, as a failed job of 1.0.0 carries it."""
    code = IN_V1.get(error.code, error.code) if dialect is V1 else error.code
    text = dialect.common("ExceptionText", error.text)
    exception = dialect.common("Exception", text, exceptionCode=code, locator=error.locator or None)
    made = dialect.common("ExceptionReport", exception, version=dialect.version)
    made.set(LANG, LANGUAGE)
    return made
