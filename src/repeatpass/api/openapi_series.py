"""Series and OGC API – EDR for the API's description."""

from repeatpass.api.openapi_geodata import COLLECTION, NO_COLLECTION
from repeatpass.api.openapi_operations import Operation, operation, path, problem, query
from repeatpass.api.openapi_schemas import ANY_VALUE, NUMBER, TEXT, Schema, listed, record, ref
from repeatpass.data.series.coverages import MEDIA_TYPE
from repeatpass.data.series.records import STATISTICS

NO_LAYER = problem("There is no such layer, or it is not for the asker to see.")
TOO_LARGE = problem("More values would have to be read or given than is done at once.")
NOTHING = {"description": "The question is right, but the collection has nothing there or then."}
LAYER = path("layer", "Id of a layer: collection:variable, or the collection's for its first layer.")
COORDS = {**query("coords", "Well-known text in longitude and latitude."), "required": True}
DATETIME = query(
    "datetime", "A moment, or an interval such as 2010-01/2010-12 with .. for an open end; all times without it."
)
NAMES = query("parameter-name", "Parameters, with commas between; all without it.")
EDR_FORM = query("f", "Form of the answer.", {"type": "string", "enum": ["CoverageJSON", "CSV"]})
CRS = query("crs", "System of the coordinates.", {"type": "string", "default": "CRS84"})
Z = query("z", "A height or depth, where the collection has several.")
COVERAGE = {
    "description": "The values.",
    "content": {MEDIA_TYPE: {"schema": ref("coverageJSON")}, "text/csv": {"schema": TEXT}},
}
SERIES = {
    "description": "The series.",
    "content": {
        "application/json": {"schema": ref("series")},
        "text/csv": {"schema": TEXT},
        MEDIA_TYPE: {"schema": ref("coverageJSON")},
    },
}
VALUES = listed({**NUMBER, "nullable": True})

SCHEMAS: dict[str, Schema] = {
    "coverageJSON": {
        **record("type", type={"type": "string", "enum": ["Coverage", "CoverageCollection"]}),
        "additionalProperties": True,
    },
    "series": record(
        "layer times variables",
        layer=TEXT,
        title=TEXT,
        kind={"type": "string", "enum": ["point", "area"]},
        cell=record(lon=NUMBER, lat=NUMBER),
        area=record(cells={"type": "integer"}, square_metres=NUMBER),
        weighting=TEXT,
        statistics=ANY_VALUE,
        read=TEXT,
        times=listed({**TEXT, "nullable": True}),
        variables=listed(
            record(name=TEXT, title=TEXT, unit=TEXT, values={"type": "object", "additionalProperties": VALUES})
        ),
    ),
}


def _edr(name: str, summary: str, *parameters: Operation) -> Operation:
    form = {"style": "form", "explode": False}  # as 19-086r6 has it for each of them
    asked = [each | form for each in (*parameters, DATETIME, NAMES, CRS, Z, EDR_FORM)]
    return operation(
        f"get{name.capitalize()}", summary, {"200": COVERAGE, "204": NOTHING}, COLLECTION, *asked,
        failures={"404": NO_COLLECTION, "413": TOO_LARGE},
    )  # fmt: skip


_WORDS = (
    query("time", "A moment or an interval; all times without it."),
    query("statistics", "Statistics of an area, with commas between.",
          {**listed({"type": "string", "enum": list(STATISTICS)}), "minItems": 1}),
    query("bands", "Bands of a raster: one, or three."),
    query("expression", "A formula over bands or variables, such as (B08 - B04) / (B08 + B04)."),
    query("index", "A named index, such as NDVI."),
    query("f", "Form of the answer.", {"type": "string", "enum": ["json", "csv", "covjson"]}),
)  # fmt: skip
_FAILURES = {"404": NO_LAYER, "413": TOO_LARGE}

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("/series/{layer}", "get"): operation(
        "getSeries", "A layer in time: its values at a point, or area-weighted statistics over an area",
        {"200": SERIES}, LAYER, query("point", "lon,lat in degrees."),
        query("area", "west,south,east,north in degrees, or a GeoJSON polygon."),
        query("bbox", "A box, as for area."), *_WORDS, failures=_FAILURES),
    ("/series/{layer}", "post"): operation(
        "getSeriesOfArea", "The same over an area that is sent", {"200": SERIES}, LAYER, *_WORDS, failures=_FAILURES,
        requestBody={"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}),
    ("/ogc/collections/{id}/position", "get"): _edr("position", "The values at points in time", COORDS),
    ("/ogc/collections/{id}/area", "get"): _edr("area", "The cells that polygons touch", COORDS),
    ("/ogc/collections/{id}/cube", "get"): _edr(
        "cube", "The cells of a box", {**query("bbox", "west,south,east,north in degrees."), "required": True}),
    ("/ogc/collections/{id}/radius", "get"): _edr(
        "radius", "The cells of a circle", COORDS, {**query("within", "The radius.", NUMBER), "required": True},
        {**query("within-units", "Its unit, such as km."), "required": True}),
}  # fmt: skip
