"""Catalogues elsewhere, and what is found in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """How a catalogue is asked."""

    API = "api"  # a STAC API
    STATIC = "static"  # files that link to one another


@dataclass(frozen=True, kw_only=True, slots=True)
class Remote:
    """A catalogue elsewhere that is mounted here: looked through where it is, or also harvested."""

    id: str
    title: str
    url: str  # of its landing page or its root catalog
    kind: Kind
    wanted: tuple[str, ...] = ()  # ids of its collections that are harvested; (): all
    harvest: bool = False
    every: str = "P1D"  # ISO 8601 duration between two harvests
    owner: str
    created: datetime
    looked: datetime | None = None  # the last harvest that succeeded
    changed: datetime | None = None  # when it last brought something new
    next_look: datetime
    failures: int = 0  # in a row
    error: str = ""  # what was wrong the last time; empty: nothing
    collections: int = 0  # that were harvested
    items: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A document that was read elsewhere, now or before."""

    url: str
    document: Any  # JSON
    asked: datetime  # when it was last known to stand there
    trouble: str = ""  # why it could not be asked for now; empty: it could


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """The collections of a catalogue elsewhere, as STAC 1.1 documents with full addresses."""

    collections: Sequence[Mapping[str, Any]]
    asked: datetime
    trouble: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One page of items elsewhere; *next* is handed in again for the one after it, empty where there is none."""

    items: Sequence[Mapping[str, Any]] = field(default=())
    next: str = ""
    left_out: int = 0  # that are no valid STAC
    asked: datetime
    trouble: str = ""
