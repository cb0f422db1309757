"""What a notebook will leave, read from its source: its calls of ``repeatpass.publish`` and ``repeatpass.output``.

Names that are texts, or plain variables that hold one, are found; a name that is computed while the notebook runs
is only known once a run has left it.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from repeatpass.kit.publishing import ending_of

MAGIC = re.compile(r"^(\s*)(?:[%!?].*|.*\?)$", re.MULTILINE)  # what only IPython reads
CALLS = ("publish", "output")


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """One call that leaves an output. *name* is empty where it is computed while the notebook runs."""

    name: str
    title: str = ""
    unit: str = ""
    media_type: str = ""  # empty where it depends on what is published


def declared_outputs(notebook: Mapping[str, Any]) -> tuple[Declared, ...]:
    """Return the outputs that the notebook's source names, in its order, each name once (its last call counts)."""
    trees = [tree for cell in notebook["cells"] if (tree := _tree(cell)) is not None]
    names = _Names()
    for tree in trees:
        names.visit(tree)
    found: dict[str, Declared] = {}
    for tree in trees:
        found |= {declared.name: declared for declared in _calls(tree, names)}
    return tuple(found.values())


def _tree(cell: Mapping[str, Any]) -> ast.Module | None:
    if cell["cell_type"] != "code":
        return None
    source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
    for text in (source, MAGIC.sub(r"\1pass", source)):
        try:
            return ast.parse(text)
        except SyntaxError:
            continue
    return None


class _Names(ast.NodeVisitor):
    """What the notebook calls repeatpass and its two functions, and the variables that hold one text throughout."""

    def __init__(self) -> None:
        self.modules = {"repeatpass"}
        self.functions: dict[str, str] = {}
        self.texts: dict[str, str | None] = {}

    def visit_Import(self, node: ast.Import) -> None:
        self.modules |= {each.asname or each.name for each in node.names if each.name == "repeatpass"}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module == "repeatpass":
            self.functions |= {each.asname or each.name: each.name for each in node.names if each.name in CALLS}

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                value = node.value.value if isinstance(node.value, ast.Constant) else None
                known = isinstance(value, str) and self.texts.get(target.id, value) == value
                self.texts[target.id] = str(value) if known else None
        self.generic_visit(node)

    def called(self, function: ast.expr) -> str:
        """Return which of the two functions is called; empty if it is another one."""
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            return function.attr if function.value.id in self.modules and function.attr in CALLS else ""
        return self.functions.get(function.id, "") if isinstance(function, ast.Name) else ""

    def text(self, node: ast.expr | None) -> str:
        """Return the text that an expression is; empty where only a run can tell."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        return self.texts.get(node.id) or "" if isinstance(node, ast.Name) else ""


def _calls(tree: ast.Module, names: _Names) -> Iterator[Declared]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for node in sorted(calls, key=lambda each: (each.lineno, each.col_offset)):
        if which := names.called(node.func):
            named = {each.arg: each.value for each in node.keywords}
            place = CALLS.index("output") - CALLS.index(which)  # publish(thing, name), output(name)
            given = node.args[place] if len(node.args) > place else named.get("name")
            name = names.text(given)
            yield Declared(
                name=name,
                title=names.text(named.get("title")),
                unit=names.text(named.get("unit")),
                media_type=_by_ending(name) if which == "output" else "",
            )


def _by_ending(name: str) -> str:
    return ending_of(name)[1] if name else ""
