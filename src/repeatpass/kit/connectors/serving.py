"""Hands files elsewhere to libraries that only take an address (GDAL), so that their reading goes on record, too.

A server on this computer's loopback interface, for this process: whoever asks must know the name of the file, which
nobody can guess. What GDAL asks it for, it reads by `RemoteFile`, with our credentials, tries and errors.
"""

import re
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePosixPath

from repeatpass.kit import watching
from repeatpass.kit.connectors.parts import RemoteFile
from repeatpass.kit.errors import KitError

_files: dict[str, RemoteFile] = {}
_troubles: list[KitError] = []
_server: ThreadingHTTPServer | None = None
_lock = threading.Lock()


def served(file: RemoteFile) -> str:
    """Return an http address on this computer at which *file* can be read by any library."""
    global _server
    with _lock:
        if _server is None:
            _server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
            _server.daemon_threads = True
            watching.expect({f"127.0.0.1:{_server.server_port}"})
            threading.Thread(target=_server.serve_forever, daemon=True, name="remote files").start()
        name = re.sub(r"[^A-Za-z0-9._-]", "_", PurePosixPath(file.place.path).name) or "file"
        key = f"/{secrets.token_urlsafe(18)}/{name}"
        _files[key] = file
        return f"http://127.0.0.1:{_server.server_port}{key}"


def trouble() -> KitError | None:
    """Return, and forget, why the last request failed: GDAL only says that it did."""
    return _troubles.pop() if _troubles else None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        if file := self._file():
            self._begin(200, file.size)

    def do_GET(self) -> None:
        file = self._file()
        if file is None:
            return
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        start = int(found[1]) if found else 0
        stop = min(int(found[2]) + 1 if found and found[2] else file.size, file.size)
        if start >= stop:
            self._begin(416, 0, f"bytes */{file.size}")
            return
        try:
            content = file.part(start, stop - start)
        except KitError as error:
            _troubles[:] = [error]
            self._begin(400, 0)  # a status that GDAL does not try again: that was done
            return
        self._begin(206 if found else 200, len(content), f"bytes {start}-{stop - 1}/{file.size}" if found else "")
        self.wfile.write(content)

    def _file(self) -> RemoteFile | None:
        if self.path not in _files:
            self._begin(404, 0)
        return _files.get(self.path)

    def _begin(self, status: int, length: int, part: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.send_header("Accept-Ranges", "bytes")
        if part:
            self.send_header("Content-Range", part)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: what happens here is on record elsewhere."""
