"""The catalogue as whoever asks may see it."""

from starlette.requests import Request

from repeatpass.access import Actor
from repeatpass.assembly import House
from repeatpass.catalog.records import Collection
from repeatpass.catalog.room import Catalog


def actor_of(request: Request) -> Actor:
    """Return who asks."""
    found: Actor = request.state.actor
    return found


def catalog_for(house: House, request: Request) -> Catalog:
    """Return the catalogue with the collections that the asker may see."""
    return house.catalog.as_seen_by(actor_of(request))


def collection_for(house: House, request: Request, id: str) -> Collection:
    """Return a collection; raise NotFound if there is none that the asker may see."""
    return catalog_for(house, request).collection(id)
