"""The records that a notebook and the platform exchange. All are frozen; all travel as plain JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, Self

OutputKind = Literal["values", "table", "raster", "figure", "file", "literal"]


class _Json:
    """Reading and writing a flat record as JSON; fields that are not known are left out on reading."""

    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        """Return this record as a JSON object."""
        return asdict(self)  # type: ignore[call-overload, no-any-return]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Make the record from a JSON object."""
        known = {each.name for each in fields(cls)}  # type: ignore[arg-type]
        return cls(**{key: value for key, value in data.items() if key in known})


@dataclass(frozen=True, kw_only=True, slots=True)
class Asset(_Json):
    """One file of an item or a collection."""

    href: str  # absolute path, file: or http(s): address
    type: str  # media type; decides how the file is opened
    size: int  # bytes
    checksum: str  # "sha256:<hex>"


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One item of a collection: a scene, or a whole cube."""

    id: str
    assets: Mapping[str, Asset]
    datetime: str | None = None  # ISO 8601 UTC
    start_datetime: str | None = None
    end_datetime: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return this item as a JSON object; times that are not known are left out."""
        times = {
            "datetime": self.datetime,
            "start_datetime": self.start_datetime,
            "end_datetime": self.end_datetime,
        }
        known = {key: value for key, value in times.items() if value is not None}
        return {
            "id": self.id,
            **known,
            "assets": {key: asset.to_json() for key, asset in self.assets.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Make the item from a JSON object."""
        return cls(
            id=data["id"],
            datetime=data.get("datetime"),
            start_datetime=data.get("start_datetime"),
            end_datetime=data.get("end_datetime"),
            assets={key: Asset.from_json(asset) for key, asset in data["assets"].items()},
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Collection:
    """What a notebook may read of one collection, at one version."""

    id: str
    version: str
    title: str = ""
    items: tuple[Item, ...] = ()
    assets: Mapping[str, Asset] = field(default_factory=dict)  # files of the collection as a whole

    def to_json(self) -> dict[str, Any]:
        """Return the collection as it stands in context.json, without its id (the key there)."""
        return {
            "version": self.version,
            "title": self.title,
            "items": [item.to_json() for item in self.items],
            "assets": {key: asset.to_json() for key, asset in self.assets.items()},
        }

    @classmethod
    def from_json(cls, id: str, data: Mapping[str, Any]) -> Self:
        """Make the collection from its entry in context.json."""
        return cls(
            id=id,
            version=str(data["version"]),
            title=data.get("title", ""),
            items=tuple(Item.from_json(item) for item in data.get("items", ())),
            assets={key: Asset.from_json(asset) for key, asset in data.get("assets", {}).items()},
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Read(_Json):
    """One file that a notebook opened."""

    collection: str
    version: str
    item: str | None  # None: a file of the collection as a whole
    asset: str
    href: str
    size: int  # bytes
    checksum: str  # "sha256:<hex>", of what was really read
    media_type: str
    cell: int | None = None  # execution count
    how: str = "open"  # of what was read elsewhere: whole | parts | search


@dataclass(frozen=True, kw_only=True, slots=True)
class Output(_Json):
    """One file that a notebook left behind."""

    name: str
    path: str  # relative to the outputs folder, "/" between folders
    kind: OutputKind
    media_type: str
    title: str = ""
    unit: str = ""
    cell: int | None = None  # execution count


@dataclass(frozen=True, kw_only=True, slots=True)
class Tolerance(_Json):
    """How far a repeated number may lie from the first: |a - b| <= absolute + relative · |b|."""

    absolute: float = 0.0
    relative: float = 0.0

    def __post_init__(self) -> None:
        if not (self.absolute >= 0 and self.relative >= 0):
            raise ValueError(f"A tolerance is never negative: {self.absolute}, {self.relative}.")
