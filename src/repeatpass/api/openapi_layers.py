"""What /tiles says of layers, as schemas of the API's description."""

from repeatpass.api.openapi_schemas import ANY_OBJECT, NUMBER, TEXT, WHOLE, Schema, listed, record, ref

NONE_OR_NUMBER: Schema = {**NUMBER, "nullable": True}
BOX: Schema = {**listed(NUMBER), "minItems": 4, "maxItems": 4}
NAMES = listed(TEXT)

LAYER_SCHEMAS: dict[str, Schema] = {
    "layer": record(
        "id collection name title kind crs bounds bbox shape cell links",
        id=TEXT,
        collection=TEXT,
        name=TEXT,
        title=TEXT,
        description=TEXT,
        kind={"type": "string", "enum": ["cube", "raster"]},
        unit=TEXT,
        crs=TEXT,
        bounds={**BOX, "description": "In units of crs: left, bottom, right, top."},
        bbox={**BOX, "description": "In degrees: west, south, east, north."},
        shape={**listed(WHOLE), "description": "Rows and columns."},
        cell={**listed(NUMBER), "description": "Width and height of a cell in units of crs."},
        dtype=TEXT,
        nodata=NONE_OR_NUMBER,
        scale=NUMBER,
        offset=NUMBER,
        bands=listed(ANY_OBJECT),
        variables=NAMES,
        dimensions={"type": "object", "additionalProperties": NAMES},
        platform=TEXT,
        trouble=TEXT,
        time={**record(count=WHOLE, first=TEXT, last=TEXT), "nullable": True},
        times=NAMES,
        files=listed(ANY_OBJECT),
        style={"type": "object", "additionalProperties": TEXT},
        links={"type": "object", "additionalProperties": TEXT},
    ),
    "layerValues": record(
        "layer lon lat values",
        layer=TEXT,
        lon=NUMBER,
        lat=NUMBER,
        time=TEXT,
        values=listed(record("name value", name=TEXT, value=NONE_OR_NUMBER, unit=TEXT)),
    ),
    "layerStatistics": record(
        "layer bands",
        layer=TEXT,
        time=TEXT,
        bands=listed(
            record(
                "name valid cells",
                name=TEXT,
                unit=TEXT,
                low=NONE_OR_NUMBER,
                high=NONE_OR_NUMBER,
                mean=NONE_OR_NUMBER,
                deviation=NONE_OR_NUMBER,
                median=NONE_OR_NUMBER,
                percentiles={"type": "object", "additionalProperties": NONE_OR_NUMBER},
                valid=NUMBER,
                cells=NUMBER,
                counts=listed(NUMBER),
                edges=listed(NONE_OR_NUMBER),
            )
        ),
    ),
    "polygon": {
        **record("type", type={"type": "string", "enum": ["Polygon", "MultiPolygon", "Feature", "FeatureCollection"]},
                 coordinates=listed({}), geometry=ANY_OBJECT, features=listed(ref("featureGeoJSON"))),
        "description": "GeoJSON with a polygon (RFC 7946), in longitude and latitude.",
        "additionalProperties": True,
        "example": {"type": "Polygon",
                    "coordinates": [[[9.5, 46.3], [17.2, 46.3], [17.2, 49.1], [9.5, 49.1], [9.5, 46.3]]]},
    },
}  # fmt: skip
