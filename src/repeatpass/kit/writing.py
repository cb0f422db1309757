"""One writer per kind of result. Each gives the same bytes for the same result: no dates, no program names."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from repeatpass.kit.errors import BadOutput
from repeatpass.kit.opening import CSV, NETCDF, PARQUET
from repeatpass.kit.records import OutputKind

Written = tuple[Path, OutputKind, str]  # where, what, media type

JSON = "application/json"
VALUES = ("place", "time", "value", "lower", "upper", "reference", "flag")
DPI = 144  # sharp on a double-density screen, and still small


def write(thing: Any, folder: Path, name: str, *, title: str, unit: str) -> Written:
    """Write *thing* below *folder* in the format that fits it; BadOutput when none does."""
    if _is(thing, "geopandas", "GeoDataFrame"):
        return _geodataframe(thing, folder / f"{name}.parquet")
    if _is(thing, "pandas", "DataFrame"):
        if {"place", "time", "value"} <= set(thing.columns):
            return _values(thing, folder / f"{name}.csv")
        return _table(thing, folder / f"{name}.csv")
    if _is(thing, "xarray", "DataArray") or _is(thing, "xarray", "Dataset"):
        return _raster(thing, folder / f"{name}.nc", name, title=title, unit=unit)
    if _is(thing, "matplotlib.figure", "Figure"):
        return _figure(thing, folder / f"{name}.png")
    if _is(thing, "altair", "TopLevelMixin") or _is_vega_lite(thing):
        return _chart(thing, folder / f"{name}.vl.json")
    if thing is None or isinstance(thing, bool | int | float | str | list | tuple | dict) or _is_scalar(thing):
        return _literal(thing.item() if _is_scalar(thing) else thing, folder / f"{name}.json")
    raise BadOutput(
        f"Nothing here publishes a {type(thing).__name__}. Publish a DataFrame, a DataArray, a Dataset, a Figure, "
        "a Vega-Lite chart, a number, text, list or dict, or write any file yourself at "
        f"repeatpass.output({name!r} with its ending)."
    )


def _is(thing: Any, module: str, name: str) -> bool:
    """Say whether *thing* is of a class, without importing a library the notebook did not use."""
    cls = getattr(sys.modules.get(module), name, None)
    return cls is not None and isinstance(thing, cls)


def _is_vega_lite(thing: Any) -> bool:
    return isinstance(thing, Mapping) and "vega-lite" in str(thing.get("$schema", ""))


def _values(frame: Any, path: Path) -> Written:
    """Write a table of values: the seven columns in their order, times as ISO 8601, missing cells empty."""
    unknown = [str(column) for column in frame.columns if column not in VALUES]
    if unknown:
        raise BadOutput(f"A table of values has only the columns {', '.join(VALUES)}; not {', '.join(unknown)}.")
    table = frame.reindex(columns=list(VALUES)).assign(time=[iso(time) for time in frame["time"]])
    table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
    return path, "values", CSV


def iso(time: Any) -> str:
    """Return a time as ISO 8601 in UTC: the date alone at midnight, else to the second or finer with a "Z"."""
    import pandas

    try:
        stamp = pandas.Timestamp(time)
    except (ValueError, TypeError):
        raise BadOutput(f"{time!r} is not a time; use ISO 8601 in UTC or datetimes.") from None
    if pandas.isna(stamp):
        raise BadOutput("A value has no time.")
    if stamp.tzinfo is not None:
        stamp = stamp.tz_convert("UTC").tz_localize(None)
    if stamp == stamp.normalize():
        return stamp.strftime("%Y-%m-%d")
    return stamp.isoformat() + "Z"


def _table(frame: Any, path: Path) -> Written:
    import pandas

    # A plain running index says nothing; a named or meaningful one is a column of its own.
    counted = isinstance(frame.index, pandas.RangeIndex) and frame.index.name is None
    frame.to_csv(path, index=not counted, lineterminator="\n", encoding="utf-8")
    return path, "table", CSV


def _geodataframe(frame: Any, path: Path) -> Written:
    frame.to_parquet(path, compression="zstd")
    return path, "table", PARQUET


def _raster(thing: Any, path: Path, name: str, *, title: str, unit: str) -> Written:
    """Write NetCDF-4 with compression; unit and title fill `units` and `long_name` where not set."""
    dataset = _ordered(thing if hasattr(thing, "data_vars") else _named(thing, name))
    if len(dataset.data_vars) == 1:
        (variable,) = dataset.data_vars.values()
        for key, value in (("units", unit), ("long_name", title)):
            if value and not variable.attrs.get(key):
                variable.attrs[key] = value
    encoding = {key: _encoding(variable) for key, variable in dataset.variables.items()}
    dataset.drop_encoding().to_netcdf(path, engine="h5netcdf", encoding=encoding)
    return path, "raster", NETCDF


def _named(array: Any, name: str) -> Any:
    return array.to_dataset(name=array.name or name.replace("-", "_"))


def _ordered(dataset: Any) -> Any:
    """Return a copy whose coordinates stand in a fixed order, whatever operations made it.

    xarray keeps some names in sets, so their order, and with it the bytes, would change with the
    seed of Python's hashes. A pointer to bounds that are not in the dataset is dropped.
    """
    import xarray

    dims = list(dict.fromkeys(dim for variable in dataset.data_vars.values() for dim in variable.dims))
    names = [dim for dim in dims if dim in dataset.coords]
    names += sorted((name for name in dataset.coords if name not in names), key=str)
    copied = {name: dataset[name].variable.copy(deep=False) for name in [*names, *dataset.data_vars]}
    for variable in copied.values():
        if variable.attrs.get("bounds") not in (None, *copied):
            variable.attrs = {key: value for key, value in variable.attrs.items() if key != "bounds"}
    coords = {name: copied[name] for name in names}
    values = {name: copied[name] for name in dataset.data_vars}
    return xarray.Dataset(values, coords, attrs=dataset.attrs)


def _encoding(variable: Any) -> dict[str, Any]:
    """Return how one variable is stored; of its former encoding only what carries meaning is kept."""
    if variable.dtype.kind == "M":
        return {"units": "days since 1970-01-01", "dtype": "float64", "calendar": "standard"}
    kept = {key: variable.encoding[key] for key in ("grid_mapping", "_FillValue") if key in variable.encoding}
    if variable.ndim and variable.dtype.kind in "fiub":
        kept |= {"zlib": True, "complevel": 4, "shuffle": True, "chunksizes": _chunks(variable.shape)}
    return kept


def _chunks(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return chunks of one map each, tiles of it when it is large: what a map with a time slider reads."""
    if len(shape) < 2:
        return tuple(max(1, size) for size in shape)
    return (1,) * (len(shape) - 2) + tuple(max(1, min(512, size)) for size in shape[-2:])


def _figure(figure: Any, path: Path) -> Written:
    figure.savefig(path, format="png", dpi=DPI, metadata={"Software": None})
    return path, "figure", "image/png"


def _chart(chart: Any, path: Path) -> Written:
    spec = dict(chart) if isinstance(chart, Mapping) else chart.to_dict()
    path.write_text(json.dumps(spec, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    major = "6" if "/v6" in str(spec.get("$schema", "")) else "5"
    return path, "figure", f"application/vnd.vegalite.v{major}+json"


def _is_scalar(thing: Any) -> bool:
    return _is(thing, "numpy", "generic") and thing.dtype.kind in "biufU"


def _literal(thing: Any, path: Path) -> Written:
    """Write one value as JSON, its members in the order they have; BadOutput for what JSON cannot say."""
    try:
        text = json.dumps(thing, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise BadOutput(
            f"{path.stem!r} cannot be published as a value: {error}. JSON knows texts, numbers other than NaN, "
            "true, false, None, lists and dicts of these."
        ) from None
    path.write_text(text + "\n", encoding="utf-8")
    return path, "literal", JSON
