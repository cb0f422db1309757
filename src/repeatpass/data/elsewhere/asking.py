"""How the house asks other computers for parts of files: guarded, signed only where it may be, with little patience.

The addresses are chosen by whoever registers a collection. They lead only where `Targets` let callbacks and sources go,
also after a redirect; what connects is what was looked at. The house's own credentials are shown only where its operator
said so, or anybody who may register a collection could read with them.
"""

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPSConnection
from typing import Any, Self
from urllib import request
from urllib.parse import urlsplit

from repeatpass.data.elsewhere.records import FarFile
from repeatpass.kit.connectors.places import Manner, Place, http_place
from repeatpass.kit.connectors.s3 import s3_place
from repeatpass.notices.targets import Targets

TIMEOUT_S = 8.0
TRIES = 2
LONGEST_S = 40.0
LARGEST = 128_000_000  # bytes of one answer: of a chunk, or of the parts of a file that are asked for together
KEYS = "The house itself has no key for it; see REPEATPASS_SIGNED_PLACES."


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """The buckets and hosts that are asked with the credentials of the house."""

    every: bool = False
    names: frozenset[str] = frozenset()

    @classmethod
    def read(cls, text: str) -> Self:
        """Read ``all``, ``none``, or buckets and hosts with commas between."""
        words = frozenset(word.strip().lower() for word in text.split(",") if word.strip())
        return cls(every=words == {"all"}, names=words - {"all", "none"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """Turns files elsewhere into places that can be asked."""

    targets: Targets
    signed: Signed = Signed()

    def place(self, file: FarFile) -> Place:
        """Return where *file* is asked for; raise Forbidden for an address that may not be asked, Invalid, KitError."""
        name = (urlsplit(file.address).hostname or "").lower()
        signs = self.signed.every or (name in self.signed.names and not file.endpoint)
        if file.address.startswith("s3://"):
            anonymous = None if signs else True
            found = s3_place(file.address, endpoint=file.endpoint, region=file.region, anonymous=anonymous)
        else:
            found = http_place(file.address)
        self.targets.check(found.url)
        return replace(found, sign=found.sign if signs else _nobody, manner=self.manner(), keys=KEYS)

    def manner(self) -> Manner:
        """Return how is asked."""
        opener = _plain if self.targets.any else lambda: _guarded(self.targets)
        return Manner(opener=opener, timeout=TIMEOUT_S, tries=TRIES, longest=LONGEST_S, most=LARGEST)

    def words(self) -> dict[str, str]:
        """Return what another process needs to ask in the same way."""
        networks = ",".join(map(str, self.targets.networks)) or "none"
        return {"targets": networks, "signed": "all" if self.signed.every else ",".join(sorted(self.signed.names))}

    @classmethod
    def of_words(cls, words: Mapping[str, str]) -> Self:
        """Read what `words` gave."""
        return cls(targets=Targets.read(words["targets"]), signed=Signed.read(words["signed"]))


def _nobody(method: str, url: str) -> Mapping[str, str]:
    return {}


def _plain() -> request.OpenerDirector:
    """Where any address may be asked, proxies of the environment are used."""
    return _opener(request.HTTPHandler(), request.HTTPSHandler(), request.ProxyHandler())


def _guarded(targets: Targets) -> request.OpenerDirector:
    """No proxy: it would connect to whatever it likes."""
    return _opener(_Http(targets), _Https(targets))


def _opener(*handlers: request.BaseHandler) -> request.OpenerDirector:
    """An opener of HTTP alone: those of urllib follow redirects to FTP, too."""
    found = request.OpenerDirector()
    further = (request.HTTPRedirectHandler, request.HTTPDefaultErrorHandler, request.HTTPErrorProcessor)
    for handler in (*handlers, *(each() for each in further), request.UnknownHandler()):
        found.add_handler(handler)
    return found


class _Http(request.HTTPHandler):
    """Connects only to where *targets* allow."""

    def __init__(self, targets: Targets) -> None:
        super().__init__()
        self.targets = targets

    def http_open(self, req: request.Request) -> Any:
        """Ask."""
        return self.do_open(_connecting(HTTPConnection, self.targets, "http"), req)


class _Https(request.HTTPSHandler):
    """Connects only to where *targets* allow; the certificate must be that of the name."""

    def __init__(self, targets: Targets) -> None:
        super().__init__()
        self.targets = targets

    def https_open(self, req: request.Request) -> Any:
        """Ask."""
        return self.do_open(_connecting(HTTPSConnection, self.targets, "https"), req)


def _connecting(kind: type[HTTPConnection], targets: Targets, scheme: str) -> Any:
    def made(host: str, **options: Any) -> Any:
        connection: Any = kind(host, **options)
        connection._create_connection = _guard(targets, scheme)
        return connection

    return made


def _guard(targets: Targets, scheme: str) -> Callable[..., socket.socket]:
    def connect(address: tuple[str, int], timeout: Any = None, source_address: Any = None) -> socket.socket:
        host, port = address
        url = targets.check(f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}")
        return socket.create_connection((targets.resolve(url), port), timeout, source_address)

    return connect
