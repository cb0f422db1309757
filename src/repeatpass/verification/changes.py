"""Finds which legs two runs do not share, each with a clause that says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from repeatpass.verification.comparison import words
from repeatpass.verification.footing import Footing, PinnedInput

NAMED = 3  # how many packages, parameters or inputs are named; the rest are counted


class Cause(StrEnum):
    """Why a repeat differs from its original."""

    CODE = "code"
    PARAMETERS = "parameters"
    ENVIRONMENT = "environment"
    INPUTS = "inputs"
    RANDOMNESS = "randomness"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One leg in which the repeat is not the original, as a clause without a full stop."""

    cause: Cause
    clause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BrokenPin:
    """Something that the original stood on and that is missing or altered now."""

    cause: Cause | None  # the leg it belongs to; None: it is what the repeat is compared with
    clause: str  # e.g. "the input ostia/data is missing"


def changes(original: Footing, repeat: Footing) -> list[Change]:
    """Return the legs that were not the same, those that can be pinned only.

    A leg that either side does not know is passed over. Where the code or the parameters
    changed, other inputs are what follows from that; only the same input with other bytes counts.
    """
    found = _code(original, repeat) + _parameters(original.parameters, repeat.parameters)
    return found + _environment(original, repeat) + _inputs(original.inputs, repeat.inputs, not found)


def machine_changed(original: Footing, repeat: Footing) -> bool:
    """Say whether the two ran on machines that are known to differ."""
    return _differ(original.machine, repeat.machine)


def _code(a: Footing, b: Footing) -> list[Change]:
    if not _differ(a.revision, b.revision):
        return []
    clause = f"the notebook is another revision ({_short(b.revision)} instead of {_short(a.revision)})"
    return [Change(cause=Cause.CODE, clause=clause)]


def _parameters(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Change]:
    nothing = object()
    names = [name for name in {**a, **b} if not _same(a.get(name, nothing), b.get(name, nothing))]
    if not names:
        return []
    told = [f"{name} is {_value(b, name)} instead of {_value(a, name)}" for name in names]
    noun = "parameter" if len(names) == 1 else "parameters"
    return [Change(cause=Cause.PARAMETERS, clause=f"the {noun} {words.names(told, NAMED)}")]


def _environment(a: Footing, b: Footing) -> list[Change]:
    found = []
    if _differ(a.python, b.python):
        found.append(f"Python is {b.python} instead of {a.python}")
    elif _differ(a.environment, b.environment) and not (a.packages and b.packages):
        found.append(f"the environment is another one ({_short(b.environment)} instead of {_short(a.environment)})")
    if _differ(a.environment, b.environment) and a.packages and b.packages:
        found.append(_packages(a.packages, b.packages))
    if _differ(a.kit, b.kit):
        found.append(f"the kit of Repeatpass is another one ({_short(b.kit)} instead of {_short(a.kit)})")
    if _differ(a.hash_seed, b.hash_seed):
        found.append(f"the seed of Python's hashing is {b.hash_seed} instead of {a.hash_seed}")
    return [Change(cause=Cause.ENVIRONMENT, clause=clause) for clause in found if clause]


def _packages(a: Mapping[str, str], b: Mapping[str, str]) -> str:
    told = [
        f"{name} {b.get(name, '(none)')} instead of {a.get(name, '(none)')}"
        for name in sorted({**a, **b})
        if a.get(name) != b.get(name)
    ]
    return f"the environment has {words.names(told, NAMED)}" if told else "the environment's lock names other files"


def _inputs(a: tuple[PinnedInput, ...], b: tuple[PinnedInput, ...], presence: bool) -> list[Change]:
    ours, theirs = _by_name(a), _by_name(b)
    both = [name for name in ours if name in theirs and _checksums(ours[name]) != _checksums(theirs[name])]
    told = [_other_bytes(name, ours[name][0], theirs[name][0]) for name in both]
    if presence and a and b:
        told += [f"the input {name} was not read" for name in ours if name not in theirs]
        told += [f"the input {name} was read as well" for name in theirs if name not in ours]
    return [Change(cause=Cause.INPUTS, clause=words.names(told, NAMED))] if told else []


def _other_bytes(name: str, one: PinnedInput, other: PinnedInput) -> str:
    version = f", version {other.version} instead of {one.version}" if one.version != other.version else ""
    checksums = f"{_short(other.checksum)} instead of {_short(one.checksum)}"
    return f"the input {name} has other bytes ({checksums}{version})"


def _by_name(inputs: tuple[PinnedInput, ...]) -> dict[str, list[PinnedInput]]:
    found: dict[str, list[PinnedInput]] = {}
    for each in inputs:
        found.setdefault(each.name, []).append(each)
    return found


def _checksums(inputs: list[PinnedInput]) -> set[str]:
    return {each.checksum for each in inputs}


def _differ(one: str, other: str) -> bool:
    return bool(one and other and one != other)


def _same(one: object, other: object) -> bool:
    # 1 and True are equal in Python and different parameters; 1 and 1.0 can give different types.
    return type(one) is type(other) and one == other


def _value(parameters: Mapping[str, Any], name: str) -> str:
    return repr(parameters[name]) if name in parameters else "not given"


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:8]
