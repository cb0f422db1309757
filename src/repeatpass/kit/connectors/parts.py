"""A file elsewhere, read in parts: blocks are asked for when they are needed, and each goes on record."""

import io
import re
import threading
from collections.abc import Sequence
from typing import Any

from repeatpass.kit.connectors.blocks import Blocks
from repeatpass.kit.connectors.places import Place
from repeatpass.kit.connectors.recording import Parts, Unrecorded, version_of
from repeatpass.kit.connectors.requesting import CutOff, body, exchange
from repeatpass.kit.errors import AlteredData, RemoteTrouble
from repeatpass.kit.memory import Remembered

BLOCK = 1 << 18  # bytes; always the same borders, so that the same reading asks for the same parts
KEPT = 64 << 20  # bytes of blocks in memory


class RemoteFile(io.RawIOBase):
    """A seekable file for reading. Threads may share it through `part` and `ranges`, which do not move the position.

    Different parts are asked for side by side; no part is asked for twice at the same moment.
    """

    def __init__(
        self, place: Place, media_type: str, asset: str = "data", *, room: Remembered[bytes] | None = None
    ) -> None:
        """*room*: where blocks are held, possibly of several files; by default 64 MB of its own."""
        super().__init__()
        self.place = place
        self.parts = Parts(place, media_type, asset) if place.manner is None else Unrecorded()
        self.lock = threading.RLock()
        self.blocks = Blocks(self._fetch, room or Remembered(KEPT, len))
        self.size, self.etag, self.position = -1, "", 0
        self.blocks.get([0])

    def part(self, start: int, length: int) -> bytes:
        """Return bytes from *start*; fewer than *length* at the end of the file."""
        return self.ranges([(start, length)])[0]

    def ranges(self, spans: Sequence[tuple[int, int]]) -> list[bytes]:
        """Return several parts, each given by its start and its length; what lies side by side is asked for together."""
        cut = [(start, min(start + max(length, 0), self.size)) for start, length in spans]
        found = self.blocks.get(number for span in cut for number in _numbers(*span))
        return [_joined(found, *span) for span in cut]

    def _fetch(self, first: int, last: int) -> list[bytes]:
        """Ask for blocks *first* to *last* in one request."""
        start, stop = first * BLOCK, (last + 1) * BLOCK
        asked = {"Range": f"bytes={start}-{stop - 1}"}
        content = exchange(self.place, lambda answer: self._taken(answer, start, stop), headers=asked)
        found = [content[at : at + BLOCK] for at in range(0, stop - start, BLOCK)]
        for number, block in enumerate(found, start=first):
            self.parts.note(f"{number * BLOCK}-{number * BLOCK + len(block)}", block)
        return found

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
        if self.size < 0:  # the first part, before anybody else knows the file
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


def _numbers(start: int, stop: int) -> range:
    """The blocks that bytes *start* to *stop* lie in."""
    return range(start // BLOCK, (stop - 1) // BLOCK + 1) if start < stop else range(0)


def _joined(blocks: dict[int, bytes], start: int, stop: int) -> bytes:
    numbers = _numbers(start, stop)
    content = b"".join(blocks[number] for number in numbers)
    return content[start - numbers.start * BLOCK : stop - numbers.start * BLOCK] if numbers else b""
