"""How a page is answered: as HTML inside its cover, or as its JSON twin."""

import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from repeatpass.access import ANYONE, Actor
from repeatpass.core.errors import Invalid
from repeatpass.web.assets import HEADERS
from repeatpass.web.desk import Desk
from repeatpass.web.rendering import render
from repeatpass.web.twins import plain
from repeatpass.web.views import Cover, Page

FORM_LIMIT = 256_000  # bytes; a form of parameters is far smaller
VERSION = version("repeatpass")
FRESH = {"cache-control": "no-cache", "vary": "accept, accept-encoding"}


def wants_json(request: Request) -> bool:
    """Whether the twin was asked for: by the end of the address, or by an Accept that names no HTML."""
    if request.url.path.endswith(".json"):
        return True
    accepted = request.headers.get("accept", "")
    return "application/json" in accepted and "text/html" not in accepted


def no_odd_characters(request: Request) -> None:
    """Raise Invalid for an address with control characters: no name has any, and some databases choke on them."""
    text = request.url.path + "".join(f"{name}{value}" for name, value in request.query_params.multi_items())
    asked = request.scope["path"] + text
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in asked):
        raise Invalid("The address holds a character that cannot be part of any name here.")


def actor_of(request: Request) -> Actor:
    """Who asks, as the guard has found."""
    actor: Actor = getattr(request.state, "actor", ANYONE)
    return actor


def seen(desk: Desk, request: Request) -> Desk:
    """The desk over the collections that whoever asks may see."""
    return desk.as_seen_by(actor_of(request))


def cover_of(desk: Desk, request: Request) -> Cover:
    """The frame of the page."""
    filling = desk.filling
    notice = "" if filling.done else f"The first contents are being prepared: {filling.doing}."
    theme = request.cookies.get("theme", "")
    return Cover(
        version=VERSION, notice=notice, actor=actor_of(request).name, theme=theme if theme in ("light", "dark") else ""
    )


def answer(desk: Desk, request: Request, page: Page, twin: Any = None, status: int = 200) -> Response:
    """*page* as HTML, or as JSON where that was asked for; *twin* is the record behind it where that says more."""
    if wants_json(request):
        return as_json(plain(page) if twin is None else plain(twin), status)
    return HTMLResponse(render(page, cover_of(desk, request)), status, headers={**HEADERS, **FRESH})


def as_json(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """*content* as JSON, letters as they are, no NaN."""
    body = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(body, status, headers={**FRESH, **(headers or {})}, media_type="application/json")


def unchanged(request: Request, stamp: str) -> Response | None:
    """304 where the asker has what *stamp* stands for already."""
    tag = etag(stamp)
    held = request.headers.get("if-none-match", "").replace("W/", "")
    return Response(status_code=304, headers={"etag": tag, **FRESH}) if tag in held.split(", ") else None


def etag(stamp: str) -> str:
    """An entity tag."""
    return f'"{stamp}"'


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a posted form (or JSON object of texts); of a field given twice, the last."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > FORM_LIMIT:
            raise Invalid("The form is too long.")
    try:
        if request.headers.get("content-type", "").startswith("application/json"):
            given = json.loads(body or b"{}")
            form = {str(name): value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}
        else:
            form = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=500))
    except (ValueError, AttributeError):
        raise Invalid("The form could not be read. Send it as a web form or as a JSON object.") from None
    _no_odd_letters(form)
    return form


def _no_odd_letters(form: Mapping[str, str]) -> None:
    """Raise Invalid for letters that nobody sees and that some databases choke on; lines and tabs are none of them."""
    for name, value in form.items():
        if any(letter < " " and letter not in "\t\n\r\f" for letter in name + value):
            raise Invalid(
                f"“{_clear(name)}” holds a control character. Right would be: letters, digits, signs, lines.",
                field=_clear(name),
            )


def _clear(text: str) -> str:
    """*text* without what cannot be seen, cut where it is long."""
    return "".join(letter for letter in text if letter.isprintable())[:60]
