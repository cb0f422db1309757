"""What is said of the features of a collection: links and systems in its document, schema, queryables, sortables."""

from collections.abc import Mapping, Sequence
from typing import Any

from repeatpass.access import Actor
from repeatpass.api.descriptions import REL
from repeatpass.api.documents import link
from repeatpass.api.features.forms import FORMS
from repeatpass.api.geodata.contributing import Link, Part
from repeatpass.api.geodata.described import CRS84, GREGORIAN, PATH
from repeatpass.assembly import House
from repeatpass.catalog.records import Collection
from repeatpass.core.times import iso
from repeatpass.features import FeatureSet
from repeatpass.features.crs import northing_first, offered, transformed, turned, uri
from repeatpass.features.records import CRS84 as OWN
from repeatpass.features.records import NoFeatures
from repeatpass.features.schema import DIALECT, geometry_format, property_schemas

SCHEMA = "application/schema+json"
MVT = "application/vnd.mapbox-vector-tile"
ONE, TWO, THREE, FOUR, FIVE = (f"http://www.opengis.net/spec/ogcapi-features-{part}/1.0/conf" for part in range(1, 6))
TILES = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf"
CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf"
CONFORMANCE = (
    *(f"{ONE}/{name}" for name in ("core", "geojson", "html", "oas30")),
    f"{TWO}/crs",
    *(f"{THREE}/{name}" for name in ("queryables", "queryables-query-parameters", "filter", "features-filter")),
    *(f"{FOUR}/{name}" for name in ("create-replace-delete", "update", "optimistic-locking-etags", "features")),
    *(f"{FIVE}/{name}" for name in ("schemas", "core-roles-features", "returnables-and-receivables", "queryables",
                                   "sortables")),
    f"{TILES}/mvt",
    *(f"{CQL2}/{name}" for name in (
        "cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators", "case-insensitive-comparison",
        "accent-insensitive-comparison",
        "basic-spatial-functions", "basic-spatial-functions-plus", "spatial-functions", "temporal-functions",
        "array-functions", "property-property", "arithmetic",
    )),
)  # fmt: skip


class FeaturesFace:
    """Says what of a collection can be read as features."""

    conformance: Sequence[str] = CONFORMANCE
    landing: Sequence[Link] = ()

    def __init__(self, house: House, sets: Mapping[str, FeatureSet] | None = None) -> None:
        self.house, self.features, self.sets = house, house.features, sets

    def for_many(self) -> "FeaturesFace":
        """Return one that has read ahead which collections hold features."""
        return FeaturesFace(self.house, self.features.sets())

    def part(self, collection: Collection, _actor: Actor) -> Part | None:
        """Return the links to the features of a collection, None if it holds none."""
        known = self._known(collection.id)
        return None if known is None else Part(links=_links(f"{PATH}/{collection.id}"), members=_members(known))

    def _known(self, collection: str) -> FeatureSet | None:
        if self.sets is not None:
            return self.sets.get(collection)
        try:
            return self.features.known(collection)
        except NoFeatures:
            return None


def _links(here: str) -> list[Link]:
    items = [
        link(f"{here}/items?f={form.name}", "items", form.media_type, f"The features as {form.title}")
        for form in FORMS.values()
    ]
    return [
        *items,
        link(f"{here}/schema", f"{REL}/schema", SCHEMA, "What the features are"),
        link(f"{here}/queryables", f"{REL}/queryables", SCHEMA, "What features can be filtered by"),
        link(f"{here}/sortables", f"{REL}/sortables", SCHEMA, "What features can be sorted by"),
        link(f"{here}/tiles", f"{REL}/tilesets-vector", title="The features as vector tiles"),
    ]


def _members(known: FeatureSet) -> dict[str, Any]:
    members: dict[str, Any] = {
        "itemType": "feature",
        "crs": [uri(code) for code in offered(known.crs, known.extent)],
        "storageCrs": uri(known.crs),
        "itemCount": known.number,
    }
    extent: dict[str, Any] = {}
    if known.extent is not None:
        extent["spatial"] = {"bbox": [list(known.extent)], "crs": CRS84, **_in_storage(known)}
    if known.start is not None or known.end is not None:
        ends = [None if each is None else iso(each) for each in (known.start, known.end)]
        extent["temporal"] = {"interval": [ends], "trs": GREGORIAN}
    return members | ({"extent": extent} if extent else {})


def _in_storage(known: FeatureSet) -> dict[str, Any]:
    """Return the extent in the system that features are kept in, its axes in that system's order (20-058, 47)."""
    west, south, east, north = known.extent or (0.0, 0.0, 0.0, 0.0)
    if uri(known.crs) == CRS84 or west > east:
        return {}
    import shapely

    [moved] = transformed([shapely.box(west, south, east, north)], OWN, known.crs)
    if moved is None:
        return {}
    shape = turned(moved) if northing_first(known.crs) else moved
    return {"storageCrsBbox": [list(shape.bounds)]}


def schema_of(known: FeatureSet, address: str, title: str) -> dict[str, Any]:
    """Return what the features are (Part 5, 23-058r1): their id, their geometry, their properties."""
    geometry = {} if known.geometry == "none" else {"geometry": _geometry(known)}
    required = [each.name for each in known.fields if each.required]
    return {
        "$schema": DIALECT,
        "$id": address,
        "type": "object",
        "title": title,
        "properties": {"id": {"type": "string", "x-ogc-role": "id"}, **geometry, **property_schemas(known)},
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def queryables_of(known: FeatureSet, address: str, title: str) -> dict[str, Any]:
    """Return what filters can speak of (Part 3, 19-079r2, 6.2)."""
    whole = schema_of(known, address, title)
    times = {"datetime": {"title": "Time", "type": "string", "format": "date-time"}} if known.time else {}
    whole.pop("required", None)
    properties = {**whole["properties"], **times}
    if "geometry" in properties:  # clients of earlier drafts know the kind of a geometry by a reference
        name = known.geometry or "Geometry"
        properties["geometry"] |= {"$ref": f"https://geojson.org/schema/{name}.json"}
    return whole | {"properties": properties}


def sortables_of(known: FeatureSet, address: str, title: str) -> dict[str, Any]:
    """Return what features can be sorted by (Part 5)."""
    whole = queryables_of(known, address, title)
    kept = {name: each for name, each in whole["properties"].items() if name not in ("geometry", "datetime")}
    return whole | {"properties": kept}


def _geometry(known: FeatureSet) -> dict[str, Any]:
    return {"title": "Place", "format": geometry_format(known.geometry), "x-ogc-role": "primary-geometry"}
