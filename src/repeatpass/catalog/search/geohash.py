"""Geohashes (G. Niemeyer, 2008): cells of a grid over the world as letters, each of which cuts a cell into 32."""

from itertools import zip_longest

LETTERS = "0123456789bcdefghjkmnpqrstuvwxyz"


def cells_of(letters: int) -> tuple[int, int]:
    """Return how many cells the grid of geohashes with so many *letters* has from west to east and south to north."""
    return 1 << (5 * letters + 1) // 2, 1 << 5 * letters // 2


def geohash_of(column: int, row: int, letters: int) -> str:
    """Return the geohash of a cell counted from 180° W and 90° S: bits of both in turns, longitude first."""
    columns, rows = cells_of(letters)
    east, north = f"{column:0{columns.bit_length() - 1}b}", f"{row:0{rows.bit_length() - 1}b}"
    bits = "".join(a + b for a, b in zip_longest(east, north, fillvalue=""))
    return "".join(LETTERS[int(bits[first : first + 5], 2)] for first in range(0, len(bits), 5))
