"""A real HTTP server that receives notices, and fails as often as it is told to."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Got:
    """One request that was received."""

    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Receiver:
    """What was received at which address; *answers* are given in turn, then 200."""

    port: int = 0
    got: list[Got] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    location: str = ""

    def address(self, path: str = "/") -> str:
        """Return where *path* is received."""
        return f"http://127.0.0.1:{self.port}{path}"

    def wait(self, number: int, seconds: float = 90) -> list[Got]:
        """Return what was received once it is *number* requests."""
        until = time.monotonic() + seconds
        while len(self.got) < number and time.monotonic() < until:
            time.sleep(0.05)
        assert len(self.got) >= number, self.got
        return self.got


@contextmanager
def receiver(*answers: int, port: int = 0) -> Iterator[Receiver]:
    """Receive on a port of our own until the block ends."""
    made = Receiver(answers=list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            made.got.append(Got(path=self.path, headers=headers, body=body))
            self.send_response(made.answers.pop(0) if made.answers else 200)
            if made.location:
                self.send_header("Location", made.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    made.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()


def until(true: Callable[[], bool], seconds: float = 90) -> None:
    """Wait until *true*; fail if it does not become so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "It did not come about."
        time.sleep(0.05)
