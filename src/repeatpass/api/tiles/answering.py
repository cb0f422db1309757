"""Answers that caches may keep: pictures with their ETag, numbers without what JSON cannot say."""

import math
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from repeatpass.api.tiles.asking import Asked
from repeatpass.data.records import Picture

SHORT, LONG = 300, 31_536_000  # seconds


def picture(request: Request, asked: Asked, found: Picture) -> Response:
    """Answer with a picture, or with 304 where the asker has it.

    An address that carries the layer's stamp (``v=``) never gives anything else, so it is kept for long; others are
    asked for again after minutes, for the newest time may have become another.
    """
    headers = {"ETag": f'"{found.etag}"', "Cache-Control": kept(request, asked)}
    if matches(request, found.etag):
        return Response(status_code=304, headers=headers)
    return Response(found.content, media_type=found.media_type, headers=headers)


def base_of(request: Request) -> str:
    """Return the address of this house, without a slash at its end."""
    return str(request.base_url).rstrip("/")


def kept(request: Request, asked: Asked) -> str:
    """Return how long and by whom the answer may be kept."""
    who = "public" if asked.public else "private"
    if request.query_params.get("v") == asked.layer.stamp:
        return f"{who}, max-age={LONG}, immutable"
    return f"{who}, max-age={SHORT}"


def matches(request: Request, etag: str) -> bool:
    """Whether the asker has this already."""
    given = request.headers.get("if-none-match", "")
    return bool(given) and (
        given.strip() == "*" or etag in {each.strip().removeprefix("W/").strip('"') for each in given.split(",")}
    )


def document(value: Any, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Answer with a record as JSON; numbers that are none become null."""
    return JSONResponse(plain(value), headers=dict(headers or {}))


def plain(value: Any) -> Any:
    """Return records, tuples and numbers as JSON has them."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
