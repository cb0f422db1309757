"""Making and deleting collections of features: what geoDB's users did with tables."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from repeatpass.access import Actor, Right
from repeatpass.api.bodies import json_of
from repeatpass.api.features.editing import crs_header
from repeatpass.api.geodata.described import PATH
from repeatpass.api.geodata.seeing import actor_of, collection_for
from repeatpass.assembly import House
from repeatpass.catalog.records import Visibility
from repeatpass.core.errors import Conflict, Invalid, NotFound
from repeatpass.core.ids import check_name
from repeatpass.features.crs import code_of
from repeatpass.features.documents import collection_document
from repeatpass.features.records import CRS84
from repeatpass.features.schema import GEOMETRY_TYPES, fields_of

MEMBERS = ("id", "title", "description", "keywords", "license", "storageCrs", "schema", "visibility", "geometry")


def founding_routes(router: APIRouter, house: House) -> None:
    """Add the routes that make and delete collections of features."""

    @router.post("/collections", status_code=201)
    async def found(request: Request) -> Response:
        body = await json_of(request)
        id = await run_in_threadpool(_founded, house, actor_of(request), body, crs_header(request))
        return Response(status_code=201, headers={"Location": f"{str(request.base_url).rstrip('/')}{PATH}/{id}"})

    @router.delete("/collections/{id}", status_code=204)
    def end(id: str, request: Request) -> Response:
        collection_for(house, request, id)
        known = house.features.known(id)  # other collections are not deleted here
        if known.source:
            raise Conflict(f"“{id}” holds files, too; withdraw or delete it where it was registered.", collection=id)
        house.features.end(actor_of(request), id)
        house.editing.delete_collection(actor_of(request), id)
        return Response(status_code=204)


def _founded(house: House, actor: Actor, body: Any, crs: str) -> str:
    """Make a collection of features of what was sent; raise Invalid naming the member that is wrong."""
    if not isinstance(body, Mapping):
        raise Invalid("Send a JSON object with “id” and “title”.")
    if unknown := sorted(set(body) - set(MEMBERS)):
        raise Invalid(f"There is no member “{unknown[0][:80]}”; there are {', '.join(MEMBERS)}.", field=unknown[0][:80])
    id = check_name(str(body.get("id") or ""), "a collection")
    _require_free(house, id)
    fields, geometry, time = fields_of(body["schema"]) if "schema" in body else ((), "", ())
    stated = str(body.get("geometry") or geometry)
    if stated not in ("", "none", *GEOMETRY_TYPES):
        raise Invalid(
            f"“geometry” is “{stated[:40]}”; there are {', '.join(GEOMETRY_TYPES)} and none.", field="geometry"
        )
    storage = code_of(str(body["storageCrs"]), "storageCrs") if body.get("storageCrs") else crs
    house.catalog.register(actor, _stac(id, body), [], [], own=True, visibility=_visibility(actor, body))
    house.features.begin(actor, id, fields, geometry=stated, time=time, crs=storage or CRS84)
    return id


def _require_free(house: House, id: str) -> None:
    try:
        house.catalog.collection(id)
    except NotFound as error:
        if type(error) is NotFound:
            return
        raise
    raise Conflict(f"There is a collection “{id}” already; choose another id.", collection=id)


def _visibility(actor: Actor, body: Mapping[str, Any]) -> Visibility:
    stated = str(body.get("visibility") or Visibility.PRIVATE)
    if stated not in (Visibility.PRIVATE, Visibility.PUBLIC):
        raise Invalid(f"“visibility” is “{stated[:40]}”; there are private and public.", field="visibility")
    if stated == Visibility.PUBLIC:
        actor.require(Right.CURATE)  # others make it private, and offer it for review
    return Visibility(stated)


def _stac(id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    keywords = body.get("keywords") or []
    if not isinstance(keywords, list) or not all(isinstance(each, str) for each in keywords):
        raise Invalid("“keywords” must be a list of texts.", field="keywords")
    title, said, licence = (str(body.get(name) or "") for name in ("title", "description", "license"))
    return collection_document(id, title, said, keywords, licence)
