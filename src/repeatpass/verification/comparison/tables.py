"""Compares tables row by row: CSV, Parquet, GeoParquet."""

from pathlib import Path

import pandas as pd

from repeatpass.kit.records import Tolerance
from repeatpass.verification.comparison import findings, words
from repeatpass.verification.comparison.findings import Place
from repeatpass.verification.comparison.numbers import NUMERIC, tally
from repeatpass.verification.comparison.records import Aspect, Difference
from repeatpass.verification.comparison.tabular import Column, columns, read_table

KEYS = ("place", "time")  # what names a row of a values table
MEASURED = ("value", "lower", "upper", "reference")  # the columns that carry the indicator's unit
NAMED = 3  # how many missing or added rows are named


def compare_tables(
    original: Path,
    repeated: Path,
    tolerance: Tolerance,
    *,
    unit: str = "",
) -> list[Difference]:
    """Return every difference between two tables; *unit* is that of a values table.

    Rows are matched by (place, time) where both tables have these columns and no
    pair twice, else by their order. Raises Unreadable where a file is no table.
    """
    ours, theirs = read_table(original), read_table(repeated)
    found = findings.parts("column", list(ours.frame.columns), list(theirs.frame.columns))
    if ours.crs != theirs.crs:
        found.append(findings.changed(Aspect.COORDINATES, "geometry", "the coordinate system", ours.crs, theirs.crs))
    keys = _keys(ours.frame, theirs.frame)
    rows, a, b = _matched(ours.frame, theirs.frame, keys)
    common = [name for name in a.columns if name in b.columns and name not in keys]
    for name in common:
        label = f"column {name}" if len(common) > 1 and name != "value" else ""
        pair = columns(ours, theirs, a, b, name)
        found += _column(*pair, tolerance, unit, label, keys)
    return found + rows


def _keys(ours: pd.DataFrame, theirs: pd.DataFrame) -> list[str]:
    keys = list(KEYS)
    both = all(set(keys) <= set(frame.columns) for frame in (ours, theirs))
    unique = both and not any(frame.duplicated(keys).any() for frame in (ours, theirs))
    return keys if unique else []


def _matched(
    ours: pd.DataFrame,
    theirs: pd.DataFrame,
    keys: list[str],
) -> tuple[list[Difference], pd.DataFrame, pd.DataFrame]:
    """Return what is to be said about the rows, and the rows both have, in the original's order."""
    if not keys:
        many = min(len(ours), len(theirs))
        a, b = ours.iloc[:many], theirs.iloc[:many]
        return _counts(len(ours), len(theirs)), a, b
    a, b = ours.set_index(keys, drop=False), theirs.set_index(keys, drop=False)
    gone, new = a.index.difference(b.index, sort=False), b.index.difference(a.index, sort=False)
    common = a.index[a.index.isin(b.index)]
    found = _rows(gone, "missing in the repeat") + _rows(new, "only in the repeat")
    if not found and not a.index.equals(b.index):
        found.append(findings.remark("", "the rows are in another order"))
    return found, a.loc[common], b.loc[common]


def _rows(index: pd.Index, what: str) -> list[Difference]:
    if not len(index):
        return []
    verb = "is" if len(index) == 1 else "are"
    named = words.names([" ".join(map(str, key)) for key in index], NAMED)
    message = f"{words.count(len(index), 'row')} {verb} {what} ({named})"
    at = tuple(zip(KEYS, map(str, index[0]), strict=True))
    return [Difference(aspect=Aspect.STRUCTURE, message=message, differing=len(index), at=at)]


def _counts(ours: int, theirs: int) -> list[Difference]:
    if ours == theirs:
        return []
    return [findings.changed(Aspect.STRUCTURE, "", "the number of rows", str(ours), str(theirs))]


def _column(
    ours: Column,
    theirs: Column,
    tolerance: Tolerance,
    unit: str,
    label: str,
    keys: list[str],
) -> list[Difference]:
    found = []
    if ours.type != theirs.type:
        what = f"the type of column {ours.name}"
        found.append(findings.changed(Aspect.TYPES, ours.name, what, ours.type, theirs.type))
    total = tally(ours.values, theirs.values, tolerance)
    at, where = _place(ours.rows, total.index, keys)
    noun = "value" if ours.values.dtype.kind in NUMERIC else "entry"
    return found + findings.values(
        total,
        subject=ours.name,
        unit=unit if ours.name in MEASURED else "",
        noun=noun,
        at=at,
        where=where,
        label=label,
    )


def _place(rows: pd.DataFrame, index: tuple[int, ...] | None, keys: list[str]) -> tuple[Place, str]:
    """Return the keys of the row at *index*, exactly and as people say them."""
    if index is None:
        return (), ""
    row = index[0]
    if not keys:
        return (("row", str(row)),), f"row {row + 1}"
    place, time = (str(rows[key].iloc[row]) for key in keys)
    when = words.moment(time, [str(other) for other in rows["time"]])
    alone = rows["place"].nunique(dropna=False) == 1
    return (("place", place), ("time", time)), when if alone else f"{place}, {when}"
