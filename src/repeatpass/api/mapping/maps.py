"""Maps of a collection, in its default style or another (20-058, 7, 16 and 17)."""

from fastapi import APIRouter, Request, Response

from repeatpass.api.mapping.choosing import as_problems, chosen
from repeatpass.api.mapping.framing import PARAMETERS, frame_of
from repeatpass.api.mapping.picturing import answered, background, check_words, drawn_as, format_of
from repeatpass.api.mapping.subsets import words_of
from repeatpass.api.maps.refusing import Nothing
from repeatpass.assembly import House


def maps_router(house: House) -> APIRouter:
    """Return the routes of maps."""
    router = APIRouter(prefix="/ogc", tags=["maps"])

    @router.get("/collections/{id}/map")
    def of_collection(id: str, request: Request) -> Response:
        return _answered(house, request, id, "")

    @router.get("/collections/{id}/styles/{styleId}/map")
    def of_style(id: str, styleId: str, request: Request) -> Response:  # noqa: N803, as the standard spells it
        return _answered(house, request, id, styleId)

    return router


def _answered(house: House, request: Request, collection: str, style: str) -> Response:
    try:
        return _map(house, request, collection, style)
    except Nothing:
        return Response(status_code=204)


def _map(house: House, request: Request, collection: str, style: str) -> Response:
    words = words_of(request)
    with as_problems():
        found = chosen(house, request, collection, style, words)
        check_words(found.layer, words, *PARAMETERS)
        frame, media_type = frame_of(found.layer, words), format_of(request)
        behind = background(words, media_type)
        form = drawn_as(media_type, behind)
        picture = house.rendering.map(
            found.layer,
            found.style,
            found.shown.time,
            frame.system.drawn,
            frame.bounds,
            frame.width,
            frame.height,
            form,
        )
    ordered = frame.system.in_its_order(frame.bounds)
    place = {
        "Content-Crs": frame.system.uri,
        "Content-Bbox": ",".join(f"{each:.12g}" for each in ordered),
    }
    return answered(request, found, picture, media_type, behind, place)
