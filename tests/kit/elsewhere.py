"""Another computer for tests: a small real HTTP server whose files, troubles and limits a test decides."""

import base64
import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Elsewhere:
    """What the server has, what it asks for, and what it was asked."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.types: dict[str, str] = {}
        self.troubles: list[tuple[int, dict[str, str], bytes]] = []  # answered first, one for each request
        self.refusing: dict[str, tuple[int, dict[str, str], bytes]] = {}  # path -> what it always answers
        self.cut = 0  # how many answers break off in the middle
        self.closing = False  # whether it hangs up after each answer without having said so
        self.delay = 0.0  # seconds that every answer takes
        self.connections = 0  # that were made so far
        self.most_at_once = self.answering = 0  # answers that were under way at the same time
        self.token = self.login = ""
        self.parts = True
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.answers: dict[str, Callable[[Any, bytes], Any]] = {}  # path -> JSON, or (status, headers, content)
        self.url = ""

    def put(self, path: str, content: bytes, media_type: str = "application/octet-stream") -> str:
        """Lay *content* down; return its address."""
        self.files[path], self.types[path] = content, media_type
        return self.url + path

    def allows(self, headers: Any) -> bool:
        """Whether the request shows what is wanted."""
        said = headers.get("Authorization", "")
        login = f"Basic {base64.b64encode(self.login.encode()).decode()}" if self.login else ""
        return not (self.token or login) or said in {f"Bearer {self.token}", login} - {"Bearer ", ""}


@contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    """Serve on a free port of this computer."""
    state = Elsewhere()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            state.connections += 1

        def do_GET(self) -> None:
            state.answering += 1
            state.most_at_once = max(state.most_at_once, state.answering)
            time.sleep(state.delay)
            try:
                self._answer()
            finally:
                state.answering -= 1
                self.close_connection = self.close_connection or state.closing

        def _answer(self) -> None:
            state.asked.append((self.command, self.path, dict(self.headers.items())))
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path.partition("?")[0]
            if state.troubles:
                return self._send(*state.troubles.pop(0))
            if path in state.refusing:
                return self._send(*state.refusing[path])
            if not state.allows(self.headers):
                return self._send(401, {"WWW-Authenticate": "Bearer"}, b'{"detail": "Log in first."}')
            if path in state.answers:
                made = state.answers[path](self.path, body)
                if isinstance(made, tuple):
                    return self._send(*made)
                return self._send(200, {"Content-Type": "application/geo+json"}, json.dumps(made).encode())
            if path not in state.files:
                return self._send(404, {}, b"")
            return self._file(state.files[path], state.types[path])

        do_POST = do_GET  # noqa: N815

        def _file(self, content: bytes, media_type: str) -> None:
            etag = f'"{hashlib.md5(content).hexdigest()}"'
            headers = {"ETag": etag, "Content-Type": media_type}
            if state.parts:
                headers["Accept-Ranges"] = "bytes"
            if self.headers.get("If-None-Match") == etag:
                return self._send(304, headers, b"")
            found = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
            if found and state.parts:
                start, stop = int(found[1]), min(int(found[2]) + 1, len(content))
                headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(content)}"
                return self._send(206, headers, content[start:stop])
            return self._send(200, headers, content)

        def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if state.cut and status in (200, 206):
                state.cut -= 1
                self.wfile.write(content[: len(content) // 2])
                self.close_connection = True
                self.connection.shutdown(1)
                return
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
