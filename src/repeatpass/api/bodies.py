"""Reading what was sent, up to a size, as JSON that can be answered and kept."""

import json
from typing import Any

from fastapi import Request

from repeatpass.core.errors import Invalid

LARGEST = 64 * 1024**2  # bytes


async def body_of(request: Request) -> bytes:
    """Return the body; raise Invalid for one that is too large, before all of it was read."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise Invalid(f"The body is larger than {LARGEST // 1024**2} MiB; send files into the workspace first.")
    return bytes(body)


async def json_of(request: Request) -> Any:
    """Return the body as JSON; raise Invalid for anything else."""
    return read_json(await body_of(request))


def read_json(body: bytes) -> Any:
    """Read JSON; raise Invalid for what is none, or holds halves of characters, which no text may hold."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"The body is not JSON: {error}.") from None
    if b"\\u" in body:
        try:
            json.dumps(found, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise Invalid(
                "The body is not JSON that can be kept: it holds half of a surrogate pair (\\ud800)."
            ) from None
    return found
