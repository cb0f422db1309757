"""Dimensions that count whole years, 1860, 1861 …: each stands for the first moment of 1 January, UTC."""

from typing import Any

NAMES = ("year", "years")
SAID = "Whole years; each stands for 1 January of it, 00:00 UTC."


def counts_years(coordinate: Any) -> bool:
    """Say whether a coordinate (an ``xarray.DataArray``) is called a year and holds whole years of four digits.

    Fewer digits, such as 1 to 30, may count the years of a model from anywhere.
    """
    if str(coordinate.name).lower() not in NAMES or coordinate.ndim != 1 or not coordinate.size:
        return False
    if coordinate.dtype.kind not in "iuf":
        return False
    values = coordinate.values
    return bool(((values >= 1000) & (values <= 9999) & (values % 1 == 0)).all())


def first_moments(coordinate: Any) -> Any:
    """Return 1 January of each of its years, ``datetime64[s]`` in UTC."""
    import numpy as np

    return (np.asarray(coordinate.values).astype("int64") - 1970).astype("datetime64[Y]").astype("datetime64[s]")
