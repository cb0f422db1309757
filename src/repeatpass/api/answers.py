"""Results of a job in the form that was asked for: a document, the bytes themselves, several parts, or links.

18-062r2, 7.11.4 (table 11). Where the request leaves it open, one output is given as it is and several as a document,
unless the Accept header asks for something else: a client that takes JSON only gets JSON.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from starlette.responses import FileResponse, Response

from repeatpass.api.executing import Result
from repeatpass.core.errors import Invalid
from repeatpass.core.ids import new_id

RESULTS = "http://www.opengis.net/def/rel/ogc/1.0/results"
MULTIPART = "multipart/related"
BOXES = ({"bbox"}, {"bbox", "crs"})  # the one object that stands by itself (inputValueNoObject.yaml)
Mode = Literal["value", "reference"]
Read = Callable[[str], bytes]  # of a kept file, by its checksum
Accepts = Callable[[str], float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """One result and how it is to be given."""

    result: Result
    mode: Mode


def chosen_of(results: Sequence[Result], outputs: Mapping[str, Any] | None) -> list[Chosen]:
    """Return the results that were asked for; raise Invalid, naming those there are, if one is missing.

    Where *outputs* is None, plain values are given as they are and files by reference.
    """
    if outputs is None:
        return [Chosen(result=each, mode="value" if each.literal else "reference") for each in results]
    left = {each.name: each for each in results}
    if missing := sorted(set(outputs) - set(left)):
        raise Invalid(f"The run left no output {', '.join(missing)}; it left: {', '.join(left) or 'none'}.")
    return [Chosen(result=left[name], mode=wanted.get("transmissionMode", "value")) for name, wanted in outputs.items()]


def raw_wanted(chosen: Sequence[Chosen], response: str, accepts: Accepts) -> bool:
    """Say whether the outputs are given as they are, and not in a document."""
    if response == "document":
        return False
    if all(each.mode == "reference" for each in chosen):
        return response == "raw"
    if len(chosen) == 1:
        return accepts(chosen[0].result.media_type) > 0
    # Several parts need an asker that says it takes them, or that asked for raw and takes anything.
    return accepts(MULTIPART) > 0 if response == "raw" else False


def document(chosen: Sequence[Chosen], read: Read) -> dict[str, Any]:
    """Return the results document (results.yaml): values, qualified values, links."""
    return {each.result.name: _entry(each, read) for each in chosen}


def _entry(chosen: Chosen, read: Read) -> Any:
    result = chosen.result
    if chosen.mode == "reference":
        return {"href": result.href, "type": result.media_type, "title": result.title}
    if result.literal:
        # An object stands in "value": otherwise it could be taken for a link or a qualified value.
        plain_object = isinstance(result.value, dict) and set(result.value) not in BOXES
        return {"value": result.value} if plain_object else result.value
    content, plain = read(result.checksum), result.media_type.partition(";")[0]
    if plain.endswith(("/json", "+json")):
        return {"value": json.loads(content), "mediaType": result.media_type}
    try:
        return (
            {"value": content.decode(), "mediaType": result.media_type}
            if plain.startswith("text/")
            else _packed(content, result)
        )
    except UnicodeDecodeError:
        return _packed(content, result)


def _packed(content: bytes, result: Result) -> dict[str, Any]:
    return {"value": base64.b64encode(content).decode(), "encoding": "base64", "mediaType": result.media_type}


def raw(chosen: Sequence[Chosen], base: str, read: Read, headers: Mapping[str, str]) -> Response:
    """Return the outputs as they are: bytes, parts, or (all by reference) nothing but links."""
    if all(each.mode == "reference" for each in chosen):
        links = ", ".join(_link_header(each.result, base) for each in chosen)
        together = ", ".join(part for part in (headers.get("Link", ""), links) if part)
        return Response(status_code=204, headers={**headers, "Link": together})
    if len(chosen) == 1:
        return _bytes(chosen[0].result, read, headers)
    boundary = f"part-{new_id()}"
    body = b"".join(_part(each, base, read, boundary) for each in chosen) + f"--{boundary}--\r\n".encode()
    return Response(body, headers=dict(headers), media_type=f"{MULTIPART}; boundary={boundary}")


def _bytes(result: Result, read: Read, headers: Mapping[str, str]) -> Response:
    if result.path is not None:  # streamed from the disk, however large
        return FileResponse(result.path, media_type=result.media_type, headers=dict(headers))
    return Response(read(result.checksum), media_type=result.media_type, headers=dict(headers))


def _part(chosen: Chosen, base: str, read: Read, boundary: str) -> bytes:
    result = chosen.result
    head = [f"--{boundary}", f"Content-Type: {result.media_type}", f"Content-ID: <{result.name}>"]
    if chosen.mode == "reference":  # an empty part that says where (requirement 32)
        head.append(f"Content-Location: {_absolute(result, base)}")
        return "\r\n".join([*head, "", "", ""]).encode()
    return "\r\n".join([*head, "", ""]).encode() + read(result.checksum) + b"\r\n"


def _link_header(result: Result, base: str) -> str:
    title = result.name.replace('"', "'").encode("ascii", "replace").decode()
    return f'<{_absolute(result, base)}>; rel="{RESULTS}"; type="{result.media_type}"; title="{title}"'


def _absolute(result: Result, base: str) -> str:
    return base.rstrip("/") + result.href
