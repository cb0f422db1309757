"""Tiles put together to one picture: which ones cover a box, fetched side by side, each one on record as a part."""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from repeatpass.kit.connectors.pictures import on_the_map, said
from repeatpass.kit.connectors.places import Place
from repeatpass.kit.connectors.recording import Parts
from repeatpass.kit.connectors.requesting import exchange, whole
from repeatpass.kit.errors import RemoteTrouble, UnknownData

SIDE_BY_SIDE = 4
NEARLY = 1e-6  # of a cell; a box on the border of a cell does not reach into the next one


@dataclass(frozen=True, kw_only=True, slots=True)
class Matrix:
    """One zoom of a pyramid of tiles: where its cells lie (OGC 17-083r2 §6.2)."""

    id: str
    crs: str
    left: float  # in units of the CRS, as all lengths here
    top: float
    across: float  # per cell
    down: float
    tile: tuple[int, int]  # columns and rows of cells in one tile
    tiles: tuple[int, int]  # columns and rows of tiles


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """Cells of a matrix: from column and row, up to and without column and row."""

    left: int
    top: int
    right: int
    bottom: int


def braces(address: str) -> str:
    """Return an address with the names of its parts in braces, as people write it."""
    return address.replace("%7B", "{").replace("%7D", "}")


def chosen(matrices: Sequence[Matrix], bbox: Sequence[float], zoom: int | str | None, size: tuple[int, int]) -> Matrix:
    """Return the matrix called *zoom*, or the coarsest one in which *bbox* has at least *size* cells, else the finest.

    *bbox*: west, south, east, north in units of the CRS of the matrices.
    """
    if zoom is not None:
        found = [each for each in matrices if each.id == str(zoom)]
        if not found:
            known = ", ".join(each.id for each in matrices)
            raise UnknownData(f"zoom is {zoom!r}; there are {known}.", field="zoom")
        return found[0]
    ordered = sorted(matrices, key=lambda each: -each.across)
    wide = [(bbox[2] - bbox[0]) / size[0], (bbox[3] - bbox[1]) / size[1]]
    return next((each for each in ordered if each.across <= wide[0] and each.down <= wide[1]), ordered[-1])


def projected(bbox: Sequence[float], crs: str, target: str) -> tuple[float, ...]:
    """Return *bbox* of *crs* in units of *target*; UnknownData for a CRS that is none."""
    from rasterio.errors import CRSError
    from rasterio.warp import transform_bounds

    try:
        return tuple(transform_bounds(crs, target, *bbox, densify_pts=21)) if crs != target else tuple(bbox)
    except CRSError as error:
        raise UnknownData(f"crs is {crs!r}, which cannot be brought to {target}: {error}", field="crs") from None


def mosaic(
    matrix: Matrix,
    bbox: Sequence[float],
    tile: Callable[[int, int], Place],
    whence: Place,
    limit: int,
) -> Any:
    """Fetch the tiles of *matrix* that cover *bbox* and put them together.

    Args:
        matrix: the zoom.
        bbox: west, south, east, north in units of its CRS.
        tile: the place of a tile, by its column and row.
        whence: what stands on record for all of them.
        limit: tiles at most.

    Returns: xarray.DataArray (band, y, x) of red, green, blue and alpha, 8 bits each, of the cells that touch the box;
        tiles that are not there have alpha 0.

    Raises: UnknownData where the box is outside, or needs too many tiles; as `exchange`; RemoteTrouble for no picture.
    """
    window = _window(matrix, bbox)
    wanted = _tiles(matrix, window)
    if len(wanted) > limit:
        raise UnknownData(
            f"{len(wanted)} tiles of zoom {matrix.id} cover bbox; limit is {limit}. Ask for a smaller bbox or a lower zoom, "
            "or raise limit.", field="limit",
        )  # fmt: skip
    parts = Parts(whence, "image/*")
    parts.note("grid", repr(matrix).encode())
    with ThreadPoolExecutor(SIDE_BY_SIDE) as several:
        found = list(several.map(lambda at: _fetched(tile(*at)), wanted))
    for (column, row), content in zip(wanted, found, strict=True):
        parts.note(f"{matrix.id}/{column}/{row}", content)
    parts.tell()
    if not any(found):
        raise UnknownData(f"There is no tile of zoom {matrix.id} in this bbox at {whence.address}.", field="bbox")
    return _joined(matrix, window, zip(wanted, found, strict=True), whence)


def _window(matrix: Matrix, bbox: Sequence[float]) -> Window:
    columns, rows = (matrix.tiles[side] * matrix.tile[side] for side in (0, 1))

    def within(cells: float, most: int) -> float:
        return min(max(cells, 0.0), float(most))

    window = Window(
        left=math.floor(within((bbox[0] - matrix.left) / matrix.across + NEARLY, columns)),
        top=math.floor(within((matrix.top - bbox[3]) / matrix.down + NEARLY, rows)),
        right=math.ceil(within((bbox[2] - matrix.left) / matrix.across - NEARLY, columns)),
        bottom=math.ceil(within((matrix.top - bbox[1]) / matrix.down - NEARLY, rows)),
    )
    if window.left >= window.right or window.top >= window.bottom:
        raise UnknownData(
            f"bbox is {[round(each, 6) for each in bbox]} in {matrix.crs}; the tiles lie elsewhere.", field="bbox"
        )
    return window


def _tiles(matrix: Matrix, window: Window) -> list[tuple[int, int]]:
    wide, high = matrix.tile
    return [
        (column, row)
        for row in range(window.top // high, (window.bottom - 1) // high + 1)
        for column in range(window.left // wide, (window.right - 1) // wide + 1)
    ]


def _fetched(place: Place) -> bytes | None:
    """Return a tile; None where there is none (404, or an answer without content)."""
    try:
        content = exchange(place, _read)
    except UnknownData:
        return None
    return content or None


def _read(answer: Any) -> bytes:
    content = bytes(answer.read())
    whole(answer, len(content))
    return content


def _joined(matrix: Matrix, window: Window, tiles: Any, whence: Place) -> Any:
    import numpy

    wide, high = matrix.tile
    sheet = numpy.zeros((4, window.bottom - window.top, window.right - window.left), "uint8")
    for (column, row), content in tiles:
        if content is None:
            continue
        cells = _colours(content, matrix.tile, whence)
        x, y = column * wide - window.left, row * high - window.top
        left, top = max(0, -x), max(0, -y)
        right, bottom = min(wide, sheet.shape[2] - x), min(high, sheet.shape[1] - y)
        sheet[:, y + top : y + bottom, x + left : x + right] = cells[:, top:bottom, left:right]
    west, north = matrix.left + window.left * matrix.across, matrix.top - window.top * matrix.down
    east, south = matrix.left + window.right * matrix.across, matrix.top - window.bottom * matrix.down
    return on_the_map(sheet, (west, south, east, north), matrix.crs)


def _colours(content: bytes, size: tuple[int, int], whence: Place) -> Any:
    """Return a tile as red, green, blue, alpha, whatever its own colours are."""
    import numpy
    from PIL import Image, UnidentifiedImageError

    try:
        picture = Image.open(BytesIO(content)).convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError) as error:
        words = said(content[:8192].decode("utf-8", "replace"))
        raise RemoteTrouble(f"{whence.address} gave no picture: {words or error}", address=whence.address) from None
    if picture.size != tuple(size):
        raise RemoteTrouble(f"{whence.address} gave a tile of {picture.size} cells instead of {tuple(size)}.")
    return numpy.moveaxis(numpy.asarray(picture), -1, 0)
