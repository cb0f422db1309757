"""Inputs by reference: read from this house itself, without the network, so that no other address can be meant."""

import base64
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from anyio import sleep_forever
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Message

from repeatpass.api.wps.asked import Execute, GivenInput
from repeatpass.api.wps.exceptions import WpsError
from repeatpass.api.wps.kinds import format_of
from repeatpass.api.wps.reading import BODY_LIMIT, MEBIBYTE


class _TooLarge(Exception):
    """What is read has more bytes than are taken."""


async def with_values(asked: Execute, request: Request) -> Execute:
    """Return *asked* with the contents of what its inputs refer to; raise DataNotAccessible or SizeExceeded."""
    inputs = [await _read(each, request) if each.href else each for each in asked.inputs]
    return replace(asked, inputs=tuple(inputs))


async def _read(given: GivenInput, request: Request) -> GivenInput:
    target = _path(given, request)
    try:
        status, headers, content = await _asked_here(target, request)
    except _TooLarge:
        text = f"The input {given.name} at {given.href} has more than {BODY_LIMIT // MEBIBYTE} MiB."
        raise WpsError("SizeExceeded", text, given.name) from None
    if status != 200:
        text = f"The input {given.name} cannot be read from {given.href}: the answer is {status}."
        raise WpsError("DataNotAccessible", text, given.name)
    media_type = given.media_type or headers.get("content-type", "").partition(";")[0]
    return _filled(given, content, media_type)


def _filled(given: GivenInput, content: bytes, media_type: str) -> GivenInput:
    known = format_of(media_type)
    try:
        text = content.decode() if not known.encoding else base64.b64encode(content).decode()
    except UnicodeDecodeError:
        raise WpsError("DataNotAccessible", f"The input {given.name} is not text in UTF-8.", given.name) from None
    return replace(given, text=text, href="", media_type=given.media_type)


def _path(given: GivenInput, request: Request) -> str:
    """Return path and query of a reference; raise DataNotAccessible unless it leads to this house."""
    here, there = request.url, urlsplit(given.href)
    if there.scheme not in {"http", "https"} or there.netloc.lower() != here.netloc.lower():
        text = (
            f"The input {given.name} refers to {given.href}; only addresses of {here.scheme}://{here.netloc} are read. "
            "Send the value itself, or put it here first."
        )
        raise WpsError("DataNotAccessible", text, given.name)
    if there.path.startswith("/wps"):
        raise WpsError("DataNotAccessible", f"The input {given.name} refers to another request of WPS.", given.name)
    return there.path + (f"?{there.query}" if there.query else "")


async def _asked_here(target: str, request: Request) -> tuple[int, Headers, bytes]:
    """GET *target* from the application that serves *request*, in the name of who sent it."""
    path, _, query = target.partition("?")
    kept = [pair for pair in request.scope["headers"] if pair[0] in {b"host", b"authorization", b"cookie"}]
    scope = {name: request.scope[name] for name in ("type", "asgi", "http_version", "scheme", "server", "client")}
    scope |= {"method": "GET", "path": unquote(path), "raw_path": path.encode(), "query_string": query.encode()}
    scope |= {"headers": kept, "root_path": ""}
    status, headers, body = [0], [Headers()], bytearray()

    unsent: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if not unsent:
            await sleep_forever()  # a client that stays until the end
        return unsent.pop()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            status[0], headers[0] = message["status"], Headers(raw=list(message.get("headers", ())))
        elif message["type"] == "http.response.body":
            body.extend(message.get("body", b""))
            if len(body) > BODY_LIMIT:
                raise _TooLarge

    await request.app(scope, receive, send)
    return status[0], headers[0], bytes(body)
