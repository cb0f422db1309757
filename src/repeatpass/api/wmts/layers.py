"""One layer in the capabilities (07-057r7, 7.1.1.1): its styles, times, sets, and the addresses of its tiles."""

from collections.abc import Iterator
from urllib.parse import quote, urlencode

from repeatpass.api.maps.composing import FORMATS
from repeatpass.api.maps.matrices import sets_of, system_of
from repeatpass.api.maps.moments import listed
from repeatpass.api.maps.naming import DEFAULT, NamedStyle, styles_of
from repeatpass.api.maps.systems import box_in, system, urn_of, world_box
from repeatpass.api.ows.xml import Element
from repeatpass.api.wmts.reading import SUFFIXES
from repeatpass.api.wmts.writing import common, element, linked
from repeatpass.data.legends import HEIGHT, WIDTH
from repeatpass.data.records import Layer
from repeatpass.data.tilesets import tile_matrix_set


def layer_element(layer: Layer, base: str) -> Element:
    """Return the element of *layer*; *base* is the address of the house, with a slash at its end."""
    west, south, east, north = (f"{each:.10g}" for each in world_box(layer))
    box = common("WGS84BoundingBox", common("LowerCorner", f"{west} {south}"), common("UpperCorner", f"{east} {north}"))
    return element(
        "Layer",
        common("Title", layer.title or layer.id),
        common("Abstract", f"Unit: {layer.unit}.") if layer.unit else None,
        box,
        common("Identifier", layer.id),
        *_boxes(layer),
        linked(common("Metadata"), f"{base}collections/{layer.collection}"),
        *(_style(layer, each, base) for each in styles_of(layer)),
        *(element("Format", each) for each in FORMATS),
        *(element("InfoFormat", each) for each in SUFFIXES.values()),
        *_dimensions(layer),
        *(element("TileMatrixSetLink", element("TileMatrixSet", each)) for each in sets_of(layer)),
        *_addresses(layer, base),
    )


def _boxes(layer: Layer) -> Iterator[Element]:
    """The layer's box in each system of its sets: clients would otherwise reproject that in degrees, which is larger."""
    for code in dict.fromkeys(system_of(tile_matrix_set(each)).code for each in sets_of(layer)):
        box, known = box_in(layer, code), system(code)
        if box is not None and known is not None and known.drawn != "EPSG:4326":
            first, second, third, fourth = (f"{each:.10g}" for each in known.in_its_order(box))
            lower, upper = common("LowerCorner", f"{first} {second}"), common("UpperCorner", f"{third} {fourth}")
            yield common("BoundingBox", lower, upper, crs=urn_of(code))


def _style(layer: Layer, style: NamedStyle, base: str) -> Element:
    asked = {"service": "WMS", "version": "1.3.0", "request": "GetLegendGraphic", "format": "image/png",
             "layer": layer.id, "style": style.name}  # fmt: skip
    legend = element("LegendURL", format="image/png", width=str(WIDTH), height=str(HEIGHT))
    return element(
        "Style",
        common("Title", style.title),
        common("Identifier", style.name),
        linked(legend, f"{base}wms?{urlencode(asked)}"),
        isDefault="true" if style.name == DEFAULT else "false",
    )


def _dimensions(layer: Layer) -> Iterator[Element]:
    if layer.times:
        yield element(
            "Dimension",
            common("Identifier", "time"),
            common("UOM", "ISO8601"),
            element("Default", layer.latest),
            element("Current", "true"),
            *(element("Value", each) for each in listed(layer)),
        )


def _addresses(layer: Layer, base: str) -> Iterator[Element]:
    time = "/{time}" if layer.times else ""
    path = f"{base}wmts/1.0.0/{quote(layer.id, safe=':')}/{{Style}}{time}/{{TileMatrixSet}}/{{TileMatrix}}"
    tile = f"{path}/{{TileRow}}/{{TileCol}}"
    for media_type, suffix in FORMATS.items():
        yield element("ResourceURL", format=media_type, resourceType="tile", template=f"{tile}.{suffix}")
    for suffix, media_type in SUFFIXES.items():
        template = f"{tile}/{{J}}/{{I}}.{suffix}"
        yield element("ResourceURL", format=media_type, resourceType="FeatureInfo", template=template)
