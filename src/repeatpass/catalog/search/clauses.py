"""CQL2-JSON (OGC 21-065r2) into SQL: comparison, basic spatial and temporal, arithmetic, arrays, case."""

from collections.abc import Callable, Mapping
from typing import Any

import shapely
import sqlalchemy as sa

from repeatpass.catalog.search import arrays, temporal
from repeatpass.catalog.search.folding import FOLDS, folded, innermost, is_fold
from repeatpass.catalog.search.geometry import box_of, boxes_of, geometry_of
from repeatpass.catalog.search.patterns import ANY, begins, like, pattern_of
from repeatpass.catalog.search.properties import SQL_TYPES, Properties
from repeatpass.catalog.search.spatial import RELATIONS, related
from repeatpass.catalog.search.subject import ITEMS, Kind, Subject
from repeatpass.core.errors import Invalid

COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": lambda a, b: a == b, "<>": lambda a, b: a != b, "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip
ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
    "/": lambda a, b: a / sa.func.nullif(b, 0), "%": lambda a, b: _rest(a, b),
    "div": lambda a, b: floor_of(a / sa.func.nullif(b, 0)), "^": lambda a, b: sa.func.power(a, b),
}  # fmt: skip
NEEDS = {"not": 1, "isNull": 1, "like": 2, "in": 2, "between": 3} | dict.fromkeys(
    [*COMPARISONS, *temporal.RELATIONS, *RELATIONS, *arrays.RELATIONS], 2
)  # arguments
Relating = Callable[[str, shapely.Geometry, str, Subject], sa.ColumnElement[bool]]
PYTHON: Mapping[Kind, Any] = {"number": int | float, "text": str, "boolean": bool}
SELF = {"s_intersects", "s_contains", "s_within", "s_equals"}  # relations of every geometry to itself
DEEPEST = 60  # levels; deeper filters are no person's


def floor_of(quotient: Any) -> Any:
    """SQLAlchemy teaches SQLite a floor of its own, which knows no null."""
    return sa.case((quotient.is_not(None), sa.func.floor(quotient)))


def _rest(left: Any, right: Any) -> Any:
    """Return what a division leaves, with the sign of what is divided: PostgreSQL's own knows no fractions, SQLite's cuts
    them off."""
    quotient = left / sa.func.nullif(right, 0)
    return left - right * sa.case((quotient < 0, -floor_of(-quotient)), else_=floor_of(quotient))


class Clauses:
    """Turns filters into conditions on the things of *subject*, in the words of one SQL *dialect*."""

    def __init__(self, dialect: str, subject: Subject = ITEMS, relating: Relating = related) -> None:
        self.dialect, self.subject, self.relating = dialect, subject, relating
        self.properties = Properties(dialect, subject)

    def where(self, node: Any, depth: int = 0) -> sa.ColumnElement[bool]:
        """Return the condition that *node* states; raise Invalid for what cannot be asked here."""
        if isinstance(node, bool):
            return sa.true() if node else sa.false()
        if not isinstance(node, Mapping) or "op" not in node:
            return self._truth(node)
        if depth > DEEPEST:
            raise Invalid(f"The filter is nested more than {DEEPEST} levels deep.", field="filter")
        op, args = str(node["op"]), list(node.get("args", ()))
        if op == "between" and len(args) == 2 and isinstance(args[1], list):  # the form before the standard was final
            args = [args[0], *args[1]]
        if (needed := NEEDS.get(op)) and len(args) != needed:
            raise Invalid(f"“{op}” takes {needed} arguments, not {len(args)}.", field="filter")
        return self._operation(op, args, depth)

    def _truth(self, node: Any) -> sa.ColumnElement[bool]:
        found: sa.ColumnElement[bool] = self._value(node, "boolean") == sa.true()
        return found

    def _operation(self, op: str, args: list[Any], depth: int) -> sa.ColumnElement[bool]:
        if op in ("and", "or"):
            join = sa.and_ if op == "and" else sa.or_
            return join(*(self.where(each, depth + 1) for each in args))
        if op == "not":
            return sa.not_(self.where(args[0], depth + 1))
        if op in COMPARISONS:
            return self._comparison(op, *args)
        if op.lower() in temporal.RELATIONS:
            return temporal.related_in_time(op, args[0], args[1], self.subject)
        if op in RELATIONS:
            return self._spatial(op, *args)
        if op.lower() in arrays.RELATIONS:
            return self._array(op.lower(), *args)
        return self._predicate(op, args)

    def _predicate(self, op: str, args: list[Any]) -> sa.ColumnElement[bool]:
        if op == "isNull":
            return sa.not_(self._exists(args[0]))
        if op == "like":
            return self._like(*args)
        if op == "between":
            kind = self._kind_of(args)
            value, low, high = (self._value(each, kind) for each in args)
            return sa.and_(value >= low, value <= high)
        if op == "in":
            return self._within_list(args[0], args[1])
        raise Invalid(f"The filter's operator “{op}” is not known here.", field="filter")

    def _like(self, node: Any, pattern: Any) -> sa.ColumnElement[bool]:
        value, parts = self._text(node), pattern_of(pattern)
        found = like(value, parts, self.dialect)
        if self.subject.known is None:
            return found
        plain = self._value(innermost(node), "text") if is_fold(node) else value
        return sa.and_(*begins(plain, [ANY] if is_fold(node) else parts, self.dialect), found)

    def _comparison(self, op: str, left: Any, right: Any) -> sa.ColumnElement[bool]:
        kind = self._kind_of([left, right])
        found: sa.ColumnElement[bool] = COMPARISONS[op](self._value(left, kind), self._value(right, kind))
        return found

    def _within_list(self, value: Any, choices: Any) -> sa.ColumnElement[bool]:
        if not isinstance(choices, list):
            raise Invalid("“in” needs a list of values.", field="filter")
        kind = self._kind_of([value, *choices])
        found: sa.ColumnElement[bool] = self._value(value, kind).in_([self._value(each, kind) for each in choices])
        return found

    def _exists(self, node: Any) -> sa.ColumnElement[bool]:
        name = _name(node)
        if name in self.subject.columns:
            return sa.true()
        if name in self.subject.places:
            return sa.and_(self.subject.geometry.is_not(None))
        if self.subject.is_time(name):
            return sa.and_(self.subject.moment(name).is_not(None))
        return self.properties.exists(name)

    def _spatial(self, op: str, left: Any, right: Any) -> sa.ColumnElement[bool]:
        if isinstance(left, Mapping) and "property" not in left:
            turned = {"s_contains": "s_within", "s_within": "s_contains"}
            op, left, right = turned.get(op, op), right, left
        if isinstance(left, Mapping) and "property" not in left:  # neither side speaks of a thing
            shapes = [geometry_of(_boxed(each), "filter") for each in (left, right)]
            return sa.true() if getattr(shapely, RELATIONS[op])(*shapes) else sa.false()
        if _name(left) not in self.subject.places:
            place = self.subject.places[0]
            raise Invalid(
                f"“{op}” compares the property “{place}” of {self.subject.noun} with a geometry.", field="filter"
            )
        if isinstance(right, Mapping) and right.get("property") in self.subject.places:  # a geometry and itself
            alike = sa.true() if op in SELF else sa.false()
            return sa.and_(self.subject.geometry.is_not(None), alike)
        return self.relating(op, geometry_of(_boxed(right), "filter"), self.dialect, self.subject)

    def _array(self, op: str, left: Any, right: Any) -> sa.ColumnElement[bool]:
        sides = [each if isinstance(each, list) else self.properties.array(_name(each)) for each in (left, right)]
        return arrays.related_arrays(op, sides[0], sides[1], self.dialect)

    def _value(self, node: Any, kind: Kind) -> Any:
        """Return the SQL of an operand that is to be of *kind*."""
        if node is None or isinstance(node, list):
            raise Invalid("The filter compares with something that is no value; use IS NULL or IN.", field="filter")
        if isinstance(node, Mapping):
            if "property" in node:
                return self._property(str(node["property"]), kind)
            if "timestamp" in node or "date" in node:
                return sa.literal(temporal.moment_of(node, self.subject), self.subject.start.type)
            if "op" in node:
                return self._function(str(node["op"]), list(node.get("args", ())))
            raise Invalid("The filter compares something that is no value.", field="filter")
        if kind == "time":
            return sa.literal(temporal.moment_of(node, self.subject), self.subject.start.type)
        return sa.literal(node) if isinstance(node, PYTHON.get(kind, object)) and _fits(node, kind) else _nothing(kind)

    def _property(self, name: str, kind: Kind) -> Any:
        if name in self.subject.columns:  # which are texts
            return self.subject.columns[name] if kind in ("text", "any") else _nothing(kind)
        if self.subject.is_time(name):
            return self.subject.moment(name)
        if name in self.subject.places:
            raise Invalid(
                "The geometry can be compared by spatial operators only, such as S_INTERSECTS.", field="filter"
            )
        if kind == "time" and self.subject.known is not None:
            there = ", ".join(self.subject.moments) or "none"
            raise Invalid(f"“{name[:80]}” is no time of these {self.subject.noun}; there are {there}.", field="filter")
        return self.properties.value(name, kind)

    def _text(self, node: Any) -> Any:
        """Return the SQL of an operand that is compared as a text; raise Invalid for a time, which is none."""
        if isinstance(node, Mapping) and self.subject.is_time(str(node.get("property", ""))):
            raise Invalid(
                f"“{node['property']}” is a time, not a text; compare it with TIMESTAMP('…').", field="filter"
            )
        return self._value(node, "text")

    def _function(self, op: str, args: list[Any]) -> Any:
        if op in ARITHMETIC and len(args) == 2:
            left, right = (sa.cast(self._value(each, "number"), sa.Float) for each in args)
            return ARITHMETIC[op](left, right)
        if op in FOLDS and len(args) == 1:
            return folded(op, self._text(args[0]), self.dialect)
        raise Invalid(f"The filter's function “{op}” is not known here.", field="filter")

    def _kind_of(self, nodes: list[Any]) -> Kind:
        """Return the kind of value that operands speak of: a time, else that of the first that says."""
        names = [str(node["property"]) for node in nodes if isinstance(node, Mapping) and "property" in node]
        dated = self.subject.known is not None and any(
            isinstance(node, Mapping) and ("timestamp" in node or "date" in node) for node in nodes
        )
        if dated or any(self.subject.is_time(name) for name in names):
            return "time"
        stated = [kind for node in nodes if (kind := _kind_of_literal(node))]
        known = [kind for name in names if (kind := self.subject.kind(name))]
        return next(iter(stated + known), "any")


def _name(node: Any) -> str:
    if not isinstance(node, Mapping) or "property" not in node:
        raise Invalid("The filter needs the name of a property here.", field="filter")
    return str(node["property"])


def _boxed(node: Any) -> Any:
    """Turn a bbox literal of CQL2 into a polygon, or into two where it crosses the antimeridian."""
    if isinstance(node, Mapping) and "bbox" in node:
        halves = boxes_of(box_of(node["bbox"] if isinstance(node["bbox"], list) else (), "filter"))
        return shapely.geometry.mapping(shapely.union_all([shapely.box(*each) for each in halves]))
    return node


def _nothing(kind: Kind) -> Any:
    """Return a null that compares with what is of *kind*."""
    return sa.cast(sa.literal(None), SQL_TYPES.get(kind, sa.Text))


def _fits(node: Any, kind: Kind) -> bool:
    """A truth is a whole number for Python, and for nobody else."""
    return kind != "number" or not isinstance(node, bool)


def _kind_of_literal(node: Any) -> Kind | None:
    if isinstance(node, bool):
        return "boolean"
    if isinstance(node, int | float):
        return "number"
    if isinstance(node, str):
        return "text"
    if isinstance(node, Mapping) and node.get("op") in ARITHMETIC:
        return "number"
    if isinstance(node, Mapping) and node.get("op") in FOLDS:
        return "text"
    return None
