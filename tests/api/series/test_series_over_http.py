"""Series of a real server: forms, caches, and what is said to wrong questions."""

import csv
import io
import json

import httpx
import numpy as np
import pytest
from covjson_pydantic.coverage import Coverage
from tests.served import Served

NINO = "-170,-5,-120,5"


def test_the_statistics_of_a_region_are_said_with_how_they_are_weighed(ask: httpx.Client) -> None:
    found = ask.get("/series/ostia", params={"area": NINO, "time": "2009-12/2010-02"}).json()
    assert found["kind"] == "area"
    assert "area" in found["weighting"]
    assert (
        found["times"] == ["2009-12-16T12:00:00Z", "2010-01-16T12:00:00Z", "2010-02-15T00:00:00Z"]
        or len(found["times"]) == 3
    )
    (sea,) = found["variables"]
    assert set(sea["values"]) == {"mean", "min", "max", "std", "count", "valid"}
    assert 299 < sea["values"]["mean"][0] < 303
    assert sea["values"]["min"][0] < sea["values"]["mean"][0] < sea["values"]["max"][0]
    assert found["area"]["square_metres"] == pytest.approx(6.1e12, rel=0.1)


def test_a_table_and_coveragejson_say_the_same(ask: httpx.Client) -> None:
    words = {"area": NINO, "time": "2009", "statistics": "mean,valid"}
    plain = ask.get("/series/ostia", params=words).json()["variables"][0]
    table = ask.get("/series/ostia", params={**words, "f": "csv"})
    assert table.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert list(rows[0]) == ["time", "mean", "valid"]
    assert [float(row["mean"]) for row in rows] == plain["values"]["mean"]
    covered = ask.get("/series/ostia", params=words, headers={"Accept": "application/prs.coverage+json"})
    assert covered.headers["content-type"] == "application/prs.coverage+json"
    coverage = Coverage.model_validate_json(covered.content)
    assert coverage.domain.domainType == "PolygonSeries"
    name = plain["name"]
    assert coverage.model_dump()["ranges"][f"{name}_mean"]["values"] == plain["values"]["mean"]


def test_a_point_has_values(ask: httpx.Client) -> None:
    found = ask.get("/series/ostia", params={"point": "-140,0"}).json()
    assert found["kind"] == "point"
    assert abs(found["cell"]["lon"] + 140) < 0.5
    assert len(found["variables"][0]["values"]["value"]) == len(found["times"]) == 54
    coverage = ask.get("/series/ostia", params={"point": "-140,0", "f": "covjson"})
    assert Coverage.model_validate_json(coverage.content).domain.domainType == "PointSeries"


def test_land_has_no_temperature_of_the_sea(ask: httpx.Client) -> None:
    found = ask.get("/series/ostia", params={"point": "-60,-4", "time": "2009"}).json()
    assert set(found["variables"][0]["values"]["value"]) == {None}


def test_a_large_area_is_sent(ask: httpx.Client) -> None:
    turns = np.linspace(0, 2 * np.pi, 4000)
    ring = np.stack([-140 + 20 * np.cos(turns), 4 * np.sin(turns)], 1)[:-1].tolist()
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}}
    found = ask.post("/series/ostia", params={"statistics": "mean", "time": "2010-01"}, json=feature)
    assert found.status_code == 200, found.text
    assert 295 < found.json()["variables"][0]["values"]["mean"][0] < 305
    assert ask.post("/series/ostia", params={"area": NINO}, json=feature).status_code == 400


def test_rasters_have_series_of_bands_formulas_and_indices(ask: httpx.Client) -> None:
    words = {"point": "15.01,48.74"}
    found = ask.get("/series/scenes", params={**words, "bands": "b1"}).json()
    assert found["variables"][0]["values"]["value"] == [11, 12]
    ratio = ask.get("/series/scenes", params={**words, "expression": "b1 * 2"}).json()
    assert ratio["variables"][0]["values"]["value"] == [22, 24]


def test_the_same_question_is_answered_from_a_cache(ask: httpx.Client) -> None:
    first = ask.get("/series/ostia", params={"point": "-140,0"})
    again = ask.get("/series/ostia", params={"point": "-140,0"}, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    other = ask.get("/series/ostia", params={"point": "-140,1"}, headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("layer", "words", "status", "said"),
    [
        ("nowhere", {"point": "0,0"}, 404, "no collection"),
        ("ostia:nothing", {"point": "0,0"}, 404, "no layer"),
        ("ostia", {}, 400, "Give one place"),
        ("ostia", {"point": "0,0", "area": NINO}, 400, "Give one place"),
        ("ostia", {"point": "0"}, 400, "lon,lat"),
        ("ostia", {"point": "0,nan"}, 400, "lon,lat"),
        ("ostia", {"point": "0,80"}, 400, "lies outside"),
        ("ostia", {"area": "0,60,10,70"}, 400, "lies outside"),
        ("ostia", {"area": "5,5,1"}, 400, "four numbers"),
        ("ostia", {"area": '{"type": "LineString"}'}, 400, "Polygon or MultiPolygon"),
        ("ostia", {"area": "[[["}, 400, "west,south,east,north"),
        ("ostia", {"area": "{" * 5000}, 400, "not JSON"),
        ("ostia", {"area": NINO, "statistics": "mode"}, 400, "there is mean, min"),
        ("ostia", {"point": "-140,0", "statistics": "mean"}, 400, "give an area"),
        ("ostia", {"area": NINO, "time": "1850"}, 404, "goes from|closest"),
        ("ostia", {"area": NINO, "time": "yesterday"}, 400, "not a time"),
        ("ostia", {"area": NINO, "f": "xml"}, 400, "json, csv, covjson"),
        ("ostia", {"area": NINO, "reduce": "mean"}, 400, "reduce"),
        ("ostia", {"area": NINO, "expression": "sst +"}, 400, "cannot be read"),
        ("scenes", {"point": "15.01,48.74", "bands": "b9"}, 400, "b9"),
        ("scenes", {"point": "15.01,48.74", "bands": "b1,b2"}, 400, "one band, or three"),
    ],
)
def test_wrong_questions_are_told_what_would_be_right(
    ask: httpx.Client, layer: str, words: dict[str, str], status: int, said: str
) -> None:
    answer = ask.get(f"/series/{layer}", params=words)
    assert answer.status_code == status, answer.text
    assert any(each in answer.json()["detail"] for each in said.split("|")), answer.json()["detail"]


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'"x"', b"null", json.dumps({"type": "Point"}).encode()])
def test_bodies_that_are_no_area_are_refused(ask: httpx.Client, body: bytes) -> None:
    answer = ask.post("/series/ostia", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400, answer.text


def test_what_is_private_is_not_there_for_others(ask: httpx.Client, sea: Served) -> None:
    addresses = ("/series/secret:salt?point=0.5,45.5", "/ogc/collections/secret/position?coords=POINT(0.5 45.5)")
    for address in addresses:
        found = ask.get(address)
        assert found.status_code == 200, found.text
        assert found.headers["cache-control"].startswith("private")
        assert httpx.get(sea.address + address).status_code == 404


def test_queries_of_edr_are_answered_from_a_cache_too(ask: httpx.Client) -> None:
    address = "/ogc/collections/deep/position?coords=POINT(0.5 45.5)"
    etag = ask.get(address).headers["etag"]
    assert ask.get(address, headers={"If-None-Match": etag}).status_code == 304
    assert ask.get(f"{address}&f=CSV", headers={"If-None-Match": etag}).status_code == 200
