"""Where something lies: its address as it may be shown, and how it is asked for there."""

import base64
import hashlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, Self
from urllib.parse import parse_qsl, quote, urlencode, urlsplit
from urllib.request import OpenerDirector

from repeatpass.kit.errors import UnknownData

SERVICES = ("stac", "wms", "wmts", "xyz", "sentinelhub", "openeo", "xcube", "geodb")  # spoken over HTTP: stac+https://…
SCHEMES = (
    "http://", "https://", "s3://", *(f"{each}+{over}://" for each in SERVICES for over in ("http", "https")),
    "sentinelhub://",
)  # fmt: skip
# Members of a query that let whoever has them in: signatures of clouds, tokens, keys.
SECRET = re.compile(
    r"(?i)^(x-amz-|x-goog-|awsaccesskeyid$|signature$|sig$|se$|sp$|sv$|sr$|skoid$|sktid$|key-pair-id$|policy$)"
)
SECRET_WORDS = re.compile(r"(?i)(token|secret|passw|pwd|api_?key|access_?key|credential|auth)")


class Signing(Protocol):
    """Says who asks: returns what is added to the headers of one request."""

    def __call__(self, method: str, url: str) -> Mapping[str, str]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
    """How is asked where a server does so for somebody: with its own opener, and with less patience than a run has."""

    opener: Callable[[], OpenerDirector]
    timeout: float  # seconds without any answer
    tries: int
    longest: float  # seconds for one whole answer
    most: int  # bytes of one answer


def is_address(text: str) -> bool:
    """Whether *text* names something elsewhere rather than a collection."""
    return text.startswith(SCHEMES)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One file, or a folder of them (a Zarr store), at another computer."""

    kind: str  # http | s3
    address: str  # as it may be shown and kept: without credentials
    url: str  # what is asked for
    sign: Signing
    body: bytes = b""  # JSON that is sent along, with POST; what it asks for is told apart by its digest
    method: str = ""  # by default POST with a body and GET without
    accept: str = ""  # media types that are asked for, as HTTP writes them
    keys: str = ""  # a sentence on which secrets let somebody in, where they are others than `http_place` knows
    manner: Manner | None = None  # None: as a run asks

    def child(self, key: str) -> Self:
        """Return the place of *key* inside of this folder."""
        return replace(self, address=_joined(self.address, key), url=_joined(self.url, quote(key)))

    @property
    def host(self) -> str:
        """``host:port``, as an operator lists it."""
        parts = urlsplit(self.url)
        return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"

    @property
    def digest(self) -> str:
        """SHA-256 of what is sent along, as "sha256:<hex>"; empty where nothing is."""
        return f"sha256:{hashlib.sha256(self.body).hexdigest()}" if self.body else ""

    @property
    def path(self) -> str:
        """The path without query, which tells the format."""
        return urlsplit(self.address).path


def http_place(address: str, *, secret: str = "") -> Place:
    """Return the place of an http(s) address.

    Who asks is taken from the environment, where the secrets of a workspace are: *secret* names the variable of a
    token; without it ``HTTP_TOKEN_<HOST>`` is sent as a bearer token, or ``HTTP_LOGIN_<HOST>`` (``name:password``)
    as basic authentication, where <HOST> is written as ``DATA_EXAMPLE_ORG``.

    Raises: UnknownData for an address that cannot be one, or where *secret* names nothing.
    """
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise UnknownData(f"{address!r} is not an address: {error}.") from None
    if not host or re.search(r"[\s\x00-\x1f]", address):
        raise UnknownData(f"{clean(address)!r} is not an address; write https://host/path/file.tif.")
    header = _authorization(host, secret, _login(address))
    plain = parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()
    url = quote(plain, safe="%/:=&?~#+!$,;'@()*[]")
    return Place(kind="http", address=clean(address), url=url, sign=only(header, parts.scheme, host))


def clean(address: str) -> str:
    """Return *address* without what lets somebody in: names and passwords, signatures, tokens."""
    parts = urlsplit(address)
    if not parts.query and "@" not in parts.netloc:
        return address.partition("#")[0]
    kept = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not SECRET.search(name) and not SECRET_WORDS.search(name)
    ]
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query=urlencode(kept), fragment="").geturl()


def variable(prefix: str, host: str) -> str:
    """Return the name of the variable that holds a secret for *host*: HTTP_TOKEN_DATA_EXAMPLE_ORG."""
    return f"{prefix}_{re.sub(r'[^A-Z0-9]', '_', host.upper())}"


def kept_secret(name: str) -> str:
    """Return the secret called *name*, from the environment; UnknownData where there is none."""
    if not os.environ.get(name):
        raise UnknownData(
            f"There is no secret {name!r} here; keep it with `repeatpass secrets set {name}`.", secret=name
        )
    return os.environ[name]


def _authorization(host: str, secret: str, login: str) -> dict[str, str]:
    token = kept_secret(secret) if secret else os.environ.get(variable("HTTP_TOKEN", host), "")
    login = os.environ.get(variable("HTTP_LOGIN", host), "") or login
    if token:
        return {"Authorization": f"Bearer {token}"}
    return {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"} if login else {}


def _login(address: str) -> str:
    from urllib.parse import unquote

    return unquote(urlsplit(address).netloc.rpartition("@")[0])


def only(headers: Mapping[str, str], scheme: str, host: str) -> Signing:
    """Return who adds *headers* for this host alone, and not where an https address would be asked for in the clear."""

    def sign(method: str, url: str) -> Mapping[str, str]:
        there = urlsplit(url)
        return headers if (there.scheme, there.hostname) == (scheme, host) else {}

    return sign


def _joined(base: str, key: str) -> str:
    parts = urlsplit(base)
    return parts._replace(path=f"{parts.path.rstrip('/')}/{key}").geturl()
