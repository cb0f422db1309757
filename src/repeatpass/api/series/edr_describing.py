"""What OGC API – EDR says of a collection: its queries, its parameters, its forms."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from repeatpass.access import Actor
from repeatpass.api.documents import link
from repeatpass.api.geodata.contributing import Link, Part
from repeatpass.api.geodata.described import CRS84, GREGORIAN, PATH
from repeatpass.api.series.edr_asking import METRES, Parameter, parameters_of
from repeatpass.assembly import House
from repeatpass.catalog.records import Collection
from repeatpass.data.series.coverages import MEDIA_TYPE, parameter

EDR = "http://www.opengis.net/spec/ogcapi-edr-1"
VERSIONS = ("1.1", "1.0")  # what 1.1 added is not needed to be understood by a client of 1.0
FORMS = ["CoverageJSON", "CSV"]
MOST_TIMES = 200  # that are listed one by one
WKT = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],'
    'UNIT["degree",0.0174532925199433],AXIS["Longitude",EAST],AXIS["Latitude",NORTH]]'
)
QUERIES = {
    "position": ("The values at a point in time", "coords=POINT({lon} {lat})"),
    "area": ("The cells that a polygon touches", "coords={polygon}"),
    "cube": ("The cells of a box", "bbox={bbox}"),
    "radius": ("The cells of a circle", "coords=POINT({lon} {lat})&within={within}&within-units={units}"),
}


class EdrFace:
    """The part of EDR in the documents of the collections."""

    def __init__(self, house: House) -> None:
        self.house = house

    @property
    def conformance(self) -> Sequence[str]:
        """The classes that are kept."""
        names = ("core", "collections", "queries", "json", "covjson", "html", "oas30")
        return [f"{EDR}/{version}/conf/{name}" for version in VERSIONS for name in names]

    @property
    def landing(self) -> Sequence[Link]:
        """Nothing of its own: the collections are where it is."""
        return ()

    def part(self, collection: Collection, actor: Actor) -> Part | None:
        """Return the queries of a collection that lies on a grid."""
        known = parameters_of(self.house.layers.as_seen_by(actor).of(collection, asked=False))
        if not known:
            return None
        here = f"{PATH}/{quote(collection.id)}"
        return Part(
            links=[link(f"{here}/{name}", "data", MEDIA_TYPE, title) for name, (title, _) in QUERIES.items()],
            members={
                "data_queries": {name: {"link": _query(here, name)} for name in QUERIES},
                "parameter_names": {name: _parameter(each) for name, each in known.items()},
                "output_formats": FORMS,
                "crs": [CRS84],
                "distanceunits": list(METRES),
                **_extent(collection, known),
            },
        )


def _extent(collection: Collection, known: Mapping[str, Parameter]) -> dict[str, Any]:
    """Return the extent that the collection states, in time that of the layers: each moment where they are few."""
    times = sorted({time for each in known.values() for time in each.layer.times})
    if not times:
        return {}
    boxes = ((collection.body.get("extent") or {}).get("spatial") or {}).get("bbox")
    found: dict[str, Any] = {"spatial": {"bbox": boxes, "crs": CRS84}} if boxes else {}
    moments = times if len(times) <= MOST_TIMES else [f"{times[0]}/{times[-1]}"]
    found["temporal"] = {"interval": [[times[0], times[-1]]], "trs": GREGORIAN, "values": moments}
    return {"extent": found}


def _query(here: str, name: str) -> dict[str, Any]:
    title, words = QUERIES[name]
    units = {"radius": {"within_units": list(METRES)}, "cube": {"height_units": ["m"]}}
    return {
        "href": f"{here}/{name}",
        "rel": "data",
        "type": MEDIA_TYPE,
        "title": title,
        "templated": False,
        "variables": {
            "title": title,
            "description": f"{title}: {words}, datetime, parameter-name, f.",
            "query_type": name,
            "output_formats": FORMS,
            "default_output_format": FORMS[0],
            "crs_details": [{"crs": "CRS84", "wkt": WKT}],
            **units.get(name, {}),
        },
    }


def _parameter(given: Parameter) -> dict[str, Any]:
    found = parameter(given.name, given.title, given.unit)
    times = given.layer.times
    span = (
        {"interval": [[times[0], times[-1]]], "trs": GREGORIAN, "values": [f"{times[0]}/{times[-1]}"]} if times else {}
    )
    temporal = {"temporal": span} if span else {}
    found["observedProperty"] = {"id": given.name, "label": given.title or given.name}
    if given.unit:
        found["unit"] = {
            "label": given.unit,
            "symbol": {"value": given.unit, "type": "http://www.opengis.net/def/uom/UCUM/"},
        }
    west, south, east, north = given.layer.bbox
    return {
        **found,
        "id": given.name,
        "label": given.title or given.name,
        "description": given.title or given.name,
        "data-type": "float",
        "extent": {"spatial": {"bbox": [[west, south, east, north]], "crs": CRS84}, **temporal},
    }
