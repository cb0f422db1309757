"""Statistics of numbers that come piece by piece: exact but for rounding, in constant memory (Chan et al. 1979)."""

import math
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Summing:
    """Count, extremes, mean and deviation of what was added."""

    cells: int = 0
    valid: int = 0
    mean: float = 0.0
    squares: float = 0.0  # sum of squared deviations from the mean
    low: float = math.inf
    high: float = -math.inf

    def add(self, values: Any) -> None:
        """Add an array; masked cells and NaN count as cells without data."""
        import numpy as np

        self.cells += int(values.size)
        with np.errstate(invalid="ignore"):  # a signalling NaN, as damaged cells have, is one like any other
            found = np.ma.masked_invalid(np.ma.asarray(values).astype("float64")).compressed()
        if found.size == 0:
            return
        number, mean = int(found.size), float(found.mean())
        apart, total = mean - self.mean, self.valid + number
        self.squares += float(((found - mean) ** 2).sum()) + apart**2 * self.valid * number / total
        self.mean += apart * number / total
        self.valid, self.low, self.high = total, min(self.low, float(found.min())), max(self.high, float(found.max()))

    def statistics(self) -> dict[str, float]:
        """Return them under the names of STAC 1.1; without any valid number, their share alone."""
        share = {"valid_percent": round(100 * self.valid / self.cells, 3) if self.cells else 0.0}
        if not self.valid:
            return share
        deviation = math.sqrt(self.squares / self.valid)
        return {"minimum": self.low, "maximum": self.high, "mean": self.mean, "stddev": deviation} | share
