"""Addresses of the Atom feeds."""

import hashlib

from fastapi import APIRouter, Request
from starlette.responses import Response

from repeatpass.web.desk import Desk
from repeatpass.web.feeds import MEDIA_TYPE, Feed, alerts_feed, collections_feed, indicator_feed, written
from repeatpass.web.routes.answering import etag, seen, unchanged


def feeds_router(desk: Desk) -> APIRouter:
    """The feed of all alerts and that of each indicator; the feed of all collections and that of each."""
    router = APIRouter()

    @router.get("/feeds/alerts.atom")
    def alerts(request: Request) -> Response:
        return _answer(request, alerts_feed(desk, _base(request)))

    @router.get("/indicators/{id}/feed.atom")
    def indicator(id: str, request: Request) -> Response:
        return _answer(request, indicator_feed(desk, id, _base(request)))

    @router.get("/feeds/collections.atom")
    def collections(request: Request) -> Response:
        return _answer(request, collections_feed(seen(desk, request), _base(request)))

    @router.get("/collections/{id}/feed.atom")
    def collection(id: str, request: Request) -> Response:
        return _answer(request, collections_feed(seen(desk, request), _base(request), id))

    return router


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _answer(request: Request, feed: Feed) -> Response:
    body = written(feed)
    stamp = hashlib.sha256(body).hexdigest()[:32]
    headers = {"etag": etag(stamp), "cache-control": "no-cache"}
    return unchanged(request, stamp) or Response(body, headers=headers, media_type=MEDIA_TYPE)
