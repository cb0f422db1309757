"""Files as the original dashboards write them; the places and numbers are made up."""

import csv
import json
from pathlib import Path
from typing import Any

HEADER = (
    "AOI", "AOI_ID", "Country", "Region", "City", "Site Name", "Description", "Indicator code", "Indicator Name",
    "Measurement Value", "Indicator Value", "Color code", "Time", "EO Sensor", "Input Data", "Reference time",
    "Reference value", "Data Provider", "Update Frequency", "Colour of the sky",
)  # fmt: skip
HARBOUR = (
    "51.09,3.74",
    "BE3",
    "BE",
    "/",
    "Ghent",
    "North Sea Port",
    "Ships that lie in the port",
    "E1",
    "Ships [count]",
)
TAIL = ("Sentinel-1", "S1A", "2019-03-01T00:00:00", "120", "ESA / Example team", "weekly", "blue")
LOCKDOWN = {
    "BEL": [
        {"start": "2020-03-18", "end": "2020-05-04", "value": 2},
        {"start": "2020-05-04", "end": "2020-06-08", "value": 1},
        {"start": "2020-11-02", "end": None, "value": 2},
        {"start": "2020-12-02", "end": "2020-12-09", "value": 7},
    ],
    "FRA": [{"start": "2020-03-17", "end": "2020-05-11", "value": 2}],
}


def ships(*cells: tuple[str, str, str, str]) -> list[tuple[str, ...]]:
    """Return rows of the harbour: number, judgement, colour, time."""
    return [(*HARBOUR, *each, *TAIL) for each in cells]


CLEAN = ships(
    ("96", "Low", "RED", "2020-03-01T00:00:00"),
    ("101.5", "Normal", "BLUE", "2020-03-08T00:00:00"),
    ("140", "High", "GREEN", "2020-03-15T00:00:00"),
)
DIRTY = ships(
    ("96", "Low", "RED", "2020-03-01T00:00:00"),  # as one of the clean rows
    ("", "", "BLACK", "2020-03-22T00:00:00"),  # a gap
    ("1,204", "High", "GREEN", "2020-03-29T00:00:00"),  # no number
    ("99", "Low", "RED", "29 March 2020"),  # no time
    ("110", "Normal", "BLUE", "2020-04-05T00:00:00"),  # these two disagree
    ("130", "High", "GREEN", "2020-04-05T00:00:00"),
)


def write_csv(path: Path, rows: list[tuple[str, ...]]) -> Path:
    """Write rows below the header."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return path


def air(*rows: tuple[str, Any, Any]) -> list[dict[str, Any]]:
    """Return JSON rows: time, number as text, reference."""
    return [
        {
            "time": time, "measurement_value": number, "indicator_value": "", "color_code": "", "reference_time": "",
            "reference_value": reference, "eo_sensor": "TROPOMI", "input_data": "", "data_provider": "Example team",
        }
        for time, number, reference in rows
    ]  # fmt: skip


def write_json(path: Path, value: Any) -> Path:
    """Write JSON, and the folders that lead to it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def overview(aoi: str, code: str, **more: str) -> dict[str, str]:
    """Return a row that tells where a place is."""
    return {
        "aoi": "48.2,16.37", "aoiID": aoi, "country": "AT", "indicator": code, "city": "Vienna", "siteName": "",
        "indicatorName": "Nitrogen dioxide", "yAxis": "NO2 column [µmol/m²]", "subAoi": "",
        "lastTime": "2020-01-02T00:00:00",
    } | more  # fmt: skip


def write_air(folder: Path) -> Path:
    """Write the JSON series of one place, with its overview."""
    band = "[51.0,4.5,60.5,40.25]"
    rows = air(("2020-01-01T00:00:00", "50.5", band), ("2020-01-02T00:00:00", "47", band))
    write_json(folder / "internal" / "AT1-N1.json", [*rows, *rows[:1] * 3])
    outline = "POLYGON((16.2 48.1,16.6 48.1,16.6 48.3,16.2 48.3,16.2 48.1))"
    write_json(folder / "pois.json", [overview("AT1", "N1", subAoi=outline), overview("XX9", "E99")])
    return folder
