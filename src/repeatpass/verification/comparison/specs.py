"""Compares JSON documents (Vega-Lite, GeoJSON, any other) path by path."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from repeatpass.kit.records import Tolerance
from repeatpass.verification.comparison import findings, words
from repeatpass.verification.comparison.numbers import Array, tally
from repeatpass.verification.comparison.records import Aspect, Difference, Unreadable

Leaf = tuple[str, Any]
NAMED = 5  # how many changed paths are named; the rest are counted


def compare_documents(original: Path, repeated: Path, tolerance: Tolerance) -> list[Difference]:
    """Return every difference between two JSON documents.

    Numbers are compared as numbers (1 equals 1.0) within the tolerance; texts,
    truth values and missing parts exactly. The order of an object's members means nothing.
    Raises Unreadable where a file is not JSON.
    """
    ours, theirs = dict(leaves(_load(original))), dict(leaves(_load(repeated)))
    gone = [path for path in ours if path not in theirs]
    new = [path for path in theirs if path not in ours]
    common = [path for path in ours if path in theirs]
    found = _missing(gone, "missing in the repeat") + _missing(new, "only in the repeat")
    found += _kinds(ours, theirs, common)
    return found + _numbers(ours, theirs, common, tolerance) + _rest(ours, theirs, common)


def leaves(value: Any, path: str = "$") -> Iterator[Leaf]:
    """Yield (JSON path, value) of every text, number, truth value, null and empty container."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if key.isidentifier() else f"{path}[{json.dumps(key)}]")
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{index}]")
    else:
        yield path, value


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{path.name} is not valid JSON ({error}).") from error


def _missing(paths: list[str], what: str) -> list[Difference]:
    if not paths:
        return []
    verb = "is" if len(paths) == 1 else "are"
    message = f"{words.names(paths)} {verb} {what}"
    return [Difference(aspect=Aspect.STRUCTURE, subject=paths[0], message=message, differing=len(paths))]


def _kinds(ours: dict[str, Any], theirs: dict[str, Any], common: list[str]) -> list[Difference]:
    changed = [path for path in common if _kind(ours[path]) != _kind(theirs[path])]
    return [
        findings.changed(Aspect.TYPES, path, f"the type of {path}", _kind(ours[path]), _kind(theirs[path]))
        for path in changed[:NAMED]
    ] + _further(changed)


def _further(paths: list[str]) -> list[Difference]:
    if len(paths) <= NAMED:
        return []
    rest = len(paths) - NAMED
    return [Difference(aspect=Aspect.TYPES, message=f"{rest} more types changed", differing=rest)]


def _numbers(
    ours: dict[str, Any],
    theirs: dict[str, Any],
    common: list[str],
    tolerance: Tolerance,
) -> list[Difference]:
    paths = [path for path in common if _kind(ours[path]) == _kind(theirs[path]) == "number"]
    found = tally(_column(ours, paths), _column(theirs, paths), tolerance)
    where = "" if found.index is None else paths[found.index[0]]
    at = (("path", where),) if where else ()
    return findings.values(found, subject=where, noun="number", at=at, where=where)


def _rest(ours: dict[str, Any], theirs: dict[str, Any], common: list[str]) -> list[Difference]:
    alike = [path for path in common if _kind(ours[path]) == _kind(theirs[path]) != "number"]
    changed = [path for path in alike if ours[path] != theirs[path]]
    if not changed:
        return []
    first = changed[0]
    verb = "differs" if len(changed) == 1 else "differ"
    message = f"{len(changed)} of {words.count(len(alike), 'entry')} {verb} ({words.names(changed)})"
    return [
        Difference(
            aspect=Aspect.VALUES,
            subject=first,
            message=message,
            original=str(ours[first]),
            repeated=str(theirs[first]),
            differing=len(changed),
            compared=len(alike),
            beyond=len(changed),
            at=(("path", first),),
        )
    ]


def _column(document: dict[str, Any], paths: list[str]) -> Array:
    values = [document[path] for path in paths]
    whole = all(isinstance(value, int) and abs(value) < 2**63 for value in values)
    return np.array(values, dtype=np.int64 if whole else np.float64)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "truth value"
    if isinstance(value, int | float):
        return "number"
    return {type(None): "null", str: "text", dict: "object", list: "list"}[type(value)]
