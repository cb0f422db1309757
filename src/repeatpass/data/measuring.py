"""Statistics of a layer's cells: for choosing colours, and for a first look at an area."""

from typing import Any

from repeatpass.data.areas import Area
from repeatpass.data.images import Images
from repeatpass.data.places import inside, own_grid
from repeatpass.data.records import BandStatistics, Layer, Statistics, Style
from repeatpass.data.times import chosen_times

MOST = 1_000_000  # cells; of more a sample is taken
BINS = 64
PERCENTILES = (1, 2, 5, 10, 25, 50, 75, 90, 95, 98, 99)


def measured(
    images: Images, layer: Layer, style: Style, time: str, area: Area | None = None, most: int = MOST
) -> Statistics:
    """Return the statistics of the valid cells of *layer* in *area*, each cell counting once.

    Means over areas of the Earth are the series' business, where cells weigh by their area.
    """
    import numpy as np

    times = chosen_times(layer, time)
    full = own_grid(layer, area, most * 10**6)
    grid = own_grid(layer, area, most)
    cells = images.cells(layer, style, times, grid)
    within = inside(grid, area)
    unit = "" if style.expression else layer.unit
    hidden = np.ma.getmaskarray(cells.array)
    bands = [
        _band(name, unit, values[within & ~gaps], int(within.sum()))
        for name, values, gaps in zip(cells.names, cells.array.data, hidden, strict=True)
    ]
    sampled = (grid.width, grid.height) != (full.width, full.height)
    return Statistics(layer=layer.id, time=times[-1] if times else "", bands=tuple(bands), sampled=sampled)


def _band(name: str, unit: str, values: Any, cells: int) -> BandStatistics:
    import numpy as np

    known = values[np.isfinite(values)].astype("float64")
    if not known.size:
        nothing = float("nan")
        return BandStatistics(
            name=name, unit=unit, low=nothing, high=nothing, mean=nothing, deviation=nothing, median=nothing,
            percentiles={}, valid=0, cells=cells, counts=(), edges=(),
        )  # fmt: skip
    counts, edges = np.histogram(known, bins=BINS)
    found = np.percentile(known, PERCENTILES)
    return BandStatistics(
        name=name,
        unit=unit,
        low=float(known.min()),
        high=float(known.max()),
        mean=float(known.mean()),
        deviation=float(known.std()),
        median=float(np.median(known)),
        percentiles={str(percent): float(value) for percent, value in zip(PERCENTILES, found, strict=True)},
        valid=int(known.size),
        cells=cells,
        counts=tuple(int(count) for count in counts),
        edges=tuple(float(edge) for edge in edges),
    )


def ranges(statistics: Statistics) -> tuple[tuple[float, float], ...]:
    """Return the 2nd and 98th percentile of each band, at least a little apart."""
    return tuple(_apart(each.percentiles) for each in statistics.bands)


def _apart(percentiles: Any) -> tuple[float, float]:
    if not percentiles:
        return (0.0, 1.0)
    low, high = percentiles["2"], percentiles["98"]
    return (low, high) if high > low else (low, low + (abs(low) * 1e-3 or 1.0))
