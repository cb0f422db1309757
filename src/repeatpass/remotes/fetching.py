"""Bringing files of elsewhere here, so that notebooks open them, maps draw them, and passports can rest on them."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from repeatpass.access import Actor, Right
from repeatpass.catalog.records import Collection, CollectionAsset
from repeatpass.catalog.room import Catalog
from repeatpass.core.errors import Exhausted, Invalid, NotFound, Unavailable
from repeatpass.notices.asking import asking
from repeatpass.notices.troubles import in_words
from repeatpass.remotes.harvesting import AS, OF, local_id
from repeatpass.remotes.room import Remotes
from repeatpass.storage.files import FileArea

LARGEST = 2_000_000_000  # bytes of one file
SIDE = {"thumbnail", "overview", "metadata"}  # roles of what is not the data


class Fetching:
    """Copies the files of items elsewhere into the file area."""

    def __init__(self, remotes: Remotes, catalog: Catalog, files: FileArea) -> None:
        self.remotes = remotes
        self.catalog = catalog
        self.files = files

    def fetch(
        self, actor: Actor, id: str, collection: str, items: Sequence[str], keys: Sequence[str] = ()
    ) -> Collection:
        """Bring the files of *items*, those of *keys* or else all that are data; return the collection as it is here.

        It becomes a new version of the collection ``<catalogue>.<collection>``. Raise NotFound, Unavailable where a
        file cannot be fetched, Exhausted where it is larger than 2 GB, Invalid where there is nothing to fetch.
        """
        actor.require(Right.CURATE)
        remote, browsing = self.remotes.remote(id), self.remotes.browsing
        body = browsing.collection(remote, collection)
        found = [browsing.item(remote, collection, each) for each in items]
        here = local_id(remote, collection)
        version, kept, there = self._here(here)
        brought = [asset for item in found for asset in self._fetched(here, version, item, keys)]
        if not brought:
            raise Invalid(f"None of these items has files that can be brought{' under these keys' if keys else ''}.")
        new = {(each.item, each.key): each for each in brought}
        files = [each for each in kept if (each.item, each.key) not in new] + brought
        bodies = there | {str(each["id"]): {**each, "collection": here} for each in found}
        links = [each for each in body.get("links", ()) if each.get("rel") not in ("item", "items")]
        made = {**body, "id": here, "links": links, OF: remote.id, AS: collection, "version": version}
        return self.catalog.register(actor, made, list(bodies.values()), [_of(each, version) for each in files])

    def _here(self, id: str) -> tuple[str, list[CollectionAsset], dict[str, Mapping[str, Any]]]:
        """Return the next version, and the files and items that are here already."""
        try:
            known = self.catalog.collection(id)
        except NotFound:
            return "1", [], {}
        version = str(int(known.version) + 1) if known.version.isdigit() else f"{known.version}.1"
        return version, self.catalog.assets(id, known.version), {each.id: each.body for each in self.catalog.items(id)}

    def _fetched(self, id: str, version: str, item: Mapping[str, Any], keys: Sequence[str]) -> list[CollectionAsset]:
        chosen = {key: asset for key, asset in item["assets"].items()
                  if (key in keys if keys else not SIDE & set(asset.get("roles") or ()))}  # fmt: skip
        return [self._file(id, version, str(item["id"]), key, asset) for key, asset in chosen.items()]

    def _file(self, id: str, version: str, item: str, key: str, asset: Mapping[str, Any]) -> CollectionAsset:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file"
            self._download(str(asset["href"]), path)
            stored = self.files.put(path)
        return CollectionAsset(
            collection=id, version=version, item=item, key=key[:80], href=f"/files/{stored.checksum}",
            media_type=str(asset.get("type") or "application/octet-stream"), size=stored.size, checksum=stored.checksum,
        )  # fmt: skip

    def _download(self, address: str, path: Path) -> None:
        targets = self.remotes.browsing.reading.targets
        size = 0
        try:
            with (
                asking(targets) as client,
                client.stream("GET", targets.check(address)) as answer,
                path.open("wb") as sink,
            ):
                if answer.status_code in (404, 410):
                    raise NotFound(f"There is nothing at {address} ({answer.status_code}).", address=address)
                answer.raise_for_status()
                for piece in answer.iter_bytes():
                    size += len(piece)
                    if size > LARGEST:
                        raise Exhausted(f"{address} is larger than {LARGEST // 1_000_000_000} GB.", address=address)
                    sink.write(piece)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable(f"{address} cannot be fetched: {in_words(error)}", address=address) from None


def _of(asset: CollectionAsset, version: str) -> CollectionAsset:
    return replace(asset, version=version)
