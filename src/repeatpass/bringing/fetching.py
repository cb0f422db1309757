"""Fetching a file from an address, with the guard of private addresses that sources have, up to a size."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx

from repeatpass.bringing.arriving import check_file_name
from repeatpass.bringing.records import Arrived
from repeatpass.core.errors import Invalid, RepeatpassError, Unavailable
from repeatpass.notices.asking import asking
from repeatpass.notices.targets import Targets
from repeatpass.notices.troubles import in_words

CHUNK = 1 << 20


def name_of(address: str) -> str:
    """Return the file name at the end of an address; raise Invalid where there is none."""
    return check_file_name(unquote(urlsplit(address).path.rsplit("/", 1)[-1]))


def fetch(address: str, folder: Path, targets: Targets, most: int, tell: Callable[[int], None]) -> Arrived:
    """Fetch *address* into *folder*; *tell* hears how many bytes are here. Raise Invalid or Unavailable, with the cause."""
    found = Arrived(name=name_of(address), path=folder / "content")
    try:
        with asking(targets) as client, client.stream("GET", address) as answer:
            if answer.status_code != 200:
                raise Unavailable(f"{address} answers {answer.status_code}.")
            stated = answer.headers.get("content-length", "")
            if stated.isdigit() and int(stated) > most:
                raise _too_large(address, most)
            with found.path.open("wb") as file:
                size = 0
                for piece in answer.iter_bytes(CHUNK):
                    size += len(piece)
                    if size > most:
                        raise _too_large(address, most)
                    file.write(piece)
                    tell(size)
            if stated.isdigit() and size < int(stated) and "content-encoding" not in answer.headers:
                raise Unavailable(f"{address} broke off after {size:,} of {int(stated):,} bytes.")
    except RepeatpassError:
        raise
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise Unavailable(f"{address} cannot be fetched: {in_words(error)}") from None
    return found


def _too_large(address: str, most: int) -> Invalid:
    return Invalid(f"{address} has more than {most / 1e9:,.2f} GB, the most for one file.", field="address")
