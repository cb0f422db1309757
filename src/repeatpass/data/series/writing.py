"""Series as JSON and CSV."""

import csv
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from repeatpass.data.series.records import STATISTICS, VALUE, WEIGHTING, Cell, Cube, TimeSeries

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COLUMNS = ("parameter", "time", "x", "y", "value", "unit", "crs")


def numbers(values: "NDArray[np.float64]") -> list[float | None]:
    """Return numbers as JSON has them: null where there is none."""
    return [value if value == value else None for value in values.tolist()]  # NaN is the one that is not itself


def as_json(found: TimeSeries) -> dict[str, Any]:
    """Return a series as a document of its own form."""
    at_point = isinstance(found.at, Cell)
    place = {"lon": found.at.lon, "lat": found.at.lat} if isinstance(found.at, Cell) else _covered(found)
    kinds = [kind for kind in STATISTICS if any(kind in each.values for each in found.variables)]
    return {
        "layer": found.layer,
        "title": found.title,
        "kind": "point" if at_point else "area",
        **({"cell": place} if at_point else {"area": place, "weighting": WEIGHTING}),
        **({} if at_point else {"statistics": {kind: STATISTICS[kind] for kind in kinds}}),
        "read": "copy in long chunks" if found.copied else "original",
        "times": [time or None for time in found.times],
        "variables": [
            {
                "name": each.name,
                "title": each.title,
                "unit": each.unit,
                "values": {kind: numbers(values) for kind, values in each.values.items()},
            }
            for each in found.variables
        ],
    }


def _covered(found: TimeSeries) -> dict[str, Any]:
    assert not isinstance(found.at, Cell)
    return {"cells": found.at.cells, "square_metres": found.at.area}


def as_csv(found: TimeSeries) -> str:
    """Return a table with a row for each time; of several variables each has columns with its name before."""
    many = len(found.variables) > 1
    columns = [
        (_column(each.name, kind, many), numbers(values))
        for each in found.variables
        for kind, values in each.values.items()
    ]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["time", *(name for name, _ in columns)])
    writer.writerows(zip(found.times, *(values for _, values in columns), strict=True))
    return out.getvalue()


def _column(name: str, kind: str, many: bool) -> str:
    if kind == VALUE:
        return name if many else VALUE
    return f"{name}_{kind}" if many else kind


def cells_as_csv(found: Iterable[Cube]) -> str:
    """Return a row for each cell that has a value: its variable, time, x and y in units of its system."""
    import numpy as np

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for cube in found:
        for time, rows, columns in np.argwhere(np.isfinite(cube.values)).tolist():
            value = float(cube.values[time, rows, columns])
            place = (float(cube.x[columns]), float(cube.y[rows]))
            writer.writerow([cube.name, cube.times[time], *place, value, cube.unit, cube.crs[:80]])
    return out.getvalue()


def points_as_csv(found: Iterable[Iterable[TimeSeries]]) -> str:
    """Return a row for each value at each point, in the same columns as `cells_as_csv`; x and y are degrees."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for series in (each for point in found for each in point):
        place = (series.at.lon, series.at.lat) if isinstance(series.at, Cell) else ("", "")
        for variable in series.variables:
            for time, value in zip(series.times, numbers(variable.values[VALUE]), strict=True):
                writer.writerow([variable.name, time, *place, value, variable.unit, "CRS84"])
    return out.getvalue()
