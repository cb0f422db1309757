"""From several observations in a step to one value per cell, taking one observation after another."""

from typing import Any


class Aggregate:
    """Takes maps in the order of their times; holds two maps in memory, however many it is given."""

    def __init__(self, method: str, shape: tuple[int, int]) -> None:
        import numpy as np

        self.method = method
        self.values = np.full(shape, np.nan)
        self.number = np.zeros(shape, dtype="int64")

    def put(self, one: Any) -> None:
        """Add one map; its NaN cells add nothing."""
        import numpy as np

        there = ~np.isnan(one)
        old = self.values
        if self.method in ("mean", "sum"):
            self.values = np.where(there, np.where(self.number > 0, old, 0.0) + np.where(there, one, 0.0), old)
        elif self.method in ("min", "max"):
            self.values = (np.fmin if self.method == "min" else np.fmax)(old, one)
        elif self.method == "last":
            self.values = np.where(there, one, old)
        elif self.method == "first":
            self.values = np.where(self.number > 0, old, one)
        self.number += there

    def result(self) -> Any:
        """The map of the step; NaN, or a count of 0, where nothing was observed."""
        import numpy as np

        if self.method == "count":
            return self.number.astype("float64")
        return self.values / np.maximum(self.number, 1) if self.method == "mean" else self.values
