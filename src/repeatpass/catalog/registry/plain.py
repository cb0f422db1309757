"""Texts as they are compared: without capitals and accents, so that “el nino” finds El Niño."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

LONGEST = 800  # letters of a first sentence
MARKS = re.compile(r"[*_`]|!?\[([^\]]*)\]\([^)]*\)")


def plain(text: str) -> str:
    """Return *text* in small letters, without accents, with single spaces."""
    if not text.isascii():
        text = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return " ".join(text.split()).casefold()


def plain_all(texts: Iterable[str]) -> frozenset[str]:
    """Return each of *texts* plain."""
    return frozenset(map(plain, texts))


def first_sentence(markdown: str) -> str:
    """Return the first sentence of a description, without its marks."""
    paragraph = markdown.strip().split("\n\n")[0].lstrip("#").strip()[:LONGEST]
    first = " ".join(MARKS.sub(lambda found: found[1] or "", paragraph).split())
    end = first.find(". ")
    return first if end < 0 else first[: end + 1]


def records_in(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a list that ought to hold nothing else; of anything else, none."""
    listed = isinstance(value, Sequence) and not isinstance(value, str)
    return [each for each in value if isinstance(each, Mapping)] if listed else []


def texts(value: Any) -> tuple[str, ...]:
    """Return the texts of a list that ought to hold nothing else, each once."""
    found = (each.strip() for each in value if isinstance(each, str)) if isinstance(value, Sequence) else ()
    return tuple(dict.fromkeys(each for each in found if each)) if not isinstance(value, str) else (value,)
