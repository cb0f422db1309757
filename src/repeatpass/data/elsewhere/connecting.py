"""Connections to other computers that are kept for the next question, each made only to where it may lead.

urllib follows redirects and tells refusals; urllib3 keeps connections, so that a question costs one way there and back
rather than three (two more with TLS). What is looked at is every new connection: a kept one belongs to the scheme, name
and port that it was made for, and still leads to the very address that was looked at then, whatever the name means by now.
"""

import os
import socket
from functools import lru_cache
from typing import Any
from urllib import request
from urllib.error import URLError

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError, ProtocolError

from repeatpass.notices.targets import Targets

AT_ONCE = 16  # questions to one computer that are on their way at the same time; others wait
COMPUTERS = 32  # of which connections are kept


@lru_cache(8)
def connections(targets: Targets) -> urllib3.PoolManager:
    """Return the kept connections of this process to where *targets* allow. Safe to use from many threads."""

    class Http(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _connected(self, targets, "http")

    class Https(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _connected(self, targets, "https")

    class HttpPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Http

    class HttpsPool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Https

    found = urllib3.PoolManager(COMPUTERS, maxsize=AT_ONCE, block=True, retries=False)
    found.pool_classes_by_scheme = {"http": HttpPool, "https": HttpsPool}
    return found


os.register_at_fork(after_in_child=connections.cache_clear)  # a connection has one owner


def _connected(connection: HTTPConnection, targets: Targets, scheme: str) -> socket.socket:
    """Connect; raise Forbidden where that may not be, Unavailable for an unknown name, NewConnectionError."""
    host, port = connection.host, connection.port
    url = targets.check(f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}")
    patience: Any = connection.timeout
    try:
        found = socket.create_connection((targets.resolve(url), port), patience)
    except OSError as error:
        raise NewConnectionError(connection, str(error)) from error
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return found


class Kept(request.HTTPHandler, request.HTTPSHandler):
    """Asks over kept connections; a handler of urllib."""

    def __init__(self, targets: Targets) -> None:
        super().__init__()
        self.targets = targets

    def http_open(self, req: request.Request) -> Any:
        """Ask."""
        return self._asked(req)

    https_open = http_open

    def _asked(self, req: request.Request) -> "Answer":
        try:
            return Answer(self._answer(req))
        except ProtocolError:  # mostly a kept connection that the other end closed just now
            return Answer(self._answer(req))

    def _answer(self, req: request.Request) -> Any:
        headers = {**req.headers, **req.unredirected_hdrs}
        try:
            return connections(self.targets).urlopen(
                req.get_method(), req.full_url, body=req.data, headers=headers, redirect=False, preload_content=False,
                decode_content=False, enforce_content_length=False, timeout=req.timeout, pool_timeout=req.timeout,
            )  # fmt: skip
        except ProtocolError:
            raise
        except HTTPError as error:
            raise URLError(str(error)) from error


class Answer:
    """An answer as urllib hands it on; when it is closed its connection is free for the next question."""

    def __init__(self, raw: Any) -> None:
        self.raw, self.headers, self.url = raw, raw.headers, raw.url
        self.status = self.code = raw.status
        self.reason = self.msg = raw.reason
        self.closed = False

    def info(self) -> Any:
        """Return the headers."""
        return self.headers

    def geturl(self) -> str:
        """Return what was asked for."""
        return str(self.url)

    def read(self, amt: int | None = None) -> bytes:
        """Return so many bytes, or all that are left; raise OSError."""
        return self._taken(lambda: self.raw.read(amt))

    def read1(self, amt: int | None = None) -> bytes:
        """Return what is there, at most so many bytes; raise OSError."""
        return self._taken(lambda: self.raw.read1(amt))

    def _taken(self, take: Any) -> bytes:
        try:
            return bytes(take() or b"")
        except HTTPError as error:
            raise OSError(str(error)) from error

    def close(self) -> None:
        """Give the connection back; one whose answer was not read to its end is closed."""
        self.closed = True
        self.raw.close()
        self.raw.release_conn()

    def __enter__(self) -> "Answer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
