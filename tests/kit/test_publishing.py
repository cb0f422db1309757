"""`repeatpass.publish` and `repeatpass.output`: the manifest, and the same bytes for the same result."""

import json
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import rioxarray  # noqa: F401
import xarray as xr
from matplotlib.figure import Figure
from shapely.geometry import Point

import repeatpass
from repeatpass.kit.errors import BadOutput
from repeatpass.kit.publishing import manifest


@pytest.fixture
def grid() -> xr.DataArray:
    grid = xr.DataArray(
        np.arange(12, dtype="float32").reshape(3, 2, 2),
        dims=("time", "y", "x"),
        coords={"time": pd.date_range("2010-01-01", periods=3, freq="MS"), "y": [1.0, 0.0], "x": [5.0, 6.0]},
    )
    return grid.rio.write_crs("EPSG:4326")


def figure() -> Figure:
    drawing = Figure(figsize=(2, 1))
    drawing.subplots().plot([1, 2, 3])
    return drawing


def test_values_are_written_with_seven_columns_and_iso_times(outputs: Path) -> None:
    times = [pd.Timestamp("2010-01-01"), pd.Timestamp("2010-02-01 06:30")]
    frame = pd.DataFrame({"place": "a", "time": times, "value": [0.1, np.nan], "flag": ["", "few"]})
    path = repeatpass.publish(frame, "series", title="A series", unit="K")
    assert path.read_text() == (
        "place,time,value,lower,upper,reference,flag\na,2010-01-01,0.1,,,,\na,2010-02-01T06:30:00Z,,,,,few\n"
    )
    (entry,) = manifest(outputs)
    assert (entry.name, entry.path, entry.kind, entry.unit) == ("series", "series.csv", "values", "K")


def test_times_in_another_zone_become_utc_and_wrong_ones_are_refused(outputs: Path) -> None:
    frame = pd.DataFrame({"place": "a", "time": ["2010-01-01T01:00:00+01:00"], "value": [1.0]})
    assert "a,2010-01-01,1.0" in repeatpass.publish(frame, "series").read_text()
    with pytest.raises(BadOutput, match="is not a time"):
        repeatpass.publish(frame.assign(time="soon"), "series")
    with pytest.raises(BadOutput, match="not colour"):
        repeatpass.publish(frame.assign(colour="red"), "series")


def test_other_tables_keep_an_index_that_means_something(outputs: Path) -> None:
    frame = pd.DataFrame({"n": [1]}, index=pd.Index(["water"], name="cover"))
    assert repeatpass.publish(frame, "covers").read_text() == "cover,n\nwater,1\n"
    assert repeatpass.publish(frame.reset_index(), "plain").read_text() == "cover,n\nwater,1\n"
    assert [each.kind for each in manifest(outputs)] == ["table", "table"]


def test_a_raster_carries_unit_title_crs_and_times(outputs: Path, grid: xr.DataArray) -> None:
    path = repeatpass.publish(grid, "sst-map", title="Temperature", unit="degC")
    with xr.open_dataset(path, engine="h5netcdf", decode_coords="all") as read:
        xr.testing.assert_equal(read["sst_map"].drop_vars("spatial_ref"), grid.drop_vars("spatial_ref"))
        assert read["sst_map"].attrs["units"] == "degC"
        assert read["sst_map"].attrs["long_name"] == "Temperature"
        assert read.rio.crs.to_epsg() == 4326


def test_every_kind_has_the_same_bytes_the_second_time(outputs: Path, grid: xr.DataArray) -> None:
    places = geopandas.GeoDataFrame({"n": [1]}, geometry=[Point(0, 1)], crs="EPSG:4326")
    spec = {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "mark": "line"}
    makers = [lambda: grid * 2, figure, lambda: places.copy(), lambda: dict(reversed(spec.items()))]
    for number, make in enumerate(makers):
        first = repeatpass.publish(make(), f"first-{number}").read_bytes()
        again = repeatpass.publish(make(), f"first-{number}").read_bytes()
        assert first == again
    kinds = [(each.kind, each.media_type) for each in manifest(outputs)]
    assert kinds == [
        ("raster", "application/x-netcdf"),
        ("figure", "image/png"),
        ("table", "application/vnd.apache.parquet"),
        ("figure", "application/vnd.vegalite.v6+json"),
    ]


def test_publishing_a_name_again_replaces_its_line(outputs: Path) -> None:
    repeatpass.publish(figure(), "a", title="old")
    repeatpass.publish(figure(), "b")
    repeatpass.publish(figure(), "a", title="new")
    assert [(each.name, each.title) for each in manifest(outputs)] == [("b", ""), ("a", "new")]


def test_a_file_of_ones_own_is_registered_where_it_will_lie(outputs: Path) -> None:
    path = repeatpass.output("maps/note.txt", title="A note")
    path.write_text("hello")
    (entry,) = manifest(outputs)
    assert (outputs / entry.path).read_text() == "hello"
    assert (entry.kind, entry.media_type, entry.title) == ("file", "text/plain", "A note")


@pytest.mark.parametrize("name", ["../out.txt", "/tmp/out.txt", "", ".", "a//../b", "manifest.jsonl", ".hidden"])
def test_no_output_leaves_its_folder(outputs: Path, name: str) -> None:
    with pytest.raises(BadOutput):
        repeatpass.output(name)


def test_what_cannot_be_published_is_refused_with_a_way_out(outputs: Path) -> None:
    with pytest.raises(BadOutput, match=r"repeatpass\.output"):
        repeatpass.publish(object(), "numbers")
    with pytest.raises(BadOutput, match="not a name"):
        repeatpass.publish(figure(), "a/b")


def test_outputs_go_to_the_working_folder_without_a_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REPEATPASS_OUTPUTS", raising=False)
    monkeypatch.chdir(tmp_path)
    assert repeatpass.publish(figure(), "a") == tmp_path / "outputs" / "a.png"


def test_an_altair_chart_is_published_as_its_specification(outputs: Path) -> None:
    import altair

    data = pd.DataFrame({"x": [1, 2], "y": [3, 4]})
    path = repeatpass.publish(altair.Chart(data).mark_line().encode(x="x", y="y"), "chart")
    spec = json.loads(path.read_text())
    assert spec["mark"]["type"] == "line" and "vega-lite" in spec["$schema"]
    (entry,) = manifest(outputs)
    assert (entry.path, entry.kind) == ("chart.vl.json", "figure")


def test_the_order_of_coordinates_does_not_depend_on_how_a_raster_was_made(outputs: Path, grid: xr.DataArray) -> None:
    """xarray keeps some names in sets; their order must not reach the bytes."""
    turned = xr.Dataset({"t": grid.variable}, {name: grid[name].variable for name in reversed(list(grid.coords))})
    first = repeatpass.publish(grid.rename("t"), "raster").read_bytes()
    assert repeatpass.publish(turned["t"], "raster").read_bytes() == first


def test_a_pointer_to_bounds_that_are_not_published_is_left_out(outputs: Path, grid: xr.DataArray) -> None:
    grid["time"].attrs["bounds"] = "time_bnds"
    with xr.open_dataset(repeatpass.publish(grid, "raster"), engine="h5netcdf") as read:
        assert "bounds" not in {**read["time"].attrs, **read["time"].encoding}
    assert grid["time"].attrs["bounds"] == "time_bnds"  # what the notebook holds is not touched


@pytest.mark.parametrize(
    ("thing", "text"),
    [
        (14.5, "14.5"),
        ("Grüezi", '"Grüezi"'),
        (True, "true"),
        (None, "null"),
        ([1, [2]], "[1, [2]]"),
        ({"b": 1, "a": None}, '{"b": 1, "a": null}'),
        (np.float32(0.5), "0.5"),
        (np.int64(3), "3"),
    ],
)
def test_a_plain_value_is_published_as_json(outputs: Path, thing: object, text: str) -> None:
    path = repeatpass.publish(thing, "value")
    (entry,) = manifest(outputs)
    assert path.read_text("utf-8") == text + "\n"
    assert (entry.kind, entry.media_type, entry.path) == ("literal", "application/json", "value.json")


@pytest.mark.parametrize("thing", [float("nan"), [float("inf")], {"a": object()}])
def test_what_json_cannot_say_is_refused(outputs: Path, thing: object) -> None:
    with pytest.raises(BadOutput, match="cannot be published as a value"):
        repeatpass.publish(thing, "value")
