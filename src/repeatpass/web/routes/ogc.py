"""Draws the documents of the OGC API, which the api's routes answer, as pages of this house."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from repeatpass.web.assets import HEADERS
from repeatpass.web.desk import Desk
from repeatpass.web.pages.ogc import ogc_page
from repeatpass.web.rendering import render
from repeatpass.web.routes.answering import cover_of


def ogc_pages(desk: Desk) -> Callable[[Request, str, str, Mapping[str, Any]], Response]:
    """Return what draws a document; the server hands it to the api's routes."""

    def draw(request: Request, kind: str, title: str, body: Mapping[str, Any]) -> Response:
        page = ogc_page(kind, title, body, request.url.path)
        return HTMLResponse(render(page, cover_of(desk, request)), headers={**HEADERS, "cache-control": "no-cache"})

    return draw
