"""Counts of items over HTTP (STAC API – Aggregation 0.3.0), and what is refused."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.api.test_stac import COLLECTION, item
from tests.served import Served

CLASS = "https://api.stacspec.org/v0.3.0/aggregation"
BARE = {"datetime": "2021-05-01T00:00:00Z"}


@pytest.fixture(scope="module")
def stac(served: Served) -> Iterator[httpx.Client]:
    """A client without a token, over collections of its own: one of twelve items, one whose item says next to nothing."""
    with httpx.Client(base_url=f"{served.address}/stac", timeout=60) as client:
        owner = {"Authorization": f"Bearer {served.token}"}
        contents: dict[str, list[dict[str, Any]]] = {
            "counted": [item(number) for number in range(12)],
            "bare": [item(1) | {"properties": BARE}],
        }
        for id, found in contents.items():
            many = {"type": "FeatureCollection", "features": found}
            assert client.post("/collections", json=COLLECTION | {"id": id}, headers=owner).status_code == 201
            assert client.post(f"/collections/{id}/items", json=many, headers=owner).status_code == 201
        yield client
        for id in contents:
            assert client.delete(f"/collections/{id}", headers=owner).status_code == 204


def made(answer: httpx.Response) -> dict[str, dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.json()["type"] == "AggregationCollection"
    return {each["name"]: each for each in answer.json()["aggregations"]}


def test_the_landing_page_and_each_collection_lead_to_their_counts(stac: httpx.Client) -> None:
    root = stac.get(str(stac.base_url).rstrip("/")).json()
    assert {CLASS, f"{CLASS}#filter", f"{CLASS}#query"} <= set(root["conformsTo"])
    for document in (root, stac.get("/collections/counted").json()):
        links = [(link["rel"], link.get("method")) for link in document["links"]]
        assert {("aggregate", "GET"), ("aggregate", "POST"), ("aggregations", None)} <= set(links)
        for link in document["links"]:
            if link["rel"].startswith("aggregat") and link.get("method") != "POST":
                assert stac.get(link["href"]).status_code == 200


def test_an_address_and_a_body_ask_for_the_same_counts(stac: httpx.Client) -> None:
    names = ["total_count", "datetime_min", "datetime_max", "collection_frequency", "cloud_cover_frequency"]
    asked = {"collections": "counted", "filter": "eo:cloud_cover < 11", "aggregations": ",".join(names)}
    by_address = made(stac.get("/aggregate", params=asked))
    by_body = made(
        stac.post("/aggregate", json=asked | {"collections": ["counted"], "aggregations": names})  # no token is needed
    )
    assert by_address == by_body and list(by_address) == names
    assert by_address["total_count"] == {"name": "total_count", "data_type": "numeric", "value": 11}
    assert by_address["datetime_min"]["value"] == "2020-01-03T00:00:00Z"
    assert by_address["collection_frequency"]["buckets"] == [{"key": "counted", "data_type": "string", "frequency": 11}]
    cloudy = by_address["cloud_cover_frequency"]["buckets"]
    assert cloudy[1] == {"key": "10-20", "data_type": "numeric", "frequency": 1, "from": 10, "to": 20}


def test_a_collection_counts_its_months_in_a_box(stac: httpx.Client) -> None:
    asked = {
        "aggregations": "datetime_frequency,centroid_geohash_grid_frequency",
        "datetime_frequency_interval": "month",
    }
    box = {"bbox": [-171, -61, -160, -40], "centroid_geohash_grid_frequency_precision": 2}
    found = made(
        stac.post(
            "/collections/counted/aggregate", json=box | asked | {"aggregations": asked["aggregations"].split(",")}
        )
    )
    months = found["datetime_frequency"]
    assert (months["data_type"], months["overflow"]) == ("interval_month", 0)
    assert months["buckets"][0] == {"key": "2020-01-01T00:00:00Z", "data_type": "datetime", "frequency": 1}
    cells = found["centroid_geohash_grid_frequency"]["buckets"]
    assert sum(each["frequency"] for each in cells) == len(months["buckets"]) == 4
    assert all(len(each["key"]) == 2 for each in cells)
    by_query = stac.get(
        "/collections/counted/aggregate", params={"aggregations": "total_count", "query": '{"platform": {"eq": "a"}}'}
    )
    assert made(by_query)["total_count"]["value"] == 4
    assert made(stac.get("/collections/counted/aggregate")) == {}  # nothing is counted that is not named


def test_what_can_be_counted_is_what_the_items_say(stac: httpx.Client) -> None:
    everything, of_bare = made(stac.get("/aggregations")), made(stac.get("/collections/bare/aggregations"))
    assert set(everything) - set(of_bare) == {"cloud_cover_frequency", "platform_frequency"}
    months = everything["datetime_frequency"]
    assert (months["data_type"], months["frequency_distribution_data_type"]) == ("frequency_distribution", "datetime")


@pytest.mark.parametrize(
    ("path", "asked", "said"),
    [
        ("/aggregate", {"aggregations": "mean"}, "“mean”; there are total_count, "),
        ("/aggregate", {"aggregations": "total_count", "datetime_frequency_interval": "decade"}, "year, month, week"),
        ("/aggregate", {"centroid_geohash_grid_frequency_precision": "0"}, "1 to 12"),
        ("/aggregate", {"centroid_geohash_grid_frequency_precision": "fine"}, "“fine”; give a whole number"),
        ("/aggregate", {"aggregations": "total_count", "filter": "eo:cloud_cover <<"}, "CQL2-Text"),
        ("/aggregate", {"bbox": "1,2,3"}, "3 numbers"),
        ("/collections/bare/aggregate", {"aggregations": "cloud_cover_frequency"}, "of which the items of “bare” say nothing"),
    ],
)  # fmt: skip
def test_a_wrong_question_names_what_would_be_right(
    stac: httpx.Client, path: str, asked: dict[str, str], said: str
) -> None:
    refused = stac.get(path, params=asked)
    assert refused.status_code == 400 and said in refused.json()["detail"], refused.text


@pytest.mark.parametrize(
    "body", [[], "x", {"aggregations": 5}, {"aggregations": [1]}, {"datetime_frequency_interval": 3}]
)
def test_a_body_that_is_none_is_refused(stac: httpx.Client, body: Any) -> None:
    for path in ("/aggregate", "/collections/counted/aggregate"):
        assert stac.post(path, json=body).status_code == 400


def test_counts_of_what_is_not_there_are_not_found(stac: httpx.Client) -> None:
    for path in ("aggregate", "aggregations"):
        assert stac.get(f"/collections/nothing/{path}").status_code == 404


def test_pages_elsewhere_may_count_by_post_as_they_may_search(stac: httpx.Client) -> None:
    asks = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type"}  # fmt: skip
    for path in ("/aggregate", "/collections/counted/aggregate"):
        allowed = stac.request("OPTIONS", path, headers=asks)
        assert allowed.status_code == 204 and allowed.headers["access-control-allow-origin"] == "*"
        answered = stac.post(path, json={}, headers={"Origin": "https://elsewhere.example"})
        assert answered.headers["access-control-allow-origin"] == "*"
