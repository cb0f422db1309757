"""The layers for the API's description: tiles as XYZ, maps, values, statistics and cut-outs under /tiles."""

from typing import Any

from repeatpass.api.openapi_layers import LAYER_SCHEMAS
from repeatpass.api.openapi_operations import JSON, Operation, operation, path, problem, query
from repeatpass.api.openapi_schemas import ANY_OBJECT, NUMBER, TEXT, WHOLE, Schema, listed, record, ref
from repeatpass.data.colours import FORMATS
from repeatpass.data.reading import RESAMPLING

UNSEEN = ("/tiles/{layer}/{tms}/{z}/{x}/{y}.{form}",)  # routes of Starlette, which the framework does not describe
BINARY: Schema = {"type": "string", "format": "binary"}
FORM: Schema = {"type": "string", "enum": list(FORMATS), "default": "png"}
LAYER = path("layer", "Id of a layer: collection:variable, or the collection's for its first layer.") | {
    "example": "sea-surface:temperature"}  # fmt: skip
AREA = query("area", "west,south,east,north in degrees, or a GeoJSON polygon; everything without it.") | {
    "example": "9.5,46.3,17.2,49.1"}  # fmt: skip
TIME = query("time", "A moment, or a part of one such as 2020-05; the newest without it.") | {"example": "2020-05-01"}
STYLE = (
    TIME,
    query("variable", "Another variable of the same cube."),
    query("bands", "One band, or three for red, green and blue.") | {"example": "B04,B03,B02"},
    query("expression", "A formula over bands or variables.") | {"example": "(B08-B04)/(B08+B04)"},
    query("index", "A named index of /tiles/indices.") | {"example": "NDVI"},
    query("rescale", "Lowest and highest value: low,high, or one pair for each of three bands.") | {"example": "0,1"},
    query("colormap", "A colour map of /tiles/colormaps.") | {"example": "viridis"},
    query("resampling", "How cells become pixels.",
          {"type": "string", "enum": list(RESAMPLING), "default": "nearest"}),
    query("nodata", "A further value that means no data.", NUMBER),
    query("mask", "A formula; where it is 0 nothing is drawn."),
)  # fmt: skip
STAMP = query("v", "The layer's stamp, as TileJSON gives it: the answer may then be kept for a year.")
FURTHER = "Further dimensions of a cube (depth, level …) are parameters by their own names."
NO_LAYER = problem("There is no such layer, or it is not for the asker to see.")
TOO_LARGE = problem("More cells would have to be read than is done at once.")
MISSING = {"404": NO_LAYER}
PICTURE: Operation = {
    "description": "The picture.",
    "headers": {"ETag": {"description": "Stays the same while the picture does.", "schema": TEXT},
                "Cache-Control": {"description": "Who may keep it, and for how long.", "schema": TEXT}},
    "content": {each: {"schema": BINARY} for each in dict.fromkeys(FORMATS.values())},
}  # fmt: skip
KNOWN: Operation = {"description": "The asker has this picture already."}
CUTOUT: Operation = {
    "description": "The file.",
    "headers": {"Content-Disposition": {"description": "The name of the file.", "schema": TEXT}},
    "content": {
        "image/tiff": {"schema": BINARY},
        "application/x-netcdf": {"schema": BINARY},
        "text/csv": {"schema": TEXT},
    },
}
NAMES = listed(TEXT)
SCHEMAS: dict[str, Schema] = LAYER_SCHEMAS | {
    "layerList": record("layers", layers=listed(ref("layer"))),
    "tileJson": {
        **record("tilejson tiles vector_layers", tilejson=TEXT, name=TEXT, tiles=NAMES, minzoom=WHOLE, maxzoom=WHOLE,
                 bounds=listed(NUMBER), center=listed(NUMBER), vector_layers=listed(ANY_OBJECT)),
        "additionalProperties": True,
    },
    "colorMaps": record("colormaps", colormaps=NAMES),
    "colorMap": record("name colours", name=TEXT, colours=listed({**listed(WHOLE), "minItems": 4, "maxItems": 4})),
    "indexList": record("indices", indices=listed(
        record("name formula", name=TEXT, title=TEXT, formula=TEXT, bands=NAMES, domain=TEXT, reference=TEXT,
               expression=TEXT))),
    "usedNames": record("expression uses", expression=TEXT, uses=NAMES),
}  # fmt: skip


def _json(schema: str, words: str) -> Operation:
    return {"description": words, "content": {JSON: {"schema": ref(schema)}}}


def _of(id: str, summary: str, answers: dict[str, Operation], *parameters: Operation, **more: Any) -> Operation:
    failures = {**MISSING, **more.pop("failures", {})}
    return operation(id, summary, answers, *parameters, failures=failures, **more)


def _sent(id: str, summary: str, answers: dict[str, Operation], *parameters: Operation) -> Operation:
    body = {"required": True, "content": {JSON: {"schema": ref("polygon")}}}
    return _of(id, summary, answers, *parameters, requestBody=body, failures={"413": TOO_LARGE})


_POINT = (
    {**query("lon", "Longitude in degrees.", {**NUMBER, "minimum": -360, "maximum": 360}), "required": True},
    {**query("lat", "Latitude in degrees.", {**NUMBER, "minimum": -90, "maximum": 90}), "required": True},
)
_SIDE: Schema = {"type": "integer", "minimum": 1, "maximum": 4096, "default": 512}
_FRAME = (
    query("bbox", "left,bottom,right,top in units of crs.") | {"required": True, "example": "9.5,46.3,17.2,49.1"},
    query("crs", "The coordinate system of the map.", {**TEXT, "default": "EPSG:4326"}),
    query("width", "Pixels from left to right.", _SIDE),
    query("height", "Pixels from top to bottom.", _SIDE),
    query("format", "Form of the picture.", FORM),
)
_CUT = (
    query("crs", "The coordinate system of the file; the layer's own without it."),
    query("format", "Form of the file.", {"type": "string", "enum": ["tif", "nc", "csv"], "default": "tif"}),
)
_TILE = (
    path("tms", "Id of a tile matrix set.") | {"example": "WebMercatorQuad"},
    *({**path(name, words), "schema": {**WHOLE, "minimum": 0}}
      for name, words in (("z", "The zoom."), ("x", "The column, from the left."), ("y", "The row, from the top."))),
    {**path("form", "Form of the picture."), "schema": {"type": "string", "enum": list(FORMATS)}},
)  # fmt: skip
_PICTURES = {"200": PICTURE, "304": KNOWN}
_STATISTICS = {"200": _json("layerStatistics", "Statistics, percentiles and a histogram of each band.")}

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("/tiles", "get"): _of(
        "getLayers", "The layers that can be drawn", {"200": _json("layerList", "The layers.")},
        query("collection", "Only those of this collection.")),
    ("/tiles/colormaps", "get"): operation(
        "getColorMaps", "The colour maps", {"200": _json("colorMaps", "Their names.")}),
    ("/tiles/colormaps/{name}", "get"): operation(
        "getColorMap", "A colour map", {"200": _json("colorMap", "Its colours: red, green, blue, opacity.")},
        path("name", "Name of a colour map.") | {"example": "viridis"},
        failures={"404": problem("There is no such colour map.")}),
    ("/tiles/indices", "get"): _of(
        "getIndices", "Named indices, all or those of a layer", {"200": _json("indexList", "The indices.")},
        query("layer", "Only those that can be computed of this layer.")),
    ("/tiles/{layer}", "get"): _of(
        "getLayer", "A layer with its times and files", {"200": _json("layer", "The layer.")}, LAYER),
    ("/tiles/{layer}/tilejson.json", "get"): _of(
        "getTileJson", "Where the tiles of a layer are (TileJSON 3.0)", {"200": _json("tileJson", "TileJSON.")}, LAYER,
        *STYLE, query("tms", "Id of a tile matrix set.", {**TEXT, "default": "WebMercatorQuad"}),
        query("format", "Form of the tiles.", FORM), description=FURTHER),
    (UNSEEN[0], "get"): _of(
        "getLayerTile", "A tile of a layer (XYZ)", _PICTURES, LAYER, *_TILE, *STYLE, STAMP, description=FURTHER,
        tags=["tiles"]),
    ("/tiles/{layer}/map", "get"): _of(
        "getLayerMap", "A map of a layer", _PICTURES, LAYER, *_FRAME, *STYLE, STAMP, description=FURTHER),
    ("/tiles/{layer}/legend", "get"): _of(
        "getLayerLegend", "The legend of a layer", _PICTURES, LAYER, *STYLE, STAMP, description=FURTHER),
    ("/tiles/{layer}/point", "get"): _of(
        "getLayerValues", "The values of a layer at a place", {"200": _json("layerValues", "The values.")}, LAYER,
        *_POINT, *STYLE, description=FURTHER),
    ("/tiles/{layer}/check", "get"): _of(
        "checkExpression", "Whether a formula over a layer is right", {"200": _json("usedNames", "The names it uses.")},
        LAYER, query("expression", "The formula.") | {"required": True, "example": "(B08-B04)/(B08+B04)"}),
    ("/tiles/{layer}/statistics", "get"): _of(
        "getLayerStatistics", "Statistics of a layer", _STATISTICS, LAYER, AREA, *STYLE, failures={"413": TOO_LARGE},
        description=FURTHER),
    ("/tiles/{layer}/statistics", "post"): _sent(
        "getLayerStatisticsOfArea", "Statistics over an area that is sent", _STATISTICS, LAYER, *STYLE),
    ("/tiles/{layer}/cutout", "get"): _of(
        "getLayerCutout", "A part of a layer as a file", {"200": CUTOUT}, LAYER, AREA, *_CUT, *STYLE,
        failures={"413": TOO_LARGE}, description=FURTHER),
    ("/tiles/{layer}/cutout", "post"): _sent(
        "getLayerCutoutOfArea", "A part of a layer, over an area that is sent", {"200": CUTOUT}, LAYER, *_CUT, *STYLE),
}  # fmt: skip
