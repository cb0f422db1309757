"""The queries of OGC API – Environmental Data Retrieval 1.1 (19-086r6): position, area, cube, radius.

They give the values as they are: of the cell at a position, of all cells that an area touches. What an area's values are
together, weighted by their areas, is for /series to say.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from repeatpass.api.series.answering import CSV, etag_of, form_of, headers_of, known_already
from repeatpass.api.series.edr_asking import (
    Parameter,
    bbox_of,
    checked_words,
    chosen,
    circle_of,
    dimensions_of,
    parameters_of,
    points_of,
    polygon_of,
)
from repeatpass.api.tiles.asking import Asked
from repeatpass.assembly import House
from repeatpass.core.errors import NotFound
from repeatpass.data.areas import Area, Point
from repeatpass.data.records import Style
from repeatpass.data.series.bounds import MOST_CUBE
from repeatpass.data.series.coverages import MEDIA_TYPE, cube_coverages, joined, series_coverage
from repeatpass.data.series.records import Cube, Outside, TimeSeries
from repeatpass.data.series.writing import cells_as_csv, points_as_csv
from repeatpass.data.times import NoSuchTime

FORMS = ("covjson", "csv")
ALL = "../.."


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """What is asked of a collection, read and checked."""

    house: House
    parameters: Sequence[Parameter]
    dimensions: dict[str, str]
    time: str

    def at(self, point: Point) -> list[TimeSeries]:
        """Return the series of each parameter at a point."""
        return [
            _named(self.house.series.point(each.layer, each.style(self.dimensions), self.time, point), each)
            for each in self.parameters
        ]

    def inside(self, area: Area) -> list[Cube]:
        """Return the cells of each parameter, all together no more than an answer may have."""
        found: list[Cube] = []
        for each in self.parameters:
            left = MOST_CUBE - sum(cube.values.size for cube in found)
            style: Style = each.style(self.dimensions)
            found += self.house.series.cells(each.layer, style, self.time, area, left, name=each.name)
        return found


def edr_router(house: House) -> APIRouter:
    """Return the routes of the queries under each collection."""
    router = APIRouter(prefix="/ogc/collections/{id}", tags=["edr"])

    @router.get("/position")
    def position(id: str, request: Request) -> Response:
        return _answer(house, request, id, lambda query: _positions(query, points_of(request)))

    @router.get("/area")
    def area(id: str, request: Request) -> Response:
        return _answer(house, request, id, lambda query: _cells(query.inside(polygon_of(request))))

    @router.get("/cube")
    def cube(id: str, request: Request) -> Response:
        return _answer(house, request, id, lambda query: _cells(query.inside(bbox_of(request))), "bbox")

    @router.get("/radius")
    def radius(id: str, request: Request) -> Response:
        words = ("within", "within-units")
        return _answer(house, request, id, lambda query: _cells(query.inside(circle_of(request))), *words)

    return router


Made = tuple[Callable[[], dict[str, Any]], Callable[[], str]]  # CoverageJSON, CSV


def _answer(house: House, request: Request, id: str, made: Callable[[Query], Made], *more: str) -> Response:
    layers = house.layers.as_seen_by(request.state.actor)
    collection = layers.catalog.collection(id)
    known = parameters_of(layers.of(id))
    if not known:
        raise NotFound(f"The collection {id} has nothing that lies on a grid; it has no such query.", collection=id)
    checked_words(request, *more)
    form, parameters = form_of(request, FORMS), chosen(request, known)
    asked = Asked(layer=parameters[0].layer, style=Style(), time="", public=collection.visibility == "public")
    etag = etag_of(request, "".join(each.layer.stamp for each in parameters), form)
    if (same := known_already(request, asked, etag)) is not None:
        return same
    time = request.query_params.get("datetime", "").strip() or ALL
    query = Query(house=house, parameters=parameters, dimensions=dimensions_of(request, parameters), time=time)
    headers = headers_of(request, asked, etag)
    try:
        document, table = made(query)
    except (Outside, NoSuchTime):  # a right question that has no data is answered with nothing (19-086r6, table 9)
        return Response(status_code=204, headers=headers)
    if form == "csv":
        return PlainTextResponse(table(), media_type=CSV, headers=headers)
    return JSONResponse(document(), media_type=MEDIA_TYPE, headers=headers)


def _positions(query: Query, points: Iterable[Point]) -> Made:
    found = [query.at(point) for point in points]
    return lambda: joined([_together(each) for each in found], "PointSeries"), lambda: points_as_csv(found)


def _cells(found: Sequence[Cube]) -> Made:
    return lambda: cube_coverages(found), lambda: cells_as_csv(found)


def _together(found: Sequence[TimeSeries]) -> dict[str, Any]:
    """Return one coverage of the parameters at a point; those of another grid or other times are one each."""
    made = [series_coverage(each) for each in found]
    first = made[0]
    if any(each["domain"] != first["domain"] for each in made):
        return joined(made, "PointSeries")
    for other in made[1:]:
        first["parameters"] |= other["parameters"]
        first["ranges"] |= other["ranges"]
    return first


def _named(found: TimeSeries, parameter: Parameter) -> TimeSeries:
    """Name what was found as it is called here."""
    from dataclasses import replace

    (variable,) = found.variables
    named = replace(variable, name=parameter.name, title=parameter.title)
    return replace(found, title=parameter.layer.title, variables=[named])
