"""WMTS 1.0.0 for the API's description (07-057r7): queries, and paths of tiles and of values."""

from repeatpass.api.maps import telling
from repeatpass.api.maps.composing import FORMATS
from repeatpass.api.openapi_operations import Operation, path, query
from repeatpass.api.openapi_ows import KNOWN, PAGES, PICTURES, VALUES, WHOLE, XML, choice, described, needed
from repeatpass.api.openapi_schemas import TEXT, Schema
from repeatpass.api.wmts.capabilities import PLACE
from repeatpass.api.wmts.reading import OPERATIONS as ASKED
from repeatpass.api.wmts.reading import PICTURES as PICTURE_SUFFIXES
from repeatpass.api.wmts.reading import SUFFIXES
from repeatpass.api.wmts.routes import TIMED, UNTIMED

SCHEMAS: dict[str, Schema] = {}
DOCUMENT = {XML: {"schema": TEXT}}
REPORTS = (XML,)
PARAMETERS = (
    needed("service", "The service.", choice("WMTS")),
    needed("request", "The operation.", choice(*ASKED)),
    query("version", "The version; GetTile and GetFeatureInfo need it.", choice("1.0.0")),
    query("layer", "The layer.") | {"example": "warmth:rain"},
    query("style", "The style; empty is the default, but GetTile needs it.") | {"allowEmptyValue": True},
    query("format", "Form of the tile.", choice(*FORMATS)),
    query("TileMatrixSet", "The tile matrix set.") | {"example": "WebMercatorQuad"},
    *(query(name, words, WHOLE) for name, words in (
        ("TileMatrix", "The zoom."), ("TileRow", "The row, from the top."), ("TileCol", "The column, from the left."),
        ("I", "Column of the pixel."), ("J", "Row of the pixel."))),
    query("InfoFormat", "Form of the values.", choice(*telling.FORMATS)),
    query("time", "A moment; the newest without it."),
    query("sections", "Parts of the capabilities, with commas between.") | {"example": "Contents"},
    query("AcceptVersions", "Versions that are understood.") | {"example": "1.0.0"},
    query("updateSequence", "The state of the capabilities that is known already."),
)  # fmt: skip
COLLECTION = path("collection", "Id of a collection: only its layers.")
PARTS = {
    "layer": path("layer", "Id of a layer.") | {"example": "warmth:rain"},
    "style": path("style", "Name of a style.") | {"example": "default"},
    "time": path("time", "A moment.") | {"example": "2020-05-01"},
    "tms": path("tms", "Id of a tile matrix set.") | {"example": "WebMercatorQuad"},
    **{name: {**path(name, words), "schema": WHOLE} for name, words in (
        ("zoom", "The zoom."), ("row", "The row, from the top."), ("column", "The column, from the left."),
        ("j", "Row of the pixel."), ("i", "Column of the pixel."))},
}  # fmt: skip


def _parts(template: str, suffixes: dict[str, str]) -> list[Operation]:
    """Return the parameters of a path, in their order."""
    names = [each.partition("}")[0] for each in template.split("{")[1:]]
    suffix = {**path("suffix", "Form of the answer."), "schema": choice(*suffixes)}
    return [suffix if name == "suffix" else PARTS[name] for name in names]


def _of_paths() -> dict[tuple[str, str], Operation]:
    found = {}
    for words, before in (("Timed", TIMED), ("Newest", UNTIMED)):
        tile, info = f"{before}/{{column}}.{{suffix}}", f"{before}/{{column}}/{{j}}/{{i}}.{{suffix}}"
        found[tile, "get"] = described(
            f"wmts{words}Tile", "A tile by its path", PICTURES, REPORTS, *_parts(tile, PICTURE_SUFFIXES), answers=KNOWN
        )
        found[info, "get"] = described(
            f"wmts{words}Values", "The values under a pixel of a tile", VALUES, REPORTS, *_parts(info, SUFFIXES)
        )
    return found  # fmt: skip


def _capabilities(id: str, *parameters: Operation) -> Operation:
    return described(id, "The capabilities of the WMTS", DOCUMENT, REPORTS, *parameters)


KINDS = {**PICTURES, **VALUES, **DOCUMENT}
OPERATIONS: dict[tuple[str, str], Operation] = {
    ("/wmts", "get"): described(
        "wmts", "The layers as a WMTS; a page for a browser that asks nothing", {**KINDS, **PAGES}, REPORTS,
        *PARAMETERS, answers=KNOWN),
    ("/wmts/{collection}", "get"): described(
        "wmtsOfCollection", "The layers of a collection as a WMTS", KINDS, REPORTS, COLLECTION, *PARAMETERS,
        answers=KNOWN),
    (f"/wmts/1.0.0/{PLACE}", "get"): _capabilities("wmtsCapabilities"),
    (f"/wmts/{PLACE}", "get"): _capabilities("wmtsCapabilitiesWithoutVersion"),
    (f"/wmts/{{collection}}/{PLACE}", "get"): _capabilities("wmtsCapabilitiesOfCollection", COLLECTION),
    **_of_paths(),
}  # fmt: skip
