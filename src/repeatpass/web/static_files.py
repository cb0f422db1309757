"""Serves the static files: compressed ones as they were left by the build, stamped ones to be kept for ever."""

import gzip
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from repeatpass.web.assets import STATIC, assets

TYPES = {
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".css": "text/css",
    ".woff2": "font/woff2",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".txt": "text/plain; charset=utf-8",
}
FOREVER = "public, max-age=31536000, immutable"
CODINGS = (("br", ".br"), ("gzip", ".gz"))


@cache
def sheet_gzipped() -> bytes:
    """The style sheet, compressed once."""
    return gzip.compress(assets().sheet, 9, mtime=0)


def sheet(accepted: str) -> Response:
    """The one style sheet of the pages."""
    headers = {"cache-control": FOREVER, "vary": "accept-encoding"}
    if "gzip" in accepted:
        return Response(sheet_gzipped(), media_type="text/css", headers=headers | {"content-encoding": "gzip"})
    return Response(assets().sheet, media_type="text/css", headers=headers)


def inside(name: str) -> Path | None:
    """The file called *name*, when there is one below the static folder and it may be served."""
    path = (STATIC / name).resolve()
    known = path.suffix in TYPES and path.is_relative_to(STATIC.resolve()) and path.is_file()
    return path if known else None


def file(path: Path, accepted: str) -> Response:
    """*path*, in the best coding that was built and is accepted."""
    headers = {"cache-control": FOREVER, "vary": "accept-encoding", "x-content-type-options": "nosniff"}
    for coding, suffix in CODINGS:
        packed = path.with_name(path.name + suffix)
        if coding in accepted and packed.is_file():
            headers["content-encoding"] = coding
            return FileResponse(packed, media_type=TYPES[path.suffix], headers=headers)
    return FileResponse(path, media_type=TYPES[path.suffix], headers=headers)


class Static:
    """An ASGI application to be mounted at ``/static``."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self.answer(Request(scope))(scope, receive, send)

    def answer(self, request: Request) -> Response:
        """The response for the address after the mount."""
        name = request.scope["path"].removeprefix(request.scope.get("root_path", "")).lstrip("/")
        accepted = request.headers.get("accept-encoding", "")
        if name == "site.css":
            return sheet(accepted)
        path = inside(name)
        return file(path, accepted) if path else PlainTextResponse("There is no such file.", status_code=404)
