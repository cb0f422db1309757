"""Collections and items, as STAC 1.1 documents with the columns that searches need."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from repeatpass.core.errors import Conflict, Gone


class Visibility(StrEnum):
    """Who may see a collection, its items and its files, besides its owner and operators."""

    PUBLIC = "public"  # everybody
    SHARED = "shared"  # the people and teams that its owner named
    PRIVATE = "private"  # nobody else


@dataclass(frozen=True, kw_only=True, slots=True)
class CollectionAsset:
    """One file of a collection or item, kept in the file area."""

    collection: str
    version: str
    item: str | None  # None: an asset of the collection itself
    key: str
    href: str  # where it came from or is served, relative to the platform
    media_type: str
    size: int  # bytes
    checksum: str  # sha256:<hex>


@dataclass(frozen=True, kw_only=True, slots=True)
class Collection:
    """A STAC collection as kept here."""

    id: str
    version: str
    title: str
    body: Mapping[str, Any]  # the STAC document without links
    owner: str
    created: datetime
    updated: datetime
    visibility: str = Visibility.PUBLIC
    offered: datetime | None = None  # since when it waits for an editor to make it public
    withdrawn: datetime | None = None  # since when it is taken back; then it can only be read about
    withdrawn_reason: str = ""

    @property
    def description(self) -> str:
        """The collection's text, in Markdown (CommonMark)."""
        return str(self.body.get("description", ""))


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """The outlines of a collection."""

    id: str
    version: str
    title: str
    updated: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemHead:
    """The times of an item, as its document states them."""

    collection: str
    id: str
    datetime: str | None
    start_datetime: str | None
    end_datetime: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A STAC item as kept here."""

    id: str
    collection: str
    body: Mapping[str, Any]
    start: datetime | None
    end: datetime | None


class AlreadyThere(Conflict):
    """A collection of this id and version exists with other content."""

    kind = "collection-exists"


class Withdrawn(Gone):
    """Its owner took a collection back; what passports rest on is kept."""

    kind = "collection-withdrawn"


def withdrawal(collection: Collection) -> str:
    """Return the sentence that stands where a withdrawn collection was."""
    when = f"{collection.withdrawn:%-d %B %Y}"
    reason = f": {collection.withdrawn_reason.rstrip('.')}" if collection.withdrawn_reason else ""
    return f"The collection “{collection.id}” was withdrawn on {when}{reason}."
