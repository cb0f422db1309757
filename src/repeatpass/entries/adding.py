"""Finding out what somebody gives, and taking it into the catalog."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from repeatpass.access import Actor
from repeatpass.catalog.records import Collection, CollectionAsset
from repeatpass.catalog.room import Catalog
from repeatpass.core.errors import Invalid, NotFound
from repeatpass.entries.documents import read_documents
from repeatpass.entries.folders import Said, read_folder
from repeatpass.entries.listing import SUFFIXES
from repeatpass.entries.original import read_entry
from repeatpass.entries.reading import Ask, content_of, is_address
from repeatpass.entries.records import Draft, Level, OwnFile
from repeatpass.kit.cubes.zipping import zip_store
from repeatpass.storage.files import FileArea, StoredFile

YAML = (".yaml", ".yml")
STAC = ("collection.json", "catalog.json")


def read_drafts(source: str, said: Said | None = None, ask: Ask | None = None) -> list[Draft]:
    """Return what would be made of *source*: an entry, a STAC document, files, or a folder or bucket of one of these.

    *source* is a path or an address. Nothing is changed. Raise NotFound or Invalid where nothing can be made of it.
    """
    place = Path(source)
    if len(urlsplit(source).scheme) < 2 and not place.exists():
        raise NotFound(f"There is no file or folder {source}.", file=source)
    if _is_entry(source):
        text = content_of(source, ask).decode("utf-8", "replace")
        name = urlsplit(source).path.rsplit("/", 1)[-1] if is_address(source) else place.name
        return [read_entry(text, name, None if is_address(source) else place.parent)]
    if source.lower().endswith(".json"):
        return read_documents(source, ask)
    if place.is_dir():
        return _of_folder(place, said)
    if is_address(source) and not _is_file(source):
        return read_documents(source, ask)
    return [read_folder(source, said or Said())]


def _is_entry(source: str) -> bool:
    return urlsplit(source).path.lower().endswith(YAML)


def _is_file(source: str) -> bool:
    return urlsplit(source).path.lower().endswith(SUFFIXES)


def _of_folder(folder: Path, said: Said | None) -> list[Draft]:
    """A folder holds entries, or a STAC document that leads to all else, or files."""
    entries = sorted(each for each in folder.iterdir() if each.suffix.lower() in YAML and each.is_file())
    if entries:
        return [read_entry(each.read_text("utf-8", "replace"), each.name, folder) for each in entries]
    for name in STAC:
        if (folder / name).is_file():
            return read_documents(str(folder / name))
    return [read_folder(str(folder), said or Said())]


class Adding:
    """Takes drafts into the catalog."""

    def __init__(self, catalog: Catalog, files: FileArea) -> None:
        self.catalog = catalog
        self.files = files

    def add(self, actor: Actor, draft: Draft, **how: Any) -> Collection:
        """Register a draft; its own files are kept here. The same again changes nothing; other files, a new version.

        *how* is handed to ``Catalog.register``. Raise Invalid for a draft with errors, Forbidden where *actor* may
        not, AlreadyThere where the collection was withdrawn.
        """
        if not draft.ok or draft.body is None:
            raise Invalid(f"{draft.name} cannot be taken: {self._why(draft)}", file=draft.name)
        kept = [(each, self._kept(each)) for each in draft.files]
        id = str(draft.body["id"])
        version = self._version(id, str(draft.body.get("version") or ""), {each.checksum for _, each in kept})
        assets = [
            CollectionAsset(
                collection=id, version=version, item=own.item or None, key=own.key, media_type=own.media_type,
                href=f"/files/{file.checksum}", size=file.size, checksum=file.checksum,
            )
            for own, file in kept
        ]  # fmt: skip
        return self.catalog.register(actor, {**draft.body, "version": version}, draft.items, assets, **how)

    def _why(self, draft: Draft) -> str:
        return " ".join(str(each) for each in draft.remarks if each.level is Level.ERROR)

    def _kept(self, own: OwnFile) -> StoredFile:
        """Keep one file; a folder, as Zarr stores are, as one zip file."""
        if not own.path.is_dir():
            return self.files.put(own.path)
        with tempfile.TemporaryDirectory() as folder:
            return self.files.put(zip_store(own.path, Path(folder) / "store.zip", keep=True))

    def _version(self, id: str, stated: str, checksums: set[str]) -> str:
        """Return the version: as it is where the files are the same, the next one where they are not."""
        try:
            known = self.catalog.kept(id)
        except NotFound:
            return stated or "1"
        before = {each.checksum for each in self._assets(known)}
        if before == checksums:
            return known.version
        if stated and stated != known.version:
            return stated
        return str(int(known.version) + 1) if known.version.isdigit() else f"{known.version}.1"

    def _assets(self, known: Collection) -> Sequence[CollectionAsset]:
        return self.catalog.assets(known.id, known.version)
