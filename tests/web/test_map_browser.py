"""The map browser as pages and files: its list, its form, its areas, and notebooks that open exactly the view."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import nbformat
import numpy as np
import pytest
from browser_house import client_of, fill, told
from tests.houses import working_house

from repeatpass.access import Actor, Role
from repeatpass.assembly import House
from repeatpass.catalog.records import Visibility
from repeatpass.core.errors import Invalid
from repeatpass.web.browsing.asked import Shown, Sight, read_sight
from repeatpass.web.browsing.code import python_of
from repeatpass.web.browsing.shape_files import shape_of_file
from repeatpass.web.browsing.shapes import read_shape

HTML = {"accept": "text/html"}
TRIANGLE = "POLYGON((0 10,40 10,20 60,0 10))"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home = tmp_path_factory.mktemp("browser")
    with working_house(home / "home") as made:
        fill(made, home / "made")
        yield made


@pytest.fixture(scope="module")
def client(house: House) -> httpx.Client:
    return client_of(house)


def page(client: httpx.Client, query: str) -> str:
    found = client.get(f"/browser?{query}", headers=HTML)
    assert found.status_code == 200, found.text
    return found.text


def test_an_address_says_a_whole_view_and_is_read_again_as_it_was_written() -> None:
    view = Sight(
        layers=(
            Shown(layer="world:sst", time="2001-03", rescale="270,300", colormap="thermal", opacity=60, side="left"),
            Shown(layer="scene:data", expression="(B08 - B04) / (B08 + B04)", hidden=True, dimensions="depth=10"),
        ),
        on=1, view="EPSG:3413", at=(11.5, 48.1, 4.25), base="relief", compare="swipe", split=30,
        area=read_shape(TRIANGLE), point=(1.5, -2.25), q="tags:ocean", group="mine",
    )  # fmt: skip
    assert read_sight(dict(httpx.QueryParams(view.query()))) == view
    assert Sight().href() == "/browser"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("on=7", "on is “7”"),
        ("opacity=200&layer=x:y", "opacity is “200”"),
        ("view=mercator", "view is “MERCATOR”"),
        ("layer=world:sst&view=EPSG:2154", "view is “EPSG:2154”"),
        ("at=1,2", "at is “1,2”"),
        ("point=1,95", "point is “1,95”"),
        ("base=google", "base is “google”"),
        ("compare=blink", "compare is “blink”"),
        ("group=free", "group is “free”"),
        ("area=1,2,3", "west,south,east,north"),
        ("area=0,50,10,40", "south less than north"),
        ("area=POINT(1 2)", "it must be a Polygon or MultiPolygon"),
        ("area=POLYGON((0 0,", "no well-known text"),
        ("area=POLYGON((0 0,10 10,10 0,0 10,0 0))", "the polygon is not sound"),
        ("area=POLYGON((0 0,500000 0,0 500000,0 0))", "longitudes from"),
    ],
)
def test_a_field_that_says_something_impossible_is_named(client: httpx.Client, query: str, said: str) -> None:
    answer = client.get(f"/browser.json?{query}")
    assert answer.status_code == 400 and said in answer.json()["detail"], answer.text


def test_the_page_lists_layers_by_what_one_may_do_with_them_and_links_what_is_sold_elsewhere(
    client: httpx.Client,
) -> None:
    text = page(client, "")
    assert 'data-add="world:sst"' in text and 'data-add="scene:data"' in text
    sold = page(client, "group=commercial")
    assert "described and priced by" in sold and 'href="https://company.example/prices"' in sold
    assert "data-add" not in sold
    assert "On demand: described" in page(client, "group=demand")
    assert 'data-add="scene:data"' not in page(client, "q=world")
    assert "No collection speaks of “nothing-such”." in page(client, "q=nothing-such")


def test_the_twin_is_the_same_record(client: httpx.Client) -> None:
    twin = client.get("/browser.json?layer=world:sst&time=2001-03").json()
    assert twin["shown"][0]["when"] == "March 2001"
    assert twin["data"]["layers"]["world:sst"]["times"][2] == "2001-03-01T00:00:00Z"
    assert [each["crs"] for each in twin["data"]["projections"]] == ["EPSG:3857", "EPSG:4326", "EPSG:3413", "EPSG:3031"]


def test_without_scripts_there_are_a_form_a_still_map_and_links(client: httpx.Client) -> None:
    text = page(client, "layer=world:sst&time=2001-03&colormap=thermal")
    assert '<option value="2001-03-01T00:00:00Z" selected>March 2001</option>' in text
    assert text.count('<option value="2001-') + text.count('<option value="2002-') == 18
    picture = client.get("/browser/picture.png?layer=world:sst&time=2001-03&colormap=thermal")
    assert picture.headers["content-type"] == "image/png" and picture.content[:4] == b"\x89PNG"
    assert 'href="/tiles/world:sst/cutout?time=2001-03&amp;colormap=thermal&amp;format=nc"' in text


def test_bands_indices_and_formulas_are_offered_where_the_data_have_them(client: httpx.Client) -> None:
    text = page(client, "layer=scene:data")
    assert '<option value="NDVI">NDVI, Normalized Difference Vegetation Index</option>' in text
    assert '<option value="B08">B08, nir</option>' in text or '<option value="B08">B08' in text
    ndvi = page(client, "layer=scene:data&index=NDVI")
    assert "(B08 - B04) / (B08 + B04)" in ndvi and 'id="legend"' in ndvi
    assert "NDVI, Normalized" not in page(client, "layer=world:sst")


def test_what_cannot_be_drawn_says_why_beside_its_name(client: httpx.Client) -> None:
    assert "uses B99" in page(client, "layer=scene:data&expression=B99%2B1")
    assert "There is no layer “world:salt”" in page(client, "layer=world:salt")
    assert "spyndex has no index" in page(client, "layer=scene:data&index=XYZZY")


def test_a_view_of_data_in_utm_or_at_the_pole_offers_their_projection(client: httpx.Client) -> None:
    utm = client.get("/browser.json?layer=scene:data&view=EPSG:32632").json()
    known = next(each for each in utm["data"]["projections"] if each["crs"] == "EPSG:32632")
    assert known["title"] == "UTM zone 32 north" and known["tms"] == "EPSG32632Quad" and "+zone=32" in known["proj4"]
    assert client.get("/browser.json?layer=arctic:data").json()["data"]["suited"] == "EPSG:3413"


@pytest.mark.parametrize(("tms", "layer"), [("EPSG32632Quad", "scene:data"), ("EPSG3413Quad", "arctic:data")])
def test_a_tile_in_the_datas_own_projection_holds_its_cells_unbent(
    client: httpx.Client, house: House, tms: str, layer: str
) -> None:
    from PIL import Image

    from repeatpass.data.tilesets import tile_matrix_set

    grid, bounds = tile_matrix_set(tms), house.layers.layer(layer).bounds
    zoom = 8 if "326" in tms else 2
    size = grid.matrix(zoom).cellSize * 256
    left, top = grid.xy_bbox.left, grid.xy_bbox.top
    x, y = int(((bounds[0] + bounds[2]) / 2 - left) // size), int((top - (bounds[1] + bounds[3]) / 2) // size)
    found = client.get(f"/tiles/{layer}/{tms}/{zoom}/{x}/{y}.png")
    assert found.status_code == 200, found.text
    alpha = np.asarray(Image.open(io.BytesIO(found.content)).convert("RGBA"))[..., 3]
    rows, columns = np.nonzero(alpha)
    assert alpha[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].mean() > 0.95 * 255  # a rectangle
    assert client.get(f"/tiles/{layer}/EPSG32699Quad/0/0/0.png").status_code == 404


def test_what_is_private_is_neither_listed_nor_drawn_for_others(client: httpx.Client, house: House) -> None:
    from browser_house import put
    from tests.layers import File

    put(house, "secret", File(path=house.files.path(house.layers.layer("world:sst").sources[0].checksum)))
    from repeatpass.catalog.store import collections

    with house.database.write() as connection:
        private = {"visibility": Visibility.PRIVATE, "owner": "ada"}
        connection.execute(collections.update().where(collections.c.id == "secret").values(**private))
    reader, ada = (Actor(id=id, name=id, role=Role.SCIENTIST) for id in ("bob", "ada"))
    from repeatpass.web.browsing.listing import listing_of

    assert listing_of(house, reader, "secret", "").total == 0
    mine = listing_of(house, ada, "secret", "mine")
    assert [each.entry.id for each in mine.listed] == ["secret"]


def test_an_area_is_read_from_the_files_people_have(client: httpx.Client, tmp_path: Path) -> None:
    import geopandas
    import shapely

    square = geopandas.GeoDataFrame(geometry=[shapely.box(10, 45, 12, 47)], crs=4326)
    square.to_crs(32632).to_file(tmp_path / "a.gpkg")
    square.to_file(tmp_path / "a.geojson")
    square.to_file(tmp_path / "a.kml", driver="KML")
    square.to_file(tmp_path / "a.fgb", driver="FlatGeobuf")
    square.to_file(tmp_path / "shape.shp")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        for part in tmp_path.glob("shape.*"):
            packed.write(part, part.name)
    for name in ("a.gpkg", "a.geojson", "a.kml", "a.fgb", "a.zip"):
        answer = client.post(f"/browser/areas?name={name}", content=(tmp_path / name).read_bytes())
        assert answer.status_code == 200, f"{name}: {answer.text}"
        assert np.allclose(answer.json()["bbox"], (10, 45, 12, 47), atol=0.02), name
        assert read_shape(answer.json()["area"]).geometry.area == pytest.approx(4, rel=0.02)


def test_an_area_with_a_long_outline_is_made_short_enough_for_an_address() -> None:
    import shapely

    rough = shapely.Point(10, 45).buffer(3, quad_segs=20_000)
    found = shape_of_file("rough.geojson", shapely.to_geojson(rough).encode())
    assert found.said.startswith("Simplified from ") and len(found.shape.text) < 12_000
    assert found.shape.geometry.area == pytest.approx(rough.area, rel=0.01)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.geojson", b"", "is empty"),
        ("a.geojson", b'{"type": "Featu', "cannot be read as GeoJSON"),
        ("a.gpkg", b"not a database", "cannot be read as GPKG"),
        ("a.zip", b"PK\x03\x04broken", "not a zip file"),
        ("a.json", b'<OGRVRTDataSource><OGRVRTLayer name="x"/></OGRVRTDataSource>', "its content is something else"),
        ("a.kml", b"<OGRVRTDataSource><!-- <kml> --></OGRVRTDataSource>", "its content is something else"),
        ("a.docx", b"x", "ends in .docx"),
        ("nothing", b"x", "ends in nothing"),
        ("a.geojson", b'{"type":"Point","coordinates":[1,2]}', "none is a polygon"),
        ("a.geojson", b'{"type":"FeatureCollection","features":[]}', ""),
    ],
)
def test_a_file_that_is_no_area_gets_a_precise_answer(
    client: httpx.Client, name: str, content: bytes, said: str
) -> None:
    answer = client.post(f"/browser/areas?name={name}", content=content)
    assert answer.status_code == 400 and said in answer.json()["detail"], answer.text


def test_a_zip_that_holds_more_than_a_shapefile_is_refused() -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as packed:
        packed.writestr("a.shp", b"")
        packed.writestr("a.vrt", b"<OGRVRTDataSource/>")
    with pytest.raises(Invalid, match=r"nothing else; it holds a\.vrt"):
        shape_of_file("a.zip", sink.getvalue())


def test_a_zip_that_would_unpack_to_too_much_is_refused() -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("bomb.shp", bytes(201_000_000))
    with pytest.raises(Invalid, match="would unpack to"):
        shape_of_file("bomb.zip", sink.getvalue())


def notebook(client: httpx.Client, query: str) -> Any:
    answer = client.get(f"/browser/notebook.ipynb?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/x-ipynb+json")
    return nbformat.reads(answer.text, as_version=4)


PROOF = """
import json
names = sorted({"shown", "shown_2"} & set(globals()))
told = {}
for name in names:
    field = globals()[name]
    from rasterio.warp import transform
    (x,), (y,) = transform("EPSG:4326", field.rio.crs, [lon], [lat])
    told[name] = np.atleast_1d(field.sel(x=x, y=y, method="nearest").values).tolist() + [int(field.count())]
repeatpass.publish(json.dumps(told), "told")
"""


def executed(house: House, made: Any, lon: float, lat: float) -> dict[str, list[float]]:
    """Run the notebook with one cell more that tells the values at a place, in the real executor."""
    made.cells.append(nbformat.v4.new_code_cell(f"lon, lat = {lon}, {lat}\n{PROOF}"))
    return told(house, made)


VIEWS = [
    ("layer=world:sst&time=2001-05&colormap=thermal&rescale=270,300&area=0,10,40,60&point=21,29", 21.0, 29.0),
    (f"layer=world:sst&expression=sst-273.15&mask=ice<0.4&area={TRIANGLE}", 20.0, 25.0),
    ("layer=world:ice&area=170,-40,-170,-20&colormap=ice", 177.0, -31.0),
    ("layer=scene:data&index=NDVI", 9.1, 47.0),
    ("layer=scene:data&at=9.1,47,11&layer.2=world:sst", 9.1, 47.0),
    ("layer=arctic:data&view=EPSG:3413", 30.0, 85.0),
]


@pytest.mark.parametrize(("query", "lon", "lat"), VIEWS)
def test_the_notebook_of_a_view_runs_and_holds_the_values_that_the_map_shows(
    client: httpx.Client, house: House, query: str, lon: float, lat: float
) -> None:
    told = executed(house, notebook(client, query), lon, lat)
    sight = read_sight(dict(httpx.QueryParams(query)))
    for shown, (name, values) in zip(sight.layers, told.items(), strict=True):
        asked = shown.style() | {"lon": str(lon), "lat": str(lat)}
        point = client.get(f"/tiles/{shown.layer}/point", params=asked).json()["values"]
        assert np.allclose(values[:-1], [each["value"] for each in point], rtol=1e-5), name
        assert values[-1] > 0


def test_the_notebook_of_an_area_holds_the_cells_that_the_statistics_count(client: httpx.Client, house: House) -> None:
    geometry = json.dumps(read_shape(TRIANGLE).geojson())
    counted = client.get("/tiles/world:sst/statistics", params={"area": geometry, "time": "2001-05"}).json()["bands"][0]
    told = executed(house, notebook(client, f"layer=world:sst&time=2001-05&area={TRIANGLE}"), 20.0, 30.0)
    assert told["shown"][-1] == counted["valid"]


def test_names_that_mean_something_in_python_are_told_apart() -> None:
    assert python_of("(area - low) / where(area > 0, sqrt(B08), lambda_)") == (
        "(area_ - low_) / xr.where(area_ > 0, np.sqrt(B08), lambda_)"
    )


def test_a_view_without_a_layer_or_with_its_area_elsewhere_makes_no_notebook(client: httpx.Client) -> None:
    assert "shows no layer" in client.get("/browser/notebook.ipynb").json()["detail"]
    answer = client.get("/browser/notebook.ipynb?layer=scene:data&area=100,0,110,10")
    assert answer.status_code == 400 and "outside of scene:data" in answer.json()["detail"]
    assert client.get("/browser/notebook.ipynb?layer=world:none").status_code == 404


def test_a_notebook_is_put_among_ones_own_and_the_same_view_is_the_same_notebook(
    client: httpx.Client, house: House
) -> None:
    token = house.access.issue_token(house.owner, house.owner.id, "tests").secret
    asked: dict[str, Any] = {"follow_redirects": False, "headers": {"authorization": f"Bearer {token}"}}
    assert client.post("/browser/notebook?layer=world:sst").status_code == 403  # nobody is signed in
    first = client.post("/browser/notebook?layer=world:sst", **asked)
    again = client.post("/browser/notebook?layer=world:sst", **asked)
    assert first.status_code == 303, first.text
    assert first.headers["location"] == again.headers["location"]
    assert "world" in client.get(first.headers["location"], headers=HTML).text


def test_a_collection_alone_leads_to_its_first_layer_by_its_whole_name(client: httpx.Client) -> None:
    answer = client.get("/browser?layer=world&opacity=50", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/browser?layer=world:sst&opacity=50"
    assert client.get("/browser?layer=nowhere", follow_redirects=False).status_code == 200
