"""The two versions of WMS as they are written: names, namespaces, and elements that no text can break."""

from collections.abc import Mapping
from dataclasses import dataclass

from repeatpass.api.ows.xml import HREF, XLINK, XSI, Element, made
from repeatpass.api.wms.asked import V111, V130, Version

WMS = "http://www.opengis.net/wms"
SLD = "http://www.opengis.net/sld"
SCHEMAS = "http://schemas.opengis.net"
XML = "text/xml"
# The address of the DTD is the standard's own; nobody needs to fetch it.
DOCTYPE = f'<!DOCTYPE WMT_MS_Capabilities SYSTEM "{SCHEMAS}/wms/1.1.1/capabilities_1_1_1.dtd">'


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """One version: what it calls things."""

    version: Version
    root: str
    service: str
    document: str  # media type of the capabilities
    troubles: tuple[str, ...]  # media types or names of exceptions: document, picture that says it, empty picture
    report: str  # media type of an exception report
    system: str  # name of the element, attribute and parameter of a coordinate system

    def element(self, tag: str, /, *content: Element | str | None, **attributes: str | None) -> Element:
        """Make an element of the version's own namespace."""
        name = f"{{{WMS}}}{tag}" if self.version == V130 else tag
        return made(name, self._prefixes(), content, attributes)

    def of_sld(self, tag: str, /, *content: Element | str | None) -> Element:
        """Make an element that the versions took over from SLD."""
        return made(f"{{{SLD}}}{tag}", self._prefixes(), content, {}) if self.version == V130 else self.element(
            tag, *content
        )  # fmt: skip

    def online(self, address: str) -> Element:
        """Make an OnlineResource."""
        # In 1.1.1 the prefix is declared here each time: the DTD knows it on no other element.
        found = made(f"{{{WMS}}}OnlineResource" if self.version == V130 else "OnlineResource", {"xlink": XLINK}, (), {})
        found.set(f"{{{XLINK}}}type", "simple")
        found.set(HREF, address)
        return found

    def _prefixes(self) -> Mapping[str | None, str]:
        return {None: WMS, "sld": SLD, "xlink": XLINK, "xsi": XSI} if self.version == V130 else {}


FORMS: Mapping[Version, Form] = {
    V130: Form(
        version=V130,
        root="WMS_Capabilities",
        service="WMS",
        document="text/xml",
        troubles=("XML", "INIMAGE", "BLANK"),
        report="text/xml",
        system="CRS",
    ),
    V111: Form(
        version=V111,
        root="WMT_MS_Capabilities",
        service="OGC:WMS",
        document="application/vnd.ogc.wms_xml",
        troubles=("application/vnd.ogc.se_xml", "application/vnd.ogc.se_inimage", "application/vnd.ogc.se_blank"),
        report="application/vnd.ogc.se_xml",
        system="SRS",
    ),
}
