"""Answers put together from what was read."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from repeatpass.data.records import Layer, Style
from repeatpass.data.series.fields import Field
from repeatpass.data.series.finding import Opened
from repeatpass.data.series.grids import Grid
from repeatpass.data.series.reading import Deadline, blocks, runs_of
from repeatpass.data.series.records import Cell, Covered, Cube, TimeSeries, Variable
from repeatpass.data.series.weights import Part

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def places_of(stored: Sequence[str], times: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of a time's place where it is stored and in *times*, in the order of storing, each time once."""
    places = {time: place for place, time in enumerate(times)}
    found: dict[int, int] = {}
    for place, time in enumerate(stored):
        if time in places:
            found.setdefault(places[time], place)
    return sorted((place, target) for target, place in found.items())


def cell_of(grid: Grid, cell: tuple[int, int]) -> Cell:
    """Return the middle of a cell in degrees."""
    x, y = grid.centre(*cell)
    if not grid.geographic:
        from pyproj import Transformer

        x, y = Transformer.from_crs(grid.system, "EPSG:4326", always_xy=True).transform(x, y)
    return Cell(lon=(x + 180) % 360 - 180, lat=y)


def covered_by(parts: Sequence[Part]) -> Covered:
    """Return what windows hold together."""
    import numpy as np

    return Covered(
        cells=int(sum(np.count_nonzero(part.weights) for part in parts)),
        area=float(sum(part.weights.sum() for part in parts)),
    )


def series_of(
    layer: Layer,
    style: Style,
    times: Sequence[str],
    values: Mapping[str, Mapping[str, "NDArray[np.float64]"]],
    at: Cell | Covered,
    copied: bool,
) -> TimeSeries:
    """Put together what was found: *values* by name and statistic."""
    variables = [
        Variable(name=style.index or name, title=title_of(layer, name), unit=unit_of(layer, name), values=found)
        for name, found in values.items()
    ]
    return TimeSeries(layer=layer.id, title=layer.title, times=times, variables=variables, at=at, copied=copied)


def unit_of(layer: Layer, name: str) -> str:
    """Return the unit of a band or of the layer's own variable; formulas and other variables have none here."""
    return layer.unit if layer.kind == "raster" or name == layer.name else ""


def title_of(layer: Layer, name: str) -> str:
    """Return what people call a variable, a band or a formula of *layer*."""
    if layer.kind == "cube":
        return layer.title if name == layer.name else name
    return next((band.title or name for band in layer.bands if band.name == name), name)


def cubes_of(layer: Layer, opened: Opened, part: Part, times: Sequence[str], deadline: Deadline) -> Iterator[Cube]:
    """Read the cells of a window at *times*, a cube for each name; none outside of the area."""
    grid = opened.any.grid
    x, y = ((edges[:-1] + edges[1:]) / 2 for edges in (grid.x, grid.y))
    places = [place for place, _ in places_of(opened.any.times, times)]
    for name, field in opened.fields.items():
        yield Cube(
            layer=layer.id,
            title=title_of(layer, name),
            crs=grid.crs,
            x=x[part.columns],
            y=y[part.rows],
            times=[field.times[place] for place in places],
            name=name,
            unit=unit_of(layer, name),
            values=_read(field, places, part, deadline),
        )


def _read(field: Field, places: Sequence[int], part: Part, deadline: Deadline) -> "NDArray[np.float64]":
    import numpy as np

    found = np.full((len(places), *part.weights.shape), np.nan)
    at = {place: number for number, place in enumerate(places)}
    for stretch in runs_of(places):
        for times, rows in blocks(field, stretch, part.rows, part.columns):
            deadline.check()
            where = slice(at[times.start], at[times.stop - 1] + 1)
            found[where, rows.start - part.rows.start : rows.stop - part.rows.start] = field.read(
                times, rows, part.columns
            )
    found[:, part.weights <= 0] = np.nan
    return found
