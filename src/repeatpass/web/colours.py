"""Perceptually even colour ramps, given by seventeen colours each and read between them.

viridis and cividis (CC0, van der Walt & Smith; Nuñez et al. 2018), batlow (MIT, Crameri 2018, doi:10.5281/zenodo.1243862),
redblue, brownteal and leaf after ColorBrewer (Apache-2.0, Brewer & Harrower). Never a rainbow.
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RAMPS = {
    "viridis": (
        "440154 48186a 472d7b 424086 3b528b 33638d 2c728e 26828e 21918c "
        "1fa088 28ae80 3fbc73 5ec962 84d44b addc30 d8e219 fde725"
    ),
    "cividis": (
        "00224e 002e6a 1a386f 32436d 434e6c 535a6d 61656f 6f7073 7d7c78 "
        "8c8878 9b9476 aba072 bcae6c cdbb63 dec958 f0d846 fee838"
    ),
    "batlow": (
        "011959 0d315d 114360 175262 226061 356a59 4d734d 677b3e 828231 "
        "9f892b be9035 db954b f19d6b fca890 fdb4b4 fcbfd6 faccfa"
    ),
    "redblue": (
        "053061 175290 2a71b2 3f8ec0 6bacd1 9bc9e0 c2ddec e0ecf3 f7f6f6 "
        "fbe5d8 fbccb4 f5aa89 e48066 d05548 ba2832 930e26 67001f"
    ),
    "brownteal": (
        "543005 774508 995d13 b97b29 cfa256 e2c787 f1dfb3 f6edd7 f4f5f5 "
        "d7eeeb b4e2db 87d0c5 58b0a7 2d8f87 0c7169 01554b 003c30"
    ),
    "leaf": (
        "ffffe5 fbfdcf f7fcb9 e8f6ae d9f0a3 c3e698 acdd8e 92d183 77c679 "
        "5cb86b 40aa5c 31974f 228343 11753d 006737 005530 004529"
    ),
}
DIVERGING = frozenset({"redblue", "brownteal"})


def hexes(name: str) -> tuple[str, ...]:
    """The seventeen colours of ramp *name*, low to high, as ``#rrggbb``; KeyError names what there is."""
    if name not in RAMPS:
        raise KeyError(f"No colour ramp is called {name}; there are {', '.join(RAMPS)}.")
    return tuple(f"#{colour}" for colour in RAMPS[name].split())


@cache
def table(name: str, steps: int) -> "NDArray[np.uint8]":
    """*steps* colours of ramp *name*, shape (steps, 3), red green blue."""
    import numpy as np

    anchors = np.array([[int(h[i : i + 2], 16) for i in (1, 3, 5)] for h in hexes(name)], dtype=float)
    at = np.linspace(0, len(anchors) - 1, steps)
    mixed = [np.interp(at, np.arange(len(anchors)), anchors[:, band]) for band in range(3)]
    return np.stack(mixed, axis=1).round().astype(np.uint8)
