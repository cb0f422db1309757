"""One map of a variable of a cube, read from its file."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from repeatpass.data.facts import axes_of, quiet
from repeatpass.data.lattices import Lattice, Window, as_slice
from repeatpass.data.records import BadStyle, Source

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr


def read_window(
    array: "xr.DataArray", source: Source, time: str, dimensions: Mapping[str, str], lattice: Lattice, window: Window
) -> "np.ndarray[Any, Any]":
    """Read a part of one map of a variable, float32, NaN where there is no data."""
    import numpy as np

    y, x = axes_of(array) or ("", "")
    rows = lattice.rows[window.top : window.bottom : window.step]
    columns = lattice.columns[window.left : window.right : window.step]
    flat = array.isel(_places(array, source, time, dimensions, (y, x)))
    chosen = flat.isel({y: as_slice(rows), x: as_slice(columns)}).transpose(y, x)
    with quiet():
        return np.ascontiguousarray(chosen.values, dtype="float32")


def _places(
    array: Any, source: Source, time: str, dimensions: Mapping[str, str], plane: tuple[str, str]
) -> dict[str, int]:
    """Return the place along each dimension outside the plane."""
    found: dict[str, int] = {}
    for dim in (str(each) for each in array.dims if str(each) not in plane):
        if array[dim].dtype.kind == "M":
            found[dim] = source.times.index(time) if time else 0
            continue
        known = [str(value) for value in array[dim].values]
        wanted = dimensions.get(dim, known[0])
        if wanted not in known:
            raise BadStyle(f"There is no {dim} “{wanted}”; there is: {', '.join(known[:20])}.", dimension=dim)
        found[dim] = known.index(wanted)
    return found
