"""What a cube says of itself: the notes in its files, and the facts that its description is made from."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from repeatpass.kit.cubes.collecting import Source
from repeatpass.kit.cubes.records import Grid, Specification, Variable
from repeatpass.kit.cubes.store import Band, Frame

CELLS = {
    "mean": "mean",
    "min": "minimum",
    "max": "maximum",
    "sum": "sum",
    "first": "point",
    "last": "point",
    "count": "sum",
}


def frame_of(specification: Specification, sources: Mapping[str, Source], lasting: set[str]) -> Frame:
    """Everything of the cube but its numbers."""
    return Frame(
        grid=specification.grid,
        steps=specification.steps,
        bands=tuple(
            Band(
                name=variable.name,
                packing=variable.packing,
                attributes=_notes(variable, sources[variable.name], variable.name in lasting),
                timed=variable.name not in lasting,
            )
            for variable in specification.variables
        ),
        attributes=_global(specification, sources),
    )


def _notes(variable: Variable, source: Source, lasting: bool) -> dict[str, Any]:
    """CF's notes of one variable; what is not stated comes from the source, where that still holds."""
    file = source.file(source.items[0])
    stated = dict(next(iter(file.arrays.values())).attrs) if len(file.arrays) == 1 else {}
    counted = variable.aggregation == "count"
    kept = {} if variable.expression or counted else {
        key: str(stated[key]) for key in ("units", "standard_name", "long_name") if isinstance(stated.get(key), str)
    }  # fmt: skip
    notes = {
        "long_name": variable.long_name or kept.get("long_name") or variable.name.replace("_", " "),
        "standard_name": variable.standard_name or kept.get("standard_name", ""),
        "units": variable.units or kept.get("units", "") or "1",
        "cell_methods": "" if lasting else f"time: {CELLS[variable.aggregation]}",
        "resampling": variable.resampling,
        "source_collection": f"{source.collection.id} version {source.collection.version}",
    }
    return {key: value for key, value in notes.items() if value}


def _global(specification: Specification, sources: Mapping[str, Source]) -> dict[str, Any]:
    """The notes of the file after ACDD 1.3. No date of making: the same specification gives the same bytes."""
    west, south, east, north = degrees(specification.grid)
    used = sorted({f"{each.collection.id} version {each.collection.version}" for each in sources.values()})
    first, last = specification.steps[0].start, specification.steps[-1].end
    notes = {
        "Conventions": "CF-1.10, ACDD-1.3",
        "title": specification.title,
        "summary": specification.description or specification.title,
        "id": specification.id,
        "keywords": ", ".join(specification.keywords),
        "source": "; ".join(used),
        "history": f"Made by the cube generator of Repeatpass from {', '.join(used)}",
        "cdm_data_type": "Grid",
        "geospatial_lat_min": south,
        "geospatial_lat_max": north,
        "geospatial_lat_units": "degrees_north",
        "geospatial_lon_min": west,
        "geospatial_lon_max": east,
        "geospatial_lon_units": "degrees_east",
        "time_coverage_start": f"{first.isoformat()}Z",
        "time_coverage_end": f"{last.isoformat()}Z",
        "time_coverage_resolution": specification.step,
    }
    return {key: value for key, value in notes.items() if value != ""}


def described(specification: Specification, sources: Mapping[str, Source], lasting: set[str]) -> dict[str, Any]:
    """The facts of a cube as plain JSON: specification, place, time, grid, variables, sources."""
    grid = specification.grid
    steps = specification.steps
    used = {each.collection.id: each.collection.version for each in sources.values()}
    return {
        "specification": dict(specification.stated),
        "bbox": list(degrees(grid)),
        "start": f"{steps[0].start.isoformat()}Z",
        "end": f"{(steps[-1].end - timedelta(seconds=1)).isoformat()}Z",
        "step": specification.step,
        "steps": len(steps),
        "proj:code": grid.crs,
        "proj:shape": [grid.height, grid.width],
        "proj:transform": [grid.resolution, 0.0, grid.left, 0.0, -grid.resolution, grid.top],
        "variables": {
            variable.name: {
                "dtype": variable.packing.dtype,
                **_notes(variable, sources[variable.name], variable.name in lasting),
            }
            for variable in specification.variables
        },
        "chunks": {layout: dict(specification.chunks[layout]) for layout in specification.layouts},
        "sources": [{"collection": id, "version": version} for id, version in sorted(used.items())],
    }


def degrees(grid: Grid) -> tuple[float, float, float, float]:
    """West, south, east, north; west is greater than east where the antimeridian lies between."""
    left, bottom, right, top = grid.bounds
    if not grid.geographic:
        from rasterio.warp import transform_bounds

        left, bottom, right, top = transform_bounds(grid.crs, "EPSG:4326", left, bottom, right, top, densify_pts=101)
    elif right - left >= 360 - 1e-9:
        left, right = -180.0, 180.0
    elif right > 180:
        left, right = (left - 360 if left >= 180 else left), right - 360
    return round(left, 6), round(bottom, 6), round(right, 6), round(top, 6)
