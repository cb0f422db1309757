"""How the house asks other computers for parts of files: guarded, signed only where it may be, with little patience.

The addresses are chosen by whoever registers a collection. They lead only where `Targets` let callbacks and sources go,
also after a redirect; what connects is what was looked at. The house's own credentials are shown only where its operator
said so, or anybody who may register a collection could read with them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self
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
        return Manner(
            opener=lambda: _opener(self.targets), timeout=TIMEOUT_S, tries=TRIES, longest=LONGEST_S, most=LARGEST
        )

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


@lru_cache(8)
def _opener(targets: Targets) -> request.OpenerDirector:
    """Return who asks where *targets* allow: HTTP alone, for urllib's own opener follows redirects to FTP, too.

    Through a proxy of the environment is asked only where any address may be: it would connect to whatever it likes.
    """
    from repeatpass.data.elsewhere.connecting import Kept

    if targets.any and request.getproxies():
        handlers: list[request.BaseHandler] = [request.HTTPHandler(), request.HTTPSHandler(), request.ProxyHandler()]
    else:
        handlers = [Kept(targets)]
    found = request.OpenerDirector()
    further = (request.HTTPRedirectHandler, request.HTTPDefaultErrorHandler, request.HTTPErrorProcessor)
    for handler in (*handlers, *(each() for each in further), request.UnknownHandler()):
        found.add_handler(handler)
    return found
