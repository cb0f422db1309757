"""`repeatpass.open("stac+https://…")`: pystac-client and odc-stac against a STAC API with real rasters behind it."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from elsewhere import Elsewhere, elsewhere

import repeatpass
from repeatpass.kit.connectors import recording, requesting
from repeatpass.kit.errors import AccessRefused, AlteredData, QuotaReached, RemoteTrouble, UnknownData

DAYS = ("2024-06-01", "2024-06-11")
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


def raster(path: Path, value: int) -> bytes:
    """A raster of 64 × 64 cells of 0.01°, from 10° east, 50° north."""
    profile = {"driver": "GTiff", "width": 64, "height": 64, "count": 1, "dtype": "uint16", "crs": "EPSG:4326"}
    with rasterio.open(path, "w", transform=rasterio.transform.from_origin(10, 50, 0.01, 0.01), **profile) as file:
        file.write(np.full((1, 64, 64), value, "uint16"))
    return path.read_bytes()


def item(url: str, day: str, files: dict[str, bytes]) -> dict[str, Any]:
    box = [10, 49.36, 10.64, 50]
    corners = [[10, 49.36], [10.64, 49.36], [10.64, 50], [10, 50], [10, 49.36]]
    return {
        "type": "Feature", "stac_version": "1.0.0", "id": f"scene-{day}", "collection": "scenes", "bbox": box,
        "stac_extensions": ["https://stac-extensions.github.io/projection/v1.1.0/schema.json"],
        "geometry": {"type": "Polygon", "coordinates": [corners]},
        "properties": {"datetime": f"{day}T10:00:00Z", "updated": "2024-07-01T00:00:00Z", "proj:epsg": 4326,
                       "proj:shape": [64, 64], "proj:transform": [0.01, 0, 10, 0, -0.01, 50]},
        "links": [{"rel": "self", "href": f"{url}/api/collections/scenes/items/scene-{day}"}],
        "assets": {key: {"href": f"{url}/files/{day}/{key}.tif", "roles": ["data"],
                         "type": "image/tiff; application=geotiff; profile=cloud-optimized",
                         "file:checksum": "1220" + hashlib.sha256(content).hexdigest()}
                   for key, content in files.items()},
    }  # fmt: skip


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    monkeypatch.setenv("REPEATPASS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("REPEATPASS_READS", str(tmp_path / "reads.jsonl"))
    monkeypatch.setattr(requesting, "PAUSE", 0.01)
    with elsewhere() as there:
        items = []
        for number, day in enumerate(DAYS):
            files = {band: raster(tmp_path / "x.tif", 100 * number + extra) for band, extra in (("red", 1), ("nir", 2))}
            for band, content in files.items():
                there.put(f"/files/{day}/{band}.tif", content, "image/tiff")
            items.append(item(there.url, day, files))

        def search(path: str, body: bytes) -> dict[str, Any]:
            asked = json.loads(body)
            wanted = asked.get("datetime") or ""
            found = [each for each in items if not wanted or each["properties"]["datetime"][:10] in wanted]
            return {"type": "FeatureCollection", "features": found, "links": []}

        rels = (("self", "GET", "/api"), ("root", "GET", "/api"), ("search", "GET", "/api/search"),
                ("search", "POST", "/api/search"), ("data", "GET", "/api/collections"))  # fmt: skip
        links = [{"rel": rel, "href": there.url + path, "method": method, "type": "application/geo+json"}
                 for rel, method, path in rels]  # fmt: skip
        landing = {
            "type": "Catalog", "id": "api", "stac_version": "1.0.0", "description": "For tests.", "links": links,
            "conformsTo": ["https://api.stacspec.org/v1.0.0/core", "https://api.stacspec.org/v1.0.0/item-search"],
        }  # fmt: skip
        there.answers = {"/api": lambda path, body: landing, "/api/search": search}
        yield there


def opened(api: Elsewhere, **options: Any) -> Any:
    return repeatpass.open(f"stac+{api.url}/api/collections/scenes", **options)


def reads(folder: Path) -> list[dict[str, Any]]:
    recording.tell_all()
    return [json.loads(line) for line in (folder / "reads.jsonl").read_text().splitlines()]


def test_a_cube_is_loaded_and_the_search_and_every_file_are_on_record(api: Elsewhere, tmp_path: Path) -> None:
    cube = opened(api, bands=["red", "nir"], bbox=(10.1, 49.5, 10.3, 49.7)).load()
    assert cube["red"].shape[0] == 2 and set(np.unique(cube["nir"])) == {2, 102}
    assert cube.odc.geobox.boundingbox.bbox == pytest.approx((10.1, 49.5, 10.3, 49.7), abs=0.011)
    found = reads(tmp_path)
    assert (found[0]["asset"], found[0]["version"]) == ("search", "2 items")
    assert sorted(read["href"].removeprefix(api.url) for read in found[1:]) == sorted(
        f"/files/{day}/{band}.tif" for day in DAYS for band in ("red", "nir")
    )


def test_files_are_fetched_whole_when_asked_and_held_to_the_checksum_that_the_catalogue_states(
    api: Elsewhere, tmp_path: Path
) -> None:
    assert opened(api, bands=["red"], whole=True).load()["red"].max() == 101
    assert {read["checksum"].partition(":")[0] for read in reads(tmp_path)} == {"sha256"}
    api.put(f"/files/{DAYS[0]}/red.tif", raster(tmp_path / "x.tif", 7), "image/tiff")
    with pytest.raises(AlteredData, match="expected was sha256:"):
        opened(api, bands=["red"], whole=True)


def test_another_answer_of_the_same_search_has_another_checksum(api: Elsewhere, tmp_path: Path) -> None:
    opened(api, bands=["red"])
    opened(api, bands=["red"])
    opened(api, bands=["red"], datetime=DAYS[1])
    searches = [read["checksum"] for read in reads(tmp_path) if read["asset"] == "search"]
    assert searches[0] == searches[1] != searches[2]


def test_a_token_is_shown_to_the_api_and_its_files(api: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    api.token = "very-secret-token"
    with pytest.raises(AccessRefused, match="HTTP_TOKEN_127_0_0_1"):
        opened(api, bands=["red"])
    monkeypatch.setenv("STAC_KEY", api.token)
    assert opened(api, bands=["red"], secret="STAC_KEY").load()["red"].max() == 101


def test_a_band_that_is_not_there_is_told_with_those_that_are(api: Elsewhere) -> None:
    with pytest.raises(UnknownData, match=r"no asset 'blue'\. Its assets: nir, red"):
        opened(api, bands=["blue"])


def test_nothing_found_and_too_much_found_are_errors(api: Elsewhere) -> None:
    with pytest.raises(UnknownData, match="matches"):
        opened(api, datetime="1999-01-01")
    with pytest.raises(UnknownData, match="More than 1 items"):
        opened(api, limit=1)


def test_a_quota_a_failure_and_nonsense_are_told_each_in_its_family(api: Elsewhere) -> None:
    api.troubles = [(429, {"Retry-After": "900"}, b'{"description": "Quota exceeded"}')]
    with pytest.raises(QuotaReached, match="Quota exceeded"):
        opened(api)
    api.troubles = [(500, {}, b"")] * 4
    with pytest.raises(RemoteTrouble, match="500"):
        opened(api)
    for status, family in ((401, AccessRefused), (429, QuotaReached), (503, RemoteTrouble)):
        api.refusing["/api/search"] = (status, {"Retry-After": "0"}, b'{"description": "Not now"}')
        with pytest.raises(family, match="was refused"):
            opened(api)
    api.refusing.clear()
    api.answers["/api/search"] = lambda path, body: {"nothing": "of use"}
    with pytest.raises((RemoteTrouble, UnknownData)):
        opened(api)


def test_a_file_that_cannot_be_read_is_told_when_it_is_opened(api: Elsewhere) -> None:
    del api.files[f"/files/{DAYS[0]}/red.tif"]
    with pytest.raises(UnknownData, match=f"nothing at {api.url}/files/{DAYS[0]}/red.tif"):
        opened(api, bands=["red"])


@pytest.mark.parametrize("path", ["", "/collections/", "/collections/a/items"])
def test_an_address_without_a_collection_is_told(api: Elsewhere, path: str) -> None:
    with pytest.raises(UnknownData, match="collections/ID"):
        repeatpass.open(f"stac+{api.url}/api{path}")
