"""The landing page of the STAC API and what it conforms to."""

from collections.abc import Sequence
from typing import Any

from repeatpass.api.stac.documents import GEOJSON, QUERYABLES, SCHEMA, VERSION, Documents, aggregate_links, link
from repeatpass.assembly import House
from repeatpass.catalog.registry import Entry

STAC = "https://api.stacspec.org/v1.0.0"
AGGREGATION = "https://api.stacspec.org/v0.3.0/aggregation"
CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf"
FEATURES = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
CONFORMANCE = [
    *(f"{STAC}/{name}" for name in ("core", "collections", "ogcapi-features", "item-search", "browseable")),
    *(f"{STAC}/item-search#{name}" for name in ("fields", "filter", "query", "sort")),
    *(f"{STAC}/ogcapi-features#{name}" for name in ("fields", "filter", "query", "sort")),
    f"{STAC}/ogcapi-features/extensions/transaction",
    f"{STAC}/collections/extensions/transaction",
    f"{STAC.replace('v1.0.0', 'v1.0.0-rc.1')}/collection-search",
    f"{STAC.replace('v1.0.0', 'v1.0.0-rc.1')}/collection-search#free-text",
    *(f"{FEATURES}/{name}" for name in ("core", "geojson", "oas30")),
    AGGREGATION,
    *(f"{AGGREGATION}#{name}" for name in ("filter", "query")),
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    *(f"{CQL2}/{name}" for name in ("cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators")),
    *(f"{CQL2}/{name}" for name in ("temporal-functions", "array-functions", "arithmetic", "property-property")),
    *(f"{CQL2}/{name}" for name in ("case-insensitive-comparison", "accent-insensitive-comparison")),
]
OF_PLACES = [
    f"{CQL2}/{name}" for name in ("basic-spatial-functions", "basic-spatial-functions-plus", "spatial-functions")
]


def conformance(house: House) -> list[str]:
    """Return the classes that hold in *house*: geometries are compared where its database can."""
    return [*CONFORMANCE, *(OF_PLACES if house.searching.compares_geometries() else ())]


def landing(documents: Documents, collections: Sequence[Entry], classes: list[str]) -> dict[str, Any]:
    """Return the landing page: a STAC catalog whose children are the collections; *classes*: what it conforms to."""
    root = documents.root
    links = [
        link(root, "self"), link(root, "root"),
        link(f"{root}/conformance", "conformance"),
        link(f"{root}/collections", "data"),
        link(f"{root}/search", "search", type=GEOJSON) | {"method": "GET"},
        link(f"{root}/search", "search", type=GEOJSON) | {"method": "POST"},
        link(f"{root}/queryables", QUERYABLES, type=SCHEMA),
        *aggregate_links(root),
        link(f"{documents.base}/ogc/api", "service-desc", type="application/vnd.oai.openapi+json;version=3.0"),
        link(f"{documents.base}/ogc/api?f=html", "service-doc", type="text/html"),
        *(link(f"{root}/collections/{each.id}", "child", each.title) for each in collections),
    ]  # fmt: skip
    return {
        "type": "Catalog",
        "stac_version": VERSION,
        "id": "repeatpass",
        "title": "Repeatpass",
        "description": "The collections that the notebooks of this house read.",
        "conformsTo": classes,
        "links": links,
    }
