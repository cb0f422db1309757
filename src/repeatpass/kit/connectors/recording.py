"""Puts what was read elsewhere on the record of the run: address, size, checksum, version."""

import atexit
import hashlib
import json
import os
import threading
from pathlib import Path
from typing import Any

from repeatpass.kit.connectors.places import Place
from repeatpass.kit.reading import cell
from repeatpass.kit.records import Read

NAME, VERSION = 200, 40  # letters that a run's record has for them


def record(
    place: Place,
    *,
    checksum: str,
    size: int,
    media_type: str,
    version: str = "",
    asset: str = "data",
    how: str = "whole",
) -> None:
    """Append one read to the run's record; outside a run there is none to keep.

    *checksum*: "sha256:…" of the whole file, or "parts-sha256:…" of those parts of it that were read.
    What is sent along with the request stands beside the asset with its SHA-256, so that two requests are two inputs.
    *version*: how the service calls what it gave: the version of an object in S3, or the ETag.
    """
    path = os.environ.get("REPEATPASS_READS")
    if not path:
        return
    read = Read(
        collection=f"remote:{place.kind}", version=version[:VERSION], item=short(place.address),
        asset=f"request {place.digest}" if place.body else asset,
        href=place.address, size=size, checksum=checksum, media_type=media_type, cell=cell(), how=how,
    )  # fmt: skip
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(json.dumps({**read.to_json(), "host": place.host}) + "\n")


def short(address: str) -> str:
    """Return an address without its scheme; a long one with a digest in place of its middle."""
    name = address.partition("://")[2]
    if len(name) <= NAME:
        return name
    return f"{name[:120]}…{hashlib.sha256(name.encode()).hexdigest()[:12]}…{name[-60:]}"


def version_of(answer: Any) -> str:
    """How the service calls what it gave: the version of an object in S3, else the ETag; empty where it says neither."""
    named = answer.headers.get("x-amz-version-id")
    if named and named != "null":
        return str(named)
    return str(answer.headers.get("ETag") or "").removeprefix("W/").strip('"')


class Parts:
    """What was read of one file or store, part by part; on record at the end of each cell that read some of it.

    The checksum is of the sorted list of parts, each with its own SHA-256: the same parts give the same one, in
    whatever order they were read.
    """

    def __init__(self, place: Place, media_type: str, asset: str = "data") -> None:
        self.place, self.media_type, self.asset, self.version = place, media_type, asset, ""
        self.seen: dict[str, tuple[str, int]] = {}  # part -> SHA-256, bytes
        self.told = 0
        self.lock = threading.Lock()
        _at_the_end_of_cells(self)

    def note(self, part: str, content: bytes | None) -> None:
        """Write down one part; None: it was looked for and is not there, which is knowledge, too."""
        found = ("absent", 0) if content is None else (hashlib.sha256(content).hexdigest(), len(content))
        with self.lock:
            self.seen[part] = found

    def tell(self) -> None:
        """Put all parts read so far on record, unless that was done."""
        with self.lock:
            seen, told, self.told = dict(self.seen), self.told, len(self.seen)
        if len(seen) == told:
            return
        lines = "".join(f"{part} {digest}\n" for part, (digest, _) in sorted(seen.items()))
        record(
            self.place, checksum="parts-sha256:" + hashlib.sha256(lines.encode()).hexdigest(), version=self.version,
            size=sum(size for _, size in seen.values()), media_type=self.media_type, asset=self.asset, how="parts",
        )  # fmt: skip


class Unrecorded:
    """In place of `Parts` where a server reads, which is no run."""

    version = ""

    def note(self, part: str, content: bytes | None) -> None:
        """Write nothing down."""


_kept: list[Parts] = []


def tell_all(*_: Any) -> None:
    """Put everything on record that was read in parts since the last time."""
    for each in _kept:
        each.tell()


def _at_the_end_of_cells(parts: Parts) -> None:
    if not _kept:
        import sys

        shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
        if shell is not None:
            shell.events.register("post_run_cell", tell_all)
        atexit.register(tell_all)
    _kept.append(parts)
