"""What of the open layer can be taken home from the map browser, what other software reads, what the scripts read."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from repeatpass.web.assets import STATIC, address
from repeatpass.web.browsing.asked import Sight
from repeatpass.web.browsing.bases import NAMES
from repeatpass.web.browsing.looks import Look
from repeatpass.web.browsing.places import Drawn, PlaceLayer, items_query
from repeatpass.web.browsing.projections import Projection, suited
from repeatpass.web.views import Download

FEATURE_FILES = (("geojson-file", "GeoJSON"), ("csv", "CSV"), ("fgb", "FlatGeobuf"), ("parquet", "GeoParquet"))
FILES = (("tif", "GeoTIFF"), ("nc", "NetCDF"), ("png", "PNG"), ("csv", "CSV"))


def downloads_of(sight: Sight, layer: Drawn) -> tuple[Download, ...]:
    """The drawn area of the open layer, or without one all of it, as files."""
    shown = sight.layers[sight.on]
    if isinstance(layer, PlaceLayer):
        return tuple(
            Download(label=label, href=f"{layer.items}?{items_query(layer, shown, sight.area, f=form)}")
            for form, label in FEATURE_FILES
        )
    area = _area_text(sight)
    query = "&".join(filter(None, (shown.query()[1:], area)))
    return tuple(
        Download(
            label=label, href=f"/tiles/{quote(layer.id, safe=':')}/cutout?{query}{'&' if query else ''}format={form}"
        )
        for form, label in FILES
    )


def _area_text(sight: Sight) -> str:
    if sight.area is None:
        return ""
    if not sight.area.text[0].isalpha():
        return f"area={sight.area.text}"
    return f"area={quote(json.dumps(sight.area.geojson(), separators=(',', ':')), safe=',:')}"


def links_of(sight: Sight, layer: Drawn) -> tuple[Download, ...]:
    """Services and machine-readable descriptions of the open layer."""
    if isinstance(layer, PlaceLayer):
        here = layer.items.removesuffix("/items")
        return (
            Download(label="OGC API – Features", href=here),
            Download(label="Vector tiles", href=f"{here}/tiles/WebMercatorQuad?f=tilejson"),
            Download(label="STAC", href=f"/stac/collections/{layer.collection}"),
        )
    tiles = f"/tiles/{quote(layer.id, safe=':')}"
    return (
        Download(label="TileJSON", href=f"{tiles}/tilejson.json{sight.layers[sight.on].query()}"),
        Download(label="Layer as JSON", href=tiles),
        Download(label="STAC", href=f"/stac/collections/{layer.collection}"),
    )


def data_of(
    layers: Sequence[Drawn], views: tuple[Projection, ...], looks: Mapping[int, Look], wrong: Sequence[int]
) -> dict[str, Any]:
    """What the scripts read: projections with their grids, of each layer where and when it is, how features look."""
    return {
        "projections": [asdict(each) for each in views],
        "suited": suited(layers),
        "pictures": {name: address(STATIC / f"{name}.jpg").partition("?")[2] for name in NAMES},
        "looks": {str(at): asdict(look) for at, look in looks.items()},
        "wrong": wrong,  # layers that cannot be drawn as asked
        "layers": {layer.id: _facts(layer) for layer in layers},
    }


def _facts(layer: Drawn) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "title": layer.title, "unit": layer.unit, "bbox": layer.bbox, "crs": layer.crs, "times": layer.times,
        "stamp": layer.stamp, "kind": layer.kind,
    }  # fmt: skip
    if not isinstance(layer, PlaceLayer):
        return facts | {"ends": layer.ends}
    fields = [
        {"name": each.name, "title": each.title or each.name, "unit": each.unit, "kind": each.kind}
        for each in layer.known.fields
    ]
    geometry = layer.known.geometry.removeprefix("Multi")
    return facts | {"items": layer.items, "step": layer.when.step, "fields": fields, "geometry": geometry}
