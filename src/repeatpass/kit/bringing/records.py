"""What the check of brought files finds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Bounds = tuple[float, float, float, float]  # west, south, east, north


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Why a file cannot be taken, and what would help."""

    file: str  # as its owner named it
    kind: str  # for programs: empty, wrong-suffix, truncated, no-crs, …
    message: str  # one sentence
    remedy: str  # one sentence


class Refused(Exception):
    """A file cannot be taken."""

    def __init__(self, kind: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.kind, self.message, self.remedy = kind, message, remedy

    def problem(self, file: str) -> Problem:
        """Return what is wrong with *file*."""
        return Problem(file=file, kind=self.kind, message=self.message, remedy=self.remedy)


@dataclass(frozen=True, kw_only=True, slots=True)
class Most:
    """How large things may become while they are checked."""

    bytes: int = 20_000_000_000  # of a file when it is unpacked, or of its numbers in memory order
    files: int = 2_000  # in an archive
    ratio: int = 300  # unpacked to packed; more is the mark of a bomb


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One file to check: where it lies, what its owner calls it, which format its content has."""

    path: Path
    name: str
    format: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """One file (or one layer of it) that was taken, in the form in which it is kept."""

    name: str  # of the file that was brought
    id: str  # of the item that it becomes
    kind: str  # raster | cube | table
    format: str  # that was brought, as people call it
    path: str  # of what is kept, relative to the outputs
    media_type: str
    converted: bool
    crs: str  # EPSG:4326 where there is a code, else WKT
    bounds: Bounds  # in the CRS
    bbox: Bounds  # in degrees; west > east across the antimeridian
    start: str = ""  # ISO 8601 in UTC
    end: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)  # of STAC: proj:…, bands, cube:…, table:columns
    remarks: tuple[str, ...] = ()  # what is doubtful, in sentences
