"""What a cube is made from: the specification, checked and complete."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from repeatpass.kit.errors import KitError

MAP, SERIES = "map", "series"
LAYOUTS = (MAP, SERIES)
AGGREGATIONS = ("mean", "min", "max", "sum", "first", "last", "count")
RESAMPLINGS = ("average", "nearest", "bilinear", "cubic", "mode", "min", "max", "med")
PACKED = ("int8", "uint8", "int16", "uint16", "int32")
DTYPES = ("float32", "float64", *PACKED)


class BadSpecification(KitError):
    """A field of the specification is wrong; the sentence names it, its value and what would be right."""

    kind = "cube-bad-specification"


@dataclass(frozen=True, kw_only=True, slots=True)
class Packing:
    """How numbers are stored: value = stored · scale + offset; *nodata* marks cells without a value."""

    dtype: str = "float32"
    scale: float = 1.0
    offset: float = 0.0
    nodata: float | None = None  # None: NaN, for floating-point numbers

    @property
    def plain(self) -> bool:
        """Whether numbers are stored as they are."""
        return self.scale == 1.0 and self.offset == 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """One variable of the cube and where it comes from."""

    name: str
    collection: str
    items: str = "*"  # which items, as a pattern with * and ?
    asset: str = "data"
    variable: str = ""  # name in the file, or of a band; may be left out where the file has one
    expression: str = ""  # arithmetic over the variables of the file
    select: Mapping[str, Any] = field(default_factory=dict)  # further dimension -> value, the nearest is taken
    aggregation: str = "mean"
    resampling: str = "average"
    units: str = ""
    standard_name: str = ""
    long_name: str = ""
    packing: Packing = Packing()


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One time step: from *start* to before *end*, UTC without a zone."""

    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """A regular grid, north up: *left* and *top* are outer edges, *resolution* the side of a cell, in CRS units."""

    crs: str
    left: float
    top: float
    resolution: float
    width: int
    height: int

    @property
    def geographic(self) -> bool:
        """Whether the axes are longitude and latitude in degrees."""
        return self.crs in ("EPSG:4326", "OGC:CRS84")

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top; right may be beyond 180 degrees where the area crosses the antimeridian."""
        return (
            self.left,
            self.top - self.height * self.resolution,
            self.left + self.width * self.resolution,
            self.top,
        )

    @property
    def y(self) -> str:
        """The name of the vertical axis."""
        return "lat" if self.geographic else "y"

    @property
    def x(self) -> str:
        """The name of the horizontal axis."""
        return "lon" if self.geographic else "x"

    def rows(self, start: int, stop: int) -> "Grid":
        """The part from row *start* to before row *stop*."""
        top = self.top - start * self.resolution
        return Grid(
            crs=self.crs,
            left=self.left,
            top=top,
            resolution=self.resolution,
            width=self.width,
            height=stop - start,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Specification:
    """A cube to be made."""

    id: str
    title: str
    description: str
    keywords: tuple[str, ...]
    grid: Grid
    steps: tuple[Step, ...]
    step: str  # ISO 8601 period
    variables: tuple[Variable, ...]
    layouts: tuple[str, ...]
    chunks: Mapping[str, Mapping[str, int]]  # layout -> time, y, x -> number of cells
    stated: Mapping[str, Any]  # as it was given
