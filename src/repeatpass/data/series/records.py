"""What a series says: for each time the statistics of each variable, and what they were computed from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from repeatpass.core.errors import Invalid

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

STATISTICS = {
    "mean": "mean, each cell weighted by its area inside",
    "min": "smallest value of any cell that the area touches",
    "max": "largest value of any cell that the area touches",
    "std": "standard deviation in space, weighted as the mean is",
    "count": "number of cells with a value",
    "valid": "share of the area inside the layer that has a value, 0 to 1",
}
VALUE = "value"  # what a series of a point has in place of statistics
WEIGHTING = (
    "Every cell counts by the area of its part inside, on the ellipsoid: cells at the edge by the exact share that is covered, "
    "cells near the poles less than those at the equator."
)


class Outside(Invalid):
    """The place lies outside of the layer."""

    kind = "outside"


class TooLarge(Invalid):
    """The answer would be larger, or more would have to be read, than is done at once."""

    kind = "too-large"


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """One variable, band or formula, in time."""

    name: str
    title: str
    unit: str
    values: Mapping[str, "Floats"]  # by statistic, each (time,); NaN where there is none


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """The cell that a point fell into: its middle in degrees."""

    lon: float
    lat: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Covered:
    """What of a layer an area covers (of its first file, where files differ)."""

    cells: int  # that it touches
    area: float  # m², of the part of the area that lies inside the layer


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeSeries:
    """A series of a layer."""

    layer: str
    title: str
    times: Sequence[str]  # ISO 8601 UTC; one empty text where the layer has none
    variables: Sequence[Variable]
    at: Cell | Covered
    copied: bool = False  # whether it was read from a copy in long chunks


@dataclass(frozen=True, kw_only=True, slots=True)
class Cube:
    """The cells of a layer in a box around an area, as they are; none outside of the area."""

    layer: str
    title: str
    crs: str
    x: "Floats"  # middles of the columns, in units of crs
    y: "Floats"
    times: Sequence[str]
    name: str
    unit: str
    values: "Floats"  # (time, row, column), NaN where there is none


def chosen_statistics(text: str) -> tuple[str, ...]:
    """Read names of statistics with commas between; all where *text* is empty. Raise Invalid for one there is not."""
    names = tuple(dict.fromkeys(each.strip() for each in text.split(",") if each.strip()))
    if missing := [name for name in names if name not in STATISTICS]:
        raise Invalid(
            f"statistics: there is no “{missing[0][:40]}”; there is {', '.join(STATISTICS)}.", field="statistics"
        )
    return names or tuple(STATISTICS)
