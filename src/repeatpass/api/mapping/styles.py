"""The styles of a collection, and their legends."""

from fastapi import APIRouter, Request, Response

from repeatpass.api.documents import Pages, answer, link
from repeatpass.api.mapping.choosing import as_problems, chosen, layers_for
from repeatpass.api.mapping.describing import PATH, style, styles
from repeatpass.api.mapping.picturing import check_words, format_of
from repeatpass.api.maps.composing import PNG
from repeatpass.api.maps.refusing import wrong
from repeatpass.api.maps.sending import sent
from repeatpass.assembly import House
from repeatpass.core.errors import NotFound


def styles_router(house: House, pages: Pages) -> APIRouter:
    """Return the routes of styles."""
    router = APIRouter(prefix="/ogc", tags=["maps"])

    @router.get("/collections/{id}/styles")
    def listed(id: str, request: Request) -> Response:
        layers = layers_for(house, request, id)
        body = {**styles(layers), "links": [link(f"{PATH}/{id}", "up", title="The collection")]}
        return answer(request, pages, "styles", f"Styles of {layers[0].collection}", body)

    @router.get("/collections/{id}/styles/{styleId}")
    def one(id: str, styleId: str, request: Request) -> Response:  # noqa: N803, as the standard spells it
        found = style(layers_for(house, request, id), styleId)
        if found is None:
            raise NotFound(f"The collection “{id}” has no style “{styleId[:100]}”; {PATH}/{id}/styles lists them.")
        up = link(f"{PATH}/{id}/styles", "up", title="Every style of the collection")
        return answer(request, pages, "style", str(found["title"]), {**found, "links": [*found["links"], up]})

    @router.get("/collections/{id}/styles/{styleId}/legend")
    def legend(id: str, styleId: str, request: Request) -> Response:  # noqa: N803, as the standard spells it
        words = dict(request.query_params)
        with as_problems():
            found = chosen(house, request, id, styleId, words)
            check_words(found.layer, words)
            if "f" in words and format_of(request) != PNG:
                raise wrong("f", words["f"], "png, as every legend is")
            picture = house.rendering.legend(found.layer, found.style)
        return sent(request, picture.content, picture.media_type, picture.etag, public=found.public)

    return router
