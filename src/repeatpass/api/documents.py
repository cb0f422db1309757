"""Documents of the OGC API: JSON for programs, the same as a page for people, each linked to the other."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi.responses import JSONResponse
from starlette.requests import Request
from starlette.responses import Response

from repeatpass.api.callbacks import absolute
from repeatpass.api.negotiating import HTML, JSON, wants_html

VARY = {"Vary": "Accept, Accept-Encoding"}


# Draws a document (its kind, its title, its JSON) as a page; the web knows how, and the server brings both together.
Pages = Callable[[Request, str, str, Mapping[str, Any]], Response]


def link(href: str, rel: str, type: str = JSON, title: str = "") -> dict[str, str]:
    """Return a link; *href* may be a path from this server's root."""
    return {"href": href, "rel": rel, "type": type} | ({"title": title} if title else {})


def answer(
    request: Request,
    pages: Pages,
    kind: str,
    title: str,
    body: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    linked: bool = True,
) -> Response:
    """Answer with *body* as JSON or as a page, as the asker wants it.

    Its links become absolute; where *linked*, those to itself and to its other form are put first and last.
    """
    html = wants_html(request)
    if linked:
        own = _links(request, html)
        body = {**body, "links": [own[0], *body.get("links", ()), own[1]]}
    found = absolute(body, str(request.base_url))
    if html and status < 300:
        page = pages(request, kind, title, found)
        page.headers.update({**VARY, **(headers or {})})
        return page
    return JSONResponse(found, status_code=status, headers={**VARY, **(headers or {})})


def _links(request: Request, html: bool) -> list[dict[str, str]]:
    json, page = (_address(request, form) for form in ("json", "html"))
    here = str(request.url)
    if html:
        return [link(here, "self", HTML), link(json, "alternate", JSON, "This document as JSON")]
    return [link(here, "self", JSON), link(page, "alternate", HTML, "This document as a page")]


def _address(request: Request, form: str) -> str:
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "f"]
    return f"{request.url.path}?{urlencode([*kept, ('f', form)])}"
