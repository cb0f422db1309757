"""Signatures by which a receiver knows that a notice comes from this house: HTTP Message Signatures (RFC 9421).

Ed25519: the house keeps the private key, and anybody may have the public one, so no secret is shared with receivers.
"""

import base64
import hashlib
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from repeatpass.core.digests import canonical_json
from repeatpass.storage.private import private_file

COVERED = '("@method" "@target-uri" "content-type" "content-digest")'


class Signer:
    """Signs with the key of this house, kept in *folder* and made at first use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def headers(self, url: str, media_type: str, body: bytes, created: int) -> dict[str, str]:
        """Return the headers that sign a POST of *body* to *url*; *created* in seconds since 1970."""
        digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
        params = f'{COVERED};created={created};keyid="{self.public_key()["kid"]}";alg="ed25519"'
        base = (
            f'"@method": POST\n"@target-uri": {url}\n"content-type": {media_type}\n"content-digest": {digest}\n'
            f'"@signature-params": {params}'
        )
        signature = base64.b64encode(self._key().sign(base.encode())).decode()
        return {"Content-Digest": digest, "Signature-Input": f"house={params}", "Signature": f"house=:{signature}:"}

    def public_key(self) -> dict[str, Any]:
        """Return the public key as a JSON Web Key (RFC 8037), its ``kid`` the thumbprint of RFC 7638."""
        key = {"crv": "Ed25519", "kty": "OKP", "x": _plain(self._key().public_key().public_bytes_raw())}
        return key | {"kid": _plain(hashlib.sha256(canonical_json(key)).digest()), "use": "sig"}

    def _key(self) -> Ed25519PrivateKey:
        made = private_file(self._folder / "notices.key", lambda: Ed25519PrivateKey.generate().private_bytes_raw())
        return Ed25519PrivateKey.from_private_bytes(made)


def _plain(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
