"""Flavours: the classes of resources that a run may have.

Small, medium and large are fitted to the machine, so that none asks for more than it has. An operator may define
others in ``flavours.yaml`` in the home; those replace the built-in ones.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from repeatpass.core.errors import Invalid
from repeatpass.runs.capacity import amount
from repeatpass.runs.execution import Limits

MEDIUM = "medium"
GIB = 1024**3
HOUR_S = 3600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Flavour:
    """A class of resources; each of them is a limit that ends or slows a run."""

    name: str
    title: str
    cpus: float  # processors
    memory_bytes: int
    time_s: float  # wall time
    disk_bytes: int  # written to the run's folder

    def limits(self, asked: Limits | None = None) -> Limits:
        """Return the limits of a run of this flavour; what was *asked* for besides may narrow them."""
        own = replace(
            asked or Limits(),
            time_s=self.time_s,
            memory_bytes=self.memory_bytes,
            files_bytes=self.disk_bytes,
            cpus=self.cpus,
        )
        if asked is None:
            return own
        return replace(
            own,
            time_s=min(own.time_s, asked.time_s),
            memory_bytes=min(own.memory_bytes, asked.memory_bytes),
            files_bytes=min(own.files_bytes, asked.files_bytes),
            cpus=min(own.cpus, asked.cpus) if asked.cpus else own.cpus,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Flavours:
    """Which flavours there are, and how much memory all runs together may have."""

    all: Sequence[Flavour]
    default: str
    memory_bytes: int = 0  # for all runs of this machine together; 0: not known, so nothing is refused

    def of(self, name: str) -> Flavour:
        """Return the flavour called *name*, the usual one for an empty name; raise Invalid naming those there are."""
        wanted = name or self.default
        for flavour in self.all:
            if flavour.name == wanted:
                return flavour
        known = ", ".join(flavour.name for flavour in self.all)
        raise Invalid(f"There is no flavour “{wanted}”; choose among {known}.", field="flavour", known=known)

    def require_room(self, limits: Limits) -> None:
        """Raise Invalid for a run that could never begin, because all memory together is less than it asks for."""
        if self.memory_bytes and limits.memory_bytes > self.memory_bytes:
            fitting = ", ".join(each.name for each in self.all if each.memory_bytes <= self.memory_bytes) or "none"
            raise Invalid(
                f"The run asks for {in_gb(limits.memory_bytes)} of memory, but all runs together have "
                f"{in_gb(self.memory_bytes)} here, so it could never begin. Flavours that fit: {fitting}.",
                field="memory",
            )


def in_gb(count: int) -> str:
    """Say an amount of memory as people read it."""
    return f"{count / 1e9:.3g} GB"


def built_in(cpus: float, memory_bytes: int, disk_bytes: int = 1 << 60, at_once: int = 1) -> Flavours:
    """Return the flavours that fit a machine with so many processors, so much memory for runs, and such a disk.

    On a small machine the usual one has less memory, so that *at_once* of them can be carried out at the same time,
    but never less than 2 GiB.
    """
    usual = min(4 * GIB, max(2 * GIB, memory_bytes // at_once))
    small = Flavour(name="small", title="A quick look", cpus=1, memory_bytes=GIB, time_s=HOUR_S / 4, disk_bytes=GIB)
    medium = Flavour(name=MEDIUM, title="Most notebooks", cpus=2, memory_bytes=usual, time_s=HOUR_S, disk_bytes=2 * GIB)
    large = Flavour(
        name="large", title="Continents and long records", cpus=8, memory_bytes=16 * GIB, time_s=6 * HOUR_S,
        disk_bytes=20 * GIB,
    )  # fmt: skip
    fitted = tuple(
        replace(
            each,
            cpus=min(each.cpus, cpus),
            memory_bytes=min(each.memory_bytes, memory_bytes),
            disk_bytes=min(each.disk_bytes, disk_bytes),
        )
        for each in (small, medium, large)
    )
    return Flavours(all=fitted, default=MEDIUM, memory_bytes=memory_bytes)


def flavours_in(home: Path, cpus: float, memory_bytes: int, at_once: int = 1) -> Flavours:
    """Return the flavours that ``flavours.yaml`` in *home* defines, or the built-in ones where there is none.

    Raise Invalid naming the line and the field that is wrong.
    """
    path = home / "flavours.yaml"
    if not path.is_file():
        return built_in(cpus, memory_bytes, shutil.disk_usage(home).total, at_once)
    defined = read_flavours(path.read_text(encoding="utf-8"), path.name)
    for flavour in defined.all:
        if flavour.cpus > cpus or flavour.memory_bytes > memory_bytes:
            raise Invalid(
                f"{path.name}: the flavour “{flavour.name}” has {flavour.cpus:g} processors and "
                f"{in_gb(flavour.memory_bytes)}, but this machine has {cpus:g} and {in_gb(memory_bytes)} for runs."
            )
    return replace(defined, memory_bytes=memory_bytes)


def read_flavours(text: str, name: str = "The file") -> Flavours:
    """Read a definition of flavours; raise Invalid naming each line and field that is wrong, and what would be right."""
    try:
        body, tree = yaml.safe_load(text), yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        raise Invalid(f"{name} is not YAML{where}: {getattr(error, 'problem', error)}.") from None
    problems = sorted(
        (_line(tree, list(error.absolute_path)), ".".join(map(str, error.absolute_path)) or "the file", error.message)
        for error in _validator().iter_errors(body)
    )
    if problems:
        raise Invalid(
            f"{name} cannot be used. "
            + "; ".join(f"line {line}, {field}: {said}" for line, field, said in problems)
            + "."
        )
    return _flavours(body, name)


def _flavours(body: Mapping[str, Any], name: str) -> Flavours:
    made = tuple(_flavour(each) for each in body["flavours"])
    names = [flavour.name for flavour in made]
    if doubled := sorted({each for each in names if names.count(each) > 1}):
        raise Invalid(f"{name} defines {', '.join(doubled)} more than once.")
    default = str(body.get("default") or (MEDIUM if MEDIUM in names else names[0]))
    flavours = Flavours(all=made, default=default)
    flavours.of(default)
    return flavours


def _flavour(body: Mapping[str, Any]) -> Flavour:
    return Flavour(
        name=body["name"],
        title=body.get("title", body["name"]),
        cpus=float(body["cpus"]),
        memory_bytes=amount(str(body["memory"]), what=f"The memory of {body['name']}"),
        time_s=float(body["time_s"]),
        disk_bytes=amount(str(body["disk"]), what=f"The disk of {body['name']}"),
    )


def _line(node: yaml.Node | None, path: list[Any]) -> int:
    """Return the line, from 1, of what *path* leads to, or of the nearest thing above that is there."""
    if node is None:
        return 1
    below: yaml.Node | None = None
    if path and isinstance(node, yaml.MappingNode):
        below = next((value for key, value in node.value if key.value == path[0]), None)
    elif path and isinstance(node, yaml.SequenceNode):
        below = node.value[path[0]]
    return int(node.start_mark.line) + 1 if below is None else _line(below, path[1:])


def _validator() -> jsonschema.Draft202012Validator:
    text = files("repeatpass.runs").joinpath("flavours.schema.json").read_text()
    return jsonschema.Draft202012Validator(json.loads(text))
