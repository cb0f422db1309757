"""Weighted statistics for each time, gathered block by block.

Blocks are joined by the parallel formula for the mean and the squared deviations (Chan, Golub and LeVeque 1983), so the
standard deviation keeps its digits where the values are large and near to each other.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(kw_only=True, slots=True)
class Totals:
    """What is known so far, for each time: all arrays are (time,)."""

    weight: "Floats"  # of the cells with a value
    mean: "Floats"
    squares: "Floats"  # weighted squared deviations from the mean
    low: "Floats"
    high: "Floats"
    count: "NDArray[np.int64]"
    whole: "Floats"  # the weight of all cells, with a value or without

    @classmethod
    def none(cls, times: int) -> "Totals":
        """Nothing known yet of so many times."""
        import numpy as np

        zero = np.zeros(times)
        return cls(
            weight=zero.copy(), mean=zero.copy(), squares=zero.copy(), whole=zero.copy(),
            low=np.full(times, np.inf), high=np.full(times, -np.inf), count=np.zeros(times, dtype="int64"),
        )  # fmt: skip

    def add(self, times: "slice | NDArray[np.int64]", values: "NDArray[Any]", weights: "Floats") -> None:
        """Take in *values* (time, cell), not finite where there are none, with the *weights* (cell,) of their cells."""
        import numpy as np

        numbers = values.astype("float64")
        there = np.isfinite(numbers)
        self.whole[times] += weights.sum()
        if there.all():
            weight = np.full(len(numbers), weights.sum())
            low, high, count = numbers.min(axis=1), numbers.max(axis=1), numbers.shape[1]
        else:
            weight, count = there @ weights, there.sum(axis=1)
            low = numbers.min(axis=1, where=there, initial=np.inf)
            high = numbers.max(axis=1, where=there, initial=-np.inf)
            numbers[~there] = 0.0
        mean = _shares(numbers @ weights, weight)
        numbers -= mean[:, None]
        np.square(numbers, out=numbers)
        numbers[~there] = 0.0
        self._join(times, weight, mean, numbers @ weights)
        self.low[times] = np.minimum(self.low[times], low)
        self.high[times] = np.maximum(self.high[times], high)
        self.count[times] += count

    def _join(self, times: "slice | NDArray[np.int64]", weight: "Floats", mean: "Floats", squares: "Floats") -> None:
        before, apart = self.weight[times], mean - self.mean[times]
        both = before + weight
        self.mean[times] += apart * _shares(weight, both)
        self.squares[times] += squares + apart**2 * _shares(before * weight, both)
        self.weight[times] = both

    def statistics(self) -> dict[str, "Floats"]:
        """Return each of the statistics of `records`, (time,); NaN where no cell has a value, but 0 for *count* and *valid*."""
        import numpy as np

        none = self.count == 0

        def known(values: Any) -> "Floats":
            return np.where(none, np.nan, values)

        return {
            "mean": known(self.mean),
            "min": known(self.low),
            "max": known(self.high),
            "std": known(np.sqrt(_shares(self.squares, self.weight))),
            "count": self.count.astype("float64"),
            "valid": _shares(self.weight, self.whole),
        }


def _shares(part: "Floats", whole: "Floats") -> "Floats":
    """*part* by *whole*; 0 where there is nothing to share."""
    import numpy as np

    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
