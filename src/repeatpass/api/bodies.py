"""Reading what was sent, up to a size, as JSON that can be answered and kept."""

import json
import re
from collections.abc import Iterable
from typing import Any

from fastapi import Request

from repeatpass.core.errors import Invalid

LARGEST = 64 * 1024**2  # bytes
# Python reads what is no number of JSON, or too large for one: it could be kept, but never be answered.
PERHAPS_NO_NUMBER = re.compile(rb"NaN|Infinity|[eE]\+?\d{2}|\d{300}")


async def body_of(request: Request) -> bytes:
    """Return the body; raise Invalid for one that is too large, before all of it was read."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise Invalid(f"The body is larger than {LARGEST // 1024**2} MiB; send files into the workspace first.")
    return bytes(body)


async def json_of(request: Request) -> Any:
    """Return the body as JSON; raise Invalid for anything else."""
    return read_json(await body_of(request))


def read_json(body: bytes, *, strict: bool = True) -> Any:
    """Read JSON; raise Invalid for what is none, or holds halves of characters, which no text may hold.

    With *strict* the numbers must be those of JSON (RFC 8259 knows no NaN), and no text may hold the character NUL,
    which PostgreSQL cannot keep. Notebooks, which Jupyter writes otherwise, are read without.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"The body is not JSON: {error}.") from None
    if b"\\u" in body:
        _require_whole_characters(found)
    if strict and b"\\u0000" in body:
        _require_no_nul(found)
    if strict and PERHAPS_NO_NUMBER.search(body):
        _require_numbers(found)
    return found


def _require_whole_characters(found: Any) -> None:
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Invalid("The body is not JSON that can be kept: it holds half of a surrogate pair (\\ud800).") from None


def _require_numbers(found: Any) -> None:
    try:
        json.dumps(found, allow_nan=False)
    except ValueError:
        raise Invalid("The body is not JSON: it holds NaN, Infinity, or a number above 1.8e308.") from None


def _require_no_nul(found: Any) -> None:
    for place, text in _texts(found, "the body"):
        if "\0" in text:
            raise Invalid(f"{place} holds the character NUL (\\u0000), which no text here can hold.", field=place)


def _texts(value: Any, place: str) -> Iterable[tuple[str, str]]:
    """Every text of a document, names of members included, each with the name of the member that holds it."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield place, name
            yield from _texts(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, place)
