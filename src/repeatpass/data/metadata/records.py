"""What a file says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from repeatpass.core.errors import Invalid

Bounds = tuple[float, float, float, float]  # west, south, east, north


class UnreadableFile(Invalid):
    """The file cannot be read, or says too little to be used."""

    kind = "unreadable-file"


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """One band of a raster."""

    name: str
    title: str = ""
    data_type: str = ""  # as NumPy names it
    unit: str = ""
    nodata: float | None = None  # None: every cell is data; NaN is one, too
    scale: float = 1.0
    offset: float = 0.0
    common_name: str = ""  # as the STAC extension eo names colours


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """One data variable of a cube. *dimensions* and *shape* go together."""

    name: str
    title: str = ""
    standard_name: str = ""  # CF
    unit: str = ""
    data_type: str = ""
    dimensions: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()
    chunks: tuple[int, ...] = ()  # empty: the file is not chunked


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    data_type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FileFacts:
    """Everything that can be read from one file without reading its data.

    *bounds* are in *crs*, *bbox* in degrees (EPSG:4326, west > east where the antimeridian lies between); either is
    None where the file does not say. *times* are ISO 8601 in UTC and ascending, () where there are none.
    """

    name: str  # the file's own, without its folder
    kind: str  # raster, cube or table
    format: str  # as people call it: GeoTIFF, NetCDF, Zarr, GeoParquet, GeoPackage, …
    media_type: str
    size: int  # bytes
    crs: str = ""  # EPSG:4326 where there is a code, else WKT 2; empty: the file does not say
    bounds: Bounds | None = None
    bbox: Bounds | None = None
    times: tuple[str, ...] = ()
    start: str = ""
    end: str = ""
    shape: tuple[int, ...] = ()  # rows, columns of a raster or a cube's grid; rows of a table
    transform: tuple[float, ...] = ()  # affine, six numbers, of the upper left corner
    bands: tuple[Band, ...] = ()
    variables: tuple[Variable, ...] = ()
    columns: tuple[Column, ...] = ()
    layers: tuple[str, ...] = ()  # of a GeoPackage
    geometry_types: tuple[str, ...] = ()
    dimensions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # cube:dimensions, STAC datacube 2.2
    cloud_optimised: bool = False  # a part can be read without the rest
    stated: Mapping[str, str] = field(default_factory=dict)  # title, description, license, attribution, doi
    remarks: tuple[str, ...] = ()  # what is missing or doubtful, in sentences
