"""Hands files elsewhere to GDAL, so that its reading is done by `RemoteFile` and goes on record, too.

rasterio lets GDAL read through Python; what is registered here stays so, because cubes are read long after they are opened.
"""

import io
import re
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import PurePosixPath
from typing import Any

from repeatpass.kit.connectors.parts import RemoteFile
from repeatpass.kit.errors import KitError

_files: dict[str, RemoteFile] = {}
_troubles: list[KitError] = []
_lock = threading.Lock()
_open = ExitStack()


def served(file: RemoteFile) -> str:
    """Return a path at which GDAL reads *file*, in any thread of this process, as long as it lives."""
    from rasterio._vsiopener import _opener_registration

    name = re.sub(r"[^A-Za-z0-9._-]", "_", PurePosixPath(file.place.path).name) or "file"
    with _lock:
        path = f"/remote/{len(_files)}/{name}"
        _files[path] = file
        try:
            registration = _opener_registration(path, _opened)
        except TypeError:  # newer ones are told the mode, too
            registration = _opener_registration(path, "r", _opened)
        return str(_open.enter_context(registration))


def trouble() -> KitError | None:
    """Return, and forget, why the last reading failed: GDAL only says that it did."""
    return _troubles.pop() if _troubles else None


def _opened(path: str, mode: str = "rb") -> io.RawIOBase:
    if path not in _files:
        raise FileNotFoundError(path)  # GDAL looks for files beside it
    return View(_files[path], lambda error: _troubles.__setitem__(slice(None), [error]))


class View(io.RawIOBase):
    """A reader of its own, with its own position, of a file that several share; *tell* hears why reading fails."""

    def __init__(self, file: RemoteFile, tell: Callable[[KitError], None]) -> None:
        super().__init__()
        self.file, self.told, self.position = file, tell, 0

    def read(self, size: int = -1) -> bytes:
        try:
            content = self.file.part(self.position, self.file.size if size < 0 else size)
        except KitError as error:
            self.told(error)
            raise OSError(str(error)) from error
        self.position += len(content)
        return content

    def readinto(self, buffer: Any) -> int:
        content = self.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self.position, io.SEEK_END: self.file.size}[whence]
        self.position = max(0, base + offset)
        return self.position

    def tell(self) -> int:
        return self.position

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


class QuietView(View):
    """The same for GDAL, which takes nothing for an error and cannot bear another: whoever uses it asks what was told."""

    def read(self, size: int = -1) -> bytes:
        try:
            return super().read(size)
        except OSError:
            return b""

    def get_byte_ranges(self, offsets: Sequence[int], sizes: Sequence[int]) -> list[bytes]:
        """Return several parts, asked for together; of noughts where they cannot be had."""
        try:
            return self.file.ranges(list(zip(offsets, sizes, strict=True)))
        except KitError as error:
            self.told(error)
            return [bytes(size) for size in sizes]
