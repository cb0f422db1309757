"""Ask other servers for data, with the same guard of private addresses that callbacks have.

The addresses of sources are chosen by whoever curates indicators, those of catalogues by whoever mounts them. Each
one that is asked, also after a redirect or along a link of a STAC API, is looked at first, and the very network address
that was looked at is connected to.
"""

from collections.abc import Iterator

import httpx

from repeatpass.core.errors import NotFound, Unavailable
from repeatpass.notices.targets import Targets
from repeatpass.notices.troubles import in_words

TIMEOUT_S = 20.0
LARGEST = 50_000_000  # bytes of one answer
TOO_LARGE = f"It is larger than {LARGEST / 1e6:.0f} MB; give a smaller file that changes with it."


class Guarded(httpx.BaseTransport):
    """Connects only to where *targets* allow."""

    def __init__(self, targets: Targets) -> None:
        self.targets = targets
        # A connection belongs to the network address that was looked at, so none is kept for the next name.
        self._transport = httpx.HTTPTransport(limits=httpx.Limits(max_keepalive_connections=0), trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Look at the address, then ask; raise Forbidden, Invalid or Unavailable if it may not or cannot be asked."""
        url = self.targets.check(str(request.url), "The source")
        address = self.targets.resolve(url)
        asked = httpx.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,  # among them the name, as Host
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": request.url.host},  # whose certificate it must be
        )
        return self._transport.handle_request(asked)

    def close(self) -> None:
        """Close what is open."""
        self._transport.close()


def asking(targets: Targets) -> httpx.Client:
    """Return a client that follows redirects.

    Where any address may be asked, a proxy of the environment is used; where not, none is: it would connect to
    whatever it likes, past the look at the address.
    """
    if targets.any:
        return httpx.Client(timeout=TIMEOUT_S, follow_redirects=True)
    return httpx.Client(transport=Guarded(targets), timeout=TIMEOUT_S, follow_redirects=True, trust_env=False)


def pieces(answer: httpx.Response) -> Iterator[bytes]:
    """Yield the body piece by piece; raise ValueError as soon as it is too large."""
    size = 0
    for piece in answer.iter_bytes():
        size += len(piece)
        if size > LARGEST:
            raise ValueError(TOO_LARGE)
        yield piece


def asked(client: httpx.Client, address: str) -> bytes:
    """Return what stands at an address; raise NotFound where nothing does, Unavailable for any other trouble."""
    try:
        with client.stream("GET", address) as answer:
            if answer.status_code in (404, 410):
                raise NotFound(f"There is nothing at {address} ({answer.status_code}).", address=address)
            answer.raise_for_status()
            return b"".join(pieces(answer))
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise Unavailable(f"{address} cannot be read: {in_words(error)}", address=address) from None
