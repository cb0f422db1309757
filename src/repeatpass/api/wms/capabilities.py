"""The document about everything: the service, its operations, and the layers of every collection."""

from collections.abc import Sequence
from dataclasses import dataclass

from repeatpass.api.maps import telling
from repeatpass.api.maps.composing import FORMATS, PNG
from repeatpass.api.maps.offering import Group
from repeatpass.api.maps.systems import COMMON
from repeatpass.api.ows.xml import XSI, Element, written
from repeatpass.api.wms.asked import V130
from repeatpass.api.wms.kvp import LARGEST, MOST_LAYERS
from repeatpass.api.wms.layers import layer_element
from repeatpass.api.wms.writing import DOCTYPE, SCHEMAS, SLD, WMS, Form

ABSTRACT = "Maps of every collection of data: variables of cubes, and pictures from satellites, at each of their times."
WORDS = ("Earth observation", "satellite", "cube", "WMS")


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """What is described."""

    title: str
    address: str  # where requests go, without a query
    base: str  # the house's own address, with a slash at its end
    groups: Sequence[Group]  # collections with their layers
    sequence: str  # changes when the layers do


def capabilities(form: Form, service: Service) -> bytes:
    """Write the document in one of the two versions."""
    root = form.element(
        form.root,
        _service(form, service),
        _capability(form, service),
        version=form.version,
        updateSequence=service.sequence or None,
    )
    if form.version != V130:
        return written(root, doctype=DOCTYPE)
    places = f"{WMS} {SCHEMAS}/wms/1.3.0/capabilities_1_3_0.xsd {SLD} {SCHEMAS}/sld/1.1.0/sld_capabilities.xsd"
    root.set(f"{{{XSI}}}schemaLocation", places)
    return written(root)


def _service(form: Form, service: Service) -> Element:
    limits = (("LayerLimit", MOST_LAYERS), ("MaxWidth", LARGEST), ("MaxHeight", LARGEST))
    return form.element(
        "Service",
        form.element("Name", form.service),
        form.element("Title", service.title),
        form.element("Abstract", ABSTRACT),
        form.element("KeywordList", *(form.element("Keyword", each) for each in WORDS)),
        form.online(service.base),
        form.element("Fees", "none"),
        form.element("AccessConstraints", "none"),
        *(form.element(name, str(number)) for name, number in limits if form.version == V130),
    )


def _capability(form: Form, service: Service) -> Element:
    return form.element(
        "Capability",
        form.element("Request", *_operations(form, service)),
        form.element("Exception", *(form.element("Format", each) for each in form.troubles)),
        form.element(
            "Layer",
            form.element("Title", service.title),
            *(form.element(form.system, each) for each in COMMON if each != "CRS:84" or form.version == V130),
            *(_group(form, service, each) for each in service.groups),
        ),
    )


def _operations(form: Form, service: Service) -> list[Element]:
    given = {
        "GetCapabilities": (form.document,),
        "GetMap": tuple(FORMATS),
        "GetFeatureInfo": telling.FORMATS,
        "GetLegendGraphic": (PNG,),
    }
    made = []
    for name, formats in given.items():
        get = form.element("HTTP", form.element("Get", form.online(f"{service.address}?")))
        content = [*(form.element("Format", each) for each in formats), form.element("DCPType", get)]
        # The elements within one that SLD added stay in the namespace of WMS.
        made.append(form.of_sld(name, *content) if name == "GetLegendGraphic" else form.element(name, *content))
    return made


def _group(form: Form, service: Service, group: Group) -> Element:
    keywords = [form.element("Keyword", each) for each in group.keywords]
    return form.element(
        "Layer",
        form.element("Title", group.title),
        form.element("Abstract", group.description) if group.description else None,
        form.element("KeywordList", *keywords) if keywords else None,
        form.element("Attribution", form.element("Title", group.attribution)) if group.attribution else None,
        form.element(
            "DataURL",
            form.element("Format", "text/html"),
            form.online(f"{service.base}collections/{group.id}"),
        ),
        *(layer_element(form, each, service.address) for each in group.layers),
    )
