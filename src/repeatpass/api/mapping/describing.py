"""The documents of OGC API – Tiles and – Maps: tile matrix sets, tilesets, styles."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from repeatpass.api.descriptions import REL
from repeatpass.api.documents import link
from repeatpass.api.mapping.choosing import style_names
from repeatpass.api.maps.composing import FORMATS
from repeatpass.api.maps.matrices import SETS, limits, sets_of, system_of
from repeatpass.api.maps.systems import uri_of, world_box
from repeatpass.data.records import Layer
from repeatpass.data.tilesets import tile_matrix_set

PATH = "/ogc/collections"
MATRICES = "/ogc/tileMatrixSets"
SCHEME = f"{REL}/tiling-scheme"
REGISTERED = {"WebMercatorQuad", "WorldCRS84Quad"}  # sets that OGC's register has under the same name
CRS84 = uri_of("CRS:84")


def matrix_sets() -> list[dict[str, Any]]:
    """Return the sets that maps of the whole world come in; those of UTM are linked where a layer has one."""
    return [_matrix_item(id) for id in SETS]


def _matrix_item(id: str) -> dict[str, Any]:
    tms = tile_matrix_set(id)
    # The standard says “self” (20-057, 9.2); the OGC's test suite looks for “item”.
    here = [link(f"{MATRICES}/{id}", rel, title=tms.title or id) for rel in ("self", "item")]
    return {"id": id, "title": tms.title or id, **_uri(id), "crs": uri_of(system_of(tms).code), "links": here}


def _uri(id: str) -> dict[str, str]:
    return {"uri": f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{id}"} if id in REGISTERED else {}


def matrix_set(id: str) -> dict[str, Any]:
    """Return one set (17-083r4, 7); raise NotFound."""
    tms = tile_matrix_set(id)
    found: dict[str, Any] = json.loads(tms.model_dump_json(exclude_none=True))
    found.pop("uri", None)
    if id not in REGISTERED:
        found.pop("wellKnownScaleSet", None)
    return {**found, **_uri(id), "crs": uri_of(system_of(tms).code)}


def tilesets(layer: Layer, path: str) -> dict[str, Any]:
    """Return the list of the tilesets of a layer; *path* is that of the list."""
    return {"tilesets": [_tileset_item(layer, each, path) for each in sets_of(layer)]}


def _tileset_item(layer: Layer, id: str, path: str) -> dict[str, Any]:
    tms = tile_matrix_set(id)
    about = _uri(id)
    return {
        "title": f"{layer.title} ({id})",
        "dataType": "map",
        "crs": uri_of(system_of(tms).code),
        **({"tileMatrixSetURI": about["uri"]} if about else {}),
        "links": [
            link(f"{path}/{id}", "self", title=f"The tileset in {id}"),
            link(f"{MATRICES}/{id}", SCHEME, title=f"The tile matrix set {id}"),
        ],
    }


def tileset(layer: Layer, id: str, path: str, query: str) -> dict[str, Any]:
    """Return the metadata of one tileset (17-083r4, 9); *path* is its own, *query* what its tiles are asked with."""
    west, south, east, north = world_box(layer)
    tiles = f"{path}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    items = [
        {**link(f"{tiles}?f={name}{query}", "item", media_type, f"Tiles as {name.upper()}"), "templated": True}
        for media_type, name in FORMATS.items()
    ]
    item = _tileset_item(layer, id, path.rpartition("/")[0])
    return {
        **{name: value for name, value in item.items() if name != "links"},
        "tileMatrixSetId": id,
        "boundingBox": {"lowerLeft": [west, south], "upperRight": [east, north], "crs": CRS84},
        "tileMatrixSetLimits": [_limits(each) for each in limits(layer, id)],
        "layers": [_layer(layer)],
        "links": [
            link(f"{MATRICES}/{id}", SCHEME, title=f"The tile matrix set {id}"),
            *items,
            link(f"{PATH}/{layer.collection}", f"{REL}/geodata", title="The collection"),
        ],
    }


def _limits(found: Any) -> dict[str, Any]:
    return {
        "tileMatrix": str(found.zoom),
        "minTileRow": found.first_row,
        "maxTileRow": found.last_row,
        "minTileCol": found.first_column,
        "maxTileCol": found.last_column,
    }


def _layer(layer: Layer) -> dict[str, Any]:
    return {
        "id": layer.name,
        "dataType": "map",
        "title": layer.title,
        "links": [link(f"{PATH}/{layer.collection}", f"{REL}/geodata", title="The collection")],
    }


def styles(layers: Sequence[Layer]) -> dict[str, Any]:
    """Return the styles of a collection: its layers, and each in other colours."""
    return {"default": "default", "styles": [_style(layer, id, title) for id, title, layer in style_names(layers)]}


def style(layers: Sequence[Layer], id: str) -> Mapping[str, Any] | None:
    """Return one of the listed styles, None if there is none of this id."""
    return next((_style(layer, each, title) for each, title, layer in style_names(layers) if each == id), None)


def _style(layer: Layer, id: str, title: str) -> dict[str, Any]:
    here = f"{PATH}/{layer.collection}/styles/{quote(id, safe=':')}"
    return {
        "id": id,
        "title": title,
        "links": [
            link(here, "describedby", title="This style"),
            link(f"{here}/map?f=png", f"{REL}/map", "image/png", "Maps in this style"),
            link(f"{here}/map/tiles", f"{REL}/tilesets-map", title="Tiles in this style"),
            link(f"{here}/legend", f"{REL}/legend", "image/png", "The legend"),
        ],
    }
