"""Finding the route of a request by the first segment of its path, among few instead of all routes of the platform."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from fastapi import FastAPI
from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

CHOSEN = "repeatpass.route"


class Segments(BaseRoute):
    """Routes in their order, each asked only about paths that begin as one of its addresses does.

    *routes*: each with the first segments of its addresses; None where any path may be its own.
    """

    def __init__(self, routes: Sequence[tuple[BaseRoute, set[str] | None]]) -> None:
        named = {segment for _, segments in routes for segment in segments or ()}
        self.every = [route for route, _ in routes]
        self.others = [route for route, segments in routes if segments is None]
        self.of = {
            segment: [route for route, segments in routes if segments is None or segment in segments]
            for segment in named
        }

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return the first route that matches whole, else the first of another method (Starlette's own rule)."""
        partial: tuple[Match, Scope] = (Match.NONE, {})
        for route in self.of.get(first_segment(scope.get("path", "")), self.others):
            match, child = route.matches(scope)
            if match == Match.FULL:
                return match, {**child, CHOSEN: route}
            if match == Match.PARTIAL and partial[0] == Match.NONE:
                partial = (match, {**child, CHOSEN: route})
        return partial

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """Return the address of the route of this name; raise NoMatchFound."""
        for route in self.every:
            with suppress(NoMatchFound):
                return route.url_path_for(name, **path_params)
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to the route that was found."""
        await scope[CHOSEN].handle(scope, receive, send)


def first_segment(path: str) -> str:
    """Return ``stac`` of ``/stac/search``; a dot ends it, too, so that ``/runs.json`` stands beside ``/runs``."""
    return path.lstrip("/").partition("/")[0].partition(".")[0]


def sort_routes(app: FastAPI) -> None:
    """Have *app* find the routes that it has by now by their first segments."""
    app.router.routes[:] = [Segments([(route, _segments(route)) for route in app.router.routes])]


def _segments(route: BaseRoute) -> set[str] | None:
    """Return how the addresses of a route, or of a router that was included, begin; None where it may be anyhow."""
    if (path := getattr(route, "path", None)) is not None:
        return None if "{" in first_segment(path) else {first_segment(path)}
    within = [_segments(each) for each in getattr(getattr(route, "original_router", None), "routes", ())]
    known = [each for each in within if each is not None]
    return set().union(*known) if known and len(known) == len(within) else None


def routes_of(app: FastAPI) -> list[BaseRoute]:
    """Return the routes of *app* one by one, sorted or not."""
    return [each for route in app.routes for each in (route.every if isinstance(route, Segments) else [route])]
