"""Every request has an id, which the answer carries and every line that is logged on its way."""

import logging
import re
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from repeatpass.core.ids import new_id

log = logging.getLogger(__name__)
HEADER = "X-Request-Id"
GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
UNSAID = ("/static", "/health", "/metrics")  # asked so often that they would hide the rest


class Logged:
    """Middleware that logs each request with its status and time, under an id of its own or the caller's."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        id = given if GIVEN.fullmatch(given) else new_id()
        status, begun = [500], time.perf_counter()

        async def with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
                MutableHeaders(scope=message)[HEADER] = id
            await send(message)

        with structlog.contextvars.bound_contextvars(request=id):
            try:
                await self.app(scope, receive, with_id)
            except Exception:
                log.exception("A request failed", extra={"method": scope["method"], "path": scope["path"]})
                raise
            finally:
                _say(scope, status[0], time.perf_counter() - begun)


def _say(scope: Scope, status: int, seconds: float) -> None:
    if status >= 500 or not scope["path"].startswith(UNSAID):
        facts = {"method": scope["method"], "path": scope["path"], "status": status, "seconds": round(seconds, 4)}
        log.info("%s %s %s", scope["method"], scope["path"], status, extra=facts)
