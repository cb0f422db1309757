"""Compares arrays element by element; blocks of one array add up."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from repeatpass.kit.records import Tolerance

Array = npt.NDArray[Any]
EXACT = Tolerance()
NUMERIC = "iufc"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """What comparing two equally shaped arrays found.

    Missing (NaN) equals missing. ``index`` is where the largest difference is or,
    where none can be measured, the first element that differs.
    """

    compared: int = 0
    differing: int = 0
    beyond: int = 0
    missing: int = 0
    absolute: float | None = None
    relative: float | None = None
    index: tuple[int, ...] | None = None
    original: str = ""
    repeated: str = ""

    def join(self, other: "Tally") -> "Tally":
        """Return the tally of both blocks together."""
        lead = other if _rank(other) > _rank(self) else self
        return replace(
            lead,
            compared=self.compared + other.compared,
            differing=self.differing + other.differing,
            beyond=self.beyond + other.beyond,
            missing=self.missing + other.missing,
            relative=_larger(self.relative, other.relative),
        )


def tally(original: Array, repeated: Array, tolerance: Tolerance, offset: int = 0) -> Tally:
    """Compare two arrays of one shape; *offset* is the first row's place in the whole.

    Numbers follow ``|a - b| <= absolute + relative * |a|`` with a the original;
    everything else (text, times, truth) must be equal.
    """
    numeric = original.dtype.kind in NUMERIC and repeated.dtype.kind in NUMERIC
    found = _numeric(original, repeated, tolerance) if numeric else _exact(original, repeated)
    if found.index is None or not found.index:
        return found
    return replace(found, index=(found.index[0] + offset, *found.index[1:]))


def _numeric(original: Array, repeated: Array, tolerance: Tolerance) -> Tally:
    a, b = np.atleast_1d(original).ravel(), np.atleast_1d(repeated).ravel()
    flat = np.flatnonzero((a != b) & ~(np.isnan(a) & np.isnan(b)))
    if not flat.size:
        return Tally(compared=a.size)
    x, y = _wide(a[flat]), _wide(b[flat])
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        gap, size = np.abs(x - y), np.abs(x)
        share = np.where((size > 0) & np.isfinite(size), gap / size, np.nan)
    lost = np.isnan(x) ^ np.isnan(y)
    worst = int(np.argmax(np.where(lost, -1.0, gap)))
    return Tally(
        compared=a.size,
        differing=flat.size,
        beyond=int((~_within(gap, x, y, tolerance)).sum()),
        missing=int(lost.sum()),
        absolute=None if lost[worst] else float(gap[worst]),
        relative=_maximum(share),
        index=_unravel(flat[worst], original.shape),
        original=str(a[flat[worst]]),
        repeated=str(b[flat[worst]]),
    )


def _within(gap: Array, x: Array, y: Array, tolerance: Tolerance) -> Array:
    with np.errstate(invalid="ignore", over="ignore"):
        allowed = tolerance.absolute + tolerance.relative * np.abs(x)
        # 0.30 against 0.29 is 0.01 apart for people, and a hair more in binary:
        # the last bits of a number must not decide about a declared tolerance.
        rounding = 4 * np.finfo(np.float64).eps * np.maximum(np.abs(x), np.abs(y))
        return np.asarray(np.isfinite(gap) & (allowed > 0) & (gap <= allowed + rounding))


def _exact(original: Array, repeated: Array) -> Tally:
    a, b = np.atleast_1d(original).ravel(), np.atleast_1d(repeated).ravel()
    if a.dtype.kind in "mMb" and a.dtype == b.dtype:
        equal = np.asarray(a == b)
    else:
        a, b = _objects(a), _objects(b)
        equal = np.fromiter((_same(p, q) for p, q in zip(a, b, strict=True)), dtype=bool, count=a.size)
    nothing_a, nothing_b = np.asarray(pd.isna(a)), np.asarray(pd.isna(b))
    flat = np.flatnonzero(~equal & ~(nothing_a & nothing_b))
    if not flat.size:
        return Tally(compared=a.size)
    first = flat[0]
    return Tally(
        compared=a.size,
        differing=flat.size,
        beyond=flat.size,
        missing=int((nothing_a ^ nothing_b)[flat].sum()),
        index=_unravel(first, original.shape),
        original=_text(a[first]),
        repeated=_text(b[first]),
    )


def _objects(flat: Array) -> Array:
    """Return the elements as plain objects; nested arrays (list columns) stay whole."""
    held = np.empty(flat.size, dtype=object)
    for place, value in enumerate(flat.tolist() if flat.dtype.kind in "bSU" else flat):
        held[place] = value.tolist() if isinstance(value, np.ndarray) else value
    return held


def _text(value: object) -> str:
    if isinstance(value, np.datetime64):
        return str(np.datetime_as_string(value, unit="auto"))
    return str(value)


def _same(one: object, other: object) -> bool:
    return one is other or bool(type(one) is type(other) and one == other)


def _wide(values: Array) -> Array:
    # float64 holds every integer up to 2^53 only; the long double of most machines holds all of int64.
    if values.dtype.kind in "iu":
        return values.astype(np.longdouble if values.dtype.itemsize > 4 else np.float64)
    return values if values.dtype.kind == "c" else values.astype(np.float64)


def _unravel(flat: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(place) for place in np.unravel_index(int(flat), shape)) if shape else ()


def _maximum(values: Array) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.max()) if known.size else None


def _larger(one: float | None, other: float | None) -> float | None:
    return max((value for value in (one, other) if value is not None), default=None)


def _rank(found: Tally) -> float:
    return -2.0 if found.index is None else -1.0 if found.absolute is None else found.absolute
