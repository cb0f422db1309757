"""`repeatpass.open` of XYZ and WMTS: tiles drawn by a stand-in so that each cell tells where it must lie."""

import io
import json
import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from elsewhere import Elsewhere, elsewhere
from PIL import Image

import repeatpass
from repeatpass.kit.connectors import recording, requesting
from repeatpass.kit.errors import AccessRefused, QuotaReached, RemoteTrouble, UnknownData

BOX = (10.0, 40.0, 12.0, 41.0)
EDGE = math.pi * 6378137
CAPABILITIES = """<?xml version="1.0"?>
<Capabilities xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1"
 xmlns:xlink="http://www.w3.org/1999/xlink" version="1.0.0">
<ows:OperationsMetadata><ows:Operation name="GetTile"><ows:DCP><ows:HTTP><ows:Get xlink:href="{url}/kvp?">
 <ows:Constraint name="GetEncoding"><ows:AllowedValues><ows:Value>KVP</ows:Value></ows:AllowedValues></ows:Constraint>
 </ows:Get></ows:HTTP></ows:DCP></ows:Operation></ows:OperationsMetadata>
<Contents>
 <Layer><ows:Title>SST</ows:Title><ows:Identifier>sst</ows:Identifier>
  <Style isDefault="true"><ows:Identifier>warm</ows:Identifier></Style><Style><ows:Identifier>grey</ows:Identifier></Style>
  <Format>image/png</Format>
  <Dimension><ows:Identifier>Time</ows:Identifier><Default>2024-06-01</Default><Value>2024-06-01</Value>
   <Value>2024-07-01</Value></Dimension>
  <TileMatrixSetLink><TileMatrixSet>degrees</TileMatrixSet></TileMatrixSetLink>
  <ResourceURL format="image/png" resourceType="tile"
   template="{url}/rest/sst/{{Style}}/{{Time}}/{{TileMatrixSet}}/{{TileMatrix}}/{{TileRow}}/{{TileCol}}.png"/>
 </Layer>
 <Layer><ows:Title>Wind</ows:Title><ows:Identifier>wind</ows:Identifier>
  <Style isDefault="true"><ows:Identifier>default</ows:Identifier></Style><Format>image/png</Format>
  <TileMatrixSetLink><TileMatrixSet>metres</TileMatrixSet></TileMatrixSetLink>
 </Layer>
 <TileMatrixSet><ows:Identifier>degrees</ows:Identifier>
  <ows:SupportedCRS>urn:ogc:def:crs:EPSG::4326</ows:SupportedCRS>{degrees}</TileMatrixSet>
 <TileMatrixSet><ows:Identifier>metres</ows:Identifier>
  <ows:SupportedCRS>urn:ogc:def:crs:EPSG:6.18:3:3857</ows:SupportedCRS>{metres}</TileMatrixSet>
</Contents></Capabilities>"""
MATRIX = """<TileMatrix><ows:Identifier>{id}</ows:Identifier><ScaleDenominator>{scale}</ScaleDenominator>
<TopLeftCorner>{corner}</TopLeftCorner><TileWidth>256</TileWidth><TileHeight>256</TileHeight>
<MatrixWidth>{wide}</MatrixWidth><MatrixHeight>{high}</MatrixHeight></TileMatrix>"""


def capabilities(url: str) -> bytes:
    """As GeoServer writes them: EPSG:4326 with latitude first, and the Google-compatible set."""
    degrees = "".join(
        MATRIX.format(id=f"EPSG:4326:{zoom}", scale=279541132.0143589 / 2**zoom, corner="90.0 -180.0",
                      wide=2 * 2**zoom, high=2**zoom) for zoom in range(6)
    )  # fmt: skip
    metres = "".join(
        MATRIX.format(id=str(zoom), scale=559082264.0287178 / 2**zoom, corner=f"{-EDGE} {EDGE}", wide=2**zoom,
                      high=2**zoom) for zoom in range(6)
    )  # fmt: skip
    return CAPABILITIES.format(url=url, degrees=degrees, metres=metres).encode()


@cache
def drawn(column: int, row: int, mode: str = "RGB") -> bytes:
    """A tile: red tells its column, green its row, blue the column of the cell."""
    cells = np.zeros((256, 256, 3), "uint8")
    cells[..., 0], cells[..., 1], cells[..., 2] = column, row, np.arange(256)[None, :]
    content = io.BytesIO()
    Image.fromarray(cells).convert(mode).save(content, "PNG")
    return content.getvalue()


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    monkeypatch.setenv("REPEATPASS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("REPEATPASS_READS", str(tmp_path / "reads.jsonl"))
    monkeypatch.setattr(requesting, "PAUSE", 0.01)
    with elsewhere() as there:
        for column in range(134, 138):
            for row in range(90, 102):
                there.put(f"/t/8/{column}/{row}.png", drawn(column, row), "image/png")
        there.put("/wmts", capabilities(there.url), "text/xml")
        for column in range(33, 35):
            for row in range(8, 10):
                there.put(f"/rest/sst/warm/2024-07-01/degrees/EPSG:4326:5/{row}/{column}.png", drawn(column, row))
        there.put("/kvp", drawn(1, 2), "image/png")
        yield there


def reads(folder: Path) -> list[dict[str, Any]]:
    recording.tell_all()
    return [json.loads(line) for line in (folder / "reads.jsonl").read_text().splitlines()]


def xyz(service: Elsewhere, **changes: Any) -> Any:
    return repeatpass.open(f"xyz+{service.url}/t/{{z}}/{{x}}/{{y}}.png", **{"bbox": BOX, "zoom": 8, **changes})


def test_tiles_of_the_web_are_put_together_where_they_belong(service: Elsewhere) -> None:
    found = xyz(service)
    assert found.rio.crs.to_epsg() == 3857 and found.sizes["band"] == 4
    west, south, east, north = found.rio.transform_bounds("EPSG:4326")
    cell = 360 / 2**8 / 256
    assert west <= 10 < west + cell and east - cell < 12 <= east and south <= 40 and north >= 41
    # Every cell says which tile it comes from, and the grid says which one it should be.
    column = ((found.x + EDGE) / (2 * EDGE / 2**8)).astype(int)
    row = ((EDGE - found.y) / (2 * EDGE / 2**8)).astype(int)
    np.testing.assert_array_equal(found[0], np.broadcast_to(column, found[0].shape))
    np.testing.assert_array_equal(found[1], np.broadcast_to(row.to_numpy()[:, None], found[1].shape))
    assert np.diff(found[2].to_numpy()[0].astype("uint8")).tolist().count(1) > 360 and (found[3] == 255).all()


def test_all_tiles_are_one_input_whose_checksum_is_of_every_one(service: Elsewhere, tmp_path: Path) -> None:
    for _ in range(2):
        xyz(service)
    service.put("/t/8/135/96.png", drawn(0, 0), "image/png")
    xyz(service)
    first, again, changed = reads(tmp_path)
    assert first["checksum"] == again["checksum"] != changed["checksum"]
    assert first["href"].endswith("/t/8/{x}/{y}.png") and first["checksum"].startswith("parts-sha256:")


def test_the_zoom_is_the_lowest_that_gives_the_size(service: Elsewhere) -> None:
    found = xyz(service, zoom=None, size=(300, 150))
    assert 300 <= found.sizes["x"] < 600  # zoom 8, the only one with tiles here
    with pytest.raises(UnknownData, match="no tile of zoom 7"):
        xyz(service, zoom=None, size=(150, 75))


def test_tiles_that_are_not_there_are_see_through_and_colours_of_a_palette_are_taken(service: Elsewhere) -> None:
    del service.files["/t/8/135/96.png"]
    service.put("/t/8/136/96.png", drawn(136, 96, "P"), "image/png")
    found = xyz(service)
    column = ((found.x + EDGE) / (2 * EDGE / 2**8)).astype(int).to_numpy()
    row = ((EDGE - found.y) / (2 * EDGE / 2**8)).astype(int).to_numpy()
    alpha = found[3].to_numpy()
    assert (alpha[np.ix_(row == 96, column == 135)] == 0).all()
    assert (alpha[np.ix_(row == 96, column == 136)] == 255).all()


def test_rows_may_count_from_the_south_and_a_key_stands_nowhere(
    service: Elsewhere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for column in range(134, 138):
        for row in range(90, 102):
            service.put(f"/tms/8/{column}/{255 - row}.png", drawn(column, row), "image/png")
    monkeypatch.setenv("MAP_KEY", "very-secret-key")
    address = f"xyz+{service.url}/tms/{{z}}/{{x}}/{{-y}}.png?k={{secret}}"
    found = repeatpass.open(address, bbox=BOX, zoom=8, secret="MAP_KEY")
    np.testing.assert_array_equal(found, xyz(service))
    assert all("k=very-secret-key" in path for _, path, _ in service.asked if path.startswith("/tms"))
    assert "very-secret-key" not in (tmp_path / "reads.jsonl").read_text()
    with pytest.raises(UnknownData, match="MISSING_KEY"):
        repeatpass.open(address, bbox=BOX, zoom=8, secret="MISSING_KEY")


def test_too_many_tiles_are_told_before_any_is_fetched(service: Elsewhere) -> None:
    with pytest.raises(UnknownData, match=r"tiles of zoom 12 cover bbox; limit is 100\. Ask for a smaller"):
        xyz(service, zoom=12)
    with pytest.raises(UnknownData, match="limit is 2"):
        xyz(service, limit=2)
    assert not service.asked


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"bbox": (1, 2, 0, 3)}, "bbox"), ({"bbox": None}, "bbox"), ({"bbox": "here"}, "bbox"),
        ({"size": 5, "zoom": None}, "size"),
        ({"bbox": (0, 0, float("inf"), 1)}, "bbox"), ({"whole": True}, "media_type and whole"),
        ({"zoom": -1}, "zoom"), ({"zoom": 8.5}, "zoom"), ({"zoom": 30}, "zoom"),
        ({"size": (0, 1), "zoom": None}, "size"), ({"crs": "EPSG:99999"}, "crs"),
        ({"bbox": (10, 88, 12, 89)}, "lie elsewhere"),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_is_told_with_its_field(
    service: Elsewhere, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(UnknownData, match=words):
        xyz(service, **changes)


def test_an_address_without_places_for_numbers_is_told(service: Elsewhere) -> None:
    with pytest.raises(UnknownData, match=r"xyz\+https://host/\{z\}/\{x\}/\{y\}\.png"):
        repeatpass.open(f"xyz+{service.url}/t/8.png", bbox=BOX)


@pytest.mark.parametrize(("status", "family"), [(401, AccessRefused), (429, QuotaReached), (402, QuotaReached)])
def test_refusals_and_quotas_are_told_each_in_its_family(service: Elsewhere, status: int, family: type) -> None:
    service.refusing["/t/8/135/96.png"] = (status, {"Retry-After": "600"}, b'{"message": "Plan used up"}')
    with pytest.raises(family, match="Plan used up"):
        xyz(service)


def test_what_is_no_picture_and_a_tile_of_another_size_are_told(service: Elsewhere) -> None:
    service.put("/t/8/135/96.png", b"<html><p>come back tomorrow</p></html>", "text/html")
    with pytest.raises(RemoteTrouble, match="no picture: come back tomorrow"):
        xyz(service)
    with pytest.raises(RemoteTrouble, match="instead of"):
        xyz(service, tile_size=512)


def wmts(service: Elsewhere, layer: str = "sst", **changes: Any) -> Any:
    return repeatpass.open(f"wmts+{service.url}/wmts?map=a", **{"layer": layer, "bbox": BOX, **changes})


def test_a_layer_in_degrees_with_latitude_first_lies_where_it_should(service: Elsewhere, tmp_path: Path) -> None:
    found = wmts(service, zoom="EPSG:4326:5", time="2024-07-01")
    cell = 180 / 2**5 / 256
    assert found.rio.crs.to_epsg() == 4326
    np.testing.assert_allclose(found.rio.bounds(), (10, 40, 12, 41), atol=cell)
    column, row = ((found.x + 180) / (256 * cell)).astype(int), ((90 - found.y) / (256 * cell)).astype(int)
    np.testing.assert_array_equal(found[0], np.broadcast_to(column, found[0].shape))
    np.testing.assert_array_equal(found[1], np.broadcast_to(row.to_numpy()[:, None], found[1].shape))
    (read,) = reads(tmp_path)
    assert "/rest/sst/warm/2024-07-01/degrees/EPSG:4326:5/{TileRow}/{TileCol}.png" in read["href"]
    asked = parse_qs(urlsplit(service.asked[0][1]).query)
    assert (asked["map"], asked["REQUEST"]) == (["a"], ["GetCapabilities"])


def test_a_layer_without_templates_is_asked_with_get_tile(service: Elsewhere) -> None:
    found = wmts(service, "wind", zoom=5)
    tiles = [parse_qs(urlsplit(path).query) for _, path, _ in service.asked if path.startswith("/kvp")]
    for name, value in (("REQUEST", "GetTile"), ("LAYER", "wind"), ("TILEMATRIXSET", "metres"), ("TILEMATRIX", "5")):
        assert {tile[name][0] for tile in tiles} == {value}
    first = min(int(tile["TILECOL"][0]) for tile in tiles)  # they are asked for side by side
    assert first == math.floor((10 + 180) / 360 * 32) and found.rio.crs.to_epsg() == 3857
    west, _, east, _ = found.rio.transform_bounds("EPSG:4326")
    assert west <= 10 and east >= 12


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"layer": "salt"}, "layer is 'salt'; the service lists: sst, wind"), ({"style": "cold"}, "grey, warm"),
        ({"matrix_set": "metres"}, "lists: degrees"), ({"format": "image/webp"}, "image/png"),
        ({"zoom": 3}, "there are EPSG:4326:0"), ({"depth": "5"}, "dimension is 'depth'"),
    ],
)  # fmt: skip
def test_what_the_service_does_not_list_is_told_with_what_it_does(
    service: Elsewhere, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(UnknownData, match=words):
        wmts(service, **changes)


def test_a_report_of_an_exception_in_place_of_capabilities_is_told(service: Elsewhere) -> None:
    report = (
        b'<ExceptionReport xmlns="http://www.opengis.net/ows/1.1"><Exception exceptionCode="NoApplicableCode">'
        b"<ExceptionText>Down for repair.</ExceptionText></Exception></ExceptionReport>"
    )
    service.put("/wmts", report, "text/xml")
    with pytest.raises(RemoteTrouble, match=r"no capabilities of a WMTS.*Down for repair\."):
        wmts(service)


def test_tiles_at_another_host_are_not_shown_the_token(service: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAP_KEY", "very-secret-key")
    other = service.url.replace("127.0.0.1", "localhost")
    service.put("/wmts", capabilities(other), "text/xml")
    wmts(service, zoom="EPSG:4326:5", time="2024-07-01", secret="MAP_KEY")
    told = ["Authorization" in headers for _, _, headers in service.asked]
    assert told[0] and not any(told[1:])
