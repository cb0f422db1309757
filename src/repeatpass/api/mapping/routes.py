"""Every route of OGC API – Maps and – Tiles."""

from fastapi import APIRouter

from repeatpass.api.documents import Pages
from repeatpass.api.mapping.maps import maps_router
from repeatpass.api.mapping.styles import styles_router
from repeatpass.api.mapping.tiles import tiles_router
from repeatpass.assembly import House


def mapping_router(house: House, pages: Pages) -> APIRouter:
    """Return the routes under /ogc that draw."""
    router = APIRouter()
    for part in (tiles_router(house, pages), styles_router(house, pages), maps_router(house)):
        router.include_router(part)
    return router
