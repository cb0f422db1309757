"""Counts of items for the API's description: parameters, bodies and answers (STAC API – Aggregation 0.3.0)."""

from repeatpass.api.openapi_geodata import COLLECTION
from repeatpass.api.openapi_operations import JSON, Operation, operation
from repeatpass.api.openapi_schemas import NUMBER, TEXT, WHOLE, Schema, listed, record, ref
from repeatpass.api.openapi_stac import (
    CHOSEN,
    COLLECTIONS,
    HERE,
    LINKS,
    MISSING,
    SEARCHED,
    answered,
    body_of,
    given,
)
from repeatpass.catalog.search.aggregations import FINEST, INTERVALS, OFFERS

INTERVAL: Schema = {"type": "string", "enum": list(INTERVALS)}
LETTERS: Schema = {"type": "integer", "minimum": 1, "maximum": FINEST, "default": 1}
NAMES: Schema = listed({"type": "string", "enum": list(OFFERS)})
UNUSED = {"limit", "token", "sortby", "fields"}  # of a search: they choose which items are shown, and none is
BUCKET = record("key frequency", key=TEXT, data_type=TEXT, frequency=WHOLE, **{"from": NUMBER, "to": NUMBER})

SCHEMAS: dict[str, Schema] = {
    "stacAggregation": {
        **record("name data_type", name=TEXT, title=TEXT, data_type=TEXT, buckets=listed(BUCKET), overflow=WHOLE,
                 frequency_distribution_data_type=TEXT,
                 value={"nullable": True, "oneOf": [NUMBER, TEXT]}),
    },
    "stacAggregations": record("type aggregations", type={"type": "string", "enum": ["AggregationCollection"]},
                               aggregations=listed(ref("stacAggregation")), links=LINKS),
    "stacAggregate": record(
        **{name: each for name, each in SEARCHED.items() if name not in UNUSED}, aggregations=NAMES,
        datetime_frequency_interval=INTERVAL, centroid_geohash_grid_frequency_precision=LETTERS),
}  # fmt: skip
ASKED = (
    given("aggregations", "What is to be counted; nothing is counted that is not named.", NAMES),
    given(
        "datetime_frequency_interval", "How long each part of datetime_frequency is; without it one suits.", INTERVAL
    ),
    given("centroid_geohash_grid_frequency_precision", "Letters of the geohashes.", LETTERS),
    *(each for each in CHOSEN if each["name"] not in UNUSED),
)
COUNTS, OFFERED = (answered(words, JSON, "stacAggregations") for words in ("The counts.", "What can be counted."))
BODY = body_of(ref("stacAggregate"))

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("/stac/aggregations", "get"): operation("getStacAggregations", "What can be counted", OFFERED),
    ("/stac/aggregate", "get"): operation("aggregateStac", "Count items", COUNTS, COLLECTIONS, *ASKED),
    ("/stac/aggregate", "post"): operation("aggregateStacByBody", "Count items", COUNTS, requestBody=BODY),
    (f"{HERE}/aggregations", "get"): operation(
        "getStacAggregationsOfCollection", "What can be counted", OFFERED, COLLECTION, failures=MISSING),
    (f"{HERE}/aggregate", "get"): operation(
        "aggregateStacCollection", "Count items of a collection", COUNTS, COLLECTION, *ASKED, failures=MISSING),
    (f"{HERE}/aggregate", "post"): operation(
        "aggregateStacCollectionByBody", "Count items of a collection", COUNTS, COLLECTION, requestBody=BODY,
        failures=MISSING),
}  # fmt: skip
