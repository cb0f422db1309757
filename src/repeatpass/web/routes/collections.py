"""Addresses of the registry: the collections, each of them, its subjects, makers, usage examples and changes."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from repeatpass.catalog.records import Collection, Visibility
from repeatpass.web.desk import Desk
from repeatpass.web.pages import previews
from repeatpass.web.pages.changelog import changes_page
from repeatpass.web.pages.collection import collection_page
from repeatpass.web.pages.collections import collections_page
from repeatpass.web.pages.examples import examples_page
from repeatpass.web.pages.registry import known_tag, makers_page, tag_page, tags_page
from repeatpass.web.routes.answering import answer, seen, wants_json
from repeatpass.web.twins import plain
from repeatpass.web.views import CollectionPage

FOREVER = "public, max-age=31536000, immutable"
TOLD = ("licence", "variables", "snippets", "services", "examples", "used_by", "changes")  # of the page, in its twin


def collections_router(desk: Desk) -> APIRouter:
    """Everything under /collections and /registry."""
    router = APIRouter()

    @router.get("/collections")
    @router.get("/collections.json")
    def collections(request: Request) -> Response:
        return answer(desk, request, collections_page(seen(desk, request), request.query_params.multi_items()))

    # The decorator nearest to the function comes first, and {id} would take the twin's address.
    @router.get("/collections/{id}")
    @router.get("/collections/{id}.json")
    def collection(id: str, request: Request) -> Response:
        mine = seen(desk, request)
        page = collection_page(mine, id, str(request.base_url).rstrip("/"))
        twin = collection_json(mine.house.catalog.collection(id), page) if wants_json(request) else None
        return answer(desk, request, page, twin)

    @router.get("/collections/{id}/preview.png")
    def preview(id: str, request: Request) -> Response:
        mine = seen(desk, request)
        return _png(mine, id, previews.picture(mine, id))

    @router.get("/collections/{id}/places.png")
    def places(id: str, request: Request) -> Response:
        mine = seen(desk, request)
        return _png(mine, id, previews.places(mine, id))

    @router.get("/registry")
    def registry() -> Response:
        return RedirectResponse("/collections", 308)

    _shelves(router, desk)
    return router


def _png(desk: Desk, id: str, content: bytes) -> Response:
    """A picture that only those who see the collection may keep, unless everybody does."""
    kept = FOREVER if desk.house.catalog.collection(id).visibility == Visibility.PUBLIC else "private, no-cache"
    return Response(content, headers={"cache-control": kept}, media_type="image/png")


def _shelves(router: APIRouter, desk: Desk) -> None:
    @router.get("/registry/tags")
    @router.get("/registry/tags.json")
    def tags(request: Request) -> Response:
        return answer(desk, request, tags_page(seen(desk, request)))

    @router.get("/registry/tags/{tag:path}")
    def tag(tag: str, request: Request) -> Response:
        mine = seen(desk, request)
        return answer(desk, request, tag_page(mine, known_tag(mine, tag)))

    @router.get("/registry/providers")
    @router.get("/registry/providers.json")
    def makers(request: Request) -> Response:
        return answer(desk, request, makers_page(seen(desk, request)))

    @router.get("/registry/examples")
    @router.get("/registry/examples.json")
    def examples(request: Request) -> Response:
        return answer(desk, request, examples_page(seen(desk, request)))

    @router.get("/registry/examples/{tag:path}")
    def examples_of_tag(tag: str, request: Request) -> Response:
        mine = seen(desk, request)
        return answer(desk, request, examples_page(mine, known_tag(mine, tag)))

    @router.get("/registry/changes")
    @router.get("/registry/changes.json")
    def changes(request: Request, page: str = "1") -> Response:
        return answer(desk, request, changes_page(seen(desk, request), page))


def collection_json(collection: Collection, page: CollectionPage) -> dict[str, Any]:
    """A collection as STAC says it, with the platform's own facts."""
    return {
        "id": collection.id, "version": collection.version, "title": collection.title, "owner": collection.owner,
        "created": collection.created, "updated": collection.updated, "stac": collection.body,
    } | {name: plain(getattr(page, name)) for name in TOLD}  # fmt: skip
