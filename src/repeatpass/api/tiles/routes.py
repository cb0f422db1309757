"""The routes under /tiles."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from repeatpass.api.bodies import json_of
from repeatpass.api.tiles import describing
from repeatpass.api.tiles.answering import base_of, document, kept, picture
from repeatpass.api.tiles.asking import Recent, asked_of, number_of, require_known, whole_of
from repeatpass.assembly import House
from repeatpass.core.errors import Invalid, NotFound
from repeatpass.data.areas import area_of
from repeatpass.data.colours import FORMATS, colormaps, ramp
from repeatpass.data.indices import all_indices, indices_of
from repeatpass.data.styles import check_expression

Place = tuple[str, int, int, int, str]


def tiles_router(house: House) -> APIRouter:
    """Return the routes that draw and measure layers."""
    router = APIRouter(prefix="/tiles", tags=["tiles"])
    _lists(router, house)
    _pictures(router, house)
    _numbers(router, house)
    return router


def _lists(router: APIRouter, house: House) -> None:
    @router.get("")
    def layers(request: Request) -> Response:
        require_known(request.query_params, ("collection",))
        seen, base = house.layers.as_seen_by(request.state.actor), base_of(request)
        wanted = request.query_params.get("collection", "")
        found = seen.of(wanted) if wanted else seen.all()
        return document({"layers": [describing.summary(each, base) for each in found]})

    @router.get("/colormaps")
    def colour_maps() -> Response:
        return document({"colormaps": list(colormaps())})

    @router.get("/colormaps/{name}")
    def colour_map(name: str) -> Response:
        if name not in colormaps():
            raise NotFound(f"There is no colour map “{name}”.", colormap=name)
        return document({"name": name, "colours": ramp(name).tolist()})

    @router.get("/indices")
    def indices(request: Request) -> Response:
        require_known(request.query_params, ("layer",))
        id = request.query_params.get("layer", "")
        if not id:
            return document({"indices": list(all_indices().values())})
        return document({"indices": indices_of(house.layers.as_seen_by(request.state.actor).layer(id))})

    @router.get("/{layer}")
    def layer(layer: str, request: Request) -> Response:
        found = house.layers.as_seen_by(request.state.actor).layer(layer)
        return document(describing.full(found, base_of(request)))


def _pictures(router: APIRouter, house: House) -> None:
    @router.get("/{layer}/tilejson.json")
    def tilejson(layer: str, request: Request) -> Response:
        asked = asked_of(house, request, layer, "tms", "format")
        words = request.query_params
        form, tms = _form(words.get("format", "png")), words.get("tms", describing.WEB)
        base = base_of(request)
        return JSONResponse(describing.tilejson(asked.layer, words, base, tms, form))

    recent = Recent()

    async def tile(request: Request) -> Response:
        place = _place(request)
        asked = recent.get(request)
        if asked is not None:
            held = house.rendering.held_tile(asked.layer, asked.style, asked.time, *place)
            if held is not None:
                return picture(request, asked, held)
        return await run_in_threadpool(drawn, request, place)

    def drawn(request: Request, place: Place) -> Response:
        asked = asked_of(house, request, request.path_params["layer"], "v")
        recent.put(request, asked)
        return picture(request, asked, house.rendering.tile(asked.layer, asked.style, asked.time, *place))

    # Starlette's own route: the validation of FastAPI would take longer than the answer.
    router.add_route("/tiles/{layer}/{tms}/{z}/{x}/{y}.{form}", tile)

    @router.get("/{layer}/map")
    def map(layer: str, request: Request) -> Response:
        asked = asked_of(house, request, layer, "crs", "bbox", "width", "height", "format", "v")
        words = request.query_params
        size = int(number_of(request, "width", 1, 4096, 512)), int(number_of(request, "height", 1, 4096, 512))
        bounds = _bounds(words.get("bbox", ""))
        crs, form = words.get("crs", "EPSG:4326"), _form(words.get("format", "png"))
        return picture(
            request, asked, house.rendering.map(asked.layer, asked.style, asked.time, crs, bounds, *size, form)
        )

    @router.get("/{layer}/legend")
    def legend(layer: str, request: Request) -> Response:
        asked = asked_of(house, request, layer, "v")
        return picture(request, asked, house.rendering.legend(asked.layer, asked.style))


def _numbers(router: APIRouter, house: House) -> None:
    @router.get("/{layer}/point")
    def point(layer: str, request: Request) -> Response:
        asked = asked_of(house, request, layer, "lon", "lat")
        lon, lat = number_of(request, "lon", -360, 360), number_of(request, "lat", -90, 90)
        return document(house.rendering.point(asked.layer, asked.style, asked.time, lon, lat))

    @router.get("/{layer}/check")
    def check(layer: str, request: Request) -> Response:
        require_known(request.query_params, ("expression",))
        found = house.layers.as_seen_by(request.state.actor).layer(layer)
        expression = request.query_params.get("expression", "")
        return document({"expression": expression, "uses": check_expression(found, expression)})

    @router.get("/{layer}/statistics")
    def statistics(layer: str, request: Request) -> Response:
        return _statistics(house, request, layer, request.query_params.get("area", ""))

    @router.post("/{layer}/statistics")
    async def statistics_of_area(layer: str, request: Request) -> Response:
        area = await _area(request)
        return await run_in_threadpool(_statistics, house, request, layer, area)

    @router.get("/{layer}/cutout")
    def cutout(layer: str, request: Request) -> Response:
        return _cutout(house, request, layer, request.query_params.get("area", ""))

    @router.post("/{layer}/cutout")
    async def cutout_of_area(layer: str, request: Request) -> Response:
        area = await _area(request)
        return await run_in_threadpool(_cutout, house, request, layer, area)


def _statistics(house: House, request: Request, layer: str, area: str) -> Response:
    asked = asked_of(house, request, layer, "area")
    found = house.rendering.statistics(asked.layer, asked.style, asked.time, area_of(area) if area else None)
    return document(found, {"Cache-Control": kept(request, asked)})


def _cutout(house: House, request: Request, layer: str, area: str) -> Response:
    asked = asked_of(house, request, layer, "area", "crs", "format")
    words = request.query_params
    found = house.rendering.cutout(
        asked.layer, asked.style, asked.time, area_of(area) if area else None, words.get("crs", ""),
        words.get("format", "tif"),
    )  # fmt: skip
    headers = {"Content-Disposition": f'attachment; filename="{found.filename}"', "Cache-Control": kept(request, asked)}
    return Response(found.content, media_type=found.media_type, headers=headers)


async def _area(request: Request) -> str:
    """The area in a body, which may be larger than an address: a GeoJSON polygon or feature."""
    import json

    found: Any = await json_of(request)
    return json.dumps(found)


def _place(request: Request) -> Place:
    """The set, the zoom, the column, the row and the format of a tile."""
    z, x, y = (whole_of(request.path_params[name], name) for name in "zxy")
    return request.path_params["tms"], z, x, y, _form(request.path_params["form"])


def _form(text: str) -> str:
    if text not in FORMATS:
        raise Invalid(f"“{text}” is no format of pictures here; there is: {', '.join(FORMATS)}.", field="format")
    return text


def _bounds(text: str) -> tuple[float, float, float, float]:
    try:
        left, bottom, right, top = (float(each) for each in text.split(","))
    except ValueError:
        raise Invalid(f"bbox is “{text[:80]}”; write left,bottom,right,top in units of crs.", field="bbox") from None
    return (left, bottom, right, top)
