"""The grid of a source, read from its coordinates: regular, with a known reference system, or refused."""

from dataclasses import dataclass
from typing import Any

from repeatpass.kit.cubes.records import BadSpecification

VERTICAL = ("lat", "latitude", "y")
HORIZONTAL = ("lon", "longitude", "x")
UNEVEN = 2e-3  # of a cell: single-precision coordinates are that far from even, and no farther


@dataclass(frozen=True, kw_only=True, slots=True)
class Lattice:
    """A regular grid as the rows lie in memory: north up. Edges are outer ones, in units of the CRS."""

    crs: str  # WKT, or EPSG:4326
    left: float
    top: float
    dx: float
    dy: float
    width: int
    height: int
    flipped: bool  # the file counts its rows from south to north
    y: str  # names of the dimensions in the file
    x: str

    @property
    def geographic(self) -> bool:
        """Whether the axes are longitude and latitude in degrees."""
        return self.crs == "EPSG:4326"

    @property
    def periodic(self) -> bool:
        """Whether the last column has the first one as its neighbour."""
        return self.geographic and abs(self.dx * self.width - 360) < self.dx * 0.01


def lattice_of(array: Any, wkt: str, what: str) -> Lattice:
    """The lattice of a DataArray; *what* names it in errors.

    Raises:
        BadSpecification: no horizontal axes, uneven or curvilinear ones, or no reference system.
    """
    y = next((str(dim) for dim in array.dims if str(dim).lower() in VERTICAL), "")
    x = next((str(dim) for dim in array.dims if str(dim).lower() in HORIZONTAL), "")
    if not y or not x or y not in array.coords or x not in array.coords:
        dims = ", ".join(map(str, array.dims))
        raise BadSpecification(
            f"{what} has the dimensions {dims}; a cube needs axes called lat and lon, or y and x, with coordinates in "
            "one dimension each. Bring curvilinear data onto a grid first."
        )
    first, dx, width = _even(array[x].values, f"{what}, axis {x}")
    start, dy, height = _even(array[y].values, f"{what}, axis {y}")
    if dx < 0:
        raise BadSpecification(f"{what}: its columns run from east to west; turn them round first.")
    top = start - dy / 2 if dy < 0 else start + (height - 1) * dy + dy / 2
    crs = _crs(wkt, y, x, what)
    if crs == "EPSG:4326" and abs(dx * width - 360) < dx * 0.01:
        dx = 360 / width  # exactly around, so that the ends meet
    return Lattice(
        crs=crs, left=first - dx / 2, top=top, dx=dx, dy=abs(dy), width=width, height=height, flipped=dy > 0, y=y, x=x
    )


def _crs(wkt: str, y: str, x: str, what: str) -> str:
    degrees = y.lower() in VERTICAL[:2] and x.lower() in HORIZONTAL[:2]
    if not wkt and degrees:
        return "EPSG:4326"
    if not wkt:
        raise BadSpecification(f"{what} states no coordinate reference system; a cube cannot know where it lies.")
    from rasterio.crs import CRS

    return "EPSG:4326" if CRS.from_user_input(wkt).is_geographic else wkt


def _even(values: Any, what: str) -> tuple[float, float, int]:
    """The first value, the step and the number of values, of an axis whose steps are all alike."""
    import numpy as np

    values = np.asarray(values, dtype="float64")
    if values.ndim != 1 or values.size < 2:
        raise BadSpecification(f"{what}: a cube is made from axes of two values or more, in one dimension.")
    step = (values[-1] - values[0]) / (values.size - 1)
    even = values[0] + step * np.arange(values.size)
    if step == 0 or not np.all(np.abs(values - even) < abs(step) * UNEVEN * max(1, values.size / 500)):
        raise BadSpecification(f"{what}: its values are not evenly spaced; bring the data onto a regular grid first.")
    return float(values[0]), float(step), int(values.size)
