"""The document about everything: the service, its operations, the layers and their tile matrix sets."""

from collections.abc import Sequence
from dataclasses import dataclass

from repeatpass.api.maps.matrices import sets_of_all
from repeatpass.api.maps.offering import Group
from repeatpass.api.ows.xml import Element
from repeatpass.api.wmts.layers import layer_element
from repeatpass.api.wmts.reading import OPERATIONS
from repeatpass.api.wmts.sets import set_element
from repeatpass.api.wmts.writing import VERSION, WMTS, common, document, element, linked

ABSTRACT = (
    "Tiles of every collection of data: variables of cubes, and pictures from satellites, at each of their times."
)
WORDS = ("Earth observation", "satellite", "cube", "WMTS")


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """What is described."""

    title: str
    address: str  # where queries go
    base: str  # the house's own address, with a slash at its end
    groups: Sequence[Group]
    sequence: str  # changes when the layers do
    sections: Sequence[str] = ()  # of the document; empty: all


def capabilities(service: Service) -> bytes:
    """Write the document."""
    parts = {
        "ServiceIdentification": _identification,
        "ServiceProvider": _provider,
        "OperationsMetadata": _operations,
        "Contents": _contents,
        "Themes": _themes,
    }
    kept = [make(service) for name, make in parts.items() if not service.sections or name in service.sections]
    whole = linked(element("ServiceMetadataURL"), f"{service.address}/{PLACE}")
    root = element("Capabilities", *kept, whole, version=VERSION, updateSequence=service.sequence or None)
    return document(root, WMTS, "wmts/1.0/wmtsGetCapabilities_response.xsd")


PLACE = "WMTSCapabilities.xml"


def _identification(service: Service) -> Element:
    return common(
        "ServiceIdentification",
        common("Title", service.title),
        common("Abstract", ABSTRACT),
        common("Keywords", *(common("Keyword", each) for each in WORDS)),
        common("ServiceType", "OGC WMTS"),
        common("ServiceTypeVersion", VERSION),
        common("Fees", "none"),
        common("AccessConstraints", "none"),
    )


def _provider(service: Service) -> Element:
    site = linked(common("ProviderSite"), service.base)
    return common("ServiceProvider", common("ProviderName", "Repeatpass"), site, common("ServiceContact"))


def _operations(service: Service) -> Element:
    return common("OperationsMetadata", *(_operation(each, service.address) for each in OPERATIONS))


def _operation(name: str, address: str) -> Element:
    allowed = common("AllowedValues", common("Value", "KVP"))
    get = linked(common("Get", common("Constraint", allowed, name="GetEncoding")), f"{address}?")
    return common("Operation", common("DCP", common("HTTP", get)), name=name)


def _contents(service: Service) -> Element:
    layers = [layer for group in service.groups for layer in group.layers]
    return element(
        "Contents",
        *(layer_element(each, service.base) for each in layers),
        *(set_element(each) for each in sets_of_all(layers)),
    )


def _themes(service: Service) -> Element:
    """Each collection is a theme: clients show its layers together."""
    return element("Themes", *(_theme(each) for each in service.groups))


def _theme(group: Group) -> Element:
    return element(
        "Theme",
        common("Title", group.title),
        common("Identifier", group.id),
        *(element("LayerRef", each.id) for each in group.layers),
    )
