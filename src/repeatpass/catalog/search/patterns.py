"""LIKE of CQL2 (OGC 21-065r2, 7.4): capitals matter, ``%`` stands for anything, ``_`` for one letter, a backslash before
either for itself. SQLite's own LIKE does not know capitals from small letters, its GLOB does."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from repeatpass.catalog.search.folding import folded_here
from repeatpass.core.errors import Invalid

MOST = 1000  # letters of a pattern
ANY, ONE = object(), object()  # wildcards among the letters
LAST, GAP = "\U0010ffff", ("\ud7ff", "\ue000")  # of Unicode; what lies between are no letters


def pattern_of(node: Any) -> list[Any]:
    """Return the letters and wildcards of a pattern, in CASEI and ACCENTI or not; raise Invalid for what is none."""
    text = folded_here(node)
    if not isinstance(text, str) or "\0" in text:
        raise Invalid("“LIKE” needs a text with % and _ on its right, as name LIKE 'North%'.", field="filter")
    if len(text) > MOST:
        raise Invalid(f"The pattern after “LIKE” has {len(text)} letters; {MOST} are the most.", field="filter")
    return list(_parts(text))


def _parts(text: str) -> Any:
    letters = iter(text)
    for letter in letters:
        if letter == "\\":
            yield next(letters, letter)
        else:
            yield {"%": ANY, "_": ONE}.get(letter, letter)


def like(value: Any, parts: list[Any], dialect: str) -> sa.ColumnElement[bool]:
    """Return the condition that a text is as a pattern says."""
    if dialect == "sqlite":
        words = {ANY: "*", ONE: "?", "*": "[*]", "?": "[?]", "[": "[[]"}
        found: sa.ColumnElement[bool] = value.op("GLOB", is_comparison=True)(_joined(parts, words))
        return found
    words = {ANY: "%", ONE: "_", "%": "\\%", "_": "\\_", "\\": "\\\\"}
    made: sa.ColumnElement[bool] = value.like(_joined(parts, words), escape="\\")
    return made


def begins(value: Any, parts: list[Any], dialect: str) -> list[sa.ColumnElement[bool]]:
    """Return conditions that an index over *value* answers: between which texts those lie that begin as the pattern does.

    A pattern that begins with anything is still compared inside of SQLite's index, which is shorter than the table.
    """
    first = next((at for at, part in enumerate(parts) if part in (ANY, ONE)), len(parts))
    start = "".join(parts[:first])
    if not start:
        return [sa.func.likelihood(value >= "", sa.literal_column("0.8"))] if dialect == "sqlite" else []
    kept = start.rstrip(LAST)
    return [value >= start, *([value < kept[:-1] + _next(kept[-1])] if kept else [])]


def _next(letter: str) -> str:
    return GAP[1] if letter == GAP[0] else chr(ord(letter) + 1)


def _joined(parts: list[Any], words: Mapping[Any, str]) -> str:
    return "".join(words.get(part, part) for part in parts)
