"""Addresses with a query, built in one place so that every part of them is encoded."""

from urllib.parse import urlencode


def with_query(path: str, **query: str) -> str:
    """*path* with those parts of *query* that say something."""
    known = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(known)}" if known else path
