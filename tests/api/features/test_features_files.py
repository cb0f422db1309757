"""Files of features over HTTP: whole, in one piece, and gone from the disk however the sending ends."""

import io
import socket
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import httpx
import pandas as pd
import pyarrow.parquet as pq
import pytest
from tests.features.places import BODIES
from tests.served import Served

PLACES = "/ogc/collections/places/items"
FILES = {"geojson-file": "geojson", "csv": "csv", "fgb": "fgb", "parquet": "parquet"}
METRES = "http://www.opengis.net/def/crs/EPSG/0/3857"


def read(form: str, content: bytes) -> Any:
    if form == "csv":
        return pd.read_csv(io.BytesIO(content))
    return gpd.read_parquet(io.BytesIO(content)) if form == "parquet" else gpd.read_file(io.BytesIO(content))


def test_a_geojson_file_holds_all_features_as_the_pages_do(anyone: httpx.Client) -> None:
    answer = anyone.get(PLACES, params={"f": "geojson-file"})
    assert answer.headers["content-type"] == "application/geo+json"
    whole, pages = answer.json(), anyone.get(PLACES, params={"limit": "100"}).json()
    assert whole["features"] == pages["features"]
    assert (whole["type"], whole["numberReturned"], whole["numberMatched"]) == ("FeatureCollection", 100, 100)
    assert {each["rel"] for each in whole["links"]} == {"self", "alternate", "collection"}
    some = anyone.get(PLACES, params={"f": "geojson-file", "filter": "count < 50", "limit": "20", "offset": "5"}).json()
    assert (some["numberReturned"], some["numberMatched"], len(some["features"])) == (20, 50, 20)
    [following] = [each["href"] for each in some["links"] if each["rel"] == "next"]
    assert anyone.get(following).json()["features"][0]["id"] == "p025"
    none = anyone.get(PLACES, params={"f": "geojson-file", "filter": "count > 500"}).json()
    assert (none["features"], none["numberMatched"]) == ([], 0)


@pytest.mark.parametrize("form", FILES)
def test_filter_order_properties_system_and_limit_hold_for_files(anyone: httpx.Client, form: str) -> None:
    query = {
        "f": form,
        "filter": "count > 10 AND count < 60",
        "sortby": "-count",
        "properties": "count,name",
        "limit": "30",
    }
    answer = anyone.get(PLACES, params=query | {"crs": METRES})
    assert answer.headers["content-crs"] == f"<{METRES}>"
    assert answer.headers["content-disposition"] == f'attachment; filename="places.{FILES[form]}"'
    assert answer.headers["ogc-numberreturned"] == "30"
    found = read(form, answer.content)
    counts = sorted(found["count"], reverse=True)
    assert counts == list(range(59, 29, -1))
    if form != "fgb":  # whose features stand in the order of its index
        assert list(found["count"]) == counts
    assert {"depth", "day", "seen"}.isdisjoint(found.columns)
    further = answer.headers["link"].partition("<")[2].partition(">")[0]
    assert sorted(read(form, anyone.get(further).content)["count"]) == list(range(11, 30))
    again = anyone.get(PLACES, params=query | {"crs": METRES}, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    wrong = anyone.get(PLACES, params={"f": form, "sortby": "nothing"})
    assert (wrong.status_code, "can be sorted by" in wrong.json()["detail"]) == (400, True)


@pytest.mark.parametrize("form", FILES)
def test_a_file_of_nothing_is_one_that_can_be_read(anyone: httpx.Client, form: str) -> None:
    answer = anyone.get(PLACES, params={"f": form, "filter": "count > 500"})
    assert (answer.status_code, answer.headers["ogc-numberreturned"]) == (200, "0")
    if form != "geojson-file":
        assert len(read(form, answer.content)) == 0


def test_geoparquet_tells_the_extent_and_kinds_of_its_places(anyone: httpx.Client) -> None:
    content = anyone.get(PLACES, params={"f": "parquet"}).content
    some = gpd.read_parquet(io.BytesIO(content), bbox=(-180, -90, -100, 90))
    assert 0 < len(some) < 30
    place = gpd.io.arrow._decode_metadata(pq.ParquetFile(io.BytesIO(content)).metadata.metadata[b"geo"])["columns"][
        "geometry"
    ]
    assert place["geometry_types"] == ["LineString", "Point", "Polygon"]
    assert place["bbox"][0] == BODIES["p000"]["geometry"]["coordinates"][0][0][0]


def held(process: int) -> list[str]:
    """Return the temporary files of features that a process has open, also those without a name."""
    found = []
    for link in Path(f"/proc/{process}/fd").iterdir():
        try:
            found.append(str(link.readlink()))
        except OSError:
            continue
    return [each for each in found if "repeatpass-features-" in each]


def test_a_reader_who_leaves_in_the_middle_leaves_no_file(features_served: Served, anyone: httpx.Client) -> None:
    host, port = features_served.address.removeprefix("http://").split(":")
    for form in FILES:
        with socket.create_connection((host, int(port))) as door:
            door.sendall(f"GET /ogc/collections/states/items?f={form} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            door.recv(1)
    assert features_served.process is not None
    until = time.monotonic() + 60
    while held(features_served.process.pid) and time.monotonic() < until:
        time.sleep(0.1)
    assert held(features_served.process.pid) == []
    assert anyone.get(PLACES).status_code == 200
