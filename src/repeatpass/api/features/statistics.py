"""/ogc/collections/{id}/statistics: how many features there are, and what a property is in all of them together."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from repeatpass.api.features.asked import asked_of
from repeatpass.api.features.tags import list_tag, matches
from repeatpass.api.geodata.seeing import collection_for
from repeatpass.assembly import House
from repeatpass.features import FeatureSet
from repeatpass.features.measuring import Numbers, Words

WORD = "property"


def statistics_routes(router: APIRouter, house: House) -> None:
    """Add the route that measures features; it takes the parameters of items, and ``property``."""

    @router.get("/collections/{id}/statistics")
    def statistics(id: str, request: Request) -> Response:
        collection_for(house, request, id)
        known = house.features.known(id)
        asked = asked_of(request, known, WORD)
        tag = list_tag(known, request, asked)
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if matches(request, tag):
            return Response(status_code=304, headers=headers)
        name = request.query_params.get(WORD, "").strip()
        found = house.features.measuring.measure(known, asked.wanted, name)
        return JSONResponse(document(known, name, found), headers=headers)


def document(known: FeatureSet, name: str, found: Numbers | Words) -> dict[str, Any]:
    """Return what was measured as JSON; without a property only the number of features."""
    body: dict[str, Any] = {"collection": known.collection, "count": found.count}
    if (field := known.field(name)) is None:
        return body
    body |= {"property": name, "title": field.title or name, "unit": field.unit, "valid": found.valid}
    if isinstance(found, Words):
        values = [{"value": value, "count": number} for value, number in found.values]
        return body | {"kind": "words", "values": values, "others": found.others}
    shares = {str(at): value for at, value in (found.percentiles or {}).items()}
    return body | {
        "kind": "numbers",
        "low": found.low,
        "high": found.high,
        "mean": found.mean,
        "deviation": found.deviation,
        "percentiles": shares,
        "counts": found.counts,
        "edges": found.edges,
    }
