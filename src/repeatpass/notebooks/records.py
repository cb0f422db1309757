"""Notebooks and their revisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

SHORT = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """What a notebook says of itself, in its metadata under ``repeatpass``."""

    title: str
    description: str = ""
    licence: str = ""
    citation: str = ""
    authors: Sequence[str] = ()
    tags: Sequence[str] = ()
    flavour: str = ""  # the class of resources that it wishes for


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """One state of a notebook's source; what ran, exactly."""

    notebook: str
    revision: str  # SHA-256 of the canonical source, hex
    file: str  # checksum of the .ipynb in the file area
    about: About
    schema: Mapping[str, Any]  # JSON Schema of its parameters
    environment: str  # name of the environment it is meant for
    created: datetime
    author: str

    @property
    def short(self) -> str:
        """The revision as people see it: its first twelve digits."""
        return self.revision[:SHORT]

    @property
    def name(self) -> str:
        """The revision's full name, ``notebook@revision``."""
        return f"{self.notebook}@{self.short}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Notebook:
    """A notebook on the shelf, at its newest revision."""

    id: str
    owner: str
    curated: bool
    created: datetime
    latest: Revision
    withdrawn: datetime | None = None  # since when it is no longer offered; its runs and revisions stay
