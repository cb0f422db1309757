"""Counts of items (STAC API – Aggregation 0.3.0): how many there are, of when, where, how cloudy."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool

from repeatpass.api.bodies import json_of
from repeatpass.api.stac.documents import Documents, aggregate_links, link
from repeatpass.api.stac.reading import listed, search_of_body, search_of_query, texts_of, within_collection
from repeatpass.api.stac.transaction import DocumentsFor
from repeatpass.assembly import House
from repeatpass.catalog.search import Search
from repeatpass.catalog.search.aggregating import Aggregating
from repeatpass.catalog.search.aggregations import OFFERS, Aggregation, Asked, Bucket, Offer
from repeatpass.core.errors import Invalid
from repeatpass.core.times import iso

INTERVAL, PRECISION = "datetime_frequency_interval", "centroid_geohash_grid_frequency_precision"
FREQUENCY = "frequency_distribution"
Document = dict[str, Any]


def aggregation_routes(router: APIRouter, house: House, documents_for: DocumentsFor) -> None:
    """Add /aggregate and /aggregations, for all items and for those of one collection."""

    def seen(request: Request) -> House:
        return house.as_seen_by(request.state.actor)

    def counted(request: Request, search: Search, asked: Asked, id: str = "") -> Document:
        return aggregated(seen(request), documents_for(request), search, asked, id)

    @router.get("/aggregations")
    def aggregations(request: Request) -> Document:
        return offered(documents_for(request), OFFERS.values())

    @router.get("/collections/{id}/aggregations")
    def aggregations_of(id: str, request: Request) -> Document:
        mine = seen(request)
        mine.catalog.collection(id)
        return offered(documents_for(request), Aggregating(mine.searching).offers(id), id)

    @router.get("/aggregate")
    def aggregate(request: Request) -> Document:
        return counted(request, search_of_query(request.query_params)[0], asked_of_query(request.query_params))

    @router.get("/collections/{id}/aggregate")
    def aggregate_of(id: str, request: Request) -> Document:
        given = request.query_params
        return counted(request, search_of_query(given)[0], asked_of_query(given), id)

    @router.post("/aggregate")
    async def aggregate_by_body(request: Request) -> Document:
        body = await json_of(request)
        return await run_in_threadpool(counted, request, search_of_body(body)[0], asked_of(body))

    @router.post("/collections/{id}/aggregate")
    async def aggregate_of_by_body(id: str, request: Request) -> Document:
        body = await json_of(request)
        return await run_in_threadpool(counted, request, search_of_body(body)[0], asked_of(body), id)


def asked_of_query(given: Mapping[str, str]) -> Asked:
    """Read what an address asks to be counted; raise Invalid naming what there is."""
    return asked_of({**given, "aggregations": listed(given.get("aggregations", ""))})


def asked_of(body: Mapping[str, Any]) -> Asked:
    """Read what a body asks to be counted; raise Invalid naming what there is."""
    interval = body.get(INTERVAL) or ""
    if not isinstance(interval, str):
        raise Invalid(f"“{INTERVAL}” must be a text, such as month.", field=INTERVAL)
    return Asked(names=texts_of(body, "aggregations"), interval=interval, letters=_whole(body.get(PRECISION, 1)))


def _whole(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 9:
        return int(value)
    raise Invalid(f"“{PRECISION}” is “{str(value)[:40]}”; give a whole number of letters, such as 3.", field=PRECISION)


def aggregated(house: House, documents: Documents, search: Search, asked: Asked, id: str = "") -> Document:
    """Return the AggregationCollection of what is *asked*; of one collection only what its items can answer."""
    room, path = Aggregating(house.searching), documents.path(id)
    if id:
        house.catalog.collection(id)
        search = within_collection(search, id)
        if any(OFFERS[name].of for name in asked.names):  # else every collection answers
            _require_offered(asked, [each.name for each in room.offers(id)], id)
    made = [_aggregation(each) for each in room.aggregate(search, asked)]
    links = [link(f"{path}/aggregate", "self"), link(documents.root, "root"), link(path, "parent")]
    return {"type": "AggregationCollection", "aggregations": made, "links": links}


def _require_offered(asked: Asked, offers: list[str], id: str) -> None:
    for name in asked.names:
        if name not in offers:
            raise Invalid(
                f"“aggregations” holds “{name}”, of which the items of “{id}” say nothing; there are {', '.join(offers)}.",
                field="aggregations",
            )


def offered(documents: Documents, offers: Any, id: str = "") -> Document:
    """Return what can be counted, of all items or of those of one collection."""
    path = documents.path(id)
    links = [
        link(f"{path}/aggregations", "self"), link(documents.root, "root"), link(path, "parent"),
        *aggregate_links(path)[:2],
    ]  # fmt: skip
    return {"type": "AggregationCollection", "aggregations": [_offer(each) for each in offers], "links": links}


def _offer(offer: Offer) -> Document:
    single = not offer.name.endswith("_frequency")
    kind = {} if single else {"frequency_distribution_data_type": offer.data_type}
    return {"name": offer.name, "title": offer.title, "data_type": offer.data_type if single else FREQUENCY} | kind


def _aggregation(made: Aggregation) -> Document:
    found: Document = {"name": made.name, "data_type": made.data_type}
    if made.buckets is None:
        return found | {"value": iso(made.value) if isinstance(made.value, datetime) else made.value}
    data_type = "datetime" if made.data_type.startswith("interval_") else made.data_type
    return found | {"buckets": [_bucket(each, data_type) for each in made.buckets], "overflow": made.overflow}


def _bucket(bucket: Bucket, data_type: str) -> Document:
    ends = {} if bucket.least is None else {"from": bucket.least, "to": bucket.below}
    return {"key": bucket.key, "data_type": data_type, "frequency": bucket.frequency} | ends
