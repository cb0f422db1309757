"""What is made of an entry, and what is to be said of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


class Level(StrEnum):
    """How much a remark matters."""

    ERROR = "error"  # the entry cannot be taken
    WARNING = "warning"  # it is taken; something in it is wrong, unknown or was changed
    NOTE = "note"  # it is taken as it is; it could be better


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """One thing to be said of an entry, with its place and what would be right."""

    level: Level
    message: str  # what is there
    fix: str = ""  # what would be right
    file: str = ""
    line: int = 0  # from 1; 0: the file as a whole
    field: str = ""  # as a path: Extent.spatial.bbox

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        about = f" {self.field}:" if self.field else ""
        return f"{where}: {self.level}:{about} {self.message}" + (f" {self.fix}" if self.fix else "")


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnFile:
    """A file that comes with an entry and is to be kept: of the collection, or of one *item*."""

    key: str  # of the asset
    path: Path
    media_type: str
    item: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """An entry as it would be registered, and the remarks on it; no *body* where there is an error."""

    name: str  # of the file or folder that it was read from
    remarks: Sequence[Remark] = ()
    body: Mapping[str, Any] | None = None  # a STAC 1.1 collection
    items: Sequence[Mapping[str, Any]] = ()  # STAC 1.1 items
    files: Sequence[OwnFile] = field(default=())

    @property
    def ok(self) -> bool:
        """Whether it can be registered."""
        return self.body is not None and not any(each.level is Level.ERROR for each in self.remarks)
