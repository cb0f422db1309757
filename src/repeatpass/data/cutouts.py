"""A part of a layer as a file: GeoTIFF, NetCDF, PNG or CSV, with what its reader must know in it."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from repeatpass.core.errors import Invalid
from repeatpass.data.areas import Area
from repeatpass.data.cutout_files import Part, csv, geotiff, netcdf
from repeatpass.data.images import Images
from repeatpass.data.places import inside, own_grid
from repeatpass.data.records import Cutout, Layer, Style
from repeatpass.data.times import chosen_times

if TYPE_CHECKING:
    pass

MOST = 32_000_000  # cells of all times and bands together
ROWS = 2_000_000  # cells of a table
TYPES = {
    "tif": "image/tiff; application=geotiff; profile=cloud-optimized",
    "nc": "application/x-netcdf",
    "csv": "text/csv; charset=utf-8",
}


def cut_out(images: Images, layer: Layer, style: Style, time: str, area: Area | None, crs: str, form: str) -> Cutout:
    """Return the cells of *layer* in *area* at its own resolution, in its own system unless *crs* names another.

    *form*: ``tif`` (one time), ``nc``, ``csv``. Cells whose middle lies outside of the area have no value. Raise
    Exhausted where that would be more than `MOST` cells, or `ROWS` of a table; Invalid for a form, an area or a system
    that cannot be.
    """
    if form not in TYPES:
        raise Invalid(f"format is “{form}”; there is: {', '.join([*TYPES, 'png'])}.", field="format")
    times = chosen_times(layer, time) or ("",)
    if form == "tif" and len(times) > 1 and layer.kind == "cube":
        raise Invalid("A GeoTIFF holds one time; choose one, or format nc or csv.", field="time")
    part = _part(images, layer, style, times, area, crs, ROWS if form == "csv" else MOST)
    content = {"tif": geotiff, "nc": netcdf, "csv": csv}[form](part)
    return Cutout(content=content, media_type=TYPES[form], filename=f"{_stem(layer, part.times)}.{form}")


def _part(
    images: Images, layer: Layer, style: Style, times: Sequence[str], area: Area | None, crs: str, most: int
) -> Part:
    import numpy as np

    single = layer.kind == "raster"  # rasters of several times are laid over one another
    grid = own_grid(layer, area, most // (1 if single else len(times)), exact=True, crs=crs or None)
    moments: list[Sequence[str]] = [[each for each in times if each]] if single else [[each] for each in times if each]
    outside = ~inside(grid, area)
    found = []
    for each in moments or [[]]:
        cells = images.cells(layer, style, each, grid)
        cells.array.mask = np.ma.getmaskarray(cells.array) | outside
        found.append(cells)
    shown = (times[-1],) if single else tuple(times)
    return Part(layer=layer, style=style, times=shown, grid=grid, cells=tuple(found))


def _stem(layer: Layer, times: Sequence[str]) -> str:
    when = "-".join(dict.fromkeys(each[:10] for each in (times[0], times[-1]) if each))
    return re.sub(r"[^A-Za-z0-9._-]+", "-", f"{layer.id}-{when}" if when else layer.id)
