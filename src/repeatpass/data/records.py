"""What can be shown of the data: layers, how they are drawn, and what is read from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from repeatpass.core.errors import Invalid

Box = tuple[float, float, float, float]  # west (left), south (bottom), east (right), north (top)


class BadStyle(Invalid):
    """The way to draw a layer cannot be followed."""

    kind = "style"


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """How a layer is drawn. What is left empty is chosen from the data.

    Of *bands* and *expression* at most one is given: one or three bands, or a formula over names of bands or variables
    such as ``(B08 - B04) / (B08 + B04)``. *rescale* holds one pair for all channels, or one for each.
    """

    variable: str = ""  # of a collection's other variables; empty: the layer's own
    bands: tuple[str, ...] = ()
    expression: str = ""
    index: str = ""  # a named index of spyndex, such as NDVI; becomes an expression
    rescale: tuple[tuple[float, float], ...] = ()  # in the unit of the data, after scale and offset
    colormap: str = ""  # a name of `colormaps()`; for one band or an expression
    resampling: str = "nearest"
    nodata: float | None = None  # further value that means no data
    mask: str = ""  # an expression; where it is 0, nothing is drawn
    dimensions: Mapping[str, str] = field(default_factory=dict)  # of further dimensions, such as depth: the value


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """One band of a raster."""

    name: str
    index: int  # from 1
    title: str = ""
    common_name: str = ""  # of STAC's eo extension: red, nir08 ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One file of a layer."""

    checksum: str  # in the file area
    media_type: str
    item: str  # id; empty: a file of the collection itself
    asset: str
    times: tuple[str, ...]  # ISO 8601 UTC; a raster has the time of its item
    bbox: Box  # degrees; west > east where it crosses the antimeridian
    bounds: Box = (0.0, 0.0, 0.0, 0.0)  # of a cube: as the file has them, in units of the layer's crs
    shape: tuple[int, int] = (0, 0)  # rows, columns
    parts: Mapping[str, str] = field(default_factory=dict)  # of bands in files of their own: checksum by band
    until: str = ""  # to which moment it goes from its only time; empty: it is of a moment


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """Something that can be shown on a map: a variable of a cube, or rasters of the same bands.

    *id* is ``collection:variable`` for cubes and ``collection:asset`` for rasters, and does not change when the
    collection gets further files.
    """

    id: str
    collection: str
    name: str  # of the variable or the asset
    title: str
    description: str
    kind: Literal["raster", "cube"]
    unit: str
    crs: str  # EPSG:<number>, or WKT where it has none
    bounds: Box  # in units of crs
    bbox: Box  # degrees; west > east where it crosses the antimeridian
    times: tuple[str, ...]  # ISO 8601 UTC, in order; () if it has no time
    shape: tuple[int, int]  # rows, columns (of the first file)
    cell: tuple[float, float]  # width and height of a cell, in units of crs (of the first file)
    dtype: str
    nodata: float | None
    scale: float
    offset: float
    bands: tuple[Band, ...]  # of a raster; () for cubes
    variables: tuple[str, ...]  # of a cube: the variables that its expressions may name
    dimensions: Mapping[str, tuple[str, ...]]  # further dimensions of a cube and their values
    sources: tuple[Source, ...]
    platform: str  # as the items or the collection say; empty: they do not
    style: Style  # the default
    stamp: str  # changes when the content does
    ends: Mapping[str, str] = field(default_factory=dict)  # of times that begin an interval: its last moment
    trouble: str = ""  # since when which file of it, that lies elsewhere, cannot be reached, and why; empty: none

    @property
    def latest(self) -> str:
        """The newest time; empty if it has none."""
        return self.times[-1] if self.times else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """An encoded picture."""

    content: bytes
    media_type: str
    etag: str  # without quotation marks
    empty: bool = False  # nothing but transparent pixels


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """The value of one band at one place; None where there is no data."""

    name: str
    value: float | None
    unit: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Values:
    """What a layer holds at a point."""

    layer: str
    lon: float  # degrees
    lat: float
    time: str  # the one that was found; empty if the layer has none
    values: tuple[Value, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class BandStatistics:
    """Numbers over the valid cells of one band, each counting once.

    All are NaN where no cell is valid. *histogram* has one count more edges than counts.
    """

    name: str
    unit: str
    low: float
    high: float
    mean: float
    deviation: float
    median: float
    percentiles: Mapping[str, float]  # by percent: "2", "98"
    valid: int  # cells
    cells: int
    counts: tuple[int, ...]
    edges: tuple[float, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Statistics:
    """Statistics of a layer in an area at a time; read at most at the resolution that `cells` shows."""

    layer: str
    time: str
    bands: tuple[BandStatistics, ...]
    sampled: bool  # whether cells were skipped to keep the answer quick


@dataclass(frozen=True, kw_only=True, slots=True)
class Cutout:
    """A part of a layer as a file."""

    content: bytes
    media_type: str
    filename: str
