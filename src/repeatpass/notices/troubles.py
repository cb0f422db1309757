"""What is wrong with a place elsewhere, in plain words with what to do: never the name of an exception.

httpx, fsspec with its clients, GDAL and the system say the same few things each in words of their own.
"""

import json
import re

import httpx

from repeatpass.core.errors import RepeatpassError

LATER = "Try again later."
CHECK = "Check the address."
KNOWN: tuple[tuple[str, str], ...] = (  # what libraries write -> what it means
    (r"name or service|getaddrinfo|could not resolve|nodename nor servname|failure in name|no address associated",
     f"the name in the address is not known. {CHECK}"),
    (r"refused|connect call failed", f"nobody answers there: the server is down, or the address has another port. {LATER}"),
    (r"certificate|ssl(?!:default)|tlsv", "its certificate cannot be trusted, so nothing is read. Tell whoever keeps it."),
    (r"timed? ?out", f"it does not answer in time. {LATER}"),
    (r"unreachable|no route", f"there is no way to it from here. {CHECK} Or ask whoever keeps this network."),
    (r"reset by peer|disconnected|closed connection|incomplete|broken pipe|peer closed",
     f"it broke off while it answered. {LATER}"),
)  # fmt: skip
CODE = re.compile(r"(?:code|status|error)\D{0,8}\b([45]\d\d)\b", re.IGNORECASE)


def in_words(error: BaseException) -> str:
    """Return what *error* means, as the end of a sentence and what to do: “nobody answers there: … Try again later.”"""
    if isinstance(error, RepeatpassError):
        return error.message
    if isinstance(error, httpx.HTTPStatusError):
        return _of_status(error.response.status_code)
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return f"it does not answer in time. {LATER}"
    if isinstance(error, httpx.TooManyRedirects):
        return f"it leads from one address to the next without end. {CHECK}"
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
        return f"it leads to an address that cannot be asked. {CHECK}"
    cause = error.__cause__ or error.__context__
    if isinstance(error, FileNotFoundError):  # which fsspec makes of all that it meets
        return in_words(cause) if isinstance(cause, Exception) else _of_status(404)
    if isinstance(error, PermissionError):
        return _of_status(403)
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError | RecursionError | httpx.DecodingError):
        return f"what it sends is no JSON. {CHECK}"
    return _of_text(error)


def _of_status(code: int) -> str:
    if code in (401, 403, 407):
        return f"it does not let us in ({code}): it wants to know who asks, or forbids it. Ask whoever keeps it."
    if code in (404, 410):
        return f"there is nothing at this address ({code}). {CHECK}"
    if code == 429:
        return f"it was asked too often ({code}). {LATER}"
    if code >= 500:
        return f"it has trouble of its own ({code}). {LATER}"
    return f"it refuses the question ({code}). {CHECK}"


def _of_text(error: BaseException) -> str:
    if isinstance(status := getattr(error, "status", None), int) and status >= 400:  # of aiohttp
        return _of_status(status)
    cause = error.__cause__ or error.__context__
    texts = [str(each) for each in (error, cause) if each is not None]
    for text in texts:
        for pattern, words in KNOWN:
            if re.search(pattern, text, re.IGNORECASE):
                return words
        if found := CODE.search(text):
            return _of_status(int(found[1]))
    if isinstance(error, httpx.ConnectError):
        return f"it cannot be reached. {LATER}"
    if isinstance(error, httpx.TransportError):
        return f"it broke off while it answered. {LATER}"
    first = next((line.strip() for text in texts for line in text.splitlines() if line.strip()), "")
    return f"{first.rstrip('.')[:300]}." if first else f"it does not answer as it should. {LATER}"
