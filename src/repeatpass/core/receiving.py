"""Receiving bodies that may be large: no more of them than is allowed (ASGI 3.0, the message ``http.request``)."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from repeatpass.core.errors import RepeatpassError

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]


def bounded(receive: Receive, most: int, refusal: RepeatpassError) -> Receive:
    """Return *receive* as it was, but raising *refusal* as soon as more than *most* bytes of a body have come."""
    size = 0

    async def received() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise refusal
        return message

    return received
