"""Arithmetic over variables, read as Python's and nothing more: no names but variables, no calls but these."""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from repeatpass.kit.cubes.fields import wrong

OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
COMPARISONS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
FUNCTIONS = {"sqrt": 1, "exp": 1, "log": 1, "log10": 1, "abs": 1, "where": 3, "minimum": 2, "maximum": 2}
LONGEST = 500  # characters


def names_in(expression: str, at: str) -> set[str]:
    """The variables that an expression reads; raise BadSpecification where it is none."""
    if not expression:
        return set()
    hint = f"use names, numbers, + - * / **, comparisons and {', '.join(FUNCTIONS)}"
    try:
        tree = ast.parse(expression, mode="eval") if len(expression) <= LONGEST else None
    except (SyntaxError, ValueError):
        tree = None
    if tree is None or not _allowed(tree.body):
        raise wrong(at, expression, hint)
    functions = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in functions}
    if not found:
        raise wrong(at, expression, "it names no variable of the file")
    return found


def _allowed(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float) and not isinstance(node.value, bool)
    if isinstance(node, ast.Name):
        return True
    if isinstance(node, ast.BinOp):
        return type(node.op) in OPERATORS and _allowed(node.left) and _allowed(node.right)
    if isinstance(node, ast.UnaryOp):
        return type(node.op) in OPERATORS and _allowed(node.operand)
    if isinstance(node, ast.Compare):
        return (
            len(node.ops) == 1
            and type(node.ops[0]) in COMPARISONS
            and _allowed(node.left)
            and _allowed(node.comparators[0])
        )
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        return FUNCTIONS.get(node.func.id) == len(node.args) and all(map(_allowed, node.args))
    return False


def evaluate(expression: str, known: Mapping[str, Any]) -> Any:
    """The value of a checked expression over arrays; division by zero gives no data."""
    import numpy as np

    with np.errstate(all="ignore"):
        found = np.asarray(_value(ast.parse(expression, mode="eval").body, known), dtype="float64")
    return np.where(np.isfinite(found), found, np.nan)


def _value(node: Any, known: Mapping[str, Any]) -> Any:
    import numpy as np

    if isinstance(node, ast.Constant):
        return np.float64(ast.literal_eval(node))  # a double, so that 9**9**9 is infinite rather than endless
    if isinstance(node, ast.Name):
        return known[node.id]
    if isinstance(node, ast.BinOp):
        return OPERATORS[type(node.op)](_value(node.left, known), _value(node.right, known))
    if isinstance(node, ast.UnaryOp):
        return OPERATORS[type(node.op)](_value(node.operand, known))
    if isinstance(node, ast.Compare):
        return COMPARISONS[type(node.ops[0])](_value(node.left, known), _value(node.comparators[0], known))
    return getattr(np, node.func.id)(*(_value(each, known) for each in node.args))
