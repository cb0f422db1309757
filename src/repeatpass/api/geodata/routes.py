"""/ogc/collections and each collection's document (OGC API – Common – Part 2, 20-024; – Features – Part 1, 17-069r4)."""

from fastapi import APIRouter, Request, Response

from repeatpass.api.documents import Pages, answer, link
from repeatpass.api.geodata.contributing import Contributor, for_many
from repeatpass.api.geodata.described import CRS84, PATH, described
from repeatpass.api.geodata.seeing import actor_of, catalog_for, collection_for
from repeatpass.api.job_list import whole
from repeatpass.assembly import House

MOST = 1000  # collections of one page


def geodata_router(house: House, pages: Pages, faces: list[Contributor]) -> APIRouter:
    """Return the routes of the collections; what *faces* offer has routes of its own."""
    router = APIRouter(prefix="/ogc", tags=["collections"])

    @router.get("/collections")
    def collections(request: Request) -> Response:
        limit, offset = min(whole(request, "limit", MOST, 1), MOST), whole(request, "offset", 0, 0)
        found, number = catalog_for(house, request).overviews.page(limit, offset)
        ahead, actor = for_many(faces), actor_of(request)
        shown = [described(each, ahead, actor, listed=True) for each in found]
        body = {
            "links": [link("/ogc", "up", title="Repeatpass"), *_beside(limit, offset, number)],
            "numberMatched": number,
            "numberReturned": len(shown),
            "crs": [CRS84],
            "collections": shown,
        }
        return answer(request, pages, "collections", "Collections", body)

    @router.get("/collections/{id}")
    def collection(id: str, request: Request) -> Response:
        found = collection_for(house, request, id)
        body = described(found, faces, actor_of(request))
        body["links"].append(link(PATH, "up", title="Collections"))
        return answer(request, pages, "collection", found.title or id, body)

    return router


def _beside(limit: int, offset: int, total: int) -> list[dict[str, str]]:
    before = [link(f"{PATH}?limit={limit}&offset={max(0, offset - limit)}", "prev")] if offset else []
    after = [link(f"{PATH}?limit={limit}&offset={offset + limit}", "next")] if offset + limit < total else []
    return before + after
