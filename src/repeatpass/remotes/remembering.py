"""Reading documents elsewhere, and remembering them: asked for with conditions, shown when the place is down.

RFC 9110, 13 (conditional requests): a document that was read before is asked for with its ETag and its date, so that
an unchanged one costs a 304. What is remembered can be thrown away at any time.
"""

import hashlib
import json
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from repeatpass.core.errors import NotFound, Unavailable
from repeatpass.core.times import iso, now, parse_time
from repeatpass.notices.asking import asking, pieces
from repeatpass.notices.targets import Targets
from repeatpass.notices.troubles import in_words
from repeatpass.remotes.records import Answer

MOST = 5000  # documents that are remembered
PRUNED = 500  # forgotten at once when there are more
TIMEOUT_S = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    """What is remembered of an address."""

    url: str
    etag: str
    modified: str
    asked: str  # ISO 8601
    document: Any


class Remembering:
    """Reads JSON documents elsewhere."""

    def __init__(self, targets: Targets, folder: Path, now: Callable[[], datetime] = now) -> None:
        """*targets*: which addresses may be asked. *folder*: where what was read is remembered."""
        self.targets = targets
        self.folder = folder
        self.now = now
        self._lock = threading.Lock()
        self._written = 0
        self._client: httpx.Client | None = None

    @property
    def client(self) -> httpx.Client:
        """What asks; made once, since making it takes longer than most answers."""
        with self._lock:
            self._client = self._client or asking(self.targets)
            return self._client

    def close(self) -> None:
        """Close what is open."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def read(self, url: str, fresh_s: float = 0.0) -> Answer:
        """Return the document at *url*; one that was read less than *fresh_s* seconds ago is not asked for again.

        What cannot be asked for now, and was read before, is returned with its ``trouble``. Raise NotFound where there
        is nothing (any more), Unavailable where it cannot be asked for and never was, Invalid or Forbidden for an
        address that may not be asked.
        """
        self.targets.check(url)
        kept = self._kept(url)
        if kept and (self.now() - parse_time(kept.asked)).total_seconds() < fresh_s:
            return _answer(kept)
        try:
            found = self._ask(url, kept)
        except (httpx.HTTPError, httpx.InvalidURL, Unavailable, ValueError, RecursionError) as error:
            said = in_words(error)
            if kept is None:
                raise Unavailable(f"{url} cannot be read: {said}"[:500], address=url) from None
            return _answer(kept, said[:500])
        self._keep(found)
        return _answer(found)

    def _ask(self, url: str, kept: _Kept | None) -> _Kept:
        headers = {"Accept": "application/json, application/geo+json;q=0.9"}
        if kept and kept.etag:
            headers["If-None-Match"] = kept.etag
        if kept and kept.modified:
            headers["If-Modified-Since"] = kept.modified
        with self.client.stream("GET", url, headers=headers, timeout=TIMEOUT_S) as answer:
            moment = iso(self.now())
            if answer.status_code == 304 and kept:
                return _Kept(url=url, etag=kept.etag, modified=kept.modified, asked=moment, document=kept.document)
            if answer.status_code in (404, 410):
                raise NotFound(f"There is nothing at {url} ({answer.status_code}).", address=url)
            answer.raise_for_status()
            document = json.loads(b"".join(pieces(answer)))
            etag, modified = answer.headers.get("etag", ""), answer.headers.get("last-modified", "")
        return _Kept(url=url, etag=etag, modified=modified, asked=moment, document=document)

    def _path(self, url: str) -> Path:
        return self.folder / f"{hashlib.sha256(url.encode()).hexdigest()[:40]}.json"

    def _kept(self, url: str) -> _Kept | None:
        try:
            found = _Kept(**json.loads(self._path(url).read_bytes()))
        except (OSError, ValueError, TypeError):
            return None
        return found if found.url == url else None

    def _keep(self, found: _Kept) -> None:
        """Remember it; where that cannot be, such as on a full disk, it was read all the same."""
        path = self._path(found.url)
        known = {name: getattr(found, name) for name in _Kept.__slots__}
        beside = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}.part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(known), "utf-8")
            beside.replace(path)
        except OSError:
            beside.unlink(missing_ok=True)
        self._prune()

    def _prune(self) -> None:
        with self._lock:
            self._written += 1
            if self._written % PRUNED:
                return
            files = sorted(self.folder.glob("*.json"), key=lambda each: each.stat().st_mtime)
            for each in files[: max(0, len(files) - MOST)]:
                each.unlink(missing_ok=True)


def _answer(kept: _Kept, trouble: str = "") -> Answer:
    return Answer(url=kept.url, document=kept.document, asked=parse_time(kept.asked), trouble=trouble)
