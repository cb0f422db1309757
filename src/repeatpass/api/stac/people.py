"""What people see who follow an address of the STAC API in a browser: the same document as a page, or the page there is."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from repeatpass.api.documents import VARY, Pages
from repeatpass.api.negotiating import wants_html

KEPT = ("q", "bbox", "datetime")  # what the pages of the registry understand, too


class People:
    """Answers browsers; programs, which accept anything or JSON, get nothing from here."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages

    def page(self, request: Request, kind: str, title: str, body: Mapping[str, Any]) -> Response | None:
        """Return *body* drawn as a page; None where JSON is wanted."""
        if not wants_html(request):
            return None
        found = self.pages(request, kind, title, body)
        found.headers.update(VARY)
        return found

    def elsewhere(self, request: Request, path: str) -> Response | None:
        """Lead to the page that shows the same; None where JSON is wanted."""
        if not wants_html(request):
            return None
        kept = {name: request.query_params[name] for name in KEPT if request.query_params.get(name)}
        return RedirectResponse(f"{path}?{urlencode(kept)}" if kept else path, 303, headers=VARY)
