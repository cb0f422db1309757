"""A first look into a data file: a map of its first time, a picture in its natural colours, or its line."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repeatpass.core.errors import NotFound
from repeatpass.data import facts
from repeatpass.data.surveys import percentile_range
from repeatpass.kit.opening import open_file
from repeatpass.web import frames, rasters
from repeatpass.web.charts import ChartPoint, SeriesChart, draw_png, series_spec
from repeatpass.web.pages.saying import unit_of
from repeatpass.web.views.figures import Extent, Legend

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

GRIDS = ("application/vnd.zarr+zip", "application/x-netcdf", "image/tiff")
TABLES = ("application/vnd.apache.parquet",)
NATURAL = (("B04", "B03", "B02"), ("B3", "B2", "B1"))  # red, green, blue of Sentinel-2 and of Landsat-7


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """Where a picture lies; without a *projection* it lies nowhere."""

    projection: str = ""
    extent: Extent = (0.0, 0.0, 1.0, 1.0)
    caption: str = ""
    legend: Legend | None = None
    photograph: bool = False
    nothing: bool = False  # there is no picture of it: a table without times or numbers

    def dump(self) -> bytes:
        """As JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def load(cls, content: bytes) -> "Placed":
        """Read what `dump` gave."""
        known: dict[str, Any] = json.loads(content)
        legend = known["legend"]
        if legend:
            legend = Legend(**legend | {"ramp": tuple(legend["ramp"])})
        return cls(**known | {"extent": tuple(known["extent"]), "legend": legend})


class NoPicture(NotFound):
    """A file cannot be shown as a picture."""

    kind = "no-picture"


@dataclass(frozen=True, kw_only=True, slots=True)
class Peek:
    """The picture and where it lies."""

    png: bytes
    placed: Placed


def can(media_type: str) -> bool:
    """Whether files of this type can be drawn."""
    return facts.plain(media_type) in GRIDS + TABLES


def peek(path: Path, media_type: str) -> Peek:
    """Draw a file; raise NoPicture for a table without times or numbers."""
    if facts.plain(media_type) in facts.CUBES:
        with facts.opened(path, media_type) as dataset:
            return _dataset(dataset)
    data = open_file(path, media_type, {})
    if facts.plain(media_type) in TABLES:
        return Peek(png=_line(data), placed=Placed())
    return _bands(data) if data.sizes.get("band", 1) >= 3 else _grid(data.squeeze("band", drop=True))


def _bands(array: "xr.DataArray") -> Peek:
    names = array.attrs.get("long_name", ())
    named = isinstance(names, tuple | list) and len(set(names)) == array.sizes["band"]
    names = list(names) if named else [f"B{number}" for number in array["band"].values]
    wanted = next((each for each in NATURAL if all(name in names for name in each)), tuple(names[:3]))
    chosen = [array.isel(band=names.index(name)) for name in wanted]
    crs = array.rio.crs
    rows, columns = chosen[0].shape
    bounds = array.rio.bounds()
    onto = [
        frames.onto(frames.Raster(values=band.values, bounds=bounds, crs=crs.to_wkt()), frames.LOCAL) for band in chosen
    ]
    png = frames.draw_photograph(*(raster.values for raster in onto))
    caption = f"Bands {wanted[0]}, {wanted[1]} and {wanted[2]} as red, green and blue, {columns} by {rows} cells."
    return Peek(
        png=png, placed=Placed(projection=frames.LOCAL, extent=onto[0].bounds, caption=caption, photograph=True)
    )


def _dataset(dataset: "xr.Dataset") -> Peek:
    natural = next((each for each in NATURAL if all(band in dataset and dataset[band].ndim == 2 for band in each)), ())
    if natural and not _has_place(dataset[natural[0]]):
        pictures = [dataset[band].values for band in natural]
        return Peek(png=frames.draw_photograph(*pictures), placed=Placed(photograph=True))
    name = max(dataset.data_vars, key=lambda each: dataset[each].ndim)
    array = dataset[name]
    band = next((str(dim) for dim in array.dims if str(dim) in ("band", "wavelength", "channel")), "")
    if band and not _has_place(array):
        names = [str(each) for each in array[band].values]
        wanted = next((each for each in NATURAL if all(known in names for known in each)), tuple(names[:3]))
        pictures = [array.isel({band: names.index(known)}).values for known in wanted]
        return Peek(png=frames.draw_photograph(*pictures), placed=Placed(photograph=True))
    return _grid(array)


def _has_place(array: "xr.DataArray") -> bool:
    return any(str(dim).lower() in ("lat", "latitude", "y", "projection_y_coordinate") for dim in array.dims)


def _grid(array: "xr.DataArray") -> Peek:
    import numpy as np

    array = rasters.named(array)
    others = [str(dim) for dim in array.dims if dim not in ("y", "x")]
    chosen = array.isel(dict.fromkeys(others, 0))
    step = max(1, *(size // 1200 for size in chosen.shape))
    chosen = chosen[::step, ::step]
    raster = frames.raster_from(chosen.values, chosen["y"].values, chosen["x"].values)
    known = raster.values[np.isfinite(raster.values)]
    low, high = percentile_range(known)
    look = frames.Colours(ramp="viridis", low=low, high=high)
    title = str(array.attrs.get("long_name") or array.name or "Value")
    unit, digits = unit_of(str(array.attrs.get("units", ""))), 0 if high - low > 20 else 1
    legend = frames.legend(
        look, title[:1].upper() + title[1:], unit, digits, "No data" if known.size < raster.values.size else "",
        below=True, above=True,
    )  # fmt: skip
    caption = "Plate carrée (EPSG:4326)" + "".join(f", {_at(chosen, dim)}" for dim in others) + "."
    return Peek(
        png=frames.draw_png(raster, look),
        placed=Placed(projection=frames.WORLD, extent=raster.bounds, caption=caption, legend=legend),
    )


def _at(array: "xr.DataArray", dim: str) -> str:
    if dim not in array.coords:
        return f"the first {dim}"
    value = array[dim].values
    if value.dtype.kind == "M":
        return f"{dim} {str(value)[:10]}"
    return f"{dim} {value}"


def _line(table: "pd.DataFrame") -> bytes:
    import pandas as pd

    times = next((name for name in table.columns if pd.api.types.is_datetime64_any_dtype(table[name])), None)
    if times is None and not isinstance(table.index, pd.DatetimeIndex):
        raise NoPicture("A table without times makes no line.")
    series = table.set_index(times) if times is not None else table
    columns = series.select_dtypes("number")
    if columns.shape[1] == 0:
        raise NoPicture("A table without numbers makes no line.")
    numbers = columns.iloc[:, 0]
    thinned = numbers.iloc[:: max(1, len(numbers) // 600)]
    points = [
        ChartPoint(time=str(time)[:10], value=None if pd.isna(value) else float(value))
        for time, value in thinned.items()
    ]
    chart = SeriesChart(title=str(numbers.name), unit="", points=points, width=360, height=150)
    return draw_png(series_spec(chart), scale=2)
