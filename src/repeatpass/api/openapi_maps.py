"""Maps, tiles of maps and their styles for the API's description (20-057, 20-058)."""

from typing import Any

from repeatpass.api.openapi_geodata import COLLECTION
from repeatpass.api.openapi_operations import FORM, Operation, operation, page, path, problem, query
from repeatpass.api.openapi_schemas import NUMBER, TEXT, Schema, listed, record, ref

IMAGES = ("image/png", "image/jpeg", "image/webp")
BINARY: Schema = {"type": "string", "format": "binary"}
WHOLE: Schema = {"type": "integer", "minimum": 0}
EMPTY: Operation = {"description": "There is nothing at that time, or no such place on Earth."}
NOTHING = problem("There is no such collection, style, tile matrix set or tile, or it is not for the asker to see.")
STYLE = path("styleId", "Id of a style: default, a variable or asset, or one of these with a colour map after a colon.")
TMS = path("tileMatrixSetId", "Id of a tile matrix set, such as WebMercatorQuad.")
TILE = (
    path("tileMatrix", "The zoom."),
    {**path("tileRow", "The row, counted from the top."), "schema": WHOLE},
    {**path("tileCol", "The column, counted from the left."), "schema": WHOLE},
)
PICTURE: Operation = {
    "description": "The picture.",
    "headers": {
        "ETag": {"description": "Stays the same while the picture does.", "schema": TEXT},
        "Content-Crs": {"description": "The coordinate system of a map.", "schema": TEXT},
        "Content-Bbox": {"description": "What a map shows, in its coordinate system.", "schema": TEXT},
        "Content-Datetime": {"description": "The time that is shown.", "schema": TEXT},
    },
    "content": {name: {"schema": BINARY} for name in IMAGES},
}
F = query("f", "Form of the picture, instead of Accept.", {"type": "string", "enum": ["png", "jpg", "jpeg", "webp"]})
DRAWING = (
    F,
    query("datetime", "A moment, a part of one such as 2020-05, or an interval; the newest without it."),
    query("transparent", "Whether nothing is drawn where there are no data.", {"type": "boolean"}),
    query("bgcolor", "The colour where there are no data: 0xFFFFFF, #ffffff or white."),
    query("variable", "Another variable of the same cube."),
    query("bands", "One band, or three for red, green and blue."),
    query("expression", "A formula over bands or variables, such as (B08-B04)/(B08+B04)."),
    query("index", "A named index, such as NDVI."),
    query("rescale", "Lowest and highest value: low,high, or one pair for each of three bands."),
    query("colormap", "A colour map of /tiles/colormaps."),
    query("resampling", "How cells become pixels: nearest, bilinear, cubic."),
    query("nodata", "A further value that means no data.", NUMBER),
    query("mask", "A formula; where it is 0 nothing is drawn."),
)
SIZE: Schema = {"type": "integer", "minimum": 1, "maximum": 4096}
SUBSET = query("subset", 'What to show, axis by axis: Lat(40:60),Lon(-10:10),time("2020-05").') | {
    "example": "Lat(40:60),Lon(-10:10)"}  # fmt: skip
TILE_SIZE = tuple(
    query(name, words, {"type": "integer", "minimum": 1, "maximum": 2048, "default": 256})
    for name, words in (("width", "Pixels from left to right."), ("height", "Pixels from top to bottom."))
)
FRAMING = (
    query("bbox", "What to show: four numbers, the lower corner first, in the order of bbox-crs.", listed(NUMBER)),
    query("bbox-crs", "The coordinate system of bbox; longitude and latitude (CRS84) without it."),
    query("crs", "The coordinate system of the map; longitude and latitude (CRS84) without it."),
    query("width", "Pixels from left to right.", SIZE),
    query("height", "Pixels from top to bottom.", SIZE),
    SUBSET,
    query("subset-crs", "The coordinate system of subset."),
    query("center", "The middle of the map, in the order of center-crs."),
    query("center-crs", "The coordinate system of center."),
    query("scale-denominator", "The scale, for pixels of 0.28 mm.", NUMBER),
)
TITLED = {"title": TEXT, "links": listed(ref("link"))}
SCHEMAS: dict[str, Schema] = {
    "tileMatrixSets": record("tileMatrixSets", tileMatrixSets=listed({"type": "object"}), links=listed(ref("link"))),
    "tileMatrixSet": {
        **record("crs tileMatrices", id=TEXT, title=TEXT, uri=TEXT, crs=TEXT, tileMatrices=listed({"type": "object"})),
        "additionalProperties": True,
    },
    "tilesets": record("tilesets", tilesets=listed(ref("tileset")), links=listed(ref("link"))),
    "tileset": {**record("dataType crs links", dataType=TEXT, crs=TEXT, **TITLED), "additionalProperties": True},
    "styles": record("styles", default=TEXT, styles=listed(ref("style")), links=listed(ref("link"))),
    "style": record("id links", id=TEXT, **TITLED),
}


def _document(id: str, summary: str, schema: str, *parameters: Operation) -> Operation:
    return operation(id, summary, {"200": page(schema, "The document.")}, *parameters, FORM, failures={"404": NOTHING})


def _picture(id: str, summary: str, *parameters: Operation) -> Operation:
    known: dict[str, Any] = {
        "200": PICTURE,
        "204": EMPTY,
        "304": {"description": "The asker has this picture already."},
    }
    return operation(id, summary, known, *parameters, failures={"404": NOTHING})


def _operations() -> dict[tuple[str, str], Operation]:
    found = {
        ("/ogc/tileMatrixSets", "get"): _document("getTileMatrixSets", "The tile matrix sets", "tileMatrixSets"),
        ("/ogc/tileMatrixSets/{tileMatrixSetId}", "get"): _document(
            "getTileMatrixSet", "A tile matrix set", "tileMatrixSet", TMS),
        ("/ogc/collections/{id}/styles", "get"): _document(
            "getStyles", "The styles of a collection: its variables, and colours", "styles", COLLECTION),
        ("/ogc/collections/{id}/styles/{styleId}", "get"): _document(
            "getStyle", "A style of a collection", "style", COLLECTION, STYLE),
        ("/ogc/collections/{id}/styles/{styleId}/legend", "get"): _picture(
            "getLegend", "The legend of a style", COLLECTION, STYLE,
            query("f", "Form of the picture.", {"type": "string", "enum": ["png"]}), *DRAWING[1:]),
    }  # fmt: skip
    # The endings of the ids are those of 20-057, table 11, and 20-058, table 11.
    for ending, before, own in (("collection", "/ogc/collections/{id}", ()),
                                ("collection.style", "/ogc/collections/{id}/styles/{styleId}", (STYLE,))):  # fmt: skip
        known = (COLLECTION, *own)
        tiles = f"{before}/map/tiles"
        found |= {
            (f"{before}/map", "get"): _picture(f"maps.{ending}.getMap", "A map", *known, *FRAMING, *DRAWING),
            (tiles, "get"): _document(
                f"maps.{ending}.map.getTileSetsList", "The tilesets of a collection", "tilesets", *known),
            (f"{tiles}/{{tileMatrixSetId}}", "get"): _document(
                f"maps.{ending}.map.getTileSet", "A tileset", "tileset", *known, TMS),
            (f"{tiles}/{{tileMatrixSetId}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", "get"): _picture(
                f"maps.{ending}.map.getTile", "A tile", *known, TMS, *TILE, SUBSET, *TILE_SIZE, *DRAWING),
        }  # fmt: skip
    return found


OPERATIONS = _operations()
