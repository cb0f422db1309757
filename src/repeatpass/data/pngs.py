"""Pictures as PNG, fast: most of the time of a tile is the compression of its pixels.

The compression is igzip's (Intel's library ISA-L), ten times faster than zlib's fastest and no larger. PNG (W3C
Recommendation, third edition) is little around it: a header, a palette, and a filter that stores each row as its
difference from the one above.
"""

import struct
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"
LEVEL = 2  # of igzip's 0 to 3
KINDS = {1: 0, 3: 2, 4: 6}  # channels -> colour type: grey, red-green-blue, with alpha
PALETTE = 3
UP = 2  # of the five filters; ramps lie in palettes so that it helps there, too


def png(pixels: "np.ndarray[Any, Any]") -> bytes:
    """Return bytes (row, column, channel) as a picture; one channel is grey, three are colours, a fourth is alpha."""
    return _written(pixels, KINDS[pixels.shape[2]])


def palette_png(shades: "np.ndarray[Any, Any]", colours: "np.ndarray[Any, Any]", clear: int | None = None) -> bytes:
    """Return bytes (row, column) as places in *colours* (256, 3); the one called *clear* is transparent."""
    chunks = [(b"PLTE", colours.tobytes())]
    if clear is not None:
        chunks.append((b"tRNS", bytes([255] * clear + [0])))
    return _written(shades[..., None], PALETTE, *chunks)


def _written(pixels: "np.ndarray[Any, Any]", kind: int, *chunks: tuple[bytes, bytes]) -> bytes:
    from isal import isal_zlib

    height, width = pixels.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    content = isal_zlib.compress(_filtered(pixels), LEVEL)
    every = [(b"IHDR", header), *chunks, (b"IDAT", content), (b"IEND", b"")]
    return SIGNATURE + b"".join(_chunk(name, data) for name, data in every)


def _filtered(pixels: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    import numpy as np

    rows = pixels.reshape(pixels.shape[0], -1)
    made = np.empty((rows.shape[0], 1 + rows.shape[1]), dtype="uint8")
    made[:, 0] = UP
    made[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=made[1:, 1:])
    return made


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
