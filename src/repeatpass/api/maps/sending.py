"""Sending pictures: the tag by which a client keeps them, and nothing where it has the same already."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from repeatpass.api.tiles.answering import matches

NO_HEADERS: Mapping[str, str] = {}
MINUTES = 300  # seconds for which a picture is not asked for again: the newest time may then be another


def sent(
    request: Request,
    content: bytes,
    media_type: str,
    etag: str = "",
    *,
    public: bool = False,
    headers: Mapping[str, str] = NO_HEADERS,
) -> Response:
    """Answer with *content*, or with 304 where the client names its tag (RFC 9110, 13.1.2).

    Pictures, which have a tag, may be kept for minutes: by everybody on the way if *public*, else by the asker.
    """
    kept = f"{'public' if public else 'private'}, max-age={MINUTES}" if etag else "no-cache"
    stated = {"Cache-Control": kept, **({"ETag": f'"{etag}"'} if etag else {}), **headers}
    if etag and matches(request, etag):
        return Response(status_code=304, headers=stated)
    return Response(content, headers={**stated, "Content-Type": media_type})
