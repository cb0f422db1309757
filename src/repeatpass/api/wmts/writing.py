"""Elements of WMTS 1.0.0 and of OWS Common 1.1 within it."""

from collections.abc import Mapping

from repeatpass.api.ows.xml import HREF, XLINK, XSI, Element, made, written

WMTS, OWS = "http://www.opengis.net/wmts/1.0", "http://www.opengis.net/ows/1.1"
SCHEMAS = "http://schemas.opengis.net"
VERSION = "1.0.0"
XML = "text/xml"
PREFIXES: Mapping[str | None, str] = {None: WMTS, "ows": OWS, "xlink": XLINK, "xsi": XSI}


def element(tag: str, /, *content: Element | str | None, **attributes: str | None) -> Element:
    """Make an element of WMTS."""
    return made(f"{{{WMTS}}}{tag}", PREFIXES, content, attributes)


def common(tag: str, /, *content: Element | str | None, **attributes: str | None) -> Element:
    """Make an element of OWS Common."""
    return made(f"{{{OWS}}}{tag}", PREFIXES, content, attributes)


def linked(found: Element, address: str) -> Element:
    """Give an element the address that it is about."""
    found.set(HREF, address)
    return found


def document(root: Element, namespace: str, schema: str) -> bytes:
    """Write a document that names its schema."""
    root.set(f"{{{XSI}}}schemaLocation", f"{namespace} {SCHEMAS}/{schema}")
    return written(root)
