"""Layers as JSON: what there is to draw, and TileJSON 3.0."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from repeatpass.api.tiles.answering import plain
from repeatpass.data.records import Layer, Style
from repeatpass.data.styles import words_of
from repeatpass.data.tilesets import tile_matrix_set

WEB = "WebMercatorQuad"


def summary(layer: Layer, base: str) -> dict[str, Any]:
    """Return a layer with the addresses of what can be asked of it."""
    address = f"{base}/tiles/{quote(layer.id, safe=':')}"
    known = {
        name: getattr(layer, name)
        for name in (
            "id", "collection", "name", "title", "kind", "unit", "crs", "bounds", "bbox", "shape", "cell", "dtype",
            "nodata", "scale", "offset", "bands", "variables", "dimensions", "platform", "trouble",
        )
    }  # fmt: skip
    return dict(plain(known)) | {
        "time": {"count": len(layer.times), "first": layer.times[0], "last": layer.latest} if layer.times else None,
        "style": style(layer.style),
        "links": {
            "self": address,
            "tilejson": f"{address}/tilejson.json",
            "tiles": f"{address}/{WEB}/{{z}}/{{x}}/{{y}}.png",
            **{name: f"{address}/{name}" for name in ("map", "point", "statistics", "legend", "cutout")},
        },
    }


def full(layer: Layer, base: str) -> dict[str, Any]:
    """Return a layer with every time and every file."""
    files = [
        {"item": each.item or None, "asset": each.asset, "type": each.media_type, "checksum": each.checksum,
         "times": list(each.times), "bbox": list(each.bbox)}
        for each in layer.sources
    ]  # fmt: skip
    times = {"times": list(layer.times)} | ({"ends": dict(layer.ends)} if layer.ends else {})
    return summary(layer, base) | {"description": layer.description, **times, "files": files}


def style(given: Style) -> dict[str, Any]:
    """Return a style as the words of an address."""
    return dict(words_of(given))


def tilejson(layer: Layer, words: Mapping[str, str], base: str, tms_id: str, form: str) -> dict[str, Any]:
    """Return TileJSON 3.0.0 for a layer drawn as *words* say; the addresses carry the layer's stamp."""
    tms = tile_matrix_set(tms_id)
    given = {name: value for name, value in words.items() if name not in ("tms", "format", "v")}
    query = urlencode(given | {"v": layer.stamp}, quote_via=quote, safe=",:/")
    west, south, east, north = layer.bbox
    if west > east:
        west, east = -180.0, 180.0
    return {
        "tilejson": "3.0.0",
        "name": layer.title,
        "description": layer.description,
        "version": "1.0.0",
        "scheme": "xyz",
        "tiles": [f"{base}/tiles/{quote(layer.id, safe=':')}/{tms_id}/{{z}}/{{x}}/{{y}}.{form}?{query}"],
        "minzoom": 0,
        "maxzoom": deepest(layer, tms_id),
        "bounds": [west, south, east, north],
        "center": [(west + east) / 2, (south + north) / 2, 0],
        "vector_layers": [],
        "crs": str(tms.crs.srs if hasattr(tms.crs, "srs") else tms_id),
    }


def deepest(layer: Layer, tms_id: str) -> int:
    """Return the zoom at which a pixel is as small as a cell; deeper tiles show nothing more."""
    from rasterio.crs import CRS
    from rasterio.errors import CRSError
    from rasterio.warp import calculate_default_transform

    tms = tile_matrix_set(tms_id)
    left, bottom, right, top = layer.bounds
    own = CRS.from_user_input(layer.crs)
    if own.is_geographic:
        bottom, top = max(bottom, -84.0), min(top, 84.0)
    columns, rows = max(1, round((right - left) / layer.cell[0])), max(1, round((top - bottom) / layer.cell[1]))
    try:
        transform, _, _ = calculate_default_transform(own, tms.rasterio_crs, columns, rows, left, bottom, right, top)
    except CRSError:
        return int(tms.maxzoom)
    return int(tms.zoom_for_res(abs(transform.a)))
