"""`repeatpass.open("sentinelhub://…")` against a stand-in of the Process API, which the service's own client finds true."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sentinelhub
from elsewhere import Elsewhere, elsewhere
from sentinelhubservice import CATALOG, PROCESS, STATISTICS, TOKENS, Answer, counted, processed, refused, service

import repeatpass
from repeatpass.kit.connectors import oauth, requesting
from repeatpass.kit.errors import AccessRefused, QuotaReached, RemoteTrouble, UnknownData, UnreadableData

BOX = (10.0, 40.0, 12.0, 41.0)
SCRIPT = "//VERSION=3\nfunction setup() { return {input: ['B04'], output: {bands: 2, sampleType: 'FLOAT32'}}; }"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    for name, value in {
        "REPEATPASS_CACHE": str(tmp_path / "cache"), "REPEATPASS_READS": str(tmp_path / "reads.jsonl"),
        "SH_CLIENT_ID": "me", "SH_CLIENT_SECRET": "very-secret", "OAUTHLIB_INSECURE_TRANSPORT": "1",
        "HOME": str(tmp_path),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(requesting, "PAUSE", 0.01)
    monkeypatch.setattr(oauth, "_tokens", {})
    with elsewhere() as there:
        service(there)
        yield there


def opened(hub: Elsewhere, collection: str = "SENTINEL2_L2A", **changes: Any) -> Any:
    given = {"bbox": BOX, "datetime": "2024-06-01/2024-06-30", "size": (8, 4), **changes}
    return repeatpass.open(f"sentinelhub+{hub.url}/{collection}", **given)


def reads(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "reads.jsonl").read_text().splitlines()]


def test_bands_come_with_their_names_their_crs_and_without_cells_of_no_data(hub: Elsewhere) -> None:
    found = opened(hub, bands=["B04"], maxcc=0.2)
    assert found.rio.crs.to_epsg() == 4326 and found.rio.bounds() == BOX and found.band.to_numpy().tolist() == ["B04"]
    np.testing.assert_array_equal(found.sel(band="B04")[0], [np.nan, 1, 2, 3, 4, 5, 6, 7])


def config(hub: Elsewhere) -> Any:
    return sentinelhub.SHConfig(
        use_defaults=True, sh_client_id="me", sh_client_secret="very-secret", sh_base_url=hub.url,
        sh_token_url=hub.url + TOKENS,
    )  # fmt: skip


def test_the_services_own_client_gets_the_same_cells_from_the_stand_in_as_we_do(hub: Elsewhere) -> None:
    here = sentinelhub.DataCollection.SENTINEL2_L2A.define_from("L2A_HERE", service_url=hub.url)
    data = sentinelhub.SentinelHubRequest.input_data(
        here, time_interval=("2024-06-01", "2024-06-30"), mosaicking_order=sentinelhub.MosaickingOrder.MOST_RECENT
    )
    request = sentinelhub.SentinelHubRequest(
        evalscript=SCRIPT, input_data=[data], config=config(hub), size=(8, 4),
        responses=[sentinelhub.SentinelHubRequest.output_response("default", sentinelhub.MimeType.TIFF)],
        bbox=sentinelhub.BBox(BOX, sentinelhub.CRS.WGS84),
    )  # fmt: skip
    (theirs,) = request.get_data()
    ours = opened(hub, evalscript=SCRIPT)
    np.testing.assert_array_equal(np.moveaxis(theirs, -1, 0), ours)
    assert [path for _, path, _ in hub.asked] == [TOKENS, PROCESS] * 2


def test_statistics_of_an_area_come_as_a_table_and_the_services_own_client_gets_the_same(hub: Elsewhere) -> None:
    found = opened(hub, what="statistics", bands=["B04"], datetime="2024-06-01/2024-06-03")
    assert found["mean"].tolist() == [1, 2, 3] and found["from"][0] == "2024-06-01T00:00:00Z"
    assert set(found["band"]) == {"B04"} and found["sampleCount"].tolist() == [32] * 3
    ask = sentinelhub.SentinelHubStatistical
    aggregation = ask.aggregation(SCRIPT, ("2024-06-01", "2024-06-03"), "P1D", size=(8, 4))
    here = sentinelhub.DataCollection.SENTINEL2_L2A.define_from("L2A_STATISTICS", service_url=hub.url)
    box = sentinelhub.BBox(BOX, sentinelhub.CRS.WGS84)
    (theirs,) = ask(aggregation, [ask.input_data(here)], bbox=box, config=config(hub)).get_data()
    means = [each["outputs"]["default"]["bands"]["B04"]["stats"]["mean"] for each in theirs["data"]]
    assert means == found["mean"].tolist()


def test_dates_of_scenes_come_from_all_pages_and_the_services_own_client_gets_the_same(
    hub: Elsewhere, tmp_path: Path
) -> None:
    found = opened(hub, what="dates")
    assert found["date"].tolist() == ["2024-06-03", "2024-06-08", "2024-06-13", "2024-06-18", "2024-06-23"]
    assert len({read["asset"] for read in reads(tmp_path)}) == 3, "every page is an input of its own"
    box = sentinelhub.BBox(BOX, sentinelhub.CRS.WGS84)
    catalog = sentinelhub.SentinelHubCatalog(config=config(hub))
    theirs = catalog.search("sentinel-2-l2a", bbox=box, time=("2024-06-01", "2024-06-30"), distinct="date")
    assert list(theirs) == found["date"].tolist()


def test_statistics_that_failed_for_one_day_are_an_error(hub: Elsewhere) -> None:
    failed = counted(hub, json.dumps(
        {"input": {"data": [{}]}, "aggregation": {"aggregationInterval": {"of": "P1D"}, "timeRange": {
            "from": "2024-06-01T", "to": "2024-06-02T"}}}).encode())  # fmt: skip
    failed["data"][1] = {"interval": failed["data"][1]["interval"], "error": {"type": "TIMEOUT", "message": "Too slow"}}
    hub.answers[STATISTICS] = lambda path, body: failed
    with pytest.raises(RemoteTrouble, match=r"no statistics of 2024-06-02T.*Too slow"):
        opened(hub, what="statistics", bands=["B04"])
    for what in ("statistics", "dates"):
        hub.answers.update({STATISTICS: lambda path, body: {"x": 1}, CATALOG: lambda path, body: {"x": 1}})
        with pytest.raises(RemoteTrouble, match=f"gave no {what}"):
            opened(hub, what=what, bands=["B04"])


def test_the_request_is_an_input_with_the_digest_of_what_was_asked(hub: Elsewhere, tmp_path: Path) -> None:
    opened(hub, bands=["B04"])
    opened(hub, bands=["B04"])
    opened(hub, bands=["B03"])
    first, again, other = reads(tmp_path)
    assert first == again and first["asset"].startswith("request sha256:") and first["href"] == hub.url + PROCESS
    assert first["asset"] != other["asset"] and first["checksum"] == other["checksum"]
    assert [path for _, path, _ in hub.asked].count(TOKENS) == 1, "a token that holds is used again"
    assert "very-secret" not in json.dumps(reads(tmp_path)) and "a.token.here" not in json.dumps(reads(tmp_path))


def test_a_resolution_in_metres_is_asked_for_in_its_crs(hub: Elsewhere) -> None:
    box = (500000, 4500000, 500080, 4500040)
    found = opened(hub, bbox=box, crs="EPSG:32633", size=None, resolution=(10, 10), evalscript=SCRIPT)
    assert found.rio.crs.to_epsg() == 32633 and found.rio.resolution() == (10, -10)


def test_ones_own_collection_is_called_by_its_id(hub: Elsewhere) -> None:
    seen = []
    hub.answers[PROCESS] = lambda path, body: (seen.append(json.loads(body)), processed(hub, body))[1]
    opened(hub, "byoc-7453e962-0ee5-4f74-8227-89759fbe9ba9", bands=["B1"])
    opened(hub, "sentinel-1-grd", bands=["VV"])
    kinds = [each["input"]["data"][0]["type"] for each in seen]
    assert kinds == ["byoc-7453e962-0ee5-4f74-8227-89759fbe9ba9", "sentinel-1-grd"]


@pytest.mark.parametrize(
    ("answer", "family", "words"),
    [
        (refused(400, "Bad Request", "Dataset with id: 7 not found.", "COMMON_BAD_PAYLOAD"), RemoteTrouble,
         "400: COMMON_BAD_PAYLOAD, Dataset with id: 7 not found"),
        (refused(401, "Unauthorized", "You are not authorized!", "COMMON_UNAUTHORIZED"), AccessRefused, "SH_CLIENT_ID"),
        (refused(403, "Forbidden", "You are not authorized to request this data.", "COMMON_INSUFFICIENT_PERMISSIONS"),
         AccessRefused, "not authorized to request"),
        (refused(403, "Forbidden", "Insufficient processing units or requests available in your account.",
                 "ACCESS_INSUFFICIENT_PROCESSING_UNITS"), QuotaReached, "used up.*Insufficient processing units"),
        (refused(429, "Too Many Requests", "You have exceeded your rate limit", "RATE_LIMIT_EXCEEDED",
                 **{"Retry-After": "600"}), QuotaReached, "asked again in 600 seconds"),
        ((200, {"Content-Type": "image/tiff"}, b"no raster"), RemoteTrouble, "no picture"),
    ],
)  # fmt: skip
def test_what_the_service_refuses_is_told_in_its_words(
    hub: Elsewhere, answer: Answer, family: type, words: str
) -> None:
    hub.refusing[PROCESS] = answer
    with pytest.raises(family, match=words):
        opened(hub, bands=["B04"])


def test_a_short_wait_is_waited_for(hub: Elsewhere) -> None:
    opened(hub, bands=["B04"])
    hub.troubles = [refused(429, "Too Many Requests", "Slow down", "RATE_LIMIT_EXCEEDED", **{"Retry-After": "0"})]
    assert opened(hub, bands=["B04"]).shape == (1, 4, 8)


def test_a_client_that_the_service_does_not_know_is_told_and_one_that_is_missing_too(
    hub: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINE", "me:wrong")
    with pytest.raises(AccessRefused, match=r"Invalid client credentials.*as the secret MINE"):
        opened(hub, bands=["B04"], secret="MINE")
    monkeypatch.setenv("MINE", "me:very-secret")
    assert opened(hub, bands=["B04"], secret="MINE").sizes["band"] == 1
    monkeypatch.setenv("MINE", "only-one-word")
    with pytest.raises(UnknownData, match="id:secret"):
        opened(hub, bands=["B04"], secret="MINE")
    monkeypatch.delenv("SH_CLIENT_SECRET")
    with pytest.raises(UnknownData, match="no SH_CLIENT_SECRET here"):
        opened(hub, bands=["B04"])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "bands or an evalscript"), ({"what": "movie"}, "what is 'movie'"), ({"what": "dates", "datetime": ""}, "datetime"),
        ({"bands": ["B04"], "size": (3000, 1)}, "size"), ({"bbox": (1, 2)}, "bbox"),
        ({"bands": ["B04"], "crs": "nonsense"}, "not a valid CRS"),
        ({"bands": ["B04"], "datetime": "in June"}, "cannot be asked"), ({"bands": ["B04"], "maxcc": 7}, "cannot be asked"),
        ({"bands": ["B04"], "resolution": (1, 1)}, "size or resolution"),
        ({"bands": ["B04"], "collection": "SENTINEL9"}, "no collection 'SENTINEL9'.*SENTINEL2_L2A"),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_is_told(hub: Elsewhere, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(UnknownData, match=words):
        opened(hub, **changes)
    assert PROCESS not in [path for _, path, _ in hub.asked]


def test_without_the_library_the_extra_is_named(hub: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sentinelhub", None)
    with pytest.raises(UnreadableData, match=r"repeatpass\[sentinelhub\]"):
        opened(hub, bands=["B04"])
