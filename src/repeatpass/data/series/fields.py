"""What a series is read from: values in time on a grid, a window at a time.

A `Field` reads itself; the engine only sums. Rows and columns are as stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from repeatpass.core.errors import Invalid
from repeatpass.data.expressions import computed
from repeatpass.data.facts import axes_of, crs_of, crs_text, time_of, time_texts
from repeatpass.data.series.grids import Grid, edges_of

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Field(Protocol):
    """Values (time, row, column) of one variable, band or formula."""

    @property
    def grid(self) -> Grid:
        """The grid that all times share."""

    @property
    def times(self) -> Sequence[str]:
        """The times in the order in which they are stored, ISO 8601 in UTC; one empty text if it has none."""

    @property
    def chunks(self) -> tuple[int, int, int]:
        """How many times, rows and columns are unpacked together at least."""

    def read(self, times: slice, rows: slice, columns: slice) -> "NDArray[Any]":
        """Return the values of a window, (time, row, column), floating; NaN where there are none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CubeField:
    """A variable of an xarray dataset, read when it is asked for."""

    array: Any  # xarray.DataArray, its dimensions (time,) y, x
    grid: Grid
    times: Sequence[str]
    chunks: tuple[int, int, int]

    def read(self, times: slice, rows: slice, columns: slice) -> "NDArray[Any]":
        """Read a window with the scale, the offset and the gaps that the file states."""
        import numpy as np

        y, x = self.array.dims[-2:]
        timed = self.array.ndim == 3
        first = {self.array.dims[0]: times} if timed else {}
        values = np.asarray(self.array.isel({**first, y: rows, x: columns}).values)
        values = values if values.dtype.kind == "f" else values.astype("float64")
        return values if timed else values[None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Formula:
    """A formula over fields on one grid at the same times, computed in 32-bit numbers; there is none where *mask* is 0."""

    expression: str
    of: Mapping[str, Field]
    mask: str = ""

    @property
    def grid(self) -> Grid:
        """The grid of its fields."""
        return next(iter(self.of.values())).grid

    @property
    def times(self) -> Sequence[str]:
        """The times of its fields."""
        return next(iter(self.of.values())).times

    @property
    def chunks(self) -> tuple[int, int, int]:
        """The chunks of the first of its fields."""
        return next(iter(self.of.values())).chunks

    def read(self, times: slice, rows: slice, columns: slice) -> "NDArray[Any]":
        """Compute the formula in a window."""
        import numpy as np

        values = {name: each.read(times, rows, columns) for name, each in self.of.items()}
        plain = values.get(self.expression)
        found = computed(self.expression, values) if plain is None else plain
        return np.where(np.nan_to_num(computed(self.mask, values)) != 0, found, np.nan) if self.mask else found


def cube_field(dataset: Any, variable: str, dimensions: Mapping[str, str] | None = None) -> CubeField:
    """Return the *variable* of an xarray *dataset* as a field.

    *dimensions*: of further dimensions, such as depth, the value to take; the first one otherwise. Raise Invalid where
    the variable lies on no rectilinear grid.
    """
    array = dataset[variable]
    axes = axes_of(array)
    if axes is None:
        raise Invalid(
            f"{variable} has the dimensions {', '.join(map(str, array.dims))}; series need a grid with one coordinate for "
            "its rows and one for its columns."
        )
    y, x = axes
    crs = crs_of(dataset, array, y)
    time = time_of(array)
    array = _at(array, dimensions or {}, {y, x, time}).transpose(*([time] if time else []), y, x)
    return CubeField(
        array=array,
        grid=Grid(x=_edges(dataset, x), y=_edges(dataset, y, latitudes=crs.is_geographic), crs=crs_text(crs)),
        times=tuple(time_texts(array[time].values)) if time else ("",),
        chunks=_chunks(array, bool(time)),
    )


def _at(array: Any, dimensions: Mapping[str, str], kept: set[str]) -> Any:
    """One value of each dimension that is neither time nor space."""
    for dim in [str(dim) for dim in array.dims if dim not in kept]:
        named = [str(value) for value in array[dim].values]
        wanted = dimensions.get(dim, named[0])
        if wanted not in named:
            raise Invalid(f"{dim}: there is no “{wanted[:60]}”; there is {', '.join(named[:20])}.", field=dim)
        array = array.isel({dim: named.index(wanted)})
    return array


def _edges(dataset: Any, dim: str, *, latitudes: bool = False) -> Any:
    """The edges of cells: those that the file states, otherwise halfway between the centres."""
    import numpy as np

    centres = np.asarray(dataset[dim].values, dtype="float64")
    name = dataset[dim].attrs.get("bounds", "")
    if name in dataset.variables and dataset[name].shape == (len(centres), 2):
        pairs = np.asarray(dataset[name].values, dtype="float64")
        pairs = pairs if (pairs[-1, 1] > pairs[0, 0]) == (centres[-1] > centres[0]) else pairs[:, ::-1]
        stated = np.append(pairs[:, 0], pairs[-1, 1])
        joined = np.allclose(pairs[1:, 0], pairs[:-1, 1], rtol=0, atol=1e-6 * abs(stated[-1] - stated[0]))
        if joined and np.all(np.diff(stated) * (stated[-1] - stated[0]) > 0):
            return np.clip(stated, -90, 90) if latitudes else stated
    return edges_of(centres, latitudes=latitudes)


def _chunks(array: Any, timed: bool) -> tuple[int, int, int]:
    """How the values lie in the file: what has to be unpacked to read one of them."""
    known = array.encoding.get("preferred_chunks") or {}
    found = [int(known.get(dim, array.sizes[dim])) if known else 1 for dim in array.dims]
    times, rows, columns = found if timed else [1, *found]
    return times, rows, columns
