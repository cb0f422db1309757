"""Whatever is asked, the answer is a picture or a sentence that says what is wrong; never a failure of the server."""

import itertools

import httpx
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("maps")]
ODD = ("", " ", "-1", "1e308", "nan", "%00", '"><script>', "../../etc/passwd", "a" * 5000,
       "1,2,3,4", "4,3,2,1", "-1e9,-1e9,1e9,1e9", "0,0,1e-12,1e-12", "٣🌍")  # fmt: skip
WMS = {"service": "WMS", "version": "1.3.0", "request": "GetMap", "layers": "ice:cover", "styles": "", "crs": "EPSG:3857",
       "bbox": "0,0,1000,1000", "width": "8", "height": "8", "format": "image/png", "query_layers": "ice:cover", "i": "1",
       "j": "1", "info_format": "text/plain", "time": "", "transparent": "", "bgcolor": "", "exceptions": "",
       "rescale": "", "expression": "", "colormap": "", "mask": "", "nodata": "", "layer": "ice:cover"}  # fmt: skip
WMTS = {"service": "WMTS", "version": "1.0.0", "request": "GetTile", "layer": "ice:cover", "style": "",
        "format": "image/png", "tilematrixset": "EPSG3413Quad", "tilematrix": "1", "tilerow": "0", "tilecol": "0",
        "infoformat": "text/plain", "i": "1", "j": "1", "time": "", "sections": "", "updatesequence": ""}  # fmt: skip
MAPS = {"bbox": "", "bbox-crs": "", "crs": "", "width": "8", "height": "8", "subset": "", "subset-crs": "", "center": "",
        "center-crs": "", "scale-denominator": "", "datetime": "", "f": "", "bgcolor": "", "rescale": ""}  # fmt: skip


def asked(client: httpx.Client, path: str, usual: dict[str, str], name: str) -> list[str]:
    """Ask with every odd value of one parameter; return what failed."""
    answers = [(odd, client.get(path, params={**usual, name: odd})) for odd in ODD]
    return [
        f"{name}={odd[:40]!r}: {each.status_code}"
        for odd, each in answers
        if each.status_code >= 500 and each.status_code != 501
    ]  # 501: there is no such operation


@pytest.mark.parametrize("operation", ["GetMap", "GetFeatureInfo", "GetLegendGraphic", "GetCapabilities"])
def test_a_wms_never_fails(anybody: httpx.Client, operation: str) -> None:
    usual = WMS | {"request": operation}
    names = [each for each in WMS if operation != "GetCapabilities" or each in ("version", "request", "service")]
    assert list(itertools.chain.from_iterable(asked(anybody, "/wms", usual, each) for each in names)) == []


@pytest.mark.parametrize("operation", ["GetTile", "GetFeatureInfo", "GetCapabilities"])
def test_a_wmts_never_fails(anybody: httpx.Client, operation: str) -> None:
    usual = WMTS | {"request": operation}
    names = [each for each in WMTS if operation != "GetCapabilities" or each in ("sections", "updatesequence")]
    assert list(itertools.chain.from_iterable(asked(anybody, "/wmts", usual, each) for each in names)) == []


def test_maps_of_the_ogc_api_never_fail(anybody: httpx.Client) -> None:
    usual = {"width": "8", "height": "8"}
    found = [asked(anybody, "/ogc/collections/ice/map", usual, each) for each in MAPS]
    polar = {"crs": "EPSG:3413", **usual}
    found += [asked(anybody, "/ogc/collections/ice/map", polar, each) for each in ("bbox", "center", "subset")]
    assert list(itertools.chain.from_iterable(found)) == []


@pytest.mark.parametrize("odd", [each for each in ODD if each.strip() and each not in {"../../etc/passwd"}])
def test_odd_paths_never_fail(anybody: httpx.Client, odd: str) -> None:
    given = httpx.URL(f"http://x/{odd}").raw_path.decode().lstrip("/")
    for path in (
        f"/wms/{given}", f"/wmts/{given}", f"/wmts/{given}/WMTSCapabilities.xml", f"/ogc/tileMatrixSets/{given}",
        f"/ogc/collections/{given}/map", f"/ogc/collections/ice/styles/{given}/map",
        f"/ogc/collections/ice/map/tiles/{given}", f"/ogc/collections/ice/map/tiles/EPSG3413Quad/{given}/0/0",
        f"/wmts/1.0.0/ice:cover/{given}/current/EPSG3413Quad/0/0/0.png",
        f"/wmts/1.0.0/ice:cover/default/{given}/EPSG3413Quad/0/0/0.png",
    ):  # fmt: skip
        assert anybody.get(path).status_code < 500, path
