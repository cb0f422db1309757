"""Who asks, and whether they may ask from there.

Until accounts exist the house has one owner and listens on loopback only. That keeps other machines out, but
not a web page that the owner has open: a browser would send its requests here all the same. Therefore

* the Host must be one of ours (a page elsewhere cannot point its own name here: DNS rebinding),
* what changes state needs a token, or the session of a page of ours **and** an Origin that is ours,
* the session cookie is SameSite=Strict and HttpOnly, and never opens anything to other origins; a page elsewhere may
  read what is public, and do what the token that it was given allows,
* the session begins only for connections of the user who runs the server, not for others on the machine; the page
  with which it begins is the owner's already, where the owner asked for it: not a page elsewhere, and not a program.

Where several users share the house there is no such session: who has no token may read, and nothing else.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from repeatpass.access import ANYONE, Actor
from repeatpass.access.room import Access
from repeatpass.api.errors import problem
from repeatpass.api.neighbours import is_our_own
from repeatpass.core.errors import Forbidden, Invalid, RepeatpassError
from repeatpass.storage.private import private_file

Refusal = Callable[[RepeatpassError, Scope], Response]  # says in the asker's own words why it was turned away
NO_REFUSALS: Mapping[str, Refusal] = {}
SAFE = {"GET", "HEAD", "OPTIONS"}
OPEN_TO_READ = (
    "/stac",
    "/eodash",
    "/indicators",  # the charts that a dashboard elsewhere draws
    "/ogc",
    "/wps",
    "/wms",
    "/wmts",
    "/tiles",
    "/series",
    "/files",
    "/health",
)  # data that any page may read
# Asked by POST, and read all the same.
READING = re.compile(r"/stac/(search|aggregate|collections/[^/]+/aggregate)")
EXPOSED = "Location, Content-Range, Content-Location, Content-Crs, ETag, Link, Preference-Applied"
# What a page elsewhere may send with a token; without one it gets no permission, whatever cookies the browser has.
ALLOWED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Content-Crs, If-Match, If-None-Match, Prefer, Accept",
    "Access-Control-Max-Age": "600",
}
COOKIE = "repeatpass"
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)


class Sessions:
    """The session of the owner's browser: a value that only this house can have made."""

    def __init__(self, home: Path) -> None:
        key = private_file(home / "session.key", lambda: secrets.token_bytes(32))
        self._value = hmac.new(key, b"owner", hashlib.sha256).hexdigest()

    def cookie(self) -> str:
        """Return the Set-Cookie header that begins the session."""
        return f"{COOKIE}={self._value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000"

    def holds(self, header: str) -> bool:
        """Say whether a Cookie header carries the session."""
        # Other programs on this machine leave cookies of any form under the same name of host: take ours alone.
        pairs = (pair.strip().partition("=") for pair in header.split(";"))
        found = [value for name, _, value in pairs if name == COOKIE]
        return any(hmac.compare_digest(value.encode(), self._value.encode()) for value in found)


class Guard:
    """Middleware that knows the actor of every request and refuses those that may not come this way."""

    def __init__(
        self,
        app: ASGIApp,
        access: Access,
        owner: Actor,
        sessions: Sessions,
        hosts: set[str],
        *,
        several: bool = False,
        refusals: Mapping[str, Refusal] = NO_REFUSALS,
    ) -> None:
        self.app = app
        self.access = access
        self.owner = owner
        self.sessions = sessions
        self.hosts = hosts
        self.refusals = refusals  # for addresses whose clients read no problem details, by how they begin
        self.several = several  # users: nobody is the owner for having opened a page, everybody shows a token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # no page needs a web socket; unguarded, any page elsewhere could open one
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = Headers(scope=scope)
        try:
            scope.setdefault("state", {})["actor"] = self._actor(scope, headers)
            _require_text(scope)
        except RepeatpassError as error:
            await self._refusal(error, scope)(scope, receive, send)
            return
        if _is_preflight(scope, headers):
            await Response(status_code=204, headers=ALLOWED)(scope, receive, send)
            return
        await self.app(scope, receive, self._sender(scope, headers, send))

    def _refusal(self, error: RepeatpassError, scope: Scope) -> Response:
        for begins, refuse in self.refusals.items():
            if scope["path"].startswith(begins):
                return refuse(error, scope)
        body = problem(error, scope["path"])
        return JSONResponse(body, status_code=body["status"], media_type="application/problem+json")

    def _actor(self, scope: Scope, headers: Headers) -> Actor:
        if headers.get("host", "").lower() not in self.hosts:
            raise Forbidden(f"This house is not called “{headers.get('host', '')}”; open {min(self.hosts)} instead.")
        kind, _, secret = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self.access.actor_of(secret.strip())
        if self.several:
            return ANYONE
        if not self.sessions.holds(headers.get("cookie", "")):
            return self.owner if _opens_a_page(scope, headers) and is_our_own(scope.get("client")) else ANYONE
        return self.owner if scope["method"] in SAFE or self._from_here(headers) else ANYONE

    def _from_here(self, headers: Headers) -> bool:
        origin = headers.get("origin", "")
        return origin.startswith("http://") and origin.removeprefix("http://").lower() in self.hosts

    def _sender(self, scope: Scope, request: Headers, send: Send) -> Send:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add_headers(scope, request, MutableHeaders(scope=message))
            await send(message)

        return with_headers

    def _add_headers(self, scope: Scope, request: Headers, headers: MutableHeaders) -> None:
        headers.setdefault("Content-Security-Policy", POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        reads = scope["method"] in SAFE or READING.fullmatch(scope["path"]) is not None
        if scope["path"].startswith(OPEN_TO_READ) and (reads or _has_token(request)):
            headers["Access-Control-Allow-Origin"] = "*"
            headers["Access-Control-Expose-Headers"] = EXPOSED
        is_page = headers.get("content-type", "").startswith("text/html")
        is_new = scope["method"] == "GET" and not self.sessions.holds(request.get("cookie", ""))
        if is_page and is_new and not self.several and is_our_own(scope.get("client")):
            headers.append("Set-Cookie", self.sessions.cookie())


def hosts_of(port: int) -> set[str]:
    """Return the names under which a loopback server on *port* is reached."""
    return {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}


def _require_text(scope: Scope) -> None:
    """Raise for a query with the character NUL, which PostgreSQL takes in no text; nothing is called so in a path."""
    scope["path"] = scope["path"].replace("\0", "�")
    query = scope.get("query_string", b"").decode("latin-1")
    if "%00" in query:
        held = [name for name, value in parse_qsl(query, keep_blank_values=True) if "\0" in name + value]
        named = ", ".join(name.replace("\0", "�") for name in held) or "The query"
        raise Invalid(f"{named} holds the character NUL (%00), which no text here can hold.", field=named)


def _opens_a_page(scope: Scope, headers: Headers) -> bool:
    """Say whether a browser asks for a page because its user typed, chose or followed an address of ours.

    Browsers say so (Fetch Metadata, W3C); what a page elsewhere asks for is ``cross-site`` or ``same-site``.
    """
    by_user = headers.get("sec-fetch-site") in {"none", "same-origin"} and headers.get("sec-fetch-mode") == "navigate"
    return scope["method"] == "GET" and by_user and "text/html" in headers.get("accept", "")


def _has_token(headers: Headers) -> bool:
    """Say whether a request brings a token, and so cannot be one that a browser sends by itself."""
    return headers.get("authorization", "").lower().startswith("bearer ")


def _is_preflight(scope: Scope, headers: Headers) -> bool:
    """Say whether a browser asks if a page elsewhere may send a request with a token, or search."""
    wanted = headers.get("access-control-request-headers", "").lower().replace(" ", "").split(",")
    asks = scope["method"] == "OPTIONS" and "access-control-request-method" in headers
    reads = READING.fullmatch(scope["path"]) is not None
    return asks and (reads or ("authorization" in wanted and scope["path"].startswith(OPEN_TO_READ)))
