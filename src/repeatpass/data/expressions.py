"""Formulas over bands and variables: checked before anything is read, computed by numexpr."""

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from repeatpass.data.records import BadStyle

if TYPE_CHECKING:
    import numpy as np

LARGEST_POWER = 100  # of a number that is raised
MOST = 500  # characters of a formula
HINT = "Write a formula such as (B08 - B04) / (B08 + B04); it may use + - * / ** % < > == & |, numbers and functions."


def names_in(expression: str, known: Sequence[str]) -> tuple[str, ...]:
    """Return the names of bands or variables that *expression* uses, in the order of *known*.

    Raise BadStyle, with the place of the fault, where it is not a formula or uses a name that is not known.
    """
    tree = _tree(expression)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called}
    if missing := sorted(used - set(known)):
        raise BadStyle(
            f"The formula “{expression}” uses {', '.join(missing)}; there is: {', '.join(known)}.",
            expression=expression, known=list(known),
        )  # fmt: skip
    if not used:
        raise BadStyle(f"The formula “{expression}” uses no band; there is: {', '.join(known)}.", known=list(known))
    return tuple(name for name in known if name in used)


def _tree(expression: str) -> ast.Expression:
    if len(expression) > MOST:
        raise BadStyle(f"The formula has {len(expression)} characters; it may have {MOST}.", expression=expression)
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        place = f" at character {error.offset}" if isinstance(error, SyntaxError) and error.offset else ""
        raise BadStyle(f"The formula “{expression}” cannot be read{place}. {HINT}", expression=expression) from None
    _require_allowed(tree, expression)
    return tree


def _require_allowed(tree: ast.Expression, expression: str) -> None:
    from numexpr.expressions import functions
    from rio_tiler.expression import _ALLOWED_NODES

    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            if name not in functions or node.keywords:
                known = ", ".join(sorted(functions))
                raise BadStyle(f"The formula “{expression}” calls “{ast.unparse(node.func)}”; there is: {known}.")
        elif isinstance(node, ast.Constant) and (
            isinstance(node.value, bool) or not isinstance(node.value, int | float)
        ):
            raise BadStyle(f"The formula “{expression}” has {node.value!r}, which is not a number.")
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and _boundless(node):
            raise BadStyle(f"The formula “{expression}” raises a number to a power beyond {LARGEST_POWER}.")
        elif not isinstance(node, _ALLOWED_NODES):
            raise BadStyle(f"The formula “{expression}” has a {type(node).__name__}, which formulas have not. {HINT}")


def _boundless(node: ast.BinOp) -> bool:
    """Whether it is a power of plain numbers that could take for ever: those are computed before any cell is."""
    if any(isinstance(each, ast.Name) for each in ast.walk(node)):
        return False
    exponent = node.right.operand if isinstance(node.right, ast.UnaryOp) else node.right
    plain = isinstance(node.left, ast.Constant) and isinstance(exponent, ast.Constant)
    return not plain or not _small(exponent)


def _small(exponent: ast.expr) -> bool:
    value = exponent.value if isinstance(exponent, ast.Constant) else None
    return isinstance(value, int | float) and value <= LARGEST_POWER


def computed(expression: str, values: Mapping[str, "np.ndarray[Any, Any]"]) -> "np.ndarray[Any, Any]":
    """Return the formula's value in every cell, float32; NaN where it has none, such as after a division by zero.

    *values*: arrays of one shape by name; numbers are counted in floating point. Raise BadStyle where it cannot be.
    """
    import numexpr
    import numpy as np

    floats = {name: np.asarray(array, dtype="float32") for name, array in values.items()}
    try:
        found = numexpr.evaluate(expression.strip(), local_dict=floats, global_dict={}, sanitize=False)
    except Exception as error:  # numexpr documents no errors of its own
        raise BadStyle(f"The formula “{expression}” cannot be computed: {error}.", expression=expression) from None
    shape = next(iter(floats.values())).shape
    result = np.array(np.broadcast_to(np.asarray(found, dtype="float32"), shape))
    result[~np.isfinite(result)] = np.nan
    return result
