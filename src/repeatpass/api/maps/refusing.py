"""What can be wrong with a request for a map; each service writes it as its standard wants."""

from repeatpass.api.errors import status_of
from repeatpass.core.errors import Exhausted, Forbidden, Invalid, NotFound, RepeatpassError, Unavailable
from repeatpass.data.records import BadStyle

OF_FAMILY: dict[type[RepeatpassError], str] = {
    BadStyle: "StyleNotDefined",
    NotFound: "LayerNotDefined",
    Invalid: "InvalidParameterValue",
    Forbidden: "OperationNotSupported",
    Exhausted: "NoApplicableCode",
    Unavailable: "NoApplicableCode",
}


class Refused(Exception):
    """A request that is answered with an exception report."""

    def __init__(self, code: str, text: str, locator: str = "", *, status: int = 400) -> None:
        super().__init__(text)
        self.code = code  # of the standards: LayerNotDefined, InvalidParameterValue ...
        self.text = text
        self.locator = locator  # the parameter that is meant
        self.status = status


class Nothing(Exception):
    """The request is right, but there is nothing there or then; the OGC API – Maps answers with 204."""


class Beyond(Refused):
    """The time is one, but the layer has nothing then."""


def of_room(error: RepeatpassError) -> Refused:
    """Say an error of a room in the words of the map services, with the status that it has everywhere else."""
    family = next((each for each in type(error).__mro__ if each in OF_FAMILY), None)
    code = OF_FAMILY[family] if family else "NoApplicableCode"
    return Refused(code, error.message, str(error.detail.get("field", "")), status=status_of(error))


def missing(name: str, right: str) -> Refused:
    """Say that a parameter is missing, and what it should be."""
    return Refused("MissingParameterValue", f"The parameter {name} is missing; it must be {right}.", name)


def wrong(name: str, value: str, right: str, code: str = "InvalidParameterValue") -> Refused:
    """Say that a parameter has a wrong value, and what would be right."""
    return Refused(code, f"{name} is “{value[:100]}”; it must be {right}.", name)
