"""Values of inputs as clients send them: plain, qualified, by reference, as a bounding box with its CRS."""

import base64
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from repeatpass.assembly import House
from repeatpass.core.errors import Forbidden, Invalid, NotFound
from repeatpass.notebooks.declaring import BBOX

QUALIFIED = {"value", "mediaType", "encoding", "schema"}
LONGITUDE_FIRST = re.compile(r"(CRS84h?|CRS:84)$", re.IGNORECASE)
LATITUDE_FIRST = re.compile(r"EPSG[:/]+([0-9.]+)?[:/]+?4326$", re.IGNORECASE)
LARGEST = 20_000_000  # bytes of an input by reference: it becomes a parameter, not a file
CHECKSUM = re.compile(r"sha256:[0-9a-f]{64}")
OUTPUT = re.compile(r"/runs/([^/]+)/outputs/(.+)")


class References:
    """Reads inputs that are given as the address of something in this house, for a request that came to *base*."""

    def __init__(self, house: House, base: str) -> None:
        self.house = house
        self.base = urlsplit(base)

    def read(self, name: str, href: Any) -> bytes:
        """Return what stands at *href*; raise Forbidden for other hosts, NotFound where nothing is."""
        parts = urlsplit(str(href))
        if (parts.scheme or parts.netloc) and (parts.scheme, parts.netloc) != (self.base.scheme, self.base.netloc):
            raise Forbidden(
                f"The input {name} is at “{str(href)[:200]}”, which is elsewhere. Only addresses of this house are read "
                "(/files/… and /runs/…/outputs/…): otherwise anybody could have this server ask where only it may ask. "
                "Send the value itself."
            )
        checksum = self._checksum(unquote(parts.path))
        if not CHECKSUM.fullmatch(checksum) or not self.house.files.has(checksum):
            raise NotFound(f"The input {name}: there is nothing at “{str(href)[:200]}”.")
        with self.house.files.open(checksum) as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise Invalid(
                f"The input {name} is larger than {LARGEST // 1_000_000} MB; have the notebook open it instead."
            )
        return content

    def _checksum(self, path: str) -> str:
        if path.startswith("/files/"):
            return path.removeprefix("/files/")
        if match := OUTPUT.fullmatch(path):
            outputs = self.house.runs.provenance(match[1]).outputs
            return next((each.checksum for each in outputs if each.path == match[2]), "")
        return ""


def value_of(name: str, given: Any, schema: Mapping[str, Any], references: References) -> Any:
    """Return the plain value that *given* stands for, as the input's *schema* wants it."""
    if isinstance(given, list) and given and all(_is_wrapped(each) for each in given):
        values = [value_of(name, each, {}, references) for each in given]
        return values[0] if len(values) == 1 and "array" not in _types(schema) else values
    if not isinstance(given, Mapping):
        return given
    if isinstance(given.get("href"), str) and set(given) <= {"href", "rel", "type", "title", "hreflang", "method"}:
        return _read(references.read(name, given["href"]), str(given.get("type") or ""), schema, name)
    if "value" in given and set(given) <= QUALIFIED:
        return _qualified(name, given, schema, references)
    if "bbox" in given and schema.get("format") == BBOX and schema.get("type") == "array":
        return _bbox(name, given)
    return given


def _is_wrapped(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return False
    names = set(value)
    return ("value" in names and names <= QUALIFIED) or ("href" in names and names <= {"href", "type"})


def _qualified(name: str, given: Mapping[str, Any], schema: Mapping[str, Any], references: References) -> Any:
    value, encoding = given["value"], str(given.get("encoding") or "").lower()
    if encoding == "base64" and isinstance(value, str) and not schema.get("contentEncoding"):
        try:
            content = base64.b64decode(value, validate=True)
        except ValueError:
            raise Invalid(f"The input {name} says that it is base64, which it is not.") from None
        return _read(content, str(given.get("mediaType") or ""), schema, name)
    return value_of(name, value, schema, references) if isinstance(value, Mapping) and "bbox" in value else value


def _read(content: bytes, media_type: str, schema: Mapping[str, Any], name: str) -> Any:
    """Return *content* as the value that the schema wants: base64, JSON or text."""
    if schema.get("contentEncoding") == "base64":
        return base64.b64encode(content).decode()
    plain = media_type.partition(";")[0].strip().lower()
    if plain.endswith(("/json", "+json")) or not _types(schema) & {"string", ""}:
        try:
            return json.loads(content)
        except ValueError as error:
            raise Invalid(f"The input {name} is not JSON: {error}.") from None
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Invalid(f"The input {name} is neither text (UTF-8) nor JSON.") from None


def _types(schema: Mapping[str, Any]) -> set[str]:
    stated = schema.get("type", "")
    parts = [each for word in ("oneOf", "anyOf", "allOf") for each in schema.get(word, ())]
    return {found for part in parts for found in _types(part)} | set(stated if isinstance(stated, list) else [stated])


def _bbox(name: str, given: Mapping[str, Any]) -> Any:
    box, crs = given["bbox"], str(given.get("crs") or "CRS84")
    if LONGITUDE_FIRST.search(crs):
        return box
    if LATITUDE_FIRST.search(crs) and isinstance(box, list) and len(box) == 4:
        south, west, north, east = box
        return [west, south, east, north]
    raise Invalid(
        f"The input {name} is in “{crs[:100]}”; give it in longitude and latitude: "
        "http://www.opengis.net/def/crs/OGC/1.3/CRS84."
    )
