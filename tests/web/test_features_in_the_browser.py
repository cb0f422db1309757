"""Collections of features in the map browser, as pages and files: list, form, filter, first features, files, notebook."""

import io
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import geopandas as gpd
import httpx
import pandas as pd
import pytest
import shapely
from browser_house import client_of, fill, fill_features
from tests.features.places import BODIES, FIELDS
from tests.houses import working_house

from repeatpass.access import ANYONE
from repeatpass.assembly import House
from repeatpass.catalog.records import Visibility
from repeatpass.core.errors import NotFound
from repeatpass.features import FeatureSet, Field, Wanted
from repeatpass.features.exporting import write_parquet
from repeatpass.features.filters import read_filter
from repeatpass.features.measuring import Numbers, Words
from repeatpass.features.reading import Reading
from repeatpass.web.browsing.asked import Shown, Sight, read_sight
from repeatpass.web.browsing.place_filters import Pandas, Untold
from repeatpass.web.browsing.places import datetime_of, drawn_layer, place_layer

HTML = {"accept": "text/html"}
QUAKES = "layer=quakes:features"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home = tmp_path_factory.mktemp("features-browser")
    with working_house(home / "home") as made:
        (home / "made").mkdir()
        fill_features(made, home / "made")
        body = {"id": "places", "title": "Places", "description": "Of every kind.", "license": "CC0-1.0"}
        made.catalog.register(made.owner, body, [], [], visibility=Visibility.PRIVATE)
        made.features.begin(made.owner, "places", FIELDS, time=("day",))
        made.features.add(made.owner, "places", list(BODIES.values()))
        yield made


@pytest.fixture(scope="module")
def client(house: House) -> httpx.Client:
    return client_of(house)


def twin(client: httpx.Client, query: str) -> Any:
    found = client.get(f"/browser.json?{query}")
    assert found.status_code == 200, found.text
    return found.json()


def html(client: httpx.Client, query: str) -> str:
    found = client.get(f"/browser?{query}", headers=HTML)
    assert found.status_code == 200, found.text
    return found.text


def test_an_address_keeps_the_property_and_the_filter_of_features() -> None:
    view = Sight(layers=(Shown(layer="world:sst"), Shown(layer="quakes:features", property="mag", filter="depth > 10")))
    assert read_sight(dict(httpx.QueryParams(view.query()))) == view


def test_features_are_listed_as_layers_and_what_is_not_drawn_says_why(client: httpx.Client) -> None:
    listed = {each["title"]: each for each in twin(client, "")["listed"]}
    assert [each["id"] for each in listed["quakes"]["layers"]] == ["quakes:features"]
    assert listed["quakes"]["layers"][0]["note"] == "596 points, 2024"
    assert listed["states"]["layers"][0]["note"] == "49 areas"
    assert listed["yearly"]["layers"] == [] and "longitude and latitude, but year, mean" in listed["yearly"]["reason"]
    assert "Not drawn: its table has no columns" in html(client, "")


def test_a_collection_alone_leads_to_its_features(client: httpx.Client) -> None:
    found = client.get("/browser?layer=states", headers=HTML, follow_redirects=False)
    assert found.headers["location"] == "/browser?layer=states:features"


def test_a_number_is_coloured_along_a_scale_from_the_percentiles(client: httpx.Client) -> None:
    found = twin(client, f"{QUAKES}&property=depth")
    look, form = found["data"]["looks"]["0"], found["places"]
    frame = pd.read_csv(io.StringIO(client.get("/ogc/collections/quakes/items?f=csv").text))
    assert (look["low"], look["high"]) == pytest.approx(tuple(frame["depth"].quantile([0.02, 0.98])))
    assert (form["kind"], form["low"], len(form["ramp"])) == ("number", "9.5312", 17)
    assert twin(client, f"{QUAKES}&property=depth&rescale=0,100&colormap=magma")["places"]["high"] == "100"


def test_words_have_distinct_colours_and_a_legend_with_counts(client: httpx.Client) -> None:
    key = twin(client, f"{QUAKES}&property=mag_class")["places"]["categories"]
    assert [(each["value"], each["count"]) for each in key] == [
        ("Light", 547), ("Moderate", 46), ("Strong", 2), ("Major", 1)
    ]  # fmt: skip
    assert len({each["colour"] for each in key}) == 4
    many = twin(client, "layer=states:features&property=state")["places"]
    assert (len(many["categories"]), many["others"]) == (8, 41)


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("filter=depth+%3E", "filter", "The filter is not CQL2-Text: at 1:8"),
        ("filter=deep+%3E+1", "filter", "deep"),
        ("property=weight", "property", "property is “weight”; colours can stand for"),
        ("property=depth&rescale=9,1", "rescale", "rescale is “9,1”; write low,high"),
        ("property=depth&colormap=rainbows", "colormap", "rainbows"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_the_form_stays(
    client: httpx.Client, query: str, field: str, said: str
) -> None:
    found = twin(client, f"{QUAKES}&{query}")
    assert said in found["places"]["wrong"][field]
    assert found["data"]["wrong"] == ([0] if field == "filter" else [])
    page = html(client, f"{QUAKES}&{query}")
    assert unescape(page).count(f">{found['places']['wrong'][field]}</p>") == 1 and 'id="settings"' in page


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("expression=(B08-B04)/B99", "expression"),
        ("expression=(B08-", "expression"),
        ("mask=B99%3E1", "mask"),
        ("index=NONE", "index"),
        ("bands=B77", "bands"),
        ("rescale=1,1", "rescale"),
        ("colormap=none", "colormap"),
        ("bands=B02&expression=B02", "expression"),
    ],
)
def test_a_wrong_word_of_a_raster_leaves_the_form_open_with_the_error_beside_it(
    client: httpx.Client, house: House, tmp_path: Any, query: str, field: str
) -> None:
    if "scene" not in {each.id for each in house.catalog.collections()}:
        fill(house, tmp_path)
    found = twin(client, f"layer=scene:data&{query}")
    assert set(found["settings"]["wrong"]) == {field} and found["data"]["wrong"] == [0]
    page = html(client, f"layer=scene:data&{query}")
    assert 'id="settings"' in page and found["settings"]["wrong"][field][:20].split("“")[0] in page
    if field == "expression":
        assert found["settings"]["kind"] == "expression" and found["settings"]["expression"]


def test_only_times_that_exist_are_offered_and_one_of_them_is_meant(client: httpx.Client, house: House) -> None:
    times = twin(client, QUAKES)["places"]["times"]
    days = pd.read_csv(io.StringIO(client.get("/ogc/collections/quakes/items?f=csv").text))["time"].str[:10].nunique()
    assert (len(times), times[0]["text"], times[1]["text"]) == (days + 1, "All dates", "1 April 2024")
    layer = place_layer(house, "quakes:features")
    assert layer is not None
    assert datetime_of(layer, "2024-04-18") == "2024-04-17"  # there was none on the 18th
    found = twin(client, f"{QUAKES}&time=2024-05-04")
    assert found["places"]["matching"] == 3 and found["shown"][0]["when"] == "4 May 2024"


def test_the_page_reads_without_scripts(client: httpx.Client) -> None:
    page = html(client, f"{QUAKES}&filter=depth+%3E+600&property=mag")
    assert 'class="first-features"' in page and "2024, " in page and "UTC</td>" in page
    assert 'name="filter" value="depth &gt; 600"' in page and 'name="property"' in page


def test_the_cut_out_holds_what_the_view_shows_in_every_form(client: httpx.Client) -> None:
    for area in ("115,-5,130,5", "POLYGON((115 -5,130 -5,130 5,115 5,115 -5))"):
        query = f"{QUAKES}&filter=depth+%3E+100&time=2024-05-04&area={area}"
        found = {each["label"]: client.get(each["href"]) for each in twin(client, query)["downloads"]}
        assert {each.status_code for each in found.values()} == {200}
        ids = [each["id"] for each in found["GeoJSON"].json()["features"]]
        assert len(ids) == twin(client, query)["first"]["count"] > 0
        assert pd.read_csv(io.StringIO(found["CSV"].text))["id"].astype(str).tolist() == ids
        assert gpd.read_parquet(io.BytesIO(found["GeoParquet"].content))["id"].tolist() == ids
        assert sorted(gpd.read_file(io.BytesIO(found["FlatGeobuf"].content))["id"].astype(str)) == sorted(ids)


def test_statistics_of_the_area_are_those_of_its_features(client: httpx.Client) -> None:
    asked = {"property": "depth", "bbox": "115,-5,130,5", "filter": "mag >= 4.5"}
    found = client.get("/ogc/collections/quakes/statistics", params=asked).json()
    frame = pd.read_csv(io.StringIO(client.get("/ogc/collections/quakes/items?f=csv").text))
    depth = frame[frame.longitude.between(115, 130) & frame.latitude.between(-5, 5) & (frame.mag >= 4.5)].depth
    assert (found["count"], found["valid"], sum(found["counts"])) == (len(depth),) * 3
    expected = [depth.min(), depth.max(), depth.mean(), depth.std(ddof=0), depth.quantile(0.02)]
    assert [
        *(found[name] for name in ("low", "high", "mean", "deviation")),
        found["percentiles"]["2"],
    ] == pytest.approx(expected)
    assert client.get("/ogc/collections/quakes/statistics").json() == {"collection": "quakes", "count": 596}
    wrong = client.get("/ogc/collections/quakes/statistics?property=weight")
    assert wrong.status_code == 400 and "“property” is “weight”" in wrong.json()["detail"]
    assert client.get("/ogc/collections/yearly/statistics").status_code == 404


def test_measures_tell_what_is_missing(house: House) -> None:
    known = house.features.known("places")
    depth = house.features.measuring.measure(known, Wanted(), "depth")
    assert isinstance(depth, Numbers) and (depth.count, depth.valid) == (100, 85)
    good = house.features.measuring.measure(known, Wanted(), "good")
    assert isinstance(good, Words) and good.values == (("false", 50), ("true", 50))
    none = house.features.measuring.measure(known, Wanted(filter=read_filter("count > 1000")), "depth")
    assert isinstance(none, Numbers) and (none.count, none.low, none.counts) == (0, None, ())


def test_features_of_others_are_not_drawn(house: House) -> None:
    with pytest.raises(NotFound):
        drawn_layer(house.as_seen_by(ANYONE), "places:features")
    with pytest.raises(NotFound, match="holds no features"):
        drawn_layer(house, "yearly:features")


FILTERS = [
    "depth > 500", "NOT depth > 500", "depth <> 10.5", "NOT (depth = 10.5 OR count < 50)", "depth IS NULL",
    "depth IS NOT NULL", "depth BETWEEN 100 AND 200", "NOT depth BETWEEN 100 AND 200", "name LIKE 'ort 00_'",
    "name NOT LIKE 'Place%'", "name IN ('ort 002', 'Place 003')", "NOT count IN (1, 2)", "good = TRUE",
    "day > DATE('2020-02-01')", "seen < TIMESTAMP('2021-06-05T00:00:00Z') AND day IS NOT NULL",
    "CASEI(name) = CASEI('ORT 002')", "count * 11 - 20 > depth", "S_INTERSECTS(geometry, BBOX(-180,-90,0,0))",
    "NOT S_INTERSECTS(geometry, POLYGON((-180 -90,0 -90,0 0,-180 0,-180 -90)))", "S_WITHIN(geometry, BBOX(-100,-60,0,60))",
    "S_DISJOINT(geometry, BBOX(-180,-90,0,0))",
]  # fmt: skip


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_written_for_geopandas_finds_the_same_features(house: House, text: str, tmp_path: Path) -> None:
    known = house.features.known("places")
    write_parquet(Reading(house.features.searching, known, Wanted(limit=1000), known.crs), tmp_path / "places.parquet")
    names = {"places": gpd.read_parquet(tmp_path / "places.parquet"), "pd": pd, "shapely": shapely}
    kept = names["places"][eval(Pandas(known, "places").condition(read_filter(text)), names)]
    found = house.features.search(known, Wanted(limit=1000, filter=read_filter(text))).features
    assert kept["id"].tolist() == [each.id for each in found] and found


@pytest.mark.parametrize(
    "text",
    ["id = 'p001'", "A_CONTAINS(tags, ('x'))", "depth / 2 > 1", "T_DURING(day, INTERVAL('2020-01-01','..'))"],
)
def test_rarer_filters_are_left_to_the_platform(house: House, text: str) -> None:
    with pytest.raises(Untold):
        Pandas(house.features.known("places"), "places").condition(read_filter(text))


def test_times_are_told_by_day_month_or_year_where_there_are_very_many(house: House) -> None:
    body = {"id": "long", "title": "Long", "description": "For years.", "license": "CC0-1.0"}
    house.catalog.register(house.owner, body, [], [])
    house.features.begin(house.owner, "long", [Field(name="at", kind="moment")], time=("at",))
    moments = pd.date_range("2000-01-01", periods=2500, freq="1D", tz="UTC")
    point = {"type": "Point", "coordinates": [1, 2]}
    bodies = [
        {"type": "Feature", "geometry": point, "properties": {"at": f"{each:%Y-%m-%dT%H:%M:%SZ}"}} for each in moments
    ]
    house.features.add(house.owner, "long", bodies)
    layer = place_layer(house, "long")
    assert layer is not None and layer.when.step == "month" and len(layer.times) == 83
    assert datetime_of(layer, "2000-02") == "2000-02-01/2000-02-29"
    known: FeatureSet = layer.known
    assert known.number == 2500
