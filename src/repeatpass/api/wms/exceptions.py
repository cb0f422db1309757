"""What went wrong, as a ServiceExceptionReport or, for clients that show nothing else, as a picture.

06-042, 6.10 and 7.3.3.11; 01-068r3, 6.7 and annex A.3. A report has the HTTP status of its error; a picture always has
200, because clients throw away pictures with any other.
"""

from repeatpass.api.maps.composing import FORMATS, PNG, WHITE, Colour, blank, encoded, message
from repeatpass.api.maps.refusing import Refused
from repeatpass.api.ows.query import Query
from repeatpass.api.ows.xml import XSI, made, written
from repeatpass.api.wms.asked import V130
from repeatpass.api.wms.kvp import LARGEST, version_of
from repeatpass.api.wms.values import background
from repeatpass.api.wms.writing import FORMS, SCHEMAS, Form

OGC = "http://www.opengis.net/ogc"
DOCTYPE = f'<!DOCTYPE ServiceExceptionReport SYSTEM "{SCHEMAS}/wms/1.1.1/WMS_exception_1_1_1.dtd">'
SIZE = 256  # pixels, where the request names no size


def told(query: Query, trouble: Refused) -> tuple[bytes, str, int]:
    """Return *trouble* in the way that *query* asks for: the content, its media type and the status."""
    form = FORMS[version_of(query)]
    wanted = query.get("exceptions").lower()
    in_picture = "inimage" in wanted
    if not in_picture and "blank" not in wanted:
        return report(form, trouble), form.report, trouble.status
    media_type = query.get("format").lower()
    media_type = media_type if media_type in FORMATS else PNG
    behind = _background(query, media_type)
    width, height = _size(query, "width"), _size(query, "height")
    if in_picture:
        return message(trouble.text, width, height, media_type, behind), media_type, 200
    return encoded(blank(width, height, behind), media_type), media_type, 200


def _background(query: Query, media_type: str) -> Colour | None:
    """Return the colour that the request wants behind its picture; white where that is what is wrong with it."""
    try:
        return background(query, media_type)
    except Refused:
        return WHITE


def _size(query: Query, name: str) -> int:
    text = query.get(name)
    return min(int(text), LARGEST) or SIZE if text.isascii() and text.isdigit() and len(text) < 9 else SIZE


def report(form: Form, trouble: Refused) -> bytes:
    """Write the report of one error."""
    attributes = {"code": _code(form, trouble.code), "locator": trouble.locator or None}
    if form.version != V130:
        entry = made("ServiceException", {}, (trouble.text,), {"code": attributes["code"]})
        return written(made("ServiceExceptionReport", {}, (entry,), {"version": "1.1.1"}), doctype=DOCTYPE)
    entry = made(f"{{{OGC}}}ServiceException", {None: OGC}, (trouble.text,), attributes)
    root = made(f"{{{OGC}}}ServiceExceptionReport", {None: OGC, "xsi": XSI}, (entry,), {"version": "1.3.0"})
    root.set(f"{{{XSI}}}schemaLocation", f"{OGC} {SCHEMAS}/wms/1.3.0/exceptions_1_3_0.xsd")
    return written(root)


def _code(form: Form, code: str) -> str:
    """The versions name the same error of the coordinate system differently."""
    return f"Invalid{form.system}" if code in {"InvalidCRS", "InvalidSRS"} else code
