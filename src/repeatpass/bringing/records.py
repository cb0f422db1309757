"""What somebody brought, and how far it has come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from repeatpass.kit.bringing.records import Problem


class Stage(StrEnum):
    """How far a submission has come; what is not fetching or checking is final."""

    FETCHING = "fetching"  # from the address that was given
    CHECKING = "checking"  # its run is queued or under way
    REGISTERED = "registered"  # it is a collection
    REFUSED = "refused"  # its problems say why
    FAILED = "failed"  # the check itself did not work; nothing is known about the data

    @property
    def final(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self not in (Stage.FETCHING, Stage.CHECKING)


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrived:
    """A file that has arrived on this machine, under the name that its owner gave it."""

    name: str
    path: Path


@dataclass(frozen=True, kw_only=True, slots=True)
class BroughtFile:
    """A brought file as it is kept, byte for byte."""

    name: str
    checksum: str
    size: int  # bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What its owner says of the data; see `bringing.wishing`."""

    id: str  # of the collection
    title: str
    description: str
    licence: str  # SPDX, or "other"
    licence_title: str = ""  # in words, where it is "other"
    provider: str = ""  # who made the data
    nature: str = "observation"
    keywords: Sequence[str] = ()
    start: str = ""  # ISO 8601 in UTC, for files that do not say
    end: str = ""
    citation: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the wish as it is kept."""
        return {name: getattr(self, name) for name in self.__slots__} | {"keywords": list(self.keywords)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """Data that somebody brought."""

    id: str
    owner: str
    collection: str  # id that it becomes, or a new version of
    wish: Wish
    stage: Stage
    created: datetime
    updated: datetime
    address: str = ""  # where it was fetched from
    files: Sequence[BroughtFile] = ()
    run: str = ""  # that checks it
    version: str = ""  # of the collection that it became
    message: str = ""  # one sentence for its owner
    problems: Sequence[Problem] = ()
    fetched: int = 0  # bytes, while it is fetched
    report: Mapping[str, Any] = field(default_factory=dict)  # what the check found
