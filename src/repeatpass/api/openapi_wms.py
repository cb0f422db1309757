"""WMS 1.3.0 and 1.1.1 for the API's description (06-042, 01-068r3)."""

from repeatpass.api.maps import telling
from repeatpass.api.maps.composing import FORMATS
from repeatpass.api.openapi_operations import Operation, path, query
from repeatpass.api.openapi_ows import KNOWN, PAGES, PICTURES, VALUES, WHOLE, choice, described, needed
from repeatpass.api.openapi_ows import SCHEMAS as SCHEMAS
from repeatpass.api.openapi_schemas import TEXT, Schema
from repeatpass.api.wms.kvp import LARGEST
from repeatpass.api.wms.kvp import OPERATIONS as ASKED
from repeatpass.api.wms.writing import FORMS

SIDE: Schema = {"type": "integer", "minimum": 1, "maximum": LARGEST}
DOCUMENTS = {each.document: {"schema": TEXT} for each in FORMS.values()}
REPORTS = tuple(dict.fromkeys(each.report for each in FORMS.values()))
PARAMETERS = (
    query("service", "The service.", choice("WMS")),
    query("version", "The version; 1.3.0 without it.", choice("1.3.0", "1.1.1")),
    needed("request", "The operation.", choice(*ASKED)),
    query("layers", "Layers, with commas between; GetMap and GetFeatureInfo need them.") | {"example": "warmth:rain"},
    query("styles", "A style for each layer; empty is the default.") | {"example": "viridis"},
    query("crs", "The coordinate system (1.3.0).") | {"example": "EPSG:3857"},
    query("srs", "The coordinate system (1.1.1).") | {"example": "EPSG:3857"},
    query("bbox", "What to show, in the axis order of the system (1.3.0), or x before y (1.1.1).") | {
        "example": "-20037508,-20037508,20037508,20037508"},
    query("width", "Pixels from left to right.", SIDE),
    query("height", "Pixels from top to bottom.", SIDE),
    query("format", "Form of the picture.", choice(*FORMATS)),
    query("transparent", "Whether nothing is drawn where there are no data.", choice("TRUE", "FALSE", default="FALSE")),
    query("bgcolor", "The colour where there are no data.", {**TEXT, "default": "0xFFFFFF"}),
    query("time", "A moment; the newest without it.") | {"example": "2020-05-01"},
    query("exceptions", "How errors are told.", choice("XML", "INIMAGE", "BLANK", default="XML")),
    query("query_layers", "Layers whose values are asked for."),
    query("info_format", "Form of the values.", choice(*telling.FORMATS, default=telling.TEXT)),
    *(query(name, words, WHOLE) for name, words in (
        ("i", "Column of the pixel (1.3.0)."), ("j", "Row of the pixel (1.3.0)."),
        ("x", "Column of the pixel (1.1.1)."), ("y", "Row of the pixel (1.1.1)."))),
    query("layer", "The layer of a legend."),
    query("style", "The style of a legend."),
    query("updateSequence", "The state of the capabilities that is known already."),
)  # fmt: skip

KINDS = {**PICTURES, **VALUES, **DOCUMENTS, **PAGES}
COLLECTION = path("collection", "Id of a collection: only its layers.")
OPERATIONS: dict[tuple[str, str], Operation] = {
    ("/wms", "get"): described(
        "wms", "The layers as a WMS; a page for a browser that asks nothing", KINDS, REPORTS, *PARAMETERS,
        answers=KNOWN),
    ("/wms/{collection}", "get"): described(
        "wmsOfCollection", "The layers of a collection as a WMS", KINDS, REPORTS, COLLECTION, *PARAMETERS,
        answers=KNOWN),
}  # fmt: skip
