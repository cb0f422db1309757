"""What an address leads to: a path of this machine, or a file elsewhere asked for with a guarded client."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from repeatpass.core.errors import Invalid, NotFound

Ask = Callable[[str], bytes]  # returns what stands at an http or https address; raises what it likes
LARGEST = 50_000_000  # bytes of one document


def is_address(text: str) -> bool:
    """Say whether a text is an http or https address."""
    return urlsplit(text).scheme in ("http", "https")


def content_of(place: str, ask: Ask | None) -> bytes:
    """Return what stands at a path or an address; raise NotFound or Invalid."""
    if is_address(place):
        if ask is None:
            raise Invalid(f"“{place}” is an address, and only files of this machine are read here.", address=place)
        return ask(place)
    path = Path(place)
    if not path.is_file():
        raise NotFound(f"There is no file {place}.", file=place)
    if path.stat().st_size > LARGEST:
        raise Invalid(f"{path.name} is larger than {LARGEST // 1_000_000} MB.", file=path.name)
    return path.read_bytes()


def json_of(place: str, ask: Ask | None) -> Any:
    """Return the JSON document at a path or an address; raise Invalid where it is none."""
    try:
        return json.loads(content_of(place, ask))
    except (ValueError, RecursionError) as error:
        raise Invalid(f"What stands at {place} is no JSON: {error}.", address=place) from None


def joined(base: str, href: str) -> str:
    """Return where *href* leads that stands in the document at *base*; a document elsewhere leads to no local file."""
    if is_address(href):
        return href
    if is_address(base):
        found = urljoin(base, href)
        if not is_address(found):
            raise Invalid(f"The link “{href}” of {base} leads to no http or https address.", link=href)
        return found
    return str((Path(base).parent / href).resolve())
