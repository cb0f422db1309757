"""Parts of rasters on other grids, by rio-tiler: the cells that it gives, without what need be found out only once."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from repeatpass.data.facts import crs_text
from repeatpass.data.grids import Grid, in_degrees
from repeatpass.data.records import Box

MERCATOR = 85.06  # degrees: beyond, a web map has no resolution that could be told
MOST = 4096  # columns and rows that are warped to at most, of the coarsest overview


def part_of(file: Any, indexes: Sequence[int], grid: Grid, nodata: float | None, turn: float = 0) -> Any:
    """Return bands of an open raster (band, row, column) on a grid, masked where there is no data.

    With *turn* those that lie that many degrees further east. Scale and offset are applied. The cells are those of
    `rio_tiler.reader.part`, which computes the resolution of the whole raster each time and always reads a mask.
    """
    from rio_tiler.reader import part, read

    how: Any = grid.resampling
    common = {"indexes": tuple(indexes), "nodata": nodata, "resampling_method": how, "reproject_method": how}
    common |= {"height": grid.height, "width": grid.width, "unscale": scaled(file)}
    if file.crs == grid.crs and not turn:
        return part(file, grid.bounds, dst_crs=grid.crs, bounds_crs=grid.crs, **common).array
    options = _target(file, grid)
    if turn:
        from rasterio import Affine

        options["src_transform"] = Affine.translation(turn, 0) * file.transform
    known = nodata if nodata is not None else file.nodata
    if known is not None or (not turn and _whole(file) and _within(file, grid)):
        return _without_mask(file, indexes, grid, known, options)
    return read(file, dst_crs=grid.crs, vrt_options=options, **common).array


def _without_mask(file: Any, indexes: Sequence[int], grid: Grid, nodata: float | None, options: dict[str, Any]) -> Any:
    """The cells where the values themselves tell which are none, or all are some: nothing else is warped for that."""
    import numpy as np
    from rasterio.enums import Resampling
    from rasterio.vrt import WarpedVRT

    how = Resampling[grid.resampling]
    none = {} if nodata is None else {"nodata": nodata, "src_nodata": nodata}
    with WarpedVRT(file, add_alpha=False, resampling=how, **none, **options) as warped:
        cells = warped.read(list(indexes), out_shape=(len(indexes), grid.height, grid.width), resampling=how)
    return np.ma.MaskedArray(_unscaled(file, indexes, cells), mask=_unknown(cells, nodata))


def _unknown(cells: Any, nodata: float | None) -> Any:
    import numpy as np

    if nodata is None:
        return np.zeros(cells.shape, dtype=bool)
    return np.isnan(cells) if math.isnan(nodata) else cells == nodata


def _unscaled(file: Any, indexes: Sequence[int], cells: Any) -> Any:
    import numpy as np

    if not scaled(file):
        return cells
    scales, offsets = (np.array([all[index - 1] for index in indexes]) for all in (file.scales, file.offsets))
    made = cells.astype("float32")
    made *= scales.reshape(-1, 1, 1).astype("float32")
    made += offsets.reshape(-1, 1, 1).astype("float32")
    return made


def _target(file: Any, grid: Grid) -> dict[str, Any]:
    """What GDAL is to warp to: the grid, or where that is coarser than the raster the raster's own resolution.

    Of a small raster on a map of the world that would be millions of columns, each of them warped from its coarsest
    overview: then it is as fine as can be had in an instant.
    """
    from rasterio.transform import from_bounds

    left, bottom, right, top = grid.bounds
    wide, high = resolution(file.crs, grid.crs, file.width, file.height, tuple(file.bounds))
    most = MOST * max(file.overviews(1), default=1)
    wide = max(min(wide, (right - left) / grid.width), (right - left) / max(most, grid.width))
    high = max(min(high, (top - bottom) / grid.height), (top - bottom) / max(most, grid.height))
    columns, rows = max(1, round((right - left) / wide)), max(1, round((top - bottom) / high))
    transform = from_bounds(left, bottom, right, top, columns, rows)
    return {"crs": grid.crs, "transform": transform, "width": columns, "height": rows, "dtype": file.dtypes[0]}


@lru_cache(10_000)
def resolution(source: Any, target: Any, width: int, height: int, bounds: Box) -> tuple[float, float]:
    """Return the width and the height that a cell of a raster has in another system."""
    from rasterio.warp import calculate_default_transform

    left, bottom, right, top = bounds
    if source.to_epsg() == 4326 and target.to_epsg() == 3857 and (bottom < -MERCATOR or top > MERCATOR):
        cell = (top - bottom) / height
        bottom, top = max(bottom, -MERCATOR), min(top, MERCATOR)
        height = max(1, round((top - bottom) / cell))
    transform, _, _ = calculate_default_transform(source, target, width, height, left, bottom, right, top)
    return abs(transform.a), abs(transform.e)


def _whole(file: Any) -> bool:
    """Whether every cell of a raster has a value: there is neither a mask nor a value that means none."""
    return all(len(flags) == 1 and flags[0].name == "all_valid" for flags in file.mask_flag_enums)


def _within(file: Any, grid: Grid) -> bool:
    """Whether a raster covers a whole grid, so that no cell of the grid needs to be masked."""
    from rasterio.errors import CRSError
    from rasterio.warp import transform_bounds

    if crs_text(file.crs) == "EPSG:4326":
        place = in_degrees(grid)
    else:
        try:
            place = transform_bounds(grid.crs, file.crs, *grid.bounds)
        except CRSError:
            place = None
    if place is None:
        return False
    west, south, east, north = place
    left, bottom, right, top = file.bounds
    return bool(left <= west < east <= right and bottom <= south < north <= top)


def laid_over(upper: Any, lower: Any) -> Any:
    """Return cells (band, row, column) of two pictures: a pixel that *upper* has not is *lower*'s, in all bands."""
    import numpy as np

    gaps = np.ma.getmaskarray(upper).all(axis=0)
    hidden = np.where(gaps, np.ma.getmaskarray(lower), np.ma.getmaskarray(upper))
    return np.ma.MaskedArray(np.where(gaps, lower.data, upper.data), mask=hidden)


def scaled(file: Any) -> bool:
    """Whether a raster's cells must be multiplied or shifted to mean what its unit says."""
    return any(scale != 1 for scale in file.scales) or any(offset != 0 for offset in file.offsets)
