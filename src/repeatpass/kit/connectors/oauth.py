"""Tokens of services that want a client's id and secret first (OAuth 2.0 client credentials, RFC 6749 §4.4)."""

import json
import os
import time
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from repeatpass.kit.connectors.places import Place, http_place, kept_secret, only
from repeatpass.kit.connectors.requesting import exchange
from repeatpass.kit.errors import AccessRefused, RemoteTrouble, UnknownData

SPARE = 60.0  # seconds before its end in which a token is not used any more
LASTING = 300.0  # seconds, where a service does not say

_tokens: dict[tuple[str, str, str], tuple[str, float]] = {}  # of this process


def client(secret: str, prefix: str) -> tuple[str, str]:
    """Return a client's id and secret: from the secret called *secret* ("id:secret"), else from those of *prefix*.

    Raises: UnknownData, naming the secrets that are missing.
    """
    if not secret:
        names = (f"{prefix}_CLIENT_ID", f"{prefix}_CLIENT_SECRET")
        missing = [name for name in names if not os.environ.get(name)]
        if missing:
            words = " and ".join(missing)
            raise UnknownData(f"There is no {words} here; keep it with `repeatpass secrets set {missing[0]}`.")
        return os.environ[names[0]], os.environ[names[1]]
    id, found, key = kept_secret(secret).partition(":")
    if not found or not id or not key:
        raise UnknownData(f"The secret {secret!r} is no client's id and secret; keep it as id:secret.", secret=secret)
    return id, key


def token(url: str, id: str, key: str, keys: str, *, as_json: bool = False, **more: str) -> str:
    """Return a token for the client *id*, asked for at *url*; one that still holds is used again.

    *keys*: a sentence on where id and secret are kept. *more*: further members of the request (``audience``).
    *as_json*: for services that want the request so, instead of as a form.

    Raises: AccessRefused with the service's words where it does not know the client; as `exchange`.
    """
    known, until = _tokens.get((url, id, key), ("", 0.0))
    if time.time() < until:
        return known
    form = {"grant_type": "client_credentials", "client_id": id, "client_secret": key, **more}
    place = replace(http_place(url), sign=lambda method, url: {}, keys=keys)
    place = replace(place, body=json_body(form) if as_json else urlencode(form).encode())
    kind = "application/json" if as_json else "application/x-www-form-urlencoded"
    try:
        found = exchange(place, _read, headers={"Content-Type": kind})
        _tokens[url, id, key] = (
            str(found["access_token"]),
            time.time() + float(found.get("expires_in", LASTING)) - SPARE,
        )
        return _tokens[url, id, key][0]
    except RemoteTrouble as error:
        if error.detail.get("status") != 400:
            raise
        raise AccessRefused(f"{error} {keys}", **error.detail) from None
    except (ValueError, KeyError, TypeError):
        raise RemoteTrouble(f"{place.address} gave no token.", address=place.address) from None


def basic(id: str, key: str) -> str:
    """Return name and password as HTTP writes them (RFC 7617)."""
    import base64

    return f"Basic {base64.b64encode(f'{id}:{key}'.encode()).decode()}"


def shown(place: Place, authorization: str, keys: str) -> Place:
    """Return *place* with who asks, which its host alone is shown."""
    parts = urlsplit(place.url)
    return replace(place, sign=only({"Authorization": authorization}, parts.scheme, parts.hostname or ""), keys=keys)


def json_body(content: Any) -> bytes:
    """Return JSON to send, the same bytes for the same content."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str).encode()


def _read(answer: Any) -> Any:
    return json.loads(answer.read())
