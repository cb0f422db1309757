"""A small picture of what was brought: drawn from the data, without axes, north up."""

from pathlib import Path
from typing import Any

from repeatpass.kit.bringing.records import Piece

SIDE = 512  # pixels of the longer side
PAPER, SEA = "#FBFAF7", "#0F5E8C"


def draw(piece: Piece, path: Path, target: Path) -> None:
    """Draw the kept file at *path* to *target*, a PNG."""
    {"raster": _raster, "cube": _cube, "table": _table}[piece.kind](path, target)


def _raster(path: Path, target: Path) -> None:
    import numpy as np
    import rasterio

    with rasterio.open(path) as dataset:
        share = min(1.0, SIDE / max(dataset.width, dataset.height))
        shape = (max(1, round(dataset.height * share)), max(1, round(dataset.width * share)))
        coloured = dataset.count >= 3 and set(dataset.dtypes[:3]) <= {"uint8", "uint16"}
        values = dataset.read([1, 2, 3] if coloured else [1], out_shape=(3 if coloured else 1, *shape), masked=True)
    if coloured:
        bands = [_stretched(band.astype("float64").filled(np.nan)) for band in values]
        _save(np.dstack(bands), target)
    else:
        _save(_stretched(values[0].astype("float64").filled(np.nan)), target)


def _cube(path: Path, target: Path) -> None:
    import numpy as np
    import xarray

    from repeatpass.kit.opening import NETCDF, ZARR_ZIP, open_file

    dataset: xarray.Dataset = open_file(path, ZARR_ZIP if path.name.endswith(".zip") else NETCDF, {})
    with dataset:
        array = max(dataset.data_vars.values(), key=lambda each: (each.ndim, each.size))
        for dim in array.dims[:-2]:
            array = array.isel({dim: 0})
        rows = dataset[array.dims[0]] if array.dims[0] in dataset.coords else None
        step = max(1, max(array.shape) // SIDE)
        values = np.asarray(array[::step, ::step].values, dtype="float64")
        if rows is not None and rows.size > 1 and float(rows[0]) < float(rows[-1]):
            values = values[::-1]
    _save(_stretched(values), target)


def _table(path: Path, target: Path) -> None:
    import geopandas
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    frame = geopandas.read_parquet(path)
    frame = frame[~frame.geometry.isna()]
    west, south, east, north = frame.total_bounds
    wide, high = max(east - west, 1e-9), max(north - south, 1e-9)
    share = SIDE / 100 / max(wide, high)
    figure = Figure(figsize=(max(1.2, wide * share), max(1.2, high * share)), dpi=100, facecolor=PAPER)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.02, 0.02, 0.96, 0.96))
    axes.set_axis_off()
    frame.iloc[:20_000].plot(ax=axes, color=SEA, linewidth=0.5, markersize=6, edgecolor=PAPER, aspect="equal")
    figure.savefig(target, format="png", metadata={"Software": "Repeatpass"})


def _stretched(values: Any) -> Any:
    """Numbers from 0 to 1 between the percentiles 2 and 98; NaN stays."""
    import numpy as np

    found = values[np.isfinite(values)]
    if not found.size:
        return values
    low, high = np.percentile(found, (2, 98))
    return np.clip((values - low) / (high - low if high > low else 1.0), 0, 1)


def _save(values: Any, target: Path) -> None:
    """Save numbers from 0 to 1: one layer by viridis, three as red, green, blue; clear where there is none."""
    import matplotlib
    import matplotlib.image
    import numpy as np

    there = np.isfinite(values).all(axis=-1) if values.ndim == 3 else np.isfinite(values)
    if values.ndim == 3:
        painted = np.dstack([np.nan_to_num(values), there.astype("float64")])
    else:
        painted = matplotlib.colormaps["viridis"](np.nan_to_num(values))
        painted[..., 3] = there
    matplotlib.image.imsave(target, painted, format="png", metadata={"Software": "Repeatpass"})
