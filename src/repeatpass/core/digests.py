"""Checksums: SHA-256, written ``sha256:<64 hex digits>``."""

import hashlib
import json
from pathlib import Path
from typing import Any


def digest_bytes(content: bytes) -> str:
    """Return the checksum of *content*."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def digest_file(path: Path) -> str:
    """Return the checksum of the file at *path*, read in pieces."""
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def canonical_json(value: Any) -> bytes:
    """Write *value* as JSON in one fixed way: sorted keys, no spaces, UTF-8 (after RFC 8785)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest_json(value: Any) -> str:
    """Return the checksum of *value* in its canonical JSON form."""
    return digest_bytes(canonical_json(value))
