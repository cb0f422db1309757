"""Charts and frames: drawn from real records, true to their colours."""

import io

import numpy as np
import pytest
import sample_data
from PIL import Image

from repeatpass.data.colours import hexes, ramp
from repeatpass.data.records import BadStyle
from repeatpass.web import frames
from repeatpass.web.charts import (
    ChartBand,
    ChartPoint,
    SeriesChart,
    draw_png,
    draw_svg,
    page_spec,
    series_spec,
    sparkline,
)

LOOK = frames.Colours(ramp="viridis", low=0, high=1)


def pixels(png: bytes) -> np.ndarray:
    """The picture as red, green, blue, alpha."""
    return np.array(Image.open(io.BytesIO(png)).convert("RGBA"))


def test_a_drawn_chart_is_one_picture_with_a_title() -> None:
    svg = draw_svg(series_spec(sample_data.nino()))
    assert 'role="img"' in svg and "<title>Niño 3.4 anomaly" in svg
    assert "El Niño 2009–10" in svg and "var(--chart-warm)" in svg


def test_each_theme_has_its_own_colours() -> None:
    spec = series_spec(sample_data.keeling())
    assert "#6CB7E2" in draw_svg(spec, "dark") and "#0F5E8C" in draw_svg(spec, "light")
    assert draw_png(spec).startswith(b"\x89PNG")


def test_the_page_draws_with_variables_and_a_pointer() -> None:
    spec = page_spec(sample_data.nino())
    assert spec["width"] == "container"
    assert any("params" in layer for layer in spec["layer"])
    assert "#0F5E8C" not in str(spec)


def test_values_that_are_held_stand_apart() -> None:
    points = [ChartPoint(time="2020-01-01", value=1), ChartPoint(time="2020-02-01", value=9, state="held")]
    assert "diamond" in str(series_spec(SeriesChart(title="x", unit="K", points=points)))


def test_titles_of_bands_do_not_overlap() -> None:
    from repeatpass.web.chart_layers import rows_of

    points = [ChartPoint(time=f"{year}-01-01", value=year) for year in range(2000, 2011)]
    bands = [
        ChartBand(title="A rather long name", start=f"{2000 + i}-01-01", end=f"{2000 + i}-06-01") for i in range(3)
    ]
    assert rows_of(SeriesChart(title="x", unit="", points=points, bands=bands)) == [0, 1, 0]


def test_an_empty_or_single_series_still_draws() -> None:
    for points in ((), (ChartPoint(time="2020-01-01", value=1.0),)):
        assert "<svg" in draw_svg(series_spec(SeriesChart(title="x", unit="K", points=points)))
    assert sparkline([1.0]) == ""
    assert "M" in sparkline([1.0, None, 2.0, 3.0])


def test_a_frame_is_north_up_and_begins_where_asked() -> None:
    lat, lon = np.arange(-1.5, 2), np.arange(0.5, 360, 1)
    values = np.broadcast_to(lon, (4, 360))
    made = frames.raster_from(values, lat, lon)
    assert made.bounds == (-180, -2, 180, 2)
    assert made.values[0, 0] == 180.5
    assert frames.raster_from(values, lat, lon, west=0).values[0, 0] == 0.5


def test_no_data_is_clear_or_hatched() -> None:
    values = np.full((12, 12), np.nan)
    values[0] = 1.0
    raster = frames.Raster(values=values, bounds=(0, 0, 1, 1))
    clear = pixels(frames.draw_png(raster, LOOK))
    assert clear[0, 0].tolist() == [*ramp("viridis")[-1]] and clear[5, 5, 3] == 0
    hatched = pixels(frames.draw_png(raster, LOOK, gap="hatch"))
    assert {tuple(p) for p in hatched[6].tolist()} == {(0, 0, 0, 0), (*frames.LINE, 255)}


def test_a_small_scene_goes_onto_the_local_projection() -> None:
    raster = frames.Raster(
        values=np.arange(100.0).reshape(10, 10), bounds=(500000, 5000000, 501000, 5001000), crs="EPSG:32633"
    )
    moved = frames.onto(raster, frames.LOCAL)
    assert moved.crs == frames.LOCAL and set(moved.values[np.isfinite(moved.values)]) <= set(range(100))
    assert frames.projection_for((15, 45, 15.1, 45.1)) == frames.LOCAL
    assert frames.projection_for((-180, -60, 180, 60)) == frames.WORLD


def test_the_same_frame_has_the_same_bytes() -> None:
    assert sample_data.ocean_frame("2010-01-01") == sample_data.ocean_frame("2010-01-01")


def test_an_unknown_ramp_is_named() -> None:
    with pytest.raises(BadStyle, match="rainbows"):
        hexes("rainbows")
