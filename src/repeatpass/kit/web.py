"""The little HTTP that the kit needs, on the standard library alone."""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from repeatpass.kit.errors import AlteredData, ClientError, NoContext, UnknownData

TIMEOUT = 60.0  # seconds without any answer


def get_json(url: str, *, missing: str, help: str) -> Any:
    """Return the JSON at *url*; UnknownData when it is not there, NoContext when nobody answers."""
    try:
        with urlopen(_request(url), timeout=TIMEOUT) as answer:
            return json.load(answer)
    except HTTPError as error:
        if error.code == 404:
            raise UnknownData(missing, url=url) from None
        raise ClientError(f"{url} answered {error.code} {error.reason}.", url=url, status=error.code) from None
    except (URLError, TimeoutError) as error:
        reason = getattr(error, "reason", error)
        raise NoContext(f"No platform answers at {url} ({reason}). {help}", url=url) from None


def fetch(url: str, checksum: str) -> Path:
    """Return a local copy of the file at *url*, kept in the cache under its checksum."""
    target = cache() / "sha256" / checksum.removeprefix("sha256:")
    if target.is_file():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".part-")
    try:
        with os.fdopen(descriptor, "wb") as file, urlopen(_request(url), timeout=TIMEOUT) as answer:
            while block := answer.read(1 << 20):
                file.write(block)
        Path(name).replace(target)
    except (URLError, TimeoutError) as error:
        Path(name).unlink(missing_ok=True)
        raise AlteredData(f"{url} cannot be fetched: {error}.", url=url) from None
    return target


def download(url: str, target: Path, *, token: str = "") -> Path:
    """Write what is at *url* to *target*, whole or not at all; return *target*.

    Where the platform states its SHA-256 (as ETag), the bytes that came are compared with it.
    """
    import hashlib

    total, descriptor, name = hashlib.sha256(), *tempfile.mkstemp(dir=target.parent, prefix=".part-")
    try:
        with os.fdopen(descriptor, "wb") as file, urlopen(_request(url, token=token), timeout=TIMEOUT) as answer:
            while block := answer.read(1 << 20):
                file.write(block)
                total.update(block)
        stated = str(answer.headers.get("ETag") or "").strip('"')
        if stated.startswith("sha256:") and stated != f"sha256:{total.hexdigest()}":
            raise AlteredData(f"{url} was damaged on its way: its checksum is not the stated one.", url=url)
        Path(name).chmod(0o644)
        return Path(name).replace(target)
    except HTTPError as error:
        raise ClientError(_words(error), url=url, status=error.code) from None
    except (URLError, TimeoutError) as error:
        raise ClientError(f"{url} cannot be fetched ({getattr(error, 'reason', error)}).", url=url) from None
    finally:
        Path(name).unlink(missing_ok=True)


def send(method: str, url: str, *, body: Any = None, token: str = "", headers: Mapping[str, str] = {}) -> Any:
    """Send a request and return (status, headers, JSON or None); ClientError carries the platform's own words."""
    data = None if body is None else json.dumps(body).encode()
    request = _request(url, method=method, data=data, token=token)
    for key, value in {"Content-Type": "application/json", "Accept": "application/json", **headers}.items():
        request.add_header(key, value)
    try:
        with urlopen(request, timeout=TIMEOUT) as answer:
            text = answer.read()
            return answer.status, answer.headers, json.loads(text) if text.strip() else None
    except HTTPError as error:
        raise ClientError(_words(error), url=url, status=error.code) from None
    except (URLError, TimeoutError) as error:
        reason = getattr(error, "reason", error)
        raise ClientError(f"No platform answers at {url} ({reason}).", url=url) from None


def cache() -> Path:
    """Return the folder in which fetched files are kept (REPEATPASS_CACHE, else the user's cache folder)."""
    named = os.environ.get("REPEATPASS_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "repeatpass"


def _request(url: str, *, method: str = "GET", data: bytes | None = None, token: str = "") -> Request:
    if not url.startswith(("http://", "https://")):
        raise ClientError(f"{url!r} is not an http address.", url=url)
    request = Request(url, method=method, data=data)
    token = token or _token_for(url)
    if token:
        # Unredirected: a token never follows a redirect to another host.
        request.add_unredirected_header("Authorization", f"Bearer {token}")
    return request


def _token_for(url: str) -> str:
    """Return REPEATPASS_TOKEN for the platform at REPEATPASS_URL; a third host's address never gets it."""
    from urllib.parse import urlsplit

    home = os.environ.get("REPEATPASS_URL", "")
    same = bool(home) and urlsplit(home)[:2] == urlsplit(url)[:2]
    return os.environ.get("REPEATPASS_TOKEN", "") if same else ""


def _words(error: HTTPError) -> str:
    """Return what the platform said about an error: RFC 7807 `detail` or `title`, else the status line."""
    try:
        said = json.load(error)
        return str(said.get("detail") or said.get("title") or said)
    except (ValueError, AttributeError):
        return f"{error.url} answered {error.code} {error.reason}."
