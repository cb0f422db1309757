"""One request to another computer: asked again where that helps, and told in plain words where it does not."""

import os
import re
import sys
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Any, TypeVar
from urllib.error import HTTPError, URLError
from urllib.request import Request, build_opener

from repeatpass.kit import watching
from repeatpass.kit.connectors.places import Manner, Place, variable
from repeatpass.kit.errors import AccessRefused, KitError, QuotaReached, RemoteTrouble, UnknownData

T = TypeVar("T")
TIMEOUT = 60.0  # seconds without any answer
TRIES = 4
PAUSE = 0.5  # seconds before the second try; doubled before each further one
PATIENCE = 60.0  # longest wait that a service may ask for; a longer one is told instead
QUOTA = re.compile(r"(?i)insufficient[ _](processing|credit|request|balance)|quota|out of credits")
PIECE = 1 << 18  # bytes of an answer that are taken at once
SAID = 300  # letters of an answer that are repeated in an error


class CutOff(Exception):
    """An answer ended before it was whole."""


def exchange(place: Place, take: Callable[[Any], T], *, headers: Mapping[str, str] = {}) -> T:
    """Ask for *place* (POST where it has a body) and return what *take* makes of the answer (also of 304 Not Modified).

    An answer that is cut off, 429 and 5xx are tried again, after the time that the service asks for (Retry-After).

    Raises:
        UnknownData: 404 and 410. AccessRefused: 401, 403 and 407.
        QuotaReached: 429 that lasts, or asks for more patience than a minute; 402 and 403 for want of processing units.
        RemoteTrouble: everything else: no way there, 5xx that last, answers cut off.
    """
    manner = place.manner or _of_a_run()
    for attempt in range(1, manner.tries + 1):
        try:
            with watching.recorded(), manner.opener().open(_request(place, headers), timeout=manner.timeout) as answer:
                return take(answer)
        except HTTPError as error:
            with error:
                if error.code == 304:
                    return take(error)
                pause = _pause(error, attempt, manner)
                if pause is None:
                    raise _refusal(place, error) from None
        except (URLError, HTTPException, CutOff, OSError) as error:
            pause = PAUSE * 2 ** (attempt - 1)
            if attempt == manner.tries or _is_final(error):
                raise _trouble(place, error) from None
        time.sleep(pause)
    raise AssertionError("every try returns, raises or waits")


def whole(answer: Any, content_bytes: int) -> None:
    """Raise CutOff unless *content_bytes* is what the answer announced."""
    announced = answer.headers.get("Content-Length")
    if announced and announced.isdigit() and int(announced) != content_bytes:
        raise CutOff(f"{content_bytes} of {announced} bytes came")


def _request(place: Place, headers: Mapping[str, str]) -> Request:
    request = Request(place.url, method=place.method or ("POST" if place.body else "GET"), data=place.body or None)
    own = {"Content-Type": "application/json"} if place.body else {}
    own |= {"Accept": place.accept} if place.accept else {}
    for name, value in {"User-Agent": "repeatpass", "Accept-Encoding": "identity", **own, **headers}.items():
        request.add_header(name, value)
    for name, value in place.sign(request.get_method(), place.url).items():
        request.add_unredirected_header(name, value)  # who asks is no business of where a redirect leads
    return request


def body(place: Place, answer: Any, wanted: int = -1) -> bytes:
    """Return *wanted* bytes of an answer, all of it by default.

    Raise CutOff where that takes longer, RemoteTrouble where it is more, than the place's manner of asking allows.
    """
    manner, found, size, begun = place.manner or _of_a_run(), [], 0, time.monotonic()
    while piece := answer.read1(PIECE if wanted < 0 else min(PIECE, wanted - size)):
        found.append(piece)
        size += len(piece)
        if size > manner.most:
            said = f"{place.address} is larger than {manner.most / 1e6:.0f} MB, the most that is read of it at once."
            raise RemoteTrouble(said, address=place.address)
        if time.monotonic() - begun > manner.longest:
            raise CutOff(f"{size} bytes came in {manner.longest:g} seconds")
        if size == wanted:
            break
    return b"".join(found)


def _of_a_run() -> Manner:
    return Manner(opener=build_opener, timeout=TIMEOUT, tries=TRIES, longest=float("inf"), most=sys.maxsize)


def _pause(error: HTTPError, attempt: int, manner: Manner) -> float | None:
    """Seconds to wait before the next try; None where none would help."""
    if error.code not in (408, 425, 429, 500, 502, 503, 504) or attempt == manner.tries:
        return None
    wished = retry_after(error.headers.get("Retry-After"))
    if wished is None:
        return float(PAUSE * 2 ** (attempt - 1))
    return wished if wished <= min(PATIENCE, manner.timeout) else None


def retry_after(text: str | None) -> float | None:
    """Read Retry-After, seconds or a date (RFC 9110 §10.2.3), as seconds from now; None where it says nothing."""
    if not text:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None


def _is_final(error: Exception) -> bool:
    """Whether asking again is of no use: the way itself is closed."""
    words = str(getattr(error, "reason", error))
    return "Tunnel connection failed: 403" in words or "CERTIFICATE_VERIFY_FAILED" in words


def _refusal(place: Place, error: HTTPError) -> KitError:
    said, status = _said(error), error.code
    facts = {"address": place.address, "status": status}
    if "sandbox does not let this through" in said:
        return RemoteTrouble(_closed(place), host=place.host, **facts)
    if status in (404, 410):
        return UnknownData(f"There is nothing at {place.address} ({status}{said}).", **facts)
    if status == 402 or (status == 403 and QUOTA.search(said)):
        return QuotaReached(f"{place.host} has used up what it grants us ({status}{said}).", wait_s=None, **facts)
    if status in (401, 403, 407):
        return AccessRefused(f"{place.address} is not for us ({status}{said}). {_key(place)}", **facts)
    if status == 429:
        wait = retry_after(error.headers.get("Retry-After"))
        when = (
            f"It can be asked again in {wait:.0f} seconds." if wait else "It does not say when it can be asked again."
        )
        return QuotaReached(f"{place.host} has had enough requests for now (429{said}). {when}", wait_s=wait, **facts)
    region = error.headers.get("x-amz-bucket-region")
    hint = f" The bucket is in the region {region}: open it with region={region!r}." if region else ""
    return RemoteTrouble(f"{place.address} cannot be read ({status}{said}).{hint}", **facts)


def _said(error: HTTPError) -> str:
    """What the answer says, as the tail of a clause: a problem's detail, a code and its message, or a short text."""
    try:
        text = error.read(8192).decode("utf-8", "replace")
    except (OSError, HTTPException):
        return ""
    if found := re.search(r"<Code>(.*?)</Code>(?:.*?<Message>(.*?)</Message>)?", text, re.DOTALL):
        text = ", ".join(part for part in found.groups() if part)
    elif members := _members(text):
        text = ", ".join(members)
    elif text.lstrip().startswith("<"):
        text = ""
    words = " ".join(text.split())[:SAID].rstrip(".")
    return f": {words}" if words else ""


def _members(text: str) -> list[str]:
    """The code and the words of an error in JSON, wherever in it they stand."""
    found = {}
    for names in ("code", "error", "error_description|detail|description|message"):
        if one := re.search(rf'"(?:{names})"\s*:\s*"((?:[^"\\]|\\.)*)"', text):
            found[one.group(1)] = True
    return list(found)


def _key(place: Place) -> str:
    if place.keys:
        return place.keys
    if place.kind == "s3":
        return "Keep AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of somebody who may read it among your secrets."
    name = variable("HTTP_TOKEN", place.host.rpartition(":")[0])
    return f"Keep a token of yours for this host among your secrets: repeatpass secrets set {name}."


def _trouble(place: Place, error: Exception) -> KitError:
    facts = {"address": place.address, "host": place.host}
    if isinstance(error, CutOff):
        return RemoteTrouble(
            f"{place.address} broke off {(place.manner or _of_a_run()).tries} times: {error}.", **facts
        )
    if in_sandbox():
        return RemoteTrouble(_closed(place), **facts)
    reason = getattr(error, "reason", error) or type(error).__name__
    return RemoteTrouble(f"{place.host} cannot be reached for {place.address} ({reason}).", **facts)


def in_sandbox() -> bool:
    """Whether this is a run in a sandbox, whose network is by allow-list."""
    try:
        from repeatpass.kit.confining import WRITABLE
    except ImportError:  # no namespaces on this system, and so no sandbox
        return False
    return os.environ.get("REPEATPASS_READS", "").startswith(str(WRITABLE["records"]))


def _closed(place: Place) -> str:
    return (
        f"{place.host} cannot be reached from this run: it is in a sandbox, which reaches only the hosts that the "
        f"operator lists. Ask the operator to add {place.host} to REPEATPASS_NETWORK_ALLOW."
    )
