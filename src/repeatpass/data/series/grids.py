"""The grid that a layer's values lie on, and where a place of the Earth lies on it.

Rows and columns are counted from 0 as the values are stored; north need not be up. A grid is rectilinear: one
coordinate for each row and one for each column, evenly spaced or not (Gaussian grids are not).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from repeatpass.core.errors import Invalid

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

DEGREES = "EPSG:4326"
LATTICE = 65  # points a side at which it is computed how a projection changes areas


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Cells between edges: *x* (columns + 1) and *y* (rows + 1), in units of *crs*, rising or falling.

    Of a geographic grid both are degrees; longitudes may run from −180, from 0 or from anywhere.
    """

    x: "Floats"
    y: "Floats"
    crs: str = DEGREES  # as pyproj takes it

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(self.y) - 1

    @property
    def columns(self) -> int:
        """The number of columns."""
        return len(self.x) - 1

    @cached_property
    def system(self) -> Any:
        """The reference system, a pyproj.CRS."""
        from pyproj import CRS

        return CRS.from_user_input(self.crs)

    @property
    def geographic(self) -> bool:
        """Whether rows and columns are longitudes and latitudes of the Earth itself."""
        return bool(self.system.is_geographic and not self.system.is_derived)

    def centre(self, row: int, column: int) -> tuple[float, float]:
        """Return the middle of a cell, x and y in units of *crs*."""
        x, y = self.x[column : column + 2].mean(), self.y[row : row + 2].mean()
        return float(x), float(y)

    def degrees(self) -> tuple[float, float, float, float]:
        """Return west, south, east, north of all cells; west is more than east where they cross the antimeridian."""
        x, y = (sorted(map(float, (edges[0], edges[-1]))) for edges in (self.x, self.y))
        if self.geographic:
            return (x[0], y[0], x[1], y[1])
        from pyproj import Transformer

        back = Transformer.from_crs(self.system, DEGREES, always_xy=True)
        west, south, east, north = back.transform_bounds(x[0], y[0], x[1], y[1], densify_pts=51)
        return (float(west), float(south), float(east), float(north))

    def cell(self, lon: float, lat: float) -> tuple[int, int] | None:
        """Return row and column of the cell that holds a point; None outside of the grid."""
        for x, y in self._places(lon, lat):
            row, column = _between(self.y, y), _between(self.x, x)
            if row is not None and column is not None:
                return row, column
        return None

    def _places(self, lon: float, lat: float) -> list[tuple[float, float]]:
        if self.geographic:
            return [(lon + turn, lat) for turn in (0, 360, -360)]
        from pyproj import Transformer

        return [Transformer.from_crs(DEGREES, self.system, always_xy=True).transform(lon, lat)]

    def areas(self, rows: slice, columns: slice) -> "Floats":
        """Return the true areas of cells in m², (rows, columns), on the ellipsoid of the reference system."""
        import numpy as np

        x, y = self.x[columns.start : columns.stop + 1], self.y[rows.start : rows.stop + 1]
        if self.geographic:
            return np.outer(np.abs(np.diff(self.zones(y))), np.abs(np.diff(np.radians(x))))
        plane = np.abs(np.outer(np.diff(y), np.diff(x)))
        return np.asarray(plane * self._true((x[:-1] + x[1:]) / 2, (y[:-1] + y[1:]) / 2))

    def zones(self, latitudes: "Floats") -> "Floats":
        """Return the area between the equator and each latitude in m², for one radian of longitude (Snyder 1987, 3-12)."""
        import numpy as np

        ellipsoid = self.system.ellipsoid
        major, minor = ellipsoid.semi_major_metre, ellipsoid.semi_minor_metre
        squared = 1 - (minor / major) ** 2
        sine = np.sin(np.radians(np.clip(latitudes, -90, 90)))
        if squared < 1e-12:
            return np.asarray(major**2 * sine)
        e = squared**0.5
        return np.asarray(major**2 / 2 * (1 - squared) * (sine / (1 - squared * sine**2) + np.arctanh(e * sine) / e))

    def _true(self, x: "Floats", y: "Floats") -> "Floats":
        """How many true m² one square unit of the plane is, at the crossings of *x* and *y*: (rows, columns).

        Computed at some crossings and interpolated between them, for it changes smoothly. The determinant of the
        derivatives of longitude and of `zones` by x and y, which stays finite at the poles where each alone does not.
        """
        import numpy as np

        across, down = (np.linspace(each[0], each[-1], min(len(each), LATTICE)) for each in (x, y))
        right, below = np.meshgrid(across, down)
        step = 1e-3 * min(abs(np.diff(self.x)).min(), abs(np.diff(self.y)).min())
        turn_x, zone_x = self._change(right, below, step, 0.0)
        turn_y, zone_y = self._change(right, below, 0.0, step)
        true = np.abs(turn_x * zone_y - turn_y * zone_x) / (2 * step) ** 2
        known = np.isfinite(true) & (true > 0)
        true = np.where(known, true, np.median(true[known]) if known.any() else 1.0)
        return _bilinear(true, across, down, x, y)

    def _change(self, x: "Floats", y: "Floats", by_x: float, by_y: float) -> tuple["Floats", "Floats"]:
        """By how much longitude (radians) and `zones` (m²) change between both sides of points."""
        import numpy as np
        from pyproj import Transformer

        back = Transformer.from_crs(self.system, DEGREES, always_xy=True)
        before, after = back.transform(x - by_x, y - by_y), back.transform(x + by_x, y + by_y)
        turn = (after[0] - before[0] + 180) % 360 - 180
        return np.radians(turn), self.zones(after[1]) - self.zones(before[1])


def edges_of(centres: "Floats", *, latitudes: bool = False) -> "Floats":
    """Return the edges between cells at *centres*, halfway; raise Invalid where these neither rise nor fall."""
    import numpy as np

    values = np.asarray(centres, dtype="float64")
    steps = np.diff(values)
    if len(values) < 2 or not (np.all(steps > 0) or np.all(steps < 0)):
        raise Invalid("The layer's coordinates neither rise nor fall throughout; series need a rectilinear grid.")
    middle = (values[:-1] + values[1:]) / 2
    edges = np.concatenate([[values[0] - steps[0] / 2], middle, [values[-1] + steps[-1] / 2]])
    return np.clip(edges, -90, 90) if latitudes else edges


def position(edges: "Floats", values: Any) -> Any:
    """Return where *values* lie among the edges, as numbers of cells from the first edge; beyond them it goes on."""
    import numpy as np

    sign = 1 if edges[-1] > edges[0] else -1
    rising, given = sign * edges, sign * np.asarray(values, dtype="float64")
    number = len(edges) - 1
    inside = np.interp(given, rising, np.arange(number + 1, dtype="float64"))
    before, after = rising[1] - rising[0], rising[-1] - rising[-2]
    below = np.where(given < rising[0], (given - rising[0]) / before, 0.0)
    above = np.where(given > rising[-1], (given - rising[-1]) / after, 0.0)
    return inside + below + above


def _between(edges: "Floats", value: float) -> int | None:
    import math

    if not math.isfinite(value):
        return None
    at, number = float(position(edges, value)), len(edges) - 1
    # The rounding of coordinates kept as 32-bit numbers must not put a point on the last edge outside.
    return min(max(int(at), 0), number - 1) if -1e-6 <= at <= number + 1e-6 else None


def _bilinear(known: "Floats", across: "Floats", down: "Floats", x: "Floats", y: "Floats") -> "Floats":
    import numpy as np

    def stretch(line: "Floats", at: "Floats", of: "Floats") -> "Floats":
        sign = 1 if of[-1] >= of[0] else -1
        return np.interp(sign * at, sign * of, line)

    wide = np.apply_along_axis(stretch, 1, known, x, across)
    return np.asarray(np.apply_along_axis(stretch, 0, wide, y, down))
