"""Which cells were written already: by boxes, so that nothing is read back where no parts overlap."""

from typing import Any

from repeatpass.batches.merging.records import Overlap
from repeatpass.batches.merging.tiles import Band, Tile


class Written:
    """The boxes of the tiles that were written, as rows and columns of the mosaic."""

    def __init__(self, number: int) -> None:
        import numpy as np

        self._boxes = np.zeros((number, 4), dtype="int64")
        self._count = 0

    def overlaps(self, tile: Tile, row: int, column: int) -> bool:
        """Whether a tile shares cells with one before it; it counts as written from now on."""
        before = self._boxes[: self._count]
        bottom, right = row + tile.height, column + tile.width
        meets = (before[:, 0] < bottom) & (before[:, 2] > row) & (before[:, 1] < right) & (before[:, 3] > column)
        self._boxes[self._count] = (row, column, bottom, right)
        self._count += 1
        return bool(meets.any())


def missing(values: Any, band: Band) -> Any:
    """Where stored numbers say that there is no data."""
    import numpy as np

    if band.nodata is None:
        return np.zeros(values.shape, dtype=bool)
    return np.isnan(values) if band.nodata != band.nodata else values == band.nodata


def combined(old: Any, new: Any, band: Band, rule: Overlap) -> Any:
    """Two parts' numbers of the same cells; a cell without data never hides one with data."""
    import numpy as np

    if rule is Overlap.LAST:
        return np.where(missing(new, band), old, new)
    return np.where(missing(old, band), new, old)


def require_none(tile: Tile, rule: Overlap) -> None:
    """Raise CannotMerge where overlapping parts are refused."""
    if rule is Overlap.REFUSE:
        raise tile.piece.fails(
            "it overlaps a part before it; take overlap first or last, or areas that do not overlap."
        )
