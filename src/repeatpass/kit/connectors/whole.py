"""Fetches a file as a whole into the cache, where it lies under its SHA-256."""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from repeatpass.kit import watching
from repeatpass.kit.connectors.places import Place
from repeatpass.kit.connectors.recording import record, version_of
from repeatpass.kit.connectors.requesting import exchange, whole
from repeatpass.kit.errors import AlteredData, RemoteTrouble
from repeatpass.kit.reading import sha256_of
from repeatpass.kit.records import _Json
from repeatpass.kit.web import cache

CHUNK = 1 << 20  # bytes


class TooLarge(Exception):
    """A file has more bytes than should be fetched as a whole."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched(_Json):
    """A file that was fetched as a whole."""

    checksum: str  # "sha256:<hex>"
    size: int  # bytes
    media_type: str  # as the service calls it; empty where it does not
    version: str  # of the object in S3, or ETag
    etag: str = ""  # as it was sent, to ask for it again

    @property
    def path(self) -> Path:
        """Where it lies in the cache."""
        return cache() / "sha256" / self.checksum.removeprefix("sha256:")


def fetch_whole(place: Place, *, most: float = float("inf"), checksum: str = "") -> Fetched:
    """Return the file at *place*, fetched, or as fetched before where the service says that it is still the same.

    Args:
        place: where it lies.
        most: bytes; a larger one that may be read in parts is not fetched.
        checksum: "sha256:<hex>" that it must have; empty: any.

    Raises: TooLarge, AlteredData where it has another checksum, and as `exchange`.
    """
    known = None if place.body else _known(place)
    asked = {"If-None-Match": known.etag} if known and known.etag else {}

    def take(answer: Any) -> Fetched:
        if getattr(answer, "code", 200) == 304 and known:
            return known
        return _kept(answer, most)

    found = exchange(place, take, headers=asked)
    if checksum and found.checksum != checksum:
        raise AlteredData(
            f"{place.address} has the checksum {found.checksum}; expected was {checksum}.",
            address=place.address, found=found.checksum,
        )  # fmt: skip
    _note(place).parent.mkdir(parents=True, exist_ok=True)
    _note(place).write_text(json.dumps(found.to_json()))
    watching.announce(found.path)
    return found


def fetch_json(place: Place) -> Any:
    """Return JSON that a service gave as data, on record as an input; raise RemoteTrouble where it is none."""
    found = fetch_whole(place)
    record(place, checksum=found.checksum, size=found.size, media_type="application/json", version=found.version)
    try:
        return json.loads(found.path.read_bytes())
    except ValueError:
        raise RemoteTrouble(f"{place.address} gave no JSON.", address=place.address) from None


def _kept(answer: Any, most: float) -> Fetched:
    announced = answer.headers.get("Content-Length") or ""
    if announced.isdigit() and int(announced) > most and answer.headers.get("Accept-Ranges") == "bytes":
        raise TooLarge
    folder = cache() / "sha256"
    folder.mkdir(parents=True, exist_ok=True)
    total, size, (descriptor, name) = hashlib.sha256(), 0, tempfile.mkstemp(dir=folder, prefix=".part-")
    watching.announce(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            while block := answer.read(CHUNK):
                file.write(block)
                total.update(block)
                size += len(block)
        whole(answer, size)
        found = Fetched(
            checksum=f"sha256:{total.hexdigest()}", size=size, version=version_of(answer),
            media_type=answer.headers.get_content_type() if answer.headers.get("Content-Type") else "",
            etag=answer.headers.get("ETag") or "",
        )  # fmt: skip
        Path(name).replace(found.path)
        return found
    finally:
        Path(name).unlink(missing_ok=True)


def _note(place: Place) -> Path:
    """What is known of an address: by who asks, too, lest one sees what another may."""
    asker = json.dumps([place.url, sorted(_asker(place).items()), place.digest])
    return cache() / "remote" / f"{hashlib.sha256(asker.encode()).hexdigest()}.json"


def _asker(place: Place) -> Mapping[str, str]:
    # A signature changes with the time of the request: the key in it does not.
    signed = place.sign("GET", place.url).get("Authorization", "")
    return {"who": signed.partition("/")[0]}


def _known(place: Place) -> Fetched | None:
    """What was fetched from there before, if it is still in the cache, byte for byte."""
    try:
        found = Fetched.from_json(json.loads(_note(place).read_text()))
        watching.announce(found.path)
        return found if sha256_of(found.path) == found.checksum else None
    except (OSError, ValueError, TypeError, AttributeError):
        return None
