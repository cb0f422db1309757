"""Addresses that documents from elsewhere state: only those that are safe to follow are made links."""

from collections.abc import Iterable
from urllib.parse import urlencode, urlsplit

FOLLOWED = ("http", "https", "mailto")


def safe(href: object) -> str:
    """Return *href* if it is one of the web's or a path of this house; else nothing."""
    text = str(href or "").strip()
    try:
        scheme = urlsplit(text).scheme.lower()
    except ValueError:
        return ""
    return text if scheme in FOLLOWED or (not scheme and text.startswith("/") and not text.startswith("//")) else ""


def addressed(path: str, pairs: Iterable[tuple[str, str]]) -> str:
    """*path* with those of *pairs* that say something; a name may come several times."""
    known = [(name, value) for name, value in pairs if value]
    return f"{path}?{urlencode(known)}" if known else path
