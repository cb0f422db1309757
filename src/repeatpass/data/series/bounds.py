"""What one series may ask for: which times, which part of a layer, and how much at once."""

from collections.abc import Sequence
from typing import Any

from repeatpass.catalog.records import CollectionAsset
from repeatpass.data.areas import Area
from repeatpass.data.facts import CUBES, plain
from repeatpass.data.images import Wanted
from repeatpass.data.records import Layer
from repeatpass.data.series.grids import Grid
from repeatpass.data.series.records import Outside, TooLarge
from repeatpass.data.series.weights import Part, parts_of
from repeatpass.data.times import chosen_times

MOST_CELLS = 9_000_000  # of a box that an area is weighed in: some 400 MB for a moment
MOST_VALUES = 2_000_000_000  # that one series reads
MOST_CUBE = 2_000_000  # values that are given as they are
MOST_TIMES = 200_000
LARGE = 8_000_000  # bytes of a file, below which no layout is slow
ALL = "../.."


class Weighed:
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


def large_cube(asset: CollectionAsset) -> bool:
    """Say whether a file is a cube so large that its layout may be slow."""
    return asset.size >= LARGE and plain(asset.media_type) in CUBES


def times_of(layer: Layer, text: str) -> tuple[str, ...]:
    """Return the times that *text* means, all if it is empty; one empty text where the layer has none."""
    found = chosen_times(layer, text or ALL)
    if len(found) > MOST_TIMES:
        raise TooLarge(f"time: these are {len(found)} times; a series has at most {MOST_TIMES}.", field="time")
    return found or ("",)


def names_of(wanted: Wanted) -> tuple[str, ...]:
    """Return what is given: bands, a variable, or a formula."""
    return (wanted.expression,) if wanted.expression else wanted.shown


def box_around(area: Area) -> tuple[float, float, float, float]:
    """Return the box of an area within −180 to 180 degrees; all longitudes where it goes beyond."""
    west, south, east, north = area.bounds
    return (-180.0, south, 180.0, north) if west < -180 or east > 180 else (west, south, east, north)


def require_few(parts: Sequence[Part], times: int) -> None:
    """Raise TooLarge where more values would be read than one series may read."""
    values = times * sum(part.weights.size for part in parts)
    if values > MOST_VALUES:
        raise TooLarge(
            f"area: {values} values would have to be read; at most {MOST_VALUES} are. Take a smaller area or a shorter time.",
            field="area",
        )


def too_many(field: str, most: int) -> TooLarge:
    """The error of an answer with more than *most* values."""
    return TooLarge(
        f"{field}: it holds more than {most} values. Take a smaller area or a shorter time, or ask for a series of its "
        "statistics.",
        field=field,
    )


def outside(layer: Layer, field: str) -> Outside:
    """The error of a place that the layer does not reach."""
    west, south, east, north = layer.bbox
    return Outside(
        f"{field}: it lies outside of {layer.id}, which reaches from {west:.6g} to {east:.6g} degrees east and from "
        f"{south:.6g} to {north:.6g} degrees north.",
        field=field,
    )
