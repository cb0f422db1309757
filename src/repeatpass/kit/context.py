"""Where a notebook's data are: in a run's or a crate's context.json, or at a platform that is asked over STAC."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, Self

from repeatpass.kit.errors import NoContext, UnknownData
from repeatpass.kit.records import Asset, Collection, Item

DEFAULT_URL = "http://127.0.0.1:8765"
HELP = (
    "Start one with `repeatpass up`, set REPEATPASS_URL to the address of a running one, "
    "or set REPEATPASS_CONTEXT to the context.json of an unpacked crate."
)


class Source(Protocol):
    """Knows collections; says UnknownData for those it does not have."""

    def collection(self, id: str) -> Collection:
        """Return the collection with its items."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """What a notebook may read, fixed before it starts: a run's context.json, or that of a crate."""

    run: str = ""
    collections: Mapping[str, Collection] = field(default_factory=dict)

    @staticmethod
    def load() -> Source:
        """Return the context of this run, of the crate around the working folder, or of a platform.

        Looked for in this order: the file named by REPEATPASS_CONTEXT; `context.json` in the working
        folder or beside it; the platform at REPEATPASS_URL (http://127.0.0.1:8765 when unset).

        Raises:
            NoContext: the file named by REPEATPASS_CONTEXT does not exist or is not a context.
        """
        named = os.environ.get("REPEATPASS_CONTEXT")
        if named:
            return Context.read(Path(named))
        if not os.environ.get("REPEATPASS_URL"):
            for folder in (Path.cwd(), Path.cwd().parent):
                if (folder / "context.json").is_file():
                    return Context.read(folder / "context.json")
        return Platform(url=os.environ.get("REPEATPASS_URL") or DEFAULT_URL)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a context.json; addresses in it that are relative count from its folder."""
        try:
            data = json.loads(path.read_text("utf-8"))
            found = {id: Collection.from_json(id, entry) for id, entry in data["collections"].items()}
        except FileNotFoundError:
            raise NoContext(f"There is no context at {path}. {HELP}", path=str(path)) from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise NoContext(f"{path} is not a context of Repeatpass ({error!r}). {HELP}", path=str(path)) from None
        base = path.resolve().parent
        return cls(run=data.get("run") or "", collections={id: _anchored(each, base) for id, each in found.items()})

    def to_json(self) -> dict[str, Any]:
        """Return the context as it is written to context.json."""
        return {"run": self.run, "collections": {id: each.to_json() for id, each in self.collections.items()}}

    def collection(self, id: str) -> Collection:
        """Return one collection; raise UnknownData when the context does not hold it."""
        if id not in self.collections:
            known = ", ".join(sorted(self.collections)) or "none"
            raise UnknownData(f"There is no collection {id!r} here. Known collections: {known}.", collection=id)
        return self.collections[id]


@dataclass(frozen=True, kw_only=True, slots=True)
class Platform:
    """A running platform, asked over its STAC API."""

    url: str

    def collection(self, id: str) -> Collection:
        """Ask the platform for one collection and its items."""
        from urllib.parse import urljoin

        from repeatpass.kit.web import get_json

        if not id or "/" in id or id.startswith("."):
            raise UnknownData(f"{id!r} is not the id of a collection.", collection=id)
        base = f"{self.url.rstrip('/')}/stac/collections/{id}"
        entry = get_json(base, missing=f"The platform at {self.url} has no collection {id!r}.", help=HELP)
        items: list[Item] = []
        page: str | None = f"{base}/items?limit=100"
        while page:
            answer = get_json(page, missing=f"The items of {id!r} cannot be found.", help=HELP)
            items += [_item(feature, page) for feature in answer["features"]]
            following = [link["href"] for link in answer.get("links", ()) if link["rel"] == "next"]
            page = urljoin(page, following[0]) if following else None
        return Collection(
            id=id,
            version=str(entry.get("version", "")),
            title=entry.get("title", ""),
            items=tuple(items),
            assets=_assets(entry, base),
        )


def _anchored(collection: Collection, base: Path) -> Collection:
    """Turn relative addresses into absolute ones, so that a crate may lie anywhere."""
    from dataclasses import replace

    def anchor(assets: Mapping[str, Asset]) -> dict[str, Asset]:
        return {
            key: asset if "://" in asset.href else replace(asset, href=str(base / asset.href))
            for key, asset in assets.items()
        }

    items = tuple(replace(item, assets=anchor(item.assets)) for item in collection.items)
    return replace(collection, items=items, assets=anchor(collection.assets))


def _item(feature: Mapping[str, Any], page: str) -> Item:
    known = feature["properties"]
    return Item(
        id=feature["id"],
        datetime=known.get("datetime"),
        start_datetime=known.get("start_datetime"),
        end_datetime=known.get("end_datetime"),
        assets=_assets(feature, page),
    )


def _assets(thing: Mapping[str, Any], page: str) -> dict[str, Asset]:
    """Read the assets of a STAC object; those without size and checksum cannot be checked, and are left out."""
    from urllib.parse import urljoin

    return {
        key: Asset(
            href=urljoin(page, asset["href"]),
            type=asset.get("type", ""),
            size=int(asset["file:size"]),
            checksum="sha256:" + asset["file:checksum"].removeprefix("1220"),  # multihash of SHA-256
        )
        for key, asset in thing.get("assets", {}).items()
        if "file:size" in asset and str(asset.get("file:checksum", "")).startswith("1220")
    }
