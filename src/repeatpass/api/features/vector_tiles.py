"""Features as vector tiles: OGC API – Tiles (20-057), and TileJSON 3.0."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from repeatpass.api.callbacks import absolute
from repeatpass.api.descriptions import REL
from repeatpass.api.documents import Pages, answer, link
from repeatpass.api.features.asked import filter_of, names_of
from repeatpass.api.features.describing import MVT
from repeatpass.api.features.moments import interval
from repeatpass.api.features.tags import matches
from repeatpass.api.geodata.described import PATH
from repeatpass.api.geodata.seeing import collection_for
from repeatpass.assembly import House
from repeatpass.catalog.records import Collection
from repeatpass.core.digests import digest_json
from repeatpass.core.errors import Invalid, NotFound
from repeatpass.features import FeatureSet, Wanted
from repeatpass.features.crs import uri
from repeatpass.features.tiles import DEEPEST, SETS, VectorTiles, bounds_of

DEFINITION = "http://www.opengis.net/def/tilematrixset/OGC/1.0"
KINDS = {"text": "String", "integer": "Number", "number": "Number", "boolean": "Boolean"}
PARAMETERS = ("datetime", "filter", "filter-lang", "filter-crs", "properties")


def vector_tile_routes(router: APIRouter, house: House, pages: Pages) -> None:
    """Add the routes of the vector tiles."""
    tiles = VectorTiles(house.features)

    @router.get("/collections/{id}/tiles")
    def tile_sets(id: str, request: Request) -> Response:
        collection, known = collection_for(house, request, id), house.features.known(id)
        body = {
            "tilesets": [_listed(_tile_set(collection, known, each)) for each in SETS],
            "links": [link(f"{PATH}/{id}", "collection", title="The collection")],
        }
        return answer(request, pages, "tilesets", f"Vector tiles of {collection.title or id}", body)

    @router.get("/collections/{id}/tiles/{tms}")
    def tile_set(id: str, tms: str, request: Request) -> Response:
        collection, known = collection_for(house, request, id), house.features.known(id)
        _require_set(tms)
        if request.query_params.get("f") == "tilejson":
            return JSONResponse(_tile_json(collection, known, tms, str(request.base_url).rstrip("/")))
        body = _tile_set(collection, known, tms)
        body["layers"] = [_layer(collection, known)]
        body["links"] = body["links"][1:]  # the answer puts its own link to itself first
        return answer(request, pages, "tileset", str(body["title"]), body)

    @router.get("/collections/{id}/tiles/{tms}/{z}/{y}/{x}")
    def tile(id: str, tms: str, z: str, y: str, x: str, request: Request) -> Response:
        collection_for(house, request, id)
        known, given = house.features.known(id), request.query_params
        allowed = {*PARAMETERS, "f", *(each.name for each in known.fields)}
        if unknown := [name for name in given if name not in allowed]:
            raise Invalid(
                f"There is no parameter “{unknown[0][:80]}”; there are {', '.join(PARAMETERS)}.", field=unknown[0]
            )
        if given.get("f", "mvt") not in ("mvt", "pbf"):
            raise Invalid(f"f is “{given['f'][:40]}”; vector tiles are mvt.", field="f")
        tag = f'"r{known.revision}-{digest_json([id, tms, z, y, x, sorted(given.multi_items())])[7:23]}"'
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if matches(request, tag):
            return Response(status_code=304, headers=headers)
        start, end = interval(given.get("datetime", ""))
        fields = names_of(given.get("properties"), known)
        wanted = Wanted(start=start, end=end, fields=fields, filter=filter_of(given, known))
        column, row, level = _number(x, "x"), _number(y, "y"), _number(z, "z")
        content = tiles.tile(known, tms, level, column, row, wanted)
        if not content:
            return Response(status_code=204, headers=headers)
        return Response(content, media_type=MVT, headers=headers)


def _require_set(tms: str) -> None:
    bounds_of(tms, 0, 0, 0)


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise NotFound(f"There is no tile whose {name} is “{text[:20]}”; it is a whole number.")
    return int(text)


def _tile_set(collection: Collection, known: FeatureSet, tms: str) -> dict[str, Any]:
    """Return one set as tileSet.yaml of OGC API – Tiles has it."""
    here = f"{PATH}/{collection.id}/tiles/{tms}"
    template = f"{here}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    return {
        "title": f"{collection.title or collection.id} in {tms}",
        "dataType": "vector",
        "crs": uri(SETS[tms]),
        "tileMatrixSetURI": f"{DEFINITION}/{tms}",
        "links": [
            link(here, "self", title="This set of tiles"),
            link(f"/ogc/tileMatrixSets/{tms}", f"{REL}/tiling-scheme", title="The tile matrix set"),
            {**link(template, "item", MVT, "A tile"), "templated": True},
            link(f"{here}?f=tilejson", "describedby", title="The same as TileJSON"),
        ],
    }


def _listed(found: dict[str, Any]) -> dict[str, Any]:
    """Return a set as it stands in the list: with those links only that can be followed as they are."""
    return {**found, "links": [each for each in found["links"] if not each.get("templated")]}


def _layer(collection: Collection, known: FeatureSet) -> dict[str, Any]:
    dimensions = {"Point": 0, "MultiPoint": 0, "LineString": 1, "MultiLineString": 1, "Polygon": 2, "MultiPolygon": 2}
    dimension = {"geometryDimension": dimensions[known.geometry]} if known.geometry in dimensions else {}
    return {"id": collection.id, "dataType": "vector", "title": collection.title, **dimension}


def _tile_json(collection: Collection, known: FeatureSet, tms: str, base: str) -> dict[str, Any]:
    west, south, east, north = known.extent or (-180.0, -90.0, 180.0, 90.0)
    body = {
        "tilejson": "3.0.0",
        "name": collection.title or collection.id,
        "description": collection.description,
        "tiles": [f"{base}{PATH}/{collection.id}/tiles/{tms}/{{z}}/{{y}}/{{x}}"],
        "minzoom": 0,
        "maxzoom": DEEPEST,
        "bounds": [west, max(south, -85.0511), east, min(north, 85.0511)],
        "vector_layers": [
            {
                "id": collection.id,
                "fields": {"id": "String"} | {e.name: KINDS.get(e.kind, "String") for e in known.fields},
            }
        ],
    }
    return dict(absolute(body, base + "/"))
