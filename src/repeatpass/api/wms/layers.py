"""One layer in the capabilities: where it lies, when, and how it can be drawn."""

from collections.abc import Iterator
from urllib.parse import urlencode

from repeatpass.api.maps.moments import listed
from repeatpass.api.maps.naming import NamedStyle, styles_of
from repeatpass.api.maps.systems import COMMON, box_in, system, systems_of, world_box
from repeatpass.api.ows.xml import Element
from repeatpass.api.wms.asked import V130
from repeatpass.api.wms.writing import Form
from repeatpass.data.legends import HEIGHT, WIDTH
from repeatpass.data.records import Box, Layer


def layer_element(form: Form, layer: Layer, address: str) -> Element:
    """Return the element of a layer that can be asked for by its id."""
    own = [each for each in systems_of(layer) if each not in COMMON]
    return form.element(
        "Layer",
        form.element("Name", layer.id),
        form.element("Title", layer.title or layer.id),
        form.element("Abstract", f"Unit: {layer.unit}.") if layer.unit else None,
        *(form.element(form.system, each) for each in own),
        _world(form, world_box(layer)),
        *_boxes(form, layer),
        *_dimensions(form, layer),
        *(_style(form, layer, each, address) for each in styles_of(layer)),
        queryable="1",
        opaque="0",
        noSubsets="0",
    )


def number(value: float) -> str:
    """Write a coordinate."""
    return f"{value:.10g}"


def _world(form: Form, box: Box) -> Element:
    west, south, east, north = (number(each) for each in box)
    if form.version != V130:
        return form.element("LatLonBoundingBox", minx=west, miny=south, maxx=east, maxy=north)
    return form.element(
        "EX_GeographicBoundingBox",
        form.element("westBoundLongitude", west),
        form.element("eastBoundLongitude", east),
        form.element("southBoundLatitude", south),
        form.element("northBoundLatitude", north),
    )


def _boxes(form: Form, layer: Layer) -> Iterator[Element]:
    for code in systems_of(layer):
        box, known = box_in(layer, code), system(code)
        if box is None or known is None or (code == "CRS:84" and form.version != V130):
            continue
        ordered = known.in_its_order(box) if form.version == V130 else box
        names = dict(zip(("minx", "miny", "maxx", "maxy"), (number(each) for each in ordered), strict=True))
        yield form.element("BoundingBox", **{form.system: code}, **names)


def _dimensions(form: Form, layer: Layer) -> list[Element]:
    stated = []
    if layer.times:
        values = ",".join(listed(layer))
        given = {"name": "time", "default": layer.latest, "multipleValues": "0", "nearestValue": "1"}
        stated.append((given, "ISO8601", values))
    for name, known in layer.dimensions.items():
        stated.append(({"name": name, "default": known[0]}, "", ",".join(known)))
    if form.version == V130:
        return [form.element("Dimension", values, units=units, **given) for given, units, values in stated]
    return [
        *(form.element("Dimension", name=given["name"], units=units) for given, units, _ in stated),
        *(form.element("Extent", values, **given) for given, _, values in stated),
    ]


def _style(form: Form, layer: Layer, style: NamedStyle, address: str) -> Element:
    asked = {"SERVICE": "WMS", "VERSION": form.version, "REQUEST": "GetLegendGraphic", "FORMAT": "image/png",
             "LAYER": layer.id, "STYLE": style.name}  # fmt: skip
    legend = form.element(
        "LegendURL",
        form.element("Format", "image/png"),
        form.online(f"{address}?{urlencode(asked)}"),
        width=str(WIDTH),
        height=str(HEIGHT),
    )
    return form.element("Style", form.element("Name", style.name), form.element("Title", style.title), legend)
