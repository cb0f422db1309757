"""What went wrong, as an ExceptionReport of OWS Common 1.1 (06-121r3, 8; 07-057r7, tables 17, 25 and 31)."""

from repeatpass.api.maps.refusing import Refused
from repeatpass.api.ows.xml import LANG, LANGUAGE
from repeatpass.api.wmts.writing import OWS, VERSION, common, document

# Errors that the map services share, by the fewer names that WMTS has for them.
CODES = {
    "LayerNotDefined": "InvalidParameterValue",
    "StyleNotDefined": "InvalidParameterValue",
    "InvalidDimensionValue": "InvalidParameterValue",
    "InvalidFormat": "InvalidParameterValue",
}
LOCATORS = {"LayerNotDefined": "layer", "StyleNotDefined": "style"}


def report(trouble: Refused) -> bytes:
    """Write the report of one error."""
    code = CODES.get(trouble.code, trouble.code)
    locator = LOCATORS.get(trouble.code) or trouble.locator or None
    exception = common("Exception", common("ExceptionText", trouble.text), exceptionCode=code, locator=locator)
    root = common("ExceptionReport", exception, version=VERSION)
    root.set(LANG, LANGUAGE)
    return document(root, OWS, "ows/1.1.0/owsExceptionReport.xsd")
