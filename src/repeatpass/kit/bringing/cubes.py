"""NetCDF and zipped Zarr: their axes found as CF says, read to the last number, written as chunked NetCDF-4 where needed."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from repeatpass.kit.bringing.formats import CLASSIC, ZARR
from repeatpass.kit.bringing.places import crs_text, placed, require_crs, require_stated
from repeatpass.kit.bringing.reasons import reason
from repeatpass.kit.bringing.records import Bounds, Most, Piece, Refused, Source
from repeatpass.kit.bringing.summing import Summing
from repeatpass.kit.opening import NETCDF, ZARR_ZIP
from repeatpass.kit.years import SAID, counts_years, first_moments

Tell = Callable[[str, int, int], None]
UNITS = {"y": {"degrees_north", "degree_north", "degrees_n", "degree_n", "degreen", "degreesn"},
         "x": {"degrees_east", "degree_east", "degrees_e", "degree_e", "degreee", "degreese"}}  # fmt: skip
STANDARD = {"y": ("latitude", "projection_y_coordinate"), "x": ("longitude", "projection_x_coordinate")}
NAMES = {"y": ("lat", "latitude", "y"), "x": ("lon", "longitude", "x")}
PIECE = 64_000_000  # bytes of numbers at once
CHUNK = 256  # cells along each side of a chunk, and the steps


def check_cube(source: Source, target: Path, id: str, most: Most, tell: Tell) -> Piece:
    """Check a NetCDF or a zipped Zarr and write it to *target*; Refused for whatever is wrong with it."""
    dataset = _opened(source)
    with dataset:
        _require_size(dataset, source.name, most)
        y, x = (_axis(dataset, each, source.name) for each in ("y", "x"))
        names = [str(name) for name, each in dataset.data_vars.items() if {y, x} <= set(each.dims)]
        if not names:
            raise _unplaced(source.name, f"none of its variables lies on both {y} and {x}")
        _require_cells(dataset, names, source.name)
        crs = _crs(dataset, names, y, x, source.name)
        bounds, box = _extent(dataset, y, x, crs, source.name)
        start, end, time = _times(dataset, names, source.name)
        summed = {name: _read_through(dataset[name], source.name, tell) for name in names}
        converted = _write(source, dataset, target)
        fields = _fields(dataset, names, (y, x, time), crs, bounds, (start, end), summed)
        remarks = _remarks(dataset, names, summed)
    form = ZARR if source.format == ZARR else source.format
    return Piece(
        name=source.name, id=id, kind="cube", format=form, path=target.name, converted=converted,
        media_type=ZARR_ZIP if source.format == ZARR else NETCDF, crs=crs_text(crs), bounds=bounds, bbox=box,
        start=start, end=end, fields=fields, remarks=tuple(remarks),
    )  # fmt: skip


def _opened(source: Source) -> Any:
    import xarray

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if source.format == ZARR:
                from zarr.storage import ZipStore

                return xarray.open_zarr(ZipStore(source.path, mode="r"), chunks=None, consolidated=False)
            engine = "scipy" if source.format == CLASSIC else "h5netcdf"
            return xarray.open_dataset(source.path, engine=engine, decode_timedelta=False)
    except (ValueError, OSError, RuntimeError, KeyError, TypeError, AttributeError) as error:
        if "time" in str(error).lower() and "decod" in str(error).lower():
            raise Refused(
                "wrong-times", f"The times of “{source.name}” cannot be understood: {str(error)[:160]}.",
                "Give the time axis units such as “days since 1970-01-01” and a calendar of CF.",
            ) from None  # fmt: skip
        raise _damaged(source.name, error) from None


def _damaged(name: str, error: Exception) -> Refused:
    return Refused(
        "truncated",
        f"“{name}” cannot be read to its end: {reason(error)}.",
        "It was probably cut off while it was copied; send it again.",
    )


def _require_size(dataset: Any, name: str, most: Most) -> None:
    if dataset.nbytes > most.bytes:
        raise Refused(
            "too-large",
            f"“{name}” holds {dataset.nbytes / 1e9:,.1f} GB of numbers.",
            f"At most {most.bytes / 1e9:,.0f} GB are taken; bring it in parts.",
        )


def _require_cells(dataset: Any, names: list[str], name: str) -> None:
    bare = {str(dim): each for each in names for dim, size in dataset[each].sizes.items() if not size}
    for dim, variable in bare.items():
        raise Refused(
            "empty", f"{variable} of “{name}” has no step along {dim}: there is no number in it.",
            f"Write at least one step of {dim}, or leave {variable} out.",
        )  # fmt: skip


def _axis(dataset: Any, axis: str, name: str) -> str:
    """Return the name of the dimension of latitudes or longitudes (or y and x): by CF 1.11, 4 and 5; else by its name."""
    for each in dataset.coords.values():
        notes = each.attrs
        said = str(notes.get("standard_name", "")) in STANDARD[axis] or str(notes.get("axis", "")).lower() == axis
        if each.ndim == 1 and each.name in each.dims and (said or _plain(notes.get("units")) in UNITS[axis]):
            return str(each.name)
    for each in dataset.dims:
        if str(each).lower() in NAMES[axis] and each in dataset.coords:
            return str(each)
    flat = [str(each.name) for each in dataset.coords.values() if each.ndim == 2]
    what = "latitude (or y)" if axis == "y" else "longitude (or x)"
    if flat:
        raise _unplaced(name, f"its grid is curved ({', '.join(flat[:2])} have two dimensions)")
    raise _unplaced(name, f"it has no coordinate of {what} with one dimension")


def _plain(units: Any) -> str:
    return str(units or "").strip().lower()


def _unplaced(name: str, why: str) -> Refused:
    return Refused(
        "not-georeferenced",
        f"“{name}” cannot be placed on the Earth: {why}.",
        "Give it coordinates as CF asks for (standard_name latitude, longitude), on a regular grid.",
    )


def _crs(dataset: Any, names: list[str], y: str, x: str, name: str) -> Any:
    mapping = (
        dataset[names[0]].attrs.get("grid_mapping") or dataset[names[0]].encoding.get("grid_mapping") or "spatial_ref"
    )
    notes = dataset[mapping].attrs if mapping in dataset.variables else {}
    if text := notes.get("crs_wkt") or notes.get("spatial_ref"):
        return require_crs(text, name)
    if notes.get("grid_mapping_name"):
        from pyproj import CRS

        try:
            return CRS.from_cf(dict(notes))
        except Exception:  # whatever a wrong mapping makes it raise
            return require_crs(None, name)
    degrees = all(
        str(dataset[each].attrs.get("standard_name", "")) == STANDARD[axis][0]
        or _plain(dataset[each].attrs.get("units")) in UNITS[axis]
        or each.lower() in NAMES[axis][:2]
        for axis, each in (("y", y), ("x", x))
    )
    return require_crs("EPSG:4326" if degrees else None, name)


def _extent(dataset: Any, y: str, x: str, crs: Any, name: str) -> tuple[Bounds, Bounds]:
    edges = [_edges(dataset[each], name) for each in (x, y)]
    (west, east), (south, north) = edges
    cell = max((east - west) / dataset.sizes[x], (north - south) / dataset.sizes[y])
    if crs.is_geographic:
        south, north = (
            max(south, -90.0) if south > -90 - cell else south,
            min(north, 90.0) if north < 90 + cell else north,
        )
    bounds = (west, south, east, north)
    box = placed(bounds, crs, name)
    notes = [dataset.attrs.get(f"geospatial_{each}") for each in ("lon_min", "lat_min", "lon_max", "lat_max")]
    try:
        stated = tuple(float(each) for each in notes)
    except (TypeError, ValueError):
        return bounds, box
    require_stated((stated[0], stated[1], stated[2], stated[3]), box, max(1.5 * cell, 0.01), name)
    return bounds, box


def _edges(coordinate: Any, name: str) -> tuple[float, float]:
    import numpy as np

    values = np.asarray(coordinate.values, dtype="float64")
    steps = np.diff(values)
    if not np.isfinite(values).all() or (steps.size and not ((steps > 0).all() or (steps < 0).all())):
        raise Refused(
            "lying-extent",
            f"The coordinate {coordinate.name} of “{name}” is not in order: it jumps back, or holds NaN.",
            "Sort it (xarray: sortby), and leave out what is twice.",
        )
    half = abs(float(steps.mean())) / 2 if steps.size else 0.0
    return float(values.min()) - half, float(values.max()) + half


def _times(dataset: Any, names: list[str], name: str) -> tuple[str, str, str]:
    """Return first and last moment, and the name of the axis; empty where there is none."""
    import numpy as np

    for each in dataset[names[0]].dims:
        if each in dataset.coords and dataset[each].size:
            values = dataset[each].values
            if np.issubdtype(values.dtype, np.datetime64):
                if np.isnat(values).any():
                    raise Refused("wrong-times", f"Some times of “{name}” are missing.", "Give every step its time.")
                return _iso(values.min()), _iso(values.max()), str(each)
            if hasattr(values.flat[0], "isoformat"):  # a calendar of CF that is not ours
                return f"{min(values).isoformat()}Z", f"{max(values).isoformat()}Z", str(each)
            if counts_years(dataset[each]):
                moments = first_moments(dataset[each])
                return _iso(moments.min()), _iso(moments.max()), str(each)
    return "", "", ""


def _iso(moment: Any) -> str:
    import numpy as np

    return f"{np.datetime_as_string(moment, unit='s')}Z"


def _read_through(array: Any, name: str, tell: Tell) -> Summing | None:
    """Read every number once, a few steps of the first axis at a time; None for what is no number."""
    if array.dtype.kind not in "iufb":
        return None
    summed, length = Summing(), array.shape[0] if array.ndim > 2 else 1
    step = max(1, int(PIECE * length / max(1, array.nbytes)))
    try:
        for first in range(0, length, step):
            summed.add((array[first : first + step] if array.ndim > 2 else array).values)
            tell(f"reading {array.name} of {name}", min(first + step, length), length)
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        raise _damaged(name, error) from None
    return summed


def _write(source: Source, dataset: Any, target: Path) -> bool:
    """Write what is not chunked and compressed as such; copy the rest as it is. Say whether it was converted."""
    import shutil

    plain = [each for each in dataset.data_vars.values() if each.ndim > 1 and not each.encoding.get("chunksizes")]
    if source.format == ZARR or (source.format != CLASSIC and not plain):
        shutil.copyfile(source.path, target)
        return False
    wanted: dict[str, Any] = {}
    for name, each in dataset.data_vars.items():
        kept = {
            key: each.encoding[key]
            for key in ("_FillValue", "scale_factor", "add_offset", "dtype")
            if key in each.encoding
        }
        shape = tuple(min(CHUNK, size) if at >= each.ndim - 2 else 1 for at, size in enumerate(each.shape))
        packed = {"zlib": True, "complevel": 5, "shuffle": True, "chunksizes": shape} if each.ndim > 1 else {}
        wanted[str(name)] = kept | packed
    dataset.drop_encoding().to_netcdf(target, engine="h5netcdf", encoding=wanted)
    return True


def _fields(
    dataset: Any, names: list[str], axes: tuple[str, str, str], crs: Any, bounds: Bounds, times: tuple[str, str],
    summed: dict[str, Summing | None],
) -> dict[str, Any]:  # fmt: skip
    y, x, time = axes
    code = crs_text(crs)
    system: Any = int(code[5:]) if code.startswith("EPSG:") else crs.to_json_dict()
    dimensions: dict[str, Any] = {
        x: {"type": "spatial", "axis": "x", "extent": [bounds[0], bounds[2]], "reference_system": system},
        y: {"type": "spatial", "axis": "y", "extent": [bounds[1], bounds[3]], "reference_system": system},
    }
    if time:
        said = {"description": SAID} if dataset[time].dtype.kind in "iuf" else {}
        dimensions[time] = {"type": "temporal", "extent": list(times), **said}
    for each in {str(dim) for name in names for dim in dataset[name].dims} - set(dimensions):
        dimensions[each] = {"type": "other", "values": list(range(dataset.sizes[each]))[:100]}
    return {
        "proj:code": code if code.startswith("EPSG:") else None,
        "proj:shape": [dataset.sizes[y], dataset.sizes[x]],
        "cube:dimensions": dimensions,
        "cube:variables": {name: _variable(dataset[name]) for name in names},
        "bands": [
            {"name": name, "statistics": found.statistics()} for name, found in summed.items() if found is not None
        ],
    }


def _variable(array: Any) -> dict[str, Any]:
    notes = array.attrs
    known = {"description": notes.get("long_name") or notes.get("standard_name"), "unit": notes.get("units")}
    stated = {key: str(value) for key, value in known.items() if value}
    return {"dimensions": [str(each) for each in array.dims], "type": "data"} | stated


def _remarks(dataset: Any, names: list[str], summed: dict[str, Summing | None]) -> list[str]:
    said = []
    if bare := [name for name in names if not dataset[name].attrs.get("units")]:
        said.append(f"No unit is stated for {', '.join(bare[:5])}.")
    if empty := [name for name, each in summed.items() if each is not None and not each.valid]:
        said.append(f"{', '.join(empty[:5])} has no data anywhere.")
    if "CF" not in str(dataset.attrs.get("Conventions", "")):
        said.append("The file does not say that it follows CF (the attribute Conventions).")
    return said
