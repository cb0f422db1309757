"""The catalogue for the eodash client: valid STAC, with what the client looks for where it looks for it."""

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pystac
import pytest
import rasterio
from rasterio.transform import from_bounds
from tests.served import Served

from repeatpass.api.eodash.flat_styles import flat_style

pytestmark = pytest.mark.slow


def documents(served: Served, path: str = "/eodash/catalog.json") -> list[dict[str, Any]]:
    """Return all documents, by following the links of children and items."""
    found = [served.ask(path)]
    for link in found[0].get("links", ()):
        if link["rel"] in ("child", "item"):
            href = (
                link["href"].replace("./", f"{served.address}/eodash/", 1) if link["href"][0] == "." else link["href"]
            )
            found += documents(served, href.removeprefix(served.address))
    return found


def linked(document: dict[str, Any], rel: str) -> list[dict[str, Any]]:
    """Return the links of one kind."""
    return [link for link in document["links"] if link["rel"] == rel]


def test_the_list_can_be_drawn_from_the_links_of_the_root_alone(dashboard: Served) -> None:
    [child] = [each for each in linked(dashboard.ask("/eodash/catalog.json"), "child") if each["id"] == "warmth"]
    assert child["title"] == "Warmth"
    assert child["subtitle"] == "It is warm."
    assert child["themes"] == ["climate"]
    assert child["agency"] == ["ESA"]
    assert child["thumbnail"].startswith(dashboard.address)


def test_every_document_is_valid_stac(dashboard: Served) -> None:
    kinds = {"Catalog": pystac.Catalog, "Collection": pystac.Collection, "Feature": pystac.Item}
    found = documents(dashboard)
    assert {each["type"] for each in found} == set(kinds)
    for document in found:
        thing = kinds[document["type"]].from_dict(document, migrate=False, preserve_dict=True)
        assert thing.to_dict(include_self_link=False, transform_hrefs=False)["id"] == document["id"]


def test_pystac_walks_it_over_http_and_finds_all_of_it_valid(dashboard: Served) -> None:
    catalogue = pystac.Catalog.from_file(f"{dashboard.address}/eodash/catalog.json")
    assert {each.id for each in catalogue.get_children()} == {"warmth", "snow", "paint", "outline"}
    assert catalogue.validate_all() == 6, "the items of the map of warmth and of the scenes of snow"
    warmth = next(each for each in catalogue.get_children() if each.id == "warmth")
    assert {each.id for each in warmth.get_children()} == {"warmth-map", "warmth-places"}
    assert {each.id for each in warmth.get_items(recursive=True)} == {
        f"20200{month}01T000000Z" for month in range(1, 5)
    }


def test_everything_but_the_way_down_is_an_absolute_address_here(dashboard: Served) -> None:
    for document in documents(dashboard):
        for link in document["links"]:
            relative = document["type"] == "Catalog" and link["rel"] in ("child", "root")
            assert relative or link["href"].startswith(dashboard.address), link


def test_an_indicator_with_places_has_a_map_and_points(dashboard: Served) -> None:
    whole = dashboard.ask("/eodash/indicators/warmth/collection.json")
    children = [each["href"].removeprefix(dashboard.address) for each in linked(whole, "child")]
    drawn, places = (dashboard.ask(each) for each in children)
    assert [each["datetime"] for each in linked(drawn, "item")] == [
        f"2020-0{month}-01T00:00:00Z" for month in range(1, 5)
    ]
    assert places["locations"] is True
    assert [(each["name"], each["latlng"]) for each in linked(places, "child")] == [
        ("Here", "0.0,0.0"),
        ("There", "0.0,10.0"),
    ]
    assert drawn["eox:colorlegend"]["domain"] == [0, 10]


def test_the_map_of_each_time_is_drawn_from_what_the_run_left(dashboard: Served) -> None:
    pictures = set()
    for link in linked(dashboard.ask("/eodash/indicators/warmth/map/collection.json"), "item"):
        item = dashboard.ask(link["href"].removeprefix(dashboard.address))
        [tiles] = linked(item, "xyz")
        with urllib.request.urlopen(tiles["href"].format(z=4, x=8, y=5)) as answer:
            assert answer.headers["content-type"] == "image/png"
            pictures.add(answer.read())
    assert len(pictures) == 4


def test_the_chart_is_a_specification_with_its_data(dashboard: Served) -> None:
    whole = dashboard.ask("/eodash/indicators/warmth/places/there/collection.json")
    spec = dashboard.ask(whole["eodash:vegadefinition"].removeprefix(dashboard.address))
    assert spec["$schema"].startswith("https://vega.github.io/schema/vega-lite/")
    assert spec["width"] == "container"
    assert '"value": 3.0' in json.dumps(spec)
    assert dashboard.ask(whole["eodash:jsonform"].removeprefix(dashboard.address))["options"]["execute"] is True


def test_a_process_that_leaves_a_geotiff_has_a_form_and_a_body(dashboard: Served) -> None:
    whole = dashboard.ask("/eodash/processes/paint/collection.json")
    [service] = linked(whole, "service")
    assert (service["endpoint"], service["method"], service["type"]) == ("eoxhub_workspaces", "POST", "image/tiff")
    form = dashboard.ask(whole["eodash:jsonform"].removeprefix(dashboard.address))
    assert form["properties"]["area"]["format"] == "bounding-box"
    assert form["properties"]["level"]["default"] == 3.0
    with urllib.request.urlopen(service["body"]) as answer:
        body = answer.read().decode().replace("{{{area}}}", "2,42,8,48").replace("{{{level}}}", "5")
    job = dashboard.ask(service["href"].removeprefix(dashboard.address), json.loads(body))
    assert dashboard.job(job["jobID"])["status"] == "successful"
    results = dashboard.ask(dashboard.job(job["jobID"])["links"][1]["href"].removeprefix(dashboard.address))
    [painted] = results.values()
    assert painted["mimetype"] == "image/tiff"
    assert painted["urls"][0].startswith(dashboard.address)


def test_a_geotiff_that_a_process_leaves_has_a_style_with_the_range_of_its_values(dashboard: Served) -> None:
    [service] = linked(dashboard.ask("/eodash/processes/outline/collection.json"), "service")
    [style] = service["eox:flatstyle"]
    assert style["id"] == "painted.tif"  # the other output, an outline, is no GeoTIFF
    told = dashboard.ask(style["url"].removeprefix(dashboard.address))
    assert (
        told["color"][:2] == ["case", [">=", ["band", 1], -3.4e38]] and "variables" not in told
    )  # too narrow for sliders
    assert told["color"][2][2] == ["/", ["-", ["band", 1], 3.0], ["-", 3.003, 3.0]]
    for wrong in ("?output=outline.geojson", "", "?colour=red"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            dashboard.ask(f"/eodash/processes/outline/style.json{wrong}")
        assert refused.value.code in (400, 404)


def test_a_wide_range_has_sliders_and_a_legend(tmp_path: Path) -> None:
    where = from_bounds(0, 0, 10, 10, 20, 20)
    shape: dict[str, object] = {
        "driver": "GTiff",
        "width": 20,
        "height": 20,
        "count": 1,
        "dtype": "float32",
        "nodata": -1,
    }
    with rasterio.open(tmp_path / "wide.tif", "w", crs=4326, transform=where, **shape) as file:
        file.write(np.arange(400, dtype="float32").reshape(20, 20), 1)
    told = flat_style("Wide", tmp_path / "wide.tif", "image/tiff")
    assert told["variables"] == {"vmin": pytest.approx(8, abs=1), "vmax": pytest.approx(391, abs=1)}
    assert told["color"][1] == [">", ["band", 2], 0]  # the band that OpenLayers adds where a value stands for nothing
    assert set(told["jsonform"]["properties"]["vminmax"]["properties"]) == {"vmin", "vmax"}
    assert told["legend"]["domainProperties"] == ["vmin", "vmax"] and "rgba(68, 1, 84, 1)" in told["legend"]["range"]


def test_a_job_that_waits_has_a_start_for_the_list_of_jobs(dashboard: Served) -> None:
    [service] = linked(dashboard.ask("/eodash/processes/paint/collection.json"), "service")
    job = dashboard.ask(service["href"].removeprefix(dashboard.address), {"inputs": {"level": 4}})
    assert job["job_start_datetime"]
    assert dashboard.job(job["jobID"])["status"] == "successful"


def test_who_says_how_long_to_wait_is_heeded(dashboard: Served) -> None:
    [service] = linked(dashboard.ask("/eodash/processes/paint/collection.json"), "service")
    results = dashboard.ask(service["href"].removeprefix(dashboard.address), {"inputs": {}}, Prefer="wait=60")
    assert results["painted.tif"]["mimetype"] == "image/tiff"


def test_a_dashboard_elsewhere_may_read_all_that_it_draws(dashboard: Served) -> None:
    whole = dashboard.ask("/eodash/indicators/warmth/collection.json")
    read = [f"{dashboard.address}/eodash/catalog.json", whole["eodash:vegadefinition"], whole["eodash:jsonform"]]
    for href in (*read, linked(whole, "service")[0]["href"]):
        asked = urllib.request.Request(href, headers={"Origin": "https://dashboard.example"})
        with urllib.request.urlopen(asked) as answer:
            assert answer.headers["access-control-allow-origin"] == "*", href


@pytest.mark.parametrize(
    "path",
    [
        "/eodash/indicators/none/collection.json",
        "/eodash/stories/warmth/collection.json",
        "/eodash/indicators/warmth/items/1999.json",
        "/eodash/indicators/warmth/elsewhere/collection.json",
        "/eodash/indicators/warmth/places/nowhere/collection.json",
        "/eodash/processes/warmth/collection.json",
        "/eodash/indicators/warmth/body.json",
        "/eodash/indicators/warmth/tiles/99/0/0.png",
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(dashboard: Served, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as raised:
        dashboard.ask(path)
    assert raised.value.code == 404
    assert json.loads(raised.value.read())["detail"]
