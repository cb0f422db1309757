"""The routes under /series: a layer at a point, or over an area, in time."""

import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from repeatpass.api.bodies import json_of
from repeatpass.api.series.answering import FORMS, etag_of, form_of, headers_of, known_already, written
from repeatpass.api.tiles.asking import asked_of
from repeatpass.assembly import House
from repeatpass.core.errors import Invalid
from repeatpass.data.areas import area_of, box_of, point_of
from repeatpass.data.series.records import chosen_statistics

WORDS = ("point", "area", "bbox", "statistics", "f", "v")


def series_router(house: House) -> APIRouter:
    """Return the routes of series."""
    router = APIRouter(tags=["series"])

    @router.get("/series/{layer}")
    def series(layer: str, request: Request) -> Response:
        """Return the series of a layer at a point, or its area-weighted statistics over an area."""
        return _answer(house, request, layer, request.query_params.get("area", ""))

    @router.post("/series/{layer}")
    async def series_of_area(layer: str, request: Request) -> Response:
        """Return the series over an area that is sent as GeoJSON, which may be larger than an address."""
        if {"point", "area", "bbox"} & set(request.query_params):
            raise Invalid("The body is the area; leave point, area and bbox out of the address.", field="area")
        body: Any = await json_of(request)
        return await run_in_threadpool(_answer, house, request, layer, json.dumps(body))

    return router


def _answer(house: House, request: Request, id: str, area: str) -> Response:
    words = request.query_params
    asked = asked_of(house, request, id, *WORDS)
    form = form_of(request, tuple(FORMS))
    etag = etag_of(request, asked.layer.stamp, form, area.encode())
    statistics = chosen_statistics(words.get("statistics", ""))
    _require_one_place(words.get("point", ""), area, words.get("bbox", ""))
    if (known := known_already(request, asked, etag)) is not None:
        return known
    headers = headers_of(request, asked, etag)
    if words.get("point"):
        if words.get("statistics"):
            raise Invalid("statistics: a point has values, no statistics; give an area.", field="statistics")
        at = point_of(words["point"])
        return written(form, house.series.point(asked.layer, asked.style, asked.time, at), None, headers)
    place = area_of(area) if area else box_of(words["bbox"], "bbox")
    found = house.series.area(asked.layer, asked.style, asked.time, place, statistics)
    return written(form, found, place, headers)


def _require_one_place(*given: str) -> None:
    if sum(map(bool, given)) != 1:
        raise Invalid(
            "Give one place: point=lon,lat, or area=west,south,east,north, or area= with a GeoJSON polygon.",
            field="point",
        )
