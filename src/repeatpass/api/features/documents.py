"""Features as GeoJSON (RFC 7946), their coordinates in the axis order of the system that was asked for."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import numpy as np
import shapely

from repeatpass.api.documents import link
from repeatpass.api.features.forms import FORMS, GEOJSON, Form
from repeatpass.api.geodata.described import PATH
from repeatpass.features import Feature
from repeatpass.features.crs import northing_first, system, turned, uri

DEGREES, LENGTHS = 9, 4  # digits after the point: a tenth of a millimetre either way


def feature_document(feature: Feature, crs: str) -> dict[str, Any]:
    """Return one feature as GeoJSON, without links."""
    return dict(json.loads(feature_text(feature, crs)))


def feature_text(feature: Feature, crs: str) -> str:
    """Return one feature as the text of GeoJSON; as numbers of Python its corners would need ten times the memory."""
    id, properties = (json.dumps(each, ensure_ascii=False) for each in (feature.id, dict(feature.properties)))
    place = geometry_text(feature.geometry, crs)
    return f'{{"type":"Feature","id":{id},"geometry":{place},"properties":{properties}}}'


def geometry_text(shape: shapely.Geometry | None, crs: str) -> str:
    """Return a geometry as the text of GeoJSON in the axis order of *crs*."""
    if shape is None:
        return "null"
    digits = DEGREES if system(crs).is_geographic else LENGTHS
    tidy = shapely.transform(shape, lambda points: np.round(points, digits), include_z=bool(shapely.has_z(shape)))
    return str(shapely.to_geojson(turned(tidy) if northing_first(crs) else tidy))


def links_of(
    collection: str, base: str, query: Sequence[tuple[str, str]], form: Form, forms: Sequence[Form]
) -> list[Any]:
    """Return links of an answer to itself, to its other forms and to its collection."""
    return [
        link(with_query(base, query), "self", form.media_type, "This document"),
        *(
            link(with_query(base, [*_without(query, "f"), ("f", other.name)]), "alternate", other.media_type,
                 f"The same as {other.title}")
            for other in forms if other.name != form.name
        ),
        link(f"{PATH}/{collection}", "collection", title="The collection"),
    ]  # fmt: skip


def page_links(base: str, query: Sequence[tuple[str, str]], limit: int, offset: int, more: bool) -> list[Any]:
    """Return links to the pages beside one."""
    kept = _without(_without(query, "offset"), "limit")
    made = []
    for rel, first, there in (("next", offset + limit, more), ("prev", max(0, offset - limit), offset > 0)):
        if there:
            address = with_query(base, [*kept, ("limit", str(limit)), ("offset", str(first))])
            made.append(link(address, rel, GEOJSON, "Further" if rel == "next" else "Back"))
    return made


def with_query(base: str, query: Sequence[tuple[str, str]]) -> str:
    """Return an address with its query."""
    return f"{base}?{urlencode(query)}" if query else base


def _without(query: Sequence[tuple[str, str]], name: str) -> list[tuple[str, str]]:
    return [pair for pair in query if pair[0] != name]


def content_crs(crs: str) -> Mapping[str, str]:
    """Return the header that says in which system an answer is (18-058r1, requirement 16)."""
    return {"Content-Crs": f"<{uri(crs)}>"}


ALL_FORMS = tuple(FORMS.values())
PAGED = tuple(form for form in ALL_FORMS if not form.download)
