"""A filter in CQL2 as a person would write it for geopandas; what is rarer than that is left to the platform."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import shapely

from repeatpass.catalog.search.geometry import geometry_of
from repeatpass.core.errors import Invalid
from repeatpass.features import FeatureSet
from repeatpass.features.crs import areas_of

NEGATED = {"=": "!=", "<>": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
PLAIN = {"=": "==", "<>": "!="}
RELATIONS = {
    "s_intersects": "intersects", "s_within": "within", "s_contains": "contains", "s_touches": "touches",
    "s_overlaps": "overlaps", "s_crosses": "crosses", "s_disjoint": "disjoint", "s_equals": "geom_equals",
}  # fmt: skip
TIMES = ("date", "moment")


class Untold(Exception):
    """The filter is better asked of the platform than written in Python."""


class Pandas:
    """Writes conditions on the columns of *table*, whose rows are the features of *known*, in CRS84.

    A feature without a value meets no condition on it, as in SQL; so what is negated is its opposite, not its rest.
    """

    def __init__(self, known: FeatureSet, table: str) -> None:
        self.known, self.table = known, table

    def condition(self, node: Any, negated: bool = False) -> str:
        """Return the condition that *node*, CQL2-JSON, states, or its opposite; raise Untold."""
        if not isinstance(node, Mapping) or "op" not in node:
            raise Untold
        op, args = str(node["op"]), list(node.get("args", ()))
        if op in ("and", "or"):
            sign = " & " if (op == "and") != negated else " | "
            return "(" + sign.join(self.condition(each, negated) for each in args) + ")"
        if op == "not":
            return self.condition(args[0], not negated)
        if op in NEGATED:
            return self._comparison(op, args[0], args[1], negated)
        if op in RELATIONS:
            return self._spatial(op, args, negated)
        return self._predicate(op, args, negated)

    def _comparison(self, op: str, left: Any, right: Any, negated: bool) -> str:
        timely = self._timely(left) or self._timely(right)
        sign = NEGATED[op] if negated else PLAIN.get(op, op)
        said = f"({self._value(left, timely)} {sign} {self._value(right, timely)})"
        named = dict.fromkeys((*_names(left), *_names(right)))
        return _both(said, *(f"{self._column(name)}.notna()" for name in named)) if sign == "!=" else said

    def _predicate(self, op: str, args: list[Any], negated: bool) -> str:
        column, timely = self._value(args[0]), self._timely(args[0])
        there = f"{column}.notna()"
        if op == "isNull":
            return there if negated else f"{column}.isna()"
        if op == "between":
            low, high = (self._value(each, timely) for each in args[1:])
            return f"(({column} < {low}) | ({column} > {high}))" if negated else f"{column}.between({low}, {high})"
        if op == "in" and not timely:
            found = f"{column}.isin([{', '.join(_literal(each) for each in args[1])}])"
        elif op == "like" and self._kind(args[0]) == "text" and isinstance(args[1], str):
            found = f"{column}.str.fullmatch({_pattern(args[1])!r}, na=False)"
        else:
            raise Untold
        return _both(f"~{found}", there) if negated else found

    def _spatial(self, op: str, args: list[Any], negated: bool) -> str:
        place, other = args
        if not isinstance(place, Mapping) or place.get("property") != "geometry" or not isinstance(other, Mapping):
            raise Untold
        try:
            shape = areas_of(other["bbox"])[0] if "bbox" in other else geometry_of(other, "filter")
        except Invalid:
            raise Untold from None
        found = f'{self.table}.{RELATIONS[op]}(shapely.from_wkt("{shapely.to_wkt(shape, rounding_precision=-1)}"))'
        if op == "s_disjoint":
            if negated:
                raise Untold
            return _both(found, f"{self.table}.geometry.notna()")
        return f"~{found}" if negated else found  # what has no place meets nothing

    def _value(self, node: Any, timely: bool = False) -> str:
        if not isinstance(node, Mapping):
            return _moment(str(node)) if timely else _literal(node)
        if "property" in node:
            return self._column(str(node["property"]))
        if "timestamp" in node or "date" in node:
            return _moment(str(node.get("timestamp") or node["date"]))
        op, args = node.get("op"), node.get("args", ())
        if op in ("+", "-", "*") and len(args) == 2 and not timely:
            return f"({self._value(args[0])} {op} {self._value(args[1])})"
        if op == "casei" and isinstance(args[0], str):
            return _literal(args[0].lower())
        if op == "casei" and self._kind(args[0]) == "text":
            return f"{self._value(args[0])}.str.lower()"
        raise Untold

    def _column(self, name: str) -> str:
        kind = self._kind({"property": name})
        plain = f"{self.table}[{json.dumps(name, ensure_ascii=False)}]"
        if kind in TIMES:
            return f'pd.to_datetime({plain}, utc=True, format="ISO8601")'
        if kind == "any":
            raise Untold
        return plain

    def _kind(self, node: Any) -> str:
        name = node.get("property", "") if isinstance(node, Mapping) else ""
        field = self.known.field(str(name))
        if field is None:
            raise Untold
        return field.kind

    def _timely(self, node: Any) -> bool:
        return isinstance(node, Mapping) and "property" in node and self._kind(node) in TIMES


def _both(*conditions: str) -> str:
    return "(" + " & ".join(conditions) + ")"


def _names(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        if "property" in node:
            yield str(node["property"])
        for each in node.get("args", ()):
            yield from _names(each)


def _literal(value: Any) -> str:
    if isinstance(value, bool | int | str):
        return repr(value)
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    raise Untold


def _moment(text: str) -> str:
    zone = "" if text.endswith("Z") or re.search(r"[+-]\d\d:\d\d$", text) else ', tz="UTC"'
    return f"pd.Timestamp({text!r}{zone})"


def _pattern(like: str) -> str:
    """A pattern of LIKE (% any letters, _ one) as a regular expression; a backslash takes the meaning from what follows."""
    signs = {"%": ".*", "_": "."}
    parts = re.findall(r"\\.|.", like, re.DOTALL)
    return "(?s)" + "".join(signs.get(each, re.escape(each[-1])) for each in parts)
