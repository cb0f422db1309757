"""Values inside a posted request, as both versions write them."""

from lxml import etree

from repeatpass.api.wps.asked import GivenInput
from repeatpass.api.wps.dialect import Element
from repeatpass.api.wps.exceptions import WpsError
from repeatpass.api.wps.reading import attribute, child, text_of


def content_of(element: Element) -> str:
    """Return what stands inside *element*: its text, or its XML."""
    if len(element) == 0:
        return element.text or ""
    inner = (etree.tostring(each, encoding="unicode") for each in element)
    return (element.text or "").strip() + "".join(inner)


def box_of(name: str, element: Element) -> tuple[float, ...]:
    """Return the corners of an ows:BoundingBox; raise WpsError."""
    return (*_position(name, text_of(element, "LowerCorner")), *_position(name, text_of(element, "UpperCorner")))


def _position(name: str, text: str) -> list[float]:
    try:
        return [float(each) for each in text.split()]
    except ValueError:
        raise WpsError("InvalidParameterValue", f"“{text}” is not a corner of {name}: two numbers.", name) from None


def reference_of(name: str, element: Element, href: str) -> GivenInput:
    """Read a wps:Reference; raise WpsError for one that wants more than a GET."""
    if not href:
        raise WpsError("MissingParameterValue", f"The reference of the input {name} has no xlink:href.", name)
    posts = attribute(element, "method").upper() == "POST"
    if posts or child(element, "Body") is not None or child(element, "BodyReference") is not None:
        raise WpsError("DataNotAccessible", f"The input {name} is to be posted for; only GET is done here.", name)
    media_type, encoding = attribute(element, "mimeType"), attribute(element, "encoding")
    return GivenInput(name=name, href=href, media_type=media_type, encoding=encoding)
