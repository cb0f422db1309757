"""How the rows and columns of a file become a map: north up, west first, evenly spaced, the Earth closed."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from repeatpass.data.records import Box

if TYPE_CHECKING:
    import numpy as np

BLOCK = 1024  # cells: windows begin and end at multiples, so that neighbouring tiles share them
WHOLE = 16_000_000  # cells up to which a map is read as a whole
UNEVEN = 0.02  # of a step: how much the distances of an even axis may differ


@dataclass(frozen=True, kw_only=True, slots=True)
class Lattice:
    """For each row and column of the map, the place of its cells in the file; *bounds* of the whole map."""

    rows: "np.ndarray[Any, Any]"
    columns: "np.ndarray[Any, Any]"
    bounds: Box


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """A part of a map, every *step*-th cell of it: rows and columns from the upper left corner."""

    top: int
    bottom: int
    left: int
    right: int
    step: int = 1


def lattice_of(y: Any, x: Any, *, degrees: bool) -> Lattice:
    """Return the map that the coordinates of rows and columns make.

    A world that begins elsewhere than at −180 is turned, and a whole one gets its outer columns once more on the other
    side, so that there is no seam at ±180. Where distances differ, the nearest cell counts.
    """
    rows, south, north = _even(y)
    columns, west, east = _even(x)
    dy, dx = (north - south) / (len(rows) - 1) / 2, (east - west) / (len(columns) - 1) / 2
    bounds: Box = (west - dx, south - dy, east + dx, north + dy)
    if degrees:
        columns, bounds = _closed(*_turned(columns, bounds))
    return Lattice(rows=rows[::-1], columns=columns, bounds=bounds)


def _even(values: Any) -> tuple[Any, float, float]:
    """The places of an axis in rising order, evenly spaced, with its lowest and highest coordinate."""
    import numpy as np

    values = np.asarray(values, dtype="float64")
    order = np.argsort(values, kind="stable")
    rising = values[order]
    steps = np.diff(rising)
    if np.ptp(steps) <= UNEVEN * steps.mean():
        return order, float(rising[0]), float(rising[-1])
    count = int(min(4 * len(values), round((rising[-1] - rising[0]) / steps[steps > 0].min()) + 1))
    wanted = np.linspace(rising[0], rising[-1], count)
    nearest = np.clip(np.searchsorted((rising[:-1] + rising[1:]) / 2, wanted), 0, len(values) - 1)
    return order[nearest], float(rising[0]), float(rising[-1])


def _turned(columns: Any, bounds: Box) -> tuple[Any, Box]:
    import numpy as np

    found = turned(bounds, len(columns))
    if found == bounds:
        return columns, bounds
    cell = (bounds[2] - bounds[0]) / len(columns)
    return np.roll(columns, -round((found[0] - bounds[0]) % 360 / cell)), found


def turned(bounds: Box, count: int) -> Box:
    """Return the bounds of a map in degrees of *count* columns; of a whole world that begins elsewhere, from about −180."""
    west, south, east, north = bounds
    cell = (east - west) / count
    if abs(east - west - 360) > cell / 2 or (west >= -180 - cell and east <= 180 + cell):
        return bounds
    skipped = math.ceil(((180 - west) % 360) / cell - 0.5 - 1e-9)  # columns whose middle lies before 180
    first = west + skipped * cell
    first -= 360 * round((first + 180) / 360)
    return (first, south, first + 360, north)


def _closed(columns: Any, bounds: Box) -> tuple[Any, Box]:
    import numpy as np

    west, south, east, north = bounds
    cell = (east - west) / len(columns)
    if abs(east - west - 360) > cell / 2:
        return columns, bounds
    return np.concatenate([columns[-1:], columns, columns[:1]]), (west - cell, south, east + cell, north)


def window_for(lattice: Lattice, wanted: Box | None, pixels: tuple[int, int]) -> Window:
    """Return the part of a map to read for *pixels* (width, height) of *wanted*, in the map's units.

    A map that is small enough is read as a whole, and so is one of which it is not known what is *wanted*.
    """
    height, width = len(lattice.rows), len(lattice.columns)
    if height * width <= WHOLE:
        return Window(top=0, bottom=height, left=0, right=width)
    left, bottom, right, top = wanted or lattice.bounds
    dx = (lattice.bounds[2] - lattice.bounds[0]) / width
    dy = (lattice.bounds[3] - lattice.bounds[1]) / height
    finest = min((right - left) / dx / pixels[0], (top - bottom) / dy / pixels[1])
    step = 1
    while step * 2 <= finest:
        step *= 2
    block = BLOCK * step
    columns = _snapped((left - lattice.bounds[0]) / dx, (right - lattice.bounds[0]) / dx, block, width)
    rows = _snapped((lattice.bounds[3] - top) / dy, (lattice.bounds[3] - bottom) / dy, block, height)
    return Window(top=rows[0], bottom=rows[1], left=columns[0], right=columns[1], step=step)


def _snapped(low: float, high: float, block: int, count: int) -> tuple[int, int]:
    first = int(max(0, low - 2) // block) * block
    last = -int(-min(count, high + 2) // block) * block
    first = min(first, (count - 1) // block * block)
    return first, min(count, max(last, first + 1))


def bounds_of(lattice: Lattice, window: Window) -> Box:
    """Return where a window lies; its outer cells count as a whole step."""
    west, south, east, north = lattice.bounds
    dx = (east - west) / len(lattice.columns)
    dy = (north - south) / len(lattice.rows)
    across = -(-(window.right - window.left) // window.step) * window.step
    down = -(-(window.bottom - window.top) // window.step) * window.step
    left, top = west + window.left * dx, north - window.top * dy
    return (left, top - down * dy, left + across * dx, top)


def as_slice(places: Any) -> Any:
    """Return places as a slice where they follow one another evenly, for that is read faster."""
    import numpy as np

    if len(places) == 1:
        return slice(int(places[0]), int(places[0]) + 1)
    steps = np.diff(places)
    if not (steps == steps[0]).all() or steps[0] == 0:
        return places
    step, stop = int(steps[0]), int(places[-1]) + (1 if steps[0] > 0 else -1)
    return slice(int(places[0]), None if stop < 0 else stop, step)
