"""From the specification as it is written to the record that the generator works from."""

import re
from collections.abc import Mapping
from typing import Any

from repeatpass.kit.cubes.expressions import names_in
from repeatpass.kit.cubes.fields import Fields, wrong
from repeatpass.kit.cubes.grids import read_grid
from repeatpass.kit.cubes.periods import read_steps
from repeatpass.kit.cubes.records import (
    AGGREGATIONS,
    DTYPES,
    LAYOUTS,
    MAP,
    PACKED,
    RESAMPLINGS,
    SERIES,
    Grid,
    Packing,
    Specification,
    Variable,
)

ID = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,78}[a-z0-9])?")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
RESERVED = (
    "time",
    "time_bnds",
    "lat",
    "lon",
    "lat_bnds",
    "lon_bnds",
    "x",
    "y",
    "x_bnds",
    "y_bnds",
    "spatial_ref",
    "nv",
)
TOP = ("id", "title", "description", "keywords", "area", "bounds", "crs", "resolution", "time", "variables",
       "layouts", "chunks")  # fmt: skip
PARTS = ("collection", "items", "asset", "variable", "expression", "select", "aggregation", "resampling", "units",
         "standard_name", "long_name", "packing")  # fmt: skip


def read_specification(data: Any) -> Specification:
    """Check a specification and complete it; raise BadSpecification for the first field that is wrong."""
    fields = Fields(data, "", TOP)
    id = fields.text("id")
    if not ID.fullmatch(id):
        raise wrong("id", id, "use up to 80 lower-case letters, digits, dots, hyphens and underscores")
    grid = read_grid(fields)
    time = Fields(data.get("time"), "time", ("start", "end", "step"))
    steps = read_steps(time)
    return Specification(
        id=id,
        title=fields.text("title", id),
        description=fields.text("description", ""),
        keywords=fields.texts("keywords", ()),
        grid=grid,
        steps=steps,
        step=time.text("step"),
        variables=_variables(data.get("variables")),
        layouts=fields.texts("layouts", LAYOUTS, among=LAYOUTS),
        chunks=_chunks(data.get("chunks") or {}, grid, len(steps)),
        stated=dict(data),
    )


def _variables(data: Any) -> tuple[Variable, ...]:
    if not isinstance(data, Mapping) or not data:
        raise wrong("variables", data, "name at least one variable with its collection")
    return tuple(_variable(name, each) for name, each in data.items())


def _variable(name: Any, data: Any) -> Variable:
    at = f"variables.{name}"
    if not isinstance(name, str) or not NAME.fullmatch(name) or name in RESERVED:
        raise wrong(at, name, "a variable's name has letters, digits and _, and is not that of an axis")
    fields = Fields(data, at, PARTS)
    expression = fields.text("expression", "")
    names_in(expression, fields.name("expression"))
    select = fields.data.get("select") or {}
    if not isinstance(select, Mapping):
        raise wrong(fields.name("select"), select, "give a mapping from dimensions to values")
    return Variable(
        name=name,
        collection=fields.text("collection"),
        items=fields.text("items", "*"),
        asset=fields.text("asset", "data"),
        variable=fields.text("variable", ""),
        expression=expression,
        select=dict(select),
        aggregation=fields.text("aggregation", "mean", among=AGGREGATIONS),
        resampling=fields.text("resampling", "average", among=RESAMPLINGS),
        units=fields.text("units", ""),
        standard_name=fields.text("standard_name", ""),
        long_name=fields.text("long_name", ""),
        packing=_packing(fields.data.get("packing") or {}, fields.name("packing")),
    )


def _packing(data: Any, at: str) -> Packing:
    fields = Fields(data, at, ("dtype", "scale", "offset", "nodata"))
    dtype = fields.text("dtype", "float32", among=DTYPES)
    nodata = fields.number("nodata") if data.get("nodata") is not None else None
    packing = Packing(
        dtype=dtype, scale=fields.number("scale", 1.0, above=0), offset=fields.number("offset", 0.0), nodata=nodata
    )
    if dtype not in PACKED:
        if not packing.plain or nodata is not None:
            raise wrong(fields.name("dtype"), dtype, f"scale, offset and nodata need one of {', '.join(PACKED)}")
        return packing
    low, high = limits(dtype)
    if nodata is None or not (low <= nodata <= high and nodata == int(nodata)):
        raise wrong(
            fields.name("nodata"), nodata, f"{dtype} needs a whole number from {low} to {high} for cells without data"
        )
    return packing


def limits(dtype: str) -> tuple[int, int]:
    """The least and the greatest number of an integer type."""
    bits = int(dtype.lstrip("uint"))
    return (0, 2**bits - 1) if dtype.startswith("u") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def _chunks(data: Any, grid: Grid, steps: int) -> dict[str, dict[str, int]]:
    """Chunk lengths of each layout: whole small maps, and long series of small squares."""
    usual = {MAP: {"time": 1, "y": 512, "x": 512}, SERIES: {"time": 512, "y": 32, "x": 32}}
    sizes = {"time": steps, "y": grid.height, "x": grid.width}
    Fields(data, "chunks", LAYOUTS)
    found = {}
    for layout, lengths in usual.items():
        fields = Fields(data.get(layout) or {}, f"chunks.{layout}", tuple(sizes))
        found[layout] = {axis: min(fields.whole(axis, lengths[axis]), size) for axis, size in sizes.items()}
    return found
