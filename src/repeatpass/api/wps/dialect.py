"""The two versions of WPS: their namespaces and their elements."""

from collections.abc import Mapping
from dataclasses import dataclass

from repeatpass.api.ows.xml import HREF, LANG, LANGUAGE, XLINK, XML, XSI, Element, clean, holds, made, written

__all__ = [
    "DIALECTS",
    "HREF",
    "LANG",
    "LANGUAGE",
    "V1",
    "V2",
    "XLINK",
    "XML",
    "XSI",
    "Dialect",
    "Element",
    "clean",
    "holds",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """One version: its namespaces, and where its schemas are published."""

    version: str
    wps: str  # namespace of WPS
    ows: str  # namespace of OWS Common
    schemas: str  # folder of the XSDs

    def element(self, tag: str, /, *content: "Element | str | None", **attributes: str | None) -> Element:
        """Make an element of the WPS namespace."""
        return made(f"{{{self.wps}}}{tag}", self._prefixes(), content, attributes)

    def common(self, tag: str, /, *content: "Element | str | None", **attributes: str | None) -> Element:
        """Make an element of the OWS namespace."""
        return made(f"{{{self.ows}}}{tag}", self._prefixes(), content, attributes)

    def bare(self, tag: str, /, *content: "Element | str | None", **attributes: str | None) -> Element:
        """Make an element without a namespace, as the schemas have some."""
        return made(tag, self._prefixes(), content, attributes)

    def document(self, root: Element, schema: str) -> bytes:
        """Write *root* as a document that names its schema."""
        root.set(f"{{{XSI}}}schemaLocation", f"{self.wps} {self.schemas}/{schema}")
        return written(root)

    def _prefixes(self) -> Mapping[str | None, str]:
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
