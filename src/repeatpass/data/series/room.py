"""Series of layers: at a point, over an area, and the cells themselves."""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from repeatpass.catalog.room import Catalog
from repeatpass.core.errors import RepeatpassError, Unavailable
from repeatpass.data.areas import Area, Point
from repeatpass.data.covering import touching
from repeatpass.data.elsewhere.room import Elsewhere
from repeatpass.data.images import wanted_of
from repeatpass.data.layers import Layers
from repeatpass.data.originals import Originals
from repeatpass.data.records import Layer, Source, Style
from repeatpass.data.series.answers import cell_of, covered_by, cubes_of, places_of, series_of
from repeatpass.data.series.bounds import (
    MOST_CUBE,
    Weighed,
    box_around,
    large_cube,
    names_of,
    outside,
    require_few,
    times_of,
    too_many,
)
from repeatpass.data.series.copies import Copies
from repeatpass.data.series.finding import Finding
from repeatpass.data.series.reading import Deadline, add_area, at_cell
from repeatpass.data.series.records import STATISTICS, VALUE, Cell, Cube, TimeSeries
from repeatpass.data.series.totals import Totals
from repeatpass.storage.files import FileArea

AT_ONCE = 4  # series that are computed at the same time
PATIENCE = 20.0  # seconds that one waits for its turn
MOST_WAITING = 20  # for their turn; more would keep the server's threads from everything else
BUSY = "Too many series are being computed; try again in a moment."

log = logging.getLogger(__name__)


class Series:
    """Computes series of layers that the caller may see."""

    def __init__(
        self,
        catalog: Catalog,
        files: FileArea,
        copies: Copies,
        elsewhere: Elsewhere | None = None,
        *,
        seconds: float = 30.0,
    ) -> None:
        """*seconds*: how long one series may take. *elsewhere*: the files that lie there."""
        self.copies = copies
        self.finding = Finding(catalog, Originals(files, elsewhere), copies)
        self.seconds = seconds
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._queue = threading.BoundedSemaphore(AT_ONCE + MOST_WAITING)

    def point(self, layer: Layer, style: Style, time: str, point: Point) -> TimeSeries:
        """Return the values of the cell that holds *point*, in time.

        *time*: as `chosen_times` takes it; empty means all. *style* says which band, variable or formula. Raise Invalid
        where the point lies outside of the layer, BadStyle, NoSuchTime, TooLong.
        """
        import numpy as np

        times, wanted = times_of(layer, time), wanted_of(layer, style)
        values = {name: np.full(len(times), np.nan) for name in names_of(wanted)}
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
            raise outside(layer, "point")
        return series_of(layer, style, times, {name: {VALUE: found} for name, found in values.items()}, at, all(copied))

    def area(
        self, layer: Layer, style: Style, time: str, area: Area, statistics: Sequence[str] = tuple(STATISTICS)
    ) -> TimeSeries:
        """Return area-weighted *statistics* over *area*, in time (see `WEIGHTING`). Errors are those of `point`."""
        times, wanted = times_of(layer, time), wanted_of(layer, style)
        totals = {name: Totals.none(len(times)) for name in names_of(wanted)}
        weighed = Weighed(area)
        copied = []
        with self._turn() as deadline:
            for group in self._groups(layer, times, box_around(area)):
                with self.finding.open(layer, group, style, wanted) as opened:
                    parts = weighed.parts(opened.any.grid)
                    for name, field in opened.fields.items():
                        places = places_of(field.times, times)
                        require_few(parts, len(places))
                        add_area(totals[name], field, places, parts, deadline)
                    copied.append(opened.copied)
        if not weighed.first:
            raise outside(layer, "area")
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
        times, wanted = times_of(layer, time), wanted_of(layer, style)
        weighed, left = Weighed(area), most
        found: list[Cube] = []
        with self._turn() as deadline:
            for group in self._groups(layer, times, box_around(area)):
                with self.finding.open(layer, group, style, wanted) as opened:
                    for part in weighed.parts(opened.any.grid):
                        left -= len(places_of(opened.any.times, times)) * part.weights.size * len(opened.fields)
                        if left < 0:
                            raise too_many("area", most)
                        found += cubes_of(layer, opened, part, times, deadline)
        if not found:
            raise outside(layer, "area")
        return [replace(each, name=name) for each in found] if name else found

    def prepare(self, layers: Layers, collection: str) -> None:
        """Have copies made of the cubes of a new collection whose layout is slow, so that nobody need wait for them."""
        try:
            if not any(map(large_cube, layers.catalog.assets(collection))):
                return
            for layer in layers.of(collection):
                for source in layer.sources if layer.kind == "cube" else ():
                    with self.finding.open(layer, (source,), Style(), wanted_of(layer, Style())):
                        log.debug("Looked at the layout of %s.", layer.id)
        except RepeatpassError as error:  # withdrawn meanwhile, or unreadable: the first question will say so
            log.info("No copies were prepared of %s: %s", collection, error.message)

    def close(self) -> None:
        """Stop making copies."""
        self.copies.close()

    def _groups(self, layer: Layer, times: Sequence[str], box: Any) -> Iterator[tuple[Source, ...]]:
        for group in self.finding.groups(layer, times if layer.times else ()):
            if near := tuple(each for each in group if touching(each.bbox, box)):
                yield near

    @contextmanager
    def _turn(self) -> Iterator[Deadline]:
        if not self._queue.acquire(blocking=False):
            raise Unavailable(BUSY)
        try:
            if not self._turns.acquire(timeout=PATIENCE):
                raise Unavailable(BUSY)
            try:
                yield Deadline.after(self.seconds)
            finally:
                self._turns.release()
        finally:
            self._queue.release()
