"""`repeatpass.open("wms+https://…")` against a stand-in that draws what it is asked for."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import rasterio
from elsewhere import Elsewhere, elsewhere

import repeatpass
from repeatpass.kit.connectors import requesting
from repeatpass.kit.errors import AccessRefused, QuotaReached, RemoteTrouble, UnknownData

MAP = {"layers": "sst", "bbox": (10, 40, 12, 41), "size": (4, 2)}


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    monkeypatch.setenv("REPEATPASS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("REPEATPASS_READS", str(tmp_path / "reads.jsonl"))
    monkeypatch.setattr(requesting, "PAUSE", 0.01)
    with rasterio.MemoryFile() as memory:
        with memory.open(driver="PNG", width=4, height=2, count=3, dtype="uint8") as file:
            file.write(np.arange(24, dtype="uint8").reshape(3, 2, 4))
        content = memory.read()
    with elsewhere() as there:
        there.put("/wms", content, "image/png")
        yield there


def opened(service: Elsewhere, **changes: Any) -> Any:
    return repeatpass.open(f"wms+{service.url}/wms?map=a", **{**MAP, **changes})


def test_a_map_comes_with_its_corners_and_its_request_is_on_record(service: Elsewhere, tmp_path: Path) -> None:
    found = opened(service, time="2024-06-01")
    assert found.rio.bounds() == (10, 40, 12, 41) and found.rio.crs.to_epsg() == 4326
    np.testing.assert_array_equal(found[0], np.arange(8).reshape(2, 4))
    asked = {name: values[0] for name, values in parse_qs(urlsplit(service.asked[0][1]).query).items()}
    assert (asked["map"], asked["BBOX"], asked["SRS"], asked["TIME"]) == ("a", "10,40,12,41", "EPSG:4326", "2024-06-01")
    read = json.loads((tmp_path / "reads.jsonl").read_text())
    assert "LAYERS=sst" in read["href"] and read["media_type"] == "image/png"


def test_a_report_of_an_exception_is_told_in_the_services_words(service: Elsewhere) -> None:
    words = b"<ServiceExceptionReport><ServiceException>No layer sst.</ServiceException></ServiceExceptionReport>"
    service.put("/wms", words, "application/vnd.ogc.se_xml")
    with pytest.raises(RemoteTrouble, match=r"drew no map of 'sst': No layer sst\."):
        opened(service)


@pytest.mark.parametrize(("status", "family"), [(401, AccessRefused), (403, AccessRefused), (429, QuotaReached)])
def test_refusals_and_quotas_are_told_each_in_its_family(service: Elsewhere, status: int, family: type) -> None:
    service.refusing["/wms"] = (status, {"Retry-After": "600"}, b"")
    with pytest.raises(family):
        opened(service)


def test_a_picture_of_another_size_and_one_that_is_none_are_told(service: Elsewhere) -> None:
    with pytest.raises(RemoteTrouble, match="instead of"):
        opened(service, size=(8, 8))
    service.put("/wms", b"not a picture", "image/png")
    with pytest.raises(RemoteTrouble, match="no picture"):
        opened(service)


@pytest.mark.parametrize(
    "changes", [{"layers": ""}, {"bbox": (1, 2, 0, 3)}, {"bbox": (1, 2)}, {"size": (0, 5)}, {"format": "text/html"}]
)
def test_a_request_that_cannot_be_is_told_with_its_field(service: Elsewhere, changes: dict[str, Any]) -> None:
    with pytest.raises(UnknownData, match=next(iter(changes))):
        opened(service, **changes)
