"""The two versions of WPS: their namespaces, and a maker of elements that no text can break."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

Element = etree._Element
XLINK = "http://www.w3.org/1999/xlink"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XML = "http://www.w3.org/XML/1998/namespace"
HREF = f"{{{XLINK}}}href"
LANG = f"{{{XML}}}lang"
LANGUAGE = "en"
# XML 1.0, 2.2: what may not stand in a document at all, not even escaped.
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """One version: its namespaces, and where its schemas are published."""

    version: str
    wps: str  # namespace of WPS
    ows: str  # namespace of OWS Common
    schemas: str  # folder of the XSDs

    def element(self, tag: str, /, *content: "Element | str | None", **attributes: str | None) -> Element:
        """Make an element of the WPS namespace."""
        return _made(f"{{{self.wps}}}{tag}", self._prefixes(), content, attributes)

    def common(self, tag: str, /, *content: "Element | str | None", **attributes: str | None) -> Element:
        """Make an element of the OWS namespace."""
        return _made(f"{{{self.ows}}}{tag}", self._prefixes(), content, attributes)

    def bare(self, tag: str, /, *content: "Element | str | None", **attributes: str | None) -> Element:
        """Make an element without a namespace, as the schemas have some."""
        return _made(tag, self._prefixes(), content, attributes)

    def document(self, root: Element, schema: str) -> bytes:
        """Write *root* as a document that names its schema."""
        root.set(f"{{{XSI}}}schemaLocation", f"{self.wps} {self.schemas}/{schema}")
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)

    def _prefixes(self) -> dict[str, str]:
        return {"wps": self.wps, "ows": self.ows, "xlink": XLINK, "xsi": XSI}


V1 = Dialect(
    version="1.0.0",
    wps="http://www.opengis.net/wps/1.0.0",
    ows="http://www.opengis.net/ows/1.1",
    schemas="http://schemas.opengis.net/wps/1.0.0",
)
V2 = Dialect(
    version="2.0.0",
    wps="http://www.opengis.net/wps/2.0",
    ows="http://www.opengis.net/ows/2.0",
    schemas="http://schemas.opengis.net/wps/2.0",
)
DIALECTS: Mapping[str, Dialect] = {each.version: each for each in (V2, V1)}


def _made(
    tag: str, prefixes: dict[str, str], content: tuple[Element | str | None, ...], attributes: Mapping[str, str | None]
) -> Element:
    made = etree.Element(tag, nsmap=prefixes)
    for name, value in attributes.items():
        if value is not None:
            made.set(name, clean(value))
    for part in content:
        if isinstance(part, str):
            made.text = clean(part)
        elif part is not None:
            made.append(part)
    return made


def clean(text: str) -> str:
    """Return *text* with what XML cannot hold replaced by �: titles and messages come from people's notebooks."""
    return FORBIDDEN.sub("\ufffd", text)


def holds(text: str) -> bool:
    """Say whether a document can hold *text* unchanged."""
    return FORBIDDEN.search(text) is None
