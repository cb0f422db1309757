"""What the demonstration hands to the platform: collections that are converted, described and checksummed."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Kind = Literal["observation", "observation-based analysis", "model output"]
Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Provider:
    """An organisation that made, licensed, processed or carries the data."""

    name: str
    roles: tuple[str, ...]  # STAC: licensor, producer, processor, host
    url: str = ""
    description: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What is known about a collection without opening it."""

    id: str
    title: str
    description: str  # Markdown; also says what the source does not state
    kind: Kind
    license: str  # SPDX identifier, or "other"
    license_title: str  # the licence as the source words it
    license_url: str
    providers: tuple[Provider, ...]
    keywords: tuple[str, ...]
    citation: str
    attribution: str  # to be shown wherever the data are shown
    package: str  # distribution that carries the data
    version: str = "1"


@dataclass(frozen=True, kw_only=True, slots=True)
class PreparedAsset:
    """One converted file."""

    key: str
    path: Path
    media_type: str
    size: int  # bytes
    checksum: str  # "sha256:<hex>"
    title: str
    roles: tuple[str, ...] = ("data",)
    properties: Json  # further STAC fields: projection, bands


@dataclass(frozen=True, kw_only=True, slots=True)
class PreparedItem:
    """One STAC item and its files."""

    id: str
    stac: Json  # a STAC 1.1.0 Item; asset addresses are file names relative to the collection's folder
    assets: tuple[PreparedAsset, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PreparedCollection:
    """One STAC collection with its items, or with files of its own where an item would claim too much."""

    id: str
    version: str
    title: str
    kind: Kind
    stac: Json  # a STAC 1.1.0 Collection
    items: tuple[PreparedItem, ...] = ()
    assets: tuple[PreparedAsset, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Where and when the data are, as the data themselves say; None is not known."""

    bbox: tuple[float, float, float, float] | None  # west, south, east, north in degrees
    start: str | None  # ISO 8601 UTC, inclusive
    end: str | None  # ISO 8601 UTC, inclusive


@dataclass(frozen=True, kw_only=True, slots=True)
class Converted:
    """What a conversion returns: files, their span, and the item they belong to.

    Without `item` the files belong to the collection as a whole: the way to hold
    data that state neither a date nor a place, for which a STAC item has no honest form.
    """

    assets: tuple[PreparedAsset, ...]
    span: Span
    item: str | None = None
    properties: Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far the preparation is."""

    done: int
    total: int
    collection: str
    message: str
    problem: bool = False
