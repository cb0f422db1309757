"""Series of layers: at a point, over an area, and the cells themselves."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from repeatpass.catalog.room import Catalog
from repeatpass.core.errors import Unavailable
from repeatpass.data.covering import touching
from repeatpass.data.images import Wanted, wanted_of
from repeatpass.data.records import Layer, Source, Style
from repeatpass.data.series.answers import cell_of, covered_by, cubes_of, places_of, series_of
from repeatpass.data.series.copies import Copies
from repeatpass.data.series.finding import Finding
from repeatpass.data.series.grids import Grid
from repeatpass.data.series.places import Area, Point
from repeatpass.data.series.reading import Deadline, add_area, at_cell
from repeatpass.data.series.records import STATISTICS, VALUE, Cell, Cube, Outside, TimeSeries, TooLarge
from repeatpass.data.series.totals import Totals
from repeatpass.data.series.weights import Part, parts_of
from repeatpass.data.times import chosen_times
from repeatpass.storage.files import FileArea

MOST_CELLS = 9_000_000  # of a box that an area is weighed in: some 400 MB for a moment
MOST_VALUES = 2_000_000_000  # that one series reads
MOST_CUBE = 2_000_000  # values that are given as they are
MOST_TIMES = 200_000
AT_ONCE = 4  # series that are computed at the same time
PATIENCE = 20.0  # seconds that one waits for its turn
ALL = "../.."


class Series:
    """Computes series of layers that the caller may see."""

    def __init__(self, catalog: Catalog, files: FileArea, copies: Copies, *, seconds: float = 30.0) -> None:
        """*seconds*: how long one series may take."""
        self.copies = copies
        self.finding = Finding(catalog, files, copies)
        self.seconds = seconds
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    def point(self, layer: Layer, style: Style, time: str, point: Point) -> TimeSeries:
        """Return the values of the cell that holds *point*, in time.

        *time*: as `chosen_times` takes it; empty means all. *style* says which band, variable or formula. Raise Invalid
        where the point lies outside of the layer, BadStyle, NoSuchTime, TooLong.
        """
        import numpy as np

        times, wanted = _times(layer, time), wanted_of(layer, style)
        values = {name: np.full(len(times), np.nan) for name in _names(wanted)}
        at: Cell | None = None
        copied = []
        with self._turn() as deadline:
            for group in self._groups(layer, times, (point.lon, point.lat, point.lon, point.lat)):
                with self.finding.open(layer, group, style, wanted) as opened:
                    cell = opened.any.grid.cell(point.lon, point.lat)
                    for name, field in opened.fields.items() if cell else ():
                        at_cell(field, places_of(field.times, times), cell or (0, 0), values[name], deadline)
                    at = at or (cell_of(opened.any.grid, cell) if cell else None)
                    copied.append(opened.copied)
        if at is None:
            raise _outside(layer, "point")
        return series_of(layer, style, times, {name: {VALUE: found} for name, found in values.items()}, at, all(copied))

    def area(
        self, layer: Layer, style: Style, time: str, area: Area, statistics: Sequence[str] = tuple(STATISTICS)
    ) -> TimeSeries:
        """Return area-weighted *statistics* over *area*, in time (see `WEIGHTING`). Errors are those of `point`."""
        times, wanted = _times(layer, time), wanted_of(layer, style)
        totals = {name: Totals.none(len(times)) for name in _names(wanted)}
        weighed = _Weighed(area)
        copied = []
        with self._turn() as deadline:
            for group in self._groups(layer, times, _box(area)):
                with self.finding.open(layer, group, style, wanted) as opened:
                    parts = weighed.parts(opened.any.grid)
                    for name, field in opened.fields.items():
                        places = places_of(field.times, times)
                        _require_few(parts, len(places))
                        add_area(totals[name], field, places, parts, deadline)
                    copied.append(opened.copied)
        if not weighed.first:
            raise _outside(layer, "area")
        found = {name: each.statistics() for name, each in totals.items()}
        known = {name: {kind: each[kind] for kind in statistics} for name, each in found.items()}
        return series_of(layer, style, times, known, covered_by(weighed.first), all(copied))

    def cells(
        self, layer: Layer, style: Style, time: str, area: Area, most: int = MOST_CUBE, *, name: str = ""
    ) -> list[Cube]:
        """Return the cells that *area* touches as they are, one cube for each name and each grid that they lie on.

        *name*: what a cube is called instead of its variable or band. Raise TooLarge where these are more than *most* values;
        the other errors are those of `point`.
        """
        times, wanted = _times(layer, time), wanted_of(layer, style)
        weighed, left = _Weighed(area), most
        found: list[Cube] = []
        with self._turn() as deadline:
            for group in self._groups(layer, times, _box(area)):
                with self.finding.open(layer, group, style, wanted) as opened:
                    for part in weighed.parts(opened.any.grid):
                        left -= len(places_of(opened.any.times, times)) * part.weights.size * len(opened.fields)
                        if left < 0:
                            raise _too_many("area", most)
                        found += cubes_of(layer, opened, part, times, deadline)
        if not found:
            raise _outside(layer, "area")
        return [replace(each, name=name) for each in found] if name else found

    def close(self) -> None:
        """Stop making copies."""
        self.copies.close()

    def _groups(self, layer: Layer, times: Sequence[str], box: Any) -> Iterator[tuple[Source, ...]]:
        for group in self.finding.groups(layer, times if layer.times else ()):
            if near := tuple(each for each in group if touching(each.bbox, box)):
                yield near

    @contextmanager
    def _turn(self) -> Iterator[Deadline]:
        if not self._turns.acquire(timeout=PATIENCE):
            raise Unavailable("Too many series are being computed; try again in a moment.")
        try:
            yield Deadline.after(self.seconds)
        finally:
            self._turns.release()


class _Weighed:
    """The weights of an area on the grids that were met, each computed once."""

    def __init__(self, area: Area) -> None:
        self.area = area
        self.first: Sequence[Part] = ()  # of the first grid that the area touches
        self._known: dict[Any, Sequence[Part]] = {}

    def parts(self, grid: Grid) -> Sequence[Part]:
        """The windows of *grid* that the area covers; none where it lies outside."""
        key = (grid.crs, grid.x.tobytes(), grid.y.tobytes())
        if key not in self._known:
            self._known[key] = parts_of(grid, self.area, MOST_CELLS)
            self.first = self.first or self._known[key]
        return self._known[key]


def _times(layer: Layer, text: str) -> tuple[str, ...]:
    found = chosen_times(layer, text or ALL)
    if len(found) > MOST_TIMES:
        raise TooLarge(f"time: these are {len(found)} times; a series has at most {MOST_TIMES}.", field="time")
    return found or ("",)


def _names(wanted: Wanted) -> tuple[str, ...]:
    return (wanted.expression,) if wanted.expression else wanted.shown


def _box(area: Area) -> tuple[float, float, float, float]:
    west, south, east, north = area.bounds
    return (-180.0, south, 180.0, north) if west < -180 or east > 180 else (west, south, east, north)


def _require_few(parts: Sequence[Part], times: int) -> None:
    values = times * sum(part.weights.size for part in parts)
    if values > MOST_VALUES:
        raise TooLarge(
            f"area: {values} values would have to be read; at most {MOST_VALUES} are. Take a smaller area or a shorter time.",
            field="area",
        )


def _too_many(field: str, most: int) -> TooLarge:
    return TooLarge(
        f"{field}: it holds more than {most} values. Take a smaller area or a shorter time, or ask for a series of its "
        "statistics.",
        field=field,
    )


def _outside(layer: Layer, field: str) -> Outside:
    west, south, east, north = layer.bbox
    return Outside(
        f"{field}: it lies outside of {layer.id}, which reaches from {west:.6g} to {east:.6g} degrees east and from "
        f"{south:.6g} to {north:.6g} degrees north.",
        field=field,
    )
