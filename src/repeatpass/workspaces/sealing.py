"""Sealing: secrets are encrypted with AES-256-GCM before they reach the database.

The key is a file of the home that only its owner can read, or comes from a setting where several machines share a
database. Owner and name are sealed in with the value, so that a row copied to another owner cannot be opened.
"""

import base64
import binascii
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from repeatpass.core.errors import Conflict, Invalid
from repeatpass.storage.private import private_file

KEY_FILE = "secrets.key"
KEY_BYTES = 32
NONCE_BYTES = 12


class Sealer:
    """Seals and opens with one key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, value: str, owner: str, name: str) -> str:
        """Return *value* encrypted, as text; the same value gives another text each time."""
        nonce = os.urandom(NONCE_BYTES)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, value.encode(), _label(owner, name))).decode()

    def open(self, sealed: str, owner: str, name: str) -> str:
        """Return what was sealed; raise Conflict if it was sealed with another key, or for somebody else."""
        content = base64.b64decode(sealed)
        try:
            return self._cipher.decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], _label(owner, name)).decode()
        except InvalidTag:
            raise Conflict(
                f"The secret {name} cannot be opened: it was sealed with another key than the one in {KEY_FILE} of the "
                f"home (or REPEATPASS_SECRETS_KEY). Bring that key back, or set the secret again with repeatpass "
                f"secrets set {name}.",
                secret=name,
            ) from None


def _label(owner: str, name: str) -> bytes:
    return f"{owner}\n{name}".encode()


def key_of(home: Path, given: str = "") -> bytes:
    """Return the key: the one *given*, or that of the home, which is made if it is not there.

    Raise Invalid for a key that is none.
    """
    text = given or private_file(home / KEY_FILE, lambda: base64.b64encode(secrets.token_bytes(KEY_BYTES))).decode()
    try:
        key = base64.b64decode(text.strip(), altchars=b"-_" if set(text) & set("-_") else None, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        where = "REPEATPASS_SECRETS_KEY" if given else str(home / KEY_FILE)
        raise Invalid(f"{where} must be {KEY_BYTES} bytes in base64, as `openssl rand -base64 32` prints them.")
    return key
