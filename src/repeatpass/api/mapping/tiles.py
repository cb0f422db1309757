"""Tiles of maps of a collection, and the tile matrix sets they come in (20-057, 7 to 10)."""

from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request, Response

from repeatpass.api.documents import Pages, answer, link
from repeatpass.api.mapping.choosing import Chosen, as_problems, chosen
from repeatpass.api.mapping.describing import MATRICES, PATH, matrix_set, matrix_sets, tileset, tilesets
from repeatpass.api.mapping.picturing import answered, background, check_words, drawn_as, format_of
from repeatpass.api.mapping.subsets import words_of
from repeatpass.api.maps.matrices import limits_at, sets_of, system_of
from repeatpass.api.maps.numbers import whole
from repeatpass.api.maps.refusing import Nothing
from repeatpass.api.tiles.asking import whole_of
from repeatpass.assembly import House
from repeatpass.core.errors import NotFound
from repeatpass.data.records import Layer, Picture
from repeatpass.data.rendering import tile_grid
from repeatpass.data.tilesets import tile_matrix_set

OF_COLLECTION, OF_STYLE = "/collections/{id}/map/tiles", "/collections/{id}/styles/{styleId}/map/tiles"
TILE = "/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"
SIZE = ("width", "height")
LARGEST = 2048  # pixels along a side of a tile


def tiles_router(house: House, pages: Pages) -> APIRouter:
    """Return the routes of tiles."""
    router = APIRouter(prefix="/ogc", tags=["map tiles"])
    _matrices(router, pages)
    _documents(router, house, pages)

    @router.get(OF_COLLECTION + TILE)
    @router.get(OF_STYLE + TILE)
    def tile(request: Request) -> Response:
        try:
            return _tile(house, request)
        except Nothing:
            return Response(status_code=204)

    return router


def _matrices(router: APIRouter, pages: Pages) -> None:
    @router.get("/tileMatrixSets")
    def every(request: Request) -> Response:
        body = {"tileMatrixSets": matrix_sets(), "links": [link("/ogc", "up", title="Repeatpass")]}
        return answer(request, pages, "matrices", "Tile matrix sets", body)

    @router.get("/tileMatrixSets/{tileMatrixSetId}")
    def one(request: Request) -> Response:
        id = request.path_params["tileMatrixSetId"]
        body = {**matrix_set(id), "links": [link(MATRICES, "up", title="Tile matrix sets")]}
        return answer(request, pages, "matrix", id, body)


def _documents(router: APIRouter, house: House, pages: Pages) -> None:
    @router.get(OF_COLLECTION)
    @router.get(OF_STYLE)
    def listed(request: Request) -> Response:
        layer = _layer(house, request)
        up = link(f"{PATH}/{layer.collection}", "up", title="The collection")
        body = {**tilesets(layer, _address(request)), "links": [up]}
        return answer(request, pages, "tilesets", f"Tiles of {layer.title}", body)

    @router.get(f"{OF_COLLECTION}/{{tileMatrixSetId}}")
    @router.get(f"{OF_STYLE}/{{tileMatrixSetId}}")
    def described(request: Request) -> Response:
        layer, id = _layer(house, request), request.path_params["tileMatrixSetId"]
        _require_set(layer, id)
        kept = [(name, value) for name, value in request.query_params.multi_items() if name != "f"]
        body = tileset(layer, id, _address(request), f"&{urlencode(kept)}" if kept else "")
        return answer(request, pages, "tileset", f"{layer.title} in {id}", body)


def _layer(house: House, request: Request) -> Layer:
    words = dict(request.query_params)
    with as_problems():
        found = chosen(house, request, request.path_params["id"], request.path_params.get("styleId", ""), words)
        check_words(found.layer, words)
    return found.layer


def _address(request: Request) -> str:
    return quote(request.url.path.rstrip("/"), safe="/:")


def _tile(house: House, request: Request) -> Response:
    path, words = request.path_params, words_of(request)
    with as_problems():
        found = chosen(house, request, path["id"], path.get("styleId", ""), words)
        check_words(found.layer, words, "subset", *SIZE)
        _require_set(found.layer, path["tileMatrixSetId"])
        media_type = format_of(request)
        behind = background(words, media_type)
        zoom, row, column = (whole_of(path[name], name) for name in ("tileMatrix", "tileRow", "tileCol"))
        _require_within(found.layer, path["tileMatrixSetId"], zoom, row, column)
        form = drawn_as(media_type, behind)
        picture = _drawn(house, found, words, (path["tileMatrixSetId"], zoom, column, row), form)
    return answered(request, found, picture, media_type, behind, {})


def _drawn(house: House, found: Chosen, words: dict[str, str], place: tuple[str, int, int, int], form: str) -> Picture:
    """Draw a tile in its usual size, or in the one that is asked for (20-058, requirement 5)."""
    if not any(words.get(name) for name in SIZE):
        return house.rendering.tile(found.layer, found.style, found.shown.time, *place, form)
    grid, system = tile_grid(*place), system_of(tile_matrix_set(place[0]))
    width, height = (
        whole(words[name], name, 1, LARGEST) if words.get(name) else usual
        for name, usual in zip(SIZE, (grid.width, grid.height), strict=True)
    )
    return house.rendering.map(
        found.layer, found.style, found.shown.time, system.drawn, grid.bounds, width, height, form
    )


def _require_within(layer: Layer, tms: str, zoom: int, row: int, column: int) -> None:
    """Raise NotFound beyond the limits that the tileset states (20-057, requirement 6)."""
    tile_grid(tms, zoom, column, row)  # refuses what the set has not at all
    there = limits_at(layer, tms, zoom)
    if there is None or not there.holds(row, column):
        raise NotFound(
            f"{layer.id} has nothing in the tile {zoom}/{row}/{column} of {tms}; its tileset says where it has."
        )


def _require_set(layer: Layer, id: str) -> None:
    if id not in (there := sets_of(layer)):
        raise NotFound(f"{layer.id} has no tiles in “{id[:60]}”; it has them in {', '.join(there)}.", tms=id[:60])
