"""Catalogues elsewhere: a folder behind a web server that knows ETags and can be down, and the STAC API of a house."""

import hashlib
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from tests.answering import answering

from repeatpass.access.records import ANYONE
from repeatpass.api.stac import stac_router
from repeatpass.assembly import House


class Folder:
    """Serves a folder; keeps what was asked and how it was answered."""

    def __init__(self, root: Path) -> None:
        self.root, self.down, self.asked, kept = root, False, list[tuple[str, int]](), self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = kept.answer(self.path, self.headers.get("If-None-Match", ""))
                kept.asked.append((self.path, status))
                self.send_response(status)
                self.send_header("ETag", tag(body))
                self.send_header("Content-Length", "0" if status == 304 else str(len(body)))
                self.end_headers()
                self.wfile.write(b"" if status == 304 else body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/catalog.json"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path: str, known: str) -> tuple[int, bytes]:
        """Return the status and the body."""
        file = self.root / path.lstrip("/")
        if self.down:
            return 503, b"down"
        if not file.is_file():
            return 404, b"nothing"
        body = file.read_bytes()
        return (304 if known == tag(body) else 200), body

    def statuses(self) -> list[int]:
        """Return how was answered since the last time this was asked."""
        found = [status for _, status in self.asked]
        self.asked.clear()
        return found

    def close(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()


def tag(body: bytes) -> str:
    """Return the ETag of a body."""
    return f'"{hashlib.sha256(body).hexdigest()[:12]}"'


def item(id: str, day: int, west: float, **assets: Any) -> dict[str, Any]:
    """Return a STAC 1.0 item, one degree wide."""
    ring = [[west, 0], [west + 1, 0], [west + 1, 1], [west, 1], [west, 0]]
    return {
        "type": "Feature", "stac_version": "1.0.0", "stac_extensions": [], "id": id, "collection": "scenes",
        "geometry": {"type": "Polygon", "coordinates": [ring]}, "bbox": [west, 0, west + 1, 1],
        "properties": {"datetime": f"2024-05-{day:02}T00:00:00Z"},
        "links": [{"rel": "collection", "href": "./collection.json"}], "assets": assets,
    }  # fmt: skip


def collection(id: str, items: list[str], **more: Any) -> dict[str, Any]:
    """Return a STAC 1.0 collection."""
    return {
        "type": "Collection", "stac_version": "1.0.0", "id": id, "title": f"The {id}", "description": "From elsewhere.",
        "license": "CC-BY-4.0", "keywords": ["far"],
        "extent": {"spatial": {"bbox": [[0, 0, 20, 1]]}, "temporal": {"interval": [["2024-05-01T00:00:00Z", None]]}},
        "links": [{"rel": "item", "href": f"./{each}.json"} for each in items],
    } | more  # fmt: skip


def write(root: Path, documents: dict[str, Any]) -> None:
    """Write documents below *root*."""
    for name, document in documents.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(json.dumps(document))


@contextmanager
def served_api(house: House) -> Iterator[str]:
    """Serve the STAC API of a house; give the address of its landing page."""
    app = FastAPI()
    app.include_router(stac_router(house, lambda *_: Response("A page.")))

    @app.middleware("http")
    async def as_anyone(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        request.state.actor = ANYONE
        return await answer(request)

    with answering(app, lifespan="off") as address:
        yield f"{address}/stac"
