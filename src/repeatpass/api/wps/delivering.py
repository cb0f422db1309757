"""What a run left, made ready for an answer: inside the document, by address, or raw."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from repeatpass.api.executing import Result
from repeatpass.api.wps.asked import AskedOutput
from repeatpass.api.wps.boxes import corners
from repeatpass.api.wps.dialect import holds
from repeatpass.api.wps.exceptions import WpsError
from repeatpass.api.wps.kinds import CRS84, ITSELF, JSON, TEXT, TYPES, Box, Complex, Format, Kind, is_textual, lexical
from repeatpass.api.wps.offered import EVERYTHING
from repeatpass.storage.files import FileArea

MEBIBYTE = 1024**2
BY_ITSELF = MEBIBYTE  # the largest file that stands in a document although nobody asked for it there
AT_MOST = 16 * MEBIBYTE  # the largest that can be asked for


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """One output, as it stands in a document. One of *href*, *corners*, *type* (of a literal) or *media_type* leads."""

    name: str
    title: str
    media_type: str = ""
    encoding: str = ""
    text: str = ""
    type: str = ""
    corners: tuple[str, str] | None = None
    crs: str = ""
    href: str = ""  # absolute


@dataclass(frozen=True, kw_only=True, slots=True)
class Raw:
    """One output alone: a file that is kept here, or bytes."""

    media_type: str
    content: bytes = b""
    path: Path | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """Puts the outputs of a run into a document."""

    files: FileArea
    run: str
    base: str  # address of the house, with a slash at its end
    described: Mapping[str, Kind]  # by output, as far as the process says what it will be

    def pieces(self, results: Sequence[Result], asked: Sequence[AskedOutput]) -> list[Piece]:
        """Return what was *asked* of the *results*; everything where nothing is named, and never nothing.

        Outputs that the run did not leave are passed over; raise NoSuchOutput if it left none of them.
        """
        by_name = {each.name: each for each in results}
        wanted = asked or [AskedOutput(name=each.name) for each in results] or [AskedOutput(name=EVERYTHING)]
        found = [each for each in wanted if each.name in by_name or each.name == EVERYTHING]
        if not found:
            raise _missing(wanted[0].name, results)
        return [
            self._piece(by_name[each.name], each) if each.name in by_name else self._everything(each, results)
            for each in found
        ]

    def raw(self, results: Sequence[Result], asked: Sequence[AskedOutput]) -> Raw:
        """Return the one output that was *asked* for, or that there is; raise WpsError."""
        name = asked[0].name if asked else results[0].name if len(results) == 1 else ""
        if not name:
            known = ", ".join(each.name for each in results) or "none"
            raise WpsError("MissingParameterValue", f"Say which output is to be raw; the run left: {known}.", "output")
        found = next((each for each in results if each.name == name), None)
        if found is None and name == EVERYTHING:
            return Raw(media_type=JSON, content=listed(results, self.base).encode())
        if found is None:
            raise _missing(name, results)
        if found.literal:
            return self._raw_value(found)
        if found.path is not None:
            return Raw(media_type=found.media_type, path=found.path)
        return Raw(media_type=found.media_type, content=self.files.read(found.checksum))

    def _raw_value(self, result: Result) -> Raw:
        if coded := _coded(result.value, self.described.get(result.name)):
            with suppress(binascii.Error, ValueError):
                return Raw(media_type=coded.media_type, content=base64.b64decode(result.value, validate=True))
        media_type = JSON if isinstance(result.value, dict | list) else "text/plain; charset=utf-8"
        return Raw(media_type=media_type, content=lexical(result.value).encode())

    def _piece(self, result: Result, asked: AskedOutput) -> Piece:
        _check_format(result, asked)
        if asked.by_reference or (asked.by_reference is None and not result.literal and result.size > BY_ITSELF):
            href = f"{self.base}{result.href.lstrip('/')}"
            return Piece(name=result.name, title=result.title, media_type=result.media_type, href=href)
        if result.literal:
            return _literal(result, self.described.get(result.name))
        if result.size > AT_MOST:
            text = f"The output {result.name} has {result.size:,} bytes; ask for it by reference or raw."
            raise WpsError("SizeExceeded", text, result.name)
        return _inline(result, self.files.read(result.checksum))

    def _everything(self, asked: AskedOutput, results: Sequence[Result]) -> Piece:
        said = Piece(name=EVERYTHING, title="Everything that the run left", media_type=JSON)
        if asked.by_reference:
            return replace(said, href=f"{self.base}wps/outputs/{self.run}")
        return replace(said, text=listed(results, self.base))


def _missing(name: str, results: Sequence[Result]) -> WpsError:
    known = ", ".join(each.name for each in results) or "nothing"
    return WpsError("NoSuchOutput", f"The run left no output “{name}”; it left: {known}.", name)


def _check_format(result: Result, asked: AskedOutput) -> None:
    known = {result.media_type, *((TEXT, "text/xml", JSON) if result.literal else ())}
    if asked.media_type and asked.media_type not in known:
        text = f"The output {result.name} is {result.media_type}; it is not made into {asked.media_type}."
        raise WpsError("InvalidParameterValue", text, "mimeType")


def _literal(result: Result, kind: Kind | None) -> Piece:
    """Write a value as the description has announced it: JSON where it may be of any type."""
    value: Any = result.value
    said = Piece(name=result.name, title=result.title)
    is_box = isinstance(kind, Box) or (kind is None and isinstance(value, dict) and "bbox" in value)
    if is_box and (found := corners(value)):
        return replace(said, corners=found, crs=str(value.get("crs") or CRS84) if isinstance(value, dict) else CRS84)
    if coded := _coded(value, kind):
        return replace(said, media_type=coded.media_type, encoding=coded.encoding, text=value)
    if isinstance(kind, Complex) or isinstance(value, dict | list) or value is None:
        return replace(said, media_type=JSON, text=json.dumps(value, ensure_ascii=False))
    return replace(said, type=TYPES[ITSELF[type(value)]], text=lexical(value))


def _coded(value: Any, kind: Kind | None) -> Format | None:
    """Return the format of bytes that are kept as a text of base64; None for every other value."""
    coded = kind.formats[0] if isinstance(kind, Complex) and isinstance(value, str) else None
    return coded if coded is not None and coded.encoding else None


def _inline(result: Result, content: bytes) -> Piece:
    said = Piece(name=result.name, title=result.title, media_type=result.media_type)
    if is_textual(result.media_type):
        text = content.decode("utf-8", "replace")
        if text.encode() == content and holds(text):
            return replace(said, text=text)
    return replace(said, encoding="base64", text=base64.b64encode(content).decode())


def listed(results: Sequence[Result], base: str) -> str:
    """Write the names of *results*, with address, media type and title, as JSON."""
    told = {
        each.name: {"href": f"{base}{each.href.lstrip('/')}", "type": each.media_type, "title": each.title}
        for each in results
    }
    return json.dumps(told, ensure_ascii=False, indent=1)
