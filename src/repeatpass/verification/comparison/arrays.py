"""Opens cubes (NetCDF, zipped Zarr) as layers, through xarray."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from repeatpass.kit.records import Tolerance
from repeatpass.verification.comparison import words
from repeatpass.verification.comparison.findings import Place, remark
from repeatpass.verification.comparison.layers import Layer, compare_layers
from repeatpass.verification.comparison.numbers import Array
from repeatpass.verification.comparison.records import Difference, Unreadable

# The attributes of CF that give a number its meaning beside its unit.
MEANING = (
    "calendar",
    "standard_name",
    "cell_methods",
    "positive",
    "axis",
    "flag_values",
    "flag_meanings",
    "grid_mapping_name",
    "crs_wkt",
    "spatial_ref",
    "GeoTransform",
    "proj:code",
    "proj:wkt2",
)
ENGINES = {b"\x89HDF": ("h5netcdf", "netcdf4"), b"CDF": ("scipy", "netcdf4"), b"PK": ("zarr",)}


def compare_cubes(original: Path, repeated: Path, tolerance: Tolerance) -> list[Difference]:
    """Return every difference between two cubes, over all their groups.

    Raises Unreadable where a file, or the package that opens it, is damaged or missing.
    """
    with _groups(original) as ours, _groups(repeated) as theirs:
        try:
            found = compare_layers("variable", _layers(ours), _layers(theirs), tolerance)
        except (OSError, RuntimeError) as error:  # a chunk that cannot be decoded
            raise Unreadable(str(error)) from error
        return found + _titles(ours, theirs)


@contextmanager
def _groups(path: Path) -> Iterator[Mapping[str, xr.Dataset]]:
    with ExitStack() as stack:
        try:
            groups = _open(path, stack)
        except (OSError, ValueError, KeyError, ImportError, RuntimeError, TypeError) as error:
            raise Unreadable(f"{path.name} could not be opened as a cube ({error}).") from error
        for dataset in groups.values():
            stack.callback(dataset.close)
        yield groups


def _open(path: Path, stack: ExitStack) -> Mapping[str, xr.Dataset]:
    with path.open("rb") as file:
        head = file.read(4)
    known = next((engines for magic, engines in ENGINES.items() if head.startswith(magic)), ())
    usable = [engine for engine in known if engine in xr.backends.list_engines()]
    if not usable:
        raise Unreadable(f"No installed package opens {path.name} as a cube.")
    source: Any = path
    options: dict[str, Any] = {"engine": usable[0], "decode_timedelta": False}
    if usable[0] == "zarr":
        from zarr.storage import ZipStore

        source, options["consolidated"] = ZipStore(path, mode="r"), False
        stack.callback(source.close)
    elif usable[0] == "h5netcdf":
        options["phony_dims"] = "access"
    return _decoded(source, options)


def _decoded(source: Any, options: dict[str, Any]) -> Mapping[str, xr.Dataset]:
    try:
        return xr.open_groups(source, **options)
    except (ValueError, OverflowError):
        # A calendar that needs a package which is not installed: the stored numbers still compare.
        return xr.open_groups(source, **options, decode_times=False)


def _layers(groups: Mapping[str, xr.Dataset]) -> list[Layer]:
    return [
        _layer(dataset, str(name), prefix.strip("/"))
        for prefix, dataset in groups.items()
        for name in dataset.variables
    ]


def _layer(dataset: xr.Dataset, name: str, prefix: str) -> Layer:
    variable = dataset.variables[name]
    notes = {str(key): _text(value) for key, value in variable.attrs.items() if key != "units"}
    calendar = variable.encoding.get("calendar")
    if calendar:
        notes["calendar"] = str(calendar)
    return Layer(
        name=f"{prefix}/{name}" if prefix else name,
        dtype=str(variable.dtype),
        dims=tuple(map(str, variable.dims)),
        shape=variable.shape,
        coordinate=name in dataset.coords,
        unit=str(variable.attrs.get("units", "")),
        meaning=tuple((key, value) for key, value in notes.items() if key in MEANING),
        remarks=tuple((key, value) for key, value in notes.items() if key not in MEANING),
        read=partial(_read, variable),
        locate=partial(_locate, dataset, name),
    )


def _read(variable: xr.Variable, start: int, stop: int) -> Array:
    part = variable[start:stop] if variable.ndim else variable
    return np.asarray(part.values)


def _locate(dataset: xr.Dataset, name: str, index: tuple[int, ...]) -> tuple[Place, str]:
    at, said = [], []
    for dim, place in zip(dataset.variables[name].dims, index, strict=True):
        if dim not in dataset.variables or dataset.variables[dim].ndim != 1:
            label = spoken = str(place)
        else:
            along = dataset.variables[dim].values
            label = _label(along[place])
            times = along.dtype.kind == "M"
            spoken = words.moment(label, [_label(other) for other in along]) if times else label
        at.append((str(dim), label))
        said.append(spoken if dim in dataset.variables and spoken != label else f"{dim} {spoken}")
    return tuple(at), ", ".join(said)


def _label(value: Any) -> str:
    if isinstance(value, np.datetime64):
        text = str(np.datetime_as_string(value, unit="auto"))
        return text if len(text) > 7 else str(np.datetime_as_string(value, unit="D"))
    return f"{value:.6g}" if isinstance(value, np.floating | float) else str(value)


def _text(value: Any) -> str:
    return str(value.tolist()) if isinstance(value, np.ndarray | np.generic) else str(value)


def _titles(ours: Mapping[str, xr.Dataset], theirs: Mapping[str, xr.Dataset]) -> list[Difference]:
    found: list[Difference] = []
    for group in ours.keys() & theirs.keys():
        a, b = ours[group].attrs, theirs[group].attrs
        changed = [str(key) for key in {**a, **b} if _text(a.get(key, "")) != _text(b.get(key, ""))]
        found += [remark(key, f"the note {key} of the file changed") for key in changed]
    return found
