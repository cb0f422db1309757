"""A file elsewhere, read in parts: blocks are asked for when they are needed, and each goes on record."""

import io
import re
import threading
from typing import Any

from repeatpass.kit.connectors.places import Place
from repeatpass.kit.connectors.recording import Parts, Unrecorded, version_of
from repeatpass.kit.connectors.requesting import CutOff, body, exchange
from repeatpass.kit.errors import AlteredData, RemoteTrouble

BLOCK = 1 << 18  # bytes; always the same borders, so that the same reading asks for the same parts
KEPT = 256  # blocks in memory: 64 MB


class RemoteFile(io.RawIOBase):
    """A seekable file for reading. May be shared by threads through `part`, which does not move the position."""

    def __init__(self, place: Place, media_type: str, asset: str = "data", *, kept: int = KEPT) -> None:
        """*kept*: blocks in memory."""
        super().__init__()
        self.place, self.kept = place, kept
        self.parts = Parts(place, media_type, asset) if place.manner is None else Unrecorded()
        self.lock = threading.RLock()
        self.blocks: dict[int, bytes] = {}
        self.size, self.etag, self.position = -1, "", 0
        self._fetch(0, 0)

    def part(self, start: int, length: int) -> bytes:
        """Return bytes from *start*; fewer than *length* at the end of the file."""
        stop = min(start + max(length, 0), self.size)
        if start >= stop:
            return b""
        first, last = start // BLOCK, (stop - 1) // BLOCK
        with self.lock:
            content = b"".join(self._block(number, last) for number in range(first, last + 1))
            while len(self.blocks) > self.kept:
                self.blocks.pop(next(iter(self.blocks)))
        return content[start - first * BLOCK : stop - first * BLOCK]

    def _block(self, number: int, last: int) -> bytes:
        if number not in self.blocks:
            until = next((each for each in range(number + 1, last + 1) if each in self.blocks), last + 1)
            return self._fetch(number, min(until - 1, number + self.kept - 1))
        self.blocks[number] = found = self.blocks.pop(number)  # what was used last is forgotten last
        return found

    def _fetch(self, first: int, last: int) -> bytes:
        """Ask for blocks *first* to *last* in one request; return the first."""
        start, stop = first * BLOCK, (last + 1) * BLOCK
        asked = {"Range": f"bytes={start}-{stop - 1}"}
        content = exchange(self.place, lambda answer: self._taken(answer, start, stop), headers=asked)
        for number in range(first, last + 1):
            block = content[(number - first) * BLOCK : (number - first + 1) * BLOCK]
            self.parts.note(f"{number * BLOCK}-{number * BLOCK + len(block)}", block)
            self.blocks[number] = block
        return content[:BLOCK]

    def _taken(self, answer: Any, start: int, stop: int) -> bytes:
        found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", answer.headers.get("Content-Range") or "")
        if answer.status != 206 or not found or int(found[1]) != start:
            raise RemoteTrouble(
                f"{self.place.host} does not give parts of {self.place.address}: open it with whole=True.",
                address=self.place.address,
            )
        self._same(int(found[3]), answer)
        wanted = min(stop, self.size) - start
        content = body(self.place, answer, wanted)
        if len(content) != wanted:
            raise CutOff(f"{len(content)} of {wanted} bytes came")
        return content

    def _same(self, size: int, answer: Any) -> None:
        etag = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
        if self.size < 0:
            self.size, self.etag, self.parts.version = size, etag, version_of(answer)
        elif (size, etag) != (self.size, self.etag):
            raise AlteredData(
                f"{self.place.address} was changed while it was read; open it again.", address=self.place.address
            )

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """Return the position in bytes."""
        return self.position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move the position and return it."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self.position, io.SEEK_END: self.size}[whence]
        self.position = max(0, base + offset)
        return self.position

    def readinto(self, buffer: Any) -> int:
        """Fill *buffer* from the position on; return how many bytes there were."""
        with self.lock:
            content = self.part(self.position, len(buffer))
            buffer[: len(content)] = content
            self.position += len(content)
        return len(content)
