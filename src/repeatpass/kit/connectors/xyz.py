"""Tiles of the web (``…/{z}/{x}/{y}.png``) as pictures, in the grid that all of them share (WebMercatorQuad)."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from repeatpass.kit.connectors.pictures import check_bbox, check_size, require_readers
from repeatpass.kit.connectors.places import Place, clean, http_place, kept_secret
from repeatpass.kit.connectors.tiles import Matrix, braces, chosen, mosaic, projected
from repeatpass.kit.errors import UnknownData

EDGE = math.pi * 6378137  # metres from the middle of the map to its border
DEEPEST = 24
LIMIT = 100  # tiles


def open_xyz(
    address: str,
    *,
    bbox: Sequence[float],
    zoom: int | None = None,
    size: tuple[int, int] = (1024, 1024),
    crs: str = "EPSG:4326",
    tile_size: int = 256,
    deepest: int = 19,
    limit: int = LIMIT,
    secret: str = "",
) -> Any:
    """Return tiles of the web as one picture: colours as they are drawn, not the values behind them.

    Args:
        address: ``xyz+https://host/{z}/{x}/{y}.png``; ``{-y}`` where rows are counted from the south, and
            ``{secret}`` where the service wants its key in the address: it is put there only when it is asked.
        bbox: west, south, east, north in units of *crs*.
        zoom: from 0; without it the lowest one in which the box has at least *size* cells.
        size: columns and rows that are wished for; what comes is cut from the tiles and never resampled.
        crs: of *bbox*.
        tile_size: cells along one side of a tile.
        deepest: the last zoom that there is.
        limit: tiles at most.
        secret: name of the secret that holds the token or key.

    Returns: xarray.DataArray (band, y, x) of red, green, blue, alpha in EPSG:3857; where there is no tile alpha is 0.

    Raises: as `tiles.mosaic`.
    """
    require_readers()
    template = address.removeprefix("xyz+")
    _check(template, bbox, size, zoom, deepest)
    box = projected(bbox, crs, "EPSG:3857")
    matrices = [_matrix(each, tile_size) for each in range(min(deepest, DEEPEST) + 1)]
    matrix = chosen(matrices, box, zoom, size)
    kept = braces(clean(template))

    def tile(column: int, row: int) -> Place:
        number = 2 ** int(matrix.id)
        filled = {"z": matrix.id, "x": str(column), "y": str(row), "-y": str(number - 1 - row)}
        return _place(template, kept, filled, secret)

    return mosaic(matrix, box, tile, replace(tile(0, 0), address=kept.replace("{z}", matrix.id)), limit)


def _place(template: str, kept: str, filled: dict[str, str], secret: str) -> Place:
    url = _filled(template, filled)
    in_address = "{secret}" in template
    key = quote(kept_secret(secret), safe="") if in_address else ""
    place = http_place(url.replace("{secret}", key), secret="" if in_address else secret)
    return replace(place, address=_filled(kept, filled))


def _filled(template: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", value)
    return template


def _matrix(zoom: int, tile_size: int) -> Matrix:
    cell = 2 * EDGE / 2**zoom / tile_size
    return Matrix(
        id=str(zoom), crs="EPSG:3857", left=-EDGE, top=EDGE, across=cell, down=cell,
        tile=(tile_size, tile_size), tiles=(2**zoom, 2**zoom),
    )  # fmt: skip


def _check(template: str, bbox: Sequence[float], size: tuple[int, int], zoom: int | None, deepest: int) -> None:
    if "{z}" not in template or "{x}" not in template or ("{y}" not in template and "{-y}" not in template):
        raise UnknownData(f"{clean(template)!r} names no tiles; write xyz+https://host/{{z}}/{{x}}/{{y}}.png.")
    check_bbox(bbox)
    check_size(size)
    if zoom is not None and not (isinstance(zoom, int) and 0 <= zoom <= min(deepest, DEEPEST)):
        raise UnknownData(f"zoom is {zoom!r}; write a number of 0 to {min(deepest, DEEPEST)}.", field="zoom")
