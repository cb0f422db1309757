"""A layer on a grid: the cells that a style asks for, several files of one time laid over one another."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from repeatpass.data.covering import Covering
from repeatpass.data.expressions import computed, names_in
from repeatpass.data.grids import Grid, in_degrees
from repeatpass.data.reading import Reading, layer_names
from repeatpass.data.records import BadStyle, Box, Layer, Source, Style
from repeatpass.data.warping import laid_over

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, kw_only=True, slots=True)
class Cells:
    """What a style asks of a layer, by name: bands, or the one result of a formula."""

    names: tuple[str, ...]
    array: "np.ma.MaskedArray[Any, Any]"  # (name, row, column), masked where there is no data


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """The names to read and what becomes of them."""

    shown: tuple[str, ...]  # bands or a variable; () if a formula is shown
    read: tuple[str, ...]
    expression: str = ""
    mask: str = ""


def wanted_of(layer: Layer, style: Style) -> Wanted:
    """Return what must be read for *style*; raise BadStyle where it names what the layer has not."""
    known = layer_names(layer)
    mask = names_in(style.mask, known) if style.mask else ()
    if style.expression:
        read = (*names_in(style.expression, known), *mask)
        return Wanted(shown=(), read=tuple(dict.fromkeys(read)), expression=style.expression, mask=style.mask)
    shown = style.bands or ((style.variable or layer.name,) if layer.kind == "cube" else layer.style.bands)
    if missing := [name for name in shown if name not in known]:
        raise BadStyle(f"{layer.id} has no {', '.join(missing)}; it has: {', '.join(known)}.", known=list(known))
    if len(shown) not in (1, 3):
        raise BadStyle(f"Name one band, or three for red, green and blue; {len(shown)} were named.", bands=list(shown))
    return Wanted(shown=shown, read=tuple(dict.fromkeys((*shown, *mask))), mask=style.mask)


class Images:
    """Makes cells out of files."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.covering = Covering()

    def cells(self, layer: Layer, style: Style, times: Sequence[str], grid: Grid) -> Cells:
        """Return the cells of *layer* on *grid*.

        *times*: those that `chosen_times` gave; where several files cover a cell the newest that has a value there
        counts. Raise BadStyle where the style does not fit the layer.
        """
        import numpy as np

        wanted = wanted_of(layer, style)
        count = 1 if wanted.expression else len(wanted.shown)
        whole: Any = None
        todo = [
            (each, turned)
            for turned in turns(layer, grid)
            for each in self.covering.find(layer, times, _place(layer, turned))
        ]
        for (source, time), turned in todo:
            found = self._one(layer, source, time, style, wanted, turned)
            whole = found if whole is None else laid_over(whole, found)
            if not np.ma.getmaskarray(whole).all(axis=0).any():
                break
        if whole is None:
            empty = np.zeros((count, grid.height, grid.width), dtype="float32" if wanted.expression else layer.dtype)
            whole = np.ma.MaskedArray(empty, mask=True)
        return Cells(names=(wanted.expression,) if wanted.expression else wanted.shown, array=whole)

    def _one(self, layer: Layer, source: Source, time: str, style: Style, wanted: Wanted, grid: Grid) -> Any:
        import numpy as np

        array = self._read(layer, source, time, style, wanted, grid)
        values = dict(zip(wanted.read, np.ma.getdata(array), strict=True))
        unknown = np.ma.getmaskarray(array)
        if wanted.expression:
            made = computed(wanted.expression, values)[None]
            shown = np.ma.MaskedArray(made, mask=np.isnan(made) | unknown.any(axis=0))
        else:
            places = [wanted.read.index(name) for name in wanted.shown]
            shown = array[places] if places != list(range(len(wanted.read))) else array
        if wanted.mask:
            keep = computed(wanted.mask, values)
            shown = np.ma.MaskedArray(shown.data, mask=np.ma.getmaskarray(shown) | ~(np.nan_to_num(keep) != 0))
        return shown

    def _bands(self, layer: Layer, source: Source, style: Style, names: Sequence[str], grid: Grid) -> Any:
        import numpy as np

        files = _files(layer, source, names)
        parts = [self.reading.raster(file, indexes, grid, style.nodata) for file, indexes in files]
        return parts[0] if len(parts) == 1 else np.ma.concatenate(parts)

    def _read(self, layer: Layer, source: Source, time: str, style: Style, wanted: Wanted, grid: Grid) -> Any:
        import numpy as np

        if layer.kind == "raster":
            return self._bands(layer, source, style, wanted.read, grid)
        parts = [self.reading.cube(source, name, time, style.dimensions, grid, style.nodata) for name in wanted.read]
        return parts[0] if len(parts) == 1 else np.ma.concatenate(parts)


def _files(layer: Layer, source: Source, names: Sequence[str]) -> list[tuple[Source, list[int]]]:
    """The files of a raster to read, each with the numbers of the bands: one for all bands, or one for each."""
    if source.parts:
        return [(replace(source, checksum=source.parts[name]), [1]) for name in names]
    places = {band.name: band.index for band in layer.bands}
    return [(source, [places[name] for name in names])]


def turns(layer: Layer, grid: Grid) -> list[Grid]:
    """The grid, and where its longitudes or the layer's go beyond ±180, the same one turn of the Earth away."""
    if not grid.crs.is_geographic:
        return [grid]
    own = layer.bounds if _in_longitudes(layer) else (-180.0, -90.0, 180.0, 90.0)
    west, south, east, north = grid.bounds
    moved = [turn for turn in (0.0, 360.0, -360.0) if west + turn < own[2] and east + turn > own[0]]
    return [replace(grid, bounds=(west + turn, south, east + turn, north)) for turn in moved]


def _in_longitudes(layer: Layer) -> bool:
    from rasterio.crs import CRS

    return bool(CRS.from_user_input(layer.crs).is_geographic)


def _place(layer: Layer, grid: Grid) -> Box | None:
    """Where the grid lies in degrees; None where that need not be known, or cannot be."""
    west, south, east, north = layer.bbox
    everywhere = west <= -180 and east >= 180 and south <= -85 and north >= 85
    return None if len(layer.sources) == 1 and everywhere else in_degrees(grid)
