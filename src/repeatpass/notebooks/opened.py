"""Which collections a notebook opens, read from its source without running it.

Seen are names given as text, or by a variable that was set to a text: ``repeatpass.open("id")``, also under another
name; ``collections=["id"]`` and ``get_collection("id")`` as STAC clients take them.
"""

import ast
import json
from collections.abc import Iterator, Mapping
from typing import Any

SEARCHED = "collections"


def collections_opened(content: bytes) -> frozenset[str]:
    """Return the names that the code cells of an .ipynb open; of a file that cannot be read, none."""
    trees = [tree for source in _sources(content) if (tree := _tree(source)) is not None]
    known: dict[str, set[str]] = {}
    modules: set[str] = set()
    functions: set[str] = set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        _learn(node, known, modules, functions)
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return frozenset(name for call in calls for name in _opened(call, known, modules, functions))


def _sources(content: bytes) -> Iterator[str]:
    try:
        cells = json.loads(content)["cells"]
    except (ValueError, KeyError, TypeError):
        return
    for cell in cells if isinstance(cells, list) else ():
        if isinstance(cell, Mapping) and cell.get("cell_type") == "code":
            source = cell.get("source", "")
            text = "".join(map(str, source)) if isinstance(source, list) else str(source)
            yield "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(("%", "!")))


def _tree(source: str) -> ast.AST | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return None


def _learn(node: ast.AST, known: dict[str, set[str]], modules: set[str], functions: set[str]) -> None:
    """Remember variables that hold texts, and under which names this program's kit was imported."""
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            if isinstance(target, ast.Name):
                known.setdefault(target.id, set()).update(_texts(node.value, {}))
    elif isinstance(node, ast.Import):
        modules.update(each.asname or each.name for each in node.names if each.name == "repeatpass")
    elif isinstance(node, ast.ImportFrom) and node.module in ("repeatpass", "repeatpass.kit.reading"):
        functions.update(each.asname or each.name for each in node.names if each.name in ("open", "located"))


def _opened(call: ast.Call, known: Mapping[str, set[str]], modules: set[str], functions: set[str]) -> Iterator[str]:
    called = call.func
    ours = isinstance(called, ast.Name) and called.id in functions
    if isinstance(called, ast.Attribute):
        held = called.value.id if isinstance(called.value, ast.Name) else ""
        ours = called.attr == "get_collection" or (called.attr == "open" and held in modules)
    if ours and call.args:
        yield from _texts(call.args[0], known)
    for keyword in call.keywords:
        if keyword.arg == SEARCHED or (ours and keyword.arg == "collection"):
            yield from _texts(keyword.value, known)


def _texts(node: Any, known: Mapping[str, set[str]]) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Name):
        yield from known.get(node.id, ())
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        for each in node.elts:
            yield from _texts(each, known)
