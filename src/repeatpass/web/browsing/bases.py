"""Base maps that are pictures of the world, as tiles in any projection: the poles and the antimeridian have no seam."""

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from repeatpass.core.errors import NotFound
from repeatpass.data.grids import Grid
from repeatpass.data.rendering import tile_grid
from repeatpass.web.assets import STATIC

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAMES = ("relief", "marble")
PAD = 8  # columns of the other end on either side, so that ±180° has no seam
KEPT = 600  # tiles
WIDTHS = (512, 1024, 2048, 4096)  # columns
METRES = 111_320  # of a degree


@lru_cache(12)
def world(name: str, width: int) -> "NDArray[np.uint8]":
    """The picture (red green blue alpha, rows, columns) in plate carrée, *width* columns and some of the other end."""
    import numpy as np
    from PIL import Image

    with Image.open(STATIC / f"{name}.jpg") as picture:
        small = picture.convert("RGB").resize((width, width // 2), Image.Resampling.BOX)
    cells: NDArray[np.uint8] = np.moveaxis(np.asarray(small), -1, 0)
    whole = np.concatenate((cells, np.full((1, *cells.shape[1:]), 255, "uint8")))
    return np.pad(whole, ((0, 0), (0, 0), (PAD, PAD)), mode="wrap")


@lru_cache(KEPT)
def base_tile(name: str, tms_id: str, z: int, x: int, y: int) -> bytes:
    """One tile as WebP, transparent where there is no Earth; raise NotFound for a picture or a tile that there is not."""
    import numpy as np
    from PIL import Image
    from rasterio.transform import from_bounds
    from rasterio.warp import Resampling, reproject

    if name not in NAMES:
        raise NotFound(f"There is no base map “{name[:40]}”; there is: {', '.join(NAMES)}.", base=name[:40])
    grid = tile_grid(tms_id, z, x, y)
    width = next((each for each in WIDTHS if each >= _columns(grid)), WIDTHS[-1])
    source, beyond = world(name, width), 360 * PAD / width
    made = np.zeros((4, grid.height, grid.width), "uint8")
    facts: dict[str, Any] = {
        "src_transform": from_bounds(-180 - beyond, -90, 180 + beyond, 90, source.shape[2], source.shape[1]),
        "src_crs": "EPSG:4326",
        "dst_transform": from_bounds(*grid.bounds, grid.width, grid.height),
        "dst_crs": grid.crs,
        "resampling": Resampling.bilinear,
    }
    reproject(source, made, **facts)
    sink = io.BytesIO()
    Image.fromarray(np.moveaxis(made, 0, -1)).save(sink, "WEBP", quality=82, method=2)
    return sink.getvalue()


def _columns(grid: Grid) -> float:
    """How many columns the world must have to be as fine as a grid."""
    pixel = (grid.bounds[2] - grid.bounds[0]) / grid.width
    return 360 / (pixel if grid.crs.is_geographic else pixel / METRES)
