"""A file of a source: its variables, its times, and its cells, read in the pieces in which they are stored."""

from collections.abc import Mapping
from typing import Any

from repeatpass.kit.cubes.expressions import evaluate, names_in
from repeatpass.kit.cubes.lattices import Lattice, lattice_of
from repeatpass.kit.cubes.records import BadSpecification, Step, Variable
from repeatpass.kit.cubes.windows import Window
from repeatpass.kit.years import first_moments

HELD_BYTES = 128_000_000  # of decoded cells of one source, kept so that a stored piece is not read twice


class File:
    """One opened file, looked at for one variable of the cube."""

    def __init__(self, opened: Any, variable: Variable, what: str) -> None:
        self.variable = variable
        self.opened = opened
        arrays, wkt = _arrays(opened)
        self.arrays = {name: _chosen(arrays[name], variable, what) for name in _names(arrays, variable, what)}
        first = next(iter(self.arrays.values()))
        self.lattice: Lattice = lattice_of(first, wkt, what)
        self.along = _along(self.arrays, self.lattice, what)
        self.times = _times(first, self.along, what)
        self._held: dict[str, tuple[Any, Any]] = {}

    @property
    def seasonal(self) -> bool:
        """Whether the file tells the months of any year."""
        return self.along == "month"

    def within(self, step: Step) -> list[int]:
        """The places along the time axis whose moment lies in *step*."""
        import numpy as np

        if self.seasonal:
            months = _months(step)
            return [place for place, month in enumerate(self.times) if int(month) in months]
        start, end = np.datetime64(step.start), np.datetime64(step.end)
        return [int(place) for place in np.flatnonzero((self.times >= start) & (self.times < end))]

    def read(self, window: Window, place: int | None) -> Any:
        """The cells of *window* at one time as float64, NaN where there is no data."""
        import numpy as np

        known = {name: self._cells(name, window, place) for name in self.arrays}
        if self.variable.expression:
            return evaluate(self.variable.expression, known)
        return np.asarray(next(iter(known.values())), dtype="float64")

    def _cells(self, name: str, window: Window, place: int | None) -> Any:
        import numpy as np

        array = self.arrays[name]
        if place is None:
            return _loaded(array, window, self.lattice, {}).astype("float64")
        length = self._length(array, window)
        key = (window, place // length)
        if name not in self._held or self._held[name][0] != key:
            self._held.pop(name, None)  # first, so that two pieces are never in memory at once
            start = key[1] * length
            chosen = {self.along: slice(start, min(start + length, array.sizes[self.along]))}
            self._held[name] = key, _loaded(array, window, self.lattice, chosen)
        return np.asarray(self._held[name][1][place % length], dtype="float64")

    def _length(self, array: Any, window: Window) -> int:
        """How many times are read at once: as many as are stored together, if memory allows."""
        rows, columns = window.shape
        fitting = max(1, HELD_BYTES // max(1, rows * columns * max(4, array.dtype.itemsize)))
        chunks: Mapping[Any, int] = array.encoding.get("preferred_chunks") or {}
        stored = array.sizes[self.along] if self.seasonal else int(chunks.get(self.along, 1))
        return int(max(1, min(fitting, stored)))

    def close(self) -> None:
        """Let go of the file."""
        self._held.clear()
        self.opened.close()


def _arrays(opened: Any) -> tuple[dict[str, Any], str]:
    """The variables of a file by name, a GeoTIFF's bands by theirs, and its CRS as WKT where it states one."""
    if not hasattr(opened, "data_vars"):
        names = opened.attrs.get("long_name")
        names = names if isinstance(names, tuple | list) else [f"B{number}" for number in opened["band"].values]
        crs = opened.rio.crs
        return {
            str(name): opened.isel(band=place, drop=True) for place, name in enumerate(names)
        }, crs.to_wkt() if crs else ""
    spatial = [array for array in opened.data_vars.values() if array.ndim >= 2 and array.dtype.kind in "fiub"]
    wkt = ""
    for array in spatial:
        named = array.encoding.get("grid_mapping") or array.attrs.get("grid_mapping") or "spatial_ref"
        if named in opened.variables:
            attributes = opened[named].attrs
            wkt = wkt or str(attributes.get("crs_wkt") or attributes.get("spatial_ref") or "")
    bounds = {array.attrs.get("bounds") for array in opened.coords.values()}
    return {str(array.name): array for array in spatial if array.name not in bounds}, wkt


def _names(arrays: Mapping[str, Any], variable: Variable, what: str) -> list[str]:
    known = ", ".join(arrays) or "none"
    at = f"variables.{variable.name}"
    if variable.expression:
        wanted = sorted(names_in(variable.expression, f"{at}.expression"))
        missing = [name for name in wanted if name not in arrays]
        if missing:
            raise BadSpecification(f"{at}.expression names {missing[0]!r}, which {what} does not have; it has {known}.")
        return wanted
    if variable.variable and variable.variable not in arrays:
        raise BadSpecification(f"{at}.variable: {what} has no variable {variable.variable!r}; it has {known}.")
    if not variable.variable and len(arrays) != 1:
        raise BadSpecification(f"{at}.variable: it is missing, and {what} has several: {known}.")
    return [variable.variable or next(iter(arrays))]


def _chosen(array: Any, variable: Variable, what: str) -> Any:
    """The array at the place in its further dimensions that `select` states."""
    for dim, value in variable.select.items():
        if dim not in array.dims or dim not in array.coords:
            dims = ", ".join(map(str, array.dims))
            raise BadSpecification(f"variables.{variable.name}.select: {what} has no dimension {dim!r}; it has {dims}.")
        array = array.sel({dim: value}, method="nearest", drop=True)
    return array


def _along(arrays: Mapping[str, Any], lattice: Lattice, what: str) -> str:
    """The dimension of time, empty where there is none; BadSpecification where a further one is left."""
    dims = {str(dim) for array in arrays.values() for dim in array.dims} - {lattice.y, lattice.x}
    if len(dims) > 1 or not dims <= {"time", "year", "month"}:
        left = ", ".join(sorted(dims - {"time", "year", "month"}) or sorted(dims))
        raise BadSpecification(f"{what} also has the dimension {left}; choose a place in it with select.")
    return next(iter(dims), "")


def _times(array: Any, along: str, what: str) -> Any:
    import numpy as np

    if not along or along == "month":
        return np.asarray(array["month"].values, dtype="int64") if along else None
    values = array[along].values
    if along == "year":
        return first_moments(array[along])
    if values.dtype.kind != "M":
        raise BadSpecification(
            f"{what}: its times are not those of the ordinary calendar, so they have no place in the cube."
        )
    return values.astype("datetime64[s]")


def _months(step: Step) -> set[int]:
    """The months of the year in which a step begins or goes on."""
    first, last = step.start.year * 12 + step.start.month - 1, step.end.year * 12 + step.end.month - 1
    whole = (step.end.day, step.end.hour) == (1, 0)
    return {number % 12 + 1 for number in range(first, last + (0 if whole and last > first else 1))}


def _loaded(array: Any, window: Window, lattice: Lattice, chosen: Mapping[str, slice]) -> Any:
    """Cells as they are in the file, north up, with the time axis first where there is one."""
    import numpy as np

    start, stop = window.rows
    rows = slice(lattice.height - stop, lattice.height - start) if lattice.flipped else slice(start, stop)
    order = (*chosen, lattice.y, lattice.x)
    runs = [
        array.isel({**chosen, lattice.y: rows, lattice.x: slice(*run)}).transpose(*order).values for run in window.runs
    ]
    cells = runs[0] if len(runs) == 1 else np.concatenate(runs, axis=-1)
    return cells[..., ::-1, :] if lattice.flipped else cells
