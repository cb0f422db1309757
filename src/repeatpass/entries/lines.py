"""Reading YAML and keeping in mind in which line everything stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import yaml

from repeatpass.entries.records import Level, Remark

Path = tuple[str | int, ...]
LARGEST = 1_000_000  # bytes of one entry
DEEPEST = 40  # levels
MERGE = "tag:yaml.org,2002:merge"
MOST = 20_000  # values, each alias counted as often as it is used


@dataclass(frozen=True, kw_only=True, slots=True)
class Lined:
    """A document as plain JSON values, and the line (from 1) of each."""

    value: Any
    lines: dict[Path, int]
    remarks: tuple[Remark, ...] = ()

    def line(self, path: Path) -> int:
        """Return the line of the value at *path*, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_lined(text: str, file: str) -> Lined:
    """Return what *text* says; where it is no YAML, remarks with an error and the value None.

    YAML 1.1 as PyYAML reads it, but dates stay text. Tabs between values, which other readers take as spaces, are
    taken as such, with a warning for each line.
    """
    if len(text.encode()) > LARGEST:
        return _failed(file, 0, f"The file is larger than {LARGEST // 1000} kB.", "An entry is a few kB of text.")
    text, remarks = _without_tabs(text.removeprefix("\ufeff"), file)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        reader = _Reader(file, remarks)
        value = reader.value(node, ()) if node is not None else None
    except yaml.YAMLError as error:
        return _failed(file, *_told(error, text), remarks=remarks)
    except _TooMuch as error:
        return _failed(file, 0, str(error), "Write it out plainly.", remarks)
    return Lined(value=value, lines=reader.lines, remarks=tuple(remarks))


class _TooMuch(Exception):
    """It is nested or repeated beyond all measure."""


class _Reader:
    """Turns nodes into values."""

    def __init__(self, file: str, remarks: list[Remark]) -> None:
        self.file = file
        self.remarks = remarks
        self.lines: dict[Path, int] = {}
        self.count = 0
        self.loader = yaml.SafeLoader("")

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.count += 1
        if len(path) > DEEPEST or self.count > MOST:
            raise _TooMuch(f"It is nested more than {DEEPEST} levels deep, or holds more than {MOST} values.")
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return dict(self._members(node, path))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(each, (*path, number)) for number, each in enumerate(node.value)]
        return _plain(self.loader.construct_object(node), node)

    def _members(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, Any]]:
        seen: dict[str, int] = {}
        for name_node, value_node, merged in self._pairs(node, 0):
            name, line = str(name_node.value), name_node.start_mark.line + 1
            if seen.get(name):
                said = f"“{name}” stands here a second time (first in line {seen[name]}); this one is taken."
                self._warn(line, said, "Keep one of them.", (*path, name))
            seen[name] = 0 if merged else line
            self.lines[(*path, name)] = line
            yield name, self.value(value_node, (*path, name))

    def _pairs(self, node: yaml.MappingNode, depth: int) -> Iterator[tuple[yaml.Node, yaml.Node, bool]]:
        """Yield names and values; first those that ``<<: *anchor`` brings, which the mapping's own replace."""
        if depth > DEEPEST:
            raise _TooMuch(f"Mappings are merged more than {DEEPEST} levels deep.")
        for _name, value in (each for each in node.value if each[0].tag == MERGE):
            for other in reversed(value.value) if isinstance(value, yaml.SequenceNode) else [value]:
                if not isinstance(other, yaml.MappingNode):
                    problem = "“<<” merges mappings, and this is none"
                    raise yaml.constructor.ConstructorError(None, None, problem, other.start_mark)
                for name, inner, _merged in self._pairs(other, depth + 1):
                    self.count += 1
                    yield name, inner, True
                    if self.count > MOST:
                        raise _TooMuch(f"It holds more than {MOST} values.")
        yield from ((name, value, False) for name, value in node.value if name.tag != MERGE)

    def _warn(self, line: int, message: str, fix: str, path: Path) -> None:
        self.remarks.append(
            Remark(level=Level.WARNING, message=message, fix=fix, file=self.file, line=line, field=dotted(path))
        )


def dotted(path: Path) -> str:
    """Return a path as people write it: Resources[0].Type."""
    parts = [f"[{each}]" if isinstance(each, int) else f".{each}" for each in path]
    return "".join(parts).removeprefix(".")


def _plain(value: Any, node: yaml.Node) -> Any:
    if isinstance(value, date | datetime):
        return str(node.value)
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(node.value)  # no JSON
    return value if isinstance(value, str | int | float | bool) or value is None else str(node.value)


TAB = re.compile(r"(?<=[:\-])[ ]*\t[ \t]*|[ \t]*\t[ \t]*$")


def _without_tabs(text: str, file: str) -> tuple[str, list[Remark]]:
    """Replace tabs where YAML sees mere space: after a colon or a dash, at the ends and the beginnings of lines."""
    lines, remarks = text.split("\n"), []
    for number, line in enumerate(lines):
        if "\t" not in line:
            continue
        ahead = line[: len(line) - len(line.lstrip(" \t"))]
        changed = TAB.sub(
            lambda found: " " if found.end() < len(found.string) else "", ahead.replace("\t", "  ") + line.lstrip(" \t")
        )
        if changed != line:
            lines[number] = changed
            said = "A tab stands here, which strict YAML readers refuse; it is read as space."
            remarks.append(Remark(level=Level.WARNING, message=said, fix="Write spaces.", file=file, line=number + 1))
    return "\n".join(lines), remarks


def _told(error: yaml.YAMLError, text: str) -> tuple[int, str, str]:
    """Return the line, what is wrong there, and what would be right."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark else 0
    problem = str(getattr(error, "problem", None) or error).split("\n")[0]
    lines = text.split("\n")
    if "could not find expected ':'" in problem:
        number, shown = _text_without_key(lines, getattr(error, "context_mark", None) or mark)
        fix = "Indent it below the field it belongs to (after “|”), or give it a name and a colon."
        return number, f"“{shown}” is neither a field nor part of one.", fix
    shown = lines[line - 1].strip()[:60] if 0 < line <= len(lines) else ""
    return line, f"This is not YAML: {problem}" + (f", at “{shown}”." if shown else "."), _fix(problem)


def _text_without_key(lines: list[str], mark: Any) -> tuple[int, str]:
    number = min(mark.line, len(lines) - 1)
    return number + 1, lines[number].strip()[:60]


def _fix(problem: str) -> str:
    if "mapping values are not allowed" in problem:
        return "Put text that holds a colon and a space in quotation marks, or below the field after “|”."
    if "expected <block end>" in problem or "block mapping" in problem:
        return "Begin the fields of one level in the same column."
    return "Put text with special letters in quotation marks, or below the field after “|”."


def _failed(file: str, line: int, message: str, fix: str, remarks: Any = ()) -> Lined:
    error = Remark(level=Level.ERROR, message=message, fix=fix, file=file, line=line)
    return Lined(value=None, lines={}, remarks=(*remarks, error))
