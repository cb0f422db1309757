"""Addresses with a query, built in one place so that every part of them is encoded."""

from urllib.parse import urlencode, urlsplit


def with_query(path: str, **query: str) -> str:
    """*path* with those parts of *query* that say something."""
    known = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(known)}" if known else path


def local(href: str) -> str:
    """*href* without its host: path and query."""
    parts = urlsplit(href)
    return parts.path + (f"?{parts.query}" if parts.query else "")
