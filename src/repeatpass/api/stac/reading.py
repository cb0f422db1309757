"""Reading what a client searches for: from the address, or from a JSON body (STAC API 1.0.0, item search)."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from repeatpass.catalog.search import Search, Sort
from repeatpass.catalog.search.cql2 import all_of, from_json, from_query, from_text
from repeatpass.catalog.search.geometry import box_of, geometry_of
from repeatpass.core.errors import Invalid
from repeatpass.core.times import parse_time

MOST = 10_000
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.IGNORECASE | re.ASCII)
LANGUAGES = ("cql2-text", "cql2-json")
WORLD = {"http://www.opengis.net/def/crs/OGC/1.3/CRS84", "http://www.opengis.net/def/crs/OGC/0/CRS84h"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fields:
    """Which members of an item are wanted; both empty: all."""

    include: Sequence[str] = field(default=())
    exclude: Sequence[str] = field(default=())
    usual: bool = False  # inclusions were asked for, and are none


def search_of_query(given: Mapping[str, str]) -> tuple[Search, Fields]:
    """Read the parameters of a GET; raise Invalid naming the parameter, its value and what would be right."""
    body: dict[str, Any] = {}
    for name in ("collections", "ids"):
        if given.get(name):
            body[name] = listed(given[name])
    if given.get("bbox"):
        body["bbox"] = given["bbox"].split(",")
    for name in ("intersects", "query"):
        if given.get(name):
            body[name] = _json(given[name], name)
    body |= {name: given[name] for name in ("datetime", "token", "limit") if given.get(name)}
    if given.get("filter"):
        language = given.get("filter-lang", "cql2-text")
        body["filter"] = _json(given["filter"], "filter") if language == "cql2-json" else given["filter"]
        body["filter-lang"] = language
        body["filter-crs"] = given.get("filter-crs", "")
    if given.get("sortby"):
        body["sortby"] = [_sort_words(word) for word in listed(given["sortby"])]
    search, _ = search_of_body(body)
    return search, _fields_words(given.get("fields", ""))


def search_of_body(body: Any) -> tuple[Search, Fields]:
    """Read the JSON body of a POST; raise Invalid naming the member, its value and what would be right."""
    if not isinstance(body, Mapping):
        raise Invalid('The body must be a JSON object, such as {"collections": ["sst"], "limit": 10}.')
    if body.get("bbox") and body.get("intersects"):
        raise Invalid("Give “bbox” or “intersects”, not both.", field="bbox")
    start, end = interval_of(body.get("datetime") or "")
    search = Search(
        collections=texts_of(body, "collections"),
        ids=texts_of(body, "ids"),
        bbox=box_of(body["bbox"]) if body.get("bbox") else None,
        intersects=body.get("intersects"),
        start=start,
        end=end,
        filter=_filter(body),
        sort=tuple(_sort(each) for each in _list(body, "sortby", "objects with “field” and “direction”")),
        limit=limit_of(body.get("limit")),
        token=str(body.get("token") or ""),
    )
    if search.intersects is not None:
        geometry_of(search.intersects, "intersects")
    chosen = body.get("fields", {})
    if not isinstance(chosen, Mapping):
        raise Invalid("“fields” must be an object with “include” and “exclude”.", field="fields")
    include, exclude = texts_of(chosen, "include"), texts_of(chosen, "exclude")
    return search, Fields(include=include, exclude=exclude, usual="include" in chosen and not include)


def within_collection(search: Search, id: str) -> Search:
    """Return *search* narrowed to one collection."""
    return replace(search, collections=(id,))


def limit_of(value: Any) -> int:
    """Return how many items a page has: 1 to 10,000; a larger number is cut, as OGC API – Features asks."""
    try:
        number = int(10 if value in (None, "") else value)
    except (TypeError, ValueError, OverflowError):
        raise Invalid(f"“limit” is “{value}”; give a whole number from 1 to {MOST}.", field="limit") from None
    if number < 1:
        raise Invalid(f"“limit” is {number}; give a whole number from 1 to {MOST}.", field="limit")
    return min(number, MOST)


def interval_of(text: Any) -> tuple[datetime | None, datetime | None]:
    """Read an instant or an interval (RFC 3339, open ends as ``..`` or nothing); raise Invalid otherwise."""
    if not isinstance(text, str):
        raise Invalid("“datetime” must be a text: an instant or an interval.", field="datetime")
    if not text:
        return None, None
    parts = text.split("/")
    if len(parts) > 2 or (len(parts) == 2 and all(part in ("", "..") for part in parts)):
        raise Invalid(
            f"“datetime” is “{text}”; write an instant, or a beginning and an end with / between.", field="datetime"
        )
    moments = [None if part in ("", "..") and len(parts) == 2 else _moment(part) for part in parts]
    start, end = moments[0], moments[-1]
    if start and end and start > end:
        raise Invalid(f"“datetime” is “{text}”: it begins after its end.", field="datetime")
    return start, end


def _moment(text: str) -> datetime:
    if not RFC3339.fullmatch(text):
        raise Invalid(f"“datetime” holds “{text}”; write 2026-05-03T12:00:00Z (RFC 3339).", field="datetime")
    return parse_time(text.upper())


def _filter(body: Mapping[str, Any]) -> dict[str, Any] | None:
    parts = []
    if body.get("query"):
        parts.append(from_query(body["query"]))
    stated = body.get("filter")
    if (crs := body.get("filter-crs")) and (not isinstance(crs, str) or crs not in WORLD):
        raise Invalid(f"“filter-crs” is “{crs}”; filters are in CRS84 here.", field="filter-crs")
    if stated not in (None, ""):
        language = body.get("filter-lang") or ("cql2-text" if isinstance(stated, str) else "cql2-json")
        if language not in LANGUAGES:
            raise Invalid(f"“filter-lang” is “{language}”; there are {' and '.join(LANGUAGES)}.", field="filter-lang")
        parts.append(from_text(str(stated)) if language == "cql2-text" else from_json(stated))
    return all_of([part for part in parts if part])


def _sort(entry: Any) -> Sort:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("field"), str):
        raise Invalid("“sortby” must be a list of objects with “field” and “direction”.", field="sortby")
    direction = entry.get("direction", "asc")
    if direction not in ("asc", "desc"):
        raise Invalid(f"“sortby” has the direction “{direction}”; there are asc and desc.", field="sortby")
    return Sort(name=entry["field"], descending=direction == "desc")


def _sort_words(word: str) -> dict[str, str]:
    # A plus sign in an address that was not encoded arrives as a space.
    return {"field": word.strip().lstrip("+-").strip(), "direction": "desc" if word.startswith("-") else "asc"}


def _fields_words(text: str) -> Fields:
    words = listed(text)
    include = tuple(word.strip().lstrip("+").strip() for word in words if not word.startswith("-"))
    return Fields(include=include, exclude=tuple(word[1:] for word in words if word.startswith("-")))


def texts_of(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return a member that is a list of texts; raise Invalid where it is none."""
    value = body.get(name) or ()
    value = (value,) if isinstance(value, str) else value  # some clients send one as a plain text
    if not isinstance(value, Sequence) or not all(isinstance(each, str) for each in value):
        raise Invalid(f"“{name}” must be a list of texts.", field=name)
    return tuple(value)


def _list(body: Mapping[str, Any], name: str, what: str) -> Sequence[Any]:
    value = body.get(name) or ()
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise Invalid(f"“{name}” must be a list of {what}.", field=name)
    return value


def listed(text: str) -> list[str]:
    """Return the parts of a text with commas between, as addresses write lists."""
    return [part for part in text.split(",") if part.strip()]


def _json(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise Invalid(f"“{name}” is not JSON: {error}.", field=name) from None
