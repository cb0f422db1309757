"""A Zarr store elsewhere, read object by object; each goes on record with its SHA-256."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

from zarr.abc.store import ByteRequest, OffsetByteRequest, RangeByteRequest, Store, SuffixByteRequest
from zarr.core.buffer import Buffer, BufferPrototype

from repeatpass.kit.connectors.places import Place
from repeatpass.kit.connectors.recording import Parts, Unrecorded
from repeatpass.kit.connectors.requesting import body, exchange, whole
from repeatpass.kit.errors import UnknownData

ZARR = "application/vnd.zarr"


class RemoteStore(Store):
    """A store for reading, at one place; objects that are not there are missing chunks.

    It cannot be listed (HTTP cannot), so a store needs consolidated metadata.
    """

    supports_writes = False
    supports_deletes = False
    supports_listing = False

    def __init__(self, place: Place) -> None:
        super().__init__(read_only=True)
        self.place, self.parts = place, Parts(place, ZARR) if place.manner is None else Unrecorded()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RemoteStore) and other.place.url == self.place.url

    def __str__(self) -> str:
        return self.place.address

    async def get(self, key: str, prototype: BufferPrototype, byte_range: ByteRequest | None = None) -> Buffer | None:
        """Return an object or a part of it; None where there is none."""
        content = await asyncio.to_thread(self._content, key, byte_range)
        return None if content is None else prototype.buffer.from_bytes(content)

    async def get_partial_values(
        self, prototype: BufferPrototype, key_ranges: Iterable[tuple[str, ByteRequest | None]]
    ) -> list[Buffer | None]:
        """Return several, asked for together."""
        return list(await asyncio.gather(*(self.get(key, prototype, part) for key, part in key_ranges)))

    async def exists(self, key: str) -> bool:
        """Whether there is such an object; it is fetched to see."""
        return await asyncio.to_thread(self._content, key, None) is not None

    def _content(self, key: str, part: ByteRequest | None) -> bytes | None:
        span = _range(part)
        name = f"{key} {span}" if span else key
        try:
            child = self.place.child(key)
            content = exchange(child, lambda answer: _read(child, answer), headers={"Range": span} if span else {})
        except UnknownData:
            content = None
        self.parts.note(name, content)
        return content

    async def set(self, key: str, value: Buffer) -> None:
        """No: it is for reading."""
        raise PermissionError(f"{self.place.address} is opened for reading.")

    async def delete(self, key: str) -> None:
        """No: it is for reading."""
        raise PermissionError(f"{self.place.address} is opened for reading.")

    def list(self) -> AsyncIterator[str]:
        """No: see the class."""
        raise NotImplementedError("a store elsewhere cannot be listed")

    def list_prefix(self, prefix: str) -> AsyncIterator[str]:
        """No: see the class."""
        raise NotImplementedError("a store elsewhere cannot be listed")

    def list_dir(self, prefix: str) -> AsyncIterator[str]:
        """No: see the class."""
        raise NotImplementedError("a store elsewhere cannot be listed")


def _read(place: Place, answer: Any) -> bytes:
    content = body(place, answer)
    whole(answer, len(content))
    return content


def _range(part: ByteRequest | None) -> str:
    if isinstance(part, RangeByteRequest):
        return f"bytes={part.start}-{part.end - 1}"
    if isinstance(part, OffsetByteRequest):
        return f"bytes={part.offset}-"
    return f"bytes=-{part.suffix}" if isinstance(part, SuffixByteRequest) else ""
