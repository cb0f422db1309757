"""Which files there are in a folder or a bucket, and which time their names give."""

import calendar
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import fsspec

from repeatpass.core.errors import Invalid, NotFound
from repeatpass.core.times import now
from repeatpass.data.metadata import FileFacts
from repeatpass.notices.troubles import in_words

SUFFIXES = (
    ".tif",
    ".tiff",
    ".nc",
    ".nc4",
    ".h5",
    ".zarr",
    ".zarr.zip",
    ".parquet",
    ".geoparquet",
    ".gpkg",
    ".geojson",
    ".fgb",
)
MOST = 10_000  # files of one folder
DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:[-_.]?(0[1-9]|1[0-2])(?:[-_.]?(0[1-9]|[12]\d|3[01]))?)?(?!\d)")


def listed_files(address: str) -> list[str]:
    """Return the files at a folder or a bucket that are of known formats, in order; a single file is taken as it is."""
    try:
        fs, place = fsspec.core.url_to_fs(address)
        if not fs.exists(place):
            raise NotFound(f"There is nothing at {address}.", address=address)
        if place.endswith(".zarr") or not fs.isdir(place):
            return [address]
        found = sorted(_walk(fs, place, 0))
    except ImportError as error:
        raise Invalid(f"{address} cannot be read here: {error}.", address=address) from None
    except ValueError as error:
        raise Invalid(f"{address} cannot be read: {in_words(error)}", address=address) from None
    except OSError as error:
        raise NotFound(f"{address} cannot be read: {in_words(error)}", address=address) from None
    if not found:
        raise NotFound(f"There are no files at {address} that end in {', '.join(SUFFIXES)}.", address=address)
    if len(found) > MOST:
        raise Invalid(f"There are {len(found)} files at {address}; {MOST} at most are taken at once.", address=address)
    return [fs.unstrip_protocol(each) if "://" in address else each for each in found]


def _walk(fs: Any, place: str, depth: int) -> Iterator[str]:
    for each in fs.ls(place, detail=True):
        name = str(each["name"]).rstrip("/")
        if name.rsplit("/", 1)[-1].startswith(".") or name == place.rstrip("/"):
            continue
        if name.lower().endswith(SUFFIXES):
            yield name
        elif each["type"] == "directory" and depth < 8:
            yield from _walk(fs, name, depth + 1)


def is_elsewhere(address: str) -> bool:
    """Say whether a file is at an address, not on this machine."""
    return len(urlsplit(address).scheme) > 1


def times_of(facts: FileFacts) -> tuple[str, str]:
    """Return when a file is of: as it says, else by a date in its name (a month or a year is all of it)."""
    if facts.start:
        return facts.start, facts.end or facts.start
    found = DATE.search(facts.name)
    if not found or int(found[1]) > now().year + 1:  # a number of cells, such as 2048
        return "", ""
    year, month, day = found[1], found[2], found[3]
    if day:
        return f"{year}-{month}-{day}T00:00:00Z", f"{year}-{month}-{day}T00:00:00Z"
    last = month or "12"
    until = calendar.monthrange(int(year), int(last))[1]
    return f"{year}-{month or '01'}-01T00:00:00Z", f"{year}-{last}-{until:02}T23:59:59Z"
