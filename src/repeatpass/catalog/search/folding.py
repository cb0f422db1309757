"""CASEI and ACCENTI of CQL2 (OGC 21-065r2, 7.5.2 and 7.5.3): texts without the difference of capitals, or of accents.

An accent is a combining mark of Unicode (U+0300 to U+036F) that a letter can be taken apart into; ß, ø and ł have none.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

MARKS = re.compile("[\u0300-\u036f]")
FOLDS = ("casei", "accenti")
DEEPEST = 4  # of one within another


def unaccented(text: str) -> str:
    """Return a text without the marks on its letters."""
    return unicodedata.normalize("NFC", MARKS.sub("", unicodedata.normalize("NFD", text)))


def is_fold(node: Any) -> bool:
    """Whether a node of CQL2-JSON folds the one text within it."""
    return isinstance(node, Mapping) and node.get("op") in FOLDS and len(node.get("args") or ()) == 1


def innermost(node: Any) -> Any:
    """Return what is folded; the node itself where it folds nothing."""
    for _ in range(DEEPEST):
        node = node["args"][0] if is_fold(node) else node
    return node


def folded_here(node: Any) -> Any:
    """Return a text as its folds leave it; anything else as it stands."""
    names: list[str] = []
    while is_fold(node) and len(names) < DEEPEST:
        names.append(node["op"])
        node = node["args"][0]
    for name in reversed(names) if isinstance(node, str) else ():
        node = node.lower() if name == "casei" else unaccented(node)
    return node


def folded(name: str, value: Any, dialect: str) -> Any:
    """Return the SQL of a text folded by CASEI or ACCENTI; `spatial.teach` teaches SQLite the two functions."""
    if dialect == "sqlite":  # whose own lower knows A to Z only
        function = sa.func.repeatpass_lower if name == "casei" else sa.func.repeatpass_unaccented
        return function(value, type_=sa.Text)
    if name == "casei":
        return sa.func.lower(sa.collate(value, "default"), type_=sa.Text)
    apart = sa.func.normalize(value, sa.literal_column("NFD"))
    bare = sa.func.regexp_replace(apart, "[\u0300-\u036f]", "", "g")
    return sa.func.normalize(bare, sa.literal_column("NFC"), type_=sa.Text)
