"""Checking features that are entered: their ids, geometries and properties against the fields of their set."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import shapely

from repeatpass.catalog.search.geometry import geometry_of
from repeatpass.core.errors import Invalid
from repeatpass.core.ids import new_id
from repeatpass.core.times import iso, parse_time
from repeatpass.features.records import BadFeature, FeatureSet, Field, FieldKind
from repeatpass.features.schema import check_field_name

ID = 200  # letters
DAY = len("2026-05-03")


def checked(known: FeatureSet, body: Any, where: str = "The feature", id: str = "") -> tuple[str, Any, dict[str, Any]]:
    """Return the id, the geometry (None for none) and the properties of a GeoJSON feature.

    *id* is the one that it must have, empty for its own or a new one. Raise BadFeature or Invalid, which begin with
    *where* and name the member, its value and what would be right.
    """
    if not isinstance(body, Mapping) or body.get("type") != "Feature":
        raise BadFeature(f"{where} is no GeoJSON feature: an object whose “type” is “Feature”.", field="type")
    properties = body.get("properties")
    if properties is not None and not isinstance(properties, Mapping):
        raise BadFeature(f"{where} has “properties” that are no object.", field="properties")
    return _id(body.get("id"), id, where), _geometry(known, body, where), values(known, properties or {}, where)


def _id(stated: Any, wanted: str, where: str) -> str:
    if wanted:
        if stated is not None and str(stated) != wanted:
            raise BadFeature(f"{where} has the id “{str(stated)[:80]}”, but is sent to “{wanted[:80]}”.", field="id")
        stated = wanted
    if stated is None:
        return new_id()
    text = str(stated) if isinstance(stated, str | int) and not isinstance(stated, bool) else ""
    if not 0 < len(text) <= ID or "/" in text or not text.isprintable():
        raise BadFeature(
            f"{where} has the id “{str(stated)[:80]}”; an id is a number, or a text of up to {ID} letters without “/”.",
            field="id",
        )
    return text


def _geometry(known: FeatureSet, body: Mapping[str, Any], where: str) -> shapely.Geometry | None:
    if body.get("geometry") is None:
        return None
    try:
        made = geometry_of(body["geometry"], flat=False)
    except Invalid as error:
        raise BadFeature(f"{where}: {error.message}", field="geometry") from None
    if not np.isfinite(shapely.get_coordinates(made)).all():
        raise BadFeature(f"{where} has coordinates that are not numbers.", field="geometry")
    kind, wanted = made.geom_type, known.geometry
    if wanted == "none":
        raise BadFeature(f"{where} has a place; the features of {known.collection} have none.", field="geometry")
    if wanted and kind != wanted and f"Multi{kind}" != wanted:
        raise BadFeature(f"{where} is a {kind}; the features of {known.collection} are {wanted}s.", field="geometry")
    return made


def values(known: FeatureSet, given: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return properties as they are kept; raise BadFeature for one that is unknown, missing or not of its kind."""
    if unknown := [name for name in given if known.field(name) is None]:
        there = ", ".join(each.name for each in known.fields)
        raise BadFeature(
            f"{where} has a property “{unknown[0][:80]}” that {known.collection} does not know; there are {there or 'none'}.",
            field=f"properties.{unknown[0][:80]}",
        )
    return {
        each.name: value(each, given[each.name], where)
        for each in known.fields
        if _required(each, given, where) and each.name in given
    }


def _required(each: Field, given: Mapping[str, Any], where: str) -> bool:
    if each.required and given.get(each.name) is None:
        raise BadFeature(f"{where} lacks “{each.name}”, which is required.", field=f"properties.{each.name}")
    return True


def value(each: Field, given: Any, where: str) -> Any:
    """Return one value as it is kept; raise BadFeature if it is not of its kind, or out of bounds."""
    if given is None:
        return None
    try:
        made = KEEPERS[each.kind](given)
    except (ValueError, TypeError, OverflowError, Invalid):
        raise _wrong(each, given, where, f"a {WORDS[each.kind]} is needed") from None
    if each.choices and made not in each.choices:
        raise _wrong(each, given, where, f"there are {', '.join(str(choice) for choice in each.choices[:20])}")
    if isinstance(made, int | float) and not isinstance(made, bool):
        low, high = each.minimum, each.maximum
        if (low is not None and made < low) or (high is not None and made > high):
            raise _wrong(
                each, given, where, f"it must be {'' if low is None else low} to {'' if high is None else high}"
            )
    return made


def _wrong(each: Field, given: Any, where: str, right: str) -> BadFeature:
    return BadFeature(f"{where} has “{each.name}” = {str(given)[:80]!r}; {right}.", field=f"properties.{each.name}")


def _text(given: Any) -> str:
    if not isinstance(given, str) or "\x00" in given:  # PostgreSQL keeps no NUL
        raise TypeError
    return given


def _whole(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int | float) or given != int(given) or abs(given) >= 2**63:
        raise TypeError
    return int(given)


def _number(given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise TypeError
    return given


def _boolean(given: Any) -> bool:
    if not isinstance(given, bool):
        raise TypeError
    return given


def _date(given: Any) -> str:
    return date.fromisoformat(_text(given)).isoformat()


def _moment(given: Any) -> str:
    return iso(parse_time(_text(given)))


def _anything(given: Any) -> Any:
    if isinstance(given, float) and not math.isfinite(given):
        raise TypeError
    if isinstance(given, Mapping):
        return {_text(name): _anything(each) for name, each in given.items()}
    if isinstance(given, Sequence) and not isinstance(given, str):
        return [_anything(each) for each in given]
    return _text(given) if isinstance(given, str) else given


KEEPERS: Mapping[FieldKind, Callable[[Any], Any]] = {
    "text": _text, "integer": _whole, "number": _number, "boolean": _boolean, "date": _date, "moment": _moment,
    "any": _anything,
}  # fmt: skip
WORDS: Mapping[FieldKind, str] = {
    "text": "text", "integer": "whole number", "number": "number", "boolean": "true or false",
    "date": "date such as 2026-05-03", "moment": "time such as 2026-05-03T12:00:00Z", "any": "value that JSON can say",
}  # fmt: skip


def inferred(bodies: Sequence[Any]) -> tuple[Field, ...]:
    """Return the fields that GeoJSON features seem to have, from their values."""
    seen: dict[str, set[FieldKind]] = {}
    for body in bodies:
        properties = body.get("properties") if isinstance(body, Mapping) else None
        for name, each in (properties if isinstance(properties, Mapping) else {}).items():
            seen.setdefault(str(name), set()).update([] if each is None else [kind_of(each)])
    return tuple(Field(name=check_field_name(name), kind=_one(kinds)) for name, kinds in seen.items())


def kind_of(given: Any) -> FieldKind:
    """Return what kind of field a value of JSON seems to be of."""
    if isinstance(given, bool):
        return "boolean"
    if isinstance(given, int | float):
        return "integer" if isinstance(given, int) else "number"
    if not isinstance(given, str):
        return "any"
    try:
        if len(given) == DAY:
            date.fromisoformat(given)
            return "date"
        datetime.fromisoformat(given)
        return "moment" if given[DAY : DAY + 1] in ("T", " ") and ":" in given else "text"
    except ValueError:
        return "text"


def _one(kinds: set[FieldKind]) -> FieldKind:
    if kinds == {"integer", "number"}:
        return "number"
    if kinds <= {"text", "date", "moment"} and len(kinds) > 1:
        return "moment" if kinds == {"date", "moment"} else "text"
    return next(iter(kinds)) if len(kinds) == 1 else "any"
