"""OGC API – EDR 1.1 of a real server: its documents by edr-pydantic, its answers by covjson-pydantic, its client OWSLib."""

import csv
import io
import json
from typing import Any

import httpx
import numpy as np
import pytest
import xarray as xr
from covjson_pydantic.coverage import Coverage, CoverageCollection
from edr_pydantic.collections import Collection
from tests.served import Served

BOX = "POLYGON((1 41,4 41,4 44,1 44,1 41))"
PLACE = "/ogc/collections/deep"


def values(coverage: dict[str, Any], name: str) -> np.ndarray:
    found = coverage["ranges"][name]
    return np.array([np.nan if each is None else each for each in found["values"]]).reshape(found["shape"])


@pytest.fixture(scope="module")
def cube(sea: Served) -> xr.Dataset:
    return xr.open_dataset(sea.home.parent / "deep.nc", engine="h5netcdf")


def test_collections_say_what_can_be_asked_of_them(ask: httpx.Client) -> None:
    found = ask.get(PLACE, headers={"Accept": "application/json"}).json()
    model = Collection.model_validate_json(
        json.dumps({name: found[name] for name in Collection.model_fields if name in found})
    )
    assert set(found["data_queries"]) == {"position", "area", "cube", "radius"}
    assert set(model.parameter_names.root) == {"salt", "heat"}
    assert found["parameter_names"]["salt"]["unit"]["label"] == "g kg-1"
    assert found["output_formats"] == ["CoverageJSON", "CSV"]
    assert set(ask.get("/ogc/collections/scenes?f=json").json()["parameter_names"]) == {"data_b1", "data_b2"}
    classes = ask.get("/ogc/conformance?f=json").json()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-edr-1/1.1/conf/core" in classes
    for query in found["data_queries"].values():
        assert query["link"]["href"].startswith(str(ask.base_url))


def test_a_position_is_a_series_of_all_parameters(ask: httpx.Client, cube: xr.Dataset) -> None:
    answer = ask.get(f"{PLACE}/position", params={"coords": "POINT(2.7 43.2)"})
    assert answer.headers["content-type"] == "application/prs.coverage+json"
    coverage = Coverage.model_validate_json(answer.content)
    assert coverage.domain.domainType == "PointSeries"
    at = cube.sel(lon=2.5, lat=43.5)
    assert values(answer.json(), "salt").tolist() == at["salt"].sel(depth=0).values.tolist()
    assert values(answer.json(), "heat").tolist() == at["heat"].values.tolist()


def test_depths_times_and_parameters_are_chosen(ask: httpx.Client, cube: xr.Dataset) -> None:
    words = {"coords": "POINT(2.7 43.2)", "parameter-name": "salt", "z": "10", "datetime": "2021-01-02/.."}
    found = ask.get(f"{PLACE}/position", params=words).json()
    assert list(found["ranges"]) == ["salt"]
    assert found["domain"]["axes"]["t"]["values"] == ["2021-01-02T00:00:00Z", "2021-01-03T00:00:00Z"]
    true = cube["salt"].sel(lon=2.5, lat=43.5, depth=10).values[1:]
    assert values(found, "salt").tolist() == true.tolist()


def test_several_points_are_a_collection(ask: httpx.Client) -> None:
    answer = ask.get(f"{PLACE}/position", params={"coords": "MULTIPOINT((2 43),(3 44))"})
    assert len(CoverageCollection.model_validate_json(answer.content).coverages) == 2
    table = ask.get(f"{PLACE}/position", params={"coords": "MULTIPOINT((2 43),(3 44))", "f": "CSV"})
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert len(rows) == 2 * 2 * 3
    assert rows[0]["unit"] in {"g kg-1", "J"}


@pytest.mark.parametrize(("query", "words"), [("area", {"coords": BOX}), ("cube", {"bbox": "1,41,4,44"})])
def test_areas_and_boxes_give_the_cells_as_they_are(
    ask: httpx.Client, cube: xr.Dataset, query: str, words: dict[str, str]
) -> None:
    answer = ask.get(f"{PLACE}/{query}", params={**words, "parameter-name": "heat", "datetime": "2021-01-02"})
    coverage = Coverage.model_validate_json(answer.content)
    assert coverage.domain.domainType == "Grid"
    true = cube["heat"].sel(lon=slice(1, 4), lat=slice(44, 41)).values[1]
    assert np.array_equal(values(answer.json(), "heat")[0], true)
    rows = list(csv.DictReader(io.StringIO(ask.get(f"{PLACE}/{query}", params={**words, "f": "CSV"}).text)))
    assert len(rows) == 9 * 3 * 2


def test_what_lies_outside_of_a_polygon_is_left_out(ask: httpx.Client) -> None:
    found = ask.get(
        f"{PLACE}/area", params={"coords": "POLYGON((0 40,5 40,0 45,0 40))", "parameter-name": "heat"}
    ).json()
    heat = values(found, "heat")[0]
    assert np.isnan(heat[0, -1])
    assert np.isfinite(heat[-1, 0])
    assert np.isfinite(heat).sum() == 15


def test_a_circle_gives_the_cells_it_touches(ask: httpx.Client) -> None:
    words = {"coords": "POINT(2.5 43.5)", "within": "150", "within-units": "km", "parameter-name": "heat"}
    heat = values(ask.get(f"{PLACE}/radius", params=words).json(), "heat")
    assert heat.shape == (3, 3, 5)  # a degree of longitude is shorter than one of latitude
    assert np.isfinite(heat[:, 1, 2]).all()


def test_rasters_of_a_projection_say_where_their_cells_are(ask: httpx.Client) -> None:
    words = {"bbox": "15.0,48.74,15.02,48.75", "parameter-name": "data_b1"}
    found = ask.get("/ogc/collections/scenes/cube", params=words).json()
    coverages = found.get("coverages", [found])
    assert len(coverages) == 2
    assert coverages[0]["domain"]["referencing"][0]["system"]["id"].endswith("/EPSG/0/32633")
    assert (
        set(values(coverages[0], "data_b1").ravel()) <= {11.0, np.nan}
        or np.nanmax(values(coverages[0], "data_b1")) == 11
    )


def test_a_right_question_without_data_is_answered_with_nothing(ask: httpx.Client) -> None:
    assert ask.get(f"{PLACE}/position", params={"coords": "POINT(100 0)"}).status_code == 204
    assert ask.get(f"{PLACE}/area", params={"coords": BOX, "datetime": "1950"}).status_code == 204


@pytest.mark.parametrize(
    ("path", "words", "status", "said"),
    [
        (f"{PLACE}/position", {}, 400, "coords"),
        (f"{PLACE}/position", {"coords": "POINT(2)"}, 400, "coords"),
        (f"{PLACE}/position", {"coords": "POINT EMPTY"}, 400, "coords"),
        (f"{PLACE}/position", {"coords": BOX}, 400, "a POINT or MULTIPOINT"),
        (f"{PLACE}/position", {"coords": "POINT(2 95)"}, 400, "latitudes from −90 to 90"),
        (f"{PLACE}/position", {"coords": "MULTIPOINT(" + ",".join(["(1 42)"] * 101) + ")"}, 400, "at most 100"),
        (f"{PLACE}/position", {"coords": "POINT(2 43)", "parameter-name": "wind"}, 400, "salt, heat|heat, salt"),
        (f"{PLACE}/position", {"coords": "POINT(2 43)", "crs": "EPSG:3857"}, 400, "CRS84"),
        (f"{PLACE}/position", {"coords": "POINT(2 43)", "z": "77"}, 400, "0.0"),
        (f"{PLACE}/position", {"coords": "POINT(2 43)", "f": "GRIB"}, 400, "covjson, csv"),
        (f"{PLACE}/position", {"coords": "POINT(2 43)", "datetime": "soon"}, 400, "not a time"),
        (f"{PLACE}/position", {"coords": "POINT(2 43)", "colour": "red"}, 400, "colour"),
        (f"{PLACE}/area", {"coords": "POINT(2 43)"}, 400, "Polygon"),
        (f"{PLACE}/area", {"coords": "POLYGON((0 40,5 45,5 40,0 45,0 40))"}, 400, "Self-intersection"),
        (f"{PLACE}/cube", {}, 400, "bbox"),
        (f"{PLACE}/cube", {"bbox": "1,2,3"}, 400, "four numbers"),
        (f"{PLACE}/radius", {"coords": "POINT(2 43)"}, 400, "within"),
        (f"{PLACE}/radius", {"coords": "POINT(2 43)", "within": "9", "within-units": "parsec"}, 400, "km"),
        (f"{PLACE}/radius", {"coords": "POINT(0 89.9)", "within": "99", "within-units": "km"}, 400, "no pole"),
        ("/ogc/collections/none/position", {"coords": "POINT(2 43)"}, 404, "no collection"),
        ("/ogc/collections/ostia/area", {"coords": "POLYGON((-180 -5,180 -5,180 5,-180 5,-180 -5))"}, 200, ""),
    ],
)
def test_wrong_queries_are_told_what_would_be_right(
    ask: httpx.Client, path: str, words: dict[str, str], status: int, said: str
) -> None:
    answer = ask.get(path, params=words)
    assert answer.status_code == status, answer.text
    if said:
        detail = answer.json()["detail"]
        assert any(each in detail for each in said.split("|")), detail


def test_owslib_asks_and_reads(sea: Served) -> None:
    from owslib.ogcapi.edr import EnvironmentalDataRetrieval

    client = EnvironmentalDataRetrieval(f"{sea.address}/ogc")
    assert {"deep", "ostia", "scenes"} <= set(client.data())
    asked = {"coords": "POINT(2.7 43.2)", "parameter_names": ["heat"], "datetime_": "2021-01-01/2021-01-02"}
    raw = client.query_data("deep", "position", **asked)
    found = json.loads(raw) if isinstance(raw, bytes | str) else raw
    assert list(found["ranges"]) == ["heat"]
    assert len(found["domain"]["axes"]["t"]["values"]) == 2


def test_the_description_of_the_api_has_every_query(ask: httpx.Client) -> None:
    paths = ask.get("/ogc/api?f=json").json()["paths"]
    for query in ("position", "area", "cube", "radius"):
        stated = paths[f"/collections/{{id}}/{query}"]["get"]
        assert {"200", "204", "400", "404", "413"} <= set(stated["responses"])
    assert {"get", "post"} <= set(paths["/series/{layer}"])
