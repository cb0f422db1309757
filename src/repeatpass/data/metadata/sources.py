"""A file here or at an address, opened without fetching more of it than is asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import fsspec

from repeatpass.data.metadata.records import UnreadableFile
from repeatpass.notices.troubles import in_words

HEAD = 64  # bytes that tell formats apart


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where a file is: a path, or an address that fsspec knows."""

    address: str
    name: str
    path: Path | None  # None: it is not on this machine
    size: int  # bytes; of a folder those of all its files
    folder: bool = False

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """Give what GDAL, h5py and pyarrow open: the path, or a file object that reads pieces."""
        if self.path is not None:
            yield self.path
            return
        try:
            with fsspec.open(self.address, "rb") as file:
                yield file
        except OSError as error:
            raise UnreadableFile(f"{self.address} cannot be read: {in_words(error)}", file=self.address) from None

    @contextmanager
    def local(self) -> Iterator[Path]:
        """Give a path, of a copy where the file is elsewhere."""
        if self.path is not None:
            yield self.path
            return
        fs, place = fsspec.core.url_to_fs(self.address)
        with TemporaryDirectory() as folder:
            target = Path(folder) / self.name
            fs.get(place, str(target), recursive=self.folder)
            yield target

    def unreadable(self, how: str, error: Exception) -> UnreadableFile:
        """Return the error for what a library raised: its first line, without the folders of this machine."""
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        if self.path is not None:
            said = said.replace(f"{self.path.parent}/", "")
        return UnreadableFile(f"{self.name} cannot be opened {how}: {said.rstrip('.')}.", file=self.name)

    def head(self) -> bytes:
        """Return the first bytes; none of a folder."""
        if self.folder:
            return b""
        with self.opened() as file:
            if isinstance(file, Path):
                with file.open("rb") as content:
                    return content.read(HEAD)
            return bytes(file.read(HEAD))


def source_of(address: str | Path) -> Source:
    """Return the source at a path or an address; raise UnreadableFile where there is nothing."""
    text = str(address)
    if isinstance(address, Path) or len(urlsplit(text).scheme) < 2:
        return _of_path(Path(text))
    if text.startswith("file://"):
        return _of_path(Path(urlsplit(text).path))
    return _of_address(text)


def _of_path(path: Path) -> Source:
    if not path.exists():
        raise UnreadableFile(f"There is no file {path.name}.", file=path.name)
    if path.is_dir():
        size = sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
        return Source(address=str(path), name=path.name, path=path, size=size, folder=True)
    return Source(address=str(path), name=path.name, path=path, size=path.stat().st_size)


def _of_address(address: str) -> Source:
    try:
        fs, place = fsspec.core.url_to_fs(address)
        facts = fs.info(place)
        folder = facts["type"] == "directory"
        size = fs.du(place) if folder else int(facts["size"] or 0)
    except ImportError as error:
        raise UnreadableFile(f"Reading {address} needs a package that is not installed: {error}.") from None
    except (OSError, ValueError) as error:
        raise UnreadableFile(f"{address} cannot be read: {in_words(error)}", file=address) from None
    name = address.rstrip("/").rsplit("/", 1)[-1]
    return Source(address=address, name=name, path=None, size=size, folder=folder)
