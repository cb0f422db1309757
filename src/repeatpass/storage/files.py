"""The file area: every file kept once, under the SHA-256 of its content.

Through fsspec, so that the same code writes to a directory or to an object store.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import fsspec

from repeatpass.core.digests import digest_bytes, digest_file
from repeatpass.core.errors import Conflict, NotFound, Unavailable


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredFile:
    """One file of the area."""

    checksum: str  # sha256:<hex>
    size: int  # bytes


class FileArea:
    """Files by checksum at *root*, a local folder or an fsspec address."""

    def __init__(self, root: str | Path) -> None:
        self.fs, self.root = fsspec.core.url_to_fs(str(root))
        self.is_local = "file" in self.fs.protocol
        self.fs.makedirs(self.root, exist_ok=True)

    def put(self, path: Path) -> StoredFile:
        """Keep a copy of the file at *path*; keeping the same content twice costs nothing."""
        stored = StoredFile(checksum=digest_file(path), size=path.stat().st_size)
        if not self._renew(stored.checksum):
            self._copy_in(path, stored.checksum)
        return stored

    def put_bytes(self, content: bytes) -> StoredFile:
        """Keep *content*."""
        stored = StoredFile(checksum=digest_bytes(content), size=len(content))
        if not self._renew(stored.checksum):
            with tempfile.NamedTemporaryFile() as file:
                file.write(content)
                file.flush()
                self._copy_in(Path(file.name), stored.checksum)
        return stored

    def _renew(self, checksum: str) -> bool:
        """Say whether a file is kept already, and make it young again, so that gc leaves it alone for now."""
        place = self._place(checksum)
        if not self.is_local:
            return bool(self.fs.exists(place))
        try:
            os.utime(place)
        except FileNotFoundError:
            return False
        return True

    def _copy_in(self, path: Path, checksum: str) -> None:
        # Copied beside its place and then renamed: a reader never sees half a file.
        place = self._place(checksum)
        beside = f"{place}.{os.getpid()}.{os.urandom(4).hex()}.part"
        try:
            self.fs.makedirs(place.rsplit("/", 1)[0], exist_ok=True)
            self.fs.put_file(str(path), beside)
            self.fs.mv(beside, place)
        except OSError as error:
            if self.fs.exists(beside):
                self.fs.rm_file(beside)
            raise Unavailable(f"The file area could not keep a file: {error.strerror or error}.") from error

    def open(self, checksum: str) -> BinaryIO:
        """Open a kept file for reading; raise NotFound if it is not there."""
        try:
            return cast(BinaryIO, self.fs.open(self._place(checksum), "rb"))
        except FileNotFoundError:
            raise NotFound(f"The file {checksum} is not in the file area.", checksum=checksum) from None

    def read(self, checksum: str) -> bytes:
        """Return the content of a kept file."""
        with self.open(checksum) as file:
            return file.read()

    def has(self, checksum: str) -> bool:
        """Say whether a file is kept."""
        return bool(self.fs.exists(self._place(checksum)))

    def path(self, checksum: str) -> Path:
        """Return the local path of a kept file; raise NotFound where there is none."""
        place = Path(self._place(checksum))
        if not self.is_local or not place.exists():
            raise NotFound(f"The file {checksum} is not in the file area on this machine.", checksum=checksum)
        return place

    def verify(self, checksum: str) -> None:
        """Read a kept file again; raise Conflict if its content is no longer what its name says."""
        if digest_file(self.path(checksum)) != checksum:
            raise Conflict(f"The kept file {checksum} was altered on disk.", checksum=checksum)

    def copy_out(self, checksum: str, target: Path) -> None:
        """Write a copy of a kept file to *target*."""
        with self.open(checksum) as source, target.open("wb") as sink:
            shutil.copyfileobj(source, sink, 1 << 20)

    def all(self) -> Iterator[StoredFile]:
        """List every kept file."""
        found: dict[str, Any] = self.fs.find(self.root, detail=True)
        for place, facts in found.items():
            if not place.endswith(".part"):
                parts = place.rsplit("/", 2)
                yield StoredFile(checksum=f"sha256:{parts[-2]}{parts[-1]}", size=facts["size"])

    def remove(self, checksum: str) -> None:
        """Remove a kept file. Only gc calls this, after asking every room what it still needs."""
        self.fs.rm_file(self._place(checksum))

    def modified(self, checksum: str) -> float:
        """Return when a file was last stored, in seconds since 1970; raise NotFound if it is not kept."""
        try:
            return float(self.fs.modified(self._place(checksum)).timestamp())
        except FileNotFoundError:
            raise NotFound(f"The file {checksum} is not in the file area.", checksum=checksum) from None

    def clear_parts(self, older_than: float) -> None:
        """Remove half-written files of writers that were killed; *older_than* in seconds."""
        for place in self.fs.find(self.root):
            if place.endswith(".part") and time.time() - self.fs.modified(place).timestamp() > older_than:
                self.fs.rm_file(place)

    def _place(self, checksum: str) -> str:
        algorithm, _, digest = checksum.partition(":")
        if algorithm != "sha256" or len(digest) != 64 or not digest.isalnum():
            raise NotFound(f"“{checksum}” is not a checksum of the file area.", checksum=checksum)
        return f"{self.root}/sha256/{digest[:2]}/{digest[2:]}"
