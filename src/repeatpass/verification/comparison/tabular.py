"""Reads tables so that nothing is guessed: Parquet with its types, CSV as the texts it holds."""

import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from repeatpass.verification.comparison.numbers import Array
from repeatpass.verification.comparison.records import Unreadable


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table as read, with what its file says beside the rows."""

    frame: pd.DataFrame
    typed: bool  # whether the file states types (Parquet does, CSV does not)
    crs: str = ""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of the rows that both tables have."""

    name: str
    type: str
    values: Array  # one per row
    rows: pd.DataFrame  # the whole rows, to name one of them


def read_table(path: Path) -> Table:
    """Read a table: Parquet with its types, CSV as the texts it holds (empty = missing)."""
    with path.open("rb") as file:
        parquet = file.read(4) == b"PAR1"
    if parquet and find_spec("pyarrow") is None:
        raise Unreadable("Parquet cannot be read here, since pyarrow is not installed.")
    try:
        if parquet:
            return Table(frame=_parquet(path), typed=True, crs=_crs(path))
        # Places may be called 001 or NA: nothing is guessed while reading.
        return Table(frame=pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""]), typed=False)
    except (ValueError, OSError) as error:  # pandas' and pyarrow's errors are ValueErrors
        raise Unreadable(f"{path.name} could not be read as a table ({error}).") from error


def _parquet(path: Path) -> pd.DataFrame:
    frame = pd.read_parquet(path, engine="pyarrow")
    return frame.reset_index() if any(frame.index.names) else frame


def _crs(path: Path) -> str:
    from pyarrow import parquet

    geo = (parquet.read_schema(path).metadata or {}).get(b"geo")
    if not geo:
        return ""
    columns = json.loads(geo).get("columns", {})
    return json.dumps({name: column.get("crs") for name, column in columns.items()}, sort_keys=True)


def columns(ours: Table, theirs: Table, a: pd.DataFrame, b: pd.DataFrame, name: str) -> tuple[Column, Column]:
    """Return the column *name* of the matched rows *a* and *b* of two tables, ready to be compared."""
    if ours.typed and theirs.typed:
        return _stored(ours, a, name), _stored(theirs, b, name)
    one, other = _texts(a[name]), _texts(b[name])
    for dtype in (np.int64, np.float64):
        numbers = _parsed(one, dtype), _parsed(other, dtype)
        if numbers[0] is not None and numbers[1] is not None:
            return _column(name, "number", numbers[0], a), _column(name, "number", numbers[1], b)
    types = ["text" if _parsed(side, np.float64) is None else "number" for side in (one, other)]
    return _column(name, types[0], one, a), _column(name, types[1], other, b)


def _column(name: str, type: str, values: Array, rows: pd.DataFrame) -> Column:
    return Column(name=name, type=type, values=values, rows=rows)


def _stored(table: Table, rows: pd.DataFrame, name: str) -> Column:
    series = rows[name]
    plain = isinstance(series.dtype, np.dtype)
    values = series.to_numpy() if plain else series.to_numpy(dtype=object)
    return _column(name, str(table.frame[name].dtype), values, rows)


def _texts(series: "pd.Series[str]") -> Array:
    return np.array([None if pd.isna(text) else str(text) for text in series], dtype=object)


def _parsed(texts: Array, dtype: type[np.generic]) -> Array | None:
    """Return texts as numbers (missing = NaN), or None if one is not a number.

    Through Python's own parser: the nearest double, where a fast one may be a bit off.
    """
    try:
        if dtype is np.int64:
            return np.array([int(text) for text in texts], dtype=np.int64)
        return np.array([np.nan if text is None else float(text) for text in texts], dtype=np.float64)
    except (ValueError, TypeError, OverflowError):
        return None
