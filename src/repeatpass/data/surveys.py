"""What a raster or a cube says about itself, read without its cells but for a thin sample of them."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repeatpass.data.facts import (
    RASTERS,
    NotOnAMap,
    axes_of,
    crs_of,
    crs_text,
    degrees,
    edges,
    opened,
    plain,
    quiet,
    time_of,
    time_texts,
)
from repeatpass.data.lattices import turned
from repeatpass.data.records import Band, Box

if TYPE_CHECKING:
    import xarray as xr

SAMPLE = 512  # cells along the longer side from which the range of the values is told


@dataclass(frozen=True, kw_only=True, slots=True)
class GridFacts:
    """One raster file, or one variable of a cube.

    *bounds* in units of *crs*, edges of the outer cells; longitudes as the file has them, so possibly up to 360.
    """

    name: str
    title: str
    unit: str
    crs: str
    bounds: Box
    bbox: Box
    times: tuple[str, ...]
    shape: tuple[int, int]
    dtype: str
    nodata: float | None
    scale: float
    offset: float
    bands: tuple[Band, ...]
    dimensions: Mapping[str, tuple[str, ...]]
    ranges: tuple[tuple[float, float], ...]  # 2nd and 98th percentile of a sample, one for each band


def read_facts(path: Path, media_type: str) -> tuple[GridFacts, ...]:
    """Return the facts of the raster, or of each variable of the cube, in *path*.

    Raise NotOnAMap where the file cannot be read or nothing in it lies on a map.
    """
    try:
        if plain(media_type) in RASTERS:
            return _raster(path)
        with opened(path, media_type) as dataset:
            return cube_facts(dataset)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise NotOnAMap(f"The file cannot be shown on a map: {error}") from error


def _raster(path: Path) -> tuple[GridFacts, ...]:
    import rasterio

    with quiet(), rasterio.open(path) as file:
        return raster_facts(file)


def raster_facts(file: Any) -> tuple[GridFacts, ...]:
    """Return the facts of an open raster; raise NotOnAMap where it states no coordinate reference system."""
    if file.crs is None:
        raise NotOnAMap("The raster states no coordinate reference system.")
    indexes = [number for number in file.indexes if file.colorinterp[number - 1].name != "alpha"]
    names = _band_names(file, indexes)
    found = GridFacts(
        name="",
        title="",
        unit=(file.units[0] or "") if file.units else "",
        crs=crs_text(file.crs),
        bounds=tuple(file.bounds),
        bbox=degrees(file.crs, tuple(file.bounds)),
        times=(),
        shape=(file.height, file.width),
        dtype=str(file.dtypes[0]),
        nodata=_number(file.nodata),
        scale=float(file.scales[0]),
        offset=float(file.offsets[0]),
        bands=tuple(Band(name=name, index=number) for name, number in zip(names, indexes, strict=True)),
        dimensions={},
        ranges=_raster_ranges(file, indexes),
    )
    return (found,)


def _band_names(file: Any, indexes: list[int]) -> list[str]:
    """The descriptions of the bands where they are names that a formula can use, else b1, b2 ..."""
    known = [str(file.descriptions[number - 1] or "") for number in indexes]
    usable = all(name.isidentifier() for name in known) and len(set(known)) == len(known)
    return known if usable else [f"b{number}" for number in indexes]


def _raster_ranges(file: Any, indexes: list[int]) -> tuple[tuple[float, float], ...]:
    share = min(1.0, SAMPLE / max(file.height, file.width))
    shape = (len(indexes), max(1, round(file.height * share)), max(1, round(file.width * share)))
    cells = file.read(indexes, out_shape=shape, masked=True).astype("float64")
    found = []
    for band, number in zip(cells, indexes, strict=True):
        scaled = band.compressed() * file.scales[number - 1] + file.offsets[number - 1]
        found.append(percentile_range(scaled))
    return tuple(found)


def percentile_range(values: Any) -> tuple[float, float]:
    """Return the 2nd and 98th percentile of the finite *values*, at least a little apart."""
    import numpy as np

    finite = values[np.isfinite(values)]
    if not finite.size:
        return (0.0, 1.0)
    low, high = (float(each) for each in np.percentile(finite, (2, 98)))
    return (low, high) if high > low else (low, low + (abs(low) * 1e-3 or 1.0))


def cube_facts(dataset: "xr.Dataset", most: float = math.inf) -> tuple[GridFacts, ...]:
    """Return the facts of each variable of an open cube; raise NotOnAMap where none lies on a grid.

    *most*: values that may be unpacked to tell the range of one variable; of one in larger chunks only the chunk in the
    middle is read.
    """
    names = [str(name) for name in dataset.data_vars if dataset[name].size and axes_of(dataset[name]) is not None]
    found = [_variable(dataset, name, most) for name in names]
    if not found:
        raise NotOnAMap("No variable of the file has a horizontal grid with a row and a column of coordinates.")
    return tuple(found)


def _variable(dataset: "xr.Dataset", name: str, most: float) -> GridFacts:
    array = dataset[name]
    y, x = axes_of(array) or ("", "")
    crs = crs_of(dataset, array, y)
    bounds = edges(array[y].values, array[x].values)
    bounds = turned(bounds, array.sizes[x]) if crs.is_geographic else bounds
    time = time_of(array)
    others = [str(dim) for dim in array.dims if str(dim) not in (y, x, time)]
    encoded = array.encoding
    fill = encoded.get("_FillValue", encoded.get("missing_value"))
    return GridFacts(
        name=name,
        title=str(array.attrs.get("long_name") or array.attrs.get("standard_name") or name).replace("_", " "),
        unit=str(array.attrs.get("units", "")),
        crs=crs_text(crs),
        bounds=bounds,
        bbox=degrees(crs, bounds),
        times=tuple(time_texts(array[time].values)) if time else (),
        shape=(array.sizes[y], array.sizes[x]),
        dtype=str(encoded.get("dtype", array.dtype)),
        nodata=_number(fill),
        scale=float(encoded.get("scale_factor", 1.0)),
        offset=float(encoded.get("add_offset", 0.0)),
        bands=(),
        dimensions={dim: tuple(str(value) for value in array[dim].values) for dim in others},
        ranges=(_cube_range(array, time, y, x, others, most),),
    )


def _number(nodata: Any) -> float | None:
    """A value that means no data; that NaN does need not be said."""
    return None if nodata is None or nodata != nodata else float(nodata)


def _cube_range(
    array: "xr.DataArray", time: str, y: str, x: str, others: list[str], most: float
) -> tuple[float, float]:
    import numpy as np

    chunks = array.encoding.get("preferred_chunks") or {}
    if most < math.inf and 3 * array.sizes[y] * array.sizes[x] * int(chunks.get(time, 1) if time else 1) > most:
        middle = {str(dim): _middle(array.sizes[dim], int(chunks.get(dim, SAMPLE))) for dim in (y, x)}
        moment = {time: array.sizes[time] // 2} if time else {}
        return percentile_range(np.asarray(array.isel({**dict.fromkeys(others, 0), **moment, **middle}).values))
    steps = {dim: slice(None, None, max(1, array.sizes[dim] // SAMPLE)) for dim in (y, x)}
    some = array.isel({**dict.fromkeys(others, 0), **steps})
    if time:
        count = array.sizes[time]
        some = some.isel({time: sorted({0, count // 2, count - 1})})
    return percentile_range(np.asarray(some.values, dtype="float64"))


def _middle(length: int, chunk: int) -> slice:
    """The chunk in the middle of an axis."""
    start = length // 2 // chunk * chunk
    return slice(start, min(length, start + chunk))


def dump(facts: tuple[GridFacts, ...]) -> bytes:
    """Return facts as JSON."""
    return json.dumps([asdict(each) for each in facts]).encode()


def load(content: bytes) -> tuple[GridFacts, ...]:
    """Read what `dump` gave."""
    return tuple(_loaded(each) for each in json.loads(content))


def _loaded(known: dict[str, Any]) -> GridFacts:
    lists = {name: tuple(known[name]) for name in ("bounds", "bbox", "times", "shape")}
    bands = tuple(Band(**each) for each in known["bands"])
    ranges = tuple((low, high) for low, high in known["ranges"])
    dimensions = {name: tuple(values) for name, values in known["dimensions"].items()}
    return GridFacts(**known | lists | {"bands": bands, "ranges": ranges, "dimensions": dimensions})
