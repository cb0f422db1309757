"""The addresses under which other people's software opens a collection: maps, tiles, features, series."""

from collections.abc import Iterator, Sequence

from repeatpass.assembly import House
from repeatpass.catalog.records import Collection
from repeatpass.catalog.registry.plain import records_in
from repeatpass.core.errors import NotFound
from repeatpass.data.records import Layer
from repeatpass.web.links import safe
from repeatpass.web.views import Fact

SHOWN = 3  # layers whose tiles are named one by one
ELSEWHERE = {"wms": "WMS", "wmts": "WMTS", "xyz": "XYZ tiles", "tilejson": "TileJSON", "3d-tiles": "3D Tiles"}


def service_links(house: House, collection: Collection, layers: Sequence[Layer], base: str) -> tuple[Fact, ...]:
    """The services that offer *collection*, each with its address to copy; *base* is the address of the house."""
    found = [
        *(_maps(collection.id, layers, base) if layers else ()),
        *(_features(base) if has_features(house, collection.id) else ()),
        ("OGC API", f"{base}/ogc/collections/{collection.id}", "links to everything that is offered of it"),
        ("STAC", f"{base}/stac/collections/{collection.id}", "for catalogues"),
        *_elsewhere(collection),
    ]
    return tuple(
        Fact(label=label, text=address, href="" if "{" in address else address, copy=address, mono=True, note=note)
        for label, address, note in found
    )


def _maps(id: str, layers: Sequence[Layer], base: str) -> Iterator[tuple[str, str, str]]:
    yield "WMS", f"{base}/wms/{id}?service=WMS&request=GetCapabilities", "1.3.0 and 1.1.1, with times and legends"
    yield "WMTS", f"{base}/wmts/{id}?service=WMTS&request=GetCapabilities", "1.0.0"
    for layer in layers[:SHOWN]:
        name = f" {layer.name}" if len(layers) > 1 else ""
        yield f"XYZ{name}", f"{base}/tiles/{layer.id}/WebMercatorQuad/{{z}}/{{x}}/{{y}}.png", "QGIS: XYZ Tiles"
        yield f"TileJSON{name}", f"{base}/tiles/{layer.id}/tilejson.json", "MapLibre, OpenLayers"


def _features(base: str) -> Iterator[tuple[str, str, str]]:
    yield "Features", f"{base}/ogc", "QGIS: WFS / OGC API – Features"


def has_features(house: House, id: str) -> bool:
    """Whether the OGC API offers features of a collection."""
    try:
        house.features.known(id)
    except NotFound:
        return False
    return True


def _elsewhere(collection: Collection) -> Iterator[tuple[str, str, str]]:
    """Services that the document links (STAC extension web-map-links)."""
    for each in records_in(collection.body.get("links")):
        if (label := ELSEWHERE.get(str(each.get("rel")))) and (href := safe(each.get("href"))):
            layer = each.get("wmts:layer") or each.get("wms:layers")
            names = ", ".join(map(str, layer)) if isinstance(layer, list) else str(layer or "")
            yield label, href, f"elsewhere{f', layer {names}' if names else ''}"
        elif each.get("eodash:process") and (href := safe(each.get("href"))):
            yield f"Process: {each['eodash:process']}", href, "elsewhere; it takes a form, not a click"
