"""The Zarr store of a cube: made whole but empty, then filled region by region; its notes follow CF 1.10 and ACDD 1.3."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from repeatpass.kit.cubes.records import PACKED, BadSpecification, Grid, Packing, Step
from repeatpass.kit.cubes.specification import limits

EPOCH = datetime(1970, 1, 1)
LEVEL = 5  # of Zstandard
AXES: Mapping[str, Mapping[str, str]] = {
    "lat": {"standard_name": "latitude", "long_name": "latitude", "units": "degrees_north", "axis": "Y"},
    "lon": {"standard_name": "longitude", "long_name": "longitude", "units": "degrees_east", "axis": "X"},
    "y": {
        "standard_name": "projection_y_coordinate",
        "long_name": "y coordinate of projection",
        "units": "m",
        "axis": "Y",
    },
    "x": {
        "standard_name": "projection_x_coordinate",
        "long_name": "x coordinate of projection",
        "units": "m",
        "axis": "X",
    },
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """One variable as it is stored."""

    name: str
    packing: Packing
    attributes: Mapping[str, Any]
    timed: bool = True  # False: one map for all times


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """Everything of a cube but its numbers."""

    grid: Grid
    steps: Sequence[Step]
    bands: Sequence[Band]
    attributes: Mapping[str, Any] = field(default_factory=dict)


class Store:
    """A Zarr store in a folder, open for writing."""

    def __init__(self, folder: Path, frame: Frame, chunks: Mapping[str, int]) -> None:
        """Make the store: coordinates complete, variables empty. *chunks* has time, y and x."""
        import zarr

        self.folder, self.frame = folder, frame
        _template(frame, chunks).to_zarr(folder, zarr_format=3, consolidated=False, encoding=_encodings(frame, chunks))
        opened: Any = zarr.open_group(folder, mode="r+", zarr_format=3)
        self.group = opened
        number = len(frame.steps)
        for name in ("time", "time_bnds", *(band.name for band in frame.bands if band.timed)):
            array: Any = self.group[name]
            array.resize((number, *array.shape[1:]))
        bounds = _numbers(frame.steps)
        self.group["time"][:], self.group["time_bnds"][:] = [each[0] for each in bounds], bounds
        self._bands = {band.name: band for band in frame.bands}

    def write(self, name: str, time: int | None, row: int, values: Any, column: int = 0) -> None:
        """Write numbers (rows, columns), NaN where there is no data; *row* and *column* are those of the first one."""
        array, packed = self.group[name], pack(values, self._bands[name])
        rows, columns = slice(row, row + packed.shape[0]), slice(column, column + packed.shape[1])
        array[(rows, columns) if time is None else (time, rows, columns)] = packed


def pack(values: Any, band: Band) -> Any:
    """Numbers as they are stored; BadSpecification where one does not fit."""
    import numpy as np

    packing = band.packing
    if packing.dtype not in PACKED:
        return np.asarray(values).astype(packing.dtype)
    stored = np.rint((np.asarray(values, dtype="float64") - packing.offset) / packing.scale)
    low, high = limits(packing.dtype)
    there = ~np.isnan(stored)
    if (bad := there & ((stored < low) | (stored > high) | (stored == packing.nodata))).any():
        value = float(np.asarray(values)[bad].flat[0])
        raise BadSpecification(
            f"variables.{band.name}.packing: {value:g} does not fit into {packing.dtype} with the scale {packing.scale:g}, "
            f"the offset {packing.offset:g} and {packing.nodata:g} for no data; take a larger type or scale."
        )
    return np.where(there, stored, packing.nodata or 0).astype(packing.dtype)


def _template(frame: Frame, chunks: Mapping[str, int]) -> Any:
    """The cube with one empty time, which the store is then made longer from."""
    import numpy as np
    import xarray as xr

    grid = frame.grid
    kind = _kind(frame.steps)
    coords: dict[str, Any] = {"time": ("time", np.zeros(1, dtype=kind), _time_notes(frame.steps))}
    variables: dict[str, Any] = {"time_bnds": (("time", "nv"), np.zeros((1, 2), dtype=kind))}
    for axis, first, step, number in (
        (grid.y, grid.top, -grid.resolution, grid.height),
        (grid.x, grid.left, grid.resolution, grid.width),
    ):
        edges = np.round(first + step * np.arange(number + 1), 9)
        coords[axis] = (axis, np.round((edges[:-1] + edges[1:]) / 2, 9), {**AXES[axis], "bounds": f"{axis}_bnds"})
        variables[f"{axis}_bnds"] = ((axis, "nv"), np.stack([edges[:-1], edges[1:]], axis=1))
    variables["spatial_ref"] = ((), np.int32(0), _mapping(grid))
    empty = np.broadcast_to(np.float64("nan"), (1, grid.height, grid.width))
    for band in frame.bands:
        dims = ("time", grid.y, grid.x) if band.timed else (grid.y, grid.x)
        notes = {**band.attributes, "grid_mapping": "spatial_ref"}
        variables[band.name] = (dims, empty if band.timed else empty[0], notes)
    return xr.Dataset(variables, coords, attrs={**frame.attributes})


def _encodings(frame: Frame, chunks: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    from zarr.codecs import ZstdCodec

    grid, squeeze = frame.grid, [ZstdCodec(level=LEVEL)]
    found: dict[str, dict[str, Any]] = {
        name: {"_FillValue": None, "compressors": squeeze}
        for name in ("time", "time_bnds", grid.y, grid.x, f"{grid.y}_bnds", f"{grid.x}_bnds")
    }
    found["time"]["chunks"], found["time_bnds"]["chunks"] = (len(frame.steps),), (len(frame.steps), 2)
    for band in frame.bands:
        packing = band.packing
        lengths = (chunks["y"], chunks["x"])
        found[band.name] = {
            "chunks": (chunks["time"], *lengths) if band.timed else lengths,
            "compressors": squeeze,
            "dtype": packing.dtype,
            "_FillValue": float("nan") if packing.nodata is None else int(packing.nodata),
            "fill_value": float("nan") if packing.nodata is None else int(packing.nodata),
        }
        if not packing.plain:
            found[band.name] |= {"scale_factor": packing.scale, "add_offset": packing.offset}
    return found


def _mapping(grid: Grid) -> dict[str, Any]:
    """The grid mapping of CF, with what GDAL and rioxarray read beside it."""
    from pyproj import CRS

    transform = f"{grid.left!r} {grid.resolution!r} 0.0 {grid.top!r} 0.0 {-grid.resolution!r}"
    notes = {key: value for key, value in CRS.from_user_input(grid.crs).to_cf().items() if value not in ("", "unknown")}
    if notes.get("grid_mapping_name") == "polar_stereographic":  # CF asks for it; pyproj leaves it out
        notes.setdefault("latitude_of_projection_origin", 90.0 if notes.get("standard_parallel", 90) > 0 else -90.0)
    return {
        "long_name": "coordinate reference system",
        **notes,
        "spatial_ref": notes["crs_wkt"],
        "GeoTransform": transform,
    }


def _time_notes(steps: Sequence[Step]) -> dict[str, str]:
    unit = "days" if _daily(steps) else "seconds"
    return {
        "standard_name": "time",
        "long_name": "first moment of the step",
        "axis": "T",
        "units": f"{unit} since 1970-01-01 00:00:00",
        "calendar": "standard",
        "bounds": "time_bnds",
    }


def _daily(steps: Sequence[Step]) -> bool:
    return all(not (moment - EPOCH) % timedelta(days=1) for step in steps for moment in (step.start, step.end))


def _kind(steps: Sequence[Step]) -> str:
    """Whole numbers of 32 bits for days, double ones for seconds: CF knows integers of 64 bits only since 1.9."""
    return "int32" if _daily(steps) else "float64"


def _numbers(steps: Sequence[Step]) -> list[list[int]]:
    unit = timedelta(days=1) if _daily(steps) else timedelta(seconds=1)
    return [[(step.start - EPOCH) // unit, (step.end - EPOCH) // unit] for step in steps]
